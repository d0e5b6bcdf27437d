"""The two tables that everything is computed from: judgements, and scores of record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from calibrate.model.resolution import (
    Judgement,
    RecordState,
    ScoreOfRecord,
    readings_that_count,
    resolution_rule,
    resolve,
)
from calibrate.model.rubric import Purpose, Rubric, Scale
from calibrate.model.scores import ReadingPurpose
from calibrate.store.project import Project
from calibrate.store.repository import Unit
from calibrate.store.score_rows import (
    PIECE_COLUMNS,
    current_score_rows,
    latest_consensus_rows,
    readers,
)

FIRST_ROUNDS = ("blind", "operational")
"""The rounds whose readings nobody had talked about yet."""

COLUMNS = (
    "piece",
    "rater",
    "criterion",
    "score",
    "code",
    "position",
    "reading",
    "session",
    "reading_window",
    "round",
    "purpose",
    "joint",
    "window",
    "task",
    "genre",
    "grade",
    "student",
    "piece_school",
    "piece_classroom",
    "rater_school",
    "scored_at",
    "piece_id",
    "rubric_id",
    "rubric_version",
    "comment",
    "minutes",
)

RECORD_COLUMNS = (
    "piece",
    "criterion",
    "state",
    "value",
    "code",
    "position",
    "by",
    "n_readings",
    "reason",
    "piece_id",
    "student",
    "window",
    "task",
    "genre",
    "grade",
    "piece_school",
    "piece_classroom",
    "rubric_id",
    "rubric_version",
)

_NUMBERS = {"score": "float64", "value": "float64", "minutes": "float64"}
_COUNTS = {"position": "Int64", "rubric_version": "Int64", "n_readings": "Int64"}


def score_table(
    project: Project,
    *,
    session: str | None = None,
    school: str | None = None,
    window: str | None = None,
    round: str | Iterable[str] | None = None,  # noqa: A002
    purpose: str | Iterable[str] | None = None,
    of_tasks: bool = False,
) -> pd.DataFrame:
    """Every judgement of student work that stands, one row per reading and criterion.

    A joint reading is one row per criterion: its ``rater`` is the raters' ids joined by ``+``, its
    ``rater_school`` their school if they share one. Readings of a rater's own student are there,
    with the purpose ``own_student``; reliability leaves them out.

    Parameters
    ----------
    project
        An open project.
    session, window
        Only this session or window.
    school
        Only pieces of this school, and judgements of its raters.
    round, purpose
        Only this one, or these.
    of_tasks
        Ratings of how demanding tasks are (rubrics of the purpose ``task_demand``) instead. A
        session's judgements come whatever its rubric judges.

    Returns
    -------
    pandas.DataFrame
        The columns of `COLUMNS`: ``piece`` is the code that people see, ``rater`` an internal id,
        ``score`` a float (nan where a code was given), ``position`` the level's place from 1; ``window`` is the piece's,
        ``reading_window`` that of the session in which it was read.
    """
    with project.reading() as unit:
        rows = current_score_rows(
            unit,
            session_id=session,
            school_id=school,
            window_id=window,
            rounds=_some(round),
            purposes=_some(purpose),
        )
        people = readers(unit)
        demand = _rubrics_of_demand(unit)
    if session is None:
        rows = [one for one in rows if (_rubric_key(one) in demand) == of_tasks]
    for row in rows:
        row["rater"], row["joint"], row["rater_school"] = _readers_of(people[row["reading"]])
    return _frame(rows, COLUMNS)


def readings_with(project: Project, rubric: Rubric) -> pd.DataFrame:
    """Every judgement that stands with one version of a rubric, over all sessions, as `score_table` has it."""
    table = score_table(project)
    mine = (table["rubric_id"] == rubric.id) & (table["rubric_version"] == rubric.version)
    return table[mine].reset_index(drop=True)


def scales(rubric: Rubric) -> dict[str, Scale]:
    """The scale of each criterion of a rubric, in the rubric's order."""
    return {criterion.id: criterion.scale for criterion in rubric.criteria}


def records_of(
    project: Project,
    *,
    school: str | None = None,
    window: str | None = None,
    of_tasks: bool = False,
) -> pd.DataFrame:
    """The score of record of every piece and criterion.

    The latest consensus stands. Without one the project's resolution rule is applied to the
    first-round readings that count (`calibrate.model.resolution.readings_that_count`). Criteria
    that are not scored for a piece have no row; a criterion that nobody has scored is ``missing``.

    Parameters
    ----------
    project
        An open project.
    school
        Only pieces of this school.
    window
        Only pieces of this window.
    of_tasks
        The settled demand of tasks instead of scores of student work.

    Returns
    -------
    pandas.DataFrame
        The columns of `RECORD_COLUMNS`, by piece, rubric and the rubric's order of criteria.
        ``value`` may lie between two levels, and has no ``position`` then.
    """
    rule = project.settings.resolution_rule
    resolution_rule(rule)
    with project.reading() as unit:
        rows = current_score_rows(unit, window_id=window, rounds=FIRST_ROUNDS)
        agreed = latest_consensus_rows(unit, window_id=window)
        people = readers(unit)
        rubrics = {(one.id, one.version): one for one in unit.rubrics.all()}
        demand = _rubrics_of_demand(unit)
        skipped = {one.id: set(one.not_scored) for one in unit.work.pieces.all() if one.not_scored}
    gathered = _gather(rows, agreed, people)
    records: list[dict[str, Any]] = []
    for (piece_id, rubric_id, version), piece in gathered.items():
        if school is not None and piece.about["piece_school"] != school:
            continue
        if ((rubric_id, version) in demand) != of_tasks:
            continue
        rubric = rubrics[(rubric_id, version)]
        for criterion in rubric.criteria:
            if criterion.id in skipped.get(piece_id, ()):
                continue
            outcome = piece.consensus.get(criterion.id) or resolve(
                rule, readings_that_count(piece.readings.get(criterion.id, []))
            )
            records.append(
                {
                    **piece.about,
                    "criterion": criterion.id,
                    "rubric_id": rubric_id,
                    "rubric_version": version,
                    "state": outcome.state.value,
                    "value": outcome.value,
                    "code": outcome.code_id,
                    "position": _position(criterion.scale, outcome.value),
                    "by": outcome.by,
                    "n_readings": outcome.n_readings,
                    "reason": outcome.reason,
                }
            )
    records.sort(key=lambda row: (row["piece"], row["rubric_id"], row["rubric_version"]))
    return _frame(records, RECORD_COLUMNS)


def _rubrics_of_demand(unit: Unit) -> set[tuple[str, int]]:
    """The rubrics that judge tasks, not student work."""
    found = unit.rubrics.all()
    return {(one.id, one.version) for one in found if one.purpose is Purpose.TASK_DEMAND}


def _rubric_key(row: dict[str, Any]) -> tuple[str, int]:
    return row["rubric_id"], row["rubric_version"]


@dataclass(slots=True)
class _PieceReadings:
    """What is known of one piece under one rubric version."""

    about: dict[str, Any]
    readings: dict[str, list[tuple[ReadingPurpose, Judgement]]] = field(default_factory=dict)
    consensus: dict[str, ScoreOfRecord] = field(default_factory=dict)


_PURPOSES = {purpose.value: purpose for purpose in ReadingPurpose}


def _gather(
    rows: list[dict[str, Any]],
    agreed: list[dict[str, Any]],
    people: dict[str, tuple[tuple[str, str | None], ...]],
) -> dict[tuple[str, str, int], _PieceReadings]:
    found: dict[tuple[str, str, int], _PieceReadings] = {}

    def of(row: dict[str, Any]) -> _PieceReadings:
        key = (row["piece_id"], row["rubric_id"], row["rubric_version"])
        if key not in found:
            found[key] = _PieceReadings({name: row[name] for name in PIECE_COLUMNS})
        return found[key]

    for row in rows:
        purpose = _PURPOSES[row["purpose"]]
        judgement = Judgement(
            _readers_of(people[row["reading"]])[0],
            row["score"],
            row["position"],
            row["code"],
            expert=purpose is ReadingPurpose.ADJUDICATION,
        )
        of(row).readings.setdefault(row["criterion"], []).append((purpose, judgement))
    for row in agreed:  # the oldest first, so that the latest stays
        piece = of(row)
        piece.consensus[row["criterion"]] = ScoreOfRecord(
            RecordState.SETTLED,
            "consensus",
            row["value"],
            row["code"],
            len(readings_that_count(piece.readings.get(row["criterion"], []))),
            row["reason"],
        )
    return found


def _readers_of(people: tuple[tuple[str, str | None], ...]) -> tuple[str, bool, str | None]:
    """The raters' ids as one, whether there are several, and the school that they share."""
    if len(people) == 1:
        return people[0][0], False, people[0][1]
    schools = {school for _, school in people}
    shared = schools.pop() if len(schools) == 1 else None
    return "+".join(sorted(rater for rater, _ in people)), True, shared


def _position(scale: Scale, value: float | None) -> int | None:
    return next((level.position for level in scale.levels if level.value == value), None)


def _some(wanted: str | Iterable[str] | None) -> list[str] | None:
    if wanted is None:
        return None
    return [str(wanted)] if isinstance(wanted, str) else [str(one) for one in wanted]


def _frame(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> pd.DataFrame:
    """A table with these columns and the same types whether it has rows or not."""
    table: dict[str, pd.Series[Any]] = {}
    for name in columns:
        values = [row[name] for row in rows]
        if name in _NUMBERS:
            table[name] = pd.Series(values, dtype="float64")
        elif name in _COUNTS:
            table[name] = pd.Series(values, dtype="Int64")
        elif name == "joint":
            table[name] = pd.Series(values, dtype="bool")
        elif name == "scored_at":
            table[name] = pd.Series(values, dtype="datetime64[us, UTC]")
        else:
            table[name] = pd.Series(values, dtype="str")
    return pd.DataFrame(table)
