// One polite line for screen readers. It speaks of changes of state, never of each refresh.

export const announce = (panel, text) => {
  document.getElementById("announcer").textContent = `${panel.querySelector(".panel-title").textContent}: ${text}`;
};
