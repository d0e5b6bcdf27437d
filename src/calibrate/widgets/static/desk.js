// The scoring desk: draws what Python answers, and reports what the rater does. It knows this rater's choices alone.

const COLORS = ["#0b6e4f", "#8a3ffc", "#b3541e", "#0f62fe", "#a2191f", "#6b5b00", "#005d5d", "#9f1853"];
const ASK_AGAIN_MS = 3000;
const NOTE_DELAY_MS = 700;
const CODE = "code";

class Desk {
  constructor(model, el) {
    this.model = model;
    this.el = el;
    this.id = randomId();
    this.asked = new Map();
    this.works = new Map();
    this.urls = [];
    this.views = [];
    this.at = 0;
    this.choices = new Map();
    this.notes = new Map();
    this.picked = null;
    this.told = null;
    this.outbox = new Outbox((message) => this.#send(message), () => this.#changed());
    this.onMessage = (answer, buffers) => this.#answer(answer, buffers ?? []);
    this.onLeave = (event) => {
      if (this.outbox.count) {
        this.outbox.hurry();
        event.preventDefault();
      }
    };
    model.on("msg:custom", this.onMessage);
    globalThis.addEventListener("beforeunload", this.onLeave);
    this.timer = setInterval(() => this.#askAgain(), 500);
    this.root = make("section", { class: "calibrate-desk", lang: "en", "aria-label": "Scoring desk" });
    // JupyterLab would take a digit for a command of its own.
    this.root.dataset.lmSuppressShortcuts = "true";
    this.root.append(make("p", { class: "opening" }, "Opening your desk…"));
    this.root.addEventListener("keydown", (event) => this.#key(event));
    el.append(this.root);
    this.#open();
  }

  close() {
    this.model.off("msg:custom", this.onMessage);
    globalThis.removeEventListener("beforeunload", this.onLeave);
    clearInterval(this.timer);
    this.outbox.close();
    this.#closeViews();
    this.urls.forEach((url) => URL.revokeObjectURL(url));
    this.choices.clear();
    this.notes.clear();
    this.root.remove();
  }

  // Talking with Python: every question has an id, is asked again until it is answered, and may be asked twice.

  #send(message) {
    this.model.send(message);
  }

  #ask(message) {
    const id = randomId();
    return new Promise((answered) => {
      this.asked.set(id, { message: { ...message, id }, answered, at: Date.now() });
      this.#send({ ...message, id });
    });
  }

  #askAgain() {
    for (const one of this.asked.values()) {
      if (Date.now() - one.at > ASK_AGAIN_MS) {
        one.at = Date.now();
        this.#send(one.message);
      }
    }
  }

  #answer(answer, buffers) {
    if (this.outbox.take(answer)) return;
    const one = this.asked.get(answer.to);
    if (!one || answer.later) return;
    this.asked.delete(answer.to);
    one.answered({ ...answer, buffers });
  }

  // Opening

  async #open() {
    const sheet = await this.#ask({ ask: "desk" });
    if (sheet.refused) {
      this.root.replaceChildren(make("p", { class: "opening", role: "alert" }, `${sheet.message} ${sheet.fix}`));
      return;
    }
    this.sheet = sheet;
    this.committed = sheet.committed;
    this.receipt = sheet.receipt;
    this.choices = new Map(sheet.choices.map((one) => [`${one.piece}/${one.criterion}`, one]));
    this.notes = new Map(Object.entries(sheet.notes));
    await this.outbox.open(sheet.outbox.name, sheet.outbox.key, sheet.sequence);
    delete sheet.outbox;
    for (const { message } of this.outbox.entries) {
      if (message.what === "note") this.notes.set(message.piece, message.note);
      else this.choices.set(`${message.piece}/${message.criterion}`, message);
    }
    this.#frame();
    const open = sheet.pieces.findIndex((piece) => !this.#done(piece));
    this.#show(open < 0 ? 0 : open);
  }

  get locked() {
    return this.committed || !this.sheet.open || Boolean(this.outbox.frozen);
  }

  #choice(piece, criterion) {
    return (
      this.choices.get(`${piece}/${criterion}`) ?? { piece, criterion, level: null, code: null, note: "", marks: [] }
    );
  }

  #done(piece) {
    return piece.criteria.every((criterion) => {
      const { level, code } = this.#choice(piece.id, criterion);
      return level !== null || code !== null;
    });
  }

  #change(criterion, changed, delay = 0) {
    if (this.locked) return;
    const piece = this.piece.id;
    const choice = { ...this.#choice(piece, criterion), ...changed };
    this.choices.set(`${piece}/${criterion}`, choice);
    this.outbox.put(`${piece}/${criterion}`, { what: "choice", ...choice }, delay);
    this.#paint();
  }

  // The frame: head, steps, work and rubric

  #frame() {
    const { sheet } = this;
    this.progress = make("progress", { "aria-label": "How far you are", max: "1", value: "0" });
    this.progressText = make("span", { class: "count" });
    this.saved = make("p", { class: "saved" });
    this.spoken = make("p", { class: "unseen", role: "status", "aria-live": "polite" });
    this.banner = make("div", { class: "banner", role: "alert" });
    this.steps = make("ol", { class: "steps" });
    this.work = make("div", { class: "work", role: "group", "aria-label": "The student's work" });
    this.bar = make("div", { class: "bar", role: "group", "aria-label": "Mark as evidence" });
    this.rubric = make("div", { class: "rubric", role: "group", "aria-label": sheet.rubric.title });
    this.previous = make("button", { type: "button", onclick: () => this.#show(this.at - 1) }, "← Previous", make("span", {}, " piece"));
    this.next = make("button", { type: "button", class: "main", onclick: () => this.#show(this.at + 1) }, "Next", make("span", {}, " piece"), " →");
    this.finish = make("button", { type: "button", class: "finish", onclick: () => this.#confirm() }, "Commit", make("span", {}, " my scores"), "…");
    this.dialog = make("dialog", { class: "calibrate-dialog", "aria-labelledby": `${this.id}-commit` });
    const large = make("button", { type: "button", class: "quiet large", onclick: () => this.#large() }, "Full screen");
    const round = sheet.round === "blind" ? "Scored blind: nobody sees your scores before the reveal." : "After the discussion: score again.";
    this.root.replaceChildren(
      make(
        "header",
        {},
        make("div", { class: "titles" }, make("h2", {}, sheet.title), make("p", {}, round)),
        make("div", { class: "how-far" }, this.progress, this.progressText),
        this.saved,
        large,
      ),
      this.spoken,
      this.banner,
      make("nav", { "aria-label": "Your pieces" }, this.steps),
      make("div", { class: "halves" }, make("div", { class: "left" }, this.work, this.bar), this.rubric),
      make(
        "footer",
        {},
        this.previous,
        this.next,
        make("p", { class: "keys" }, "Keys: a number chooses a level in the criterion you are in · Enter next criterion · N and P next and previous piece"),
        this.finish,
      ),
      this.dialog,
    );
    sheet.pieces.forEach((piece, at) => {
      this.steps.append(make("li", {}, make("button", { type: "button", onclick: () => this.#show(at) }, piece.code)));
    });
  }

  #large() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.root.requestFullscreen?.().catch(() => {});
  }

  #show(at) {
    if (at < 0 || at >= this.sheet.pieces.length) return;
    this.outbox.hurry();
    const moved = this.piece !== undefined;
    this.at = at;
    this.piece = this.sheet.pieces[at];
    this.#pick(null);
    this.#drawRubric();
    this.#drawWork();
    this.#paint();
    if (moved) {
      this.heading.focus({ preventScroll: true });
      this.rubric.scrollTop = this.work.scrollTop = 0;
    }
    const after = this.sheet.pieces[at + 1];
    if (after) this.#fetch(after.id);
  }

  // The work

  #fetch(piece) {
    if (!this.works.has(piece)) {
      this.works.set(
        piece,
        this.#ask({ ask: "work", piece }).then((answer) => {
          if (answer.refused) {
            this.works.delete(piece);
            return answer;
          }
          let pictures = 0;
          for (const file of answer.files) {
            if (file.kind !== "image") continue;
            file.url = URL.createObjectURL(new Blob([answer.buffers[pictures++]], { type: file.type }));
            this.urls.push(file.url);
          }
          return answer;
        }),
      );
    }
    return this.works.get(piece);
  }

  async #drawWork() {
    const { piece } = this;
    this.#closeViews();
    this.heading = make("h3", { tabindex: "-1" }, piece.code);
    const about = piece.facts.length ? make("p", { class: "facts" }, piece.facts.join(" · ")) : "";
    const task = piece.task
      ? make("details", { class: "task" }, make("summary", {}, `The task: ${piece.task}`), make("p", {}, piece.prompt || "No prompt was brought in."))
      : "";
    const pages = make("div", { class: "pages" }, make("p", { class: "hint" }, "Fetching the work…"));
    this.work.replaceChildren(this.heading, about, task, pages);
    const answer = await this.#fetch(piece.id);
    if (this.piece !== piece) return;
    if (answer.refused) {
      pages.replaceChildren(make("p", { role: "alert" }, `${answer.message} ${answer.fix}`));
      return;
    }
    pages.replaceChildren();
    if (!answer.files.length) pages.append(make("p", { class: "hint" }, "This piece has no file in Calibrate: read it on paper."));
    answer.files.forEach((file, number) => {
      const label = answer.files.length > 1 ? `Page ${number + 1} of ${answer.files.length}` : `The work ${piece.code}`;
      const page = make("div", { class: "page" }, answer.files.length > 1 ? make("h4", {}, label) : "");
      pages.append(page);
      const heard = {
        picked: (place) => this.#pick(place && { ...place, file: number, kind: file.kind === "image" ? "area" : "text" }),
        enter: () => this.bar.querySelector("button")?.focus(),
      };
      if (file.kind === "image") this.#drawPicture(page, file, label, number, heard);
      else if (file.kind === "html") this.#drawHtml(page, file, label, number, heard);
      else this.#drawText(page, file, label, number, heard);
    });
    this.#paint();
  }

  #drawPicture(page, file, label, number, heard) {
    const view = new PictureWork(file.url, label, heard);
    page.append(view.node);
    this.views.push({ number, view });
  }

  #drawText(page, file, label, number, heard) {
    const hint = `${this.id}-hint-${number}`;
    const root = make("div", { class: "words", tabindex: "0", role: "document", "aria-label": label, "aria-describedby": hint }, file.text);
    page.append(root, make("p", { class: "unseen", id: hint }, SENTENCES));
    this.views.push({ number, view: new TextWork(root, heard) });
  }

  #drawHtml(page, file, label, number, heard) {
    // Cleaned when it was brought in; here it runs nothing, loads nothing, and lives in a frame of its own.
    const frame = make("iframe", { title: label, sandbox: "allow-same-origin", srcdoc: framed(file.text) });
    page.append(frame);
    const entry = { number, view: null };
    this.views.push(entry);
    frame.addEventListener("load", () => {
      const body = frame.contentDocument?.body;
      if (!body || entry.view) return;
      entry.view = new TextWork(body, heard);
      body.addEventListener("keydown", (event) => this.#key(event));
      const fit = () => (frame.style.height = `${body.scrollHeight + 4}px`);
      fit();
      const watch = new ResizeObserver(fit);
      watch.observe(frame);
      entry.watch = watch;
      this.#paint();
    });
  }

  #closeViews() {
    for (const { view, watch } of this.views) {
      view?.close();
      watch?.disconnect();
    }
    this.views = [];
  }

  // Evidence

  #pick(place) {
    this.picked = this.locked ? null : place;
    if (!this.picked) {
      this.bar.replaceChildren();
      return;
    }
    if (this.bar.childElementCount) return;
    this.bar.replaceChildren(
      make("span", {}, "This is evidence for:"),
      ...this.piece.criteria.map((criterion) => {
        const button = make("button", { type: "button", onclick: () => this.#markEvidence(criterion) }, this.#name(criterion));
        button.style.setProperty("--mark", this.#color(criterion));
        button.addEventListener("pointerdown", (event) => event.preventDefault()); // the selection stays
        return button;
      }),
      make("button", { type: "button", class: "quiet", onclick: () => this.#clearPicked() }, "Cancel"),
    );
  }

  #clearPicked() {
    for (const { view } of this.views) view?.clear();
    this.#pick(null);
  }

  #markEvidence(criterion) {
    if (!this.picked) return;
    const mark = { ...this.picked };
    for (const name of ["x", "y", "width", "height"]) if (name in mark) mark[name] = Math.round(mark[name] * 1e4) / 1e4;
    const { marks } = this.#choice(this.piece.id, criterion);
    this.#clearPicked();
    if (marks.some((old) => JSON.stringify(old) === JSON.stringify(mark))) return;
    this.#change(criterion, { marks: [...marks, mark] });
    this.#speak(`Marked as evidence for ${this.#name(criterion)}.`);
  }

  #criterion(id) {
    return this.sheet.rubric.criteria.find((one) => one.id === id);
  }

  #name(id) {
    return this.#criterion(id).name;
  }

  #color(id) {
    return COLORS[this.sheet.rubric.criteria.findIndex((one) => one.id === id) % COLORS.length];
  }

  // The rubric

  #drawRubric() {
    const { piece, sheet } = this;
    this.cards = new Map();
    const cards = piece.criteria.map((id) => this.#card(this.#criterion(id)));
    this.note = make("textarea", { rows: "2", maxlength: "4000", id: `${this.id}-note` });
    this.note.value = this.notes.get(piece.id) ?? "";
    this.note.addEventListener("input", () => {
      if (this.locked) return;
      this.notes.set(piece.id, this.note.value);
      this.outbox.put(piece.id, { what: "note", piece: piece.id, note: this.note.value }, NOTE_DELAY_MS);
    });
    this.note.addEventListener("blur", () => this.outbox.hurry());
    this.codes = make("fieldset", { class: "codes" }, make("legend", {}, "Can this piece be scored?"));
    if (sheet.rubric.codes.length) {
      this.codes.append(
        this.#codeChoice("", "Yes", ""),
        ...sheet.rubric.codes.map((code) => this.#codeChoice(code.id, code.label, code.meaning)),
      );
    }
    this.rubric.replaceChildren(
      ...cards,
      sheet.rubric.codes.length ? this.codes : "",
      make("div", { class: "note" }, make("label", { for: `${this.id}-note` }, "A note on this piece, for the discussion"), this.note),
    );
  }

  #card(criterion) {
    const name = (part) => `${this.id}-${criterion.id}-${part}`;
    const levels = criterion.levels.map((level) => {
      const radio = make("input", {
        type: "radio",
        name: name("level"),
        value: level.id,
        "aria-labelledby": name(`name-${level.id}`),
        "aria-describedby": level.descriptor ? name(`words-${level.id}`) : null,
      });
      radio.addEventListener("change", () => this.#change(criterion.id, { level: level.id, code: null }));
      const label = level.label === level.number ? "" : make("span", {}, level.label);
      return make(
        "label",
        { class: "level" },
        make("span", { class: "head" }, radio, make("span", { class: "name", id: name(`name-${level.id}`) }, make("b", {}, level.number), " ", label)),
        level.descriptor ? make("span", { class: "words", id: name(`words-${level.id}`) }, level.descriptor) : "",
      );
    });
    const state = make("span", { class: "state" });
    const back = make("button", { type: "button", class: "quiet", onclick: () => this.#takeBack(criterion.id) }, "Take back");
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
    note.value = this.#choice(this.piece.id, criterion.id).note;
    note.addEventListener("input", () => this.#change(criterion.id, { note: note.value }, NOTE_DELAY_MS));
    note.addEventListener("blur", () => this.outbox.hurry());
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
    node.style.setProperty("--mark", this.#color(criterion.id));
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
    const spared = this.sheet.rubric.codes.find((code) => code.id === id)?.scored ?? [];
    for (const criterion of this.piece.criteria) {
      const { code } = this.#choice(this.piece.id, criterion);
      if (id && !spared.includes(criterion)) this.#change(criterion, { code: id, level: null });
      else if (code !== null) this.#change(criterion, { code: null });
    }
  }

  #takeBack(criterion) {
    this.#change(criterion, { level: null, code: null });
    this.cards.get(criterion).node.querySelector("input[type=radio]")?.focus();
  }

  // Bringing the page up to what is chosen

  #changed() {
    if (this.cards && this.shownLocked !== this.locked) this.#paint();
    else this.#status();
  }

  #paint() {
    const { piece, locked } = this;
    this.shownLocked = locked;
    const codes = new Set();
    for (const [id, card] of this.cards) {
      const choice = this.#choice(piece.id, id);
      const code = this.sheet.rubric.codes.find((one) => one.id === choice.code);
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
      card.evidence.replaceChildren(...choice.marks.map((mark, at) => this.#chip(id, choice, mark, at)));
    }
    const [only] = codes;
    for (const radio of this.codes.querySelectorAll("input")) {
      radio.checked = radio.value === (only ?? "");
      radio.disabled = locked;
    }
    this.note.readOnly = locked;
    for (const { number, view } of this.views) {
      const marks = piece.criteria.flatMap((id) =>
        this.#choice(piece.id, id)
          .marks.filter((mark) => mark.file === number)
          .map((mark) => ({ ...mark, tag: short(this.#name(id)), name: this.#name(id), color: this.#color(id) })),
      );
      view?.paint(marks);
      view?.lock?.(locked);
    }
    this.#status();
  }

  #chip(criterion, choice, mark, at) {
    const words = mark.kind === "area" ? `a place on page ${mark.file + 1}` : `“${this.#quote(mark)}”`;
    const remove = make("button", { type: "button", class: "quiet", onclick: () => this.#change(criterion, { marks: choice.marks.filter((_, other) => other !== at) }) }, "✕");
    remove.setAttribute("aria-label", `Remove evidence: ${words}`);
    remove.hidden = this.locked;
    return make("li", {}, make("span", {}, words), remove);
  }

  #quote(mark) {
    const root = this.views.find(({ number }) => number === mark.file)?.view?.root;
    if (!root) return "marked words";
    const text = [...root.textContent].slice(mark.start, mark.end).join("").replace(/\s+/gu, " ");
    return text.length > 60 ? `${text.slice(0, 40)} … ${text.slice(-15)}` : text;
  }

  #status() {
    if (!this.cards) return;
    const { outbox, sheet } = this;
    const due = sheet.pieces.flatMap((piece) => piece.criteria.map((criterion) => this.#choice(piece.id, criterion)));
    const answered = due.filter(({ level, code }) => level !== null || code !== null).length;
    this.progress.max = Math.max(due.length, 1);
    this.progress.value = answered;
    this.progressText.textContent = `${answered} of ${due.length} choices`;
    const wait = outbox.count;
    const bad = outbox.refused.size;
    let state = "all";
    let text = "✓ All saved";
    if (this.committed) text = "✓ Committed";
    if (bad) [state, text] = ["not", `${many(bad, "change")} could not be saved`];
    if (wait) [state, text] = ["wait", `${many(wait, "choice")} not saved yet`];
    if (wait && outbox.overdue) state = "not";
    this.saved.dataset.state = state;
    this.saved.textContent = text;
    this.root.dataset.waiting = String(wait);
    if (text !== this.toldText) {
      this.toldText = text;
      clearTimeout(this.speaking);
      this.speaking = setTimeout(() => this.#speak(text), wait ? 1500 : 400);
    }
    this.#banner();
    for (const [id, card] of this.cards) {
      const problem = outbox.refused.get(`${this.piece.id}/${id}`);
      card.problem.textContent = problem ? `Not saved. ${problem.message} ${problem.fix}` : "";
    }
    sheet.pieces.forEach((piece, at) => {
      const button = this.steps.children[at].firstElementChild;
      const done = this.#done(piece);
      button.classList.toggle("done", done);
      button.textContent = done ? `${piece.code} ✓` : piece.code;
      button.setAttribute("aria-label", `${piece.code}, ${done ? "scored" : "not finished"}`);
      if (at === this.at) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    });
    this.previous.disabled = this.at === 0;
    this.next.disabled = this.at === sheet.pieces.length - 1;
    this.finish.hidden = this.committed || !sheet.open;
    this.finish.classList.toggle("main", answered === due.length);
    this.next.classList.toggle("main", answered !== due.length);
    this.answered = answered;
    this.due = due.length;
  }

  #banner() {
    const { outbox } = this;
    const words = [];
    let button = "";
    if (outbox.frozen) {
      const wait = many(outbox.count, "choice");
      words.push(`${outbox.frozen.message} ${wait} made here ${outbox.count === 1 ? "was" : "were"} not saved.`);
      button = make("button", { type: "button", class: "main", onclick: () => this.#reload() }, "Show what is saved");
    } else if (outbox.count && (outbox.overdue || outbox.trouble)) {
      words.push(outbox.trouble || "Calibrate does not answer at the moment.");
      words.push("Your choices wait in this page and are sent again by themselves: please keep the page open.");
    } else if (outbox.refused.get(this.piece.id)) {
      const note = outbox.refused.get(this.piece.id);
      words.push(`Your note on this piece was not saved. ${note.message} ${note.fix}`);
    } else if (this.lost) {
      words.push(this.lost);
    } else if (this.committed) {
      words.push("Your scores are committed, and can no longer be changed here. Nobody sees them before the reveal.");
      if (this.receipt) words.push(`Your receipt: ${this.receipt}.`);
    } else if (!this.sheet.open) {
      words.push("The scores of this round have been revealed. You see what you had saved.");
    }
    const text = words.join(" ");
    if (text === this.bannerText) return;
    this.bannerText = text;
    this.banner.replaceChildren(...(text ? [make("p", {}, text), button] : []));
  }

  async #reload() {
    const lost = this.outbox.drop().map((about) => {
      const [piece, criterion] = about.split("/");
      const code = this.sheet.pieces.find((one) => one.id === piece)?.code ?? "";
      return criterion ? `${code}, ${this.#name(criterion)}` : `${code}, the note`;
    });
    this.lost = lost.length ? `This is what is saved. Not saved from here: ${lost.join("; ")}.` : "";
    this.bannerText = null;
    this.piece = undefined;
    this.cards = undefined;
    await this.#open();
  }

  #speak(text) {
    if (this.spoken) this.spoken.textContent = text;
  }

  // Keys

  #key(event) {
    // Nothing that is typed here is a command to the page around the desk.
    event.stopPropagation();
    if (!this.cards || event.ctrlKey || event.altKey || event.metaKey) return;
    const { target } = event;
    if (target.matches?.("textarea, input:not([type=radio])") || this.dialog.open) return;
    if (event.key === "n" || event.key === "N") this.#show(this.at + 1);
    else if (event.key === "p" || event.key === "P") this.#show(this.at - 1);
    else {
      const id = target.closest?.("fieldset.criterion")?.dataset.criterion;
      if (!id || this.locked) return;
      if (event.key === "Delete" || event.key === "Backspace") this.#takeBack(id);
      else if (event.key === "Enter" && target.matches("input")) this.#onward(id);
      else {
        const level = this.#criterion(id).levels.find((one) => one.key && one.key === event.key);
        if (!level) return;
        const radios = [...this.cards.get(id).node.querySelectorAll("input[type=radio]")];
        radios.find((radio) => radio.value === level.id).focus();
        this.#change(id, { level: level.id, code: null });
      }
    }
    event.preventDefault();
  }

  /** To the next criterion, at its chosen level or its first; after the last one, to the next piece. */
  #onward(id) {
    const ids = this.piece.criteria;
    const after = this.cards.get(ids[ids.indexOf(id) + 1]);
    if (!after) {
      (this.next.disabled ? this.finish : this.next).focus();
      return;
    }
    (after.node.querySelector("input:checked") ?? after.node.querySelector("input")).focus();
    after.node.scrollIntoView({ block: "nearest" });
  }

  // Commit

  #confirm() {
    const open = this.due - this.answered;
    const told = make("p", { class: "problem", role: "alert" });
    const leave = make("input", { type: "checkbox", id: `${this.id}-leave` });
    const yes = make("button", { type: "button", class: "main", onclick: () => this.#commit(yes, leave.checked, told) }, "Commit my scores");
    const no = make("button", { type: "button", onclick: () => this.dialog.close() }, "Not yet");
    yes.disabled = open > 0;
    leave.addEventListener("change", () => (yes.disabled = !leave.checked));
    this.dialog.replaceChildren(
      make("h3", { id: `${this.id}-commit` }, "Commit your scores?"),
      make("p", {}, "After this you cannot change them here. Nobody sees them before the reveal, the facilitator included."),
      open
        ? make("p", { class: "open" }, leave, make("label", { for: `${this.id}-leave` }, `${many(open, "choice")} ${open === 1 ? "has" : "have"} no answer yet. Leave ${open === 1 ? "it" : "them"} out; ${open === 1 ? "it counts" : "they count"} as missing.`))
        : make("p", {}, `All ${this.due} choices are made.`),
      told,
      make("div", { class: "buttons" }, no, yes),
    );
    this.outbox.hurry();
    this.dialog.showModal();
    (open ? leave : yes).focus();
  }

  async #commit(button, leaveOpen, told) {
    if (this.outbox.count || this.outbox.refused.size) {
      told.textContent = this.outbox.count
        ? `${many(this.outbox.count, "choice")} not saved yet. Try again when all are saved.`
        : "A change could not be saved. Close this and look at the piece that says so.";
      return;
    }
    button.disabled = true;
    told.textContent = "Committing…";
    this.operation ??= randomId();
    const answer = await this.#ask({ ask: "commit", operation: this.operation, seen: this.outbox.sequence, leave_open: leaveOpen });
    if (answer.refused) {
      this.operation = null;
      told.textContent = `${answer.message} ${answer.fix}`;
      button.disabled = false;
      return;
    }
    this.committed = true;
    this.lost = "";
    this.receipt = answer.receipt;
    this.dialog.close();
    this.#clearPicked();
    this.#paint();
    this.banner.tabIndex = -1;
    this.banner.focus();
  }
}

const SENTENCES =
  "Select words with the mouse or finger, or choose sentences with the arrow keys (with Shift: more of them) and press Enter, to mark them as evidence.";

/** The document of a frame that shows cleaned work: it may show its own pictures, and nothing else. */
function framed(html) {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Student work</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<style>html{overflow:hidden}body{margin:0;padding:4px;font:17px/1.65 Georgia,'Times New Roman',serif;color:#1b1b1b;overflow-wrap:anywhere}
h1{font-size:23px}h2{font-size:20px}h3,h4,h5,h6{font-size:18px}h1,h2,h3{line-height:1.3}img{max-width:100%;height:auto}table{border-collapse:collapse}td,th{border:1px solid #999;padding:2px 6px}
body:focus{outline:3px solid #0b57d0;outline-offset:-3px}
mark{color:inherit;background:color-mix(in srgb,var(--mark) 18%,white);border-bottom:2px solid var(--mark)}
mark[data-tag]::after{content:attr(data-tag);font:700 10px system-ui,sans-serif;color:#fff;background:var(--mark);border-radius:3px;padding:0 3px;margin-left:2px;vertical-align:super}
</style></head><body tabindex="0">${html}</body></html>`;
}

function short(name) {
  return name.split(/[\s,]/u)[0].slice(0, 8);
}

function many(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** An element with attributes, listeners (on…) and children; text stays text. */
function make(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== ""));
  return node;
}

export default {
  render({ model, el }) {
    const desk = new Desk(model, el);
    return () => desk.close();
  },
};
