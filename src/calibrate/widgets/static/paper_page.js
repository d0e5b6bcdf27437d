/*
 * Sheets from paper: the list of raters, the passphrase, a grid for one sheet, its reading back, and the seal.
 * Python owns the rules; what is typed lives in this page alone until it is sealed, and the paper is its copy.
 */
class PaperPage {
  /** @param ask sends a message and promises its answer; @param heading the rank of its headings */
  constructor({ ask, el, heading = "h2" }) {
    this.ask = ask;
    this.heading = heading;
    this.kept = new Map();
    this.id = `paper-${Math.random().toString(36).slice(2, 8)}`;
    this.said = make("p", { class: "said", role: "status" });
    this.trouble = make("div", { class: "trouble", role: "alert" });
    this.body = make("div", { class: "body" });
    this.node = make("section", { class: "calibrate-paper calibrate-page", "aria-label": "Sheets from paper" }, this.trouble, this.body, this.said);
    // Nothing that is typed here is a command to the page around it.
    this.node.addEventListener("keydown", (event) => event.stopPropagation());
    el.append(this.node);
    this.leaving = (event) => {
      if (this.node.isConnected && [...this.kept.values()].some((one) => one.cells.size)) event.preventDefault();
    };
    window.addEventListener("beforeunload", this.leaving);
    this.#list();
  }

  close() {
    window.removeEventListener("beforeunload", this.leaving);
    this.ask({ ask: "done" });
    this.node.remove();
  }

  #say(text) {
    this.said.textContent = text;
  }

  /** Say what went wrong; whether anything did. */
  #refused(answer) {
    this.trouble.replaceChildren(...(answer.refused ? [make("p", {}, `${answer.message} ${answer.fix}`)] : []));
    return Boolean(answer.refused);
  }

  #show(...nodes) {
    this.body.replaceChildren(...nodes);
  }

  // The list of raters

  async #list(focus) {
    const answer = await this.ask({ ask: "list" });
    if (this.#refused(answer)) {
      this.#show(make(this.heading, {}, "Sheets from paper"), pushButton("Try again", () => this.#list()));
      return;
    }
    this.#drawList(answer, focus);
  }

  #drawList(answer, focus) {
    this.listed = answer;
    const rows = answer.raters.map((one) => {
      const typed = this.kept.get(one.id)?.cells.size ?? 0;
      const open = pushButton(one.on_paper ? "Enter again" : "Enter sheet", () => this.#open(one.id), { "aria-label": `${one.on_paper ? "Enter again" : "Enter"} the sheet of ${one.name}`, disabled: !answer.unlocked });
      open.dataset.rater = one.id;
      return make("tr", {}, make("th", { scope: "row" }, one.name), make("td", {}, standing(one), typed ? make("b", {}, ` ${typed} of ${one.due} typed, not sealed yet`) : ""), make("td", {}, open));
    });
    this.#show(
      make(this.heading, {}, "Sheets from paper"),
      make("p", { class: "lead" }, `${answer.title} · ${answer.round}. Type in what each rater wrote on paper; each sheet is then sealed like a ballot from a device.`),
      answer.unlocked ? "" : this.#door(answer),
      make("table", { class: "raters" }, make("caption", { class: "unseen" }, "Raters and their sheets"), make("thead", {}, make("tr", {}, ...["Rater", "What is saved", "Sheet"].map((one) => make("th", { scope: "col" }, one)))), make("tbody", {}, ...rows)),
      answer.unlocked ? make("p", {}, pushButton("I am done", () => this.#leave(), { class: "quiet" })) : "",
    );
    const next = focus && rows.map((one) => one.querySelector("button")).find((one) => answer.raters.find((it) => it.id === one.dataset.rater && !it.saved));
    (next ?? null)?.focus();
  }

  #door(answer) {
    const field = make("input", { type: "password", id: `${this.id}-word`, autocomplete: "off" });
    const go = make("button", { type: "submit", class: "main" }, "Start entering");
    const form = make("form", { class: "door" }, ...(answer.passphrase ? [make("label", { for: `${this.id}-word` }, "The passphrase of this session"), field] : []), go);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      go.disabled = true;
      const given = await this.ask({ ask: "unlock", passphrase: field.value });
      field.value = "";
      go.disabled = false;
      if (this.#refused(given)) return field.focus();
      if (this.after) {
        const { after } = this;
        this.after = null;
        return after();
      }
      return this.#drawList(given, true);
    });
    return form;
  }

  async #leave() {
    const waiting = [...this.kept.values()].filter((one) => one.cells.size).length;
    if (waiting && !window.confirm("A sheet is typed in and not sealed. Leave it out?")) return;
    this.kept.clear();
    await this.ask({ ask: "done" });
    this.#say("The keys are put away. Keep the paper until the session is closed, then shred it.");
    this.#list();
  }

  // One sheet

  async #open(rater) {
    const sheet = await this.ask({ ask: "sheet", rater });
    if (this.#refused(sheet)) return;
    this.sheet = sheet;
    this.#say("");
    this.#grid();
  }

  #grid() {
    const { sheet } = this;
    const legend = make("div", { class: "legend", role: "group", "aria-label": "Levels and codes: they fill the cell you are in" });
    const count = make("p", { class: "count" });
    const back = pushButton("Read back", () => this.#readBack(), { class: "main" });
    const changed = () => {
      this.kept.set(sheet.rater, grid.kept);
      const left = grid.due.length - grid.typed;
      count.textContent = left ? `${grid.typed} of ${grid.due.length} cells typed. Next without anything: ${grid.firstEmpty()}.` : `All ${grid.due.length} cells typed. Now read the sheet back.`;
      count.classList.toggle("ready", !left);
    };
    const grid = new PaperGrid(sheet, this.kept.get(sheet.rater), {
      changed,
      say: (text) => this.#say(text),
      finished: () => back.focus(),
      moved: (levels) => {
        legend.replaceChildren(
          ...levels.map((one) => chip(one.number, one.label, () => grid.choose({ level: one.id }))),
          ...sheet.codes.map((one) => chip(one.letter, one.label, () => grid.choose({ code: one.id }))),
          chip("–", "left empty on the paper", () => grid.choose({ left: true })),
        );
      },
    });
    this.grid = grid;
    this.#show(
      make(this.heading, {}, `The sheet of ${sheet.name}`),
      sheet.saved ? make("p", { class: "warning" }, `${standing(sheet)}. The sheet can take its place only if you confirm it before sealing.`) : "",
      make("p", { class: "keys" }, "A digit fills a cell and moves on; a letter is a code (with Shift: for the whole piece); - is left empty on the paper. Enter: next piece. Backspace: clear. Ctrl+Z: undo."),
      legend,
      grid.node,
      count,
      make("div", { class: "buttons" }, pushButton("Back to the list", () => this.#list()), pushButton("Undo", () => grid.undo()), back),
    );
    changed();
    grid.start();
  }

  // The second look

  async #readBack() {
    const { sheet, grid } = this;
    const answer = await this.ask({ ask: "check", rater: sheet.rater, ...grid.contents });
    if (answer.refused === "locked") return this.#again(answer, () => this.#readBack());
    if (this.#refused(answer)) {
      grid.start();
      return undefined;
    }
    Object.assign(sheet, { saved: answer.saved, answered: answer.answered, committed: answer.committed, on_paper: answer.on_paper });
    const seal = pushButton("Seal this sheet", () => this.#seal(seal), { class: "main" });
    const ticks = answer.lines.map((line, at) => {
      const tick = make("input", { type: "checkbox", id: `${this.id}-line-${at}` });
      tick.addEventListener("change", allowed);
      tick.addEventListener("keydown", (event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        tick.checked = true;
        allowed();
        (ticks.find((one) => !one.checked) ?? over ?? seal).focus();
      });
      return tick;
    });
    const over = sheet.saved ? make("input", { type: "checkbox", id: `${this.id}-over` }) : null;
    over?.addEventListener("change", allowed);
    function allowed() {
      seal.disabled = !ticks.every((one) => one.checked) || Boolean(over && !over.checked);
    }
    this.over = over;
    allowed();
    const rows = answer.lines.map((line, at) =>
      make(
        "li",
        {},
        ticks[at],
        make(
          "label",
          { for: ticks[at].id },
          make("b", { class: "code" }, line.code),
          make("span", { class: "said-cells" }, ...line.cells.map((one) => make("span", { class: "said-cell" }, `${one.criterion} `, make("b", {}, one.said), one.word === one.said ? "" : make("small", {}, ` ${one.word}`)))),
          line.note ? make("span", { class: "said-note" }, `Note: ${line.note}`) : "",
        ),
      ),
    );
    this.#show(
      make(this.heading, {}, `Read back: the sheet of ${sheet.name}`),
      make("p", { class: "keys" }, "Compare each line with the paper, best aloud. Enter ticks a line and goes to the next."),
      make("ol", { class: "lines" }, ...rows),
      over ? make("p", { class: "warning" }, over, make("label", { for: over.id }, `${standing(sheet)}. Put this sheet in its place: what was saved is then gone.`)) : "",
      make("div", { class: "buttons" }, pushButton("Back to the sheet", () => this.#grid()), seal),
    );
    ticks[0].focus();
    return undefined;
  }

  async #seal(seal) {
    const { sheet, grid } = this;
    seal.disabled = true;
    const answer = await this.ask({ ask: "enter", rater: sheet.rater, over: this.over?.checked ? sheet.saved : 0, ...grid.contents });
    if (answer.refused === "locked") return this.#again(answer, () => this.#readBack());
    if (answer.refused === "stale") {
      // What is saved has changed since it was shown: show it, and ask anew.
      await this.#readBack();
      this.#refused(answer);
      return undefined;
    }
    if (this.#refused(answer)) {
      seal.disabled = false;
      return undefined;
    }
    this.kept.delete(sheet.rater);
    this.#say(`The sheet of ${sheet.name} is sealed. Receipt: ${answer.receipt}`);
    return this.#list(true);
  }

  /** Ask for the passphrase once more, then go on where it stopped. */
  #again(answer, after) {
    this.#refused(answer);
    this.after = () => {
      this.#refused({});
      after();
    };
    this.#show(make(this.heading, {}, `The sheet of ${this.sheet.name}`), this.#door(this.listed));
    this.body.querySelector("input, button").focus();
  }
}

/** What is saved for a rater, in words: how much, never what. */
function standing(one) {
  if (!one.saved) return "Nothing saved yet";
  if (one.on_paper) return "Entered from paper and sealed";
  if (one.committed) return "Committed on a device";
  return `Begun on a device: ${one.answered} ${one.answered === 1 ? "answer" : "answers"}, not committed`;
}

function pushButton(text, pressed, more = {}) {
  return make("button", { type: "button", onclick: pressed, ...more }, text);
}

/** A level or code of the legend: it can be clicked, and does not take the focus away from the grid. */
function chip(sign, label, pressed) {
  const same = [sign, `Level ${sign}`].includes(label);
  const node = pushButton("", pressed, { class: "chip", tabindex: "-1" });
  node.append(make("b", {}, sign), same ? "" : ` ${label}`);
  node.addEventListener("pointerdown", (event) => event.preventDefault());
  return node;
}
