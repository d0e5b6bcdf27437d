"""Growth: a child's change in placement between windows, called growth only beyond scoring error.

The error comes from the project's own double readings: each of two independent readings of a piece
is placed separately, and the standard error of measurement (SEM) is what placements of one piece
differ by. A change counts beyond 1.96·√2·SEM; without enough double readings nobody can tell.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from calibrate.analysis.readings import ScaleLike, independent_blind
from calibrate.analysis.wall import Card, ChildPlacement, child_placements, place_score
from calibrate.analysis.wording import count, label
from calibrate.model.continuum import Continuum
from calibrate.model.rubric import Rubric

MIN_DOUBLE = 10
"""Pieces read twice that an SEM needs."""

GREW, FELL_BACK, NO_CLEAR_CHANGE = "grew", "fell back", "no clear change"
CANNOT_TELL, MISSING = "cannot tell", "missing in a window"
VERDICTS = (GREW, NO_CLEAR_CHANGE, FELL_BACK, CANNOT_TELL, MISSING)


@dataclass(frozen=True)
class PlacementError:
    """The scoring error of a placement in one strand.

    Parameters
    ----------
    sem
        In academic levels; nan where ``undefined`` says why.
    n_pieces, n_readings
        Pieces with two or more placed independent readings, and those readings.
    """

    strand: str
    sem: float
    n_pieces: int
    n_readings: int
    undefined: str
    sentence: str

    @property
    def threshold(self) -> float:
        """A change must be larger than this many levels to count: 1.96·√2·SEM."""
        return 1.96 * math.sqrt(2) * self.sem


@dataclass(frozen=True)
class ChildGrowth:
    """One child's change between two windows; ``verdict`` is one of `VERDICTS`."""

    student: str
    school: str
    classroom: str
    grade: str
    before: int | None
    after: int | None
    verdict: str

    @property
    def change(self) -> int | None:
        """Academic levels gained (or lost); None where a window is missing."""
        if self.before is None or self.after is None:
            return None
        return self.after - self.before


@dataclass(frozen=True)
class GrowthGroup:
    """How many children of a group have each verdict, in the order of `VERDICTS`."""

    key: str
    n_children: int
    counts: tuple[tuple[str, int], ...]
    mean_change: float
    n_measured: int

    def n(self, verdict: str) -> int:
        """Children with that verdict."""
        return dict(self.counts)[verdict]


@dataclass(frozen=True)
class Growth:
    """All children's changes in one strand from one window to another."""

    strand: str
    from_window: str
    to_window: str
    error: PlacementError
    children: tuple[ChildGrowth, ...]
    total: GrowthGroup
    sentence: str

    def by(self, column: str) -> tuple[GrowthGroup, ...]:
        """Groups by ``grade``, ``classroom`` or ``school``."""
        keys = sorted({str(getattr(one, column)) for one in self.children})
        return tuple(
            _group(key, [one for one in self.children if getattr(one, column) == key])
            for key in keys
        )

    def as_children(self) -> pd.DataFrame:
        """One row per child (as `record_summary.child_levels` has them) for the outside tables."""
        rows = [
            (
                one.student,
                self.to_window,
                one.school,
                one.classroom,
                one.grade,
                f"growth:{self.strand}",
                one.verdict,
            )
            for one in self.children
        ]
        columns = ["student", "window", "school", "classroom", "grade", "measure", "level"]
        return pd.DataFrame(rows, columns=columns)


def placement_error(
    table: pd.DataFrame,
    scales: ScaleLike,
    continuum: Continuum,
    rubric: Rubric,
    strand: str,
    *,
    min_double: int = MIN_DOUBLE,
) -> PlacementError:
    """The SEM of placements, from pieces with two or more independent blind readings.

    Parameters
    ----------
    table
        A score table with a ``grade`` column. A reading counts in a strand if it has a level on
        every criterion of the strand that the piece was judged on.
    """
    title = continuum.strand(strand).title
    criteria = continuum.strand(strand).criteria
    rows = independent_blind(table, scales).table
    rows = rows[rows["criterion"].isin(criteria) & rows["grade"].notna()]
    squares, freedom, pieces, readings = 0.0, 0, 0, 0
    for placed in _double_placements(rows, continuum, rubric, strand).values():
        mean = sum(placed) / len(placed)
        squares += sum((one - mean) ** 2 for one in placed)
        freedom += len(placed) - 1
        pieces += 1
        readings += len(placed)
    if pieces < max(min_double, 1):
        why = (
            "no piece was read twice independently"
            if pieces == 0
            else f"only {count(pieces, 'piece')} read twice independently (it takes {min_double})"
        )
        return PlacementError(
            strand,
            math.nan,
            pieces,
            readings,
            why,
            f"{title}: the scoring error of a placement cannot be told, because {why}.",
        )
    sem = math.sqrt(squares / freedom)
    found = PlacementError(strand, sem, pieces, readings, "", "")
    words = (
        f"{title}: two independent readings of one piece place it {sem * math.sqrt(2):.2f} of a "
        f"level apart (root mean square, {count(pieces, 'piece')}); a change counts when it is "
        f"more than {found.threshold:.2f} levels."
    )
    return PlacementError(strand, sem, pieces, readings, "", words)


def _double_placements(
    rows: pd.DataFrame, continuum: Continuum, rubric: Rubric, strand: str
) -> dict[str, list[int]]:
    """The positions of each reading of every piece that has two or more placed readings."""
    wanted = rows.groupby("piece")["criterion"].nunique()
    by_reading = rows.groupby(["piece", "rater"], as_index=False).agg(
        n=("criterion", "size"), score=("score", "mean"), grade=("grade", "first")
    )
    placed: dict[str, list[int]] = {}
    for one in by_reading.to_dict("records"):
        piece = str(one["piece"])
        if int(one["n"]) < int(wanted[piece]):
            continue
        level, _ = place_score(continuum, rubric, strand, str(one["grade"]), float(one["score"]))
        if level is not None:
            placed.setdefault(piece, []).append(level.position)
    return {piece: found for piece, found in placed.items() if len(found) > 1}


def growth(
    cards: Iterable[Card],
    error: PlacementError,
    *,
    from_window: str,
    to_window: str,
    labels: Mapping[str, str] | None = None,
) -> Growth:
    """Every child's change between two windows, in the strand of ``error``.

    Children stand in the group where they are in the later window (or, where they have left, in
    the earlier one).
    """
    windows: dict[str, dict[str, ChildPlacement]] = {from_window: {}, to_window: {}}
    for one in child_placements(cards):
        if one.strand == error.strand and one.window in windows:
            windows[one.window][one.student] = one
    first, last = windows[from_window], windows[to_window]
    children = tuple(
        _child(first.get(student), last.get(student), error)
        for student in sorted(set(first) | set(last))
    )
    total = _group("all", children)
    return Growth(
        error.strand,
        from_window,
        to_window,
        error,
        children,
        total,
        _sentence(total, error, label(labels, from_window), label(labels, to_window)),
    )


def _child(
    first: ChildPlacement | None, last: ChildPlacement | None, error: PlacementError
) -> ChildGrowth:
    here = last or first
    assert here is not None
    before = first.position if first else None
    after = last.position if last else None
    if before is None or after is None:
        verdict = MISSING
    elif math.isnan(error.sem):
        verdict = CANNOT_TELL
    elif abs(after - before) > error.threshold:
        verdict = GREW if after > before else FELL_BACK
    else:
        verdict = NO_CLEAR_CHANGE
    return ChildGrowth(
        here.student, here.school, here.classroom, here.grade, before, after, verdict
    )


def _group(key: str, children: Sequence[ChildGrowth]) -> GrowthGroup:
    counts = tuple((one, sum(child.verdict == one for child in children)) for one in VERDICTS)
    changes = [child.change for child in children if child.change is not None]
    mean = sum(changes) / len(changes) if changes else math.nan
    return GrowthGroup(key, len(children), counts, mean, len(changes))


def _sentence(total: GrowthGroup, error: PlacementError, first: str, last: str) -> str:
    span = f"From {first} to {last}"
    if total.n_measured == 0:
        return f"{span}: no student has a placement in both windows, so growth cannot be told."
    kids = count(total.n_measured, "student")
    gone = total.n(MISSING)
    missing = f" {count(gone, 'student')} had no placement in one of them." if gone else ""
    if math.isnan(error.sem):
        return (
            f"{span}: cannot tell who grew, because {error.undefined}; the {kids} placed in both "
            f"moved by {total.mean_change:+.2f} levels on average.{missing}"
        )
    return (
        f"{span}: of {kids} placed in both windows {total.n(GREW)} grew by more than scoring error "
        f"explains, {total.n(FELL_BACK)} fell back, and {total.n(NO_CLEAR_CHANGE)} show no clear "
        f"change.{missing}"
    )
