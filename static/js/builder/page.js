// The builder's page: what its buttons do.
import { actions as adding, duplicate } from "./adding.js";
import "../closing.js";
import { board, changePanels, redo, undo } from "./board.js";
import "./drag.js";
import { idOf, showBoard } from "./grid.js";
import { remove } from "./keys.js";
import { withoutGaps } from "./layout.js";
import { actions as parts } from "./parts.js";
import { actions as saving, takeDraft } from "./saving.js";
import { openPlace, openSettings } from "./settings.js";
import { openDocument } from "./written.js";

const actions = {
  ...adding,
  ...parts,
  ...saving,
  undo,
  redo,
  "close-gaps": () => changePanels("gaps closed", withoutGaps(board.document.panels)),
  settings: openSettings,
  document: openDocument,
  place: openPlace,
  duplicate,
  remove,
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  actions[button?.dataset.do]?.(idOf(button)); // fields of forms have other things to do
});

showBoard();
takeDraft();
