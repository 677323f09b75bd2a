// Where in a text of YAML its mistakes stand.
import { pathOf, placesIn } from "./places.js";

const TOLD = /^line (\d+), column (\d+)$/;

const isOf = (path, place) => path === place || path.startsWith(`${place}.`) || path.startsWith(`${place}[`);

// The line and column that a mistake names, or those of its path, or of what is nearest above it.
const spotOf = (path, places) => {
  const told = path.match(TOLD);
  if (told) return { line: Number(told[1]) - 1, column: Number(told[2]) - 1 };
  const nearer = (best, place, line) => {
    const isNearer = place && isOf(path, place.path) && place.path.length >= best.length;
    return isNearer ? { line, column: place.from, length: place.path.length } : best;
  };
  return places.reduce(nearer, { line: 0, column: 0, length: 0 });
};

// Each mistake with its place in the text, or as near to it as there is a line: `{ at, message }`.
export const spotsOf = (text, mistakes) => {
  const lines = text.split("\n");
  const places = placesIn(lines).map((place) => place && { from: place.from, path: pathOf(place.steps) });
  const begins = (number) => lines.slice(0, number).reduce((sum, line) => sum + line.length + 1, 0);
  return mistakes.map(({ path, message }) => {
    const { line, column } = spotOf(path, places);
    return { at: begins(line) + column, message };
  });
};
