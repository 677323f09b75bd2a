// CodeMirror over a text field, which always holds the same text and is what is sent. It lives in a shadow root: there its
// rules are sheets of their own, and no style element, which the page's policy would refuse.
import { autocompletion, closeBrackets, closeBracketsKeymap, closeCompletion, completionKeymap } from "../../vendor/codemirror/autocomplete.js";
import { defaultKeymap, history, historyKeymap } from "../../vendor/codemirror/commands.js";
import { bracketMatching, HighlightStyle, syntaxHighlighting } from "../../vendor/codemirror/language.js";
import { EditorState, StateEffect } from "../../vendor/codemirror/state.js";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "../../vendor/codemirror/view.js";
import { tags } from "../../vendor/codemirror/lezer-highlight.js";
import { typingOver } from "./typing.js";

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--brand)", fontWeight: "600" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--good)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--critical)" },
  { tag: [tags.special(tags.name), tags.labelName], color: "var(--warning)" },
  { tag: [tags.typeName, tags.standard(tags.name)], color: "var(--brand-strong)" },
  { tag: [tags.lineComment, tags.blockComment], color: "var(--text-3)", fontStyle: "italic" },
]);

const look = EditorView.theme({
  "&": { color: "var(--text)", backgroundColor: "var(--surface)", fontSize: "var(--size-3)", height: "100%" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6" },
  ".cm-content": { caretColor: "var(--text)" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": { backgroundColor: "var(--sunken)", color: "var(--text-3)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in srgb, var(--brand) 6%, transparent)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--brand-soft)" },
  ".cm-tooltip": { backgroundColor: "var(--surface)", color: "var(--text)", border: "1px solid var(--line)", borderRadius: "var(--radius-2)", boxShadow: "var(--shadow-2)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "0.25rem 0.5rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--brand)", color: "var(--on-brand)" },
  ".cm-completionDetail": { color: "var(--text-3)", fontStyle: "normal" },
  "li[aria-selected] .cm-completionDetail": { color: "inherit" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
  ".cm-matchingBracket": { backgroundColor: "var(--brand-soft) !important" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--critical)", textUnderlineOffset: "3px" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--critical)" },
});

const nameOf = (words) => words.replaceAll(/\s+/g, " ").trim();

const extensions = (field, { language, run, save }) => [
  lineNumbers(),
  history(),
  drawSelection(),
  bracketMatching(),
  closeBrackets(),
  highlightActiveLine(),
  EditorView.lineWrapping,
  typingOver,
  EditorState.tabSize.of(2),
  language,
  autocompletion({ icons: false }),
  syntaxHighlighting(colours),
  look,
  keymap.of([
    { key: "Mod-Enter", run: (view) => (closeCompletion(view), run(), true) },
    { key: "Mod-s", run: (view) => (closeCompletion(view), save(), true) },
    ...closeBracketsKeymap,
    ...defaultKeymap.filter(({ key }) => key !== "Mod-Enter"),
    ...historyKeymap,
    ...completionKeymap,
  ]),
  EditorView.contentAttributes.of({ "aria-label": nameOf(field.labels[0].textContent), tabindex: "0", spellcheck: "false", autocapitalize: "off" }),
  EditorView.updateListener.of((update) => {
    if (update.docChanged) field.value = update.state.doc.toString();
  }),
];

// What underlines mistakes is asked for when there is one. Without it they stand beside the editor, in words.
let lint = null;
const underlined = new WeakSet();

const underline = async (view, mistakes) => {
  if (!mistakes.length && !lint) return;
  lint ??= import("../../vendor/codemirror/lint.js").catch(() => (lint = null));
  const { lintKeymap, setDiagnostics } = (await lint) ?? {};
  if (!setDiagnostics) return;
  if (!underlined.has(view)) view.dispatch({ effects: StateEffect.appendConfig.of(keymap.of(lintKeymap)) });
  underlined.add(view);
  view.dispatch(setDiagnostics(view.state, mistakes.map(({ at, message }) => ({ ...wordAt(view, at), severity: "error", message }))));
};

const within = (view, at) => Math.min(at, view.state.doc.length);

const wordAt = (view, at) => {
  const from = within(view, at);
  const [word] = view.state.sliceDoc(from).match(/^[$:]?\w+|^[^]?/);
  return { from, to: from + word.length };
};

// `language`: the extensions that know what is written, as `sql.js` makes them.
export const makeEditor = (field, place, options) => {
  const root = place.attachShadow({ mode: "open" });
  const view = new EditorView({ doc: field.value, root, parent: root, extensions: extensions(field, options) });
  const isWritten = document.activeElement === field;
  const { selectionStart: anchor, selectionEnd: head } = field;
  field.hidden = true;
  place.hidden = false;
  if (isWritten) {
    view.dispatch({ selection: { anchor, head } });
    view.focus(); // else what is typed on would be taken for shortcuts
  }
  field.labels[0].addEventListener("click", () => view.focus());
  return {
    insert: (text) => {
      view.dispatch(view.state.replaceSelection(text), { scrollIntoView: true, userEvent: "input" });
      view.focus();
    },
    replace: (text) => {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, userEvent: "input" });
      view.focus();
    },
    // Each `{ at, message }`: the word that stands there is underlined. None: nothing is.
    showMistakes: (mistakes) => underline(view, mistakes),
    name: (words) => view.contentDOM.setAttribute("aria-label", nameOf(words)),
    goTo: (at) => {
      view.dispatch({ selection: { anchor: within(view, at) }, scrollIntoView: true });
      view.focus();
    },
  };
};
