"""The continuum from YAML."""

from __future__ import annotations

import pytest

from calibrate.errors import ImportRefused
from calibrate.exchange.continuum import continuum_of
from calibrate.exchange.source_files import SourceFile

GOOD = """\
id: writing
title: Our continuum
levels:
  - {id: L1, label: First marks, position: 1, grade: null}
  - {id: L2, label: Words, position: 2, grade: K}
strands:
  - id: composition
    title: Composition
    criteria: [FOC, ORG]
    descriptors:
      L2: A few sentences.
      L1: Draws.
crosswalk:
  - {strand: composition, grade: "KG", rubric: r, version: 1, low: 1, high: 2.5, level: L1}
  - {strand: composition, grade: "KG", rubric: r, version: 1, low: 2.5, high: 4, level: L2}
exemplars:
  - {level: L2, strand: composition, piece: P0001, commentary: Look at the ending.}
"""


def of(text: str):
    return continuum_of(SourceFile("continuum.yaml", text.encode(), "0" * 64))


def test_levels_strands_crosswalk_and_exemplars_are_read():
    continuum = of(GOOD)
    assert continuum.expected_level("KG").id == "L2"
    assert continuum.strand("composition").descriptors == (
        ("L1", "Draws."),
        ("L2", "A few sentences."),
    )
    assert continuum.place("composition", "KG", "r", 1, 2.5).id == "L2"
    assert continuum.place("composition", "KG", "r", 1, 2.4).id == "L1"
    assert continuum.exemplars[0].piece_code == "P0001"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("position: 2", "position: 3"), "not listed in order"),
        (("id: L2,", "id: L1,"), "same id"),
        (("grade: K}", "grade: K99}"), "not a grade"),
        (("      L1: Draws.", "      L9: Draws."), "level that the continuum has not"),
        (("high: 4, level: L2", "high: 4, level: L7"), "no such level"),
        (("low: 2.5, high: 4", "low: 2, high: 4"), "overlap"),
        (("low: 2.5, high: 4", "low: 4, high: 4"), "ends where it starts"),
        (("version: 1, low: 2.5", "version: one, low: 2.5"), "not a number"),
        (("strand: composition, piece", "strand: spelling, piece"), "no such strand"),
        (("piece: P0001, ", ""), "needs piece"),
        (("id: writing", "id: our writing"), "cannot be used as an id"),
    ],
)
def test_each_rule_is_held(change, words):
    with pytest.raises(ImportRefused) as caught:
        of(GOOD.replace(*change))
    problems = caught.value.problems
    assert any(words in one.message for one in problems)
    assert all(one.row for one in problems)
