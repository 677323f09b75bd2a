// Light or dark: the button, the system's own change, and the account, which keeps the choice. Others listen for
// "themechange" on the document. Up to the moment "theme-unsaved" pages go by the choice of this browser: while it is on its
// way, which a page that is left does not see the end of, and for KNOWN_MS, in which all servers know of it.

const SAVING_MS = 30_000;
const KNOWN_MS = 5_000;

const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");

export const showTheme = (theme) => {
  root.dataset.theme = theme;
  document.dispatchEvent(new CustomEvent("themechange"));
};

// One at a time, so that the last choice is the one that stays.
let saving = Promise.resolve();

const save = (choice) => {
  const headers = { "Content-Type": "application/json", ...JSON.parse(document.body.getAttribute("hx-headers")) };
  const body = JSON.stringify({ theme: choice || "system" });
  saving = saving.then(async () => {
    const answer = await fetch("/api/v1/me/preferences", { method: "PATCH", headers, body, keepalive: true }).catch(() => null);
    keep("theme-unsaved", answer?.ok ? String(Date.now() + KNOWN_MS) : "");
  });
};

const keep = (name, value) => {
  try {
    if (value) localStorage.setItem(name, value);
    else localStorage.removeItem(name);
  } catch {
    // Storage is switched off: the choice holds for this page, and for the account.
  }
};

const chosen = () => {
  if (root.dataset.accountTheme !== undefined) return root.dataset.accountTheme;
  try {
    return localStorage.getItem("theme") ?? "";
  } catch {
    return "";
  }
};

// Only a choice that differs from the system's is one: choosing the system's theme again follows the system again.
const remember = (theme) => {
  const choice = theme === (system.matches ? "dark" : "light") ? "" : theme;
  keep("theme", choice);
  const account = root.dataset.accountTheme;
  if (account === undefined || account === choice) return;
  keep("theme-unsaved", String(Date.now() + SAVING_MS));
  root.dataset.accountTheme = choice;
  save(choice);
};

export const toggleTheme = () => {
  const theme = root.dataset.theme === "dark" ? "light" : "dark";
  remember(theme);
  showTheme(theme);
};

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-action='theme']")) toggleTheme();
});

// The system's change is followed where nobody has chosen.
system.addEventListener("change", () => {
  if (!chosen()) showTheme(system.matches ? "dark" : "light");
});
