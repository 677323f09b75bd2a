// Rows that are moved by their buttons: the focus goes with them, so that pressed again they go on.
const BY = { up: -1, down: 1 };

// What the buttons of a moved row are called now, `down:doc.links[1]` after `down:doc.links[0]`, the better one first.
export const afterMoving = (did) => {
  const [verb, name = ""] = did.split(/:(.*)/s);
  const by = BY[verb];
  if (!by) return [];
  const its = name.replace(/(\[|\{|\.v)(\d+)([\]}]?)$/, (all, opening, place, closing) => opening + (Number(place) + by) + closing);
  return [`${verb}:${its}`, `${verb === "up" ? "down" : "up"}:${its}`];
};
