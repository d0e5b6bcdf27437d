// What the cross-school page is made of: tables, and the small pictures of intervals that stand in their rows.

const SVG = "http://www.w3.org/2000/svg";
const percent_of = (share) => `${Math.max(0, Math.min(100, share * 100))}%`;

function draw(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

function hidden_words(text) {
  return make("span", { class: "cs-unseen" }, text);
}

// A table whose rows become small cards on a narrow screen: the roles keep saying that it is a table.
function table_of({ caption, heads, groups, foot, kind }) {
  const cell = ({ words, head, name, extra }) =>
    make(head ? "th" : "td", { role: head ? "rowheader" : "cell", scope: head ? "row" : null, class: `cs-${name} ${extra ?? ""}`.trim() }, ...[words].flat());
  const bodies = groups.map(({ title, rows }) =>
    make("tbody", { role: "rowgroup" },
      title ? make("tr", { role: "row", class: "cs-group" }, make("th", { role: "rowheader", scope: "rowgroup", colspan: heads.length }, title)) : "",
      ...rows.map((cells) => make("tr", { role: "row" }, ...cells.map(cell)))));
  return make("table", { role: "table", class: `cs-table ${kind}` },
    make("caption", {}, caption),
    make("thead", { role: "rowgroup" }, make("tr", { role: "row" }, ...heads.map(({ words, name }) => make("th", { role: "columnheader", scope: "col", class: `cs-${name}` }, words)))),
    ...bodies,
    foot ? make("tfoot", { "aria-hidden": "true" }, foot) : "");
}

// Differences lie on an axis from fewer points (left) to more (right); the margin of "the same" is shaded.
function difference_picture(row, scale, margin, hatch) {
  const at = (points) => percent_of(0.5 + points / (2 * scale.reach));
  const picture = draw("svg", { class: "cs-picture", "aria-hidden": "true" });
  const line = (x, kind) => picture.append(draw("line", { x1: x, x2: x, y1: "0", y2: "100%", class: kind }));
  picture.append(draw("rect", { x: at(-margin), width: percent_of(margin / scale.reach), y: "0", height: "100%", class: "cs-margin" }));
  scale.ticks.forEach((tick) => line(at(tick.at), tick.at === 0 ? "cs-zero" : "cs-grid"));
  if (row === null) return picture;
  const bar = (low, high, y, height, attributes) => {
    const [from, to] = [0.5 + low / (2 * scale.reach), 0.5 + high / (2 * scale.reach)].map((one) => Math.max(0, Math.min(1, one)));
    picture.append(draw("rect", { x: percent_of(from), width: percent_of(to - from), y: "50%", height, transform: `translate(0 ${-height / 2})`, ...attributes }));
  };
  if (row.value === null) {
    bar(-scale.reach, scale.reach, 0, 22, { fill: `url(#${hatch})` });
    return picture;
  }
  const unsure = row.verdict === "cannot tell";
  const kind = unsure ? "cs-unsure" : row.verdict === "different" ? "cs-apart" : "cs-alike";
  if (unsure) bar(row.low, row.high, 0, 14, { fill: `url(#${hatch})`, class: "cs-unsure-band" });
  else {
    bar(row.low, row.high, 0, 2, { class: kind });
    bar(row.near_low, row.near_high, 0, 6, { class: kind });
  }
  const mark = row.verdict === "different"
    ? draw("path", { d: "M0-7.5 7.5 0 0 7.5-7.5 0Z" })
    : draw("circle", { r: 6 });
  mark.setAttribute("class", `${kind} cs-mark`);
  picture.append(draw("svg", { x: at(row.value), y: "50%", overflow: "visible" }, mark));
  return picture;
}

function difference_axis(scale) {
  const picture = draw("svg", { class: "cs-axis", "aria-hidden": "true" });
  for (const tick of scale.ticks) {
    const words = draw("text", { x: percent_of(0.5 + tick.at / (2 * scale.reach)), y: "14", "text-anchor": "middle" });
    words.textContent = tick.words;
    picture.append(words);
  }
  return make("div", {}, picture, make("div", { class: "cs-ends" }, make("span", {}, "← fewer points"), make("span", {}, "more points →")));
}

// Shares lie between nothing and everything.
function share_picture(row) {
  const picture = draw("svg", { class: "cs-picture", "aria-hidden": "true" });
  for (const one of [0, 0.25, 0.5, 0.75, 1]) picture.append(draw("line", { x1: percent_of(one), x2: percent_of(one), y1: "0", y2: "100%", class: "cs-grid" }));
  const kind = row.kind === "within" ? "cs-alike" : "cs-across";
  if (row.low !== null) picture.append(draw("rect", { x: percent_of(row.low), width: percent_of(row.high - row.low), y: "50%", height: 3, transform: "translate(0 -1.5)", class: kind }));
  const mark = row.kind === "within" ? draw("circle", { r: 6 }) : draw("rect", { x: -5.5, y: -5.5, width: 11, height: 11 });
  mark.setAttribute("class", `${kind} cs-mark`);
  picture.append(draw("svg", { x: percent_of(row.value), y: "50%", overflow: "visible" }, mark));
  return picture;
}

function share_axis() {
  const picture = draw("svg", { class: "cs-axis cs-axis-share", "aria-hidden": "true" });
  for (const [one, anchor] of [[0, "start"], [0.5, "middle"], [1, "end"]]) {
    const words = draw("text", { x: percent_of(one), y: "14", "text-anchor": anchor });
    words.textContent = percent_of(one);
    picture.append(words);
  }
  return picture;
}

// The map of schools: coloured only where there is a verdict, hatched where it cannot be told, its words in every square.
const MAP_NAMED = 6;
const MAP_SIGNS = { same: "=", "cannot tell": "?", "no shared pieces": "", "not shown": "*" };

function map_table(found) {
  const many = found.rows.length > MAP_NAMED;
  const first = found.columns.length - found.rows.length;
  const head = (title, at) =>
    make("th", { scope: "col" }, many && at >= first ? [make("span", { "aria-hidden": "true" }, String(at - first + 1)), hidden_words(title)] : title);
  const square = (one) => {
    if (one === null) return make("td", { class: "cs-map-self" });
    const kind = one.shown ? (one.more ? "cs-map-more" : "cs-map-fewer") : "cs-map-unsure";
    const words = many
      ? [make("span", { "aria-hidden": "true" }, one.strong ? one.shown : MAP_SIGNS[one.state]), hidden_words(`${one.shown} ${one.words}`)]
      : [one.shown ? make("b", {}, one.shown) : "", make("span", {}, one.words)];
    const node = make("td", { class: `${kind}${one.strong ? " cs-map-strong" : ""}${one.light ? " cs-map-light" : ""}` }, ...words);
    node.style.setProperty("--strength", `${Math.round(100 * one.strength)}%`);
    return node;
  };
  const table = make("table", { class: many ? "cs-map cs-map-many" : "cs-map" },
    make("caption", { class: "cs-unseen" }, "The map of schools: points that the row’s readers give minus those of the column"),
    make("thead", {}, make("tr", {}, make("td", {}), ...found.columns.map(head))),
    make("tbody", {}, ...found.rows.map((row, at) =>
      make("tr", {}, make("th", { scope: "row" }, many ? `${at + 1} ${row.title}` : row.title), ...row.cells.map(square)))));
  return make("div", { class: "cs-scroll", tabindex: "0", role: "region", "aria-label": "The map of schools" }, table);
}

function map_legend(found) {
  const states = new Set(found.rows.flatMap((row) => row.cells).filter(Boolean).map((one) => one.state));
  const keys = [["cs-map-more cs-map-strong", "row gives more points"], ["cs-map-fewer cs-map-strong", "row gives fewer points"], ["cs-map-fewer cs-map-none", "pale: little or no difference"]];
  const unsure = ["cannot tell", "no shared pieces", "not shown"].filter((one) => states.has(one));
  if (unsure.length) keys.push(["cs-map-unsure", `hatched: ${unsure.join(", ")}`]);
  if (found.rows.length > MAP_NAMED) keys.push(["cs-map-none", "= the same"]);
  return make("ul", { class: "cs-legend", "aria-label": "How to read the map" },
    ...keys.map(([kind, words]) => make("li", {}, make("span", { class: `cs-key cs-map-key ${kind}`, "aria-hidden": "true" }), words)));
}
