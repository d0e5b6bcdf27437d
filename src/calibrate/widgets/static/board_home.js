// The sessions to choose from: those that run first, those that are over folded away.

const NEXT_STEP = {
  setup: "Set up; not open for scoring yet",
  blind: "Open for blind scoring",
  revealed: "Revealed: discuss and agree",
  second_round: "Second round is open for scoring",
  second_revealed: "Second round revealed: agree",
  closed: "Closed",
  called_off: "Called off",
};

const OVER = ["closed", "called_off"];

class Home {
  constructor(board, sessions) {
    const running = sessions.filter((one) => !OVER.includes(one.stage));
    const closed = sessions.filter((one) => OVER.includes(one.stage));
    const start = button("Set up a new session", () => board.setup(), "main");
    this.heading = make("h2", { tabindex: "-1" }, "Norming sessions");
    const list = (some, label) =>
      make("ul", { class: "sessions", "aria-label": label }, ...some.map((one) => this.#line(board, one)));
    this.node = make(
      "div",
      {},
      make("div", { class: "bar" }, this.heading, start),
      running.length
        ? list(running, "Sessions that are under way")
        : make("p", { class: "empty" }, "No session is under way. A new one takes about five minutes to set up: choose three to five pieces of student work and the people who score them."),
      closed.length
        ? make("details", { class: "closed-ones" }, make("summary", {}, `Closed sessions (${closed.length})`), list(closed, "Closed sessions"))
        : "",
    );
  }

  #line(board, one) {
    const facts = [dayShown(one.held_on), one.window, many(one.pieces, "piece"), many(one.raters, "rater")];
    const open = OVER.includes(one.stage) ? "Look at it" : "Continue";
    return make(
      "li",
      {},
      make("div", {}, make("strong", {}, one.title), make("small", {}, facts.filter(Boolean).join(" · "))),
      make("span", { class: "state-word", "data-stage": one.stage }, NEXT_STEP[one.stage]),
      make("button", { type: "button", "aria-label": `${open}: ${one.title}`, onclick: () => board.room(one.id) }, open),
    );
  }

  close() {}
}
