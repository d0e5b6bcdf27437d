"""Student groups: do a school's readers score the work of a group otherwise than other readers do?

Groups of students differ in what they hand in, so whether *all* readers are fair to a group cannot
be told from scores. What can be told is an interaction: on pieces that readers of several schools
read, does a school differ from the others in another way for this group than for everybody else?
Each reader's own severity is taken out first, so that a school whose strict readers happened to get
a group's work is not blamed. The many-facet model does it (one extra parameter for each school and
group, `stats.facets.effects`), which also keeps the ends of the scale from looking like bias.

Only cells with enough students and readers are looked at; the false-discovery rate is held over all
of them, and how many there were is told. What stands out is a question to look into, never a
verdict on anybody.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats as distributions

from calibrate.analysis.piece_groups import piece_groups
from calibrate.analysis.readings import ScaleLike, Scales, as_scales, independent_blind
from calibrate.analysis.wording import count, label, natural, points, signed
from calibrate.stats.facets import FacetsFit, fit_facets, prepare_judgements
from calibrate.stats.facets.effects import Residuals, false_discovery, harsher
from calibrate.stats.facets.judgements import CRITERION, RATER

MIN_STUDENTS = 10
"""Fewer students of a group, in pieces that a school's readers share with others, are not looked at."""

MIN_READERS = 3
"""Fewer readers on the school's side would say something of persons."""

QUESTION = (
    "a question to look into together, with the pieces on the table, not a verdict on anybody"
)


@dataclass(frozen=True)
class GroupCell:
    """A school's readers and one group of students.

    Parameters
    ----------
    value, se
        How much harsher the school's readers are with this group than with everybody else, beside
        other readers of the same pieces, in logits.
    points, ci95
        The same in rubric points, positive where they give *more*; the interval is a plain one.
    n_pieces, n_students, n_readers
        Pieces of the group that readers of this school and of another read, their students, and the
        school's readers of them.
    flagged
        Whether it stands out with the false-discovery rate over all cells held at 5 %.
    """

    school: str
    attribute: str
    group: str
    value: float
    se: float
    p: float
    points: float
    ci95: tuple[float, float]
    n_pieces: int
    n_students: int
    n_readers: int
    flagged: bool
    sentence: str

    def as_dict(self) -> dict[str, object]:
        """The fields of the JSON answer."""
        return {
            "school": self.school,
            "attribute": self.attribute,
            "group": self.group,
            "value": self.value,
            "se": self.se,
            "p": self.p,
            "points": self.points,
            "ci95": list(self.ci95),
            "n_pieces": self.n_pieces,
            "n_students": self.n_students,
            "n_readers": self.n_readers,
            "flagged": self.flagged,
        }


@dataclass(frozen=True)
class StudentGroups:
    """Every cell that was looked at.

    Parameters
    ----------
    n_too_small
        Cells left out because they held too few students, readers or shared pieces.
    min_students
        The fewest students of a cell.
    """

    cells: tuple[GroupCell, ...]
    n_too_small: int
    min_students: int
    sentence: str
    flagged: tuple[GroupCell, ...] = field(init=False)

    def __post_init__(self) -> None:
        found = sorted((one for one in self.cells if one.flagged), key=lambda one: one.p)
        object.__setattr__(self, "flagged", tuple(found))

    def as_dict(self) -> dict[str, object]:
        """The part ``student_groups`` of the JSON answer."""
        return {
            "cells": [one.as_dict() for one in self.cells],
            "n_tested": len(self.cells),
            "n_too_small": self.n_too_small,
            "min_students": self.min_students,
            "sentence": self.sentence,
        }


def memberships(pieces: Iterable[str], values: Iterable[object], attribute: str) -> pd.DataFrame:
    """Which groups pieces belong to by one column: ``attribute, group, piece``.

    A cell may name several groups, separated by ``;``; an empty one names none. The group that
    holds more than half of the pieces is left out: it is what the others are set beside.
    """
    rows = [
        (attribute, name.strip(), str(piece))
        for piece, value in zip(pieces, values, strict=True)
        if isinstance(value, str)
        for name in value.split(";")
        if name.strip()
    ]
    found = pd.DataFrame(rows, columns=["attribute", "group", "piece"]).drop_duplicates()
    return without_the_majority(found, len({str(one) for one in pieces}))


def without_the_majority(members: pd.DataFrame, n_pieces: int) -> pd.DataFrame:
    """Memberships without groups that hold more than half of the pieces."""
    sizes = members.groupby(["attribute", "group"])["piece"].transform("nunique")
    return members[sizes <= n_pieces / 2].reset_index(drop=True)


def student_groups(
    table: pd.DataFrame,
    scales: ScaleLike,
    members: pd.DataFrame,
    *,
    group: str = "rater_school",
    min_students: int = MIN_STUDENTS,
    fit: FacetsFit | None = None,
    labels: Mapping[str, str] | None = None,
) -> StudentGroups:
    """Look for schools whose readers score a student group otherwise than other readers do.

    Parameters
    ----------
    table, scales
        A score table, with the column ``student`` where it is known (else every piece counts as a
        student of its own), and the scale of every criterion.
    members
        Columns ``attribute, group, piece``; a piece may be in several groups.
    group
        The column of the rater's school.
    min_students
        The fewest students of a cell.
    fit
        The many-facet model of the same readings, where somebody has fitted it already.
    labels
        What schools and groups are called in sentences.
    """
    known = as_scales(scales)
    rows = independent_blind(table, known).table
    if group not in rows.columns:
        rows[group] = pd.array([pd.NA] * len(rows), dtype="string")
    rows = rows[rows.groupby("piece")["rater"].transform("nunique") > 1].reset_index(drop=True)
    schools = sorted({str(one) for one in rows[group].dropna()}, key=natural)
    pairs = members[["attribute", "group"]].drop_duplicates().sort_values(["attribute", "group"])
    names = list(pairs.itertuples(index=False, name=None))
    cells: list[GroupCell] = []
    if len(schools) > 1 and names:
        fit = _fitted(rows, known) if fit is None else fit
        cells = _look(fit, rows, members, names, schools, group, min_students)
        flags = false_discovery(np.array([one.p for one in cells]))
        cells = [replace(one, flagged=bool(flag)) for one, flag in zip(cells, flags, strict=True)]
        cells = [replace(one, sentence=_cell_words(one, labels)) for one in cells]
    too_small = len(schools) * len(names) - len(cells) if len(schools) > 1 else 0
    return StudentGroups(
        tuple(cells), too_small, min_students, _sentence(cells, too_small, min_students)
    )


def _fitted(rows: pd.DataFrame, scales: Scales) -> FacetsFit:
    return fit_facets(
        prepare_judgements(
            rows["piece"],
            rows["rater"],
            rows["criterion"],
            rows["score"],
            {name: scale.values for name, scale in scales.items()},
            groups=piece_groups(rows).labels,
            model="rating_scale",
        )
    )


def _look(
    fit: FacetsFit,
    rows: pd.DataFrame,
    members: pd.DataFrame,
    names: list[tuple[str, str]],
    schools: list[str],
    group: str,
    min_students: int,
) -> list[GroupCell]:
    beside = _Beside.of(rows, group, schools)
    sets = {name: set(part["piece"]) for name, part in members.groupby(["attribute", "group"])}
    found: dict[tuple[str, str, str], list[GroupCell]] = {}
    for _, part in fit.bounded:
        residuals = Residuals(part)
        judged = residuals.data
        piece = np.array(judged.pieces, dtype=object)[judged.piece]
        rater = np.array(fit.data.facets[RATER].ids, dtype=object)[judged.rater]
        school = np.array([beside.school_of.get(one, -1) for one in rater], dtype=np.int64)
        shared = np.array(
            [s >= 0 and (p, s) in beside.shared for p, s in zip(piece, school, strict=True)]
        )
        steps = np.array([(one[-1] - one[0]) / (len(one) - 1) for one in judged.values])
        gain = residuals.found.variance * steps[judged.facets[CRITERION].code]
        for name in names:
            inside = shared & np.array([one in sets[name] for one in piece])
            cell = np.where(inside, school, -1)
            told = residuals.cells(cell, len(schools), harsher(part))
            for s, known in enumerate(schools):
                here = cell == s
                counts = beside.counts(piece[here], rater[here])
                if (
                    not math.isfinite(told.p[s])
                    or counts[1] < min_students
                    or counts[2] < MIN_READERS
                ):
                    continue
                value, se = float(told.value[s]), float(told.se[s])
                per_logit = float(gain[here].mean())
                half = float(distributions.t.ppf(0.975, counts[0] - 1)) * se * per_logit
                more = -value * per_logit
                made = GroupCell(
                    known,
                    *name,
                    value,
                    se,
                    float(told.p[s]),
                    more,
                    (more - half, more + half),
                    *counts,
                    flagged=False,
                    sentence="",
                )
                found.setdefault((known, *name), []).append(made)
    return [max(cells, key=lambda one: one.n_pieces) for _, cells in sorted(found.items())]


@dataclass(frozen=True)
class _Beside:
    """Who reads for which school, and which pieces a school's readers share with others."""

    school_of: Mapping[str, int]
    shared: frozenset[tuple[str, int]]
    student_of: Mapping[str, str]

    @classmethod
    def of(cls, rows: pd.DataFrame, group: str, schools: list[str]) -> _Beside:
        place = {name: number for number, name in enumerate(schools)}
        readers = rows.drop_duplicates(["piece", "rater"])
        school_of = {
            str(rater): place[str(school)]
            for rater, school in zip(readers["rater"], readers[group], strict=True)
            if not pd.isna(school)
        }
        by_piece: dict[str, set[int]] = {}
        for piece, rater in zip(readers["piece"], readers["rater"], strict=True):
            by_piece.setdefault(str(piece), set()).add(school_of.get(str(rater), -1))
        shared = {(p, s) for p, there in by_piece.items() if len(there) > 1 for s in there}
        students = readers["student"] if "student" in readers else readers["piece"]
        student_of = {
            str(piece): str(piece if pd.isna(student) else student)
            for piece, student in zip(readers["piece"], students, strict=True)
        }
        return cls(school_of, frozenset(shared), student_of)

    def counts(
        self, piece: NDArray[np.object_], rater: NDArray[np.object_]
    ) -> tuple[int, int, int]:
        """Pieces, students and readers."""
        pieces = set(piece.tolist())
        return len(pieces), len({self.student_of[one] for one in pieces}), len(set(rater.tolist()))


def _cell_words(one: GroupCell, labels: Mapping[str, str] | None) -> str:
    who, what = label(labels, one.school), label(labels, one.group)
    on = (
        f"{count(one.n_students, 'student')}, {count(one.n_pieces, 'shared piece')}, "
        f"{count(one.n_readers, 'reader')}, 95% interval {signed(one.ci95[0])} to {signed(one.ci95[1])}"
    )
    if not one.flagged:
        return f"{who} and {what}: nothing beyond chance ({on})."
    way = "more" if one.points > 0 else "less"
    return (
        f"{who}'s readers give work of the group {what} {points(one.points)} {way} than other readers "
        f"of the same pieces do, beyond how they score everybody else's ({on}): {QUESTION}."
    )


def _sentence(cells: list[GroupCell], too_small: int, min_students: int) -> str:
    flagged = sorted((one for one in cells if one.flagged), key=lambda one: one.p)
    small = (
        f" {count(too_small, 'pair')} with fewer than {min_students} students or {MIN_READERS} readers "
        f"in shared pieces {'was' if too_small == 1 else 'were'} not looked at."
        if too_small
        else ""
    )
    limits = (
        " Whether all readers together are fair to a group cannot be told from scores, because groups "
        "differ in what they hand in."
    )
    if not cells:
        return (
            "Nothing can be said about student groups: no group has enough students in pieces that "
            f"readers of two schools read.{small}{limits}"
        )
    looked = f"Of {count(len(cells), 'pair')} of a school and a student group looked at, "
    if not flagged:
        return f"{looked}none stands out beyond chance.{small}{limits}"
    verb = "stands" if len(flagged) == 1 else "stand"
    return (
        f"{looked}{len(flagged)} {verb} out (about one in twenty of these may be chance). "
        f"{flagged[0].sentence}{small}{limits}"
    )
