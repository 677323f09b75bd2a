// Full screen, and the kiosk: a dashboard and nothing else. Esc leaves the one and then the other.

const root = document.documentElement;

export const toggleFullScreen = () => {
  if (document.fullscreenElement) document.exitFullscreen();
  else root.requestFullscreen?.();
};

for (const button of document.querySelectorAll("[data-action='full-screen']")) button.hidden = !document.fullscreenEnabled;

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-action='full-screen']")) toggleFullScreen();
});

// Before menus and dialogs have their turn: while one is open Esc is theirs. The browser takes it to leave full screen.
document.addEventListener("keydown", (event) => {
  const leave = document.querySelector("[data-action='leave-kiosk']");
  if (event.key !== "Escape" || !leave || document.fullscreenElement) return;
  if (!document.querySelector("dialog[open], .menu[open]") && !event.target.matches("input, textarea, select")) leave.click();
}, true);
