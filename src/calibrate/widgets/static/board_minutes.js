// The minutes, the close, and the report that the close leads to.

const KINDS = [
  ["agreed", "What we agreed", "One line each, such as: a 3 names its evidence."],
  ["open", "What stays open", ""],
  ["need", "What students need next", ""],
  ["rubric_note", "What to mend in the rubric", ""],
];

class Minutes {
  constructor(board, state) {
    Object.assign(this, { board, state });
    this.told = new Told();
    this.boxes = new Map();
    this.steps = make("ul", { class: "next-steps" });
    this.saved = true;
    this.form = make("div", { class: "minutes" });
    this.node = part("", "Minutes", this.form);
  }

  get closed() {
    return this.state.stage === "closed";
  }

  async load() {
    const answer = await this.board.ask({ ask: "minutes", session: this.state.session });
    if (answer.refused) return this.told.bad(answer);
    if (this.closed) return this.#read(answer);
    this.seen = answer.mark;
    const changed = () => (this.saved = false);
    this.form.replaceChildren(make("p", { class: "hint" }, "Each line becomes one line of the session’s report."));
    for (const [kind, label, hint] of KINDS) {
      const box = area(answer.lines[kind].join("\n"), 2, { oninput: changed });
      this.boxes.set(kind, box);
      this.form.append(field(label, box, hint));
    }
    this.steps.replaceChildren();
    [...answer.steps, { who: "", what: "", due: "" }].forEach((one) => this.#step(one, changed));
    const save = button("Save the minutes", () => this.save(save));
    this.form.append(
      make("h4", {}, "Next steps"),
      this.steps,
      make("div", { class: "bar" }, button("One more step", () => this.#step({ who: "", what: "", due: "" }, changed).focus()), save),
      this.told.node,
    );
    return null;
  }

  #read(answer) {
    const lists = KINDS.filter(([kind]) => answer.lines[kind].length).map(([kind, label]) =>
      make("div", {}, make("h4", {}, label), make("ul", {}, ...answer.lines[kind].map((one) => make("li", {}, one)))),
    );
    if (answer.steps.length) {
      const steps = answer.steps.map((one) => make("li", {}, [one.who, one.what].join(": ") + (one.due ? ` (by ${dayShown(one.due)})` : "")));
      lists.push(make("div", {}, make("h4", {}, "Next steps"), make("ul", {}, ...steps)));
    }
    this.form.replaceChildren(...(lists.length ? lists : [make("p", { class: "hint" }, "No minutes were written.")]));
  }

  #step(one, changed) {
    const who = textBox(one.who, { oninput: changed });
    const what = textBox(one.what, { oninput: changed });
    const due = make("input", { type: "date", onchange: changed });
    due.value = one.due;
    const node = make("li", {}, field("Who", who), field("does what", what), field("by when", due));
    node.read = () => ({ who: who.value, what: what.value, due: due.value });
    this.steps.append(node);
    return who;
  }

  async save(control) {
    const lines = Object.fromEntries([...this.boxes].map(([kind, box]) => [kind, box.value]));
    const steps = [...this.steps.children].map((one) => one.read());
    const answer = await work(control, this.told, () => this.board.ask({ ask: "save-minutes", session: this.state.session, seen: this.seen, steps, ...lines }));
    if (answer) {
      this.saved = true;
      this.seen = answer.mark;
      this.told.good("The minutes are saved.");
    }
    return answer;
  }
}

class Ending {
  constructor(board, state, minutes, agreeing) {
    Object.assign(this, { board, state, minutes, agreeing });
    this.told = new Told();
    this.box = make("div", {});
    this.node = part("", state.stage === "closed" ? "The report" : "Close the session", this.box, this.told.node);
    if (state.stage === "closed") this.#drawReport();
    else this.#drawClose();
  }

  #drawClose() {
    const close = button("Close the session…", () => this.#close(), "main");
    this.box.replaceChildren(make("p", {}, "When you close it, nothing in it changes any more, and its report is made. The raters’ PINs end; whoever still has a link can read the reveal with it."), close);
  }

  #close() {
    const open = this.agreeing.agreed?.lines.filter((one) => !one.settled).length ?? 0;
    new Asking(
      this.board.root,
      "Close the session",
      [
        make("p", {}, "Nothing in it can be changed afterwards."),
        open ? make("p", { class: "note" }, `${many(open, "score")} ${open === 1 ? "is" : "are"} not agreed yet; the report will say so.`) : "",
        this.minutes.saved ? "" : make("p", { class: "note" }, "Your minutes are saved first."),
      ].filter(Boolean),
      {
        go: "Close it",
        cancel: "Not yet",
        ready: async () => {
          if (!this.minutes.saved && !(await this.minutes.save(button("", () => {})))) return { refused: true, message: "The minutes could not be saved.", fix: "Look at them first." };
          const answer = await this.board.ask({ ask: "close", session: this.state.session });
          if (!answer.refused) {
            this.board.reportNow = answer.report;
            this.board.refresh();
          }
          return answer;
        },
      },
    );
  }

  #drawReport() {
    const make_ = button("Make the report", () => this.report(make_), "main");
    this.link = make("p", { class: "report" });
    this.box.replaceChildren(make("p", {}, "The report has every number with its sentence, the pieces with their spread, what was agreed and why, and the minutes."), make_, this.link);
    if (this.board.reportNow) {
      this.board.reportNow = false;
      this.report(make_);
    }
  }

  async report(control) {
    this.board.patient = true;
    this.told.good("Making the report: this takes a few seconds…");
    control.setAttribute("aria-disabled", "true");
    const answer = await this.board.ask({ ask: "report", session: this.state.session });
    this.board.patient = false;
    control.removeAttribute("aria-disabled");
    if (answer.refused) return this.told.bad(answer);
    this.told.good("The report is made.");
    const link = make("a", { href: reportAddress(answer.path), target: "_blank", rel: "noopener" }, "Open the session’s report");
    this.link.replaceChildren(link, make("small", {}, answer.path));
    control.textContent = "Make it again";
    return link.focus();
  }
}

// JupyterLab shows a project's files under an address of its own; the room has a checked one.
function reportAddress(path) {
  const way = path.split("/").map(encodeURIComponent).join("/");
  const lab = document.getElementById("jupyter-config-data");
  // The room's page has settings of that name too.
  return lab && !document.querySelector("main.calibrate-served") ? `${JSON.parse(lab.textContent).baseUrl}files/${way}` : `/${way}`;
}
