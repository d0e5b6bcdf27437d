// Opening a session and handing out its links: on paper, one slip for each rater, or one at a time on the screen.

const SLIP_STYLE = `@page{margin:12mm}*{box-sizing:border-box}body{margin:0;font:14px/1.4 system-ui,sans-serif;color:#000}
.slip{display:grid;grid-template-columns:1fr auto;gap:4mm;align-items:center;padding:6mm 2mm;border-bottom:1px dashed #555;break-inside:avoid}
h2{margin:0 0 1mm;font-size:17px}p{margin:0 0 1.5mm}b{font-size:16px;letter-spacing:.06em}svg{width:34mm;height:34mm;display:block}
.code{font:11px/1.4 ui-monospace,monospace;overflow-wrap:anywhere}`;

class Opening {
  constructor(board, state) {
    this.told = new Told();
    const passphrase = new Passphrase(board.passphrase, { fresh: true });
    const open = button("Open for scoring", async () => {
      const answer = await work(open, this.told, () =>
        board.ask({ ask: "open", session: state.session, ...passphrase.take() }),
      );
      if (!answer) return;
      board.keepSlips(state.session, answer);
      board.refresh();
    }, "main");
    this.node = part(
      "",
      "Open it for scoring",
      make("p", {}, "Everybody on the panel gets a personal link and a PIN. Scoring may open days before the meeting; nobody sees a score before you reveal, not even you."),
      passphrase.node,
      this.told.node,
      make("div", { class: "bar" }, open, button("Change the session", () => board.change(state.session))),
    );
  }
}

class Slips {
  constructor(board, state) {
    Object.assign(this, { board, state });
    this.list = make("ul", { class: "slips" });
    this.told = new Told();
    this.how = make("div", {});
    this.print = button("Print the hand-outs", () => this.#print(), "main");
    this.node = part("", "Links and PINs", this.how, make("div", { class: "bar" }, this.print, button("Give links again…", () => this.again())), this.told.node, this.list);
    this.draw();
  }

  draw() {
    const kept = this.board.slips.get(this.state.session);
    const slips = kept?.slips ?? [];
    this.print.hidden = !slips.length;
    this.how.replaceChildren(...this.#words(kept));
    this.list.replaceChildren(...slips.map((slip) => this.#line(slip)));
  }

  #words(kept) {
    const { room } = this.state;
    if (!kept) {
      return [
        make("p", {}, "For your raters’ safety the links are shown only once. If somebody lost theirs, give it again: the link stays the same and the PIN is a new one."),
        make("p", { class: "hint" }, `Room code: ${room}`),
      ];
    }
    const told = [make("p", {}, `Hand these out in person, now: when you leave this page they are gone from it. Room code: ${room}.`)];
    if (!kept.address) {
      told.push(
        make(
          "p",
          { class: "note" },
          "The room is not served from this page, so there are no links yet, but codes: a rater opens the notebook blind_scoring.ipynb and pastes the code. For links and QR codes that work on any laptop, tablet or phone, start ",
          make("code", {}, "calibrate serve --lan"),
          " in a terminal, open the facilitator’s page that it names, and give the links again there.",
        ),
      );
    } else if (/\/\/(127\.0\.0\.1|localhost|\[::1\])(:|\/|$)/u.test(kept.address)) {
      told.push(
        make(
          "p",
          { class: "note" },
          "The room is open on this computer alone, so these links work nowhere else. To let other devices in, close the room, start ",
          make("code", {}, "calibrate serve --lan"),
          ", and give the links again.",
        ),
      );
    }
    return told;
  }

  #line(slip) {
    const id = randomId();
    const inside = make("div", { class: "slip", id, hidden: "" });
    const show = make(
      "button",
      {
        type: "button",
        "aria-expanded": "false",
        "aria-controls": id,
        "aria-label": `Show the link and PIN of ${slip.name}`,
        onclick: () => {
          inside.hidden = !inside.hidden;
          show.setAttribute("aria-expanded", String(!inside.hidden));
          show.textContent = inside.hidden ? "Show" : "Hide";
          if (!inside.hidden && !inside.childNodes.length) inside.append(...this.#content(slip));
        },
      },
      "Show",
    );
    return make("li", {}, make("div", { class: "line" }, make("span", {}, make("strong", {}, slip.name), make("small", {}, slip.school)), show), inside);
  }

  #content(slip) {
    const text = textBox(slip.link || slip.code, { readonly: "", onfocus: () => text.select() });
    const copy = button("Copy", async () => {
      text.select();
      try {
        await navigator.clipboard.writeText(text.value);
        copy.textContent = "Copied";
      } catch {
        copy.textContent = "Press Ctrl+C";
      }
    });
    return [
      slip.qr ? picture(slip.qr, `QR code with the personal link of ${slip.name}`) : "",
      make(
        "div",
        {},
        make("div", { class: "copying" }, field(slip.link ? "Personal link" : "Personal code", text), copy),
        make("p", {}, "Or: room code ", make("strong", {}, this.state.room), ", own name, and PIN ", make("strong", {}, slip.pin)),
      ),
    ].filter(Boolean);
  }

  again(rater = null) {
    const chosen = new Set(rater ? [rater] : []);
    const people = this.state.panel.map((one) =>
      tick(one.name, chosen.has(one.id), (on) => (on ? chosen.add(one.id) : chosen.delete(one.id))),
    );
    const passphrase = new Passphrase(this.board.passphrase);
    new Asking(
      this.board.root,
      "Give links again",
      [
        make("p", {}, "Each gets the same link as before, and a new PIN; the old PIN no longer works. It is logged."),
        make("div", { class: "choices", role: "group", "aria-label": "Who needs a link" }, ...people),
        passphrase.node,
      ],
      {
        go: "Give them",
        ready: async () => {
          const answer = await this.board.ask({ ask: "hand-out", session: this.state.session, raters: [...chosen], ...passphrase.take() });
          if (!answer.refused) {
            this.board.keepSlips(this.state.session, answer);
            this.draw();
          }
          return answer;
        },
      },
    );
  }

  #print() {
    const { title, room } = this.state;
    const kept = this.board.slips.get(this.state.session);
    const frame = make("iframe", { title: "The hand-outs, to be printed", class: "printing" });
    this.board.root.append(frame);
    const page = frame.contentDocument;
    page.title = title;
    page.documentElement.lang = "en";
    page.head.append(Object.assign(page.createElement("style"), { textContent: SLIP_STYLE }));
    for (const slip of kept.slips) {
      const words = make(
        "div",
        {},
        make("h2", {}, slip.name),
        make("p", {}, `${title}. This is yours alone: please do not pass it on.`),
        slip.link
          ? make("p", {}, `Scan the code with your camera, or open ${kept.address} and type: room `, make("b", {}, room), ", your name, PIN ", make("b", {}, slip.pin))
          : make("p", {}, "Open the notebook blind_scoring.ipynb and paste this code:"),
        make("p", { class: "code" }, slip.link || slip.code),
      );
      page.body.append(make("div", { class: "slip" }, words, slip.qr ? picture(slip.qr, "QR code") : ""));
    }
    frame.contentWindow.addEventListener("afterprint", () => frame.remove());
    frame.contentWindow.print();
  }
}

// A picture that Python drew, as part of the page.
function picture(svg, label) {
  const drawn = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
  const node = document.importNode(drawn, true);
  node.setAttribute("role", "img");
  node.setAttribute("aria-label", label);
  return make("div", { class: "qr" }, node);
}
