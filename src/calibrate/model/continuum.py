"""The school-wide continuum: academic levels, the crosswalk from scores, and placements."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from calibrate.errors import ArgumentError, NotFound


@dataclass(frozen=True, slots=True)
class AcademicLevel:
    """A step of the continuum. ``grade`` is the grade at whose end it is expected, where one is."""

    id: str
    label: str
    position: int
    grade: str | None = None


@dataclass(frozen=True, slots=True)
class Strand:
    """A thread of the continuum: the rubric criteria behind it, and a descriptor per level id."""

    id: str
    title: str
    criteria: tuple[str, ...]
    descriptors: tuple[tuple[str, str], ...] = ()

    def descriptor(self, level_id: str) -> str:
        """What this strand looks like at a level; empty where nothing is written."""
        return dict(self.descriptors).get(level_id, "")


@dataclass(frozen=True, slots=True)
class CrosswalkRow:
    """Scores from ``low`` (inclusive) to ``high`` on a rubric version in a grade mean this level.

    ``high`` is exclusive, except in the topmost row of a grade, where the rubric ends.
    """

    strand_id: str
    grade: str
    rubric_id: str
    rubric_version: int
    low: float
    high: float
    level_id: str

    def __post_init__(self) -> None:
        if self.high <= self.low:
            raise ArgumentError("A crosswalk row ends where it starts or before.")


@dataclass(frozen=True, slots=True)
class Exemplar:
    """A piece that shows proficient work at a level, and a teacher's words about it."""

    strand_id: str
    level_id: str
    piece_code: str
    commentary: str = ""


class PlacedBy(StrEnum):
    """How a card came to its place."""

    CROSSWALK = "crosswalk"
    RUBRIC = "rubric"
    EXEMPLAR = "exemplar"


@dataclass(frozen=True, slots=True)
class Placement:
    """A piece at a level of a strand of a continuum; a placement by exemplar carries staff's reason."""

    piece_id: str
    continuum_id: str
    strand_id: str
    level_id: str
    by: PlacedBy
    reason: str = ""

    def __post_init__(self) -> None:
        if self.by is PlacedBy.EXEMPLAR and not self.reason.strip():
            raise ArgumentError("A placement beside an exemplar needs its reason.")


@dataclass(frozen=True, slots=True)
class Continuum:
    """Ordered academic levels with strands, exemplars and crosswalk."""

    id: str
    title: str
    levels: tuple[AcademicLevel, ...]
    strands: tuple[Strand, ...]
    crosswalk: tuple[CrosswalkRow, ...] = ()
    exemplars: tuple[Exemplar, ...] = ()

    def __post_init__(self) -> None:
        if [level.position for level in self.levels] != list(range(1, len(self.levels) + 1)):
            raise ArgumentError("The academic levels' positions are not 1, 2, 3, … in order.")
        levels = {level.id for level in self.levels}
        strands = {strand.id for strand in self.strands}
        marks: list[CrosswalkRow | Exemplar] = [*self.crosswalk, *self.exemplars]
        for row in marks:
            if row.level_id not in levels or row.strand_id not in strands:
                raise ArgumentError(
                    f"A crosswalk row or exemplar names {row.strand_id}/{row.level_id}, "
                    "which the continuum has not."
                )
        _refuse_overlaps(self.crosswalk)

    def level(self, level_id: str) -> AcademicLevel:
        """The academic level of that id."""
        for level in self.levels:
            if level.id == level_id:
                return level
        raise NotFound(f"The continuum has no level {level_id!r}.")

    def strand(self, strand_id: str) -> Strand:
        """The strand of that id."""
        for strand in self.strands:
            if strand.id == strand_id:
                return strand
        raise NotFound(f"The continuum has no strand {strand_id!r}.")

    def expected_level(self, grade: str) -> AcademicLevel | None:
        """The level expected at the end of a grade, or None where the continuum names none."""
        return next((level for level in self.levels if level.grade == grade), None)

    def place(
        self, strand_id: str, grade: str, rubric_id: str, rubric_version: int, score: float
    ) -> AcademicLevel | None:
        """The level that the crosswalk gives, by convention, to a mean score of a strand's criteria.

        Returns None where the crosswalk has no row for it.
        """
        rows = [
            row
            for row in self.crosswalk
            if (row.strand_id, row.grade, row.rubric_id, row.rubric_version)
            == (strand_id, grade, rubric_id, rubric_version)
        ]
        top = max((row.high for row in rows), default=0.0)
        for row in rows:
            if row.low <= score + 1e-9 and (
                score + 1e-9 < row.high or (row.high == top and score <= top + 1e-9)
            ):
                return self.level(row.level_id)
        return None


def _refuse_overlaps(rows: tuple[CrosswalkRow, ...]) -> None:
    groups: dict[tuple[str, str, str, int], list[CrosswalkRow]] = {}
    for row in rows:
        key = (row.strand_id, row.grade, row.rubric_id, row.rubric_version)
        groups.setdefault(key, []).append(row)
    for key, group in groups.items():
        ordered = sorted(group, key=lambda row: row.low)
        for lower, upper in pairwise(ordered):
            if upper.low < lower.high:
                raise ArgumentError(
                    f"Two crosswalk rows overlap: strand {key[0]}, grade {key[1]}, "
                    f"near {upper.low:g}.",
                    fix="Let each interval start where the one below it ends.",
                )
