"""Every picture holds its labels and marks, says itself in words, stays small, and names nobody."""

import html
import io
import re
import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import calibrate.figures as draw
from calibrate.analysis.agenda import agenda
from calibrate.analysis.agreement import agreement
from calibrate.analysis.comparability import compare
from calibrate.analysis.count_tables import level_spec
from calibrate.analysis.growth import growth, placement_error
from calibrate.analysis.links import link_map
from calibrate.analysis.movement import movement
from calibrate.analysis.pair_matrix import pair_matrix
from calibrate.analysis.readings import independent_blind
from calibrate.analysis.record_summary import child_levels, summarize
from calibrate.analysis.severity import severity
from calibrate.analysis.suppression import suppress
from calibrate.analysis.wall import build_wall, wall_cards
from calibrate.analysis.wall_groups import grouped
from calibrate.model.continuum import AcademicLevel, Continuum
from calibrate.model.rubric import Criterion, Rubric
from tests.analysis.districts import CRITERIA, LEVELS, SCALE, SCALES, district, panel
from tests.figures.schools import continuum, school

LABELS = dict(
    zip(CRITERIA, ("Focus", "Organization", "Development", "Style", "Conventions"), strict=True)
) | {
    "lincoln": "Lincoln",
    "roosevelt": "Roosevelt",
    "riverbend": "Riverbend",
    "stone-mill": "Stone Mill",
    "fall": "Fall",
    "spring": "Spring",
}
RUBRIC = Rubric("w", 1, "Writing", tuple(Criterion(c, LABELS[c], SCALE) for c in CRITERIA))
RATERS = {f"zebra{i}": ("lincoln", 0.5 * (i == 0)) for i in range(6)}


@pytest.fixture(scope="module")
def scores():
    return panel(np.random.default_rng(4), RATERS, 6)


@pytest.fixture(scope="module")
def records():
    return school()


@pytest.fixture(scope="module")
def cards(records):
    return wall_cards(records[0], continuum(), RUBRIC, roll=records[1])


def words(picture):
    return [
        text.get_text().replace("\n", " ")
        for text in picture.figure.findobj(lambda one: hasattr(one, "get_text"))
    ]


def rows_of(picture):
    return [one.get_text().replace("\n", " ") for one in picture.figure.axes[0].get_yticklabels()]


def check(picture):
    png = picture.png()
    assert len(png) <= 60_000
    with Image.open(io.BytesIO(png)) as image:
        assert image.mode == "P"
        assert image.width == pytest.approx(picture.figure.get_size_inches()[0] * 160, abs=1)
    assert len(picture.alt) > 40
    assert picture.sentence.endswith(".")
    assert "zebra" not in picture.alt + picture.sentence + " ".join(words(picture))
    return picture


def test_agreement_shows_every_criterion_with_dot_interval_and_number(scores):
    result = agreement(independent_blind(scores, SCALES).table, SCALES, labels=LABELS)
    picture = check(draw.agreement_figure(result, LABELS))
    assert rows_of(picture) == [*(LABELS[c] for c in CRITERIA), "All together"]
    dots = [line for line in picture.figure.axes[0].lines if line.get_marker() == "o"]
    assert [line.get_xdata()[0] for line in dots] == [
        one.coefficient("exact_agreement").value for one in (*result.criteria, result.total)
    ]
    assert "likely between" in picture.alt


def test_agreement_of_one_rater_says_cannot_tell_instead_of_drawing_zero():
    lone = panel(np.random.default_rng(1), {"zebra": ("a", 0)}, 2)
    picture = check(draw.agreement_figure(agreement(lone, SCALES, labels=LABELS), LABELS))
    assert "cannot tell" in picture.alt
    assert not [line for line in picture.figure.axes[0].lines if line.get_marker() == "o"]


def test_the_panel_has_a_field_for_each_coefficient_and_a_row_for_each_criterion(scores):
    result = agreement(independent_blind(scores, SCALES).table, SCALES, labels=LABELS)
    picture = check(draw.panel_figure(result, LABELS))
    fields = [one for one in picture.figure.axes if one.get_visible()]
    parts = (*result.criteria, result.total)
    assert len(fields) == len(result.total.coefficients) == 6
    for at, field in enumerate(fields):
        dots = [line.get_xdata()[0] for line in field.lines if line.get_marker() == "o"]
        known = [one.coefficients[at].value for one in parts if one.coefficients[at].is_defined]
        assert dots == pytest.approx([max(value, 0.0) for value in known])
    assert "Gwet's AC2 (quadratic)" in picture.alt


def test_a_panel_that_cannot_be_told_says_so():
    lone = panel(np.random.default_rng(1), {"zebra": ("a", 0)}, 2)
    picture = check(draw.panel_figure(agreement(lone, SCALES, labels=LABELS), LABELS))
    assert "cannot be told" in picture.alt
    assert not [
        line for one in picture.figure.axes for line in one.lines if line.get_marker() == "o"
    ]


def test_pairs_who_read_alike_lie_side_by_side_and_pairs_without_work_are_hatched():
    rng = np.random.default_rng(3)
    truth = rng.integers(1, 5, 30)
    rows = []
    for p, score in enumerate(truth):
        given = {"a": score, "c": 5 - score, "b": score, "d": 5 - score}
        rows += [(f"P{p}", r, "ORG", float(v)) for r, v in given.items()]
    rows.append(("P99", "e", "ORG", 2.0))
    found = pair_matrix(
        pd.DataFrame(rows, columns=["piece", "rater", "criterion", "score"]), {"ORG": (1, 2, 3, 4)}
    )
    place = {one: i for i, one in enumerate(found.raters)}
    assert abs(place["a"] - place["b"]) == abs(place["c"] - place["d"]) == 1
    assert (found.exact[place["a"], place["b"]], found.n[place["a"], place["e"]]) == (1.0, 0)
    picture = check(draw.pairs_figure(found))
    hatched = [one for one in picture.figure.axes[0].patches if one.get_hatch()]
    assert len(hatched) == 8
    assert "b and a: 100% of 30 scores." in picture.alt or "a and b: 100%" in picture.alt
    assert "6 of 10 pairs of raters" in picture.sentence


def test_a_pieces_spread_has_one_dot_a_judgement_and_a_frame_round_the_consensus(scores):
    item = agenda(scores, SCALES, labels=LABELS).items[0]
    picture = check(draw.spread_figure(item, RUBRIC, consensus={"FOC": "3"}))
    axes = picture.figure.axes[0]
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    assert len(dots) == len(RATERS) * len(CRITERIA)
    frames = [patch for patch in axes.patches if patch.get_gid() == "consensus FOC"]
    assert len(frames) == 1
    assert frames[0].get_x() < 3 < frames[0].get_x() + frames[0].get_width()
    assert [one.get_text() for one in axes.get_xticklabels()] == list(LEVELS)
    assert "agreed: Proficient" in picture.alt


def test_codes_have_a_column_of_their_own():
    rows = [
        ("P", f"r{i}", "FOC", s, c)
        for i, (s, c) in enumerate([(2, None), (3, None), (np.nan, "OT")])
    ]
    table = pd.DataFrame(rows, columns=["piece", "rater", "criterion", "score", "code"])
    picture = check(draw.spread_figure(agenda(table, {"FOC": SCALE}).items[0], RUBRIC))
    assert picture.figure.axes[0].get_xticklabels()[-1].get_text() == "code"
    assert "1 × code OT" in picture.alt


def test_movement_shows_before_and_after(scores):
    after = scores.assign(
        round="after_discussion",
        score=scores.groupby(["piece", "criterion"])["score"].transform("median").round(),
    )
    moved = movement(pd.concat([scores, after]), SCALES, labels=LABELS)
    picture = check(draw.movement_figure(moved, LABELS))
    assert f"{moved.total.n_moved} of {moved.total.n_judgements}" in words(picture)
    assert "before and" in picture.alt


def test_school_differences_hatch_what_cannot_be_told():
    found = compare(district(1, lenient=0.45, n_pieces=14), SCALES, labels=LABELS)
    picture = check(draw.differences_figure(found, LABELS))
    axes = picture.figure.axes[0]
    assert len(rows_of(picture)) == 4 + 6
    unsure = sum(
        one.verdict == "cannot tell" for one in (*found.against_rest(), *found.between_pairs())
    )
    assert unsure > 0
    assert sum(bool(patch.get_hatch()) for patch in axes.patches) == unsure
    assert "no shared piece" in words(picture)
    assert [patch.get_gid() for patch in axes.patches].count("margin") == 1
    assert "Lincoln and Stone Mill: cannot tell, no shared piece" in picture.alt


def test_a_raters_page_has_a_row_for_every_criterion(scores):
    found = severity(scores, SCALES, labels=LABELS, raters=["zebra0"])
    picture = check(draw.rater_figure(found.rows, LABELS))
    assert rows_of(picture) == [*(LABELS[c] for c in CRITERIA), "All together"]
    assert picture.alt.startswith("Your scores")


def test_links_show_the_number_and_mark_none():
    links = link_map(independent_blind(district(1), SCALES).table, labels=LABELS)
    picture = check(draw.links_figure(links, LABELS))
    assert {"30", "15", "none"} <= set(words(picture))


def test_distributions_stand_in_school_order_and_fill_their_bars(records):
    data, roll = records
    children = child_levels(data, SCALES, roll)
    found = summarize(children[children["window"] == "fall"], SCALE, by=["grade"], labels=LABELS)
    picture = check(draw.distribution_figure(found, LABELS))
    assert rows_of(picture) == [
        "Kindergarten",
        "Grade 1",
        "Grade 2",
        "Grade 3",
        "Grade 4",
        "Grade 5",
    ]
    widths = {}
    for patch in picture.figure.axes[0].patches:
        widths[round(patch.get_y(), 3)] = widths.get(round(patch.get_y(), 3), 0) + patch.get_width()
    assert list(widths.values()) == pytest.approx([1.0] * 6)
    assert "2 without a level" in picture.alt


def test_the_outside_bars_hatch_what_is_hidden_and_tell_no_hidden_number(records):
    data, roll = records
    children = child_levels(data, SCALES, roll)
    spec = level_spec(
        "t", "Levels by grade", "overall", SCALE, rows=["grade"], where=[("window", "fall")]
    )
    table = suppress(children, [spec]).table("t")
    picture = check(draw.released_figure(table, LABELS))
    hatched = [patch for patch in picture.figure.axes[0].patches if patch.get_hatch()]
    assert len(hatched) == sum(
        any(table.count(key, level) is None for level in table.level_columns)
        for key in table.row_keys
    )
    assert hatched
    assert "not shown" in picture.alt


def test_growth_hatches_cannot_tell(cards):
    nobody = pd.DataFrame({"piece": [], "rater": [], "criterion": [], "score": [], "grade": []})
    error = placement_error(nobody, SCALES, continuum(), RUBRIC, "all")
    picture = check(
        draw.growth_figure(
            growth(cards, error, from_window="fall", to_window="spring", labels=LABELS), LABELS
        )
    )
    assert any(patch.get_hatch() for patch in picture.figure.axes[0].patches)
    assert "cannot tell" in picture.alt


def test_the_wall_has_a_mark_for_every_child_and_says_its_counts(cards):
    wall = build_wall(cards, continuum(), strand="all", window="fall", labels=LABELS)
    (picture,) = draw.wall_figure(wall, LABELS)
    check(picture)
    marks = {}
    for line in picture.figure.axes[0].lines:
        if line.get_gid() in ("above", "below", "without"):
            marks[line.get_gid()] = marks.get(line.get_gid(), 0) + len(line.get_xdata())
    assert sum(marks.values()) == 12 * 22
    assert marks["without"] == 12
    assert marks["above"] == wall.total.n_at_or_above
    assert len(rows_of(picture)) == 12
    assert "Kindergarten, room 0" in picture.alt


def test_the_still_picture_of_the_wall_is_svg_with_words_and_the_walls_counts(cards):
    wall = build_wall(cards, continuum(), strand="all", window="fall", labels=LABELS)
    for shown in (wall, grouped(wall, "grade"), grouped(wall, "growth", {"s0-0": "grew"})):
        (picture,) = draw.wall_figure(shown, LABELS)
        text = picture.svg()
        tree = ElementTree.fromstring(text)
        marks = {
            kind: sum(
                len(part.findall(".//{http://www.w3.org/2000/svg}use"))
                for part in tree.iter("{http://www.w3.org/2000/svg}g")
                if kind in (part.get("class"), part.get("id"))
            )
            for kind in ("above", "below", "without")
        }
        assert marks["above"] == wall.total.n_at_or_above
        assert marks["above"] + marks["below"] == wall.total.n_placed
        assert marks["without"] == wall.total.n_children - wall.total.n_placed
        words = ["".join(one.itertext()) for one in tree.iter("{http://www.w3.org/2000/svg}text")]
        assert str(wall.total.n_children) in words
        assert tree.get("role") == "img"
        assert picture.alt in "".join(tree.itertext())
        ids = re.findall(r' id="([^"]*)"', text)
        assert len(ids) == len(set(ids))
        assert picture.svg() == text


def test_a_picture_in_a_notebook_has_its_alt_text_and_its_sentence(cards):
    wall = build_wall(cards, continuum(), strand="all", window="fall", labels=LABELS)
    (picture,) = draw.wall_figure(wall, LABELS)
    shown = picture._repr_html_()
    assert "data:image/svg+xml;base64," in shown
    assert f'alt="{html.escape(picture.alt)}"' in shown
    assert html.escape(picture.sentence) in shown


def test_a_large_wall_goes_on_several_pages_with_whole_grades():
    data, roll = school(rooms=40, size=3, windows=("fall",))
    cards = wall_cards(data, continuum(), RUBRIC, roll=roll)
    pages = draw.wall_figure(build_wall(cards, continuum(), strand="all", window="fall"), LABELS)
    assert len(pages) == 5  # grades of 7, 7, 7, 7 + 6 and 6 rooms
    grades = [
        {name.rsplit(", room", 1)[0].rsplit(" room", 1)[0] for name in rows_of(one)}
        for one in pages
    ]
    assert sum(len(one) for one in grades) == 6
    assert all(len(rows_of(one)) <= 13 for one in pages)
    assert "Page 1 of 5" in pages[0].alt
    assert sum(len(rows_of(one)) for one in pages) == 40


def test_pictures_leave_no_figure_behind_in_pyplot(scores):
    import matplotlib.pyplot as plt

    before = plt.get_fignums()
    draw.spread_figure(agenda(scores, SCALES).items[0], RUBRIC).png()
    assert plt.get_fignums() == before


def test_the_command_line_loads_no_picture():
    code = "import sys, calibrate.cli; assert not {'calibrate.figures', 'matplotlib', 'seaborn'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_room_that_names_its_grade_is_not_told_twice_and_long_level_names_stand_upright(records):
    long_names = continuum()
    levels = tuple(
        AcademicLevel(one.id, f"a long name {one.position}", one.position, one.grade)
        for one in long_names.levels
    )
    named = Continuum("c", "Continuum", levels, long_names.strands, long_names.crosswalk)
    cards = wall_cards(records[0], named, RUBRIC, roll=records[1])
    labels = LABELS | {"room 0": "Room 7 (Kindergarten)", "room 1": "Room 8 (Grades 1/2)"}
    (picture,) = draw.wall_figure(
        build_wall(cards, named, strand="all", window="fall", labels=labels), labels
    )
    assert "Room 7 (Kindergarten)" in rows_of(picture)
    assert "Grade 1 Room 8 (Grades 1/2)" in rows_of(picture)
    heads = picture.figure.axes[0].get_xticklabels()[:10]
    assert {one.get_rotation() for one in heads} == {90.0}
    assert heads[0].get_text() == "L1  a long name 1"


def test_windows_stand_in_the_order_of_time_and_not_of_the_alphabet():
    labels = {"fall": "Fall", "winter": "Winter", "spring": "Spring"}
    children = pd.DataFrame(
        [("s", one, "a", "r", "03", "overall", SCALE.levels[0].label, 1.0) for one in labels],
        columns=["student", "window", "school", "classroom", "grade", "measure", "level", "value"],
    )
    told = draw.distribution_figure(summarize(children, SCALE, by=("window",)), labels).alt
    assert told.index("Fall") < told.index("Winter") < told.index("Spring")
