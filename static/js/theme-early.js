// Runs before the page is drawn, so that it never flashes in the wrong theme: the stored choice, else the system's.
(() => {
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  let chosen = null;
  try {
    chosen = localStorage.getItem("theme");
  } catch {
    // Storage is switched off: the system's theme it is.
  }
  document.documentElement.dataset.theme = ["light", "dark"].includes(chosen) ? chosen : system;
})();
