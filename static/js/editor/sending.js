// The form's posts. What goes wrong on the way is told by htmx's events, which the page answers; here it is the end of it.

export const send = (url, options) => htmx.ajax("POST", url, options).catch(() => {});
