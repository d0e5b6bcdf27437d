// What everybody sees after the reveal: the agenda with its reasons, and one piece at a time.

const STAGE_WORDS = {
  revealed: "The blind scores are revealed.",
  second_round: "The blind scores are revealed. The second round is open.",
  second_revealed: "The blind scores and the second round are revealed.",
  closed: "This session is closed: nothing in it changes any more.",
};

class Reveal {
  /** `ask` asks Python; `tools` are the board's, or null for a rater; `corner` is put into the head. */
  constructor({ ask, el, tools = null, corner = null }) {
    this.ask = ask;
    this.tools = tools;
    this.corner = corner;
    this.id = randomId();
    this.works = new WorkStore(ask, "revealed-work");
    this.open = null;
    this.titles = make("div", { class: "titles" });
    this.head = make("header", {}, this.titles);
    this.rail = make("nav", { class: "rail", "aria-label": "Agenda" });
    this.work = make("div", { class: "work calibrate-work", role: "group", tabindex: "0", "aria-label": "The work with everybody's evidence" });
    this.side = make("div", { class: "side", role: "group", tabindex: "0", "aria-label": "How the panel scored" });
    this.spoken = make("p", { class: "unseen", role: "status" });
    this.root = make("section", { class: "calibrate-reveal calibrate-page", "aria-label": "The reveal" });
    this.root.append(make("p", { class: "opening" }, "Opening the reveal…"));
    el.append(this.root);
  }

  /** Fetch what there is to see and draw it; called again, it keeps the open piece and its forms. */
  async load() {
    const answer = await this.ask({ ask: "reveal" });
    if (this.closed) return;
    if (answer.refused) {
      this.root.replaceChildren(make("p", { class: "opening", role: "alert" }, `${answer.message} ${answer.fix}`));
      this.data = null;
      return;
    }
    const first = !this.data;
    this.data = answer;
    this.colors = colorsOf(answer.rubric);
    if (first) this.root.replaceChildren(this.head, this.spoken, make("div", { class: "three" }, this.rail, this.work, this.side));
    this.#drawHead();
    this.#drawRail();
    const still = answer.pieces.find((piece) => piece.id === this.open?.piece.id);
    if (still) this.open.update(still);
    else if (answer.pieces.length) this.#show(0, false);
    if (!first) this.spoken.textContent = "The reveal was brought up to date.";
  }

  close() {
    this.closed = true;
    this.open?.close();
    this.works.close();
    this.root.remove();
  }

  set hidden(hidden) {
    this.root.hidden = hidden;
    if (!hidden && this.corner) this.head.append(this.corner);
  }

  #drawHead() {
    const { data } = this;
    const told = [STAGE_WORDS[data.stage] ?? "", ...data.panel, data.reason ? `The reason: ${data.reason}` : ""];
    this.titles.replaceChildren(make("h2", {}, data.title), make("p", {}, told.filter(Boolean).join(" ")));
    if (this.corner && !this.root.hidden) this.head.append(this.corner);
  }

  #drawRail() {
    const { data } = this;
    const held = this.rail.contains(document.activeElement) ? document.activeElement.dataset.piece : null;
    const unfolded = this.rail.querySelector("details")?.open ?? false;
    const items = data.pieces.map((piece, at) => {
      const settled = piece.criteria.filter((one) => one.consensus).length;
      const flags = [];
      if (piece.anchor) flags.push("★ anchor");
      if (settled) flags.push(settled === piece.criteria.length ? "✓ agreed" : `${settled} of ${piece.criteria.length} agreed`);
      const name = `${this.id}-${piece.id}`;
      const button = make(
        "button",
        { type: "button", "aria-labelledby": `${name}-code`, "aria-describedby": `${name}-reason`, onclick: () => this.#show(at, true) },
        make("span", { class: "code", id: `${name}-code` }, make("b", {}, piece.code), flags.length ? make("span", { class: "flags" }, ` ${flags.join(" · ")}`) : ""),
        make("span", { class: "why", id: `${name}-reason` }, piece.reason),
      );
      button.dataset.piece = piece.id;
      if (piece.id === this.open?.piece.id) button.setAttribute("aria-current", "true");
      return make("li", {}, button);
    });
    const more = make("details", {}, make("summary", {}, "Criterion by criterion"), make("ul", {}, ...data.criteria.map((one) => make("li", {}, one))));
    more.open = unfolded;
    this.rail.replaceChildren(make("h3", {}, "What to talk about first"), make("p", { class: "first" }, data.sentence), make("ol", {}, ...items), more);
    if (held) this.rail.querySelector(`[data-piece="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
  }

  #show(at, moved) {
    const piece = this.data.pieces[at];
    if (!piece) return;
    this.open?.close();
    this.open = new RevealPiece({ piece, id: this.id, work: this.work, side: this.side, works: this.works, colors: this.colors, tools: this.tools });
    for (const button of this.rail.querySelectorAll("button[data-piece]")) {
      if (button.dataset.piece === piece.id) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
    this.work.scrollTop = this.side.scrollTop = 0;
    if (moved) this.open.heading.focus({ preventScroll: true });
    const after = this.data.pieces[at + 1];
    if (after) this.works.fetch(after.id);
  }
}
