// The reports' page. It draws what Python answers and asks for what is chosen; every rule is Python's.

const LOOK = 800; // ms between two looks at a run under way

function render({ model, el }) {
  const { ask, stop } = questions(model);
  const own = `cr${Math.random().toString(36).slice(2)}`;
  const chosen = { kind: "", edition: "inside", window: "", ids: new Map(), formats: new Set() };
  let shelf = null;
  let address = "";
  let run = null;
  let timer = 0;
  let gone = false;

  const key_of = (one) => [one.kind, one.id, one.window, one.edition].join("|");
  const reports = (n) => (n === 1 ? "1 report" : `${n} reports`);
  const kind_of = (id) => shelf.kinds.find((one) => one.id === id);

  // ------------------------------------------------------------------ where a report opens
  // JupyterLab says in its own page where its files lie; elsewhere the address is Python's.
  const link_to = (path) => {
    const safe = path.split("/").map(encodeURIComponent).join("/");
    if (address) return address + safe;
    let settings = {};
    try {
      settings = JSON.parse(document.getElementById("jupyter-config-data")?.textContent ?? "{}");
    } catch { /* another kind of page */ }
    const root = String(settings.serverRoot ?? "").replace(/\/+$/, "");
    if (!settings.baseUrl || !root) return null;
    const folder = shelf.folder;
    const tail = root.startsWith("~") ? root.slice(1) : root;
    const at = root.startsWith("~") ? folder.indexOf(tail) : folder.startsWith(tail) ? 0 : -1;
    const below = at < 0 ? null : folder.slice(at + tail.length);
    if (below === null || (below && !below.startsWith("/"))) return null;
    const between = below.split("/").filter(Boolean).map((one) => `${encodeURIComponent(one)}/`).join("");
    return `${settings.baseUrl}files/${between}${safe}`;
  };
  const opening = (path, words, extra = "") => {
    const href = link_to(path);
    if (!href) return make("span", { class: extra }, words, make("small", { class: "cr-where" }, `in the project’s folder: ${path}`));
    return make("a", { href, target: "_blank", rel: "noopener", class: extra }, words, make("span", { class: "cr-unseen" }, " (opens in a new tab)"));
  };

  // ------------------------------------------------------------------ the form
  const form = make("form", { class: "cr-form", onsubmit: (event) => { event.preventDefault(); begin(); } });
  const progress = make("section", { class: "cr-progress", "aria-label": "Progress" });
  const list = make("div", { class: "cr-list" });
  const status = make("p", { class: "cr-status", role: "status" });
  const problem = make("p", { class: "cr-refused", role: "alert", hidden: true });
  const root = make("div", { class: "cr-root", "data-lm-suppress-shortcuts": "true" },
    make("h2", {}, "Make reports"), form, progress, problem, make("h2", {}, "Reports that are here"), list);
  el.append(root);

  const refuse = (words) => {
    problem.hidden = !words;
    problem.textContent = words;
  };

  const radios = (name, title, options, value, act) =>
    make("fieldset", { class: "cr-radios" }, make("legend", {}, title), make("div", {}, ...options.map((one) =>
      make("label", {}, make("input", { type: "radio", name: `${own}-${name}`, value: one.id, checked: one.id === value, onchange: () => act(one.id) }), make("span", {}, one.title)))));

  const state_of = (id) => {
    const found = shelf.made.find((one) => key_of(one) === key_of({ kind: chosen.kind, id, window: chosen.window, edition: chosen.edition }));
    if (!found) return { words: "not made yet", due: true };
    if (found.failed) return { words: "could not be made", due: true };
    if (found.changed) return { words: "scores have changed since", due: true };
    return { words: "up to date", due: false };
  };
  const marked = () => {
    const kind = kind_of(chosen.kind);
    if (kind.things.length === 1) return [kind.things[0].id];
    const ids = chosen.ids.get(chosen.kind) ?? new Set();
    return kind.things.map((one) => one.id).filter((one) => ids.has(one));
  };
  const submit = make("button", { type: "submit", class: "cr-main", "data-at": "make" });
  const count_marked = () => {
    const n = marked().length;
    submit.textContent = n ? `Make ${reports(n)}` : "Make reports";
    submit.disabled = !n || Boolean(run?.running);
  };

  const draw_form = () => {
    const kind = kind_of(chosen.kind);
    const kept = form.contains(document.activeElement) ? document.activeElement.dataset.at ?? `${document.activeElement.name}=${document.activeElement.value}` : "";
    const parts = [radios("kind", "Which reports", shelf.kinds, chosen.kind, (id) => {
      chosen.kind = id;
      if (!kind_of(id).editions.includes(chosen.edition)) chosen.edition = "inside";
      if (!kind_of(id).windows) chosen.window = "";
      draw_form();
    })];
    if (kind.editions.length > 1) {
      parts.push(radios("edition", "For whom", [{ id: "inside", title: "For staff" }, { id: "outside", title: "For anybody: small groups hidden" }], chosen.edition, (id) => { chosen.edition = id; draw_form(); }));
    }
    if (kind.windows && shelf.windows.length) {
      parts.push(radios("window", "Window", [{ id: "", title: "Whole year" }, ...shelf.windows], chosen.window, (id) => { chosen.window = id; draw_form(); }));
    }
    if (kind.things.length > 1) {
      const ids = chosen.ids.get(kind.id) ?? new Set();
      chosen.ids.set(kind.id, ids);
      const boxes = kind.things.map((one) => {
        const state = state_of(one.id);
        const box = make("input", { type: "checkbox", name: `${own}-which`, value: one.id, checked: ids.has(one.id), onchange: () => { box.checked ? ids.add(one.id) : ids.delete(one.id); count_marked(); } });
        return { one, state, box, row: make("label", { class: "cr-which" }, box, make("span", {}, one.title), make("small", { class: state.due ? "cr-due" : "" }, state.words)) };
      });
      const mark = (words, at, wanted) => make("button", { type: "button", class: "cr-small", "data-at": at, onclick: () => {
        boxes.forEach(({ one, state, box }) => { box.checked = wanted(state); box.checked ? ids.add(one.id) : ids.delete(one.id); });
        count_marked();
      } }, words);
      parts.push(make("fieldset", { class: "cr-things" }, make("legend", {}, kind.title),
        make("div", { class: "cr-marks" }, mark("All", "all", () => true), mark("None", "none", () => false), mark("Missing or out of date", "due", (state) => state.due)),
        make("div", { class: "cr-whiches" }, ...boxes.map((one) => one.row))));
    } else if (!kind.things.length) {
      parts.push(make("p", { class: "cr-note" }, "There is nothing of this kind in the project yet."));
    } else {
      parts.push(make("p", { class: "cr-note" }, `${kind.things[0].title}: ${state_of(kind.things[0].id).words}.`));
    }
    if (kind.private) parts.push(make("p", { class: "cr-note" }, "Private: hand each page to that rater alone. It is on no list for others."));
    parts.push(make("fieldset", { class: "cr-formats" }, make("legend", {}, "Besides the web page"), ...shelf.formats.map((one) => {
      const box = make("input", { type: "checkbox", name: `${own}-format`, value: one.id, checked: chosen.formats.has(one.id), onchange: () => (box.checked ? chosen.formats.add(one.id) : chosen.formats.delete(one.id)) });
      return make("label", {}, box, make("span", {}, one.title));
    })));
    parts.push(submit);
    form.replaceChildren(...parts);
    count_marked();
    if (kept) [...form.querySelectorAll("input, button")].find((one) => (one.dataset.at ?? `${one.name}=${one.value}`) === kept)?.focus();
  };

  // ------------------------------------------------------------------ the run
  const bar = make("progress", { "aria-label": "Reports made" });
  const halt = make("button", { type: "button", class: "cr-small", onclick: async () => run.stopping || take(await ask({ ask: "stop" })) }, "Stop after this report");
  const failures = make("ul", { class: "cr-failures" });
  const dismissed = () => !run || (!run.running && !run.all);

  const draw_run = () => {
    progress.classList.toggle("cr-empty", dismissed());
    if (dismissed()) return;
    const had_focus = document.activeElement === halt;
    bar.max = run.all;
    bar.value = run.done;
    bar.hidden = halt.hidden = !run.running;
    halt.setAttribute("aria-disabled", String(run.stopping)); // it keeps the focus
    const good = run.done - run.failed.length;
    status.textContent = run.running
      ? run.stopping ? `Stopping after ${run.now}: ${run.done} of ${run.all} made.` : `Making ${Math.min(run.done + 1, run.all)} of ${run.all}: ${run.now || "getting ready"}.`
      : run.stopped ? `Stopped: ${run.done} of ${reports(run.all)} made${run.failed.length ? `, ${run.failed.length} of them not` : ""}.`
      : run.failed.length ? `Done: ${reports(good)} made, ${run.failed.length} could not be made.` : `Done: ${reports(good)} made.`;
    failures.replaceChildren(...run.failed.map((one) => make("li", {}, make("b", {}, one.title), ` could not be made: ${one.words}`)));
    if (run.problem) failures.append(make("li", {}, run.problem));
    count_marked();
    if (had_focus && halt.hidden) submit.focus();
  };

  const take = (answer) => {
    if (gone) return;
    if (answer.type === "refused") refuse(answer.words);
    else {
      const was = run?.running;
      refuse("");
      run = answer.run;
      draw_run();
      if (was && !run.running) load();
    }
    if (run?.running) {
      clearTimeout(timer);
      timer = setTimeout(async () => take(await ask({ ask: "how-far" })), LOOK);
    }
  };

  const begin = async () => {
    if (run?.running || submit.disabled) return;
    submit.disabled = true; // a second click finds it so; Python would refuse it too
    take(await ask({ ask: "run", kind: chosen.kind, ids: marked(), edition: chosen.edition, window: chosen.window, formats: [...chosen.formats] }));
    count_marked();
  };

  // ------------------------------------------------------------------ the list
  const when = (text) => new Date(text).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  const title_of = (one) => {
    const kind = kind_of(one.kind);
    const thing = kind.things.find((other) => other.id === one.id);
    return thing && (one.failed || kind.private) ? thing.title : one.title;
  };
  const entry = (one) => make("li", { class: one.failed ? "cr-entry cr-bad" : "cr-entry" },
    make("div", { class: "cr-head" }, opening(one.page, title_of(one), "cr-title"),
      one.window_title ? make("span", { class: "cr-chip" }, one.window_title) : "",
      one.edition === "outside" ? make("span", { class: "cr-chip" }, "for anybody") : "",
      one.changed && !one.failed ? make("span", { class: "cr-chip cr-due" }, "scores have changed since") : "",
      ""),
    one.headline ? make("p", {}, one.headline) : "",
    make("p", { class: "cr-made" }, `${one.failed ? "Tried" : "Made"} ${when(one.made)}`, ...one.others.flatMap((other) => [" · ", opening(other.page, other.title)])));

  const draw_list = () => {
    const groups = shelf.kinds.map((kind) => [kind, shelf.made.filter((one) => one.kind === kind.id)]).filter(([, made]) => made.length);
    const overview = Object.entries(shelf.index).map(([edition, path]) => opening(path, edition === "inside" ? "All reports for staff on one page" : "All reports for anybody on one page"));
    list.replaceChildren(
      ...(groups.length ? [] : [make("p", { class: "cr-note" }, "No report has been made yet. Choose some above.")]),
      overview.length ? make("p", { class: "cr-overview" }, ...overview.flatMap((one, at) => (at ? [" · ", one] : [one]))) : "",
      ...groups.map(([kind, made]) => make("section", {}, make("h3", {}, kind.title), make("ul", {}, ...made.map(entry)))),
      groups.length ? make("p", { class: "cr-sentence" }, told()) : "");
  };
  const told = () => {
    const n = shelf.made.length;
    const old = shelf.made.filter((one) => one.changed && !one.failed).length;
    const bad = shelf.made.filter((one) => one.failed).length;
    const here = n === 1 ? "1 report is here" : `${n} reports are here`;
    const rest = [old ? `${old} ${old === 1 ? "was" : "were"} made before the scores last changed` : "", bad ? `${bad} could not be made` : ""].filter(Boolean);
    return `${here}; ${rest.length ? rest.join(", and ") : "all are up to date"}.`;
  };

  const load = async () => {
    const answer = await ask({ ask: "contents" });
    if (gone) return;
    if (answer.type === "refused") {
      refuse(answer.words);
      return;
    }
    shelf = answer.shelf;
    address = answer.address;
    if (!chosen.kind) chosen.kind = shelf.kinds[0].id;
    run = answer.run;
    draw_form();
    draw_run();
    draw_list();
    root.setAttribute("aria-busy", "false");
    if (run.running) take({ type: "run", run });
  };

  progress.append(status, make("div", { class: "cr-bar" }, bar, halt), failures);
  progress.classList.add("cr-empty"); // the status stays in the page, so that it is heard when it speaks
  bar.hidden = halt.hidden = true;
  root.setAttribute("aria-busy", "true");
  load();
  return () => {
    gone = true;
    clearTimeout(timer);
    stop();
    root.remove();
  };
}

export default { render };
