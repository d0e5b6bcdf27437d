// Small parts that every page of a session is made of.

const COLORS = ["#0b6e4f", "#8a3ffc", "#b3541e", "#0f62fe", "#a2191f", "#6b5b00", "#005d5d", "#9f1853"];

function many(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function short(name) {
  return name.split(/[\s,]/u)[0].slice(0, 8);
}

function randomId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The color of each criterion of a rubric, by its id. */
function colorsOf(rubric) {
  return new Map(rubric.criteria.map((one, at) => [one.id, COLORS[at % COLORS.length]]));
}
