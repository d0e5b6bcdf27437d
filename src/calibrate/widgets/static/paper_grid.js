/*
 * One sheet as a grid of cells to type into: rows are pieces, columns are criteria.
 * A digit fills a cell and moves on; a letter is a condition code; "-" says that the cell is empty on the paper.
 */
class PaperGrid {
  /** @param sheet what Python sent; @param kept what was typed before, or null; @param heard {changed, say, finished} */
  constructor(sheet, kept, heard) {
    this.sheet = sheet;
    this.heard = heard;
    this.criteria = new Map(sheet.criteria.map((one) => [one.id, one]));
    this.due = sheet.pieces.flatMap((piece) => piece.criteria.map((criterion) => ({ piece: piece.id, criterion })));
    this.cells = kept?.cells ?? new Map();
    this.notes = kept?.notes ?? new Map();
    this.past = kept?.past ?? [];
    this.inputs = new Map();
    this.part = { key: "", text: "" };
    this.node = this.#draw();
    for (const key of this.inputs.keys()) this.#paint(key);
  }

  /** What is typed, to come back to later. */
  get kept() {
    return { cells: this.cells, notes: this.notes, past: this.past };
  }

  get typed() {
    return this.cells.size;
  }

  /** What Python is sent. */
  get contents() {
    return {
      cells: [...this.cells].map(([key, value]) => {
        const [piece, criterion] = key.split("/");
        return { piece, criterion, level: value.level ?? null, code: value.code ?? null, left: value.left ?? false };
      }),
      notes: Object.fromEntries(this.notes),
    };
  }

  /** Focus the first cell that has nothing typed in it, or the very first. */
  start() {
    const empty = this.due.find((one) => !this.cells.has(this.#key(one)));
    this.inputs.get(this.#key(empty ?? this.due[0])).focus();
  }

  firstEmpty() {
    const empty = this.due.find((one) => !this.cells.has(this.#key(one)));
    return empty ? `${this.#code(empty.piece)}, ${this.criteria.get(empty.criterion).name}` : "";
  }

  undo() {
    this.#settle();
    const step = this.past.pop();
    if (!step) {
      this.heard.say("There is nothing to undo.");
      return;
    }
    for (const [key, before] of step) {
      if (before) this.cells.set(key, before);
      else this.cells.delete(key);
      this.#paint(key);
    }
    this.inputs.get(step[0][0]).focus();
    this.heard.say("Taken back.");
    this.heard.changed();
  }

  /** Fill the cell that was focused last, from the legend. */
  choose(value) {
    const key = this.current ?? this.#key(this.due[0]);
    if (value.level && !this.#levels(key).some((one) => one.id === value.level)) return;
    this.part = { key: "", text: "" };
    this.#fill([[key, value]]);
    this.#onward(key);
  }

  #key({ piece, criterion }) {
    return `${piece}/${criterion}`;
  }

  #code(piece) {
    return this.sheet.pieces.find((one) => one.id === piece).code;
  }

  #levels(key) {
    return this.criteria.get(key.split("/")[1]).levels;
  }

  #name(key) {
    const [piece, criterion] = key.split("/");
    return `${this.#code(piece)}, ${this.criteria.get(criterion).name}`;
  }

  #draw() {
    const { sheet } = this;
    const head = make("tr", {}, make("th", { scope: "col" }, "Piece"), ...sheet.criteria.map((one) => make("th", { scope: "col" }, one.name)), make("th", { scope: "col" }, "Note"));
    const rows = sheet.pieces.map((piece) => {
      const cells = sheet.criteria.map((criterion) =>
        piece.criteria.includes(criterion.id)
          ? make("td", { "data-name": criterion.name }, this.#input({ piece: piece.id, criterion: criterion.id }))
          : make("td", { class: "none", "data-name": criterion.name }, "not scored"),
      );
      const note = make("textarea", { rows: "1", maxlength: "4000", placeholder: "Note", "aria-label": `Note on ${piece.code}` });
      note.value = this.notes.get(piece.id) ?? "";
      note.addEventListener("input", () => {
        this.notes.set(piece.id, note.value);
        this.heard.changed();
      });
      note.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || event.shiftKey) return;
        event.preventDefault();
        this.#nextRow(piece.id);
      });
      return make("tr", {}, make("th", { scope: "row" }, make("b", {}, piece.code), make("small", {}, piece.facts.join(", "))), ...cells, make("td", { class: "words-cell", "data-name": "Note" }, note));
    });
    return make("table", { class: "grid" }, make("caption", { class: "unseen" }, `The sheet of ${sheet.name}`), make("thead", {}, head), make("tbody", {}, ...rows));
  }

  #input(pair) {
    const key = this.#key(pair);
    const input = make("input", { type: "text", class: "cell", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", size: "4", "aria-label": this.#name(key) });
    input.addEventListener("keydown", (event) => this.#pressed(event, key));
    // Software keyboards tell no key: they put text in, which is read letter by letter.
    input.addEventListener("beforeinput", (event) => {
      if (!event.data || !event.cancelable) return;
      event.preventDefault();
      this.#type(key, event.data);
    });
    input.addEventListener("input", () => {
      const { value } = input;
      const shown = this.#shown(key);
      if (!value) this.#clear(key);
      else if (value !== shown) this.#type(key, value.startsWith(shown) ? value.slice(shown.length) : value);
      this.#paint(key);
    });
    input.addEventListener("focus", () => {
      this.current = key;
      input.select();
      this.heard.moved(this.#levels(key));
    });
    input.addEventListener("blur", () => this.#settle());
    this.inputs.set(key, input);
    return input;
  }

  #pressed(event, key) {
    const { key: pressed } = event;
    if ((event.ctrlKey || event.metaKey) && pressed.toLowerCase() === "z") this.undo();
    else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (pressed === "Enter") this.#entered(key);
    else if (pressed === "Backspace" || pressed === "Delete") this.#erase(key, pressed === "Backspace");
    else if (pressed === "ArrowLeft") this.#go(key, -1);
    else if (pressed === "ArrowRight") this.#go(key, 1);
    else if (pressed === "ArrowUp") this.#column(key, -1);
    else if (pressed === "ArrowDown") this.#column(key, 1);
    else if (pressed.length === 1) this.#letter(key, pressed, event.shiftKey);
    else return;
    event.preventDefault();
  }

  /** A text of several characters (pasted, or from a software keyboard): each moves on as if it had been pressed. */
  #type(key, text) {
    let at = key;
    for (const one of text) {
      this.#letter(at, one, false);
      at = this.current ?? at;
    }
  }

  #letter(key, pressed, shift) {
    if (pressed === " ") return;
    const waiting = this.part.key === key ? this.part.text : "";
    const text = waiting + (pressed === "," ? "." : pressed);
    const numbers = this.#levels(key).map((one) => one.number);
    const half = waiting && (pressed === "+" || pressed === "½") ? numbers.filter((one) => one.startsWith(`${waiting}.`)) : [];
    if (half.length === 1) {
      this.#number(key, half[0]);
    } else if (numbers.some((one) => one.startsWith(text))) {
      const longer = numbers.some((one) => one !== text && one.startsWith(text));
      if (longer) this.#wait(key, text);
      else this.#number(key, text);
    } else if (waiting) {
      // The cell is settled by what was typed so far; this key belongs to the next one.
      if (!this.#settle()) return;
      this.#onward(key);
      if (this.current !== key) this.#letter(this.current, pressed, shift);
    } else if (["-", "–", "—"].includes(pressed)) {
      this.#done(key, [[key, { left: true }]]);
    } else {
      const code = this.sheet.codes.find((one) => one.letter && one.letter === pressed.toUpperCase());
      if (code && shift) this.#wholePiece(key, code);
      else if (code) this.#done(key, [[key, { code: code.id }]]);
      else this.#wrong(key, pressed);
    }
  }

  #wait(key, text) {
    this.part = { key, text };
    this.#paint(key);
  }

  #number(key, number) {
    const level = this.#levels(key).find((one) => one.number === number);
    this.part = { key: "", text: "" };
    this.#done(key, [[key, { level: level.id }]]);
  }

  #done(key, changes) {
    this.#fill(changes);
    this.#onward(key);
  }

  /** A condition code for the whole piece: in every cell of its row but those that the code leaves to a level. */
  #wholePiece(key, code) {
    const [piece] = key.split("/");
    const row = this.due.filter((one) => one.piece === piece && !code.scored.includes(one.criterion));
    if (!row.length) return this.#wrong(key, code.letter);
    this.#fill(row.map((one) => [this.#key(one), { code: code.id }]));
    this.heard.say(`${code.label}: the whole of ${this.#code(piece)}.`);
    const open = this.due.find((one) => one.piece === piece && !this.cells.has(this.#key(one)));
    if (open) this.inputs.get(this.#key(open)).focus();
    else this.#nextRow(piece);
  }

  #fill(changes) {
    this.past.push(changes.map(([key]) => [key, this.cells.get(key)]));
    for (const [key, value] of changes) {
      this.cells.set(key, value);
      this.inputs.get(key).classList.remove("wrong");
      this.inputs.get(key).removeAttribute("aria-invalid");
      this.#paint(key);
    }
    this.heard.say("");
    this.heard.changed();
  }

  #erase(key, backward) {
    if (this.part.key === key) {
      this.part = { key: "", text: "" };
      this.#paint(key);
    } else if (this.cells.has(key)) this.#clear(key);
    else if (backward) this.#go(key, -1);
  }

  #clear(key) {
    if (!this.cells.has(key)) return;
    this.past.push([[key, this.cells.get(key)]]);
    this.cells.delete(key);
    this.#paint(key);
    this.heard.changed();
  }

  /** What was begun in a cell is taken as it stands, or dropped where it is no level. Whether it was taken. */
  #settle() {
    const { key, text } = this.part;
    if (!key) return true;
    this.part = { key: "", text: "" };
    const level = this.#levels(key).find((one) => one.number === text);
    if (level) this.#fill([[key, { level: level.id }]]);
    else this.#wrong(key, text);
    return Boolean(level);
  }

  #wrong(key, text) {
    const input = this.inputs.get(key);
    input.classList.add("wrong");
    input.setAttribute("aria-invalid", "true");
    this.#paint(key);
    const levels = this.#levels(key).map((one) => one.number).join(", ");
    const codes = this.sheet.codes.map((one) => one.letter).filter(Boolean).join(", ");
    this.heard.say(`${text} is not on the scale of ${this.criteria.get(key.split("/")[1]).name}: ${levels}${codes ? `, or a code: ${codes}` : ""}.`);
  }

  #onward(key) {
    const at = this.due.findIndex((one) => this.#key(one) === key);
    const next = this.due[at + 1];
    if (next) this.inputs.get(this.#key(next)).focus();
    else this.heard.finished();
  }

  #go(key, by) {
    const at = this.due.findIndex((one) => this.#key(one) === key);
    const next = this.due[at + by];
    if (next) this.inputs.get(this.#key(next)).focus();
  }

  #column(key, by) {
    const [piece, criterion] = key.split("/");
    const { pieces } = this.sheet;
    for (let at = pieces.findIndex((one) => one.id === piece) + by; pieces[at]; at += by) {
      const input = this.inputs.get(`${pieces[at].id}/${criterion}`);
      if (input) return input.focus();
    }
    return undefined;
  }

  #entered(key) {
    this.#settle();
    this.#nextRow(key.split("/")[0]);
  }

  #nextRow(piece) {
    const at = this.sheet.pieces.findIndex((one) => one.id === piece);
    const next = this.sheet.pieces.slice(at + 1).find((one) => one.criteria.length);
    if (next) this.inputs.get(`${next.id}/${this.sheet.criteria.find((one) => next.criteria.includes(one.id)).id}`).focus();
    else this.heard.finished();
  }

  #shown(key) {
    if (this.part.key === key) return this.part.text;
    const value = this.cells.get(key);
    if (!value) return "";
    if (value.left) return "–";
    if (value.code) return this.sheet.codes.find((one) => one.id === value.code).letter || value.code;
    return this.#levels(key).find((one) => one.id === value.level).number;
  }

  #paint(key) {
    const input = this.inputs.get(key);
    const value = this.cells.get(key);
    input.value = this.#shown(key);
    input.classList.toggle("full", Boolean(value));
    input.classList.toggle("code", Boolean(value?.code));
    input.classList.toggle("waiting", this.part.key === key);
    input.setAttribute("aria-description", value?.code ? this.sheet.codes.find((one) => one.id === value.code).label : value?.left ? "left empty on the paper" : "");
  }
}
