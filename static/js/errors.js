// When a refresh fails, the last good answer stays and says how old it is; a first load that fails offers a retry.
import { announce } from "./announce.js";
import { markFailed, markStale } from "./stale.js";

const sentences = {
  0: "The server cannot be reached.",
  401: "You have been signed out.",
  403: "You may not see this panel any more.",
  404: "This panel is not there any more.",
  429: "Too many requests at the moment.",
};

const parse = (html) => new DOMParser().parseFromString(html, "text/html");

// What was asked cannot be answered: the server says why, on a page of its own.
const sentenceFor = ({ status, response }) => {
  const said = status === 422 && parse(response).querySelector(".state-title")?.textContent.trim();
  return said || (sentences[status] ?? "The server had a problem with this panel.");
};

// A panel that never loaded has no poll yet; it tries again by itself after a while.
const retryMs = 15_000;

const retries = new WeakMap();

const tryLater = (panel) => {
  if (panel.getAttribute("hx-trigger").includes("every")) return;
  clearTimeout(retries.get(panel));
  const retry = () => panel.isConnected && htmx.trigger(panel, "refresh");
  retries.set(panel, setTimeout(retry, retryMs * (1 + Math.random())));
};

// The request that drew what each panel shows: only when that same request fails may the drawing stay.
const shown = new Map();

// The first request names its parameters in another order than those that follow.
const inOrder = (path) => {
  const url = new URL(path, location.href);
  url.searchParams.sort();
  return url.href;
};

for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(name, (event) => {
    const { elt, xhr, requestConfig } = event.detail;
    const panel = elt.closest(".panel");
    if (!panel) return;
    const sentence = sentenceFor(xhr);
    if (shown.get(panel.id) === inOrder(requestConfig.path)) markStale(panel, sentence);
    else {
      markFailed(panel, sentence);
      tryLater(panel);
    }
  });
}

// A tenant's database that fails answers 200 with the panel in its error state.
const errorIn = (html) => {
  if (!html.includes('data-state="error"')) return null;
  return parse(html).querySelector("[data-state='error'] .state-error");
};

const lineOf = (error, line) => error.querySelector(line)?.textContent.trim() ?? "";

// … or with its last result, and why that is all there is.
const staleIn = (html) =>
  html.includes('data-state="stale"') ? parse(html).querySelector(".panel-stale-sentence").textContent : "";

const isSignIn = (url) => new URL(url).pathname.startsWith("/accounts/");

const decide = (panel, path, error, stale) => {
  if (error && shown.get(panel.id) === path) {
    markStale(panel, lineOf(error, ".state-title"), lineOf(error, ".state-text"));
    return false;
  }
  if (error) shown.delete(panel.id);
  else shown.set(panel.id, path);
  const wasStale = panel.dataset.state === "stale";
  if (stale && !wasStale) announce(panel, stale);
  if (!error && !stale && wasStale) announce(panel, "up to date again.");
  return true;
};

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, xhr, requestConfig, serverResponse, shouldSwap } = event.detail;
  if (!target.matches(".panel") || !shouldSwap) return;
  // A session that ended answers with the sign-in page: go there, do not draw it into a panel.
  if (isSignIn(xhr.responseURL)) location.reload();
  event.detail.shouldSwap = !isSignIn(xhr.responseURL) && decide(target, inOrder(requestConfig.path), errorIn(serverResponse), staleIn(serverResponse));
});
