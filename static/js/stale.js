// How a panel looks that could not be refreshed: stale, with its last good content, or failed, when it never had any.
import { announce } from "./announce.js";

const clone = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);

const showAge = (panel) => {
  const drawn = panel.querySelector(".panel-when time");
  const age = panel.querySelector(".panel-age");
  if (drawn && age.hidden) age.append(drawn.cloneNode(true));
  age.hidden = !drawn;
};

export const markStale = (panel, sentence, reference = "") => {
  if (panel.dataset.state !== "stale") announce(panel, sentence);
  panel.dataset.state = "stale";
  // What is marked here is drawn anew even if it turns out to be the same.
  panel.removeAttribute("hx-headers");
  const head = panel.querySelector(".panel-head");
  const notice = panel.querySelector(".panel-stale") ?? head.insertAdjacentElement("afterend", clone("stale-notice"));
  notice.querySelector(".panel-stale-sentence").textContent = sentence;
  notice.querySelector(".panel-stale-reference").textContent = reference;
  notice.title = [sentence, reference].filter(Boolean).join(" ");
  showAge(panel);
};

export const markFailed = (panel, sentence) => {
  const failed = clone("failed-state");
  failed.querySelector(".state-title").textContent = sentence;
  panel.dataset.state = "error";
  panel.removeAttribute("hx-headers"); // its mark: what it shows now is nothing the server knows of
  panel.setAttribute("aria-busy", "false");
  panel.querySelector(".panel-body").replaceChildren(failed);
  announce(panel, sentence);
};

document.addEventListener("click", (event) => {
  const panel = event.target.closest("[data-action='retry']")?.closest(".panel");
  if (panel) htmx.trigger(panel, "refresh", { fresh: true });
});
