// The cross-school page. It draws what Python sends and reports what is chosen; every rule is Python's.

function render({ model, el }) {
  const setup = model.get("setup");
  const root = make("div", { class: "cs-root", "data-lm-suppress-shortcuts": "true" });
  el.append(root);
  if (setup.refused) {
    root.append(make("p", { class: "cs-refused", role: "alert" }, setup.refused));
    return () => root.remove();
  }
  const own = `cs${Math.random().toString(36).slice(2)}`; // two views of one widget share no radio group
  const hatch = `${own}-hatch`;
  let focus = "";

  const choose = (patch) => {
    const now = model.get("choice");
    if (Object.entries(patch).every(([key, value]) => now[key] === value)) return;
    root.setAttribute("aria-busy", "true");
    model.set("choice", { ...now, ...patch });
    model.save_changes();
  };

  // ------------------------------------------------------------------ what to choose from
  const radios = (key, title, options) =>
    make("fieldset", { class: "cs-radios" }, make("legend", {}, title),
      make("div", {}, ...options.map((one) =>
        make("label", {},
          make("input", { type: "radio", name: `${own}-${key}`, value: one.id, onchange: () => choose({ [key]: one.id }) }),
          make("span", {}, one.title)))));
  const select = (key, title) => {
    const box = make("select", { "data-pick": key });
    box.addEventListener("change", () => choose(key === "school" ? { school: box.value, beside: "" } : { beside: box.value }));
    return [make("label", { class: "cs-select" }, make("span", {}, title), box), box];
  };
  const [school_label, school_box] = select("school", "School");
  const [beside_label, beside_box] = select("beside", "beside");
  const everything = make("button", { type: "button", class: "cs-button", onclick: () => { focus = "school"; choose({ school: "", beside: "" }); } }, "Show all schools");
  const schools_row = make("div", { class: "cs-schools", role: "group", "aria-label": "Schools to look at" }, school_label, beside_label, everything);
  const controls = make("div", { class: "cs-controls" },
    radios("criterion", "Criterion", setup.criteria), radios("window", "Window", setup.windows), schools_row);

  const fill_controls = () => {
    const choice = model.get("choice");
    const { schools, alone } = model.get("view");
    for (const key of ["criterion", "window"]) {
      for (const input of controls.querySelectorAll(`input[name='${own}-${key}']`)) input.checked = input.value === choice[key];
    }
    const fill = (box, first, list, value) => {
      box.replaceChildren(...[{ id: "", title: first }, ...list].map((one) => make("option", { value: one.id }, one.title)));
      box.value = value;
    };
    fill(school_box, "All schools", schools, choice.school);
    fill(beside_box, "All others", schools.filter((one) => one.id !== choice.school), choice.beside);
    beside_box.disabled = !choice.school;
    everything.hidden = !choice.school;
    schools_row.hidden = Boolean(alone);
  };

  // ------------------------------------------------------------------ what is shown
  const answer = make("p", { class: "cs-answer" });
  const about = make("p", { class: "cs-note" });
  const status = make("p", { class: "cs-unseen", role: "status" });
  const body = make("div", { class: "cs-body" });
  const sentence = (words) => (words ? make("p", { class: "cs-sentence" }, words) : "");
  const section = (title, lead, ...inside) =>
    make("section", {}, make("h3", {}, title), lead ? make("p", { class: "cs-lead" }, lead) : "", ...inside);

  const school_map = (found) => (found.rows.length
    ? section("The map of schools", "Read along a row: the points that this school’s readers give more (+) or fewer (−) than those of the school above, to the very same work.",
      map_table(found), map_legend(found), sentence(found.sentence),
      make("h4", {}, "School by school"), make("ul", { class: "cs-plain" }, ...found.schools.map((words) => make("li", {}, words))))
    : "");

  const links = (found) => {
    const choice = model.get("choice");
    const title_of = new Map(found.rows.map((one) => [one.id, one.title]));
    const button = (row, cell) => {
      const on = [row.id, cell.id].includes(choice.school) && [row.id, cell.id].includes(choice.beside);
      const name = `${title_of.get(cell.id)} and ${row.title}`;
      const node = make("button", { type: "button", class: cell.n ? "cs-cell" : "cs-cell cs-none", "aria-pressed": String(on), "data-focus": `${cell.id}+${row.id}`,
        onclick: () => { focus = `${cell.id}+${row.id}`; choose(on ? { school: "", beside: "" } : { school: cell.id, beside: row.id }); } },
        make("span", { "aria-hidden": "true" }, cell.n ? String(cell.n) : "none"),
        hidden_words(`${name}: ${cell.n === 0 ? "no shared piece" : cell.n === 1 ? "1 shared piece" : `${cell.n} shared pieces`}`));
      if (cell.n) node.style.setProperty("--full", `${Math.round((100 * cell.n) / found.most)}%`);
      return node;
    };
    const table = make("table", { class: "cs-links" }, make("caption", { class: "cs-unseen" }, "Pieces that readers of both schools scored"),
      make("thead", {}, make("tr", {}, make("td", {}), ...found.rows.slice(0, -1).map((one) => make("th", { scope: "col" }, one.title)))),
      make("tbody", {}, ...found.rows.slice(1).map((row) =>
        make("tr", {}, make("th", { scope: "row" }, row.title), ...found.rows.slice(0, -1).map((_, at) => make("td", {}, row.cells[at] ? button(row, row.cells[at]) : ""))))));
    return section("Who shares pieces with whom?", "Pieces that readers of both schools scored blind. Choose a number to look at that pair.",
      make("div", { class: "cs-scroll", tabindex: "0", role: "region", "aria-label": "Shared pieces of every pair of schools" }, table), sentence(found.sentence));
  };

  const agreement = (found) => {
    const rows = found.rows.map((row) => [
      { name: "title", head: true, words: row.who, extra: row.overall ? "cs-overall" : "" },
      { name: "chart", words: share_picture(row) },
      { name: "value", words: [make("b", {}, row.shown), make("span", { class: "cs-wide-only" })] },
      { name: "range", words: row.range },
      { name: "near", words: [make("span", { class: "cs-label" }, "at most one level apart "), row.near] },
      { name: "pieces", words: [row.pieces.toString(), make("span", { class: "cs-label" }, row.pieces === 1 ? " piece" : " pieces")] },
    ]);
    const of = (kind) => rows.filter((_, at) => found.rows[at].kind === kind);
    const groups = [{ title: "Two readers of one school", rows: of("within") }, { title: "One reader of each of two schools", rows: of("between") }].filter((one) => one.rows.length);
    const foot = make("tr", {}, make("td", { class: "cs-title" }), make("td", { class: "cs-chart" }, share_axis()));
    const table = rows.length ? table_of({ caption: "Agreement within and between schools", kind: "cs-agreement", groups, foot, heads: [
      { name: "title", words: "Two readers of" }, { name: "chart", words: "Same score" }, { name: "value", words: hidden_words("Share of same scores") },
      { name: "range", words: "95% interval" }, { name: "near", words: "At most one level apart" }, { name: "pieces", words: "Pieces" } ] }) : "";
    return section("Do readers agree, inside a school and across schools?", "Two independent readings of the same piece, before anybody talked.", table, sentence(found.sentence));
  };

  const difference_rows = (rows, scale) => rows.map((row) => [
    { name: "title", head: true, words: row.other ? [row.title, make("small", {}, `beside ${row.other}`)] : row.title },
    { name: "chart", words: [difference_picture(row, scale, row.margin, hatch), row.note ? make("span", { class: "cs-inside", "aria-hidden": "true" }, row.note) : ""] },
    { name: "value", words: make("b", {}, row.shown) },
    { name: "range", words: [row.range, row.value === null ? "" : make("small", {}, `90%: ${row.near}`)] },
    { name: "pieces", words: [String(row.pieces), make("span", { class: "cs-label" }, row.pieces === 1 ? " shared piece" : " shared pieces")] },
    { name: "readers", words: [make("span", { class: "cs-label" }, "readers: "), row.readers, row.few ? make("small", {}, "few readers") : ""] },
    { name: "verdict", words: make("span", { class: `cs-chip cs-chip-${row.verdict.split(" ")[0]}` }, row.said) },
  ]);
  const difference_heads = [
    { name: "chart", words: "Points given to the same work" }, { name: "value", words: "Difference" },
    { name: "range", words: "95% interval" }, { name: "pieces", words: "Shared pieces" }, { name: "readers", words: "Readers" }, { name: "verdict", words: "Verdict" } ];
  const difference_table = (caption, groups, scale, of = "School") => table_of({ caption, kind: "cs-differences", heads: [{ name: "title", words: of }, ...difference_heads],
    groups: groups.filter((one) => one.rows.length).map((one) => ({ ...one, rows: difference_rows(one.rows, scale) })),
    foot: make("tr", {}, make("td", { class: "cs-title" }), make("td", { class: "cs-chart" }, difference_axis(scale))) });

  const legend = () => make("ul", { class: "cs-legend", "aria-label": "How to read the marks" },
    ...[["cs-key cs-key-apart", "different"], ["cs-key cs-key-alike", "the same"], ["cs-key cs-key-unsure", "cannot tell"], ["cs-key cs-key-margin", "too small to matter"]].map(([kind, words]) =>
      make("li", {}, make("span", { class: kind, "aria-hidden": "true" }), words)),
    make("li", {}, make("span", { class: "cs-key cs-key-line", "aria-hidden": "true" }), "where the truth plausibly lies: line 95%, thick part 90%"));

  const differences = (found) => {
    const lead = found.rows.slice(0, found.n_lead);
    const pairs = found.rows.slice(found.n_lead);
    const groups = [{ title: "Each school beside all others", rows: lead }, { title: "Pairs of schools", rows: pairs }];
    const shown = found.rows.length ? [legend(), difference_table("Points that the first school’s readers give, minus what the others give, to the very same pieces", groups, found.scale)] : [];
    return section("Is a 3 here a 3 there?", "Points that the first school’s readers give, minus what the others give, to the very same pieces.",
      ...shown, sentence(found.sentence), found.rule ? make("p", { class: "cs-note" }, found.rule) : "", found.few ? make("p", { class: "cs-note" }, found.few) : "");
  };

  const by_criterion = (found) => (found
    ? section(found.title, "", difference_table(found.title, [{ rows: found.rows }], found.scale, "Criterion"), sentence(found.sentence))
    : "");

  const silence = (found) => section("What cannot be said, and what would settle it", "",
    found.items.length ? make("ul", { class: "cs-silence" }, ...found.items.map((one) => make("li", {}, make("p", {}, one.words), make("p", { class: "cs-next" }, make("b", {}, "What would settle it: "), one.next)))) : "",
    sentence(found.sentence));

  const tasks = (found) => section("How demanding were the tasks?", "Pieces by the depth of knowledge that their task asks for.",
    found.rows.length ? make("div", { class: "cs-scroll", tabindex: "0", role: "region", "aria-label": "Pieces by depth of knowledge" },
      make("table", { class: "cs-tasks" }, make("caption", { class: "cs-unseen" }, "Pieces by depth of knowledge"),
        make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "School"), ...found.columns.map((one) => make("th", { scope: "col" }, one)))),
        make("tbody", {}, ...found.rows.map((row) => make("tr", {}, make("th", { scope: "row" }, row.title),
          ...row.counts.map((n) => {
            const cell = make("td", {}, make("span", {}, String(n)));
            cell.style.setProperty("--full", `${Math.round((100 * n) / (row.all || 1))}%`);
            return cell;
          })))))) : "",
    sentence(found.sentence));

  const show = () => {
    const view = model.get("view");
    fill_controls();
    answer.textContent = view.answer;
    about.textContent = [view.about, setup.rubric ? `Rubric: ${setup.rubric}.` : "", setup.left_out].filter(Boolean).join(" ");
    const shown = view.alone
      ? [make("p", { class: "cs-sentence" }, view.alone), agreement(view.agreement), tasks(view.tasks)]
      : [school_map(view.map), links(view.links), agreement(view.agreement), differences(view.differences), by_criterion(view.by_criterion), silence(view.silence), tasks(view.tasks)];
    body.replaceChildren(...shown.filter(Boolean));
    root.setAttribute("aria-busy", "false");
    if (focus) (focus === "school" ? school_box : body.querySelector(`[data-focus="${CSS.escape(focus)}"]`))?.focus();
    focus = "";
  };
  const changed = () => {
    show();
    status.textContent = model.get("view").differences.sentence;
  };

  const pattern = draw("svg", { width: 0, height: 0, "aria-hidden": "true", class: "cs-defs" },
    draw("defs", {}, draw("pattern", { id: hatch, width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
      draw("rect", { width: 7, height: 7, fill: "#fff" }), draw("line", { x1: 0, y1: 0, x2: 0, y2: 7, stroke: "#98a3af", "stroke-width": 2 }))));
  root.append(pattern, make("h2", {}, "The answer so far"), answer, about, controls, status, body);
  const watch = new ResizeObserver(([entry]) => root.classList.toggle("cs-narrow", entry.contentRect.width < 720));
  watch.observe(root);
  root.classList.toggle("cs-narrow", root.clientWidth < 720);
  show();
  model.on("change:view", changed);
  return () => {
    watch.disconnect();
    model.off("change:view", changed);
    root.remove();
  };
}

export default { render };
