// The editor of a dashboard's document, which knows its schema. It is asked for when the document is first opened.
import { EditorView } from "../../vendor/codemirror/view.js";
import { spotsOf } from "../editor/yaml/spots.js";
import { yamlLanguage } from "../editor/yaml/helping.js";
import { makeEditor } from "../query/editor.js";

// What changes in it is told as of a field.
const telling = (field) =>
  EditorView.updateListener.of(({ docChanged }) => docChanged && field.dispatchEvent(new Event("input", { bubbles: true })));

// `use` is what Ctrl+S and Ctrl+Enter do.
export const makeCode = (field, place, use) => {
  const schema = JSON.parse(document.getElementById("builder-schema").textContent);
  const editor = makeEditor(field, place, { language: [yamlLanguage(schema), telling(field)], run: use, save: use });
  return { ...editor, markMistakes: (mistakes) => editor.showMistakes(spotsOf(field.value, mistakes)) };
};
