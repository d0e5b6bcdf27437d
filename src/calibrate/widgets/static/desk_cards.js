// The rubric of one piece on the desk: a card for each criterion with its levels, the condition codes, and the note.

const NOTE_DELAY_MS = 700;
const CODE = "code";
const TYPED_OUT_MS = 1500;

/** What the keys of a rubric are, in words. */
function keyWords(rubric) {
  const levels = rubric.criteria.flatMap((one) => one.levels);
  const half = levels.find((one) => one.key.endsWith("."));
  const words = ["Keys: a number chooses a level in the criterion you are in"];
  if (half) words.push(`a point after it its half: ${half.key[0]} and . choose ${half.number}`);
  if (levels.some((one) => !one.key)) words.push("arrow keys choose the other levels");
  return [...words, "Enter next criterion", "N and P next and previous piece"].join(" · ");
}

class RubricCards {
  /** `desk` keeps the choices; `box` is filled with the cards for its piece. */
  constructor(desk, box) {
    this.desk = desk;
    this.piece = desk.piece;
    this.id = desk.id;
    this.cards = new Map();
    const { rubric } = desk.sheet;
    const cards = this.piece.criteria.map((id) => this.#card(desk.criterion(id)));
    this.note = make("textarea", { rows: "2", maxlength: "4000", id: `${this.id}-note` });
    this.note.value = desk.notes.get(this.piece.id) ?? "";
    this.note.addEventListener("input", () => desk.changeNote(this.note.value, NOTE_DELAY_MS));
    this.note.addEventListener("blur", () => desk.outbox.hurry());
    this.codes = make("fieldset", { class: "codes" }, make("legend", {}, "Can this piece be scored?"));
    if (rubric.codes.length) {
      this.codes.append(
        this.#codeChoice("", "Yes", ""),
        ...rubric.codes.map((code) => this.#codeChoice(code.id, code.label, code.meaning)),
      );
    }
    box.replaceChildren(
      ...cards,
      rubric.codes.length ? this.codes : "",
      make("div", { class: "note" }, make("label", { for: `${this.id}-note` }, "A note on this piece, for the discussion"), this.note),
    );
  }

  /** Bring the cards up to what is chosen; `words(mark)` gives the words of a place. */
  paint(locked, words) {
    const { desk, piece } = this;
    const codes = new Set();
    for (const [id, card] of this.cards) {
      const choice = desk.choice(piece.id, id);
      const code = desk.sheet.rubric.codes.find((one) => one.id === choice.code);
      if (code) codes.add(code.id);
      for (const radio of card.node.querySelectorAll("input[type=radio]")) {
        radio.checked = radio.value === choice.level;
        radio.disabled = locked;
        radio.closest("label").classList.toggle("chosen", radio.checked);
      }
      card.node.classList.toggle("done", choice.level !== null || Boolean(code));
      card.state.textContent = code ? code.label : "";
      card.back.hidden = locked || (choice.level === null && !code);
      card.note.readOnly = locked;
      card.write.hidden = locked || !card.note.hidden;
      card.evidence.replaceChildren(...choice.marks.map((mark, at) => this.#chip(id, choice, mark, at, locked, words)));
    }
    const [only] = codes;
    for (const radio of this.codes.querySelectorAll("input")) {
      radio.checked = radio.value === (only ?? "");
      radio.disabled = locked;
    }
    this.note.readOnly = locked;
  }

  /** Say of each criterion what could not be saved. */
  tell(refused) {
    for (const [id, card] of this.cards) {
      const problem = refused.get(`${this.piece.id}/${id}`);
      card.problem.textContent = problem ? `Not saved. ${problem.message} ${problem.fix}` : "";
    }
  }

  /** Choose a level by its keys, ``2`` or ``2`` and ``.`` for 2.5; whether the key was one of them. */
  press(id, key) {
    if (key === "Shift") return false; // on its way to a plus
    const { levels } = this.desk.criterion(id);
    const before = this.typed?.id === id ? this.typed.keys : "";
    const point = ".,+".includes(key);
    // 2.5 may be typed out: its last 5 belongs to the half, and is no level 5.
    if (key === "5" && before.endsWith(".") && Date.now() - this.typed.at < TYPED_OUT_MS) {
      this.typed = null;
      return true;
    }
    const chosen = levels.find((one) => one.id === this.desk.choice(this.piece.id, id).level);
    const whole = before && this.typed.waits ? before : (chosen?.key.replace(".", "") ?? "");
    const keys = point ? `${whole}.` : key;
    const level = levels.find((one) => one.key && one.key === keys);
    // A digit of which there is only the half, as in a scale that begins at 0.5, waits for its point.
    const waits = !level && levels.some((one) => one.key === `${keys}.`);
    this.typed = level || waits ? { id, keys, waits, at: Date.now() } : null;
    if (!level) return waits;
    const radios = [...this.cards.get(id).node.querySelectorAll("input[type=radio]")];
    radios.find((radio) => radio.value === level.id).focus();
    this.desk.change(id, { level: level.id, code: null });
    return true;
  }

  takeBack(id) {
    this.desk.change(id, { level: null, code: null });
    this.cards.get(id).node.querySelector("input[type=radio]")?.focus();
  }

  /** To the next criterion, at its chosen level or its first; false after the last one. */
  onward(id) {
    const ids = this.piece.criteria;
    const after = this.cards.get(ids[ids.indexOf(id) + 1]);
    if (!after) return false;
    (after.node.querySelector("input:checked") ?? after.node.querySelector("input")).focus();
    after.node.scrollIntoView({ block: "nearest" });
    return true;
  }

  #card(criterion) {
    const { desk } = this;
    const name = (part) => `${this.id}-${criterion.id}-${part}`;
    const before = desk.sheet.before?.[`${this.piece.id}/${criterion.id}`];
    const levels = criterion.levels.map((level) => {
      const radio = make("input", {
        type: "radio",
        name: name("level"),
        value: level.id,
        "aria-labelledby": name(`name-${level.id}`),
        "aria-describedby": level.descriptor ? name(`words-${level.id}`) : null,
      });
      radio.addEventListener("change", () => desk.change(criterion.id, { level: level.id, code: null }));
      const label = level.label === level.number ? "" : make("span", {}, level.label);
      return make(
        "label",
        { class: "level" },
        make("span", { class: "head" }, radio, make("span", { class: "name", id: name(`name-${level.id}`) }, make("b", {}, level.number), " ", label)),
        before === level.id ? make("span", { class: "before" }, "your blind score") : "",
        level.descriptor ? make("span", { class: "words", id: name(`words-${level.id}`) }, level.descriptor) : "",
      );
    });
    const state = make("span", { class: "state" });
    const back = make("button", { type: "button", class: "quiet", onclick: () => this.takeBack(criterion.id) }, "Take back");
    back.setAttribute("aria-label", `Take back the choice for ${criterion.name}`);
    const evidence = make("ul", { class: "evidence", "aria-label": `Evidence for ${criterion.name}` });
    const note = make("textarea", { rows: "2", maxlength: "4000", "aria-label": `A note on ${criterion.name}` });
    const write = make("button", { type: "button", class: "quiet" }, "Add a note");
    write.setAttribute("aria-label", `Add a note on ${criterion.name}`);
    write.addEventListener("click", () => {
      note.hidden = false;
      write.hidden = true;
      note.focus();
    });
    note.value = desk.choice(this.piece.id, criterion.id).note;
    note.addEventListener("input", () => desk.change(criterion.id, { note: note.value }, NOTE_DELAY_MS));
    note.addEventListener("blur", () => desk.outbox.hurry());
    const problem = make("p", { class: "problem", role: "alert" });
    const node = make(
      "fieldset",
      { class: "criterion" },
      make("legend", {}, criterion.name),
      make("div", { class: "side" }, state, back, write),
      make("p", { class: "about" }, criterion.description),
      make("div", { class: "levels" }, ...levels),
      evidence,
      note,
      problem,
    );
    node.style.setProperty("--mark", desk.color(criterion.id));
    node.dataset.criterion = criterion.id;
    note.hidden = !note.value;
    this.cards.set(criterion.id, { node, state, back, evidence, note, write, problem });
    return node;
  }

  #codeChoice(id, label, meaning) {
    const radio = make("input", { type: "radio", name: `${this.id}-${CODE}`, value: id });
    radio.addEventListener("change", () => this.#giveCode(id || null));
    return make("label", {}, radio, make("span", {}, make("b", {}, label), meaning ? ` ${meaning}` : ""));
  }

  #giveCode(id) {
    const spared = this.desk.sheet.rubric.codes.find((code) => code.id === id)?.scored ?? [];
    for (const criterion of this.piece.criteria) {
      const { code } = this.desk.choice(this.piece.id, criterion);
      if (id && !spared.includes(criterion)) this.desk.change(criterion, { code: id, level: null });
      else if (code !== null) this.desk.change(criterion, { code: null });
    }
  }

  #chip(criterion, choice, mark, at, locked, words) {
    const said = mark.kind === "area" ? `a place on page ${mark.file + 1}` : `“${words(mark)}”`;
    const remove = make("button", { type: "button", class: "quiet", onclick: () => this.desk.change(criterion, { marks: choice.marks.filter((_, other) => other !== at) }) }, "✕");
    remove.setAttribute("aria-label", `Remove evidence: ${said}`);
    remove.hidden = locked;
    return make("li", {}, make("span", {}, said), remove);
  }
}
