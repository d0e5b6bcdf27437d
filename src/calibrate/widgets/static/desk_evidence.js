// The bar under the work: to which criterion a chosen place belongs.

class EvidenceBar {
  /** `desk` keeps the choices and the pages on which places are chosen. */
  constructor(desk) {
    this.desk = desk;
    this.picked = null;
    this.node = make("div", { class: "bar", role: "group", "aria-label": "Mark as evidence" });
  }

  focus() {
    this.node.querySelector("button")?.focus();
  }

  /** A place was chosen, or none is any more. */
  pick(place) {
    const { desk } = this;
    this.picked = desk.locked ? null : place;
    if (!this.picked) {
      this.node.replaceChildren();
      return;
    }
    if (this.node.childElementCount) return;
    this.node.replaceChildren(
      make("span", {}, "This is evidence for:"),
      ...desk.piece.criteria.map((criterion) => {
        const button = make("button", { type: "button", onclick: () => this.#mark(criterion) }, desk.name(criterion));
        button.style.setProperty("--mark", desk.color(criterion));
        button.addEventListener("pointerdown", (event) => event.preventDefault()); // the selection stays
        return button;
      }),
      make("button", { type: "button", class: "quiet", onclick: () => this.clear() }, "Cancel"),
    );
  }

  clear() {
    this.desk.pages?.clear();
    this.pick(null);
  }

  #mark(criterion) {
    if (!this.picked) return;
    const { desk } = this;
    const mark = { ...this.picked };
    for (const name of ["x", "y", "width", "height"]) if (name in mark) mark[name] = Math.round(mark[name] * 1e4) / 1e4;
    const { marks } = desk.choice(desk.piece.id, criterion);
    this.clear();
    if (marks.some((old) => JSON.stringify(old) === JSON.stringify(mark))) return;
    desk.change(criterion, { marks: [...marks, mark] });
    desk.speak(`Marked as evidence for ${desk.name(criterion)}.`);
  }
}
