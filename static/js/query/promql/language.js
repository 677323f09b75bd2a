// PromQL for CodeMirror: its words and signs, with the variables and macros that stand among and in them.
import { StreamLanguage } from "../../../vendor/codemirror/language.js";
import { tags } from "../../../vendor/codemirror/lezer-highlight.js";
import { AGGREGATIONS, FUNCTIONS, KEYWORDS } from "./words.js";

const keywords = new Set([...KEYWORDS, ...AGGREGATIONS]);
const functions = new Set(FUNCTIONS.map(([name]) => name));

// In a string variables have a colour of their own.
const inString = (stream, state) => {
  if (stream.match(/^\$\{\w+(:\w+)?\}|^\[\[\w+(:\w+)?\]\]|^\$\w+/)) return "variableName.special";
  while (!stream.eol()) {
    const sign = stream.peek();
    if (sign === state.quote) {
      stream.next();
      state.quote = "";
      return "string";
    }
    if ((sign === "$" || sign === "[") && stream.pos > stream.start && stream.match(/^(\$\{?\w|\[\[\w)/, false)) return "string";
    stream.next();
    if (sign === "\\" && state.quote !== "`") stream.next();
  }
  if (state.quote !== "`") state.quote = "";
  return "string";
};

const inBraces = (stream, state) => state.open.at(-1) === "{" && !state.quote && stream.match(/^[A-Za-z_]\w*/) && "labelName";

const token = (stream, state) => {
  if (state.quote) return inString(stream, state);
  if (stream.eatSpace()) return null;
  if (stream.match(/^#.*/)) return "lineComment";
  if (stream.match(/^\$\{\w+(:\w+)?\}|^\[\[\w+(:\w+)?\]\]|^\$\w+/)) return "variableName.special";
  const sign = stream.peek();
  if (sign === '"' || sign === "'" || sign === "`") {
    state.quote = stream.next();
    return "string";
  }
  if (stream.match(/^(\d+(\.\d+)?(ms|[smhdwy]))+|^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|^0x[\da-f]+/i)) return "number";
  const label = inBraces(stream, state);
  if (label) return label;
  const word = stream.match(/^[A-Za-z_:][\w:]*/);
  if (word) {
    const name = word[0].toLowerCase();
    if (keywords.has(name)) return "keyword";
    if (functions.has(name) && stream.match(/^\s*\(/, false)) return "variableName.standard";
    return "variableName";
  }
  if ("({[".includes(sign)) state.open.push(sign);
  if (")}]".includes(sign)) state.open.pop();
  stream.next();
  return "operator";
};

export const promql = StreamLanguage.define({
  name: "promql",
  startState: () => ({ open: [], quote: "" }),
  copyState: ({ open, quote }) => ({ open: [...open], quote }),
  token,
  tokenTable: { "variableName.special": tags.special(tags.name), "variableName.standard": tags.standard(tags.name) },
  languageData: { commentTokens: { line: "#" }, closeBrackets: { brackets: ["(", "[", "{", '"', "'", "`"] } },
});
