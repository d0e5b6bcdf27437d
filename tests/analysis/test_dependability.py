"""What more raters or tasks would buy, from a score table, in words and in a picture."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from calibrate.analysis.dependability import dependability
from calibrate.analysis.dependability_words import hours_shown, share_shown, source_name
from calibrate.errors import ArgumentError
from calibrate.figures import dependability_figure
from tests.analysis.districts import SCALES, panel

RATERS = {f"R{i}": ("lincoln", severity) for i, severity in enumerate((-0.4, 0.0, 0.1, 0.5))}


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return panel(np.random.default_rng(3), RATERS, 40)


def test_the_sentence_tells_the_gain_and_its_hours(table):
    found = dependability(table, SCALES, minutes=9)
    one, two, three = (found.plan(n) for n in (1, 2, 3))
    assert (one.hours, two.hours) == (pytest.approx(6.0), pytest.approx(12.0))
    assert (
        f"A second rater on every piece lifts dependability from {share_shown(one.phi)} to "
        f"{share_shown(two.phi)} and costs 6 hours of scoring; a third adds "
        f"{share_shown(three.phi - two.phi)} for 6 hours more."
    ) in found.sentence
    assert found.now.n_rater == 4 and found.now.phi == pytest.approx(found.plan(4).phi)


def test_the_scales_cut_gives_consistency_and_a_given_cut_goes_before_it(table):
    found = dependability(table, SCALES)
    assert found.cut == 3.0
    assert "same side of the cut" in found.sentence
    assert dependability(table, SCALES, cut=2.0).cut == 2.0


def test_minutes_come_from_the_table_where_nobody_gives_them(table):
    timed = table.assign(minutes=np.where(table["rater"] == "R0", 4.0, 6.0))
    found = dependability(timed, SCALES)
    assert (found.minutes, found.minutes_from) == (6.0, "measured")
    assert dependability(timed, SCALES, minutes=2).minutes_from == "given"
    without = dependability(table, SCALES)
    assert math.isnan(without.plan(1).hours) and "hour" not in without.sentence
    with pytest.raises(ArgumentError):
        dependability(table, SCALES, minutes=0)


def test_students_with_several_pieces_in_a_window_are_measured(table):
    number = table["piece"].str[1:].astype(int) - 1
    several = table.assign(student=(number // 2).astype(str), task=(number % 2).astype(str))
    found = dependability(several, SCALES, minutes=6)
    assert (found.study.object, found.study.n_objects) == ("student", 20)
    assert found.plan(2, 2).phi > found.plan(2, 1).phi
    assert found.plan(2, 2).hours == pytest.approx(8.0)
    assert "a second piece from every student" in found.sentence
    assert dependability(several, SCALES, measured="piece").study.object == "piece"
    by_window = several.assign(window=(number % 2).map({0: "fall", 1: "spring"}))
    assert dependability(by_window, SCALES).study.object == "piece"


def test_what_the_table_cannot_say_is_refused(table):
    with pytest.raises(ArgumentError, match="whose"):
        dependability(table, SCALES, measured="student")
    with pytest.raises(ArgumentError, match="can be measured"):
        dependability(table, SCALES, measured="school")


def test_one_rater_alone_cannot_tell(table):
    found = dependability(table[table["rater"] == "R0"], SCALES)
    assert "cannot be told: only one rater scored" in found.sentence
    assert found.plans == () and math.isnan(found.now.g)
    assert "cannot be told" in dependability_figure(found).alt


def test_few_raters_and_pieces_are_a_first_look():
    small = dependability(panel(np.random.default_rng(1), RATERS, 5), SCALES)
    assert "4 raters and 5 pieces only" in small.sentence


def test_the_range_is_told_and_a_wide_one_is_called_too_wide(table):
    wide = dependability(table, SCALES)
    two = wide.plan(2).phi_sure
    told = f"plausibly lies from {share_shown(two.ci_low)} to {share_shown(two.ci_high)}"
    assert f"{told}, too wide a range to plan by" in wide.sentence
    many = {f"R{i}": ("lincoln", 0.1 * (i % 5)) for i in range(16)}
    narrow = dependability(panel(np.random.default_rng(3), many, 40), SCALES)
    assert "plausibly lies from" in narrow.sentence and "too wide" not in narrow.sentence


def students_with_tasks(n_tasks: int, seed: int = 4, n: int = 24) -> pd.DataFrame:
    """Every student wrote to every task, and four raters read it all; tasks differ in how hard they are."""
    rng = np.random.default_rng(seed)
    shape = (n, n_tasks, 4)
    seen = 2.5 + rng.normal(0, 0.7, (n, 1, 1)) + rng.normal(0, 0.4, (1, n_tasks, 1))
    seen = seen + rng.normal(0, 0.2, (1, 1, 4)) + rng.normal(0, 0.4, (n, n_tasks, 1))
    score = np.clip(np.rint(seen + rng.normal(0, 0.5, shape)), 1, 4)
    student, task, rater = (one.ravel() for one in np.indices(shape))
    return pd.DataFrame(
        {
            "piece": [f"S{s}T{t}" for s, t in zip(student, task, strict=True)],
            "student": student.astype(str),
            "task": task.astype(str),
            "rater": rater.astype(str),
            "criterion": "ORG",
            "score": score.ravel(),
            "minutes": 6.0 + 2.0 * (rater % 2),
        }
    )


def test_tasks_and_raters_change_g_and_phi_as_worked_by_hand():
    """The three-way analysis of variance by its mean squares, and the hours of the readings as measured."""
    table = students_with_tasks(3)
    found = dependability(table, {"ORG": SCALES["ORG"]})
    y = table["score"].to_numpy().reshape(24, 3, 4)
    size = dict(zip("str", y.shape, strict=True))
    axis = {"s": 0, "t": 1, "r": 2}

    def mean_square(effect: str) -> float:
        left = y
        for name, at in axis.items():
            mean = left.mean(axis=at, keepdims=True)
            left = left - mean if name in effect else np.broadcast_to(mean, left.shape)
        return float((left**2).sum() / np.prod([size[name] - 1 for name in effect]))

    ms = {one: mean_square(one) for one in ("s", "t", "r", "st", "sr", "tr", "str")}
    last = ms["str"]
    v = {
        "st": (ms["st"] - last) / 4,
        "sr": (ms["sr"] - last) / 3,
        "tr": (ms["tr"] - last) / 24,
        "s": (ms["s"] - ms["st"] - ms["sr"] + last) / 12,
        "t": (ms["t"] - ms["st"] - ms["tr"] + last) / (24 * 4),
        "r": (ms["r"] - ms["sr"] - ms["tr"] + last) / (24 * 3),
    }
    v = {name: max(value, 0.0) for name, value in v.items()}
    for raters, tasks in ((1, 1), (2, 3), (4, 2)):
        relative = v["sr"] / raters + v["st"] / tasks + last / (raters * tasks)
        absolute = relative + v["r"] / raters + v["t"] / tasks + v["tr"] / (raters * tasks)
        row = found.plan(raters, tasks)
        assert row.g == pytest.approx(v["s"] / (v["s"] + relative))
        assert row.phi == pytest.approx(v["s"] / (v["s"] + absolute))
        assert row.hours == pytest.approx(24 * raters * tasks * 7.0 / 60)
    assert found.minutes_from == "measured"


def test_with_few_tasks_it_is_tasks_that_would_narrow_the_range():
    found = dependability(students_with_tasks(3), {"ORG": SCALES["ORG"]})
    assert "so few tasks say little about others; more tasks" in found.sentence
    assert "everything else" not in found.sentence
    names = {source_name(one.source) for one in found.components}
    assert "what a rater sees in a single piece" in names


def test_a_source_estimated_below_nothing_is_not_certainly_nothing():
    found = dependability(students_with_tasks(3, seed=16), {"ORG": SCALES["ORG"]})
    below = [one for one in found.components if one.estimate < 0]
    assert below
    assert all(one.ci_low == 0 < one.ci_high for one in below)


def test_many_scores_at_the_end_of_the_scale_are_said_to_narrow_ranges(table):
    usual = dependability(table, SCALES)
    assert not any("level." in note for note in usual.study.notes)
    up = table.assign(score=np.minimum(table["score"] + 1, 4))
    (note,) = [one for one in dependability(up, SCALES).study.notes if "highest level" in one]
    share = float((up["score"] == 4).mean())
    assert note.startswith(f"{round(share * 100)}% of the scores")
    down = table.assign(score=np.maximum(table["score"] - 1, 1))
    assert any("lowest level" in one for one in dependability(down, SCALES).study.notes)


def test_readings_after_the_talk_do_not_count(table):
    later = table.assign(round="after_discussion", score=2.0)
    both = dependability(pd.concat([table, later]), SCALES)
    assert both.now == dependability(table, SCALES).now
    assert both.left_out[0].n == len(later)


def test_the_picture_says_its_numbers(table):
    found = dependability(table, SCALES, minutes=9)
    picture = dependability_figure(found)
    two = found.plan(2)
    range_ = f"{share_shown(two.phi_sure.ci_low)}–{share_shown(two.phi_sure.ci_high)}"
    assert f"2 raters {share_shown(two.phi)} ({range_})" in picture.alt
    assert picture.sentence == found.sentence
    drawn = picture.svg()
    assert "12" in drawn and "hours of scoring" in drawn


@pytest.mark.parametrize(
    ("hours", "said"),
    [(0.25, "15 minutes"), (1.0, "1 hour"), (1.6, "1.5 hours"), (41.7, "42 hours")],
)
def test_hours_are_said_as_people_say_them(hours, said):
    assert hours_shown(hours) == said


def test_every_source_has_words():
    assert source_name("piece x criterion") == "how good the pieces are, criterion by criterion"
    assert (share_shown(0.614), share_shown(1.0)) == (".61", "1.00")
