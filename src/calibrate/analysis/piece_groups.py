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
    used = [one for one in columns if one in rows and rows[one].notna().any()]
    if "piece_school" in used:
        used = [one for one in used if one not in ("school", "rater_school")]
    pieces = rows["piece"].astype(str)
    told = pd.DataFrame(index=pd.Index(pieces.unique(), name="piece"))
    for one in list(used):
        values = _values(pieces, rows[one].astype("string").fillna("not told"))
        if values.nunique() < 2:
            used.remove(one)
        else:
            told[one] = values
    if not used:
        return PieceGroups(
            None,
            (),
            1,
            "No column tells the pieces' school, grade or window, so all pieces are taken as draws from one group: "
            "a rater whose students are stronger than others' may look lenient.",
        )
    label = pd.Series("others", index=told.index, dtype=object)
    left = pd.Series(True, index=told.index)
    for depth in range(len(used), 0, -1):
        keys = told.loc[left, used[:depth]].agg(" · ".join, axis=1)
        big = keys.map(keys.value_counts()) >= MIN_PIECES
        label.loc[keys.index[big]] = keys[big]
        left.loc[keys.index[big]] = False
        if not left.any():
            break
    if left.any() and int(left.sum()) < MIN_PIECES and label[~left].nunique():
        largest = label[~left].value_counts().index[0]
        label[left] = largest
    names = listed([one.replace("_", " ") for one in used])
    return PieceGroups(
        label.loc[pieces].to_numpy(dtype=object),
        tuple(used),
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
    sets = _values(rows["piece"].astype(str), rows[apart].astype("string").fillna("not told"))
    own = sets.loc[rows["piece"].astype(str)].to_numpy(dtype=object)
    labels = own.copy()
    further = [one for one in columns if one != apart]
    for one in sorted(set(own)):
        mine = own == one
        within = piece_groups(rows[mine], further).labels
        if within is not None:
            labels[mine] = one + " · " + within
    return labels


def _values(pieces: pd.Series, column: pd.Series) -> pd.Series:
    pairs = pd.DataFrame({"piece": pieces.to_numpy(), "value": column.to_numpy()})
    pairs = pairs.drop_duplicates().sort_values(["piece", "value"])
    return pairs.groupby("piece")["value"].agg(" + ".join)
