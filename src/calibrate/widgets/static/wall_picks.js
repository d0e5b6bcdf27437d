// What a wall shows: window, strand, school, grade and room to choose from, how large the cards are, names on or off.

// `choose` hands a choice to Python, `looked` hears how large the cards are to be, `fill_screen` is pressed for the whole screen.
function wall_picks({ model, setup, choose, looked, fill_screen }) {
  const picks = {};
  const pick = (key, title, options, all) => {
    const select = make("select", { "data-pick": key });
    picks[key] = { select, options, all };
    select.addEventListener("change", () => choose(key === "school" ? { school: select.value, classroom: "" } : { [key]: select.value }));
    return make("label", {}, make("span", {}, title), select);
  };
  const toggle = (text, pressed, act) => make("button", { type: "button", class: "cw-toggle", "aria-pressed": String(pressed), onclick: act }, text);
  const names_button = toggle("Show names", false, () => choose({ names: !model.get("choice").names }));
  const looks = make("select", {}, make("option", { value: "small" }, "small"), make("option", { value: "names", selected: true }, "with genre"), make("option", { value: "full" }, "with support and next step"));
  looks.addEventListener("change", () => looked(looks.value));
  const full_button = make("button", { type: "button", class: "cw-toggle", onclick: fill_screen }, "Fill the screen");
  const node = make("div", { class: "cw-filters", role: "group", "aria-label": "What the wall shows" },
    pick("window", "Window", () => setup.windows),
    pick("strand", "Criterion strand", () => setup.strands),
    setup.schools.length > 1 ? pick("school", "School", () => setup.schools, "All schools") : "",
    pick("grade", "Grade", () => setup.grades, "All grades"),
    pick("classroom", "Classroom", () => {
      const school = model.get("choice").school;
      const named = setup.schools.length > 1 && !school;
      return setup.classrooms.filter((one) => !school || one.school === school).map((one) => ({
        id: one.id, title: named ? `${one.title}, ${setup.schools.find((s) => s.id === one.school)?.title}` : one.title }));
    }, "All classrooms"),
    pick("by", "Together by", () => setup.groups),
    make("label", {}, make("span", {}, "Cards"), looks),
    make("div", { class: "cw-buttons" }, setup.names ? names_button : "", document.fullscreenEnabled ? full_button : ""));
  const fill = () => {
    const choice = model.get("choice");
    for (const [key, { select, options, all }] of Object.entries(picks)) {
      const list = [...(all ? [{ id: "", title: all }] : []), ...options()];
      select.replaceChildren(...list.map((one) => make("option", { value: one.id }, one.title)));
      select.value = choice[key];
    }
    names_button.setAttribute("aria-pressed", String(choice.names));
  };
  return { node, fill };
}
