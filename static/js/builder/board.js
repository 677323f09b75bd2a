// The dashboard as it is being built: one document, never changed in place, what it was before, and what was undone.
// Whoever shows it listens for "boardchange" on the document.

const told = JSON.parse(document.getElementById("board").textContent);
const MOST_STEPS = 200;

export const board = { ...told, saved: told.document };

const past = [];
const future = [];

const show = (next, words) => {
  board.document = next;
  document.dispatchEvent(new CustomEvent("boardchange", { detail: { words } }));
};

export const isSaved = () => board.document === board.saved || JSON.stringify(board.document) === JSON.stringify(board.saved);

export const titleOf = (id) => board.panels[id]?.title ?? id;

export const findPlaced = (id) => board.document.panels.find((panel) => panel.id === id);

export const canUndo = () => past.length > 0;

export const canRedo = () => future.length > 0;

// `words` say what was done, for whoever listens and for undoing it.
export const change = (words, next) => {
  past.push({ words, document: board.document });
  past.splice(0, past.length - MOST_STEPS);
  future.length = 0;
  show(next, words);
};

export const changePanels = (words, panels) => change(words, { ...board.document, panels });

export const undo = () => {
  const step = past.pop();
  if (!step) return;
  future.push({ words: step.words, document: board.document });
  show(step.document, `Undone: ${step.words}`);
};

export const redo = () => {
  const step = future.pop();
  if (!step) return;
  past.push({ words: step.words, document: board.document });
  show(step.document, `Done again: ${step.words}`);
};

export const markSaved = (version, sent) => {
  board.version = version;
  board.saved = sent;
  show(board.document, `Saved as version ${version}`);
};
