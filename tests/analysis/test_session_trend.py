"""Agreement from session to session: the numbers of the sessions' own reports, and careful words."""

from __future__ import annotations

import pandas as pd
import pytest

from calibrate.analysis.agreement import agreement
from calibrate.analysis.readings import independent_blind
from calibrate.analysis.session_trend import session_trend

SCALES = {"FOC": (1, 2, 3, 4), "CONV": (1, 2, 3, 4)}


def session(name, scores, round_="blind", purpose="independent"):
    """Rows of one session; ``scores`` maps a rater to one score (of FOC and of CONV) per piece."""
    return pd.DataFrame(
        [
            (f"{name}-{i}", rater, criterion, score, name, round_, purpose)
            for rater, given in scores.items()
            for i, score in enumerate(given)
            for criterion in SCALES
        ],
        columns=["piece", "rater", "criterion", "score", "session", "round", "purpose"],
    )


APART = session("S1", {"a": [1, 2, 3, 4, 1, 2], "b": [2, 3, 4, 3, 2, 1], "c": [1, 1, 2, 2, 3, 3]})
ALIKE = session("S2", {"a": [1, 2, 3, 4, 1, 2], "b": [1, 2, 3, 4, 1, 2], "c": [1, 2, 3, 4, 1, 2]})


def test_a_sessions_number_is_the_one_of_its_own_report_also_where_a_criterion_is_missing():
    gap = APART[(APART["piece"] != "S1-0") | (APART["criterion"] != "CONV")]
    found = session_trend(pd.concat([gap, ALIKE]), SCALES, ["S1", "S2"]).points[0].agreement
    total = agreement(independent_blind(gap, SCALES).table, SCALES, draws=10).total
    for share, name in ((found.exact, "exact_agreement"), (found.adjacent, "adjacent_agreement")):
        own = total.coefficient(name)
        assert (share.value, share.ci_low, share.ci_high) == pytest.approx(
            (own.value, own.ci_low, own.ci_high)
        )


def test_a_piece_that_a_panelist_had_read_before_still_counts_in_the_session():
    before = ALIKE[ALIKE["rater"] == "a"].assign(session=pd.NA, round="operational", score=4)
    both = pd.concat([before, ALIKE], ignore_index=True)
    point = session_trend(both, SCALES, ["S2"]).points[0]
    assert (point.n_raters, point.agreement.exact.value) == (3, 1.0)


def test_the_second_round_and_ones_own_students_do_not_flatter():
    later = session("S1", {"a": [1] * 6, "b": [1] * 6}, round_="after_discussion")
    own = session("S1", {"d": [1] * 6}, purpose="own_student")
    alone = session_trend(APART, SCALES, ["S1"]).points
    assert session_trend(pd.concat([APART, later, own]), SCALES, ["S1"]).points == alone


def test_a_rise_is_called_a_sign_and_not_a_proof():
    said = session_trend(pd.concat([APART, ALIKE]), SCALES, ["S1", "S2"]).sentence
    assert "a clear rise" in said and "rather than a proof" in said


def test_sessions_that_do_not_differ_clearly_are_not_called_a_rise():
    again = APART.assign(session="S2")
    assert "chance" in session_trend(pd.concat([APART, again]), SCALES, ["S1", "S2"]).sentence


def test_one_session_and_none_are_said_so():
    assert "In the one norming session" in session_trend(ALIKE, SCALES, ["S2"]).sentence
    lone = session_trend(ALIKE[ALIKE["piece"] == "S2-0"], SCALES, ["S2"])
    assert "not known" not in lone.sentence
    assert "cannot be told" in session_trend(ALIKE, SCALES, ["S9"]).sentence


def test_a_session_that_one_person_scored_is_not_called_unscored():
    alone = session_trend(session("S1", {"a": [1, 2, 3]}), SCALES, ["S1"])
    assert alone.points == ()
    assert "by two people" in alone.sentence and "cannot be told" in alone.sentence


def test_some_of_the_sessions_tell_what_they_would_alone():
    both = pd.concat([APART, ALIKE])
    every = session_trend(both, SCALES, ["S1", "S2"])
    for sessions in ([], ["S1"], ["S2"], ["S1", "S2"]):
        alone = session_trend(both[both["session"].isin(sessions)], SCALES, sessions)
        assert every.only(set(sessions)) == alone
