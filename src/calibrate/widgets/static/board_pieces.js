// Choosing the pieces: filters, a list with a look at the work, and the ones that are chosen.

const ENOUGH = 5;

class Pieces {
  constructor(board, draft, choices, changed) {
    Object.assign(this, { board, draft, choices, changed });
    this.filter = { window: draft.window, grade: "", genre: "", school: "", with_work: true };
    this.told = new Told();
    this.chosen = make("ul", { class: "chips", "aria-label": "Chosen pieces" });
    this.list = make("ul", { class: "choices", "aria-label": "Pieces to choose from" });
    this.found = make("p", { class: "hint", role: "status" });
    this.node = make("div", {}, this.#filters(), this.told.node, this.chosen, this.found, this.list);
    this.#drawChosen();
    this.find();
  }

  // Another window was chosen for the session: look there.
  follow(window) {
    this.filter.window = window;
    this.windows.value = window;
    this.find();
  }

  #filters() {
    const any = (title, options) => [{ id: "", title }, ...options];
    const set = (name) => (value) => {
      this.filter[name] = value;
      this.find();
    };
    const { windows, grades, genres, schools } = this.choices;
    this.windows = select(any("All windows", windows), this.filter.window, set("window"));
    const words = genres.map((one) => ({ id: one, title: one.replaceAll("_", " ") }));
    const suggest = button("Suggest five", () => this.#suggest(suggest));
    return make(
      "div",
      { class: "fields" },
      field("Window", this.windows),
      field("Grade", select(any("All grades", grades), "", set("grade"))),
      field("Genre", select(any("All genres", words), "", set("genre"))),
      field("School", select(any("All schools", schools), "", set("school"))),
      tick("With work to show", true, set("with_work")),
      suggest,
    );
  }

  async find() {
    const asked = JSON.stringify(this.filter);
    const answer = await this.board.ask({ ask: "pieces", ...this.filter });
    if (asked !== JSON.stringify(this.filter)) return;
    if (answer.refused) return this.told.bad(answer);
    this.lines = answer.pieces;
    const more = answer.found - answer.pieces.length;
    this.found.textContent = answer.found
      ? `${many(answer.found, "piece")}${more ? `; the first ${answer.pieces.length} are listed, so narrow it down` : ""}. Three to five make a good session.`
      : "No piece is like that. Choose another window, grade or genre.";
    this.#drawList();
  }

  async #suggest(control) {
    const answer = await work(control, this.told, () => this.board.ask({ ask: "suggest", ...this.filter, with_work: true }));
    if (!answer) return;
    this.draft.pieces = answer.pieces;
    const few = answer.pieces.length < ENOUGH ? `Only ${many(answer.pieces.length, "piece")} here can be shown` : many(ENOUGH, "piece");
    this.told.good(`${few} with the same task, from rooms as different as can be, drawn by chance.`);
    this.#drawChosen();
    this.#drawList();
    this.changed();
  }

  #drawList() {
    const chosen = new Set(this.draft.pieces.map((one) => one.id));
    this.list.replaceChildren(
      ...this.lines.map((piece) => {
        const facts = [...piece.facts, piece.task].filter(Boolean).join(" · ");
        const before = piece.sessions ? `scored in ${many(piece.sessions, "session")} before` : "";
        const pages = piece.pages ? many(piece.pages, "page") : "no work to show";
        const words = make("span", {}, make("strong", {}, piece.code), ` ${facts}`, make("small", {}, [pages, before].filter(Boolean).join(" · ")));
        const box = make("input", { type: "checkbox", onchange: () => this.#toggle(piece, box.checked) });
        box.checked = chosen.has(piece.id);
        const look = make("button", { type: "button", class: "quiet", "aria-label": `Look at ${piece.code}`, onclick: () => lookAt(this.board, piece) }, "Look");
        return make("li", {}, make("label", { class: "check" }, box, words), piece.pages ? look : "");
      }),
    );
  }

  #toggle(piece, on) {
    this.told.clear();
    this.draft.pieces = this.draft.pieces.filter((one) => one.id !== piece.id);
    if (on) this.draft.pieces.push(piece);
    if (this.draft.pieces.length > ENOUGH) {
      this.told.good(`${this.draft.pieces.length} pieces: that is a lot to talk about in one meeting.`);
    }
    this.#drawChosen();
    this.changed();
  }

  #drawChosen() {
    this.chosen.replaceChildren(
      ...this.draft.pieces.map((piece) =>
        make(
          "li",
          {},
          piece.code,
          make(
            "button",
            {
              type: "button",
              "aria-label": `Take ${piece.code} out`,
              onclick: () => {
                this.#toggle(piece, false);
                this.#drawList();
                this.found.tabIndex = -1;
                this.found.focus();
              },
            },
            "×",
          ),
        ),
      ),
    );
  }
}
