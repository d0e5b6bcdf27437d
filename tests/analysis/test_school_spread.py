"""Readers by school: nobody named, nobody shown among few, and chance taken out of how far they lie apart."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from calibrate.analysis.school_spread import school_spread
from calibrate.analysis.severity_model import severity_model
from tests.analysis.districts import CRITERIA, SCALES, judge

LABELS = {"a": "Adams", "b": "Baker", "c": "Clay"}


def table(spread: float, shift: float, readers: int = 8, pieces: int = 300, seed: int = 1):
    """Two schools, whose readers differ by ``spread`` (SD, in points) and whose averages by ``shift``."""
    rng = np.random.default_rng(seed)
    names = {f"{s}{i}": s for s in ("a", "b") for i in range(readers)} | {"c0": "c", "c1": "c"}
    severity = {
        name: rng.normal(0, spread) - (shift if school == "b" else 0.0)
        for name, school in names.items()
    }
    rows = []
    for number in range(pieces):
        quality = rng.normal(2.5, 0.6) + rng.normal(0, 0.3, len(CRITERIA))
        for name in rng.choice(list(names), 4, replace=False):
            for criterion, score in zip(CRITERIA, judge(rng, quality, severity[name]), strict=True):
                rows.append((f"P{number:03d}", name, criterion, score))
    columns = ["piece", "rater", "criterion", "score"]
    return pd.DataFrame(rows, columns=columns).assign(round="blind"), names


@pytest.fixture(scope="module")
def found():
    drawn, names = table(0.0, 0.4)
    return school_spread(severity_model(drawn, SCALES), names, LABELS), names


def test_a_school_with_few_readers_is_left_out_and_named(found) -> None:
    spread, _ = found
    assert [one.school for one in spread.schools] == ["a", "b"]
    assert spread.left_out == ("c",)
    assert "Clay: too few readers to show" in spread.sentence


def test_readers_who_score_alike_lie_no_further_apart_than_chance(found) -> None:
    spread, _ = found
    assert spread.within < 0.1
    assert spread.between == pytest.approx(0.4, abs=0.12)


def test_readers_who_differ_are_found_to_differ_by_as_much() -> None:
    drawn, names = table(0.3, 0.0, readers=12, pieces=500, seed=7)
    spread = school_spread(severity_model(drawn, SCALES), names, LABELS)
    assert spread.within == pytest.approx(2 / np.sqrt(np.pi) * 0.3, rel=0.35)


def test_marks_carry_no_name_and_no_order_of_readers(found) -> None:
    spread, names = found
    for one in spread.schools:
        assert list(one.measures) == sorted(one.measures)
    assert not [name for name in names if f"{name} " in spread.sentence]


def test_without_readers_to_show_it_says_so() -> None:
    drawn, names = table(0.0, 0.0, readers=2, pieces=40)
    spread = school_spread(severity_model(drawn, SCALES), names, LABELS)
    assert spread.schools == () and "no readers are shown" in spread.sentence
