// The editor of a document, which knows its schema. It is asked for when a document is first opened.
import { EditorView } from "../../../vendor/codemirror/view.js";
import { makeEditor } from "../../query/editor.js";
import { yamlLanguage } from "./helping.js";
import { spotsOf } from "./spots.js";

// What changes in it is told as of a field.
const telling = (field) =>
  EditorView.updateListener.of(({ docChanged }) => docChanged && field.dispatchEvent(new Event("input", { bubbles: true })));

// `does`: what Ctrl+Enter (`run`) and Ctrl+S (`save`) do. Each mistake is underlined where it stands.
export const makeYaml = (field, place, schema, does) => {
  const editor = makeEditor(field, place, { language: [yamlLanguage(schema), telling(field)], ...does });
  return { ...editor, markMistakes: (mistakes) => editor.showMistakes(spotsOf(field.value, mistakes)) };
};
