"""Through all links, where one criterion's readers are not joined: which it is, why, and an answer for the others."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from calibrate.analysis.comparability_model import ThroughModel, compare_through_model
from calibrate.analysis.severity import TOTAL
from tests.analysis.districts import SCALE, judge

SCALES = {"ORG": SCALE, "CONV": SCALE}
LABELS = {"a": "Ash", "b": "Birch", "CONV": "Conventions", "ORG": "Organization"}


def compared(conventions) -> ThroughModel:
    """Organization by three readers of each school in turns; conventions as asked, on the same pieces."""
    rng = np.random.default_rng(1)
    rows = []
    for i in range(60):
        quality = rng.normal(2.5, 0.8)
        org = [(f"a{i % 3}", "a", "ORG"), (f"b{(i // 3) % 3}", "b", "ORG")]
        for rater, school, criterion in (*org, *conventions(i)):
            rows.append((f"p{i}", rater, criterion, float(judge(rng, quality, 0.0)), school))
    columns = ["piece", "rater", "criterion", "score", "rater_school"]
    return compare_through_model(pd.DataFrame(rows, columns=columns), SCALES, labels=LABELS)


def pair(rows, criterion):
    return next(one for one in rows.pairs if one.criterion == criterion)


@pytest.fixture(scope="module")
def readers_of_their_own() -> ThroughModel:
    """Nobody who scored conventions scored organization."""
    return compared(lambda i: [(f"a{i % 3}c", "a", "CONV"), (f"b{i % 3}c", "b", "CONV")])


def test_a_criterion_with_readers_of_its_own_is_named_where_the_total_has_no_scale(
    readers_of_their_own,
):
    total = pair(readers_of_their_own.these, TOTAL)
    assert math.isnan(total.se)
    assert "nobody who scored Conventions scored another criterion" in total.reason
    assert "no chain" not in total.reason
    assert readers_of_their_own.sentence.startswith(
        "All links together cannot tell for any of them"
    )


def test_the_criteria_are_answered_all_the_same(readers_of_their_own):
    organization = pair(readers_of_their_own.these, "ORG")
    assert organization.verdict == "same"
    assert organization.sentence in readers_of_their_own.sentence
    assert not math.isnan(pair(readers_of_their_own.these, "CONV").se)


def test_a_school_whose_readers_fall_into_parts_on_a_criterion_is_not_said_to_have_one(
    readers_of_their_own,
):
    reason = pair(readers_of_their_own.schools, "CONV").reason
    assert reason.startswith("no shared pieces join the readers of one school on Conventions")


def test_a_criterion_that_no_two_schools_share_is_named_and_its_pieces_are_not_counted():
    found = compared(lambda i: [(f"a{j}", "a", "CONV") for j in range(3)] if i % 2 else [])
    conventions = pair(found.these, "CONV")
    assert conventions.n_shared_pieces == 0
    assert "Conventions" in conventions.reason or "scored nothing" in conventions.reason
    assert pair(found.these, "ORG").n_shared_pieces == 60
    both = compared(
        lambda i: (
            [(f"a{j}", "a", "CONV") for j in range(2)]
            if i % 2
            else [(f"b{j}", "b", "CONV") for j in range(2)]
        )
    )
    conventions = pair(both.these, "CONV")
    assert conventions.reason == (
        "no chain of pieces that readers of both scored on Conventions joins them"
    )
    assert (conventions.n_shared_pieces, pair(both.these, TOTAL).verdict) == (0, "same")
