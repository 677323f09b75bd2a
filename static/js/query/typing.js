// What is typed over a selection. Chromium, left to do it by itself, would keep the look of what was selected as style
// attributes, which the page's policy refuses: each would be an error in the console.
import { EditorView } from "../../vendor/codemirror/view.js";

const insert = (view, text) => view.state.update(view.state.replaceSelection(text), { userEvent: "input.type", scrollIntoView: true });

export const typingOver = EditorView.domEventHandlers({
  beforeinput: (event, view) => {
    const { from, to, empty } = view.state.selection.main;
    if (event.inputType !== "insertText" || event.isComposing || empty || !event.data) return false;
    const make = () => insert(view, event.data);
    const isTaken = view.state.facet(EditorView.inputHandler).some((take) => take(view, from, to, event.data, make));
    if (!isTaken) view.dispatch(make());
    event.preventDefault();
    return true;
  },
});
