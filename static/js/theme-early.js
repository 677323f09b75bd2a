// Runs before the page is drawn, so that it never flashes in the wrong theme: the account's choice where somebody is signed
// in, else the one this browser remembers, else the system's.
(() => {
  const FAR_MS = 60_000;
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const account = root.dataset.accountTheme;
  let chosen = account;
  try {
    // What was chosen here a moment ago, and is still on its way to the account, is newer than what the account says: up to
    // "theme-unsaved", a moment that is never far ahead.
    const ahead = Number(localStorage.getItem("theme-unsaved")) - performance.timeOrigin;
    const isNewer = account === undefined || (ahead > 0 && ahead < FAR_MS);
    if (!isNewer) localStorage.removeItem("theme-unsaved");
    if (isNewer) chosen = localStorage.getItem("theme");
    else if (account) localStorage.setItem("theme", account);
    else localStorage.removeItem("theme");
  } catch {
    // Storage is switched off: the account's or the system's theme it is.
  }
  root.dataset.theme = ["light", "dark"].includes(chosen) ? chosen : system;
})();
