"""Rubrics of other programs, as far as they say what a rubric needs: names become ids, points become levels."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from calibrate.errors import ArgumentError
from calibrate.exchange.problems import Problems
from calibrate.model.rubric import (
    ConditionCode,
    Criterion,
    Level,
    Purpose,
    Rubric,
    Scale,
    refuse_total,
)

FIRST_VERSION = 1


@dataclass(frozen=True, slots=True)
class ForeignLevel:
    """A level as another program has it; ``id`` is ours, where the file came from here."""

    label: str
    value: float
    descriptor: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class ForeignCriterion:
    """A criterion as another program has it.

    Parameters
    ----------
    levels
        In any order: their values order them.
    row
        Where it stands in the file, for messages.
    cut, interval, id
        Ours, where the file came from here.
    """

    name: str
    levels: Sequence[ForeignLevel]
    description: str = ""
    row: int | None = None
    id: str = ""
    cut: str | None = None
    interval: bool = False


@dataclass(frozen=True, slots=True)
class ForeignRubric:
    """A rubric as another program has it; what only a file from here can say is empty otherwise."""

    title: str
    criteria: Sequence[ForeignCriterion]
    description: str = ""
    id: str = ""
    version: int | None = None
    codes: Sequence[ConditionCode] = ()
    purpose: Purpose = Purpose.STUDENT_WORK
    wording: str = "theirs"
    grades: tuple[str, ...] = field(default=())


def slug(name: str, *, taken: Sequence[str] = (), fallback: str = "rubric") -> str:
    """An id made of a name: plain letters and digits joined by dashes, unlike those that are taken."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:56].strip("-") or fallback
    found, number = base, 2
    while found in taken:
        found = f"{base}-{number}"
        number += 1
    return found


def rubric_from(
    foreign: ForeignRubric, problems: Problems, *, rubric_id: str = "", version: int | None = None
) -> Rubric:
    """Our rubric of another program's.

    Parameters
    ----------
    foreign
        What the file says.
    problems
        Where what is wrong is noted, and what had to be assumed.
    rubric_id, version
        What somebody asked for; they come before what the file says.

    Raises
    ------
    ImportRefused
        With every problem found.
    """
    criteria: list[Criterion] = []
    for one in foreign.criteria:
        made = _criterion(one, problems, [each.id for each in criteria])
        if made is not None:
            criteria.append(made)
    problems.raise_if_any()
    which = rubric_id or foreign.id or slug(foreign.title)
    number = version or foreign.version or FIRST_VERSION
    if not (rubric_id or foreign.id):
        problems.warn(
            f"The file has no id of ours: the rubric is called {which} (--id names it otherwise)."
        )
    try:
        return Rubric(
            id=which,
            version=number,
            title=foreign.title,
            criteria=tuple(criteria),
            codes=tuple(foreign.codes),
            description=foreign.description,
            purpose=foreign.purpose,
            wording=foreign.wording,
            grades=foreign.grades,
        )
    except ArgumentError as error:
        problems.add_error(error)
        problems.raise_if_any()
        raise


def _criterion(one: ForeignCriterion, problems: Problems, taken: Sequence[str]) -> Criterion | None:
    ordered = sorted(one.levels, key=lambda level: level.value)
    if len({level.value for level in ordered}) != len(ordered):
        problems.add(
            "Two levels of this criterion have the same points.",
            row=one.row,
            fix="Give each level points of its own: they say which of two is higher.",
        )
        return None
    ids: list[str] = []
    for level in ordered:
        ids.append(level.id or f"{level.value:g}")
    levels = tuple(
        Level(name, level.label, level.value, place, level.descriptor)
        for place, (name, level) in enumerate(zip(ids, ordered, strict=True), start=1)
    )
    criterion_id = one.id or slug(one.name, taken=taken, fallback="criterion")
    try:
        refuse_total(criterion_id)
        return Criterion(
            criterion_id,
            one.name,
            Scale(levels, one.cut, one.interval),
            one.description,
        )
    except ArgumentError as error:
        problems.add_error(error, row=one.row)
        return None
