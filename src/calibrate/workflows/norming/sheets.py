"""Score sheets on paper: what stands on each rater's sheet, ready before the meeting. No link, no PIN, no child."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from calibrate.errors import NotFound
from calibrate.model.rubric import Rubric
from calibrate.workflows.norming.board_choices import person_names
from calibrate.workflows.norming.room_view import ShownPiece, shown_piece
from calibrate.workflows.norming.trust import (
    NormingProject,
    panel_labels,
    pieces_by_rater,
    pieces_of,
    rubric_of,
)

#: The one letter that Smarter Balanced writes for a code, where a rubric has codes of these names.
KNOWN_LETTERS = {"BLANK": "B", "INSUFF": "I", "LANG": "L", "OFFTOPIC": "T", "OFFPURP": "M"}


@dataclass(frozen=True, slots=True)
class RaterSheet:
    """One rater's sheet.

    Parameters
    ----------
    rater_id
        Whose it is.
    label
        Place and role on the panel, such as ``panel member 3 (teacher)``.
    name
        The rater's own name, or the roster's id where none is known; empty where none is wanted.
    pieces
        The rater's pieces in the rater's own order.
    """

    rater_id: str
    label: str
    name: str
    pieces: tuple[ShownPiece, ...] = field(repr=False)

    @property
    def title(self) -> str:
        """The name, or the place on the panel where there is no name."""
        return self.name or upper_first(self.label)

    @property
    def due(self) -> tuple[tuple[str, str], ...]:
        """The (piece id, criterion id) pairs that the sheet asks for, in its order."""
        return tuple((piece.id, criterion) for piece in self.pieces for criterion in piece.criteria)


@dataclass(frozen=True, slots=True)
class ScoreSheets:
    """Everything that is printed for one session.

    Parameters
    ----------
    letters
        The letter that stands for each condition code (code id to letter).
    sheets
        One per rater, in the order of their places.
    pieces
        Every piece of the session in its own order, for printing the work once.
    """

    session_id: str
    title: str
    held_on: date | None
    rubric: Rubric
    letters: Mapping[str, str]
    sheets: tuple[RaterSheet, ...]
    pieces: tuple[ShownPiece, ...] = field(repr=False)

    def sheet(self, rater_id: str) -> RaterSheet:
        """The sheet of a rater; `NotFound` if the rater is not on the panel."""
        for one in self.sheets:
            if one.rater_id == rater_id:
                return one
        raise NotFound("This rater is not on the panel of the session.")


def score_sheets(project: NormingProject, session_id: str, *, names: bool = True) -> ScoreSheets:
    """What to print for a session, as soon as it is set up.

    Parameters
    ----------
    names
        Whether the raters' names are read; otherwise a sheet has its place on the panel alone.

    Raises
    ------
    NotFound
        If there is no such session.
    """
    with project.store.reading() as unit:
        session = unit.sessions.get(session_id)
        rubric = rubric_of(unit, session)
        stored = pieces_of(unit, session)
        shown = {one: shown_piece(unit, rubric, stored[one]) for one in session.piece_ids}
        plan, labels = pieces_by_rater(unit, session_id), panel_labels(unit, session_id)
        called = person_names(unit, list(labels)) if names else {}
        return ScoreSheets(
            session_id=session_id,
            title=session.title,
            held_on=session.held_on,
            rubric=rubric,
            letters=code_letters(rubric),
            sheets=tuple(
                RaterSheet(
                    rater, label, called.get(rater, ""), tuple(shown[one] for one in plan[rater])
                )
                for rater, label in labels.items()
                if plan.get(rater)
            ),
            pieces=tuple(shown.values()),
        )


def code_letters(rubric: Rubric) -> dict[str, str]:
    """A letter for each condition code of a rubric, no two alike: code id to capital letter.

    It is the letter that is in use for that code where there is one, else the first of the code's
    own letters that is free.
    """
    wanted = {code.id: KNOWN_LETTERS.get(code.id.upper(), "") for code in rubric.codes}
    taken = {letter for letter in wanted.values() if letter}
    for code in rubric.codes:
        if not wanted[code.id]:
            own = [one for one in (code.id + code.label).upper() if "A" <= one <= "Z"]
            free = [one for one in [*own, *map(chr, range(65, 91))] if one not in taken]
            wanted[code.id] = free[0] if free else ""
            taken.add(wanted[code.id])
    return wanted


def upper_first(text: str) -> str:
    """The text with its first letter as a capital."""
    return text[:1].upper() + text[1:]
