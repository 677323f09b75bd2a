// When a refresh fails, the last good answer stays and says how old it is; a first load that fails offers a retry.

const sentences = {
  0: "The server cannot be reached.",
  401: "You have been signed out.",
  403: "You may not see this panel any more.",
  404: "This panel is not there any more.",
  429: "Too many requests at the moment.",
};

const sentenceFor = (status) => sentences[status] ?? "The server had a problem with this panel.";

// The request that drew what a panel shows: only the same request's failure leaves it standing.
const shown = new Map();

const announce = (text) => {
  document.getElementById("announcer").textContent = text;
};

const clone = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);

const markStale = (panel, sentence) => {
  if (panel.dataset.state !== "stale") announce(`${panel.querySelector(".panel-title").textContent}: ${sentence}`);
  panel.dataset.state = "stale";
  const notice = panel.querySelector(".panel-stale") ?? panel.querySelector(".panel-head").insertAdjacentElement("afterend", clone("stale-notice"));
  notice.querySelector(".panel-stale-text").textContent = sentence;
  showAge(panel);
};

const showAge = (panel) => {
  const drawn = panel.querySelector(".panel-when time");
  const age = panel.querySelector(".panel-age");
  if (drawn && age.hidden) age.append(drawn.cloneNode(true));
  age.hidden = !drawn;
};

const showFailure = (panel, sentence) => {
  const failed = clone("failed-state");
  failed.querySelector(".state-title").textContent = sentence;
  panel.dataset.state = "error";
  panel.setAttribute("aria-busy", "false");
  panel.querySelector(".panel-body").replaceChildren(failed);
  announce(`${panel.querySelector(".panel-title").textContent}: ${sentence}`);
};

const fail = (panel, path, sentence) => {
  if (shown.get(panel.id) === path) markStale(panel, sentence);
  else showFailure(panel, sentence);
};

for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(name, (event) => {
    const panel = event.detail.elt.closest(".panel");
    if (panel) fail(panel, event.detail.requestConfig.path, sentenceFor(event.detail.xhr.status));
  });
}

const errorIn = (html) => {
  if (!html.includes('data-state="error"')) return null;
  return new DOMParser().parseFromString(html, "text/html").querySelector("[data-state='error'] .state-error");
};

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, xhr, requestConfig, serverResponse } = event.detail;
  if (!target.matches(".panel")) return;
  // A session that ended answers with the sign-in page: go there instead of drawing it into a panel.
  if (new URL(xhr.responseURL).pathname.startsWith("/accounts/")) {
    event.detail.shouldSwap = false;
    location.reload();
    return;
  }
  const error = errorIn(serverResponse);
  if (error && shown.get(target.id) === requestConfig.path) {
    event.detail.shouldSwap = false;
    markStale(target, [...error.querySelectorAll(".state-title, .state-text")].map((line) => line.textContent.trim()).join(" "));
  } else if (error) {
    shown.delete(target.id);
  } else if (event.detail.shouldSwap) {
    if (target.dataset.state === "stale") announce(`${target.querySelector(".panel-title").textContent}: up to date again.`);
    shown.set(target.id, requestConfig.path);
  }
});

document.addEventListener("click", (event) => {
  const panel = event.target.closest("[data-action='retry']")?.closest(".panel");
  if (panel) htmx.trigger(panel, "refresh");
});
