// Where in PromQL somebody writes: among labels, in a label's value, in a range, or anywhere else.

const STRING = /^("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)/;
const OPENED = /^["'`]/;

const LABEL = /([A-Za-z_]\w*)\s*(=~|!~|!=|=)\s*$/;

// `kind` is labels, value, range, grouping or name. Of labels and values also `selector`, the series they are of; of values `label`.
export const placeAt = (text) => {
  const stack = [];
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    const whole = rest.match(STRING);
    if (whole) at += whole[0].length;
    else if (OPENED.test(rest)) return inString(text, at, stack);
    else if (rest[0] === "#") {
      const stop = rest.indexOf("\n");
      if (stop < 0) return { kind: "comment" };
      at += stop;
    } else {
      if ("({[".includes(rest[0])) stack.push({ sign: rest[0], at });
      else if (")}]".includes(rest[0])) stack.pop();
      at += 1;
    }
  }
  const opened = stack.at(-1);
  if (opened?.sign === "[") return { kind: "range" };
  if (opened?.sign === "{") return { kind: "labels", selector: selectorAt(text, opened.at) };
  if (opened && /\b(by|without|on|ignoring|group_left|group_right)\s*$/i.test(text.slice(0, opened.at))) return { kind: "grouping" };
  return { kind: "name" };
};

const inString = (text, at, stack) => {
  const opened = stack.at(-1);
  const label = opened?.sign === "{" && text.slice(0, at).match(LABEL)?.[1];
  return label ? { kind: "value", label, from: at + 1, selector: selectorAt(text, opened.at) } : { kind: "text" };
};

// The metric before the brace, if it is written out; what stands in the brace besides may be half written.
const selectorAt = (text, brace) => text.slice(0, brace).match(/([A-Za-z_:][\w:]*)\s*$/)?.[1] ?? "";
