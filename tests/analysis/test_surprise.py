"""Scores that severity does not explain, and what they do to the agenda."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from calibrate.analysis.agenda import agenda
from calibrate.analysis.surprise import Surprise, surprises
from tests.analysis.test_severity_model import as_table, scales
from tests.stats.facets.simulated import draw


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """Rater 0 is harsh everywhere; rater 1 gave one excellent piece the lowest level, on one criterion."""
    rng = np.random.default_rng(3)
    readers = [list(rng.permutation(5)[:3]) for _ in range(50)] + [[1, 2, 3, 4]]
    severity = np.array([1.8, 0.0, 0.0, 0.0, 0.0])
    quality = np.r_[rng.normal(0, 1.0, 50), 3.0]
    made = as_table(draw(3, quality, readers, severity, np.zeros(3)))
    best = (made["piece"] == "P050") & (made["criterion"] == "C1")
    made.loc[made["piece"] == "P050", "score"] = 4.0
    made.loc[best & (made["rater"] == "R1"), "score"] = 1.0
    return made


def test_a_score_that_nothing_explains_comes_first(table):
    found = surprises(table, scales(3))
    assert (found[0].piece, found[0].criterion, found[0].n) == ("P050", "C1", 1)
    assert found[0].z < -3
    assert list(found) == sorted(found, key=lambda one: -abs(one.z))


def test_a_harsh_raters_low_scores_are_no_surprise(table):
    harsh = table[(table["rater"] == "R0")]
    assert len({one.piece for one in surprises(table, scales(3))} & set(harsh["piece"])) <= 2


def test_no_rater_is_in_the_answer(table):
    assert "R1" not in repr(surprises(table, scales(3)))


def test_with_too_little_nobody_knows_what_to_expect(table):
    few = table[table["piece"].isin([f"P{one:03d}" for one in range(25, 51)])]
    assert surprises(few, scales(3)) == ()
    assert surprises(table, scales(3), pieces=["P001"]) == ()
    thin = pd.concat([table[table["rater"] != "R1"], table[table["piece"] == "P050"]])
    kept = surprises(thin.drop_duplicates(["piece", "rater", "criterion"]), scales(3))
    assert "P050" not in {one.piece for one in kept}


def test_the_agenda_puts_a_surprise_before_an_equal_split_and_asks_what_was_seen():
    rows = [
        (piece, f"T{i}", criterion, score)
        for piece in ("A", "B")
        for criterion, scores in (("FOC", (1, 3)), ("ORG", (2, 2) if piece == "B" else (2, 3)))
        for i, score in enumerate(scores)
    ]
    panel = pd.DataFrame(rows, columns=["piece", "rater", "criterion", "score"])
    levels = {"FOC": (1, 2, 3, 4), "ORG": (1, 2, 3, 4)}
    assert [one.piece for one in agenda(panel, levels).items] == ["A", "B"]
    found = agenda(
        panel, levels, surprising=[Surprise("B", "FOC", 1, -3.4)], labels={"FOC": "Focus"}
    )
    assert [one.piece for one in found.items] == ["B", "A"]
    assert found.items[0].reason.endswith("so ask what was seen there.")
    assert "One score on Focus surprises" in found.items[0].reason
    assert "surprises" not in found.items[1].reason
