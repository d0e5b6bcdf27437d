// Calling a session off that was opened by mistake: asked once, before the reveal alone; and what is left of it.

class CallOff {
  constructor(board, state) {
    Object.assign(this, { board, state });
    this.node = part(
      "",
      "Set up or opened by mistake?",
      make("p", {}, "A session can be called off until its scores are revealed."),
      make("div", { class: "bar" }, button("Call this session off…", () => this.#ask())),
    );
  }

  #ask() {
    const reason = textBox();
    new Asking(
      this.board.root,
      "Call this session off",
      [
        make("p", {}, "Nobody can score in it any more. What was saved stays sealed: nobody ever opens it, and no report counts it. The raters’ pages say that it was called off. This cannot be taken back."),
        field("Why (may stay empty)", reason, "It is kept in the log."),
      ],
      {
        go: "Call it off",
        cancel: "Keep it",
        ready: async () => {
          const answer = await this.board.ask({ ask: "call-off", session: this.state.session, reason: reason.value });
          if (!answer.refused) this.board.refresh();
          return answer;
        },
      },
    );
  }
}

function calledOff({ called_off: { on, reason } }) {
  return part(
    "",
    "This session was called off",
    make("p", {}, `It was called off on ${dayShown(on)}, before its reveal. What was saved stays sealed: nobody opens it, and no report counts it.`),
    reason ? make("p", {}, "The reason: ", make("q", {}, reason)) : "",
  );
}
