// YAML for CodeMirror, as panels are written in it: keys, texts in lines, numbers and words with a meaning.
import { StreamLanguage } from "../../../vendor/codemirror/language.js";

const KEY = /^(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s#:,[\]{}"'][^#:,[\]{}]*?)(?=\s*:(?:\s|$))/;
const PLAIN = /^[^\s#,[\]{}][^#,[\]{}]*/;

// A text in lines goes on as long as its lines stand further in than its key.
const isInLines = (stream, state) => {
  if (state.lines === null) return false;
  if (stream.indentation() > state.lines) return true;
  state.lines = null;
  return false;
};

const token = (stream, state) => {
  if (stream.sol() && isInLines(stream, state)) {
    stream.skipToEnd();
    return "string";
  }
  if (stream.eatSpace()) return null;
  if (stream.match(/^#.*/)) return "lineComment";
  if (stream.match(/^-(?=\s|$)|^[,:[\]{}]/)) return "operator";
  const at = stream.column();
  if (stream.match(KEY)) {
    state.key = at;
    return "keyword";
  }
  if (stream.match(/^[|>][-+0-9]*(?=\s*(?:#|$))/)) {
    state.lines = state.key;
    return "operator";
  }
  if (stream.match(/^"(?:[^"\\]|\\.)*"?|^'[^']*'?/)) return "string";
  if (stream.match(/^(?:true|false|null|~)(?=\s*(?:[,\]}#]|$))/)) return "bool";
  if (stream.match(/^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?(?=\s*(?:[,\]}#]|$))/i)) return "number";
  if (!stream.match(PLAIN)) stream.next();
  return null;
};

// A line behind a key without a value stands further in, one behind a dash below what the dash begins.
const indent = (state, after, context) => {
  const before = context.lineAt(context.pos, -1).text;
  const column = before.match(/^\s*(?:-\s+)*/)[0].length;
  return column + (/:\s*(?:[|>][-+0-9]*)?\s*$/.test(before) ? context.unit : 0);
};

export const yaml = StreamLanguage.define({
  name: "yaml",
  startState: () => ({ lines: null, key: 0 }),
  token,
  indent,
  languageData: { commentTokens: { line: "#" }, closeBrackets: { brackets: ["(", "[", "{", '"', "'"] } },
});
