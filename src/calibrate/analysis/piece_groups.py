"""Which pieces may differ in quality on average: those of another school, grade or window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from calibrate.analysis.wording import listed

COLUMNS = ("piece_school", "school", "rater_school", "grade", "window")
"""The columns that tell where a piece comes from, the most important first."""

MIN_PIECES = 10
"""A group of fewer pieces is too small for a mean of its own: it joins others of its school, or of any."""


@dataclass(frozen=True, eq=False)
class PieceGroups:
    """The group of each judgement's piece.

    Attributes
    ----------
    labels
        One entry for each row, or None where all pieces are taken as one group.
    columns
        The columns that the groups come from.
    n
        How many groups there are.
    note
        What a reader must know about them.
    """

    labels: npt.NDArray[np.object_] | None
    columns: tuple[str, ...]
    n: int
    note: str


def piece_groups(rows: pd.DataFrame, columns: Sequence[str] = COLUMNS) -> PieceGroups:
    """Group pieces by every school, grade and window that the table tells.

    A column whose values differ within a piece (the rater's school) still tells something: pieces that two schools read are a
    group beside those that one read. Groups too small for a mean of their own lose their window, then their grade, then
    their school.
    """
    pieces = rows["piece"].astype(str)
    label, used = _grouped(_Told.of(rows, pieces, columns))
    if label is None:
        return PieceGroups(
            None,
            (),
            1,
            "No column tells the pieces' school, grade or window, so all pieces are taken as draws from one group: "
            "a rater whose students are stronger than others' may look lenient.",
        )
    names = listed([one.replace("_", " ") for one in used])
    return PieceGroups(
        label.loc[pieces].to_numpy(dtype=object),
        used,
        int(label.nunique()),
        f"Pieces may differ in quality on average by {names}.",
    )


def groups_apart(
    rows: pd.DataFrame, apart: str, columns: Sequence[str] = COLUMNS
) -> npt.NDArray[np.object_]:
    """Groups of pieces, never one for pieces that different readers read: the label of each row's piece.

    Pieces read by two schools (or in two windows) may have been picked for the purpose. With a mean of their own for every set
    of readers, however few they are, readers are set beside each other by what they gave to the same pieces alone.

    Parameters
    ----------
    rows
        Readings.
    apart
        The column that tells who or when (a school, a window): pieces whose sets of values differ are never in one group.
    columns
        Further columns by which pieces may differ, as in `piece_groups`.
    """
    pieces = rows["piece"].astype(str)
    told = _Told.of(rows, pieces, [one for one in columns if one != apart])
    sets = _values(pieces, rows[apart]).reindex(told.values.index)
    labels = sets.astype(object).copy()
    for one in sorted(set(sets)):
        within, _ = _grouped(told.of_pieces(sets.index[sets == one]))
        if within is not None:
            labels.loc[within.index] = one + " · " + within
    return np.asarray(labels.loc[pieces].to_numpy(dtype=object))


@dataclass(frozen=True, eq=False)
class _Told:
    """What the columns tell of every piece: its values, joined where they differ, and whether anything is told at all."""

    values: pd.DataFrame
    known: pd.DataFrame

    @classmethod
    def of(cls, rows: pd.DataFrame, pieces: pd.Series, columns: Sequence[str]) -> _Told:
        index = pd.Index(pieces.unique(), name="piece", dtype=object)
        values, known = pd.DataFrame(index=index), pd.DataFrame(index=index)
        for one in columns:
            if one in rows:
                values[one] = _values(pieces, rows[one])
                known[one] = index.isin(pieces[rows[one].notna()])
        return cls(values, known)

    def of_pieces(self, pieces: pd.Index) -> _Told:
        return _Told(self.values.loc[pieces], self.known.loc[pieces])


def _grouped(told: _Told) -> tuple[pd.Series | None, tuple[str, ...]]:
    """The group of every piece, and the columns that it comes from; None where no column sets pieces apart."""
    used = [str(one) for one in told.values if told.known[one].any()]
    if "piece_school" in used:
        used = [one for one in used if one not in ("school", "rater_school")]
    used = [one for one in used if told.values[one].nunique() > 1]
    if not used:
        return None, ()
    label = pd.Series("others", index=told.values.index, dtype=object)
    left = pd.Series(True, index=told.values.index)
    for depth in range(len(used), 0, -1):
        keys = told.values.loc[left, used[0]]
        for one in used[1:depth]:
            keys = keys + " · " + told.values.loc[left, one]
        big = keys.map(keys.value_counts()) >= MIN_PIECES
        label.loc[keys.index[big]] = keys[big]
        left.loc[keys.index[big]] = False
        if not left.any():
            break
    if left.any() and int(left.sum()) < MIN_PIECES and label[~left].nunique():
        largest = label[~left].value_counts().index[0]
        label[left] = largest
    return label, tuple(used)


def _values(pieces: pd.Series, column: pd.Series) -> pd.Series:
    """The value of every piece; all of them, joined in order, where its rows differ."""
    told = column.astype("string").fillna("not told").to_numpy(dtype=object)
    pairs = pd.DataFrame({"piece": pieces.to_numpy(dtype=object), "value": told}, dtype=object)
    pairs = pairs.drop_duplicates()
    several = pairs["piece"].duplicated(keep=False)
    alone = pairs[~several].set_index("piece")["value"]
    if not several.any():
        return alone
    joined = pairs[several].sort_values(["piece", "value"]).groupby("piece")["value"]
    both: pd.Series = pd.concat([alone, joined.agg(" + ".join).astype(object)])
    return both
