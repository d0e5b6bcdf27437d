"""Whose students wrote what, as far as tables say it: who must not read which piece."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from calibrate.model.reading_plan import PlanPiece, PlanRater


@dataclass(frozen=True)
class Barred:
    """Who must not read what.

    Parameters
    ----------
    pairs
        (Piece, rater) pairs.
    known
        Whether the tables say anything of whose students wrote the pieces.
    """

    pairs: frozenset[tuple[str, str]]
    known: bool

    def __or__(self, other: Barred) -> Barred:
        return Barred(self.pairs | other.pairs, self.known or other.known)


NOBODY = Barred(frozenset(), known=False)


def barred_in_scores(frame: pd.DataFrame) -> Barred:
    """Who must not read what, from a table of scores.

    Parameters
    ----------
    frame
        Columns ``piece`` and ``rater``, and any of these: ``purpose`` (a reading marked ``own_student`` bars the rater from all work
        of that ``student`` and of that ``piece_classroom``), ``teacher`` (raters who teach the writer, joined by ``;``),
        ``piece_classroom`` beside ``rater_classroom`` (several joined by ``;``).
    """
    rows = pd.DataFrame(
        {
            name: frame[name].astype("string").fillna("").str.strip()
            if name in frame.columns
            else pd.Series("", index=frame.index, dtype="string")
            for name in _COLUMNS
        }
    ).drop_duplicates()
    rows = rows[(rows["piece"] != "") & (rows["rater"] != "")]
    pieces, everybody = rows.drop_duplicates(list(_OF_PIECE)), sorted(rows["rater"].unique())
    theirs: dict[str, set[tuple[str, str]]] = {one: set() for one in everybody}
    own = rows[rows["purpose"].str.lower().str.replace(" ", "_") == "own_student"]
    for name in ("piece", "student", "piece_classroom"):
        for rater, value in zip(own["rater"], own[name], strict=True):
            theirs[rater].add((name, value))
    for rater, classrooms in zip(rows["rater"], rows["rater_classroom"], strict=True):
        theirs[rater] |= {("piece_classroom", one) for one in _parts(classrooms)}
    pairs: set[tuple[str, str]] = set()
    for each in theirs.values():
        each -= {(name, "") for name in _OF_PIECE}
    for piece in pieces.to_dict("records"):
        of = {(name, piece[name]) for name in _OF_PIECE}
        pairs |= {(piece["piece"], rater) for rater in everybody if theirs[rater] & of}
        pairs |= {(piece["piece"], rater) for rater in _parts(piece["teacher"])}
    known = bool(pairs) or bool((rows["teacher"] != "").any())
    known |= bool(((rows["piece_classroom"] != "") & (rows["rater_classroom"] != "")).any())
    return Barred(frozenset(pairs), known)


def barred_in_plan(pieces: Sequence[PlanPiece], raters: Sequence[PlanRater]) -> Barred:
    """Who must not read what, from the tables of a plan."""
    return Barred(
        frozenset(
            (piece.id, rater.id) for piece in pieces for rater in raters if rater.teaches(piece)
        ),
        any(piece.teachers for piece in pieces)
        or (any(piece.classroom for piece in pieces) and any(rater.classrooms for rater in raters)),
    )


_OF_PIECE = ("piece", "student", "piece_classroom", "teacher")
_COLUMNS = (*_OF_PIECE, "rater", "purpose", "rater_classroom")


def _parts(text: str) -> Iterable[str]:
    return {part.strip() for part in text.split(";") if part.strip()}
