// What is completed where: metrics, labels and values as the source has them; functions, macros and variables.
import { AGGREGATIONS, FUNCTIONS, KEYWORDS } from "./words.js";
import { placeAt } from "./place.js";

const WORD = /[$\w:]*/;
const LENGTHS = ["1m", "5m", "15m", "30m", "1h", "6h", "12h", "1d", "7d"];

// A function is written with its brackets, and what it takes stands between them next.
const call = (name) => (view, completion, from, to) => {
  const insert = view.state.sliceDoc(to, to + 1) === "(" ? name : `${name}()`;
  view.dispatch({ changes: { from, to, insert }, selection: { anchor: from + name.length + 1 }, userEvent: "input.complete" });
};

const ofFunctions = [
  ...FUNCTIONS.map(([label, taken]) => ({ label, detail: taken, type: "function", apply: call(label), boost: taken === "range" ? 5 : 0 })),
  ...AGGREGATIONS.map((label) => ({ label, detail: "aggregation", type: "function", apply: call(label), boost: 5 })),
  ...KEYWORDS.map((label) => ({ label, type: "keyword", boost: -20 })),
];

const plain = (names, detail) => names.map((label) => ({ label, detail, type: "property" }));

export const completeIn = ({ macros, variables }, names) => {
  const ofMacros = macros.map(([label, detail], place) => ({ label, detail, type: "variable", boost: 10 * (macros.length - place) }));
  const ofVariables = variables.map((name) => ({ label: `$${name}`, detail: "variable", type: "variable" }));
  const marked = [...ofMacros, ...ofVariables];

  const metrics = async () => {
    const [found, described] = await Promise.all([names("metrics"), names("about")]);
    const about = described.about ?? {};
    return found.names.map((label) => ({ label, detail: about[label]?.[0], info: about[label]?.[1] || undefined, type: "class", boost: 2 }));
  };
  const labels = async (selector) => plain((await names("labels", selector ? { match: selector } : {})).names, "label");
  const values = async ({ label, selector }) => (await names("values", { label, ...(selector ? { match: selector } : {}) })).names;

  const inPlace = {
    range: async () => [...ofMacros.filter(({ label }) => /interval$|range$/.test(label)), ...plain(LENGTHS, "length")],
    labels: ({ selector }) => labels(selector),
    grouping: () => labels(""),
    name: async () => [...ofFunctions, ...(await metrics())],
  };

  return async (context) => {
    const place = placeAt(context.state.sliceDoc(0, context.pos));
    if (place.kind === "value") {
      const options = [...(await values(place)).map((label) => ({ label, type: "text" })), ...ofVariables];
      return { from: place.from, options, validFor: /^[^"'`]*$/ };
    }
    const word = context.matchBefore(WORD);
    if (word.text.startsWith("$")) return { from: word.from, options: marked, validFor: /^\$\w*$/ };
    const options = await inPlace[place.kind]?.(place);
    if (!options || (word.from === word.to && !context.explicit && place.kind === "name")) return null;
    return { from: word.from, options, validFor: /^[\w:]*$/ };
  };
};
