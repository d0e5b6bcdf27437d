// Who has finished how much, in counts; letting somebody score again; and the reveal.

class Progress {
  constructor(board, state, slips) {
    Object.assign(this, { board, state, slips });
    this.sum = make("p", { class: "sum", role: "status" });
    this.rows = make("ul", { class: "people" });
    this.open = button("Reveal the scores…", () => this.#reveal(), "main");
    const title = state.second ? "The second round" : "Blind scoring";
    this.paper = make("div");
    this.typing = make("button", { type: "button", "aria-expanded": "false", onclick: () => this.#paper() }, "Somebody scored on paper…");
    this.node = part("", title, this.sum, this.rows, make("div", { class: "bar" }, this.open, this.typing), this.paper);
    this.update(state);
  }

  get missing() {
    return this.state.panel.filter((one) => !one.committed);
  }

  update(state) {
    this.state = state;
    const done = state.panel.length - this.missing.length;
    const sum = `${done} of ${state.panel.length} have committed. Scores stay sealed until you reveal them.`;
    if (this.sum.textContent !== sum) this.sum.textContent = sum;
    this.lines ??= new Map(state.panel.map((one) => [one.id, this.#line(one)]));
    if (!this.rows.childNodes.length) this.rows.append(...[...this.lines.values()].map((one) => one.node));
    state.panel.forEach((one) => this.lines.get(one.id)?.draw(one));
  }

  // What was written on printed sheets is typed in here, and sealed like any ballot.
  #paper() {
    const open = !this.page;
    this.typing.setAttribute("aria-expanded", String(open));
    if (!open) {
      this.page.close();
      this.page = null;
      this.board.refresh();
      return;
    }
    const { session } = this.state;
    this.page = new PaperPage({ ask: (message) => this.board.ask({ ask: "paper", session, message }), el: this.paper, heading: "h4" });
  }

  #line(one) {
    const bar = make("progress", { max: String(one.due || 1), "aria-label": `How far ${one.name} is` });
    const words = make("span", { class: "far" });
    const again = make("button", { type: "button", class: "quiet", "aria-label": `${one.name} lost the link`, onclick: () => this.slips.again(one.id) }, "Lost link…");
    const reopen = make("button", { type: "button", class: "quiet", "aria-label": `Let ${one.name} change the scores`, onclick: () => this.#reopen(one) }, "Let them change…");
    const node = make("li", {}, make("span", {}, make("strong", {}, one.name), make("small", {}, one.school)), bar, words, make("span", { class: "acts" }, again, reopen));
    const draw = (now) => {
      bar.value = now.answered;
      bar.max = now.due || 1;
      reopen.hidden = !now.committed;
      node.dataset.state = now.committed ? "done" : now.answered ? "at" : "not";
      const count = `${now.answered} of ${now.due}`;
      const told = now.committed
        ? "✓ Committed"
        : now.saved_at
          ? `${count}, last saved ${sinceShown(now.saved_at)}`
          : "Has not begun";
      if (words.textContent !== told) words.textContent = told;
    };
    return { node, draw };
  }

  #reopen(one) {
    const reason = textBox();
    new Asking(
      this.board.root,
      `Let ${one.name} change the scores`,
      [make("p", {}, "Their scores are open again until they commit anew. What they had chosen is still there for them. It is logged with your reason."), field("Reason", reason)],
      {
        go: "Open them again",
        ready: async () => {
          const answer = await this.board.ask({ ask: "reopen", session: this.state.session, rater: one.id, reason: reason.value });
          if (!answer.refused) this.board.refresh();
          return answer;
        },
      },
    );
  }

  async #reveal() {
    await this.board.refresh(); // so that nobody is called missing who has just committed
    if (!this.node.isConnected) return;
    const { state, missing } = this;
    const passphrase = new Passphrase(this.board.passphrase);
    const reason = textBox();
    const names = listed(missing.map((one) => one.name));
    const all = !missing.length;
    new Asking(
      this.board.root,
      state.second ? "Reveal the second round" : "Reveal the scores",
      [
        all
          ? make("p", {}, "Everybody has committed. All scores open at once, on every page; this cannot be taken back.")
          : make(
              "p",
              {},
              make("strong", {}, `Not committed yet: ${names}. `),
              "You can wait, or reveal without them: what they have not committed stays sealed and is lost for this round, and reports count them as missing. This cannot be taken back.",
            ),
        all ? "" : field("Why without them", reason, "For example: ill today."),
        passphrase.node,
      ].filter(Boolean),
      {
        go: all ? "Reveal now" : "Reveal without them",
        cancel: "Wait",
        ready: async () => {
          const answer = await this.board.ask({
            ask: "reveal-round",
            session: state.session,
            round: state.round,
            missing: missing.map((one) => one.id),
            reason: reason.value,
            ...passphrase.take(),
          });
          if (!answer.refused) this.board.refresh();
          return answer;
        },
      },
    );
  }
}
