// What the editor completes besides SQL's own words: the tables and columns that may be read, macros and variables.

// As CodeMirror wants a schema: what completes by what it stands in.
export const schemaOf = ({ schemas }) =>
  Object.fromEntries(
    Object.entries(schemas).map(([schema, tables]) => [
      schema,
      Object.fromEntries(Object.entries(tables).map(([table, columns]) => [table, columns.map(([label, detail]) => ({ label, detail, type: "property" }))])),
    ]),
  );

// A macro is written with its brackets, and what stands in them is chosen, to be replaced.
const writeMacro = (call) => (view, completion, from, to) => {
  const opening = call.indexOf("(");
  const first = call.slice(opening + 1).match(/^\w+/)?.[0] ?? "";
  const anchor = opening < 0 ? from + call.length : from + opening + 1;
  view.dispatch({ changes: { from, to, insert: call }, selection: { anchor, head: anchor + (opening < 0 ? 0 : first.length) }, userEvent: "input.complete" });
};

export const completeWords = ({ macros, variables, schemas, first }) => {
  const ofMacros = macros.map(([call, detail], place) => ({
    label: call.replace(/\(.*/, ""),
    detail,
    apply: writeMacro(call),
    boost: 5 * (macros.length - place), // the most used come first
    type: "function",
  }));
  const ofVariables = (sign) => variables.map((name) => ({ label: sign + name, detail: "variable", type: "variable" }));
  const columns = Object.entries(schemas[first] ?? {}).flatMap(([table, found]) => found.map(([label]) => ({ label, detail: table, type: "property", boost: -10 })));
  return (context) => {
    const marked = context.matchBefore(/[$:]\w*/);
    if (marked && context.state.sliceDoc(marked.from - 1, marked.from) !== ":") {
      const options = marked.text.startsWith("$") ? [...ofMacros, ...ofVariables("$")] : ofVariables(":");
      return { from: marked.from, options, validFor: /^[$:]\w*$/ };
    }
    // Columns of any table, for who names no table before it: those of a named one come from the schema.
    const word = context.matchBefore(/\w+/);
    const before = word ? context.state.sliceDoc(word.from - 1, word.from) : "";
    return word && before !== "." ? { from: word.from, options: columns, validFor: /^\w*$/ } : null;
  };
};
