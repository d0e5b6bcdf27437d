// The rater's page for the whole session: the desk while a round is open, the reveal after it. It follows the session's pulse.

const SCORES = "scores";
const REVEAL = "reveal";
const TAKES_BALLOTS = ["blind", "second_round"];

class RaterPage {
  constructor(model, el) {
    this.line = new Line(model, {
      changed: () => this.#tellLine(),
      heard: (message) => this.#hear(message),
    });
    this.stage = null;
    this.mark = null;
    this.round = null;
    this.dropped = "";
    this.shown = SCORES;
    this.every = 2000;
    this.notice = make("p", { class: "notice", role: "status" });
    this.news = make("div", { class: "news", role: "status" });
    this.tabs = make("span", { class: "tabs", role: "group", "aria-label": "What this page shows" });
    this.corner = make(
      "div",
      { class: "corner" },
      this.tabs,
      make("button", { type: "button", class: "quiet large", onclick: () => this.#large() }, "Full screen"),
      make("button", { type: "button", class: "quiet leave", onclick: () => this.#askLeave() }, "Leave this desk"),
    );
    this.place = make("div", { class: "place" });
    this.dialog = make("dialog", { class: "calibrate-dialog", "aria-label": "Leave this desk" });
    this.root = make("div", { class: "calibrate-room", lang: "en" }, this.notice, this.news, this.place, this.dialog);
    // JupyterLab would take a digit for a command of its own; nothing that is typed here is a command to the page around.
    this.root.dataset.lmSuppressShortcuts = "true";
    this.root.addEventListener("keydown", (event) => event.stopPropagation());
    this.onLeave = (event) => {
      if (!this.desk?.outbox.count) return;
      this.desk.outbox.hurry();
      event.preventDefault();
    };
    globalThis.addEventListener("beforeunload", this.onLeave);
    el.append(this.root);
    this.#openDesk();
    this.timer = setInterval(() => this.#beat(), 500);
  }

  close() {
    clearInterval(this.timer);
    globalThis.removeEventListener("beforeunload", this.onLeave);
    this.desk?.close();
    this.reveal?.close();
    this.line.close();
    this.root.remove();
  }

  // The pulse

  async #beat() {
    if (this.beating || !this.desk.answered || Date.now() - (this.beatAt ?? 0) < this.every) return;
    this.beating = true;
    this.beatAt = Date.now();
    const answer = await this.line.ask({ ask: "pulse" });
    this.beating = false;
    if (!answer.refused) this.every = answer.every;
    if (answer.refused) this.#say(`${answer.message} ${answer.fix}`);
    else this.#follow(answer);
  }

  #hear(message) {
    if (message.push === "pulse") this.#follow(message);
    else this.desk?.outbox.take(message);
  }

  #follow({ stage, mark }) {
    if (this.left || !this.desk.answered || mark === this.mark) return;
    const before = this.stage;
    this.stage = stage;
    this.mark = mark;
    if (!this.desk.sheet) {
      if (before && before !== stage) this.#renew(); // it was not open yet
      return;
    }
    if (before !== stage) {
      if (this.#outdated(stage)) {
        this.#renew();
        return;
      }
      if (!TAKES_BALLOTS.includes(stage)) this.desk.shut();
      this.#arrive();
    }
    if (stage !== "blind") this.#load();
    this.#choose(this.shown);
  }

  /** Whether the desk is of an earlier round, or may not know what its rater committed elsewhere. */
  #outdated(stage) {
    const { desk } = this;
    if (stage === "called_off") return true; // the fresh one says so
    const round = { blind: "blind", revealed: "blind", closed: this.round }[stage] ?? "second";
    if (round !== this.round) return true;
    return !TAKES_BALLOTS.includes(stage) && desk.sheet.open && !desk.committed && !desk.outbox.count;
  }

  /** What is shown first at this stage. */
  #arrive() {
    const { stage } = this;
    if (stage === "blind") this.shown = SCORES;
    else if (stage === "second_round") this.shown = this.desk.committed ? REVEAL : SCORES;
    else this.shown = REVEAL;
    this.#say(this.#newsOf(stage));
  }

  #newsOf(stage) {
    const unsaved = this.desk.unsaved;
    const kept = unsaved.length ? `Not saved before that, and still in this page under “My scores”: ${unsaved.join("; ")}.` : "";
    const late = {
      revealed: "The scores were revealed without yours. You can join the discussion and the second round.",
      second_revealed: "The second round was revealed without your scores.",
    };
    const dropped = this.dropped;
    this.dropped = "";
    return [this.desk.committed ? "" : (late[stage] ?? ""), dropped, kept].filter(Boolean).join(" ");
  }

  // Views

  #openDesk() {
    this.desk = new Desk({
      line: this.line,
      el: this.place,
      corner: this.corner,
      told: () => this.#committed(),
      opened: (sheet) => this.#opened(sheet),
    });
  }

  #opened(sheet) {
    this.round = sheet.round === "blind" ? "blind" : "second";
    this.leaveTo = sheet.leave;
    this.beatAt = Date.now();
    this.every = sheet.pulse.every;
    this.#follow(sheet.pulse);
    this.#choose(this.shown);
  }

  #committed() {
    if (this.stage !== "second_round") return;
    this.#choose(REVEAL);
    this.#say("You have committed your scores after the discussion. They are shown beside the blind ones when the facilitator reveals them.");
  }

  /** The desk gives way to a fresh one, for the next round or to see how this one ended. */
  #renew() {
    const { unsaved } = this.desk;
    this.dropped = unsaved.length ? `Not saved in the round before: ${unsaved.join("; ")}.` : "";
    this.desk.outbox.drop();
    this.desk.close();
    this.stage = this.mark = null;
    this.#openDesk();
    this.desk.hidden = Boolean(this.reveal) && this.shown === REVEAL;
  }

  #load() {
    this.reveal ??= new Reveal({ ask: (message) => this.line.ask(message), el: this.place, corner: this.corner });
    this.reveal.load();
  }

  #choose(view) {
    this.shown = view;
    const both = Boolean(this.reveal);
    this.tabs.replaceChildren(
      ...(both ? [[REVEAL, "The reveal"], [SCORES, this.#scoresName()]] : []).map(([name, label]) => {
        const button = make("button", { type: "button", "aria-pressed": String(name === view), onclick: () => this.#turn(name) }, label);
        button.dataset.view = name;
        return button;
      }),
    );
    const reveal = both && view === REVEAL;
    this.desk.hidden = reveal;
    if (this.reveal) this.reveal.hidden = !reveal;
  }

  #turn(view) {
    this.#choose(view);
    this.tabs.querySelector(`[data-view="${view}"]`)?.focus();
  }

  #scoresName() {
    return this.stage === "second_round" && !this.desk.committed ? "Score again" : "My scores";
  }

  #say(text) {
    this.news.replaceChildren(...(text ? [make("p", {}, text), make("button", { type: "button", class: "quiet", onclick: () => this.#say("") }, "Hide")] : []));
  }

  #tellLine() {
    const waiting = this.desk?.outbox.count;
    const choices = waiting ? ` ${many(waiting, "choice")} not saved yet: kept here until it is back.` : "";
    this.notice.textContent = this.line.lost
      ? `No connection to Calibrate at the moment.${choices} Please keep this page open: it comes back by itself.`
      : "";
  }

  #large() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.root.requestFullscreen?.().catch(() => {});
  }

  // Leaving

  #askLeave() {
    const unsaved = this.desk.outbox.count;
    const leave = make("button", { type: "button", class: "main", onclick: () => this.#leave() }, unsaved ? "Leave and lose them" : "Leave");
    const stay = make("button", { type: "button", onclick: () => this.dialog.close() }, "Stay");
    this.dialog.replaceChildren(
      make("h3", {}, "Leave this desk?"),
      unsaved ? make("p", { class: "problem" }, `${many(unsaved, "choice")} made here ${unsaved === 1 ? "is" : "are"} not saved yet and would be lost.`) : make("p", {}, "Everything you chose is saved."),
      make("p", {}, "Nothing of yours stays on this device. You can come back with your own link or PIN."),
      make("div", { class: "buttons" }, stay, leave),
    );
    this.dialog.showModal();
    (unsaved ? stay : leave).focus();
  }

  #leave() {
    const to = this.leaveTo;
    this.left = true;
    clearInterval(this.timer);
    this.desk.outbox.drop();
    this.desk.close();
    this.reveal?.close();
    this.line.close();
    this.dialog.close();
    const gone = make("p", { class: "opening", tabindex: "-1" }, "You have left this desk. Nothing of it is kept on this device.");
    this.root.replaceChildren(make("section", { class: "calibrate-page gone", "aria-label": "Scoring desk" }, gone));
    gone.focus();
    if (!to) return;
    const form = make("form", { method: "post", action: to });
    this.root.append(form);
    form.submit();
  }
}

export default {
  render({ model, el }) {
    const page = new RaterPage(model, el);
    return () => page.close();
  },
};
