// A look at a piece before it is chosen: the work as its raters will see it, in a window over the board.

const WORK_STYLE = "body{margin:0;font:17px/1.6 Georgia,serif;overflow-wrap:anywhere}pre{font:inherit;white-space:pre-wrap;margin:0}img{max-width:100%}body,p,div,li,td,th,pre,blockquote,h1,h2,h3,h4,h5,h6{unicode-bidi:plaintext;text-align:start}";

async function lookAt(board, piece) {
  const answer = await board.ask({ ask: "look", piece: piece.id });
  if (answer.refused) {
    new Asking(board.root, piece.code, [make("p", {}, said(answer))], { cancel: "Close" });
    return;
  }
  const urls = [];
  let pictures = 0;
  const pages = answer.pages.map((page, at) => {
    if (page.kind === "picture") {
      const url = URL.createObjectURL(new Blob([answer.buffers[pictures++]], { type: page.type }));
      urls.push(url);
      return make("img", { src: url, alt: `Page ${at + 1} of the work ${piece.code}` });
    }
    if (page.kind === "missing") return make("p", { class: "told" }, "This file of the piece cannot be read. `calibrate doctor` says why.");
    return workFrame(page.html, piece.code);
  });
  if (!pages.length) pages.push(make("p", {}, "There is nothing to see of this piece: it has scores alone."));
  const asking = new Asking(
    board.root,
    piece.code,
    [
      make("p", { class: "hint" }, piece.facts.join(" · ")),
      answer.prompt ? make("details", {}, make("summary", {}, piece.task || "The task"), make("p", {}, answer.prompt)) : "",
      make("div", { class: "looked-at", tabindex: "0", role: "group", "aria-label": `The work ${piece.code}` }, ...pages),
    ],
    { cancel: "Close", wide: true },
  );
  asking.node.addEventListener("close", () => urls.forEach((url) => URL.revokeObjectURL(url)));
}

// Words of a child in a frame of their own, in which nothing runs.
function workFrame(html, code) {
  const frame = make("iframe", { sandbox: "allow-same-origin", title: `The work ${code}`, tabindex: "-1" });
  frame.srcdoc = `<!doctype html><html lang="en"><head><title>${code}</title><style>${WORK_STYLE}</style></head><body>${html}</body></html>`;
  frame.addEventListener("load", () => {
    frame.style.height = `${frame.contentDocument.documentElement.scrollHeight + 4}px`;
  });
  return frame;
}
