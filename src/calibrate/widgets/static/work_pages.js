// A piece of work on the page: its files in order, each drawn for what it is, with marks laid over them.

const SENTENCES =
  "Select words with the mouse or finger, or choose sentences with the arrow keys (with Shift: more of them) and press Enter, to mark them as evidence.";

/** Fetches pieces once, and keeps their pictures until it is closed. */
class WorkStore {
  /** `ask` asks Python; `kind` is the name of the question. */
  constructor(ask, kind) {
    this.ask = ask;
    this.kind = kind;
    this.works = new Map();
    this.urls = [];
  }

  fetch(piece) {
    if (!this.works.has(piece)) {
      this.works.set(
        piece,
        this.ask({ ask: this.kind, piece }).then((answer) => {
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

  close() {
    this.urls.forEach((url) => URL.revokeObjectURL(url));
    this.urls = [];
    this.works.clear();
  }
}

/** The drawn files of one piece. */
class WorkPages {
  /**
   * `box` is filled with the pages of `answer`. `picked(place)` and `enter()` make places choosable; without them the
   * work is only looked at. `key(event)` hears keys from inside documents; `ready()` is called when a document is there.
   */
  constructor(box, answer, { code, id, picked = null, enter = null, key = () => {}, ready = () => {} }) {
    this.views = [];
    this.picked = picked;
    this.enter = enter;
    if (answer.refused) {
      box.replaceChildren(make("p", { role: "alert" }, `${answer.message} ${answer.fix}`));
      return;
    }
    box.replaceChildren();
    if (!answer.files.length) box.append(make("p", { class: "hint" }, "This piece has no file in Calibrate: read it on paper."));
    answer.files.forEach((file, number) => {
      const label = answer.files.length > 1 ? `Page ${number + 1} of ${answer.files.length}` : `The work ${code}`;
      const page = make("div", { class: "page" }, answer.files.length > 1 ? make("h4", {}, label) : "");
      box.append(page);
      if (file.kind === "image") this.#drawPicture(page, file, label, number);
      else if (file.kind === "html") this.#drawHtml(page, file, label, number, key, ready);
      else this.#drawText(page, file, label, number, `${id}-hint-${number}`);
    });
  }

  /** Lay marks over every file; `marksOf(number)` gives those of one. */
  paint(marksOf) {
    for (const { number, view } of this.views) view?.paint(marksOf(number));
  }

  lock(locked) {
    for (const { view } of this.views) view?.lock?.(locked);
  }

  clear() {
    for (const { view } of this.views) view?.clear?.();
  }

  /** The words of a place in a text, or "" where there are none. */
  words(mark) {
    const view = this.views.find(({ number }) => number === mark.file)?.view;
    return view?.words?.(mark).replace(/\s+/gu, " ") ?? "";
  }

  close() {
    for (const { view, watch } of this.views) {
      view?.close();
      watch?.disconnect();
    }
    this.views = [];
  }

  #heard(number, kind) {
    return {
      picked: (place) => this.picked?.(place && { ...place, file: number, kind }),
      enter: () => this.enter?.(),
    };
  }

  #text(root, number) {
    return this.picked ? new TextWork(root, this.#heard(number, "text")) : new TextPlaces(root);
  }

  #drawPicture(page, file, label, number) {
    const view = new PictureWork(file.url, label, this.#heard(number, "area"));
    if (!this.picked) view.lock(true);
    page.append(view.node);
    this.views.push({ number, view });
  }

  #drawText(page, file, label, number, hint) {
    const root = make("div", { class: "words", role: "document", "aria-label": label, dir: "auto" }, file.text);
    page.append(root);
    if (this.picked) {
      root.tabIndex = 0;
      root.setAttribute("aria-describedby", hint);
      page.append(make("p", { class: "unseen", id: hint }, SENTENCES));
    }
    this.views.push({ number, view: this.#text(root, number) });
  }

  #drawHtml(page, file, label, number, key, ready) {
    // Cleaned when it was brought in; here it runs nothing, loads nothing, and lives in a frame of its own.
    const frame = make("iframe", { title: label, sandbox: "allow-same-origin", srcdoc: framed(file.text, !this.picked) });
    page.append(frame);
    const entry = { number, view: null };
    this.views.push(entry);
    frame.addEventListener("load", () => {
      const body = frame.contentDocument?.body;
      if (!body || entry.view) return;
      entry.view = this.#text(body, number);
      body.addEventListener("keydown", key);
      const fit = () => (frame.style.height = `${body.scrollHeight + 4}px`);
      fit();
      const watch = new ResizeObserver(fit);
      watch.observe(frame);
      entry.watch = watch;
      ready();
    });
  }
}

/** What is known of a piece, and its task. */
function aboutPiece(piece) {
  const about = [];
  if (piece.facts.length) about.push(make("p", { class: "facts" }, piece.facts.join(" · ")));
  if (piece.task) {
    const prompt = make("p", {}, piece.prompt || "No prompt was brought in.");
    about.push(make("details", { class: "task" }, make("summary", {}, `The task: ${piece.task}`), prompt));
  }
  return about;
}

/** The document of a frame that shows cleaned work, with room for layers of marks: it may show its own pictures, and nothing else. */
function framed(html, layered) {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Student work</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<style>html{overflow:hidden}body{margin:0;padding:4px;font:17px/1.65 Georgia,'Times New Roman',serif;color:#1b1b1b;overflow-wrap:anywhere}
h1{font-size:23px}h2{font-size:20px}h3,h4,h5,h6{font-size:18px}h1,h2,h3{line-height:1.3}img{max-width:100%;height:auto}body,p,div,li,td,th,pre,blockquote,h1,h2,h3,h4,h5,h6{unicode-bidi:plaintext;text-align:start}table{border-collapse:collapse}td,th{border:1px solid #999;padding:2px 6px}
body:focus{outline:3px solid #0b57d0;outline-offset:-3px}
mark{color:inherit;background:color-mix(in srgb,var(--mark) 18%,white);border-bottom:2px solid var(--mark)}
mark[data-tag]::after{content:attr(data-tag);font:700 10px system-ui,sans-serif;color:#fff;background:var(--mark);border-radius:3px;padding:0 3px;margin-left:2px;vertical-align:super}
${layered ? LAYERS : ""}
</style></head><body tabindex="0">${html}</body></html>`;
}

// What several readers marked, laid over each other: deeper where more of them did, a line for each criterion.
const LAYERS = `body{line-height:2.05}mark.layers{color:#1b1b1b;border-bottom:0;padding:1px 0 calc(1px + var(--lines)*3px);background-color:color-mix(in srgb,var(--mark) calc(6% + var(--depth)*7%),white);background-image:var(--stripes);background-repeat:no-repeat;background-size:var(--sizes);background-position:var(--places);box-decoration-break:clone;-webkit-box-decoration-break:clone;cursor:pointer}
mark.layers[data-tag]::after{color:#fff;background:#26303a;border-radius:8px;padding:0 5px}
mark.layers.lit{outline:2px solid #26303a;outline-offset:1px}`;
