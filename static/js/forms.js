// Forms of one step: what is typed into one is not left without a question. `data-asks="always"`: it came back with mistakes.
import { askUnlessSent } from "./unsaved.js";

const chosen = ({ options }) => [...options].findLastIndex(({ defaultSelected }) => defaultSelected);

// The browser may have filled a field again before this runs: what the page said is what counts.
const isChanged = (field) => {
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.multiple && field.options) return [...field.options].some(({ selected, defaultSelected }) => selected !== defaultSelected);
  if (field.options) return field.selectedIndex !== Math.max(0, chosen(field));
  return field.value !== field.defaultValue;
};

const FIELDS = "input:not([type='hidden']), select, textarea";

for (const form of document.querySelectorAll("form[data-asks]")) {
  askUnlessSent(form, () => form.dataset.asks === "always" || [...form.querySelectorAll(FIELDS)].some(isChanged));
}
