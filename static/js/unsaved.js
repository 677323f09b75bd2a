// Work that is not saved: kept in this tab, and not left without a question.

export const keptAs = (key) => ({
  read: () => {
    try {
      return JSON.parse(sessionStorage.getItem(key));
    } catch {
      return null; // Storage is switched off, or holds something else.
    }
  },
  // Of null nothing is kept any more.
  write: (work) => {
    try {
      if (work === null) sessionStorage.removeItem(key);
      else sessionStorage.setItem(key, JSON.stringify(work));
    } catch {
      // Storage is switched off or full: leaving the page asks all the same.
    }
  },
});

export const askBeforeLeaving = (isUnsaved) => {
  window.addEventListener("beforeunload", (event) => {
    if (isUnsaved()) event.preventDefault();
  });
};

// A form may leave to be sent, and for what says that its work is left; what opens beside it leaves nothing.
export const askUnlessSent = (form, isUnsaved) => {
  let isSent = false;
  form.addEventListener("submit", (event) => {
    isSent = !event.defaultPrevented && event.submitter?.formTarget !== "_blank";
  });
  document.addEventListener("click", ({ target, ctrlKey, metaKey }) => {
    if (target.closest("a[data-leave]") && !ctrlKey && !metaKey) isSent = true;
  });
  askBeforeLeaving(() => !isSent && isUnsaved());
};
