// The theme's colours as the browser sees them. A custom property holds light-dark(…); only a used colour is resolved.

const names = ["surface", "line", "line-strong", "text", "text-2", "text-3", "brand"];
const seriesCount = 8;
const heatStops = 5;

export const readColours = () => {
  const probe = document.createElement("span");
  probe.hidden = true;
  probe.style.forcedColorAdjust = "none"; // forced colours are one for all: no line would differ from what is behind it
  document.body.append(probe);
  const read = (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const colours = Object.fromEntries(names.map((name) => [name, read(name)]));
  colours.series = Array.from({ length: seriesCount }, (_, index) => read(`series-${index}`));
  colours.heat = Array.from({ length: heatStops }, (_, index) => read(`heat-${index}`));
  probe.remove();
  return colours;
};

export const withAlpha = (colour, alpha) => colour.replace(/^rgb\((.+)\)$/, `rgba($1, ${alpha})`);

// A colour as three numbers, whether it is #rgb, #rrggbb or rgb(…).
export const channels = (colour) => {
  const hex = /^#(..)(..)(..)/.exec(colour.replace(/^#(.)(.)(.)$/, "#$1$1$2$2$3$3"));
  return hex ? hex.slice(1).map((part) => parseInt(part, 16)) : colour.match(/[\d.]+/g).slice(0, 3).map(Number);
};

const linear = (channel) => (channel <= 10.3 ? channel / 3294.6 : ((channel / 255 + 0.055) / 1.055) ** 2.4);

// Black or white, whichever reads better on a colour: WCAG's relative luminance, 0.18 being as far from one as from the other.
export const inkOn = (colour) => {
  const [red, green, blue] = channels(colour).map(linear);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 ? "#000" : "#fff";
};
