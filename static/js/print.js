// Paper is light: the theme changes for as long as the page is printed, and charts with it.
import { showTheme } from "./theme.js";

let before = null;

addEventListener("beforeprint", () => {
  before = document.documentElement.dataset.theme;
  if (before === "dark") showTheme("light");
});

addEventListener("afterprint", () => {
  if (before === "dark") showTheme("dark");
});
