// The facilitator's board: one page for a whole session. It draws what Python answers, and reports what is asked for.

const LOOK_MS = 3000;
const LABELS = new Map([["discuss", "Discuss"], ["second", "Second round"], ["anchors", "Anchors"], ["ending", "Minutes and close"]]);

class Board {
  constructor(model, el) {
    this.slips = new Map();
    this.names = false;
    this.tab = "discuss";
    this.line = new Line(model, { changed: () => this.#lost(), heard: (message) => this.#heard(message) });
    this.root = make("section", { class: "calibrate-board calibrate-page", lang: "en", "aria-label": "Facilitator’s board" });
    // JupyterLab would take a letter or a digit for a command of its own.
    this.root.dataset.lmSuppressShortcuts = "true";
    this.wire = make("p", { class: "wire", role: "alert" });
    this.main = make("div", {}, make("p", { class: "empty" }, "Opening the board…"));
    this.root.append(this.wire, this.main);
    el.append(this.root);
    this.timer = setInterval(() => this.#look(), LOOK_MS);
    this.#begin();
  }

  ask(message) {
    return this.line.ask(message);
  }

  close() {
    clearInterval(this.timer);
    this.#leave();
    this.line.close();
    this.slips.clear();
    this.root.remove();
  }

  async #begin() {
    const answer = await this.ask({ ask: "start" });
    if (answer.session) this.room(answer.session);
    else this.home(false);
  }

  // Views

  #leave() {
    this.view?.close?.();
    this.reveal?.close();
    this.view = this.reveal = this.progress = this.agreeing = null;
    this.state = null;
  }

  #show(view, focus = true) {
    this.view = view;
    this.main.replaceChildren(view.node);
    if (focus) view.heading?.focus({ preventScroll: true });
    if (focus) this.root.scrollIntoView?.({ block: "nearest" });
  }

  #problem(answer) {
    this.main.replaceChildren(make("p", { class: "told", role: "alert", "data-kind": "bad" }, said(answer)), button("Back to all sessions", () => this.home()));
  }

  async home(focus = true) {
    this.#leave();
    const answer = await this.ask({ ask: "sessions", session: null });
    if (answer.refused) return this.#problem(answer);
    this.passphrase = answer.passphrase;
    return this.#show(new Home(this, answer.sessions), focus);
  }

  async setup(draft = null) {
    const answer = await this.ask({ ask: "choices" });
    if (answer.refused) return this.#problem(answer);
    this.#leave();
    return this.#show(new Setup(this, answer, draft));
  }

  async change(session) {
    const answer = await this.ask({ ask: "draft", session });
    if (answer.refused) return this.#problem(answer);
    return this.setup(answer.draft);
  }

  async room(session) {
    this.#leave();
    if (this.passphrase === undefined) {
      const known = await this.ask({ ask: "sessions", session });
      this.passphrase = known.passphrase ?? true;
    }
    const state = await this.ask({ ask: "board", session });
    if (state.refused) return this.#problem(state);
    this.tab = state.stage === "second_round" ? "second" : "discuss";
    return this.#draw(state);
  }

  // One session

  #draw(state) {
    const same = this.state?.session === state.session;
    this.#leave();
    this.state = state;
    this.heading = make("h2", { tabindex: "-1" }, state.title);
    const facts = [state.window, state.rubric, dayShown(state.held_on), many(state.pieces.length, "piece"), many(state.panel.length, "rater")];
    const node = make(
      "div",
      {},
      make("div", { class: "bar" }, button("← All sessions", () => this.home(), "quiet")),
      make("div", { class: "head" }, this.heading, make("p", { class: "hint" }, facts.filter(Boolean).join(" · "))),
      state.stage === "called_off" ? "" : this.#steps(state.stage),
      this.#body(state),
    );
    this.#show({ node, heading: this.heading, close: null }, true);
    if (same) this.root.dispatchEvent(new CustomEvent("moved"));
  }

  #steps(stage) {
    const at = { setup: 0, blind: 1, closed: 3 }[stage] ?? 2;
    return make(
      "ol",
      { class: "stages", "aria-label": "How far the session is" },
      ...STAGES.map(([, label], place) =>
        make("li", { class: place < at ? "past" : null, "aria-current": place === at ? "step" : null }, label),
      ),
    );
  }

  #body(state) {
    if (state.stage === "called_off") return make("div", {}, calledOff(state), this.#summary(state));
    if (state.stage === "setup") return make("div", {}, new Opening(this, state).node, this.#summary(state), new CallOff(this, state).node);
    if (state.stage === "blind") return this.#running(state);
    return this.#talking(state);
  }

  #summary(state) {
    return part(
      "",
      "What is set up",
      make("h4", {}, "Pieces"),
      make("ul", { class: "plain" }, ...state.pieces.map((one) => make("li", {}, make("strong", {}, one.code), ` ${[...one.facts, one.task].filter(Boolean).join(" · ")}`))),
      make("h4", {}, "Panel"),
      make("ul", { class: "plain" }, ...state.panel.map((one) => make("li", {}, make("strong", {}, one.name), ` ${one.school} · ${many(one.pieces, "piece")}`))),
    );
  }

  #running(state) {
    const slips = new Slips(this, state);
    this.progress = new Progress(this, state, slips);
    return make("div", {}, ...(this.slips.has(state.session) ? [slips.node, this.progress.node] : [this.progress.node, slips.node]), new CallOff(this, state).node);
  }

  keepSlips(session, { slips, address }) {
    const known = this.slips.get(session)?.slips ?? [];
    const fresh = new Set(slips.map((one) => one.rater));
    this.slips.set(session, { address, slips: [...slips, ...known.filter((one) => !fresh.has(one.rater))] });
  }

  // After the reveal: four places, one at a time

  #talking(state) {
    this.agreeing = new Agreeing(this, state, () => this.#changed());
    const minutes = new Minutes(this, state);
    const places = {
      discuss: this.#discuss(state),
      second: this.#second(state),
      anchors: this.agreeing.anchorNode,
      ending: make("div", {}, minutes.node, new Ending(this, state, minutes, this.agreeing).node),
    };
    if (state.stage === "closed" && !state.second) delete places.second;
    if (!places[this.tab] || this.reportNow) this.tab = this.reportNow ? "ending" : "discuss";
    const label = (key) => (key === "ending" && state.stage === "closed" ? "Minutes and report" : LABELS.get(key));
    const buttons = Object.keys(places).map((key) => button(label(key), () => show(key)));
    const show = (key) => {
      this.tab = key;
      Object.entries(places).forEach(([name, node], at) => {
        node.hidden = name !== key;
        if (name === key) buttons[at].setAttribute("aria-current", "true");
        else buttons[at].removeAttribute("aria-current");
      });
    };
    show(this.tab);
    this.agreeing.load().then(() => this.reveal?.load());
    minutes.load();
    return make("div", {}, make("nav", { class: "places", "aria-label": "Parts of the meeting" }, ...buttons), ...Object.values(places));
  }

  #discuss(state) {
    const el = make("div", { class: "reveal-here" });
    const names = tick("Show who gave which score", this.names, (on) => {
      this.names = on;
      this.reveal.load();
    });
    this.reveal = new Reveal({
      ask: (message) => this.ask({ ...message, session: state.session, names: this.names }),
      el,
      tools: { slot: (slot, piece, criterion) => this.agreeing.slot(slot, piece, criterion) },
    });
    return make("div", {}, make("div", { class: "bar spread" }, this.agreeing.node, names), el);
  }

  #second(state) {
    if (state.stage === "second_round") {
      this.progress = new Progress(this, state, new Slips(this, state));
      return make("div", {}, this.progress.node, this.progress.slips.node);
    }
    const told = new Told();
    const words = state.second
      ? "The second round is revealed: it stands beside the blind round in the discussion. The figures on agreement rest on the blind round alone."
      : "After the discussion everybody can score the same pieces once more. It shows who moved; the blind round stays as it is, and the figures on agreement rest on it alone. The same links and PINs work.";
    const start = button("Start the second round", async () => {
      if (await work(start, told, () => this.ask({ ask: "second-round", session: state.session }))) {
        this.tab = "second";
        this.refresh();
      }
    });
    return part("", "Score again", make("p", {}, words), state.second ? "" : start, told.node);
  }

  async #changed() {
    await this.agreeing?.load();
    await this.reveal?.load();
    const state = await this.ask({ ask: "board", session: this.state.session });
    if (!state.refused && this.state?.session === state.session) this.state.mark = state.mark;
  }

  // Keeping up with the room

  async refresh() {
    const session = this.state?.session;
    if (!session) return;
    const state = await this.ask({ ask: "board", session });
    if (state.refused || this.state?.session !== session) return;
    if (state.stage !== this.state.stage) {
      if (state.stage === "second_revealed") this.tab = "discuss";
      this.#draw(state);
      return;
    }
    this.progress?.update(state);
    if (state.mark !== this.state.mark) {
      this.state.mark = state.mark;
      await this.agreeing?.load();
      await this.reveal?.load();
    }
  }

  async #look() {
    if (!this.state || this.looking || document.hidden) return;
    this.looking = true;
    await this.refresh();
    this.looking = false;
  }

  #heard(message) {
    if (message.push === "pulse" && message.session === this.state?.session && message.mark !== this.state.mark) this.refresh();
  }

  #lost() {
    this.wire.textContent = this.line.lost && !this.patient ? "Calibrate does not answer just now. This page tries again by itself; nothing that was saved is lost." : "";
  }
}

export default {
  render({ model, el }) {
    const board = new Board(model, el);
    return () => board.close();
  },
};
