// Where in the document a line of YAML stands: the names and numbers that lead there, as paths of mistakes have them.

const KEY = /^("(?:[^"\\]|\\.)*"|'[^']*'|[^\s#:,[\]{}"'][^#:,[\]{}]*?)\s*:(?=\s|$)/;
const DASH = /^-(?:\s+|$)/;
const LINES = /^\s*[|>][-+0-9]*\s*(?:#.*)?$/;

const plain = (key) => key.replace(/^(["'])(.*)\1$/, "$2");

// Goes down the lines of a text, and knows where it is.
class Reader {
  constructor() {
    this.stack = [];
    this.lines = null;
  }

  get steps() {
    return this.stack.map(({ step }) => step);
  }

  leave(column, keepsItem = false) {
    while (this.stack.length) {
      const { at, isItem } = this.stack.at(-1);
      if (at < column || (at === column && keepsItem && (isItem || this.stack.length))) return;
      this.stack.pop();
    }
  }

  // A dash begins the next of a list: it may stand as far in as the list's key.
  item(column) {
    this.leave(column, true);
    const top = this.stack.at(-1);
    if (top?.isItem && top.at === column) top.step += 1;
    else this.stack.push({ at: column, isItem: true, step: 0 });
  }

  // The column at which the content of a line begins, behind its dashes.
  begin(text) {
    let column = Math.max(text.search(/\S/), 0);
    for (let dash; (dash = text.slice(column).match(DASH)); column += dash[0].length) this.item(column);
    return column;
  }

  isWithinLines(text) {
    const indent = text.search(/\S/);
    if (this.lines !== null && (indent < 0 || indent > this.lines)) return true;
    if (indent >= 0) this.lines = null;
    return false;
  }

  // The key of a line, and where it stands; null where there is none.
  read(text) {
    if (this.isWithinLines(text) || !text.trim() || text.trim().startsWith("#")) return null;
    const column = this.begin(text);
    const key = text.slice(column).match(KEY);
    if (!key) return { from: column, to: text.length, steps: this.steps };
    this.leave(column);
    this.stack.push({ at: column, step: plain(key[1]) });
    const behind = column + key[0].length;
    if (LINES.test(text.slice(behind))) this.lines = column;
    return { from: column, to: column + key[1].length, behind, steps: this.steps };
  }
}

// For each line what `read` says of it.
export const placesIn = (lines) => {
  const reader = new Reader();
  return lines.map((text) => reader.read(text));
};

// What is about to be written at the end of the last line: a key in what `steps` lead to, or the value that they lead to.
export const placeAtEnd = (lines) => {
  const reader = new Reader();
  for (const text of lines.slice(0, -1)) reader.read(text);
  const text = lines.at(-1);
  if (reader.isWithinLines(text)) return null;
  const indent = text.search(/\S/);
  const column = indent < 0 ? text.length : reader.begin(text);
  reader.leave(column);
  const key = text.slice(column).match(KEY);
  if (!key) return { isValue: false, steps: reader.steps, from: column };
  const behind = column + key[0].length;
  const spaces = text.slice(behind).match(/^\s*/)[0].length;
  return { isValue: true, steps: [...reader.steps, plain(key[1])], from: behind + spaces };
};

const AROUND = new Set(["panel", "dashboard"]);

// What stands around the document is no part of a path.
export const within = (steps) => (AROUND.has(steps[0]) ? steps.slice(1) : steps);

export const pathOf = (steps) =>
  within(steps).reduce((path, step) => path + (typeof step === "number" ? `[${step}]` : `${path && "."}${step}`), "");
