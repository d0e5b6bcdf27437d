// What the wall's page is made of: words about a card, and a pane that shows one piece of work.

const BY = {
  crosswalk: "by convention",
  rubric: "by the rubric’s levels",
  exemplar: "beside an exemplar",
};

const unseen = (text) => make("span", { class: "cw-unseen" }, text);
const students = (n) => (n === 1 ? "1 student" : `${n} students`);

function against(steps) {
  if (steps === null || steps === undefined) return "";
  if (steps === 0) return "at grade level";
  const size = Math.abs(steps);
  return `${size} ${size === 1 ? "level" : "levels"} ${steps > 0 ? "above" : "below"} grade level`;
}

function steps_mark(steps) {
  if (steps === null || steps === undefined) return "";
  const text = steps === 0 ? "at" : steps > 0 ? `+${steps}` : `−${-steps}`;
  return make("span", { class: steps < 0 ? "cw-mark cw-below" : "cw-mark", "aria-hidden": "true" }, text);
}

// A piece of work: text in a frame that can do nothing, or pictures. `forget` lets go of the pictures.
function work_pane(title) {
  const pane = make("section", { class: "cw-work", "aria-label": title });
  let addresses = [];
  const forget = () => {
    addresses.forEach((one) => URL.revokeObjectURL(one));
    addresses = [];
  };
  const frame = (html, language, n) =>
    make("iframe", {
      sandbox: "",
      title: `${title}${n}`,
      srcdoc: `<!doctype html><html lang="${language}"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>Student work</title><style>body{font:17px/1.55 Georgia,serif;color:#1d2733;margin:14px 18px;max-width:42em}
pre{font:inherit;white-space:pre-wrap;overflow-wrap:anywhere;margin:0}img{max-width:100%}
body,p,div,li,td,th,pre,blockquote,h1,h2,h3,h4,h5,h6{unicode-bidi:plaintext;text-align:start}
table{border-collapse:collapse}td,th{border:1px solid #8a949e;padding:2px 8px}</style></head><body><main>${html}</main></body></html>`,
    });
  const show = (answer) => {
    forget();
    if (answer.type === "refused") {
      pane.replaceChildren(make("p", { class: "cw-refused", role: "alert" }, answer.words));
      return;
    }
    const pages = answer.pages.map((page, place) => {
      const n = answer.pages.length > 1 ? `, page ${place + 1} of ${answer.pages.length}` : "";
      if (page.kind === "html") return frame(page.html, answer.language || "en", n);
      if (page.kind === "missing") return make("p", { class: "cw-none" }, "This file cannot be read just now.");
      const address = URL.createObjectURL(new Blob([answer.buffers[page.buffer]], { type: page.media }));
      addresses.push(address);
      const image = make("img", { src: address, alt: `${title}${n}, as a picture` });
      const larger = make("button", { type: "button", "aria-pressed": "false", class: "cw-zoom" }, "Larger");
      larger.addEventListener("click", () => {
        const on = image.classList.toggle("cw-large");
        larger.setAttribute("aria-pressed", String(on));
      });
      const holder = make("div", { class: "cw-picture", tabindex: "0", role: "group", "aria-label": `${title}${n}` }, image);
      return make("div", {}, larger, holder);
    });
    const none = make("p", { class: "cw-none" }, "There is no scan of this piece; its score stands without the work.");
    pane.replaceChildren(...(pages.length ? pages : [none]));
  };
  const wait = () => pane.replaceChildren(make("p", { class: "cw-none" }, "The work is on its way …"));
  return { pane, show, wait, forget };
}

function facts(pairs) {
  const list = make("dl", { class: "cw-facts" });
  for (const [term, words] of pairs) if (words) list.append(make("div", {}, make("dt", {}, term), make("dd", {}, words)));
  return list;
}
