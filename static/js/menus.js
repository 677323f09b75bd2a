// Menus are details elements and open by themselves; here they close as people expect, and arrow keys walk in them.

const openMenus = () => document.querySelectorAll(".menu[open]");

const close = (menu) => {
  const hadFocus = menu.contains(document.activeElement);
  menu.open = false;
  if (hadFocus) menu.querySelector("summary").focus();
};

const walk = (menu, step) => {
  const shown = [...menu.querySelectorAll(".option")].filter((item) => item.offsetParent);
  const items = shown.map((item) => item.control ?? item);
  if (!items.length) return;
  const at = items.indexOf(document.activeElement);
  items[(at + step + items.length) % items.length].focus();
};

document.addEventListener("click", (event) => {
  for (const menu of openMenus()) {
    if (!menu.contains(event.target)) menu.open = false;
    else if (event.target.closest("a.option, button.option:not([name])")) close(menu);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") openMenus().forEach(close);
  const menu = event.target.closest?.(".menu[open]");
  if (!menu || !["ArrowDown", "ArrowUp"].includes(event.key) || event.target.matches("select, input[type='datetime-local']")) return;
  event.preventDefault();
  walk(menu, event.key === "ArrowDown" ? 1 : -1);
});

// A field that narrows a list: data-filter names it.
document.addEventListener("input", (event) => {
  const list = event.target.dataset.filter && document.querySelector(event.target.dataset.filter);
  if (!list) return;
  const wanted = event.target.value.trim().toLowerCase();
  for (const item of list.children) item.hidden = !item.textContent.toLowerCase().includes(wanted);
});

// Enter in it opens the first of what is left.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.dataset?.filter) return;
  event.preventDefault();
  document.querySelector(`${event.target.dataset.filter} li:not([hidden]) :is(a, button, input)`)?.click();
});

const EDGE = 8; // pixels between a menu and the window's side

// What would open beyond the window's side moves beside it: it could not be reached, and on a phone the page grew wider.
const keepInSight = (popover) => {
  popover.style.translate = "";
  const { left, right } = popover.getBoundingClientRect();
  const by = Math.max(EDGE - left, Math.min(document.documentElement.clientWidth - EDGE - right, 0));
  if (by) popover.style.translate = `${by}px 0`;
};

// An open menu's search field has the focus.
document.addEventListener("toggle", ({ target }) => {
  if (!target.matches?.(".menu[open]")) return;
  for (const popover of target.querySelectorAll(":scope > .popover")) keepInSight(popover);
  target.querySelector("input[data-filter]")?.focus();
}, true);
