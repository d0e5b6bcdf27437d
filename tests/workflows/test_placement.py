"""Cards are placed beside exemplars with a reason, the log knows, and it can be taken back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from calibrate.errors import ArgumentError, NotFound
from calibrate.model.continuum import AcademicLevel, Continuum, Exemplar, PlacedBy, Strand
from calibrate.store.project import Project
from calibrate.workflows.placement import (
    LONGEST_REASON,
    place_beside_exemplar,
    take_back_placement,
)
from tests.support.district import add_district

LEVELS = tuple(AcademicLevel(f"L{i}", f"L{i}", i) for i in (1, 2, 3))
CONTINUUM = Continuum(
    "walk",
    "A walk",
    LEVELS,
    (Strand("ideas", "Ideas", ("IDEAS",)), Strand("conv", "Conventions", ("CONV",))),
    exemplars=(
        Exemplar("ideas", "L2", "P00002", "One thing, well told."),
        Exemplar("ideas", "L3", "P00003", "Two things that belong together."),
    ),
)
HERE = {"continuum": "walk", "strand": "ideas", "by": "r1"}


@pytest.fixture
def school(project: Project) -> Project:
    with project.transaction() as unit:
        add_district(unit)
        unit.continuum.add(CONTINUUM)
    return project


def placed(project: Project) -> list:
    with project.reading() as unit:
        return unit.placements.all()


def log(project: Project) -> list[tuple[str, str, str, str]]:
    with project.reading() as unit:
        return [
            (one.actor, one.action, one.subject, one.detail)
            for one in unit.audit.all()
            if one.action.startswith("wall.")
        ]


def test_a_placement_keeps_its_reason_and_is_in_the_log(school: Project):
    place_beside_exemplar(
        school, piece="P00001", level="L2", reason="  Stays with\n one dog. ", **HERE
    )
    (one,) = placed(school)
    assert (one.piece_id, one.level_id, one.by) == ("p1", "L2", PlacedBy.EXEMPLAR)
    assert one.reason == "Stays with one dog."
    assert log(school) == [("r1", "wall.place", "p1", "ideas L2")]


def test_a_second_placement_replaces_the_first_and_the_log_keeps_both(school: Project):
    place_beside_exemplar(school, piece="P00001", level="L2", reason="One dog.", **HERE)
    place_beside_exemplar(school, piece="P00001", level="L3", reason="And a cat.", **HERE)
    (one,) = placed(school)
    assert (one.level_id, one.reason) == ("L3", "And a cat.")
    assert [detail for *_, detail in log(school)] == [
        "ideas L2",
        "ideas L3; before: L2 by exemplar",
    ]


def test_a_placement_can_be_taken_back(school: Project):
    place_beside_exemplar(school, piece="P00001", level="L2", reason="One dog.", **HERE)
    take_back_placement(school, piece="P00001", **HERE)
    assert placed(school) == []
    assert log(school)[-1] == ("r1", "wall.take_back", "p1", "ideas; before: L2")
    with pytest.raises(NotFound):
        take_back_placement(school, piece="P00001", **HERE)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"reason": " \n"}, ArgumentError, "say why"),
        ({"reason": "x" * (LONGEST_REASON + 1)}, ArgumentError, "longer"),
        ({"level": "L1"}, ArgumentError, "no exemplar"),
        ({"strand": "conv"}, ArgumentError, "no exemplar"),
        ({"piece": "P00002"}, ArgumentError, "exemplar itself"),
        ({"piece": "P99999"}, NotFound, "no piece"),
        ({"level": "L9"}, NotFound, "no level"),
        ({"strand": "voice"}, NotFound, "no strand"),
        ({"continuum": "run"}, NotFound, "no continuum"),
    ],
)
def test_what_cannot_be_placed_is_refused_and_nothing_is_written(
    school: Project, change: dict, error: type, words: str
):
    asked = {"piece": "P00001", "level": "L2", "reason": "One dog.", **HERE, **change}
    with pytest.raises(error, match=words):
        place_beside_exemplar(school, **asked)
    assert placed(school) == []
    assert log(school) == []


def test_an_exemplar_can_be_laid_beside_another_one_of_its_level(school: Project):
    with school.transaction() as unit:
        more = (*CONTINUUM.exemplars, Exemplar("ideas", "L2", "P00004", "Another."))
        unit.continuum.put(replace(CONTINUUM, exemplars=more))
    place_beside_exemplar(school, piece="P00002", level="L2", reason="Like the other.", **HERE)
    assert [one.piece_id for one in placed(school)] == ["p2"]
