"""A panel's agenda, movement, and each rater's place in it, on panels whose truth is known."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate.analysis.agenda import agenda
from calibrate.analysis.drift import drift
from calibrate.analysis.movement import movement, own_movement
from calibrate.analysis.readings import prepare
from calibrate.analysis.severity import panel_contrasts, severity
from calibrate.analysis.stood_alone import stood_alone
from tests.analysis.districts import CRITERIA, SCALE, SCALES, panel

RATERS = {f"r{i}": ("a", 0.0) for i in range(6)} | {"severe": ("a", 0.6)}


def levels(piece, criterion, scores, **more):
    rows = [(piece, f"r{i}", criterion, float(s)) for i, s in enumerate(scores)]
    return pd.DataFrame(rows, columns=["piece", "rater", "criterion", "score"]).assign(**more)


def test_the_piece_where_the_panel_split_widest_comes_first():
    table = pd.concat(
        [
            levels("A", "FOC", [3, 3, 3]),
            levels("B", "FOC", [1, 2, 4]),
            levels("C", "FOC", [2, 3, 2]),
        ]
    )
    found = agenda(table, {"FOC": SCALE})
    assert [item.piece for item in found.items] == ["B", "C", "A"]
    split = found.items[1].splits[0]
    assert (split.boundary, split.below, split.above) == (("Developing", "Proficient"), 2, 1)
    assert split.crosses_cut
    assert "between Developing and Proficient" in found.items[1].reason


def test_a_split_over_the_standard_comes_before_an_equal_one():
    table = pd.concat([levels("A", "FOC", [3, 4, 3, 4]), levels("B", "FOC", [2, 3, 2, 3])])
    assert [item.piece for item in agenda(table, {"FOC": SCALE}).items] == ["B", "A"]


def test_a_code_against_levels_is_a_split():
    table = pd.concat(
        [
            levels("A", "FOC", [3, 3, 2]),
            levels("B", "FOC", [3, 3, np.nan]).assign(code=[pd.NA, pd.NA, "OT"]),
        ]
    )
    first = agenda(table, {"FOC": SCALE}).items[0]
    assert first.piece == "B"
    assert "condition code (OT)" in first.reason


def test_the_agenda_names_no_rater():
    rng = np.random.default_rng(5)
    table = panel(rng, {f"Zebra{i}": ("a", 0.0) for i in range(5)}, 6)
    assert "Zebra" not in repr(agenda(table, SCALES))
    assert "Zebra" not in repr(movement(_second_round(table, rng), SCALES))


def test_a_panel_of_one_has_nothing_to_discuss():
    found = agenda(levels("A", "FOC", [3]), {"FOC": SCALE})
    assert "no piece was read by two" in found.sentence.lower()
    assert "nothing to compare" in found.items[0].reason


def test_all_codes_and_no_rows_give_words_not_errors():
    table = levels("A", "FOC", [np.nan, np.nan]).assign(code="BL")
    (blank,) = agenda(table, {"FOC": SCALE}).items
    assert blank.divided == ()
    assert blank.reason == "The panel gave the same condition code on every criterion."
    both = pd.concat([table, levels("A", "ORG", [2, 2])])
    (mixed,) = agenda(both, {"FOC": SCALE, "ORG": SCALE}).items
    assert mixed.reason == "The panel chose the same answer on every criterion."
    assert severity(table, {"FOC": SCALE}).rows == ()
    assert movement(table, {"FOC": SCALE}).total.n_judgements == 0
    empty = table.iloc[:0]
    assert agenda(empty, {"FOC": SCALE}).items == ()
    assert stood_alone(empty, {"FOC": SCALE}, "r0").n_judgements == 0


def test_a_severe_rater_is_found_and_the_others_are_not_accused():
    table = panel(np.random.default_rng(3), RATERS, 20)
    found = severity(table, SCALES)
    assert found.row("severe").verdict == "lower"
    assert found.row("severe").difference == pytest.approx(-0.6, abs=0.15)
    assert {found.row(f"r{i}").verdict for i in range(6)} == {"in line"}
    assert "below the rest of the panel" in found.row("severe").sentence


def test_equal_raters_are_seldom_called_different():
    wrong = 0
    for seed in range(12):
        table = panel(np.random.default_rng(seed), {f"r{i}": ("a", 0.0) for i in range(4)}, 5)
        rows = severity(table, SCALES).rows
        wrong += sum(row.verdict in ("higher", "lower") for row in rows)
    assert wrong <= 10  # of 288 looks: 5% in total, 5% of each rater's five criteria together


def test_raters_are_centred_on_their_panels():
    rows = prepare(panel(np.random.default_rng(2), RATERS, 7), SCALES)
    sums = panel_contrasts(rows).groupby(["piece", "criterion"])["difference"].sum()
    assert np.allclose(sums, 0)


def test_too_few_pieces_cannot_tell():
    table = panel(np.random.default_rng(3), RATERS, 2)
    row = severity(table, SCALES, raters=["severe"]).row("severe")
    assert row.verdict == "cannot tell"
    assert np.isnan(row.ci_low)
    assert "only 2 pieces" in row.sentence


def test_a_rater_alone_cannot_be_placed():
    row = severity(levels("A", "FOC", [3]), {"FOC": SCALE}, raters=["r0"]).row("r0")
    assert row.verdict == "cannot tell"
    assert "nobody else" in row.reason


@settings(deadline=None, max_examples=8)
@given(st.integers(0, 1000))
def test_order_of_rows_and_names_of_raters_change_nothing(seed):
    rng = np.random.default_rng(seed)
    table = panel(rng, RATERS, 4, criteria=CRITERIA[:2])
    shuffled = table.sample(frac=1, random_state=seed)
    renamed = shuffled.assign(rater="x" + shuffled["rater"])
    one, two = severity(table, SCALES).row("severe"), severity(renamed, SCALES).row("xsevere")
    assert one.difference == pytest.approx(two.difference)
    assert one.ci_low == pytest.approx(two.ci_low)
    assert agenda(table, SCALES) == agenda(renamed, SCALES)


def test_where_nobody_else_chose_that_level():
    table = pd.concat(
        [levels("A", "FOC", [1, 3, 3]), levels("B", "FOC", [2, 2, 3]), levels("C", "FOC", [2, 3])]
    )
    found = stood_alone(table, {"FOC": SCALE}, "r0")
    assert [(one.piece, one.own, one.gap) for one in found.readings] == [("A", "Beginning", 2)]
    assert found.n_judgements == 2  # piece C has one other reader only
    assert "Proficient × 2" in found.readings[0].sentence


def _second_round(table, rng, share=0.6):
    middle = table.groupby(["piece", "criterion"])["score"].transform("median").round()
    after = table.assign(round="after_discussion")
    moves = rng.random(len(table)) < share
    after.loc[moves, "score"] = middle[moves]
    return pd.concat([table, after], ignore_index=True)


def test_movement_of_a_small_panel_worked_by_hand():
    # Blind 1 3 3 on one criterion; afterwards 3 3 2: one moved up to the most chosen level and one
    # down to a level nobody had chosen. Agreement stays at one pair of three.
    table = pd.concat(
        [
            levels("A", "FOC", [1, 3, 3], round="blind"),
            levels("A", "FOC", [3, 3, 2], round="after_discussion"),
        ]
    )
    row = movement(table, {"FOC": SCALE}).rows[0]
    assert (row.n_moved, row.n_up, row.n_down) == (2, 1, 1)
    assert (row.n_to_most, row.n_to_few, row.n_to_new) == (1, 0, 1)
    assert row.n_toward == 1 + 1  # r2: the others' blind mean is 2, and it went from 3 to 2
    assert row.before.exact.value == pytest.approx(1 / 3)
    assert row.after.exact.value == pytest.approx(1 / 3)
    own = own_movement(table, {"FOC": SCALE}, "r0")
    assert (own.n_judgements, own.n_moved, own.n_up) == (1, 1, 1)


def test_movement_toward_the_middle_raises_agreement():
    rng = np.random.default_rng(8)
    found = movement(_second_round(panel(rng, RATERS, 8), rng), SCALES)
    assert found.total.after.exact.value > found.total.before.exact.value
    assert found.total.n_away == 0
    assert [row.criterion for row in found.rows] == list(CRITERIA)
    assert sum(row.n_moved for row in found.rows) == found.total.n_moved


def test_drift_is_found_where_it_is_and_left_alone_where_it_cannot_be_told():
    rng = np.random.default_rng(11)
    fall = panel(rng, RATERS | {"drifter": ("a", 0.6)}, 15, "s1").assign(window="fall")
    spring = panel(rng, RATERS | {"drifter": ("a", -0.2)}, 15, "s2", start=100).assign(
        window="spring"
    )
    table = pd.concat([fall, spring])
    found = drift(table, SCALES, "drifter", order=["fall", "winter", "spring"])
    assert found.verdict == "rose"
    assert found.ci_low < 0.8 < found.ci_high
    assert drift(table, SCALES, "r1", order=["fall", "spring"]).verdict in ("steady", "cannot tell")
    lone = drift(fall, SCALES, "drifter", order=["fall", "spring"])
    assert lone.verdict == "cannot tell"
    assert "cannot tell, because" in lone.sentence


def test_movement_is_of_independent_readings_alone():
    rng = np.random.default_rng(3)
    table = _second_round(panel(rng, RATERS, 8).assign(round="blind"), rng)
    plain = movement(table, SCALES)
    own = table.assign(rater=table["rater"] + "-own", purpose="own_student")
    both = movement(pd.concat([table.assign(purpose="independent"), own]), SCALES)
    assert both.total.n_judgements == plain.total.n_judgements > 0
    assert both.total.before == plain.total.before
