// Setting a session up, on one page: what and when, the pieces, the panel, who scores what.

class Setup {
  constructor(board, choices, draft) {
    Object.assign(this, { board, choices });
    this.draft = {
      session: null,
      title: choices.title,
      held_on: choices.today,
      rubric: choices.rubrics[0].id,
      version: choices.rubrics[0].version,
      window: choices.window,
      pieces: [],
      panel: [],
      readings: null,
      assignments: null,
      own: [],
      ...draft,
    };
    this.told = new Told();
    const changed = () => {
      this.plan.renew();
      this.#sum();
    };
    this.pieces = new Pieces(board, this.draft, choices, changed);
    this.panel = new Panel(board, this.draft, choices, changed);
    this.plan = new Plan(board, this.draft, choices);
    this.total = make("p", { class: "total" });
    this.save = button("Save this session", () => this.#save(), "main");
    this.heading = make("h2", { tabindex: "-1" }, draft ? "Change the session" : "Set up a session");
    this.node = make(
      "div",
      { class: "setup" },
      make("div", { class: "bar" }, button("← All sessions", () => board.home(), "quiet")),
      this.heading,
      part("1", "What and when", this.#what()),
      part("2", "Student work", this.pieces.node),
      part("3", "The panel", this.panel.node),
      part("4", "Who scores what", this.plan.node),
      make("div", { class: "ending" }, this.total, this.told.node, this.save),
    );
    this.#sum();
  }

  #what() {
    const { choices, draft } = this;
    const title = textBox(draft.title, { oninput: () => (draft.title = title.value) });
    const day = make("input", { type: "date", onchange: () => (draft.held_on = day.value) });
    day.value = draft.held_on;
    const rubrics = choices.rubrics.map((one) => ({ id: `${one.id}@${one.version}`, title: one.title }));
    const rubric = select(rubrics, `${draft.rubric}@${draft.version}`, (value) => {
      const at = value.lastIndexOf("@");
      draft.rubric = value.slice(0, at);
      draft.version = Number(value.slice(at + 1));
      criteria.textContent = about();
    });
    const about = () => choices.rubrics.find((one) => one.id === draft.rubric && one.version === draft.version)?.criteria.join(" · ") ?? "";
    const criteria = make("p", { class: "hint" }, about());
    const window = select(choices.windows, draft.window, (value) => {
      draft.window = value;
      this.pieces.follow(value);
    });
    return make("div", { class: "fields" }, wide(field("Title", title)), field("Day of the meeting", day), field("Window", window), wide(field("Rubric", rubric)), criteria);
  }

  #sum() {
    const { pieces, panel } = this.draft;
    const people = panel.length === 1 ? "1 person" : `${panel.length} people`;
    this.total.textContent = `${many(pieces.length, "piece")} · ${people}`;
  }

  async #save() {
    const { pieces, ...rest } = this.draft;
    const answer = await work(this.save, this.told, () => this.board.ask({ ask: "save-setup", ...rest, pieces: pieces.map((one) => one.id) }));
    if (answer) this.board.room(answer.session);
  }

  close() {
    clearTimeout(this.plan.soon);
  }
}

function wide(node) {
  node.classList.add("wide");
  return node;
}

function part(number, title, ...children) {
  const id = randomId();
  return make("section", { class: "part", "aria-labelledby": id }, make("h3", { id }, number ? make("span", { class: "number", "aria-hidden": "true" }, number) : "", title), ...children);
}
