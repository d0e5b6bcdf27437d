"""Scores for a project from a long or wide table: one row per judgement, or one column per criterion."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from calibrate.errors import NotFound
from calibrate.exchange.cells import Columns, Row, plain_heading
from calibrate.exchange.problems import Problems
from calibrate.exchange.source_files import SourceFile, read_source
from calibrate.exchange.tables import column_letter, table_of
from calibrate.exchange.written_tables import unguarded
from calibrate.model.rubric import ConditionCode, Level, Rubric
from calibrate.model.scores import ReadingPurpose
from calibrate.model.session import RoundName

OPERATIONAL = "operational"
REQUIRED = ("piece", "rater")
OPTIONAL = (
    "criterion",
    "score",
    "code",
    "session",
    "round",
    "comment",
    "scored_at",
    "purpose",
    "window",
    "minutes",
    "joint_with",
    "rubric",
    "version",
)
_ROUNDS = {
    "": "",
    OPERATIONAL: OPERATIONAL,
    **{one.value: one.value for one in RoundName},
    "1": RoundName.BLIND.value,
    "2": RoundName.AFTER_DISCUSSION.value,
}
_HALVES = (
    (re.compile(r"^(\d{1,3})\s*\+$"), 0.5),
    (re.compile(r"^(\d{1,3})\s*-$"), -0.5),
)
_BETWEEN = re.compile(r"^(\d{1,3})\s*[/-]\s*(\d{1,3})$")


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One judgement as the file has it; ids are those of the file.

    Parameters
    ----------
    raters
        The rater; more than one where several agreed this score together.
    criterion
        Empty where the file names none: then the rubric must have just one.
    cell
        A score or a condition code, as text.
    column
        Where the cell stands, for messages.
    must_be_code
        Whether it stood in the column for codes.
    purpose
        None where the file says nothing.
    """

    row: int
    column: str
    session: str
    round: str
    piece: str
    raters: tuple[str, ...]
    criterion: str
    cell: str
    must_be_code: bool
    comment: str
    scored_at: datetime | None
    purpose: ReadingPurpose | None
    window: str
    minutes: float | None
    rubric: str
    version: int | None


@dataclass(frozen=True, slots=True)
class ScoreRows:
    """Every judgement of a file that could be read, and what was wrong with the rest.

    What is left to check needs the project: whether pieces, raters and sessions are known.
    """

    rows: tuple[ScoreRow, ...]
    problems: Problems
    sha256: str
    layout: str


def read_score_rows(
    path: Path, criteria: Collection[str], *, mapping: Mapping[str, str] | None = None
) -> ScoreRows:
    """Read scores from CSV or XLSX, long (a column ``criterion``) or wide (a column per criterion).

    Parameters
    ----------
    path
        The file.
    criteria
        Ids of criteria that a wide table may have as headings; capitals do not matter.
    mapping
        From our names of columns to the headings of the file, where they differ.

    Raises
    ------
    DataError
        If it is no table, or a column is missing. Problems of single rows are returned.
    """
    return score_rows_of(read_source(path), criteria, mapping=mapping)


def score_rows_of(
    source: SourceFile, criteria: Collection[str], *, mapping: Mapping[str, str] | None = None
) -> ScoreRows:
    """Read scores from a file that is already open. See `read_score_rows`."""
    table = table_of(source)
    plain = tuple(tuple(unguarded(cell) for cell in row) for row in table.rows)
    table = replace(table, rows=plain)  # an export's apostrophe is none of the text
    problems = Problems(source.name)
    problems.warnings.extend(table.warnings)
    headings = {plain_heading(one) for one in table.columns}
    if "piece" not in headings and "task" in headings and "piece" not in (mapping or {}):
        mapping = {**(mapping or {}), "piece": "task"}  # ratings of tasks
    columns = Columns(
        table,
        problems,
        required=REQUIRED,
        optional=OPTIONAL,
        mapping=mapping,
        others=True,
    )
    if "score" in columns or "code" in columns:
        _warn_of_others(columns.others, problems)
        rows = [found for row in columns if (found := _long_row(row))]
        layout = "long"
    else:
        named = {one.casefold(): one for one in criteria}
        wide = [(i, named[h.casefold()]) for i, h in columns.others if h.casefold() in named]
        if not wide:
            problems.add(
                "The table has neither a column score nor a column for any criterion.",
                row=1,
                fix="The criteria known here are " + (", ".join(sorted(criteria)) or "none") + ".",
            )
        used = {index for index, _ in wide}
        _warn_of_others([one for one in columns.others if one[0] not in used], problems)
        rows = [found for row in columns for found in _wide_row(row, wide)]
        layout = "wide"
    if not table.rows:
        problems.add("The table has headings and no rows.", fix="Add the scores.")
    return ScoreRows(tuple(rows), problems, source.sha256, layout)


def _warn_of_others(others: list[tuple[int, str]], problems: Problems) -> None:
    if others:
        letters = ", ".join(column_letter(index) for index, _ in others)
        problems.warn(f"Not known here and left out: column {letters}.")


def _common(row: Row) -> dict[str, object] | None:
    """What a row says beside its scores; None if it cannot be used."""
    piece, rater = row.id("piece"), row.id("rater")
    others = row.several("joint_with")
    name = row.text("round").casefold().replace(" ", "_")
    session = row.id("session", needed=False) or ""
    if name not in _ROUNDS:
        row.problem(
            "round", "This round is not known.", "Use blind, after_discussion or operational."
        )
    elif bool(session) != (_ROUNDS[name] not in ("", OPERATIONAL)) and (session or name):
        row.problem(
            "round",
            "A session's scores need the round blind or after_discussion; others have neither.",
            "Fill in session and round, or neither.",
        )
    word = row.text("purpose").casefold().replace(" ", "_")
    purpose = None
    if word:
        try:
            purpose = ReadingPurpose(word)
        except ValueError:
            known = ", ".join(one.value for one in ReadingPurpose)
            row.problem("purpose", "This purpose is not known.", f"Use one of {known}.")
    version = row.number_at_least("version", 1)
    minutes = row.number_at_least("minutes", 0)
    scored_at = row.moment("scored_at")
    if piece is None or rater is None:
        return None
    if rater in others or len(set(others)) != len(others):
        row.problem("joint_with", "The same rater is named twice.", "Name each rater once.")
        return None
    return {
        "row": row.number,
        "session": session,
        "round": _ROUNDS.get(name) or OPERATIONAL,
        "piece": piece,
        "raters": (rater, *others),
        "comment": row.text("comment"),
        "scored_at": scored_at,
        "purpose": purpose,
        "window": row.text("window"),
        "minutes": minutes,
        "rubric": row.text("rubric"),
        "version": None if version is None else int(version),
    }


def _long_row(row: Row) -> ScoreRow | None:
    common = _common(row)
    score, code = row.text("score"), row.text("code")
    if score and code:
        row.problem("code", "Score and code are both filled.", "Fill exactly one of them.")
        return None
    if not score and not code:
        row.problem("score", "Score and code are both empty.", "Fill exactly one of them.")
        return None
    if common is None:
        return None
    return ScoreRow(
        column="code" if code else "score",
        criterion=row.text("criterion"),
        cell=code or score,
        must_be_code=bool(code),
        **common,  # type: ignore[arg-type]
    )


def _wide_row(row: Row, wide: list[tuple[int, str]]) -> list[ScoreRow]:
    common = _common(row)
    if common is None:
        return []
    return [
        ScoreRow(
            column=criterion,
            criterion=criterion,
            cell=row.cells[index],
            must_be_code=False,
            **common,  # type: ignore[arg-type]
        )
        for index, criterion in wide
        if row.cells[index]
    ]


def read_cell(rubric: Rubric, one: ScoreRow, *, halves: bool) -> Level | ConditionCode:
    """What a row's cell means on a rubric.

    Parameters
    ----------
    rubric, one
        The rubric and the row; ``one.criterion`` may be empty if the rubric has one criterion.
    halves
        Whether ``2+``, ``3-``, ``2/3`` and ``2-3`` stand for 2.5.

    Raises
    ------
    NotFound
        If the criterion is not the rubric's, or the cell is neither a score nor a code of it.
    """
    criterion = criterion_id(rubric, one.criterion)
    found = rubric.read_cell(criterion, _unfold_halves(one.cell) if halves else one.cell)
    if one.must_be_code and isinstance(found, Level):
        raise NotFound(
            "This is a score in the column for condition codes.",
            fix="Move it to the column score.",
        )
    return found


def criterion_id(rubric: Rubric, text: str) -> str:
    """The id of a criterion as the rubric spells it; `NotFound` does not repeat the text."""
    if not text and len(rubric.criteria) == 1:
        return rubric.criteria[0].id
    for criterion in rubric.criteria:
        if text.casefold() == criterion.id.casefold():
            return criterion.id
    raise NotFound(
        "The rubric has no such criterion." if text else "The criterion is missing.",
        column="criterion",
        fix="Its criteria are " + ", ".join(one.id for one in rubric.criteria) + ".",
    )


def _unfold_halves(cell: str) -> str:
    for pattern, half in _HALVES:
        if match := pattern.match(cell):
            return f"{int(match.group(1)) + half:g}"
    if match := _BETWEEN.match(cell):
        low, high = int(match.group(1)), int(match.group(2))
        if abs(high - low) == 1:
            return f"{(low + high) / 2:g}"
    return cell
