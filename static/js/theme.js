// Light or dark: the button, and the system's own change. Others listen for "themechange" on the document.

const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");

export const showTheme = (theme) => {
  root.dataset.theme = theme;
  document.dispatchEvent(new CustomEvent("themechange"));
};

// The choice is kept only where it differs from the system's: choosing the system's theme again follows the system again.
const remember = (theme) => {
  const systems = system.matches ? "dark" : "light";
  try {
    if (theme === systems) localStorage.removeItem("theme");
    else localStorage.setItem("theme", theme);
  } catch {
    // Storage is switched off: the choice holds for this page.
  }
};

export const toggleTheme = () => {
  const theme = root.dataset.theme === "dark" ? "light" : "dark";
  remember(theme);
  showTheme(theme);
};

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-action='theme']")) toggleTheme();
});

system.addEventListener("change", () => {
  remember(system.matches ? "dark" : "light");
  showTheme(system.matches ? "dark" : "light");
});
