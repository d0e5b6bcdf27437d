// Who scores what, as a table: worked out by Python, changed by hand where the facilitator wants it otherwise.

class Plan {
  constructor(board, draft, choices) {
    Object.assign(this, { board, draft, choices });
    this.told = new Told();
    this.again = button("Deal again", () => this.#wish({ seed: ((this.draft.seed ?? 1) % 500) + 1 }), "quiet");
    this.again.hidden = true;
    this.options = make("div", { class: "fields", role: "radiogroup", "aria-label": "How many score each piece" });
    this.summary = make("p", { role: "status" });
    this.warnings = make("ul", { class: "warnings" });
    this.table = make("div", { class: "plan-table", tabindex: "0", role: "group", "aria-label": "The plan as a table" });
    this.exceptions = make("div", { class: "exceptions" });
    this.node = make("div", {}, this.options, this.told.node, this.again, this.summary, this.warnings, this.table, this.exceptions);
    this.refresh();
  }

  get ready() {
    return this.draft.pieces.length > 0 && this.draft.panel.length > 0;
  }

  // The pieces or the panel changed: the plan is worked out anew.
  renew() {
    this.draft.assignments = null;
    this.draft.own = this.draft.own.filter(
      (one) => this.draft.panel.includes(one.rater) && this.draft.pieces.some((piece) => piece.id === one.piece),
    );
    clearTimeout(this.soon);
    this.soon = setTimeout(() => this.refresh(), 250);
  }

  async refresh() {
    if (!this.ready) {
      this.summary.textContent = "Choose pieces and people first; the plan then stands here.";
      [this.options, this.warnings, this.table, this.exceptions].forEach((one) => one.replaceChildren());
      return;
    }
    this.asked = randomId();
    const mine = this.asked;
    const { pieces, panel, assignments } = this.draft;
    const own = this.draft.own.filter((one) => one.reason.trim());
    const answer = await this.board.ask({ ask: "plan", pieces: pieces.map((one) => one.id), panel, assignments, own, ...wishesOf(this.draft) });
    if (mine !== this.asked) return;
    if (answer.refused) return this.told.bad(answer);
    this.told.clear();
    this.#drawOptions();
    this.#draw(answer);
  }

  #drawOptions() {
    const most = this.draft.panel.length;
    const name = (this.radio ??= randomId());
    const choice = (label, value) => {
      const box = make("input", { type: "radio", name, onchange: () => this.#spread(value()) });
      box.checked = (this.draft.readings === null) === (value() === null);
      return make("label", { class: "check" }, box, make("span", {}, label));
    };
    const numbers = Array.from({ length: Math.max(most - 1, 1) }, (_, at) => ({ id: String(at + 1), title: String(at + 1) })).slice(1);
    const start = String(Math.min(this.draft.readings ?? 3, Math.max(most - 1, 2)));
    const count = select(numbers.length ? numbers : [{ id: "2", title: "2" }], start, (value) => this.#spread(Number(value)));
    count.setAttribute("aria-label", "How many score each piece");
    if (this.options.contains(document.activeElement)) return;
    this.options.replaceChildren(
      choice("Everybody scores every piece", () => null),
      make("span", { class: "check" }, choice("Each piece is scored by", () => Number(count.value)), count),
    );
  }

  #spread(readings) {
    this.#wish({ readings });
  }

  // What is wished of a plan changed: it is worked out anew.
  #wish(more) {
    Object.assign(this.draft, more, { assignments: null });
    this.refresh();
  }

  #everybody(piece, everyone) {
    const box = make("input", {
      type: "checkbox",
      "data-at": `everybody-${piece.id}`,
      "aria-label": `Everybody scores ${piece.code}`,
      onchange: () => this.#wish({ everyone: box.checked ? [...everyone, piece.id] : everyone.filter((one) => one !== piece.id) }),
    });
    box.checked = everyone.includes(piece.id);
    return make("td", {}, make("label", { class: "cell" }, box));
  }

  #most(rater, name) {
    const box = make("input", {
      type: "number",
      min: "0",
      max: "500",
      "data-at": `most-${rater}`,
      "aria-label": `The most pieces ${name} can score`,
      onchange: () => {
        const most = { ...this.draft.most };
        delete most[rater];
        if (box.value.trim() && box.validity.valid) most[rater] = Number(box.value);
        this.#wish({ most });
      },
    });
    box.value = this.draft.most?.[rater] ?? "";
    return make("td", {}, box);
  }

  #draw(answer) {
    const names = new Map(this.choices.people.map((one) => [one.id, one.name]));
    const { pieces } = this.draft;
    this.rows = answer.rows;
    this.summary.textContent = `${answer.sentence} Nobody scores their own students, unless you make an exception.`;
    this.warnings.replaceChildren(...answer.warnings.map((one) => make("li", {}, one)));
    const dealt = this.draft.readings !== null;
    this.again.hidden = !dealt;
    const focused = this.table.contains(document.activeElement) ? document.activeElement.dataset.at : null;
    this.table.replaceChildren(
      make(
        "table",
        {},
        make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "Who"), ...pieces.map((one) => make("th", { scope: "col" }, one.code)), make("th", { scope: "col" }, "In all"), dealt ? make("th", { scope: "col" }, "At most") : "")),
        make("tbody", {}, ...answer.rows.map((row) => this.#row(row, names.get(row.rater) ?? "Somebody", pieces))),
        make(
          "tfoot",
          {},
          make("tr", {}, make("th", { scope: "row" }, "Scored by"), ...pieces.map((one) => make("td", {}, String(answer.readings[one.id]))), make("td", {}, ""), dealt ? make("td", {}, "") : ""),
          dealt ? make("tr", {}, make("th", { scope: "row" }, "By everybody"), ...pieces.map((one) => this.#everybody(one, answer.everyone)), make("td", {}, ""), make("td", {}, "")) : "",
        ),
      ),
    );
    if (focused) this.table.querySelector(`[data-at="${focused}"]`)?.focus();
    this.#drawExceptions(names);
  }

  #row(row, name, pieces) {
    const cells = pieces.map((piece) => {
      const own = row.own.includes(piece.id);
      const box = make("input", {
        type: "checkbox",
        "data-at": `${row.rater}-${piece.id}`,
        "aria-label": own ? `${name} scores ${piece.code}, the work of an own student` : `${name} scores ${piece.code}`,
        onchange: () => this.#cell(row.rater, piece.id, own, box.checked),
      });
      box.checked = row.pieces.includes(piece.id);
      return make("td", { class: own ? "own" : null }, make("label", { class: "cell" }, box, own ? make("small", {}, "own student") : ""));
    });
    return make("tr", {}, make("th", { scope: "row" }, name), ...cells, make("td", {}, String(row.pieces.length)), this.draft.readings === null ? "" : this.#most(row.rater, name));
  }

  #cell(rater, piece, own, on) {
    this.draft.assignments = Object.fromEntries(this.rows.map((row) => [row.rater, row.pieces.filter((one) => row.rater !== rater || one !== piece)]));
    if (on) this.draft.assignments[rater].push(piece);
    this.draft.own = this.draft.own.filter((one) => one.rater !== rater || one.piece !== piece);
    if (on && own) this.draft.own.push({ rater, piece, reason: "" });
    this.refresh();
  }

  // A plan that was loaded has its exceptions in it: their reasons are asked for again.
  #drawExceptions(names) {
    const codes = new Map(this.draft.pieces.map((one) => [one.id, one.code]));
    for (const row of this.rows) {
      for (const piece of row.own.filter((one) => row.pieces.includes(one))) {
        if (!this.draft.own.some((one) => one.rater === row.rater && one.piece === piece)) this.draft.own.push({ rater: row.rater, piece, reason: "" });
      }
    }
    if (this.exceptions.contains(document.activeElement)) return;
    this.exceptions.replaceChildren(
      ...this.draft.own.map((one) => {
        const reason = textBox(one.reason, { oninput: () => (one.reason = reason.value) });
        const hint = "The reading joins the discussion, but not the agreement figures. The exception is logged.";
        return field(`${codes.get(one.piece)} is by a student of ${names.get(one.rater)}: why may they score it?`, reason, hint);
      }),
    );
  }
}

// What is wished of a plan. Where everybody scores everything, there is nothing to deal out.
function wishesOf({ readings, panel, pieces, most, everyone, seed }) {
  if (readings === null) return { readings };
  const limits = Object.fromEntries(Object.entries(most ?? {}).filter(([rater]) => panel.includes(rater)));
  const all = everyone && everyone.filter((piece) => pieces.some((one) => one.id === piece));
  return { readings, most: limits, everyone: all, seed };
}
