// How the panel's levels lie on one criterion: a table whose cells hold a dot for each reader, and a plain sentence.

/** The card of one criterion. `slot` is the node into which a board puts its form. */
function spreadCard(piece, criterion, color, slot) {
  const heading = make("h4", {}, make("span", { class: "swatch", "aria-hidden": "true" }), criterion.name);
  const node = make(
    "section",
    { class: "spread" },
    heading,
    make("div", { class: "table", role: "group", tabindex: "0", "aria-label": `${criterion.name}: how many chose each level` }, dotTable(piece, criterion)),
    make("p", { class: "sentence" }, withoutName(criterion)),
    criterion.second_sentence ? make("p", { class: "sentence" }, criterion.second_sentence) : "",
    criterion.aside_sentence ? make("p", { class: "sentence aside" }, criterion.aside_sentence) : "",
    notesOn(piece, criterion),
    agreedOn(criterion),
    slot,
  );
  node.dataset.criterion = criterion.id;
  node.style.setProperty("--mark", color);
  return node;
}

function dotTable(piece, criterion) {
  const columns = [...criterion.levels, ...criterion.codes.map((code) => ({ ...code, isCode: true }))];
  const second = columns.some((one) => one.second !== null);
  const table = make("table", { class: "dots" });
  const head = make("tr", {}, make("th", { scope: "col" }, make("span", { class: "unseen" }, "Round")));
  for (const one of columns) {
    const name = one.label === one.number || !one.number ? "" : one.label;
    const column = make("th", { scope: "col" }, make("b", {}, one.number || one.label), name ? make("span", {}, name) : "");
    dressColumn(column, one, criterion);
    if (isAgreed(criterion, one)) column.append(make("span", { class: "tick" }, "✓ agreed"));
    head.append(column);
  }
  table.append(make("thead", {}, head));
  const body = make("tbody", {}, row(piece, criterion, columns, "blind", "Blind"));
  if (second) body.append(row(piece, criterion, columns, "second", "After"));
  table.append(body);
  return table;
}

function dressColumn(cell, one, criterion) {
  cell.classList.toggle("cut", criterion.cut !== null && one.id === criterion.cut && criterion.levels[0].id !== one.id);
  cell.classList.toggle("code", Boolean(one.isCode));
  cell.classList.toggle("agreed", isAgreed(criterion, one));
}

function row(piece, criterion, columns, round, name) {
  const own = piece.readings
    .filter((reading) => reading.own)
    .flatMap((reading) => reading.answers)
    .find((answer) => answer.criterion === criterion.id && answer.round === round);
  const line = make("tr", {}, make("th", { scope: "row" }, name));
  for (const one of columns) {
    const readers = one[round] ?? 0;
    const aside = round === "blind" ? one.aside : 0;
    const mine = own && (one.isCode ? own.code : own.level) === one.id;
    const cell = make("td", {}, make("span", { class: "heap", "aria-hidden": "true" }, ...dots(readers, aside, mine)));
    const said = [String(readers), aside ? `and ${aside} apart` : "", mine ? "you among them" : ""].filter(Boolean).join(", ");
    cell.append(make("span", { class: readers + aside ? "number" : "number none", "aria-hidden": "true" }, aside ? `${readers}+${aside}` : String(readers)));
    cell.append(make("span", { class: "unseen" }, said));
    dressColumn(cell, one, criterion);
    line.append(cell);
  }
  return line;
}

function dots(readers, aside, mine) {
  return Array.from({ length: readers + aside }, (_, at) => {
    const kind = [at >= readers ? "aside" : "", mine && at === (readers ? 0 : readers) ? "mine" : ""].filter(Boolean).join(" ");
    return make("i", { class: kind });
  });
}

function isAgreed(criterion, one) {
  const { consensus } = criterion;
  return Boolean(consensus) && (one.isCode ? consensus.code : consensus.level) === one.id;
}

function withoutName(criterion) {
  const { name, sentence } = criterion;
  const bare = sentence.startsWith(`${name}: `) ? sentence.slice(name.length + 2) : sentence;
  return bare.charAt(0).toUpperCase() + bare.slice(1);
}

function notesOn(piece, criterion) {
  const notes = piece.readings.flatMap((reading) =>
    reading.answers
      .filter((answer) => answer.criterion === criterion.id && answer.note)
      .map((answer) => noteItem(answer.note, reading, `chose ${answer.label}${answer.round === "second" ? " after the discussion" : ""}`)),
  );
  return notes.length ? make("ul", { class: "notes", "aria-label": `Notes on ${criterion.name}` }, ...notes) : "";
}

function noteItem(text, reading, said) {
  const who = reading.own ? `${reading.label} (you)` : reading.label;
  return make("li", {}, make("q", {}, text), " ", make("span", { class: "who" }, said ? `${who}, ${said}` : who));
}

function agreedOn(criterion) {
  const { consensus } = criterion;
  if (!consensus) return "";
  const number = criterion.levels.find((one) => one.id === consensus.level)?.number ?? "";
  const label = number && number !== consensus.label ? `${number} ${consensus.label}` : consensus.label;
  return make("p", { class: "consensus" }, make("b", {}, `Agreed: ${label}.`), ` ${consensus.reason}`);
}
