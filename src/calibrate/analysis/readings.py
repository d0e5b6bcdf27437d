"""Which judgements count: a checked score table, and the independent blind readings in it.

A *score table* is a pandas table with one row per reading and criterion. `prepare` accepts the
four columns piece, rater, criterion and score, and fills in the rest. Nothing is dropped in
silence: every selection says how many judgements it left out, and why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from calibrate.analysis.wording import count, listed
from calibrate.errors import ArgumentError, DataError
from calibrate.model.rubric import TOTAL, Level, Scale

Scales = Mapping[str, Scale]
ScaleLike = Mapping[str, Scale | Sequence[float]]

BLIND_ROUNDS = ("blind", "operational")
"""Rounds in which nobody had seen anybody else's score."""

_REQUIRED = ("piece", "rater", "criterion", "score")
_TEXT = (
    "code",
    "reading",
    "session",
    "window",
    "task",
    "genre",
    "grade",
    "student",
    "piece_school",
    "piece_classroom",
    "rater_school",
)


@dataclass(frozen=True)
class LeftOut:
    """Judgements (reading × criterion) that a selection leaves out, and the reason."""

    reason: str
    n: int


@dataclass(frozen=True)
class Selection:
    """The judgements that count for a question.

    Parameters
    ----------
    table
        The prepared rows that stay.
    left_out
        What was left out and why; reasons with nothing left out are not listed.
    n_total
        Judgements before the selection.
    """

    table: pd.DataFrame
    left_out: tuple[LeftOut, ...]
    n_total: int

    @property
    def sentence(self) -> str:
        """What the selection used and left out, in one sentence."""
        used = f"Used {count(len(self.table), 'judgement')} of {self.n_total}"
        if not self.left_out:
            return f"{used}; none was left out."
        why = listed([f"{one.n} {one.reason}" for one in self.left_out])
        return f"{used}; left out: {why}."


def plain_scale(values: Sequence[float]) -> Scale:
    """A scale from bare values: levels are named by their value, lowest first."""
    ordered = sorted({float(value) for value in values})
    return Scale(tuple(Level(f"{v:g}", f"{v:g}", v, i + 1) for i, v in enumerate(ordered)))


def as_scales(scales: ScaleLike) -> dict[str, Scale]:
    """Scales by criterion, from `Scale` objects or bare level values.

    Raises
    ------
    ArgumentError
        If a criterion is called ``total``, as a rubric of an older project may have it: its numbers and those of all
        criteria together could not be told apart.
    """
    if any(name.casefold() == TOTAL for name in scales):
        raise ArgumentError(
            "The rubric has a criterion called total, and this word stands for all criteria together.",
            fix="Import the rubric as its next version, with another id for that criterion, and score with that one.",
        )
    return {
        criterion: scale if isinstance(scale, Scale) else plain_scale(scale)
        for criterion, scale in scales.items()
    }


def prepare(table: pd.DataFrame, scales: ScaleLike) -> pd.DataFrame:
    """Check a score table and complete its columns.

    Parameters
    ----------
    table
        At least piece, rater, criterion and score (NaN beside a condition code).
    scales
        The scale of every criterion. Levels come from here, never from the scores seen.

    Returns
    -------
    A new table with the columns of the score table, sorted the same way whatever the order of the
    rows was, with ``position`` (level position from 1) worked out where it is missing.

    Raises
    ------
    ArgumentError
        If a column or a criterion's scale is missing.
    DataError
        If a score is not on its scale, or if the same rater scored the same piece and criterion
        twice in one reading round with one purpose.
    """
    for column in _REQUIRED:
        if column not in table.columns:
            raise ArgumentError(
                f"The score table has no column {column!r}.",
                column=column,
                fix="It needs piece, rater, criterion and score.",
            )
    known = as_scales(scales)
    data = table.reset_index(drop=True)
    for column in ("piece", "rater", "criterion"):
        data[column] = data[column].astype(str)
    if unknown := sorted(set(data["criterion"]) - set(known)):
        raise ArgumentError(
            f"There is no scale for the criterion {unknown[0]!r}.",
            fix="Give the levels of every criterion.",
        )
    data["score"] = pd.to_numeric(data["score"], errors="coerce").astype(float)
    for column in _TEXT:
        if column not in data.columns:
            data[column] = pd.NA
        data[column] = data[column].astype("string")
    data["round"] = data["round"].fillna("blind").astype(str) if "round" in data else "blind"
    data["purpose"] = (
        data["purpose"].fillna("independent").astype(str) if "purpose" in data else "independent"
    )
    data["joint"] = (
        data["joint"].astype("boolean").fillna(False).astype(bool) if "joint" in data else False
    )
    if "scored_at" not in data.columns:
        data["scored_at"] = pd.NaT
    data["position"] = _positions(data, known)
    data = data.sort_values(
        ["criterion", "piece", "rater", "scored_at", "session", "round", "purpose", "reading"],
        kind="stable",
        ignore_index=True,
    )
    _refuse_repeats(data)
    return data


def _positions(data: pd.DataFrame, scales: Scales) -> pd.Series:
    positions = pd.Series(pd.NA, index=data.index, dtype="Int64")
    for criterion, rows in data.groupby("criterion")["score"]:
        places = {round(level.value, 6): level.position for level in scales[str(criterion)].levels}
        scored = rows.dropna()
        found = scored.round(6).map(places)
        if found.isna().any():
            stray = float(scored[found.isna()].iloc[0])
            raise DataError(
                f"{stray:g} is not a score of {criterion}.",
                column="score",
                fix="Its scores are "
                + ", ".join(f"{v:g}" for v in scales[str(criterion)].values)
                + ".",
            )
        positions.loc[scored.index] = found.astype("Int64")
    return positions


def _refuse_repeats(data: pd.DataFrame) -> None:
    key = ["piece", "rater", "criterion", "session", "round", "purpose", "window"]
    if data.duplicated(key).any():
        row = data[data.duplicated(key)].iloc[0]
        raise DataError(
            f"The same rater scored a piece on {row['criterion']} twice in one round.",
            fix="Keep the one that counts; a later reading needs a session, round or purpose of "
            "its own.",
        )


def read_in_other_sessions(table: pd.DataFrame) -> str:
    """A sentence where pieces have readers in different sessions, whose scores are not set beside each other; else empty.

    Parameters
    ----------
    table
        The readings that count (`independent_blind`).
    """
    if table.empty:
        return ""
    sessions = table.groupby("piece")["session"].nunique(dropna=False)
    apart = int((sessions > 1).sum())
    if not apart:
        return ""
    have = "piece has" if apart == 1 else "pieces have"
    return (
        f"{apart} {have} readers in different sessions. Scores are compared within a session only; leave the session column "
        "out (or call it something else) if it does not say who scored together."
    )


def select(prepared: pd.DataFrame, keeps: Sequence[tuple[str, pd.Series]]) -> Selection:
    """Keep the rows that pass every test; each row left out counts under the first it fails.

    Parameters
    ----------
    prepared
        A table from `prepare`.
    keeps
        Pairs of (reason for leaving out, boolean series of rows that pass).
    """
    alive = pd.Series(True, index=prepared.index)
    left_out: list[LeftOut] = []
    for reason, passes in keeps:
        fails = alive & ~passes.astype(bool)
        if n := int(fails.sum()):
            left_out.append(LeftOut(reason, n))
        alive &= passes.astype(bool)
    return Selection(prepared[alive].reset_index(drop=True), tuple(left_out), len(prepared))


def independent_blind(
    table: pd.DataFrame, scales: ScaleLike, *, keep_codes: bool = False
) -> Selection:
    """The independent readings of a blind round: the only ones that speak of reliability.

    Left out and counted: readings after the discussion, readings for another purpose
    (adjudication, back-reading, validity, a teacher's own student), scores that two raters agreed
    together, later readings of the same piece by the same rater, and, unless ``keep_codes``,
    condition codes.
    """
    data = prepare(table, scales)
    first = pd.Series(False, index=data.index)
    fits = data["round"].isin(BLIND_ROUNDS) & (data["purpose"] == "independent") & ~data["joint"]
    candidates = data[fits]
    first.loc[candidates.drop_duplicates(["criterion", "piece", "rater"]).index] = True
    keeps: list[tuple[str, pd.Series]] = [
        ("made after the discussion", data["round"].isin(BLIND_ROUNDS)),
        ("of a teacher's own student", data["purpose"] != "own_student"),
        ("read for another purpose than an independent score", data["purpose"] == "independent"),
        ("scored jointly by several raters", ~data["joint"]),
        ("read again by the same rater", first | ~fits),
    ]
    scored = data["position"].notna()
    if not keep_codes:
        keeps.append(("with a condition code instead of a level", scored | data["code"].isna()))
    keeps.append(("without a score", scored | data["code"].notna()))
    return select(data, keeps)


def criteria_in_order(scales: ScaleLike, table: pd.DataFrame) -> list[str]:
    """The criteria that the table holds, in the rubric's order."""
    present = set(table["criterion"])
    return [criterion for criterion in scales if criterion in present]


def reading_window(table: pd.DataFrame) -> str:
    """The column that tells when readings were made: ``reading_window``, or ``window`` where the table has no other.

    In a project ``window`` is the piece's own; a piece of the fall may be read again in a session of the spring.
    """
    name = "reading_window"
    return name if name in table.columns and table[name].notna().any() else "window"
