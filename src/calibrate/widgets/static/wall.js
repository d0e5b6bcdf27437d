// The writing wall's page. It draws what Python sends and reports what is asked for; every rule is Python's.
// Only the cards in sight are in the document: each card has a place (row, column, line), and drawing fills the sight.

function render({ model, el }) {
  const { ask, stop } = questions(model);
  const setup = model.get("setup");
  const levels = setup.levels;
  const n_levels = levels.length;
  const last_column = n_levels + 1; // for children who are not placed
  let look = "names"; // how large the cards are: small, names, full
  let size = {};
  let groups = [];
  let places = new Map(); // a child's key -> {g, c, i}
  let active = null; // the key of the card, or "L" and a number for a level's heading
  let path_height = 0;
  let asked = "";
  let names = {}; // a child's key -> the name, while names are on: Python tells them when asked, and nothing keeps them
  const called = (one) => ({ ...one, name: names[one.key] ?? one.name });

  const choose = (patch) => {
    root.setAttribute("aria-busy", "true");
    model.set("choice", { ...model.get("choice"), ...patch });
    model.save_changes();
  };

  const filters = wall_picks({
    model,
    setup,
    choose,
    looked: (chosen) => {
      look = chosen;
      scroller.scrollTop = 0;
      lay_out();
    },
    fill_screen: () => (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen()),
  });

  // ------------------------------------------------------------------ the wall itself
  const sentence = make("p", { class: "cw-sentence", role: "status" });
  const mark = (extra) => make("span", { class: `cw-swatch ${extra}`, "aria-hidden": "true" });
  const legend = make("ul", { class: "cw-legend", "aria-label": "How to read the cards" },
    make("li", {}, mark("cw-swatch-at"), "at or above grade level"),
    make("li", {}, mark("cw-swatch-below"), "below"),
    make("li", {}, mark("cw-swatch-convention"), "placed by the crosswalk, by convention"),
    make("li", {}, mark("cw-swatch-hand"), "◆ placed by staff beside an exemplar"),
    make("li", {}, mark("cw-swatch-expected"), "expected at the end of the grade"));
  const help = make("p", { class: "cw-help" }, "Open a card to see the work; open a level to see its exemplars. Keyboard: arrow keys move from card to card and up to the levels, Page Up and Page Down go from room to room, Enter opens.");
  const header = make("div", { role: "rowgroup", class: "cw-header" });
  const body = make("div", { class: "cw-body" });
  const grid = make("div", { role: "grid", class: "cw-grid", "aria-label": setup.title, "aria-colcount": last_column + 1 }, header, body);
  const scroller = make("div", { class: "cw-scroll" }, grid);
  const dialog = make("dialog", { class: "cw-dialog", "aria-labelledby": "" });
  const root = make("div", { class: "cw-root", "data-lm-suppress-shortcuts": "true" },
    make("h2", { class: "cw-title" }, setup.title), filters.node, sentence, legend, scroller, help, dialog);

  let following = false; // asked to follow a child, and Python has not answered yet
  const follow_child = (key) => {
    following = true;
    choose({ follow: key });
  };
  const opened = openings({ model, setup, ask, dialog, back: () => active && !following && focus_on(active), follow_child });

  const left_of = (column) => size.head + (column - 1) * size.column;
  const column_cell = (role, column, ...inside) => {
    const cell = make("div", { role, "aria-colindex": column + 1, class: "cw-cell" }, ...inside);
    cell.style.left = `${left_of(column)}px`;
    cell.style.width = `${size.column}px`;
    return cell;
  };

  const draw_header = () => {
    const total = model.get("view").total;
    const strand = setup.strands.find((one) => one.id === model.get("choice").strand);
    const heads = levels.map((level, at) => {
      const n = strand.levels[at].exemplars.length;
      const short = level.id !== level.label ? make("b", {}, level.id) : "";
      const button = make("button", { type: "button", class: "cw-level", tabindex: "-1", "data-id": `L${at + 1}`, onclick: () => { active = `L${at + 1}`; opened.open_level(at); } },
        short, make("span", {}, level.label), level.grade ? make("small", {}, `end of ${level.grade}`) : "",
        make("small", { class: "cw-has" }, n ? (n === 1 ? "1 exemplar" : `${n} exemplars`) : "no exemplar"));
      return column_cell("columnheader", at + 1, button);
    });
    const corner = make("div", { role: "columnheader", "aria-colindex": 1, class: "cw-corner" }, make("span", {}, "Grades and rooms"));
    const off = column_cell("columnheader", last_column, make("div", { class: "cw-off" }, "Not placed"));
    const top = make("div", { role: "row", "aria-rowindex": 1, class: "cw-heads" }, corner, ...heads, off);
    const bottom = summary_row(total, 2);
    bottom.classList.add("cw-total");
    header.replaceChildren(top, bottom);
  };

  const summary_row = (row, index) => {
    const of = row.judged ? `${row.above} of ${row.judged} at or above` : "no level is expected";
    const gone = row.missing + row.unplaced;
    const bar = make("span", { class: "cw-bar", "aria-hidden": "true" }, make("i"));
    bar.firstChild.style.width = `${Math.round(row.part * 100)}%`;
    const head = make("div", { role: "rowheader", "aria-colindex": 1, class: "cw-row-head" },
      make("div", { class: "cw-row-words" }, make("b", {}, row.title), row.sub ? make("span", { class: "cw-sub" }, row.sub) : "",
        make("span", { class: "cw-share" }, row.share ? make("strong", {}, row.share) : "", bar, make("span", {}, of)),
        make("span", { class: "cw-n" }, students(row.children) + (row.missing ? `, ${row.missing} without a piece` : ""))));
    const cells = row.counts.map((n, at) => column_cell("gridcell", at + 1,
      make("span", { class: "cw-count" + (at + 1 === row.expected ? " cw-here" : "") }, String(n || "·"), unseen(` at ${levels[at].label}`))));
    cells.push(column_cell("gridcell", last_column, make("span", { class: "cw-count" }, String(gone || "·"), unseen(" not placed"))));
    return make("div", { role: "row", "aria-rowindex": index, class: "cw-summary" }, head, ...cells);
  };

  const card_node = (card) => {
    const followed = model.get("choice").follow === card.key;
    const hand = card.by === "exemplar";
    const classes = ["cw-card"];
    if (!card.p) classes.push("cw-unplaced");
    if (card.by === "crosswalk") classes.push("cw-convention");
    if (hand) classes.push("cw-hand");
    if (followed) classes.push("cw-followed");
    const where = card.p ? `${levels[card.p - 1].label}, ${against(card.steps)}, ${BY[card.by] ?? ""}` : "";
    const unheard = unseen(` ${[look === "small" ? card.name : "", where, card.grade, card.room, followed ? "followed" : ""].filter(Boolean).join(", ")}`);
    const open = { type: "button", class: classes.join(" "), tabindex: "-1", "data-id": card.key, onclick: () => { active = card.key; opened.open_card(card); } };
    if (look === "small") return make("button", { ...open, title: card.name }, card.p ? steps_mark(card.steps) : make("span", { "aria-hidden": "true" }, "–"), unheard);
    const told = look === "full" ? [["Support ", card.support], ["Next step ", card.next]] : [];
    const more = told.filter(([, words]) => words).map(([term, words]) => make("span", { class: "cw-more" }, make("em", {}, term), words));
    return make("button", open, make("span", { class: "cw-name" }, card.name),
      make("span", { class: "cw-line" }, make("span", { class: "cw-genre" }, card.p ? card.genre : card.status), hand ? make("span", { "aria-hidden": "true" }, "◆") : "", steps_mark(card.steps)),
      unheard, ...more);
  };

  const draw_path = (path) => {
    const rows = path.steps.map((step, at) => {
      const column = step.p || last_column;
      const chip = make("span", { class: step.p ? "cw-chip" : "cw-chip cw-unplaced" }, step.p ? (size.head ? levels[step.p - 1].id : step.title) : step.words, step.p ? unseen(`: ${step.words}`) : "");
      const head = make("div", { role: "rowheader", "aria-colindex": 1, class: "cw-window" }, step.title);
      const row = make("div", { role: "row", "aria-rowindex": 4 + at, class: "cw-step" }, head, column_cell("gridcell", column, chip));
      row.style.top = `${size.lead + at * size.step}px`;
      return row;
    });
    const points = path.steps.map((step, at) => [step.p, left_of(step.p) + size.column / 2, size.lead + (at + 0.5) * size.step]).filter(([p]) => p);
    const lines = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    lines.setAttribute("aria-hidden", "true");
    lines.setAttribute("class", "cw-way");
    const way = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
    way.setAttribute("points", points.map(([, x, y]) => `${x},${y}`).join(" "));
    lines.append(way);
    const leave = make("button", { type: "button", class: "cw-toggle", "data-leave": true, onclick: () => follow_child("") }, "Stop following");
    const lead = make("div", { role: "row", "aria-rowindex": 3, class: "cw-lead" },
      make("div", { role: "rowheader", "aria-colindex": 1 }, make("b", {}, path.name), ` · ${path.strand}. ${path.sentence} `),
      make("div", { role: "gridcell", "aria-colindex": 2 }, leave));
    const holder = make("div", { role: "rowgroup", class: "cw-path", "aria-label": `${path.name} across the windows` }, lead, lines, ...rows);
    holder.style.height = `${path_height}px`;
    return holder;
  };

  // The path at the top of the wall: how many lines its words take is known when they stand there.
  const lay_path = (path) => {
    body.replaceChildren();
    if (!path) return 0;
    for (let round = 0; round < 2; round += 1) {
      path_height = size.lead + path.steps.length * size.step + 10;
      body.replaceChildren(draw_path(path));
      const tall = body.querySelector(".cw-lead").offsetHeight;
      if (tall === size.lead) break;
      size.lead = tall;
    }
    return path_height;
  };

  const lay_out = () => {
    const view = model.get("view");
    const width = scroller.clientWidth || el.clientWidth || 900;
    const narrow = width < 720;
    root.classList.toggle("cw-narrow", narrow);
    root.dataset.look = look;
    const head = narrow ? 0 : width < 1100 ? 150 : 168;
    const least = look === "full" ? 196 : narrow ? 104 : 92;
    size = { head, column: Math.max(least, Math.floor((width - head - 2) / last_column)), card: { small: 24, names: 41, full: 132 }[look], summary: narrow ? 92 : 28, lead: 44, step: 34 };
    size.line = size.card + (look === "small" ? 4 : 6);
    size.across = look === "small" ? Math.max(1, Math.floor((size.column - 6) / 30)) : 1;
    grid.style.width = `${head + size.column * last_column}px`;
    grid.style.setProperty("--head", `${head}px`);
    grid.style.setProperty("--sight", `${width}px`);
    grid.style.setProperty("--card", `${size.card}px`);
    grid.style.setProperty("--across", String(size.across));
    grid.style.setProperty("--summary", `${size.summary}px`);
    draw_header();
    const header_height = header.offsetHeight;
    grid.style.setProperty("--header", `${header_height}px`);
    size.header = header_height;
    path_height = lay_path(view.path && called(view.path));
    places = new Map();
    let top = path_height;
    let index = 3 + (view.path ? view.path.steps.length + 1 : 0);
    groups = view.rows.map((row, g) => {
      const columns = Array.from({ length: last_column + 1 }, () => []);
      for (const card of row.cards) {
        const c = card.p || last_column;
        places.set(card.key, { g, c, i: columns[c].length });
        columns[c].push(called(card));
      }
      const lines = Math.max(0, ...columns.map((one) => Math.ceil(one.length / size.across)));
      const height = Math.max(size.summary + lines * size.line + 10, narrow ? 0 : 132);
      const group = { row, columns, lines, top, height, index, node: null, drawn: new Map() };
      top += height;
      index += 1 + lines;
      return group;
    });
    grid.setAttribute("aria-rowcount", String(index - 1));
    body.style.height = `${top}px`;
    if (!groups.length) body.append(make("p", { class: "cw-none" }, "No student is on this part of the wall."));
    draw();
  };

  const line_of = (i) => Math.floor(i / size.across);

  const draw_group = (group) => {
    const row = group.row;
    const node = make("div", { role: "rowgroup", class: "cw-group", "aria-label": [row.title, row.sub].filter(Boolean).join(", ") }, summary_row(row, group.index));
    node.style.top = `${group.top}px`;
    node.style.height = `${group.height}px`;
    if (row.expected) {
      const frame = make("div", { class: "cw-expected", "aria-hidden": "true" });
      frame.style.left = `${left_of(row.expected)}px`;
      frame.style.width = `${size.column}px`;
      node.append(frame);
    }
    return node;
  };

  // Fill the sight: lines that came into it are made, those that left it are taken away (not the one with the focus).
  const draw = () => {
    const from = scroller.scrollTop - 160;
    const to = scroller.scrollTop + scroller.clientHeight + 160;
    const focused = root.contains(document.activeElement) ? document.activeElement.dataset?.id : null;
    const held = focused ? places.get(focused) : null;
    groups.forEach((group, g) => {
      const inside = group.top < to && group.top + group.height > from;
      if (!inside && held?.g !== g) {
        group.node?.remove();
        group.node = null;
        group.drawn.clear();
        return;
      }
      if (!group.node) body.append((group.node = draw_group(group)));
      const start = group.top + size.summary;
      const first = Math.max(0, Math.floor((from - start) / size.line));
      const end = Math.min(group.lines, Math.ceil((to - start) / size.line));
      for (const [i, node] of group.drawn) {
        if ((i < first || i >= end) && !(held?.g === g && line_of(held.i) === i)) {
          node.remove();
          group.drawn.delete(i);
        }
      }
      for (let i = first; i < end; i += 1) {
        if (group.drawn.has(i)) continue;
        const cells = group.columns.flatMap((column, c) => {
          const cards = column.slice(i * size.across, (i + 1) * size.across);
          return cards.length ? [column_cell("gridcell", c, ...cards.map(card_node))] : [];
        });
        const line = make("div", { role: "row", "aria-rowindex": group.index + 1 + i, class: "cw-cards" }, make("div", { role: "none", class: "cw-gutter" }), ...cells);
        line.style.top = `${size.summary + i * size.line}px`;
        group.drawn.set(i, line);
        group.node.append(line);
      }
    });
    one_tab_stop();
  };

  const node_of = (id) => grid.querySelector(`[data-id="${CSS.escape(id)}"]`);
  const one_tab_stop = () => {
    const now = (active && node_of(active)) || grid.querySelector(".cw-card") || grid.querySelector(".cw-level");
    grid.querySelectorAll('[data-id][tabindex="0"]').forEach((one) => one !== now && one.setAttribute("tabindex", "-1"));
    now?.setAttribute("tabindex", "0");
  };

  // ------------------------------------------------------------------ keyboard
  const focus_on = (id) => {
    active = id;
    const at = places.get(id);
    if (at) {
      const top = groups[at.g].top + size.summary + line_of(at.i) * size.line;
      const above = size.header + size.summary + 6;
      if (top + size.header - scroller.scrollTop < above) scroller.scrollTop = top + size.header - above;
      else if (top + size.header + size.line > scroller.scrollTop + scroller.clientHeight) scroller.scrollTop = top + size.header + size.line - scroller.clientHeight + 8;
      show_column(at.c);
      draw();
    } else if (id.startsWith("L")) show_column(Number(id.slice(1)));
    one_tab_stop();
    node_of(id)?.focus({ preventScroll: true });
  };
  const show_column = (c) => {
    const x = left_of(c);
    if (x - size.head < scroller.scrollLeft) scroller.scrollLeft = x - size.head;
    else if (x + size.column > scroller.scrollLeft + scroller.clientWidth) scroller.scrollLeft = x + size.column - scroller.clientWidth;
  };
  const key_at = (g, c, i) => groups[g]?.columns[c]?.[i]?.key;
  const filled = (g) => groups[g].columns.flatMap((column, c) => (column.length ? [c] : []));
  const nearest = (g, c) => filled(g).sort((a, b) => Math.abs(a - c) - Math.abs(b - c))[0];
  const first_from = (g, step, c, end) => {
    for (let at = g; at >= 0 && at < groups.length; at += step) {
      const column = nearest(at, c);
      if (column !== undefined) return key_at(at, column, end ? groups[at].columns[column].length - 1 : 0);
    }
    return null;
  };
  const moves = {
    ArrowRight: ({ g, c, i }) => {
      if (line_of(i + 1) === line_of(i) && key_at(g, c, i + 1)) return key_at(g, c, i + 1);
      const next = filled(g).find((one) => one > c);
      return next && key_at(g, next, Math.min(line_of(i) * size.across, groups[g].columns[next].length - 1));
    },
    ArrowLeft: ({ g, c, i }) => {
      if (i && line_of(i - 1) === line_of(i)) return key_at(g, c, i - 1);
      const next = filled(g).filter((one) => one < c).pop();
      return next && key_at(g, next, Math.min((line_of(i) + 1) * size.across, groups[g].columns[next].length) - 1);
    },
    ArrowDown: ({ g, c, i }) => {
      const column = groups[g].columns[c];
      if (line_of(i) < line_of(column.length - 1)) return key_at(g, c, Math.min(i + size.across, column.length - 1));
      return first_from(g + 1, 1, c, false);
    },
    ArrowUp: ({ g, c, i }) => (i >= size.across ? key_at(g, c, i - size.across) : first_from(g - 1, -1, c, true) ?? `L${Math.min(c, n_levels)}`),
    Home: ({ g }) => key_at(g, filled(g)[0], 0),
    End: ({ g }) => key_at(g, filled(g).pop(), 0),
    PageDown: ({ g, c }) => first_from(g + 1, 1, c, false),
    PageUp: ({ g, c }) => first_from(g - 1, -1, c, false),
  };
  const head_moves = { ArrowRight: (c) => `L${Math.min(c + 1, n_levels)}`, ArrowLeft: (c) => `L${Math.max(c - 1, 1)}`, Home: () => "L1", End: () => `L${n_levels}`, ArrowDown: (c) => first_from(0, 1, c, false) };
  grid.addEventListener("keydown", (event) => {
    const id = event.target.dataset?.id;
    if (!id || event.altKey || event.metaKey) return;
    const at = places.get(id);
    let next;
    if (event.ctrlKey) {
      if (event.key === "Home") next = first_from(0, 1, 1, false);
      else if (event.key === "End") next = first_from(groups.length - 1, -1, last_column, true);
      else return;
    } else next = at ? moves[event.key]?.(at) : head_moves[event.key]?.(Number(id.slice(1)));
    if (!next && !(event.key in moves)) return;
    event.preventDefault();
    if (next) focus_on(next);
  });
  grid.addEventListener("focusin", (event) => {
    const id = event.target.dataset?.id;
    if (id && id !== active) {
      active = id;
      one_tab_stop();
    }
  });

  // ------------------------------------------------------------------ keeping up with Python
  const show = () => {
    const choice = model.get("choice");
    const now = JSON.stringify([choice.window, choice.strand, choice.school, choice.grade, choice.classroom, choice.by]);
    filters.fill();
    sentence.textContent = model.get("view").sentence;
    if (asked && asked !== now) scroller.scrollTop = 0;
    asked = now;
    const had = grid.contains(document.activeElement) && active;
    lay_out();
    if (following) {
      following = false;
      if (choice.follow) scroller.scrollTop = 0;
      const leave = body.querySelector("[data-leave]");
      if (leave) leave.focus({ preventScroll: true });
      else if (active) focus_on(active);
      draw();
    } else if (had) focus_on(places.has(active) || active.startsWith("L") ? active : first_from(0, 1, 1, false) ?? "L1");
    root.setAttribute("aria-busy", "false");
  };
  let turn = 0;
  const update = async () => {
    const mine = (turn += 1);
    const answer = model.get("view").names ? await ask({ type: "names" }) : {};
    if (mine !== turn) return; // the wall has changed again while the names were on their way
    names = answer.names ?? {};
    show();
  };
  let ticking = false;
  scroller.addEventListener("scroll", () => {
    if (ticking) return;
    ticking = true;
    requestAnimationFrame(() => { ticking = false; draw(); });
  }, { passive: true });
  el.append(root);
  model.on("change:view", update);
  let width = 0;
  const watcher = new ResizeObserver(() => {
    if (scroller.clientWidth !== width) { width = scroller.clientWidth; lay_out(); } else draw();
  });
  show();
  if (model.get("view").names) update();
  watcher.observe(scroller);
  return () => {
    turn += 1;
    watcher.disconnect();
    model.off("change:view", update);
    stop();
    opened.forget();
  };
}

export default { render };
