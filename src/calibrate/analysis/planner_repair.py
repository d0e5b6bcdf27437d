"""Scores that are there already: what is disconnected, and the fewest further readings that connect it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from calibrate.analysis.planner_links import parts_of
from calibrate.analysis.planner_matching import BoolArray
from calibrate.analysis.wording import count, label, listed

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class FurtherReading:
    """One reading that would join two parts."""

    rater: str
    piece: str


@dataclass(frozen=True)
class Repair:
    """What is disconnected in scores that are there, and what would connect it.

    Parameters
    ----------
    subsets
        Raters by part, the largest part first.
    further
        The fewest readings that join all parts: one fewer than there are parts. Fewer if some part
        cannot be joined because nobody may read there.
    own_students_known
        Whether it was known whose students wrote the pieces; otherwise somebody has to look.
    """

    subsets: tuple[tuple[str, ...], ...]
    further: tuple[FurtherReading, ...]
    sentence: str
    own_students_known: bool = False

    @property
    def linked(self) -> bool:
        """Whether a chain of shared pieces joins everybody."""
        return len(self.subsets) <= 1

    def as_dict(self) -> dict[str, object]:
        """The ``repair`` part of the JSON answer."""
        return {
            "connected": self.linked,
            "subsets": [list(part) for part in self.subsets],
            "further_readings": [{"rater": one.rater, "piece": one.piece} for one in self.further],
            "own_students_known": self.own_students_known,
            "sentence": self.sentence,
        }


def what_would_connect(
    rows: pd.DataFrame,
    *,
    barred: Collection[tuple[str, str]] = (),
    own_students_known: bool | None = None,
    labels: Mapping[str, str] | None = None,
) -> Repair:
    """The fewest further readings after which everybody can be compared with everybody.

    Parameters
    ----------
    rows
        The readings that count: columns ``piece`` and ``rater``.
    barred
        (Piece, rater) pairs that must not be: raters who would score their own students.
    own_students_known
        Whether ``barred`` says all of it; without this, whether there are any.
    labels
        What raters are called in the sentence.

    Notes
    -----
    One reading joins the rater's part to the piece's part and no other, so n parts take n − 1. Each smaller part is joined to the
    largest by its rater with the fewest readings and the piece that most have read.
    """
    read = rows[["piece", "rater"]].astype(str).drop_duplicates()
    raters = sorted(read["rater"].unique())
    pieces = sorted(read["piece"].unique())
    given = np.zeros((len(raters), len(pieces)), dtype=bool)
    given[
        np.searchsorted(raters, read["rater"].to_numpy(dtype=str)),
        np.searchsorted(pieces, read["piece"].to_numpy(dtype=str)),
    ] = True
    parts = parts_of(given)
    members = [np.flatnonzero(parts == one) for one in range(int(parts.max(initial=-1)) + 1)]
    members.sort(key=lambda one: (-len(one), int(one[0])))
    forbidden = set(barred)
    further = []
    joined, waiting = list(members[:1]), list(members[1:])
    while waiting:
        left = []
        for part in waiting:
            core = np.concatenate(joined)
            found = _joining(given, part, core, raters, pieces, forbidden) or _joining(
                given, core, part, raters, pieces, forbidden
            )
            if found is None:
                left.append(part)
            else:
                further.append(found)
                joined.append(part)
        if len(left) == len(waiting):
            break
        waiting = left  # a part that could not be joined before may be joined through another
    subsets = tuple(tuple(raters[one] for one in part) for part in members)
    known = bool(forbidden) if own_students_known is None else own_students_known
    words = _repair_words(subsets, further, known, labels)
    return Repair(subsets, tuple(further), words, known)


def _joining(
    given: BoolArray,
    readers: IntArray,
    others: IntArray,
    raters: list[str],
    pieces: list[str],
    forbidden: set[tuple[str, str]],
) -> FurtherReading | None:
    """A rater of one part and a piece of another that may meet."""
    read = given[others].sum(axis=0)
    for piece in np.argsort(-read, kind="stable")[: int((read > 0).sum())]:
        for rater in readers[np.argsort(given[readers].sum(axis=1), kind="stable")]:
            if (pieces[piece], raters[rater]) not in forbidden:
                return FurtherReading(raters[rater], pieces[piece])
    return None


def _repair_words(
    subsets: tuple[tuple[str, ...], ...],
    further: list[FurtherReading],
    known: bool,
    labels: Mapping[str, str] | None,
) -> str:
    if not subsets:
        return "Nobody has read anything yet."
    if len(subsets) == 1:
        return "Shared pieces join all raters: everybody can be compared with everybody."
    text = f"The raters fall into {len(subsets)} parts that no shared piece joins, so they cannot be compared across parts."
    told = listed([f"{label(labels, one.rater)} reads {one.piece}" for one in further[:6]])
    more = f" and {len(further) - 6} more" if len(further) > 6 else ""
    if further:
        text += f" {count(len(further), 'further reading')} would join {'them' if len(further) == len(subsets) - 1 else 'some of them'}: {told}{more}."
        text += (
            " None of them is of a rater's own student, as far as it is known whose the pieces are."
            if known
            else " Whose students wrote the pieces is not known here: make sure that nobody would read their own."
        )
    if len(further) < len(subsets) - 1:
        text += " The rest cannot be joined: every reading would be of a rater's own student."
    return text
