// What a click on the wall opens: a card with the child's work, or a level with its exemplars.

// `back` gives the focus back to the wall; `follow_child` shows a child's way there.
function openings({ model, setup, ask, dialog, back, follow_child }) {
  const levels = setup.levels;
  let leave_dialog = () => {};
  const open_dialog = (title, content, leave) => {
    leave_dialog();
    leave_dialog = leave;
    const heading = make("h3", { id: `cw-${Math.random().toString(36).slice(2)}`, tabindex: "-1" }, title);
    const close = make("button", { type: "button", class: "cw-toggle cw-close", onclick: () => dialog.close() }, "Close");
    dialog.setAttribute("aria-labelledby", heading.id);
    dialog.replaceChildren(make("div", { class: "cw-dialog-head" }, heading, close), ...content);
    if (!dialog.open) dialog.showModal();
    heading.focus();
  };
  dialog.addEventListener("close", () => {
    if (dialog.open) return; // the event comes late: a quick hand has opened the next one already
    leave_dialog();
    leave_dialog = () => {};
    dialog.replaceChildren();
    back();
  });

  const open_level = (at) => {
    const level = levels[at];
    const strand = setup.strands.find((one) => one.id === model.get("choice").strand);
    const found = strand.levels[at];
    const panes = found.exemplars.map((one) => ({ one, ...work_pane(`The exemplar ${one.piece}`) }));
    const title = `${level.id !== level.label ? `${level.id} ` : ""}${level.label} · ${strand.title}`;
    const none = make("p", { class: "cw-none" }, "This level has no exemplar in this strand yet.");
    open_dialog(title, [
      found.words ? make("p", { class: "cw-descriptor" }, found.words) : "",
      ...panes.flatMap(({ one, pane }) => [make("h4", {}, `Exemplar ${one.piece}`), make("p", { class: "cw-commentary" }, one.words), pane]),
      panes.length ? "" : none,
    ].filter(Boolean), () => panes.forEach((one) => one.forget()));
    panes.forEach(({ one, show, wait }) => {
      wait();
      ask({ type: "exemplar", piece: one.piece }).then(show);
    });
  };

  const open_card = (card, piece = "") => {
    const work = work_pane("The student’s work");
    const beside = work_pane("The exemplar’s work");
    const info = make("div", { class: "cw-info" });
    const desk = make("div", { class: "cw-desk" }, work.pane);
    work.wait();
    open_dialog(`${card.name} · ${card.grade} · ${card.room}`, [make("div", { class: "cw-open" }, info, desk)], () => { work.forget(); beside.forget(); });
    ask({ type: "open", key: card.key, piece }).then((answer) => {
      work.show(answer);
      if (answer.type === "refused") return;
      const mine = answer.pieces.find((one) => one.piece === answer.piece);
      const following = model.get("choice").follow === card.key;
      const follow = make("button", { type: "button", class: "cw-toggle", onclick: () => { dialog.close(); follow_child(following ? "" : card.key); } }, following ? "Stop following" : "Follow on the wall");
      const others = answer.pieces.length > 1 ? make("select", { onchange: (event) => open_card(card, event.target.value) },
        ...answer.pieces.map((one) => make("option", { value: one.piece, selected: one === mine }, one.piece))) : null;
      info.replaceChildren(
        others ? make("label", { class: "cw-pieces" }, "Piece ", others) : "",
        mine ? facts([["Piece", `${mine.piece}, ${mine.window}`], ["Place", mine.p ? `${levels[mine.p - 1].id} ${levels[mine.p - 1].label}` : ""], ["How it came there", mine.how], ["Reason", mine.reason],
          ["Genre", mine.genre], ["Support", mine.support], ["Next step", mine.next], ["Accommodations", mine.accommodations]])
          : make("p", { class: "cw-none" }, "There is no piece of this student in this window."),
        make("h4", {}, `Across the windows · ${answer.path.strand}`),
        make("ol", { class: "cw-steps" }, ...answer.path.steps.map((one) => make("li", {}, make("b", {}, one.title), ` ${one.words}`))),
        make("p", {}, answer.path.sentence), follow,
        ...(setup.placing && mine ? [placing(card, mine, desk, beside)] : []));
    });
  };

  const placing = (card, mine, desk, beside) => {
    const strand = setup.strands.find((one) => one.id === model.get("choice").strand);
    const open = levels.map((level, at) => ({ level, at, found: strand.levels[at].exemplars })).filter((one) => one.found.some((some) => some.piece !== mine.piece));
    if (!open.length) return "";
    const start = open.find((one) => one.at + 1 === mine.p) ?? open[0];
    const select = make("select", {}, ...open.map(({ level, at }) => make("option", { value: level.id, selected: at === start.at }, `${level.id} ${level.label}`)));
    const words = make("p", { class: "cw-commentary" });
    const reason = make("textarea", { rows: "3", maxlength: "600" });
    const said = make("p", { role: "status", class: "cw-said" });
    const chosen = () => open.find((one) => one.level.id === select.value);
    const show = () => {
      const [one] = chosen().found.filter((some) => some.piece !== mine.piece);
      words.textContent = one.words;
      if (!desk.contains(beside.pane)) desk.append(beside.pane);
      beside.wait();
      ask({ type: "exemplar", piece: one.piece }).then(beside.show);
    };
    select.addEventListener("change", show);
    const after = (answer) => {
      if (answer.type === "refused") said.textContent = answer.words;
      else dialog.close();
    };
    const place = make("button", { type: "button", class: "cw-toggle cw-save", onclick: () => {
      if (!reason.value.trim()) { said.textContent = "Please say why it belongs there."; reason.focus(); return; }
      ask({ type: "place", key: card.key, piece: mine.piece, level: select.value, reason: reason.value }).then(after);
    } }, "Place it here");
    const back = mine.by === "exemplar" ? make("button", { type: "button", class: "cw-toggle", onclick: () => ask({ type: "take_back", key: card.key, piece: mine.piece }).then(after) }, "Take the placement back") : "";
    const box = make("details", { class: "cw-placing" }, make("summary", {}, "Place it beside an exemplar"),
      make("label", {}, "Level ", select), words, make("label", {}, "Why it belongs there", reason), place, back, said);
    box.addEventListener("toggle", () => box.open && show());
    return box;
  };

  return { open_card, open_level, forget: () => leave_dialog() };
}
