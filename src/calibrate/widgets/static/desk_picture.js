// Work made of pictures: larger, smaller, turned, and a rectangle drawn over a place.
// A rectangle is kept as shares (0 to 1) of the picture as it was brought in, however it is turned on the screen.

class PictureWork {
  /** `picked(place)` is called with {x, y, width, height}, or null when drawing ends. */
  constructor(url, label, { picked, enter }) {
    this.picked = picked;
    this.enter = enter;
    this.zoom = 1;
    this.turn = 0;
    this.draft = null;
    this.image = make("img", { src: url, alt: label, draggable: "false" });
    this.layer = make("div", { class: "layer" });
    this.sheet = make("div", { class: "sheet" }, this.image, this.layer);
    this.stage = make("div", { class: "stage" }, this.sheet);
    this.frame = make("div", { class: "frame", tabindex: "0", role: "group", "aria-label": label }, this.stage);
    this.marking = make("button", { type: "button", "aria-pressed": "false", onclick: () => this.#mark(!this.draft) }, "Mark a place");
    this.node = make(
      "div",
      { class: "picture" },
      make(
        "div",
        { class: "tools", role: "group", "aria-label": `Tools for ${label}` },
        make("button", { type: "button", "aria-label": "Smaller", onclick: () => this.#scale(0.8) }, "−"),
        make("button", { type: "button", "aria-label": "Larger", onclick: () => this.#scale(1.25) }, "+"),
        make("button", { type: "button", onclick: () => this.#scale(0) }, "Fit"),
        make("button", { type: "button", onclick: () => this.#rotate() }, "Turn"),
        this.marking,
      ),
      this.frame,
    );
    this.image.addEventListener("load", () => this.#lay());
    this.watch = new ResizeObserver(() => this.#lay());
    this.watch.observe(this.frame);
    this.layer.addEventListener("pointerdown", (event) => this.#draw(event));
  }

  /** Lay marks over the picture: [{x, y, width, height, tag, name, color}]. */
  paint(marks) {
    for (const old of this.layer.querySelectorAll(".area:not(.draft)")) old.remove();
    for (const mark of marks) {
      const area = make("div", { class: "area", title: `Evidence for ${mark.name}` });
      area.dataset.tag = mark.tag;
      area.style.setProperty("--mark", mark.color);
      mark.dress?.(area);
      put(area, mark);
      this.layer.append(area);
    }
  }

  lock(locked) {
    this.marking.hidden = locked;
    if (locked) this.clear();
  }

  clear() {
    this.#mark(false, false);
  }

  close() {
    this.watch.disconnect();
  }

  #mark(on, tell = true) {
    this.box?.remove();
    this.draft = on ? { x: 0.3, y: 0.4, width: 0.4, height: 0.12 } : null;
    this.marking.setAttribute("aria-pressed", String(on));
    this.layer.classList.toggle("drawing", on);
    if (on) {
      this.box = make("div", {
        class: "area draft",
        tabindex: "0",
        role: "group",
        "aria-label": "The place to mark. Arrow keys move it, with Shift they change its size; Enter goes on, Escape leaves it.",
      });
      this.box.addEventListener("keydown", (event) => this.#key(event));
      this.layer.append(this.box);
      put(this.box, this.draft);
      this.box.focus({ preventScroll: true });
    }
    if (tell) this.picked(this.draft);
  }

  #set(place) {
    this.draft = place;
    put(this.box, place);
    this.picked(place);
  }

  #key(event) {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (event.key === "Escape") this.#mark(false);
    else if (event.key === "Enter") this.enter();
    else if (step) {
      const [dx, dy] = this.#unturned(step).map((part) => part * 0.02);
      const { x, y, width, height } = this.draft;
      if (event.shiftKey) {
        this.#set({ x, y, width: within(width + dx, 0.02, 1 - x), height: within(height + dy, 0.02, 1 - y) });
      } else {
        this.#set({ x: within(x + dx, 0, 1 - width), y: within(y + dy, 0, 1 - height), width, height });
      }
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #draw(event) {
    if (!this.draft || event.button) return;
    event.preventDefault();
    this.layer.setPointerCapture(event.pointerId);
    const [fromX, fromY] = this.#at(event);
    const move = (moved) => {
      const [x, y] = this.#at(moved);
      const place = { x: Math.min(x, fromX), y: Math.min(y, fromY), width: Math.abs(x - fromX), height: Math.abs(y - fromY) };
      if (place.width > 0.01 && place.height > 0.01) this.#set(place);
    };
    const done = () => {
      this.layer.removeEventListener("pointermove", move);
      this.layer.removeEventListener("pointerup", done);
      this.layer.removeEventListener("pointercancel", done);
    };
    this.layer.addEventListener("pointermove", move);
    this.layer.addEventListener("pointerup", done);
    this.layer.addEventListener("pointercancel", done);
  }

  /** Where the pointer is, as shares of the picture as it was brought in. */
  #at(event) {
    const box = this.sheet.getBoundingClientRect();
    const u = within((event.clientX - box.left) / box.width, 0, 1);
    const v = within((event.clientY - box.top) / box.height, 0, 1);
    return [
      [u, v],
      [v, 1 - u],
      [1 - u, 1 - v],
      [1 - v, u],
    ][this.turn];
  }

  #unturned([x, y]) {
    return [
      [x, y],
      [y, -x],
      [-x, -y],
      [-y, x],
    ][this.turn];
  }

  #scale(by) {
    this.zoom = by ? within(this.zoom * by, 0.3, 6) : 1;
    this.#lay();
  }

  #rotate() {
    this.turn = (this.turn + 1) % 4;
    this.#lay();
  }

  #lay() {
    const { naturalWidth: width, naturalHeight: height } = this.image;
    if (!width || !this.frame.clientWidth) return;
    const upright = this.turn % 2 === 0;
    const shown = this.frame.clientWidth * this.zoom;
    const scale = shown / (upright ? width : height);
    const [w, h] = [width * scale, height * scale];
    Object.assign(this.sheet.style, { width: `${w}px`, height: `${h}px` });
    const shift = ["", `translate(${h}px, 0)`, `translate(${w}px, ${h}px)`, `translate(0, ${w}px)`][this.turn];
    this.sheet.style.transform = `${shift} rotate(${this.turn * 90}deg)`;
    Object.assign(this.stage.style, { width: `${upright ? w : h}px`, height: `${upright ? h : w}px` });
  }
}

function put(node, { x, y, width, height }) {
  Object.assign(node.style, { left: `${x * 100}%`, top: `${y * 100}%`, width: `${width * 100}%`, height: `${height * 100}%` });
}

function within(value, low, high) {
  return Math.min(Math.max(value, low), high);
}
