// Work made of words: what is selected in it, marks laid over it, and a cursor that goes from sentence to sentence.
// Places are counted in characters (code points) of the text as shown, as Python counts them.

class TextPlaces {
  /** `root` holds the text. */
  constructor(root) {
    this.root = root;
    this.page = root.ownerDocument;
  }

  /** Lay marks over the text: [{start, end, color, name, tag}]; one with `dress(node, last)` sees to its own looks. */
  paint(marks) {
    for (const old of [...this.root.querySelectorAll("mark.calibrate-mark")]) old.replaceWith(...old.childNodes);
    this.root.normalize();
    for (const mark of marks) this.#wrap(mark);
  }

  /** The words of a place. */
  words({ start, end }) {
    return [...this.root.textContent].slice(start, end).join("");
  }

  close() {}

  range(start, end) {
    const [from, to] = [start, end].map((place) => [...this.root.textContent].slice(0, place).join("").length);
    const range = this.page.createRange();
    let at = 0;
    let open = false;
    const walker = this.page.createTreeWalker(this.root, 4);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const next = at + node.data.length;
      if (!open && from < next) {
        range.setStart(node, from - at);
        open = true;
      }
      if (open && to <= next) {
        range.setEnd(node, to - at);
        break;
      }
      at = next;
    }
    return range;
  }

  #wrap({ start, end, tag, name, color, dress }) {
    const range = this.range(start, end);
    const nodes = [];
    const walker = this.page.createTreeWalker(this.root, 4);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) if (range.intersectsNode(node)) nodes.push(node);
    const { startContainer, startOffset, endContainer, endOffset } = range;
    const parts = [];
    for (const node of nodes) {
      const from = node === startContainer ? startOffset : 0;
      const to = node === endContainer ? endOffset : node.data.length;
      if (from < to && node.data.slice(from, to).trim()) parts.push([node, from, to]);
    }
    parts.forEach(([node, from, to], at) => {
      node.splitText(to);
      const middle = node.splitText(from);
      const mark = this.page.createElement("mark");
      mark.className = "calibrate-mark";
      const last = at === parts.length - 1;
      if (dress) dress(mark, last);
      else {
        mark.title = `Evidence for ${name}`;
        mark.style.setProperty("--mark", color);
        if (last) mark.dataset.tag = tag;
      }
      middle.replaceWith(mark);
      mark.append(middle);
    });
  }
}

/** The same, and what is selected in it by mouse, finger or keyboard. */
class TextWork extends TextPlaces {
  /** `picked(place)` is called with {start, end} or null; `enter()` when Enter is pressed on a selection. */
  constructor(root, { picked, enter }) {
    super(root);
    this.picked = picked;
    this.sentence = -1;
    this.first = -1;
    this.last = "";
    root.addEventListener("keydown", (event) => this.#key(event, enter));
    this.timer = setInterval(() => this.#look(), 250); // a frame without scripts tells of no selection in every browser
  }

  select(start, end) {
    const range = this.range(start, end);
    const chosen = this.page.getSelection();
    chosen.removeAllRanges();
    chosen.addRange(range);
    const box = range.startContainer.parentElement;
    box?.scrollIntoView?.({ block: "nearest" });
  }

  clear() {
    this.page.getSelection()?.removeAllRanges();
    this.last = "";
  }

  close() {
    clearInterval(this.timer);
  }

  #look() {
    const chosen = this.page.getSelection?.();
    if (!chosen || !chosen.rangeCount) return;
    const range = chosen.getRangeAt(0);
    if (!this.root.contains(range.commonAncestorContainer)) return;
    const place = range.collapsed ? null : this.#place(range);
    const now = JSON.stringify(place);
    if (now === this.last) return;
    this.last = now;
    this.picked(place);
  }

  #place(range) {
    const before = this.page.createRange();
    before.setStart(this.root, 0);
    before.setEnd(range.startContainer, range.startOffset);
    const words = range.toString();
    const trimmed = words.trim();
    if (!trimmed) return null;
    const start = length(before.toString()) + length(words.slice(0, words.indexOf(trimmed)));
    return { start, end: start + length(trimmed) };
  }

  #sentences() {
    const text = this.root.textContent;
    const found = [];
    const parts = globalThis.Intl?.Segmenter
      ? [...new Intl.Segmenter(undefined, { granularity: "sentence" }).segment(text)].map((part) => part.segment)
      : text.match(/[^.!?\n]+[.!?]*\s*|\s+/gu) ?? [text];
    let at = 0;
    for (const part of parts) {
      const trimmed = part.trim();
      const start = at + length(part.slice(0, part.indexOf(trimmed)));
      if (trimmed) found.push({ start, end: start + length(trimmed) });
      at += length(part);
    }
    return found;
  }

  #key(event, enter) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (event.key === "Enter" && this.last && this.last !== "null") {
      event.preventDefault();
      enter();
    } else if (event.key === "Escape") {
      this.clear();
      this.picked(null);
    } else if (step) {
      event.preventDefault();
      const sentences = this.#sentences();
      this.sentence = Math.min(Math.max(this.sentence + step, 0), sentences.length - 1);
      if (!event.shiftKey || this.first < 0) this.first = this.sentence;
      const [low, high] = [Math.min(this.first, this.sentence), Math.max(this.first, this.sentence)];
      if (sentences.length) this.select(sentences[low].start, sentences[high].end);
      this.#look();
    }
  }
}

/** The number of characters (code points), as Python counts them. */
function length(text) {
  return [...text].length;
}
