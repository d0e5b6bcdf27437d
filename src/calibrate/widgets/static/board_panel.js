// Choosing the panel: people by name, school and the grade they teach.

class Panel {
  constructor(board, draft, choices, changed) {
    Object.assign(this, { board, draft, choices, changed });
    this.query = { text: "", school: "", grade: "" };
    this.count = make("p", { class: "hint", role: "status" });
    this.list = make("div", { class: "choices", role: "group", "aria-label": "People to choose from" });
    this.node = make("div", {}, this.#filters(), this.count, this.list);
    this.#draw();
  }

  #filters() {
    const { people, grades, last } = this.choices;
    const schools = [...new Set(people.map((one) => one.school))].map((one) => ({ id: one, title: one }));
    const set = (name) => (value) => {
      this.query[name] = value;
      this.#draw();
    };
    const text = textBox("", { type: "search", oninput: () => set("text")(text.value.trim().toLowerCase()) });
    const known = new Set(people.map((one) => one.id));
    const again = last.panel.filter((one) => known.has(one));
    return make(
      "div",
      { class: "fields" },
      field("Name", text),
      field("School", select([{ id: "", title: "All schools" }, ...schools], "", set("school"))),
      field("Teaches", select([{ id: "", title: "Any grade" }, ...grades], "", set("grade"))),
      button("Add all shown", () => this.#set(this.#shown().map((one) => one.id), true)),
      again.length ? button(`Same panel as “${last.title}”`, () => this.#set(again, true, true), "long") : "",
      button("Clear", () => this.#set([], true, true)),
    );
  }

  #shown() {
    const { text, school, grade } = this.query;
    return this.choices.people.filter(
      (one) =>
        (!school || one.school === school) &&
        (!grade || one.grades.includes(grade)) &&
        (!text || one.name.toLowerCase().includes(text)),
    );
  }

  #set(ids, on, afresh = false) {
    const kept = afresh ? [] : this.draft.panel.filter((one) => !ids.includes(one));
    this.draft.panel = on ? [...kept, ...ids] : kept;
    this.#draw();
    this.changed();
  }

  #draw() {
    const chosen = new Set(this.draft.panel);
    const groups = new Map();
    for (const one of this.#shown()) groups.set(one.school, [...(groups.get(one.school) ?? []), one]);
    this.list.replaceChildren(
      ...[...groups].map(([school, people]) =>
        make("fieldset", {}, make("legend", {}, school), ...people.map((one) => this.#person(one, chosen))),
      ),
    );
    if (!groups.size) this.list.append(make("p", { class: "hint" }, "Nobody is like that."));
    this.#count();
  }

  #person(one, chosen) {
    const titles = new Map(this.choices.grades.map(({ id, title }) => [id, title]));
    const teaches = one.grades.map((grade) => titles.get(grade) ?? grade).join(", ");
    const words = make("span", {}, one.name, make("small", {}, teaches ? `${one.role}, ${teaches}` : one.role));
    const box = make("input", {
      type: "checkbox",
      onchange: () => {
        this.draft.panel = this.draft.panel.filter((id) => id !== one.id);
        if (box.checked) this.draft.panel.push(one.id);
        this.#count();
        this.changed();
      },
    });
    box.checked = chosen.has(one.id);
    return make("label", { class: "check" }, box, words);
  }

  #count() {
    const names = new Map(this.choices.people.map((one) => [one.id, one.name]));
    const chosen = this.draft.panel.map((id) => names.get(id));
    this.count.textContent = chosen.length
      ? `${chosen.length === 1 ? "1 person" : `${chosen.length} people`}: ${listed(chosen)}.`
      : "Nobody is chosen yet.";
  }
}
