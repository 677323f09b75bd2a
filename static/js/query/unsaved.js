// A text that is not saved is not lost without a question; to be saved it may leave. What opens beside it leaves nothing.
import { askBeforeLeaving } from "../unsaved.js";

export const askUnlessSent = (form, isUnsaved) => {
  let isSent = false;
  form.addEventListener("submit", (event) => {
    isSent = !event.defaultPrevented && event.submitter?.formTarget !== "_blank";
  });
  askBeforeLeaving(() => !isSent && isUnsaved());
};
