"""Rubrics: versioned, with criteria that may have different ranges, and condition codes."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

from calibrate.errors import ArgumentError, NotFound
from calibrate.model.ids import check_slug


class Purpose(StrEnum):
    """What a rubric judges."""

    STUDENT_WORK = "student_work"
    TASK_DEMAND = "task_demand"
    SELF_ASSESSMENT = "self_assessment"


@dataclass(frozen=True, slots=True)
class Level:
    """One step of a scale.

    ``value`` is what is written in a score table (3, 2.5); ``position`` counts the steps from 1,
    lowest first, and is what agreement statistics work on.
    """

    id: str
    label: str
    value: float
    position: int
    descriptor: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """Ordered levels, lowest first.

    Parameters
    ----------
    levels
        At least two; ids and values distinct, values rising, positions 1, 2, ….
    cut
        Id of the first level that meets the standard, where there is one.
    interval
        Whether the steps are declared equal in size. Without it levels are ranks.
    """

    levels: tuple[Level, ...]
    cut: str | None = None
    interval: bool = False

    def __post_init__(self) -> None:
        if len(self.levels) < 2:
            raise ArgumentError("A scale needs at least two levels.", fix="Add a level.")
        if len({level.id for level in self.levels}) != len(self.levels):
            raise ArgumentError("Two levels of one scale have the same id.", fix="Rename one.")
        values = [level.value for level in self.levels]
        if not all(math.isfinite(value) for value in values):
            raise ArgumentError(
                "A level's value is not a number.", fix="Give every level a number."
            )
        if any(high <= low for low, high in pairwise(values)):
            raise ArgumentError(
                "The levels' values do not rise.", fix="List the levels from lowest to highest."
            )
        if [level.position for level in self.levels] != list(range(1, len(self.levels) + 1)):
            raise ArgumentError("The levels' positions are not 1, 2, 3, … in order.")
        if self.cut is not None and self.cut not in {level.id for level in self.levels}:
            raise ArgumentError(
                f"The cut level {self.cut!r} is not a level of the scale.",
                fix="Name one of " + ", ".join(level.id for level in self.levels) + ".",
            )

    @property
    def values(self) -> tuple[float, ...]:
        """The values of the levels, lowest first."""
        return tuple(level.value for level in self.levels)

    @property
    def step(self) -> float:
        """The smallest distance between neighbouring values: 1, or 0.5 on a half-point scale."""
        values = self.values
        return min(high - low for low, high in pairwise(values))

    @property
    def cut_value(self) -> float | None:
        """The value of the first level that meets the standard, or None."""
        return None if self.cut is None else self.level(self.cut).value

    def level(self, level_id: str) -> Level:
        """The level of that id; `NotFound` names the ids there are."""
        for level in self.levels:
            if level.id == level_id:
                return level
        raise NotFound(
            f"There is no level {level_id!r}.",
            fix="The levels are " + ", ".join(level.id for level in self.levels) + ".",
        )

    def at_value(self, value: float) -> Level:
        """The level of that value; `NotFound` lists the values there are."""
        for level in self.levels:
            if math.isclose(level.value, value, abs_tol=1e-9):
                return level
        raise NotFound(
            f"{value:g} is not a score of this scale.",
            fix="The scores are " + ", ".join(f"{v:g}" for v in self.values) + ".",
        )

    def nearest(self, value: float) -> Level:
        """The level whose value is nearest; the lower one on a tie."""
        return min(self.levels, key=lambda level: (round(abs(level.value - value), 9), level.value))


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that a rubric looks at, with its own scale."""

    id: str
    name: str
    scale: Scale
    description: str = ""

    def __post_init__(self) -> None:
        check_slug(self.id, "The criterion")


@dataclass(frozen=True, slots=True)
class ConditionCode:
    """Why a piece (or part of it) has no level: blank, off topic, cannot be read, ….

    A code is neither a level nor missing, and is never averaged.

    Parameters
    ----------
    scored
        Ids of the criteria that still get a level beside this code.
    accountability_value
        What an accountability report counts it as (usually 0), or None to leave it out.
    action
        What should happen next, e.g. ``"ask for a new scan"``.
    """

    id: str
    label: str
    meaning: str = ""
    scored: tuple[str, ...] = ()
    accountability_value: float | None = None
    action: str = ""


TOTAL = "total"
"""What stands for all criteria together wherever numbers are told: no criterion may be called so."""


def refuse_total(criterion_id: str) -> None:
    """Refuse an id that a criterion of a new rubric cannot have.

    Raises
    ------
    ArgumentError
        If it is `TOTAL`, in any spelling.
    """
    if criterion_id.strip().casefold() == TOTAL:
        raise ArgumentError(
            "A criterion cannot be called total: this word stands for all criteria together.",
            fix="Leave the total out, for it is worked out; or give that criterion another id.",
        )


@dataclass(frozen=True, slots=True)
class Rubric:
    """A rubric in one version. A changed wording is a new version, never an edit in place."""

    id: str
    version: int
    title: str
    criteria: tuple[Criterion, ...]
    codes: tuple[ConditionCode, ...] = ()
    description: str = ""
    purpose: Purpose = Purpose.STUDENT_WORK
    wording: str = "ours"
    grades: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        check_slug(self.id, "The rubric")
        if self.version < 1:
            raise ArgumentError("A rubric's version is 1 or higher.")
        if not self.criteria:
            raise ArgumentError("A rubric needs at least one criterion.", fix="Add a criterion.")
        _refuse_repeats([criterion.id for criterion in self.criteria], "criteria")
        _refuse_repeats([code.id for code in self.codes], "condition codes")
        known = {criterion.id for criterion in self.criteria}
        for code in self.codes:
            if stray := [one for one in code.scored if one not in known]:
                raise ArgumentError(
                    f"Code {code.id} names the criterion {stray[0]!r}, which the rubric has not."
                )
            for criterion in self.criteria:
                if code.id in {level.id for level in criterion.scale.levels}:
                    raise ArgumentError(
                        f"{code.id} is both a level and a condition code.", fix="Rename the code."
                    )

    def criterion(self, criterion_id: str) -> Criterion:
        """The criterion of that id; `NotFound` names the ids there are."""
        for criterion in self.criteria:
            if criterion.id == criterion_id:
                return criterion
        raise NotFound(
            f"The rubric has no criterion {criterion_id!r}.",
            fix="Its criteria are " + ", ".join(one.id for one in self.criteria) + ".",
        )

    def code(self, code_id: str) -> ConditionCode:
        """The condition code of that id; `NotFound` names the ids there are."""
        for code in self.codes:
            if code.id == code_id:
                return code
        raise NotFound(
            f"The rubric has no condition code {code_id!r}.",
            fix="Its codes are " + (", ".join(one.id for one in self.codes) or "none") + ".",
        )

    def read_cell(self, criterion_id: str, text: str) -> Level | ConditionCode:
        """Read one cell of a score table: a number, a level's id or label, or a condition code.

        Raises
        ------
        NotFound
            If it is none of these on that criterion's scale.
        """
        scale = self.criterion(criterion_id).scale
        wanted = text.strip()
        answers: tuple[Level | ConditionCode, ...] = (*scale.levels, *self.codes)
        for name in ("id", "label"):  # every id before any label
            for answer in answers:
                if wanted and wanted.casefold() == getattr(answer, name).casefold():
                    return answer
        try:
            value = float(wanted.replace(",", ".", 1))
        except ValueError:
            value = math.nan
        if math.isfinite(value):
            return scale.at_value(value)
        raise NotFound(
            f"This is neither a score nor a condition code of {criterion_id}.",
            fix="Scores: "
            + ", ".join(level.id for level in scale.levels)
            + ("; codes: " + ", ".join(code.id for code in self.codes) if self.codes else "")
            + ".",
        )


def _refuse_repeats(ids: list[str], what: str) -> None:
    if len(set(ids)) != len(ids):
        repeated = next(one for one in ids if ids.count(one) > 1)
        raise ArgumentError(f"Two {what} have the id {repeated!r}.", fix="Rename one of them.")
