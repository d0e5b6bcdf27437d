// The commit: asked for once more before it happens, because nothing changes after it.

class CommitDialog {
  /** `commit(leaveOpen)` commits and answers a refusal or null; `outbox` says what is not saved yet. */
  constructor(id, outbox, commit) {
    this.id = id;
    this.outbox = outbox;
    this.commit = commit;
    this.node = make("dialog", { class: "calibrate-dialog", "aria-labelledby": `${id}-commit` });
  }

  get open() {
    return this.node.open;
  }

  show(due, answered) {
    const open = due - answered;
    const told = make("p", { class: "problem", role: "alert" });
    const leave = make("input", { type: "checkbox", id: `${this.id}-leave` });
    const yes = make("button", { type: "button", class: "main", onclick: () => this.#go(yes, leave.checked, told) }, "Commit my scores");
    const no = make("button", { type: "button", onclick: () => this.node.close() }, "Not yet");
    yes.disabled = open > 0;
    leave.addEventListener("change", () => (yes.disabled = !leave.checked));
    this.node.replaceChildren(
      make("h3", { id: `${this.id}-commit` }, "Commit your scores?"),
      make("p", {}, "After this you cannot change them here. Nobody sees them before the reveal, the facilitator included."),
      open
        ? make("p", { class: "open" }, leave, make("label", { for: `${this.id}-leave` }, `${many(open, "choice")} ${open === 1 ? "has" : "have"} no answer yet. Leave ${open === 1 ? "it" : "them"} out; ${open === 1 ? "it counts" : "they count"} as missing.`))
        : make("p", {}, `All ${due} choices are made.`),
      told,
      make("div", { class: "buttons" }, no, yes),
    );
    this.outbox.hurry();
    this.node.showModal();
    (open ? leave : yes).focus();
  }

  async #go(button, leaveOpen, told) {
    button.disabled = true;
    while (this.outbox.count && !this.outbox.frozen && !this.outbox.refused.size && this.open) {
      told.textContent = `Saving ${many(this.outbox.count, "choice")} first; the commit follows by itself.`;
      await new Promise((later) => setTimeout(later, 100));
    }
    if (!this.open) return; // "Not yet", while the last choices were on their way
    if (this.outbox.count || this.outbox.refused.size) {
      told.textContent = "A change could not be saved. Close this and look at the piece that says so.";
      button.disabled = false;
      return;
    }
    told.textContent = "Committing…";
    const refused = await this.commit(leaveOpen);
    if (!refused) this.node.close();
    else {
      told.textContent = `${refused.message} ${refused.fix}`;
      button.disabled = false;
    }
  }
}
