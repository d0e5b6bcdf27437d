// The board's small parts: fields, buttons, messages, a window that asks. They draw; Python decides.

const STAGES = [
  ["setup", "Set up"],
  ["blind", "Score blind"],
  ["revealed", "Reveal and discuss"],
  ["closed", "Close and report"],
];

function said(answer) {
  return [answer.message, answer.fix].filter(Boolean).join(" ");
}

function button(text, onclick, kind = "") {
  return make("button", { type: "button", class: kind || null, onclick }, text);
}

// A labelled control; the hint is read out with it.
function field(label, control, hint = "") {
  const id = control.id || randomId();
  control.id = id;
  const box = make("div", { class: "field" }, make("label", { for: id }, label), control);
  if (hint) {
    box.append(make("p", { class: "hint", id: `${id}-hint` }, hint));
    control.setAttribute("aria-describedby", `${id}-hint`);
  }
  return box;
}

function textBox(value = "", attributes = {}) {
  const box = make("input", { type: "text", autocomplete: "off", maxlength: "300", ...attributes });
  box.value = value;
  return box;
}

function area(value = "", rows = 2, attributes = {}) {
  const box = make("textarea", { rows: String(rows), maxlength: "4000", ...attributes });
  box.value = value;
  return box;
}

function select(options, value, onchange) {
  const box = make("select", { onchange: () => onchange(box.value) });
  for (const { id, title } of options) box.append(make("option", { value: id }, title));
  box.value = value;
  return box;
}

function tick(label, checked, onchange) {
  const box = make("input", { type: "checkbox", onchange: () => onchange(box.checked) });
  box.checked = checked;
  return make("label", { class: "check" }, box, make("span", {}, label));
}

// Where an answer is told: in red and read out at once when something was refused.
class Told {
  constructor() {
    this.node = make("p", { class: "told", role: "status" });
  }

  bad(answer) {
    this.node.setAttribute("role", "alert");
    this.node.dataset.kind = "bad";
    this.node.textContent = said(answer);
  }

  good(words) {
    this.node.setAttribute("role", "status");
    this.node.dataset.kind = "good";
    this.node.textContent = words;
  }

  clear() {
    this.node.textContent = "";
  }
}

// While Python works, its button waits; what comes back is told.
async function work(control, told, doing) {
  if (control.getAttribute("aria-disabled") === "true") return null;
  control.setAttribute("aria-disabled", "true");
  told.clear();
  const slow = setTimeout(() => told.good("One moment…"), 600);
  const answer = await doing();
  clearTimeout(slow);
  control.removeAttribute("aria-disabled");
  if (answer.refused) told.bad(answer);
  else told.clear();
  return answer.refused ? null : answer;
}

// A window over the page, with a heading and its own buttons; Escape and Cancel leave it.
class Asking {
  constructor(root, title, children, { go, ready, cancel = "Cancel", wide = false }) {
    const id = randomId();
    this.told = new Told();
    this.before = root.getRootNode().activeElement ?? document.activeElement;
    this.node = make("dialog", { class: wide ? "board-dialog wide" : "board-dialog", "aria-labelledby": id });
    const form = make("form", { novalidate: "" }, make("h3", { id }, title), ...children, this.told.node);
    const buttons = make("div", { class: "buttons" }, button(cancel, () => this.close()));
    if (go) {
      this.button = make("button", { class: "main" }, go);
      buttons.append(this.button);
    }
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (go && (await work(this.button, this.told, ready))) this.close();
    });
    form.append(buttons);
    this.node.append(form);
    this.node.addEventListener("close", () => {
      this.node.remove();
      if (this.before?.isConnected) this.before.focus();
    });
    root.append(this.node);
    this.node.showModal();
  }

  close() {
    this.node.close();
  }
}

// The passphrase goes into one message and is taken out of its field; nothing keeps it.
class Passphrase {
  constructor(needed, { fresh = false } = {}) {
    this.needed = needed;
    this.fields = fresh ? ["Choose a passphrase", "The same again"] : ["Your passphrase for this session"];
    this.boxes = this.fields.map(() => textBox("", { type: "password", autocomplete: fresh ? "new-password" : "off" }));
    const hint = fresh
      ? "At least 12 characters; four words that belong together only for you are good. The scores open with it alone, so write it down where you find it again."
      : "";
    this.node = make("div", { class: "passphrase" });
    if (needed) this.boxes.forEach((box, at) => this.node.append(field(this.fields[at], box, at === 0 ? hint : "")));
    else this.node.append(make("p", { class: "hint" }, "This is the sample district: it needs no passphrase."));
  }

  take() {
    const [passphrase, again] = this.boxes.map((box) => box.value);
    this.boxes.forEach((box) => (box.value = ""));
    if (!this.needed) return {};
    return again === undefined ? { passphrase } : { passphrase, again };
  }
}

function dayShown(day) {
  if (!day) return "";
  return new Date(`${day}T12:00:00`).toLocaleDateString("en-US", { day: "numeric", month: "short", year: "numeric" });
}

function sinceShown(moment) {
  const minutes = Math.floor((Date.now() - new Date(moment).getTime()) / 60000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${many(minutes, "minute")} ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${many(hours, "hour")} ago` : `${many(Math.floor(hours / 24), "day")} ago`;
}

function listed(names) {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
