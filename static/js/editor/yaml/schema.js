// What the JSON Schema of a type says of a place in its documents.

const models = (schema) => schema.$defs ?? {};

// All that may stand at a place: references followed, and each of several alternatives; null is none.
const alternatives = (schema, entry) => {
  if (entry === null || typeof entry !== "object") return [];
  if (entry.$ref) {
    const named = models(schema)[entry.$ref.replace("#/$defs/", "")];
    return alternatives(schema, named).map((one) => ({ ...one, description: entry.description ?? one.description }));
  }
  const several = entry.anyOf ?? entry.oneOf;
  const { description, default: usual } = entry;
  if (several) return several.flatMap((one) => alternatives(schema, one)).map((one) => ({ usual, ...one, description: description ?? one.description }));
  return entry.type === "null" ? [] : [{ usual, ...entry }];
};

const inside = (entry, step) => {
  if (typeof step === "number") return entry.items;
  return entry.properties?.[step] ?? (entry.type === "object" && !entry.properties ? entry.additionalProperties : undefined);
};

export const entriesAt = (schema, steps) =>
  steps.reduce((entries, step) => entries.flatMap((entry) => alternatives(schema, inside(entry, step) ?? null)), alternatives(schema, schema));

export const keysIn = (schema, steps) =>
  entriesAt(schema, steps).flatMap((entry) =>
    Object.entries(entry.properties ?? {})
      .map(([name, one]) => ({ name, entries: alternatives(schema, one), isRequired: entry.required?.includes(name) ?? false }))
      .filter(({ entries }) => entries.length),
  );

const KINDS = { string: "text", boolean: "true or false", integer: "whole number", number: "number", array: "list", object: "mapping" };

export const kindOf = (entries) => [...new Set(entries.map(({ enum: options, type, const: only }) => (options || only ? "choice" : KINDS[type] ?? "value")))].join(" or ");

const listed = (id) => [...(document.getElementById(id)?.options ?? [])].map(({ value }) => value);

// What a value may be, as far as there is a list of it.
export const valuesOf = (entries) =>
  entries.flatMap((entry) => {
    if (entry.enum) return entry.enum.map(String);
    if (entry.const !== undefined) return [String(entry.const)];
    if (entry.type === "boolean") return ["true", "false"];
    return { unit: listed("editor-units"), color: listed("editor-colors") }[entry.format] ?? [];
  });

// In words: what it is, what it is for, and what holds without it.
export const wordsFor = (entries) => {
  const { description, usual } = entries.find((entry) => entry.description) ?? entries[0];
  const limits = entries.flatMap(({ minimum, maximum, maxLength }) => [
    ...(minimum === undefined ? [] : [`at least ${minimum}`]),
    ...(maximum === undefined ? [] : [`at most ${maximum}`]),
    ...(maxLength === undefined ? [] : [`at most ${maxLength} characters`]),
  ]);
  const options = entries.flatMap((entry) => entry.enum ?? []);
  const hasUsual = usual !== undefined && usual !== null && usual !== "" && typeof usual !== "object";
  return {
    kind: [kindOf(entries), ...new Set(limits)].join(", "),
    about: (description ?? "").replaceAll("`", "").split("\n\n")[0],
    more: [options.length ? options.join(", ") : "", hasUsual ? `Without it: ${usual}` : ""].filter(Boolean),
  };
};
