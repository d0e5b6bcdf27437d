// One piece after the reveal: the work with everybody's evidence on one side, the spread of each criterion on the other.

class RevealPiece {
  /** Draws into `work` and `side`; `works` fetches the work; `tools` are the board's, or null. */
  constructor({ piece, id, work, side, works, colors, tools }) {
    this.piece = piece;
    this.id = id;
    this.box = work;
    this.side = side;
    this.colors = colors;
    this.tools = tools;
    this.filter = "";
    this.slots = new Map();
    this.pages = null;
    this.heading = make("h3", { tabindex: "-1" }, piece.code);
    this.reason = make("p", { class: "reason" });
    this.filters = make("div", { class: "filters", role: "group", "aria-label": "Show the evidence for" });
    this.sheet = make("div", { class: "pages" }, make("p", { class: "hint" }, "Fetching the work…"));
    this.places = make("div", { class: "marked" });
    work.replaceChildren(make("div", { class: "top" }, this.heading), this.reason, ...aboutPiece(piece), this.filters, this.sheet, this.places);
    this.update(piece);
    this.#fetch(works);
  }

  close() {
    this.pages?.close();
    this.closed = true;
  }

  /** Take new data of the same piece; forms in their slots stay as they are. */
  update(piece) {
    this.piece = piece;
    this.reason.textContent = piece.reason;
    this.#drawFilters();
    this.#paint();
    const held = document.activeElement;
    this.side.replaceChildren(
      ...piece.criteria.map((one) => spreadCard(piece, one, this.colors.get(one.id), this.#slot("agree-slot", one))),
      notesOnPiece(piece),
      readerTable(piece),
      this.#slot("piece-slot", null),
    );
    if (held && held !== document.activeElement && this.side.contains(held)) held.focus({ preventScroll: true });
  }

  #slot(kind, criterion) {
    const about = criterion?.id ?? "";
    if (!this.slots.has(about)) {
      const node = make("div", { class: kind });
      node.dataset.piece = this.piece.id;
      if (criterion) node.dataset.criterion = about;
      this.slots.set(about, node);
    }
    const slot = this.slots.get(about);
    if (criterion) this.tools?.slot?.(slot, this.piece, criterion);
    else this.tools?.piece?.(slot, this.piece);
    return slot;
  }

  async #fetch(works) {
    const answer = await works.fetch(this.piece.id);
    if (this.closed) return;
    this.pages = new WorkPages(this.sheet, answer, { code: this.piece.code, id: this.id, ready: () => this.#paint() });
    this.#paint();
  }

  // Evidence

  #drawFilters() {
    const marks = marksOf(this.piece, "");
    const counts = new Map(readersBy(marks, this.piece.criteria));
    const button = (id, name, said) => {
      const node = make("button", { type: "button", "aria-pressed": String(this.filter === id), onclick: () => this.#choose(id) }, id ? make("span", { class: "swatch", "aria-hidden": "true" }) : "", name);
      if (said) node.append(make("span", { class: "count", "aria-hidden": "true" }, String(said)), make("span", { class: "unseen" }, `, marked by ${many(said, "reader")}`));
      if (id) node.style.setProperty("--mark", this.colors.get(id));
      node.dataset.filter = id;
      node.disabled = Boolean(id) && !said;
      return node;
    };
    this.filters.hidden = !marks.length;
    this.filters.replaceChildren(
      make("span", { class: "label" }, "Evidence for"),
      button("", "All", 0),
      ...this.piece.criteria.map(({ id, name }) => button(id, name, counts.get(id) ?? 0)),
    );
  }

  #choose(id) {
    this.filter = id;
    this.#drawFilters();
    this.#paint();
    this.filters.querySelector(`[data-filter="${CSS.escape(id)}"]`)?.focus();
  }

  #paint() {
    const { piece, colors } = this;
    const places = placesOf(marksOf(piece, this.filter));
    this.pages?.paint((file) => layersOf(places, file, { criteria: piece.criteria, colors, lit: (place) => this.#light(place, true) }));
    this.#list(places);
  }

  #list(places) {
    if (!places.length) {
      this.places.replaceChildren(make("p", { class: "hint" }, "Nobody marked a place in this work."));
      return;
    }
    const items = places.map((place) => {
      const chips = readersBy(place.marks, this.piece.criteria).map(([id, readers]) => {
        const chip = make("span", { class: "chip" }, `${this.piece.criteria.find((one) => one.id === id).name}: ${many(readers, "reader")}`);
        chip.style.setProperty("--mark", this.colors.get(id));
        return chip;
      });
      const comments = place.marks.filter((mark) => mark.comment).map((mark) => make("q", {}, mark.comment));
      const button = make("button", { type: "button", onclick: () => this.#light(place, false) }, make("span", { class: "quote" }, this.#quote(place)), " ", ...chips, ...comments);
      button.addEventListener("focus", () => this.#light(place, false));
      button.dataset.place = place.at;
      return make("li", {}, button);
    });
    this.places.replaceChildren(make("h4", {}, `Marked places: ${places.length}`), make("ol", {}, ...items));
  }

  #quote(place) {
    if (place.kind === "area") return `A place on page ${place.file + 1}`;
    const text = this.pages?.words(place) ?? "";
    return text.length > 90 ? `“${text.slice(0, 60)} … ${text.slice(-20)}”` : `“${text}”`;
  }

  /** Show which place is meant: in the work, and in the list if it was chosen in the work. */
  #light(place, fromWork) {
    const here = `[data-place="${place.at}"]`;
    for (const root of [this.sheet, ...this.#documents()]) {
      for (const node of root.querySelectorAll("[data-place]")) node.classList.toggle("lit", node.matches(here));
      if (!fromWork) root.querySelector(here)?.scrollIntoView({ block: "nearest" });
    }
    for (const node of this.places.querySelectorAll("button")) node.classList.toggle("lit", node.matches(here));
    if (fromWork) this.places.querySelector(here)?.scrollIntoView({ block: "nearest" });
  }

  #documents() {
    return [...this.sheet.querySelectorAll("iframe")].map((frame) => frame.contentDocument?.body).filter(Boolean);
  }
}

function notesOnPiece(piece) {
  const notes = piece.readings.flatMap((reading) =>
    reading.notes.map(({ round, text }) => noteItem(text, reading, round === "second" ? "after the discussion" : "")),
  );
  return notes.length ? make("section", { class: "whole" }, make("h4", {}, "Notes on the whole piece"), make("ul", { class: "notes" }, ...notes)) : "";
}

/** Who chose what, reader by reader: for those who want the numbers, and for whoever hears the page. */
function readerTable(piece) {
  const said = (reading, id, round) => {
    const answer = reading.answers.find((one) => one.criterion === id && one.round === round);
    if (!answer) return null;
    const level = piece.criteria.find((one) => one.id === id)?.levels.find((one) => one.id === answer.level);
    return level ? level.number : answer.label;
  };
  const rows = piece.readings.map((reading) => {
    const head = make("th", { scope: "row" }, reading.own ? `${reading.label} (you)` : reading.label);
    if (reading.about) head.append(make("span", { class: "who" }, ` ${reading.about}: not counted in the agreement`));
    const cells = piece.criteria.map(({ id }) => {
      const [blind, second] = ["blind", "second"].map((round) => said(reading, id, round));
      const words = [blind ?? "–", second === null ? "" : make("span", { class: "second" }, make("span", { "aria-hidden": "true" }, " → "), make("span", { class: "unseen" }, " then "), second)];
      return make("td", {}, ...words);
    });
    return make("tr", {}, head, ...cells);
  });
  const head = make("tr", {}, make("th", { scope: "col" }, "Reader"), ...piece.criteria.map(({ name }) => make("th", { scope: "col" }, name)));
  const table = make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows));
  return make("details", { class: "readers" }, make("summary", {}, "Reader by reader"), make("div", { class: "table", role: "group", tabindex: "0", "aria-label": "Scores reader by reader" }, table));
}
