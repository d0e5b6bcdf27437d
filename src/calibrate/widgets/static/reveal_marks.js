// The evidence of all readers over one piece: marks that touch make a place, and where they overlap the color deepens.

const DEEPEST = 6;
const SAME_AREA = 0.35;

/** Every mark of a piece as {…mark, reader}, of one criterion or of all ("" as `criterion`). */
function marksOf(piece, criterion) {
  return piece.readings.flatMap((reading) =>
    reading.marks.filter((mark) => !criterion || mark.criterion === criterion).map((mark) => ({ ...mark, reader: reading.label })),
  );
}

/** The places that the marks make, in the order of the work: [{file, kind, start, end, marks}]. */
function placesOf(marks) {
  const places = [];
  const order = (a, b) => a.file - b.file || (a.kind === "text" ? a.start - b.start : a.y - b.y);
  for (const mark of [...marks].sort(order)) {
    const home = places.find((place) => place.file === mark.file && place.kind === mark.kind && touches(place, mark));
    if (!home) {
      places.push({ file: mark.file, kind: mark.kind, start: mark.start, end: mark.end, marks: [mark] });
      continue;
    }
    home.marks.push(mark);
    home.start = Math.min(home.start, mark.start);
    home.end = Math.max(home.end, mark.end);
  }
  return places.map((place, at) => ({ ...place, at }));
}

function touches(place, mark) {
  if (mark.kind === "text") return mark.start < place.end && mark.end > place.start;
  return place.marks.some((other) => {
    const width = Math.min(other.x + other.width, mark.x + mark.width) - Math.max(other.x, mark.x);
    const height = Math.min(other.y + other.height, mark.y + mark.height) - Math.max(other.y, mark.y);
    const smaller = Math.min(other.width * other.height, mark.width * mark.height);
    return width > 0 && height > 0 && width * height > SAME_AREA * smaller;
  });
}

/** Who marked something, by criterion in the piece's order: [[criterion id, number of readers]]. */
function readersBy(marks, criteria) {
  return criteria
    .map(({ id }) => [id, new Set(marks.filter((mark) => mark.criterion === id).map((mark) => mark.reader)).size])
    .filter(([, readers]) => readers);
}

function readersOf(marks) {
  return new Set(marks.map((mark) => mark.reader)).size;
}

/** "Ideas: 3 readers · Conventions: 1 reader" */
function evidenceWords(marks, criteria) {
  const names = new Map(criteria.map(({ id, name }) => [id, name]));
  return readersBy(marks, criteria)
    .map(([id, readers]) => `${names.get(id)}: ${many(readers, "reader")}`)
    .join(" · ");
}

/** What to lay over one file: for a text, stretches in which the same marks lie; for a picture, each mark. */
function layersOf(places, file, { criteria, colors, lit }) {
  return places
    .filter((place) => place.file === file)
    .flatMap((place) => (place.kind === "text" ? textLayers(place, criteria, colors, lit) : areaLayers(place, criteria, colors, lit)));
}

function textLayers(place, criteria, colors, lit) {
  const edges = [...new Set(place.marks.flatMap(({ start, end }) => [start, end]))].sort((a, b) => a - b);
  return edges.slice(0, -1).map((start, at) => {
    const end = edges[at + 1];
    const here = place.marks.filter((mark) => mark.start < end && mark.end > start);
    const lines = readersBy(here, criteria).map(([id]) => colors.get(id));
    const deepest = readersBy(here, criteria).sort((a, b) => b[1] - a[1])[0];
    return {
      start,
      end,
      dress(node, last) {
        node.classList.add("layers");
        node.title = evidenceWords(here, criteria);
        node.dataset.place = place.at;
        const { style } = node;
        style.setProperty("--mark", colors.get(deepest[0]));
        style.setProperty("--depth", Math.min(readersOf(here), DEEPEST));
        style.setProperty("--lines", lines.length);
        style.setProperty("--stripes", lines.map((color) => `linear-gradient(${color},${color})`).join(","));
        style.setProperty("--sizes", lines.map(() => "100% 2px").join(","));
        style.setProperty("--places", lines.map((_, line) => `0 calc(100% - ${line * 3}px)`).join(","));
        if (last && at === edges.length - 2) node.dataset.tag = readersOf(place.marks);
        node.addEventListener("click", () => lit(place));
      },
    };
  });
}

function areaLayers(place, criteria, colors, lit) {
  return place.marks.map((mark, at) => ({
    ...mark,
    name: "",
    tag: "",
    color: colors.get(mark.criterion),
    dress(node) {
      if (at) delete node.dataset.tag;
      else node.dataset.tag = readersOf(place.marks);
      node.title = evidenceWords(place.marks, criteria);
      node.dataset.place = place.at;
      node.addEventListener("click", () => lit(place));
    },
  }));
}
