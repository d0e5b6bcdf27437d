// Setting a session up, on one page: what and when, the pieces, the panel, who scores what.

class Setup {
  constructor(board, choices, draft) {
    Object.assign(this, { board, choices });
    this.begun = draft ? null : begunDraft(choices);
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
      most: {},
      everyone: null,
      seed: 1,
      assignments: null,
      own: [],
      ...this.begun,
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
      this.begun ? this.#goingOn() : "",
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
    this.#keep();
  }

  // What was begun outlives a reload of this tab: ids and the title, no name, no reason that somebody typed.
  #keep() {
    if (this.draft.session) return;
    const { title, held_on, rubric, version, window, pieces, panel, readings, most, everyone, seed } = this.draft;
    try {
      sessionStorage.setItem(draftName(this.choices), JSON.stringify({ title, held_on, rubric, version, window, pieces, panel, readings, most, everyone, seed }));
    } catch {
      // A browser that keeps nothing: the set-up has to be finished in one go.
    }
  }

  #goingOn() {
    const afresh = button("Start afresh", () => {
      forgetDraft(this.choices);
      this.board.setup();
    });
    return make("p", { class: "note" }, "You are going on with what you had begun. ", afresh);
  }

  async #save() {
    const { pieces, ...rest } = this.draft;
    const answer = await work(this.save, this.told, () => this.board.ask({ ask: "save-setup", ...rest, pieces: pieces.map((one) => one.id), ...wishesOf(this.draft) }));
    if (!answer) return;
    if (!rest.session) forgetDraft(this.choices);
    this.board.room(answer.session);
  }

  close() {
    clearTimeout(this.plan.soon);
  }
}

function draftName(choices) {
  return `calibrate.setup.${choices.project}`;
}

function forgetDraft(choices) {
  try {
    sessionStorage.removeItem(draftName(choices));
  } catch {
    // Nothing was kept.
  }
}

// Something that was begun in this tab, as far as the project still has it.
function begunDraft(choices) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(draftName(choices)));
    const people = new Set(choices.people.map((one) => one.id));
    const known = choices.windows.some((one) => one.id === kept.window) && choices.rubrics.some((one) => one.id === kept.rubric && one.version === kept.version);
    if (!known || !(kept.pieces.length || kept.panel.length)) return null;
    return { ...kept, panel: kept.panel.filter((one) => people.has(one)) };
  } catch {
    return null;
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
