// The scoring desk of one round: the work beside the rubric. It knows this rater's choices alone.

class Desk {
  /**
   * `line` leads to Python; `corner` is put into the head; `told()` is called when the rater has committed;
   * `opened(sheet)` when the desk is there.
   */
  constructor({ line, el, corner, told, opened = () => {} }) {
    this.line = line;
    this.corner = corner;
    this.told = told;
    this.opened = opened;
    this.id = randomId();
    this.works = new WorkStore((message) => line.ask(message), "work");
    this.pages = null;
    this.at = 0;
    this.choices = new Map();
    this.notes = new Map();
    this.lost = "";
    this.reading = false;
    this.closed = false;
    this.outbox = new Outbox((message) => line.send(message), () => this.#changed());
    this.root = make("section", { class: "calibrate-desk calibrate-page", "aria-label": "Scoring desk" });
    this.root.append(make("p", { class: "opening" }, "Opening your desk…"));
    this.root.addEventListener("keydown", (event) => this.#key(event));
    el.append(this.root);
    this.#open();
  }

  close() {
    this.closed = true;
    this.outbox.close();
    this.#closePages();
    this.works.close();
    clearTimeout(this.speaking);
    this.choices.clear();
    this.notes.clear();
    this.root.remove();
  }

  /** The round has been revealed: from now on the desk is only looked at. */
  shut() {
    if (!this.sheet?.open) return;
    this.sheet.open = false;
    this.#changed();
  }

  /** What waits here and is not saved, in words. */
  get unsaved() {
    return this.outbox.names.map((about) => {
      const [piece, criterion] = about.split("/");
      const code = this.sheet?.pieces.find((one) => one.id === piece)?.code ?? "";
      return criterion ? `${code}, ${this.name(criterion)}` : `${code}, the note`;
    });
  }

  // Opening

  async #open() {
    const sheet = await this.line.ask({ ask: "desk" });
    if (this.closed) return;
    this.answered = true;
    if (sheet.refused) {
      this.root.replaceChildren(make("p", { class: "opening", role: "alert" }, `${sheet.message} ${sheet.fix}`));
      return;
    }
    this.sheet = sheet;
    this.committed = sheet.committed;
    this.receipt = sheet.receipt;
    this.choices = new Map(sheet.choices.map((one) => [`${one.piece}/${one.criterion}`, one]));
    this.notes = new Map(Object.entries(sheet.notes));
    this.colors = colorsOf(sheet.rubric);
    await this.outbox.open(sheet.outbox.name, sheet.outbox.key, sheet.sequence);
    delete sheet.outbox;
    for (const { message } of this.outbox.entries) {
      if (message.what === "note") this.notes.set(message.piece, message.note);
      else this.choices.set(`${message.piece}/${message.criterion}`, message);
    }
    this.#frame();
    const open = sheet.pieces.findIndex((piece) => !this.#done(piece));
    this.#show(open < 0 ? 0 : open);
    this.opened(sheet);
  }

  get locked() {
    return this.committed || !this.sheet.open || Boolean(this.outbox.frozen);
  }

  // What is chosen

  choice(piece, criterion) {
    return (
      this.choices.get(`${piece}/${criterion}`) ?? { piece, criterion, level: null, code: null, note: "", marks: [] }
    );
  }

  change(criterion, changed, delay = 0) {
    if (this.locked) return;
    const piece = this.piece.id;
    const choice = { ...this.choice(piece, criterion), ...changed };
    this.choices.set(`${piece}/${criterion}`, choice);
    this.outbox.put(`${piece}/${criterion}`, { what: "choice", ...choice }, delay);
    this.#paint();
  }

  changeNote(note, delay) {
    if (this.locked) return;
    this.notes.set(this.piece.id, note);
    this.outbox.put(this.piece.id, { what: "note", piece: this.piece.id, note }, delay);
  }

  #done(piece) {
    return piece.criteria.every((criterion) => {
      const { level, code } = this.choice(piece.id, criterion);
      return level !== null || code !== null;
    });
  }

  criterion(id) {
    return this.sheet.rubric.criteria.find((one) => one.id === id);
  }

  name(id) {
    return this.criterion(id).name;
  }

  color(id) {
    return this.colors.get(id);
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
    this.work = make("div", { class: "work calibrate-work", role: "group", "aria-label": "The student's work" });
    this.evidence = new EvidenceBar(this);
    this.rubric = make("div", { class: "rubric", role: "group", "aria-label": sheet.rubric.title });
    this.previous = make("button", { type: "button", onclick: () => this.#show(this.at - 1) }, "← Previous", make("span", {}, " piece"));
    this.next = make("button", { type: "button", class: "main", onclick: () => this.#show(this.at + 1) }, "Next", make("span", {}, " piece"), " →");
    this.finish = make("button", { type: "button", class: "finish", onclick: () => this.dialog.show(this.due, this.chosen) }, "Commit", make("span", {}, " my scores"), "…");
    this.dialog = new CommitDialog(this.id, this.outbox, (leaveOpen) => this.#commit(leaveOpen));
    const round = sheet.round === "blind" ? "Scored blind: nobody sees your scores before the reveal." : "After the discussion: score again. Your blind scores stay as they are.";
    this.root.replaceChildren(
      make(
        "header",
        {},
        make("div", { class: "titles" }, make("h2", {}, sheet.title), make("p", {}, round)),
        make("div", { class: "how-far" }, this.progress, this.progressText),
        this.saved,
      ),
      this.spoken,
      this.banner,
      make("nav", { "aria-label": "Your pieces" }, this.steps),
      make("div", { class: "halves" }, make("div", { class: "left" }, this.work, this.evidence.node), this.rubric),
      make(
        "footer",
        {},
        this.previous,
        this.next,
        make("p", { class: "keys" }, keyWords(sheet.rubric)),
        this.finish,
      ),
      this.dialog.node,
    );
    this.#takeCorner();
    sheet.pieces.forEach((piece, at) => {
      this.steps.append(make("li", {}, make("button", { type: "button", onclick: () => this.#show(at) }, piece.code)));
    });
  }

  /** Show the desk, or hide it behind another view of the same page. */
  set hidden(hidden) {
    this.root.hidden = hidden;
    if (!hidden) this.#takeCorner();
  }

  #takeCorner() {
    if (!this.root.hidden) this.root.querySelector("header")?.append(this.corner);
  }

  #show(at) {
    if (at < 0 || at >= this.sheet.pieces.length) return;
    this.outbox.hurry();
    const moved = this.piece !== undefined;
    this.at = at;
    this.piece = this.sheet.pieces[at];
    this.evidence.pick(null);
    this.cards = new RubricCards(this, this.rubric);
    this.#drawWork();
    this.#paint();
    if (moved) {
      this.heading.focus({ preventScroll: true });
      this.rubric.scrollTop = this.work.scrollTop = 0;
    }
    const after = this.sheet.pieces[at + 1];
    if (after) this.works.fetch(after.id);
  }

  // The work and its evidence

  async #drawWork() {
    const { piece } = this;
    this.#closePages();
    this.heading = make("h3", { tabindex: "-1" }, piece.code);
    const pages = make("div", { class: "pages" }, make("p", { class: "hint" }, "Fetching the work…"));
    this.work.replaceChildren(this.heading, ...aboutPiece(piece), pages);
    const answer = await this.works.fetch(piece.id);
    if (this.piece !== piece || this.closed) return;
    this.pages = new WorkPages(pages, answer, {
      code: piece.code,
      id: this.id,
      picked: (place) => this.evidence.pick(place),
      enter: () => this.evidence.focus(),
      key: (event) => this.#key(event),
      ready: () => this.#paint(),
    });
    this.#paint();
  }

  #closePages() {
    this.pages?.close();
    this.pages = null;
  }

  // Bringing the page up to what is chosen

  #changed() {
    if (this.cards && this.shownLocked !== this.locked) this.#paint();
    else this.#status();
  }

  #paint() {
    const { piece, locked } = this;
    this.shownLocked = locked;
    this.cards.paint(locked, (mark) => this.#quote(mark));
    this.pages?.paint((number) =>
      piece.criteria.flatMap((id) =>
        this.choice(piece.id, id)
          .marks.filter((mark) => mark.file === number)
          .map((mark) => ({ ...mark, tag: short(this.name(id)), name: this.name(id), color: this.color(id) })),
      ),
    );
    this.pages?.lock(locked);
    this.#status();
  }

  #quote(mark) {
    const text = this.pages?.words(mark) || "marked words";
    return text.length > 60 ? `${text.slice(0, 40)} … ${text.slice(-15)}` : text;
  }

  #status() {
    if (!this.cards) return;
    const { outbox, sheet } = this;
    const due = sheet.pieces.flatMap((piece) => piece.criteria.map((criterion) => this.choice(piece.id, criterion)));
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
      this.speaking = setTimeout(() => this.speak(text), wait ? 1500 : 400);
    }
    this.#banner();
    this.cards.tell(outbox.refused);
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
    this.due = due.length;
    this.chosen = answered;
  }

  #banner() {
    const waits = this.committed && this.sheet.open && !this.outbox.frozen;
    this.root.classList.toggle("waits", waits);
    this.root.classList.toggle("reads", waits && this.reading);
    const { words, button } = bannerOf(this, {
      reload: () => this.#reload(),
      read: () => {
        this.reading = !this.reading;
        this.bannerText = null;
        this.#banner();
        this.banner.querySelector("button")?.focus();
      },
    });
    const text = JSON.stringify([words, button?.textContent]);
    if (text === this.bannerText) return;
    this.bannerText = text;
    this.banner.replaceChildren(...words.map((line) => make("p", {}, line)), button ?? "");
  }

  async #reload() {
    const lost = this.unsaved;
    this.outbox.drop();
    this.lost = lost.length ? `This is what is saved. Not saved from here: ${lost.join("; ")}.` : "";
    this.bannerText = null;
    this.piece = undefined;
    this.cards = undefined;
    await this.#open();
  }

  speak(text) {
    if (this.spoken) this.spoken.textContent = text;
  }

  // Keys

  #key(event) {
    if (!this.cards || event.ctrlKey || event.altKey || event.metaKey) return;
    const { target } = event;
    if (target.matches?.("textarea, input:not([type=radio])") || this.dialog.open || target.closest?.(".corner")) return;
    if (event.key === "n" || event.key === "N") this.#show(this.at + 1);
    else if (event.key === "p" || event.key === "P") this.#show(this.at - 1);
    else {
      const id = target.closest?.("fieldset.criterion")?.dataset.criterion;
      if (!id || this.locked) return;
      if (event.key === "Delete" || event.key === "Backspace") this.cards.takeBack(id);
      else if (event.key === "Enter" && target.matches("input")) {
        if (!this.cards.onward(id)) (this.next.disabled ? this.finish : this.next).focus();
      } else if (!this.cards.press(id, event.key)) return;
    }
    event.preventDefault();
  }

  // Commit

  async #commit(leaveOpen) {
    this.operation ??= randomId();
    const answer = await this.line.ask({ ask: "commit", operation: this.operation, seen: this.outbox.sequence, leave_open: leaveOpen });
    if (answer.refused) {
      this.operation = null;
      return answer;
    }
    this.committed = true;
    this.lost = "";
    this.receipt = answer.receipt;
    this.evidence.clear();
    this.#paint();
    this.banner.tabIndex = -1;
    this.banner.focus();
    this.told();
    return null;
  }
}
