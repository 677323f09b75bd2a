// Help from the schema: keys and values are completed, and a pause over a key says what it is for.
import { hoverTooltip } from "../../../vendor/codemirror/view.js";
import { yaml } from "./language.js";
import { placeAtEnd, placesIn, within } from "./places.js";
import { entriesAt, keysIn, kindOf, valuesOf, wordsFor } from "./schema.js";

const infoOf = (entries) => {
  const { kind, about, more } = wordsFor(entries);
  const shown = document.createElement("div");
  for (const words of [kind, about, ...more].filter(Boolean)) {
    const line = document.createElement("p");
    line.textContent = words;
    shown.append(line);
  }
  return shown;
};

const keyOptions = (schema, steps) =>
  keysIn(schema, steps).map(({ name, entries, isRequired }) => ({
    label: name,
    apply: `${name}: `,
    detail: kindOf(entries),
    info: () => infoOf(entries),
    boost: isRequired ? 10 : 0,
    type: "property",
  }));

const valueOptions = (entries) => [...new Set(valuesOf(entries))].map((label) => ({ label, type: "constant" }));

const complete = (schema) => (context) => {
  const line = context.state.doc.lineAt(context.pos);
  const before = context.state.sliceDoc(0, context.pos).split("\n");
  const place = placeAtEnd(before);
  if (!place) return null;
  const from = line.from + place.from;
  if (from === context.pos && !context.explicit) return null;
  const steps = within(place.steps);
  const values = valueOptions(entriesAt(schema, steps).filter(({ properties }) => !properties));
  const options = place.isValue ? values : [...keyOptions(schema, steps), ...values];
  return options.length ? { from, options, validFor: /^[\w/%#:.-]*$/ } : null;
};

const help = (schema) => (view, pos) => {
  const line = view.state.doc.lineAt(pos);
  const place = placesIn(view.state.doc.toString().split("\n"))[line.number - 1];
  const column = pos - line.from;
  if (!place?.behind || column < place.from || column > place.to) return null;
  const entries = entriesAt(schema, within(place.steps));
  if (!entries.length) return null;
  const create = () => {
    const dom = infoOf(entries);
    dom.className = "editor-help";
    return { dom };
  };
  return { pos: line.from + place.from, end: line.from + place.to, above: true, create };
};

export const yamlLanguage = (schema) => [yaml, yaml.data.of({ autocomplete: complete(schema) }), hoverTooltip(help(schema), { hoverTime: 250 })];
