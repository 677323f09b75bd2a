// A text that is not saved is not lost without a question; to be saved it may leave. What opens beside it leaves nothing.
export const askBeforeLeaving = (form, isUnsaved) => {
  let isSent = false;
  form.addEventListener("submit", (event) => {
    isSent = !event.defaultPrevented && event.submitter?.formTarget !== "_blank";
  });
  window.addEventListener("beforeunload", (event) => {
    if (!isSent && isUnsaved()) event.preventDefault();
  });
};
