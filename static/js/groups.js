// Groups of panels that can be closed. What one chose is kept in this browser, for each dashboard by itself.

const key = `groups:${location.pathname}`;

const kept = () => {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? {};
  } catch {
    return {}; // Storage is switched off, or holds something else.
  }
};

const keep = (name, isOpen) => {
  try {
    localStorage.setItem(key, JSON.stringify({ ...kept(), [name]: isOpen }));
  } catch {
    // Storage is switched off: the choice holds for this page.
  }
};

for (const group of document.querySelectorAll("details.group")) group.open = kept()[group.dataset.group] ?? group.open;

// The keyboard clicks too. At a click the group is still as it was.
document.addEventListener("click", (event) => {
  const group = event.target.closest(".group-head")?.parentElement;
  if (group) keep(group.dataset.group, !group.open);
});
