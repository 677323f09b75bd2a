// Where panels lie on the grid: lists of placed panels in, new lists out. None lies on another.

const COLUMNS = 12;
const HIGHEST = 24;
const LAST_ROW = 10_000;
const SIZES = { kpi: [3, 3], row: [COLUMNS, 1], table: [COLUMNS, 8], text: [6, 3], health_status: [6, 3] };

const between = (least, value, most) => Math.min(Math.max(value, least), most);

const bottom = ({ row, height }) => row + height;

const overlap = (one, other) =>
  one.col < other.col + other.width && other.col < one.col + one.width && one.row < bottom(other) && other.row < bottom(one);

const byPlace = (one, other) => one.position.row - other.position.row || one.position.col - other.position.col;

export const inOrder = (panels) => [...panels].sort(byPlace);

export const samePlace = (one, other) => ["row", "col", "width", "height"].every((side) => one[side] === other[side]);

// The nearest place to the one wanted that is on the grid. What is too wide for its column is made narrower.
export const within = ({ row, col, width, height }) => {
  const at = between(0, col, COLUMNS - 1);
  return { row: between(0, row, LAST_ROW), col: at, width: between(1, width, COLUMNS - at), height: between(1, height, HIGHEST) };
};

// The same, a panel that is pushed against the edge keeping its width.
export const kept = (position) => within({ ...position, col: between(0, position.col, COLUMNS - position.width) });

// What is pushed away from above goes up where there is room just above, else below whatever lies on it.
const outOfTheWay = (position, moved, rest, settled) => {
  const above = { ...position, row: moved.row - position.height };
  const isFree = (place) => ![...rest, ...settled].some((other) => overlap(place, other));
  if (overlap(position, moved) && above.row >= 0 && isFree(above)) return above;
  let place = position;
  for (let under; (under = settled.find((other) => overlap(place, other))); ) place = { ...place, row: bottom(under) };
  return place;
};

// The panels with one of them at a position; the others move out of its way.
export const placed = (panels, id, position) => {
  const before = panels.find((panel) => panel.id === id).position;
  const wentDown = position.row > before.row;
  const settled = [position];
  const found = new Map([[id, position]]);
  const others = inOrder(panels.filter((panel) => panel.id !== id));
  others.forEach((panel, at) => {
    const rest = wentDown ? others.slice(at + 1).map((other) => other.position) : [{ row: 0, col: 0, width: COLUMNS, height: LAST_ROW }];
    const place = outOfTheWay(panel.position, position, rest, settled);
    settled.push(place);
    found.set(panel.id, place);
  });
  return panels.map((panel) => (samePlace(panel.position, found.get(panel.id)) ? panel : { ...panel, position: found.get(panel.id) }));
};

// Each as far up as those above it let it.
export const withoutGaps = (panels) => {
  const settled = [];
  const found = new Map();
  for (const { id, position } of inOrder(panels)) {
    const over = settled.filter((other) => overlap({ ...position, row: 0, height: LAST_ROW * 2 }, other));
    const place = { ...position, row: Math.max(0, ...over.map(bottom)) };
    settled.push(place);
    found.set(id, place);
  }
  return panels.map((panel) => ({ ...panel, position: found.get(panel.id) }));
};

// The first place that is free for a new one, below the last heading.
export const freePlace = (panels, headings, kind) => {
  const [width, height] = SIZES[kind] ?? [6, 6];
  const places = panels.map((panel) => panel.position);
  const end = Math.max(0, ...places.map(bottom));
  const start = Math.max(0, ...panels.filter((panel) => headings.has(panel.id)).map((panel) => bottom(panel.position)));
  for (let row = kind === "row" ? end : start; row < end; row += 1) {
    for (let col = 0; col + width <= COLUMNS; col += 1) {
      const place = { row, col, width, height };
      if (!places.some((other) => overlap(place, other))) return place;
    }
  }
  return { row: end, col: 0, width, height };
};
