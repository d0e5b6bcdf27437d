// What the panel agrees: a small form beside each criterion of the discussion, and the pieces that become anchors.

class Agreeing {
  constructor(board, state, changed) {
    Object.assign(this, { board, state, changed });
    this.slots = new Map();
    this.sum = make("p", { class: "sum", role: "status" });
    this.told = new Told();
    this.alike = button("", () => this.#settleAlike());
    this.alike.hidden = true;
    this.node = make("div", { class: "agreeing" }, this.sum, this.alike, this.told.node);
    this.anchors = make("ul", { class: "anchors" });
    this.anchorTold = new Told();
  }

  get closed() {
    return this.state.stage === "closed";
  }

  async load() {
    const answer = await this.board.ask({ ask: "agreed", session: this.state.session });
    if (answer.refused) return this.told.bad(answer);
    this.agreed = answer;
    this.lines = new Map(answer.lines.map((one) => [`${one.piece}/${one.criterion}`, one]));
    const settled = answer.lines.filter((one) => one.settled).length;
    const alike = answer.lines.filter((one) => one.alike && !one.settled).length;
    this.sum.textContent = `${settled} of ${answer.lines.length} scores agreed.`;
    this.alike.hidden = this.closed || !alike;
    this.alike.textContent = `Agree the ${alike} that everybody chose alike`;
    for (const [slot, at] of this.slots) if (slot.isConnected) this.#fill(slot, at);
    this.#drawAnchors();
    return null;
  }

  // Reveal made a place for a form, or drew it anew; a form that is open keeps what was typed.
  slot(slot, piece, criterion) {
    this.slots.set(slot, { piece, criterion });
    this.#fill(slot, { piece, criterion });
  }

  #fill(slot, { piece, criterion }) {
    const line = this.lines?.get(`${piece.id}/${criterion.id}`);
    if (!line || slot.dataset.open) return;
    const { settled, alike } = line;
    const about = `${criterion.name}, ${piece.code}`;
    const known = settled ?? (alike && { level: alike.level, code: null, reason: alike.words });
    const edit = (label, kind) =>
      make("button", { type: "button", class: kind, "aria-label": `${label} ${about}`, onclick: () => this.#edit(slot, piece, criterion, known) }, label);
    if (settled) {
      // What was agreed stands above, where everybody sees it.
      slot.replaceChildren(...(this.closed ? [] : [edit("Change…", "quiet")]));
    } else if (this.closed) {
      slot.replaceChildren(make("p", { class: "hint" }, "Nothing was agreed here."));
    } else if (alike) {
      slot.replaceChildren(make("p", { class: "hint" }, alike.words), edit("Agree it…", ""));
    } else {
      slot.replaceChildren(edit("Agree a score…", ""));
    }
  }

  #edit(slot, piece, criterion, known) {
    const scale = this.agreed.criteria.find((one) => one.id === criterion.id);
    slot.dataset.open = "yes";
    const told = new Told();
    const name = randomId();
    const options = [
      ...scale.levels.map((one) => ({ level: one.id, label: one.label })),
      ...this.agreed.codes.map((one) => ({ code: one.id, label: one.label })),
    ];
    let chosen = options.find((one) => known && (known.level ? one.level === known.level : one.code === known.code)) ?? null;
    const radios = options.map((one) => {
      const box = make("input", { type: "radio", name, onchange: () => (chosen = one) });
      box.checked = one === chosen;
      return make("label", { class: one.code ? "check code" : "check" }, box, make("span", {}, one.label));
    });
    const reason = area(known?.reason ?? "", 2);
    let seen = this.lines.get(`${piece.id}/${criterion.id}`).settled?.id ?? null;
    const meanwhile = make("div", { class: "meanwhile" });
    const close = () => {
      delete slot.dataset.open;
      this.#fill(slot, { piece, criterion });
      slot.querySelector("button")?.focus();
    };
    const save = make("button", { class: "main" }, "Save what was agreed");
    const form = make(
      "form",
      { class: "agree", novalidate: "", "aria-label": `The agreed score: ${criterion.name}, ${piece.code}` },
      make("fieldset", {}, make("legend", {}, "The panel agrees on"), ...radios),
      field("Because", reason, "In a sentence, so that it can be read again in spring."),
      told.node,
      meanwhile,
      make("div", { class: "bar" }, save, button("Cancel", close)),
    );
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (!chosen) return told.bad({ message: "No score is chosen yet." });
      const answer = await work(save, told, async () => {
        const given = await this.board.ask({
          ask: "settle",
          session: this.state.session,
          piece: piece.id,
          criterion: criterion.id,
          level: chosen.level ?? null,
          code: chosen.code ?? null,
          reason: reason.value,
          seen,
        });
        if (!given.settled) return given;
        // Somebody else was faster: it is shown, and saving once more is a choice.
        seen = given.settled.id;
        save.textContent = "Put ours in its place";
        meanwhile.replaceChildren(make("p", {}, "Agreed just now: ", make("strong", {}, given.settled.label)), make("q", {}, given.settled.reason));
        return given;
      });
      if (!answer) return null;
      delete slot.dataset.open;
      await this.changed();
      slot.querySelector("button")?.focus();
      return null;
    });
    form.addEventListener("keydown", (event) => {
      event.stopPropagation(); // what is typed here is no key for the page
      if (event.key === "Escape") close();
    });
    slot.replaceChildren(form);
    (form.querySelector("input:checked") ?? form.querySelector("input")).focus();
  }

  async #settleAlike() {
    const answer = await work(this.alike, this.told, () => this.board.ask({ ask: "settle-alike", session: this.state.session }));
    if (!answer) return;
    await this.changed();
    this.told.good(`${many(answer.count, "score")} agreed, with the reason that everybody chose the same.`);
  }

  // Anchors

  get anchorNode() {
    return part(
      "",
      "Anchors",
      make("p", {}, "An anchor is a piece whose scores are settled: an example to show next time what a 3 looks like. A piece can become one when every criterion is agreed."),
      this.anchorTold.node,
      this.anchors,
    );
  }

  #drawAnchors() {
    if (this.anchors.contains(document.activeElement) && document.activeElement.tagName === "TEXTAREA") return;
    const pieces = new Map(this.state.pieces.map((one) => [one.id, one]));
    this.anchors.replaceChildren(
      ...this.agreed.anchors.map((one) => {
        const piece = pieces.get(one.piece);
        const state = one.anchor ? "An anchor" : `${one.settled} of ${one.due} agreed`;
        const ready = one.settled === one.due && !one.coded;
        const act = make(
          "button",
          { type: "button", "aria-label": `Make ${piece.code} an anchor`, onclick: () => this.#anchor(piece, one) },
          one.anchor ? "Change…" : "Make it an anchor…",
        );
        return make(
          "li",
          {},
          make("span", {}, make("strong", {}, piece.code), make("small", {}, piece.facts.join(" · "))),
          make("span", {}, one.coded ? `${state}; a condition code cannot be an anchor` : state, one.commentary ? make("small", {}, one.commentary) : ""),
          ready && !this.closed ? act : "",
        );
      }),
    );
  }

  #anchor(piece, one) {
    const words = area(one.commentary, 3);
    new Asking(
      this.board.root,
      `${piece.code} as an anchor`,
      [field("What makes it a good example", words, "Left empty, the reasons for its scores stand there.")],
      {
        go: "Make it an anchor",
        ready: async () => {
          const answer = await this.board.ask({ ask: "anchor", session: this.state.session, piece: piece.id, commentary: words.value });
          if (!answer.refused) await this.changed();
          return answer;
        },
      },
    );
  }
}
