// What has happened, for a screen reader, and what went wrong, for everybody.

export const say = (words) => {
  document.getElementById("announcer").textContent = words;
};

const region = () => document.getElementById("builder-problem");

export const listErrors = (list, errors) => {
  list.replaceChildren(
    ...errors.map(({ path, message }) => {
      const item = document.createElement("li");
      const place = document.createElement("code");
      place.textContent = path;
      item.append(...(path ? [place, ` ${message}`] : [message]));
      return item;
    }),
  );
};

// `kind` says which of the buttons help.
export const showProblem = (kind, sentence, errors = []) => {
  const shown = region();
  shown.dataset.kind = kind;
  shown.querySelector(".builder-sentence").textContent = sentence;
  listErrors(shown.querySelector(".builder-errors"), errors);
  for (const button of shown.querySelectorAll("[data-for]")) button.hidden = !button.dataset.for.split(" ").includes(kind);
  shown.hidden = false;
};

// The button that closed it is gone: one goes on at Save.
export const closeProblem = () => {
  const hadFocus = region().contains(document.activeElement);
  region().hidden = true;
  if (hadFocus) document.querySelector("[data-do='save']").focus();
};
