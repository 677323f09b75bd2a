// The theme's colours as the browser sees them. A custom property holds light-dark(…); only a used colour is resolved.

const names = ["surface", "line", "line-strong", "text", "text-2", "text-3", "brand"];
const seriesCount = 8;

export const readColours = () => {
  const probe = document.createElement("span");
  probe.hidden = true;
  document.body.append(probe);
  const read = (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const colours = Object.fromEntries(names.map((name) => [name, read(name)]));
  colours.series = Array.from({ length: seriesCount }, (_, index) => read(`series-${index}`));
  probe.remove();
  return colours;
};

export const withAlpha = (colour, alpha) => colour.replace(/^rgb\((.+)\)$/, `rgba($1, ${alpha})`);
