"""Place a card of the writing wall beside an exemplar, with the reason; or take that back."""

from __future__ import annotations

from calibrate.errors import ArgumentError, NotFound
from calibrate.model.continuum import Continuum, Exemplar, PlacedBy, Placement
from calibrate.model.work import Piece
from calibrate.store.project import Project
from calibrate.store.repository import Unit

LONGEST_REASON = 600
"""Letters of a reason: it has to fit on a card."""


def place_beside_exemplar(
    project: Project,
    *,
    piece: str,
    continuum: str,
    strand: str,
    level: str,
    reason: str,
    by: str,
) -> Placement:
    """Place a piece at the level whose exemplar it was laid beside; the log says from where to where.

    It comes before the crosswalk, and replaces an earlier placement of the piece in that strand.

    Parameters
    ----------
    project
        An open project.
    piece
        The piece's code.
    continuum, strand, level
        Ids; the level must have an exemplar in that strand.
    reason
        Why it belongs there, in staff's words; at most `LONGEST_REASON` letters.
    by
        Who does it: a rater's id, or the part of Calibrate that acts.

    Raises
    ------
    ArgumentError
        If there is no reason, it is too long, the level has no exemplar in that strand, or the
        piece is that exemplar itself.
    NotFound
        If there is no such piece, continuum, strand or level.
    """
    why = " ".join(reason.split())
    if not why:
        raise ArgumentError("Please say why the piece belongs there.")
    if len(why) > LONGEST_REASON:
        raise ArgumentError(
            f"The reason is longer than {LONGEST_REASON} letters.",
            fix="Say it in a sentence or two.",
        )
    with project.transaction() as unit:
        found = _piece(unit, piece)
        scale = unit.continuum.get(continuum)
        scale.strand(strand)
        scale.level(level)
        beside = [one.piece_code for one in exemplars_at(scale, strand, level)]
        if not beside:
            raise ArgumentError(
                "This level has no exemplar in this strand yet, so nothing can be laid beside it.",
                fix="Choose a level that has one.",
            )
        if beside == [found.code]:
            raise ArgumentError("This piece is the exemplar itself.")
        before = unit.placements.find(found.id, continuum, strand)
        placed = Placement(found.id, continuum, strand, level, PlacedBy.EXEMPLAR, why)
        unit.placements.put(placed)
        was = f"; before: {before.level_id} by {before.by}" if before else ""
        unit.audit.log(by, "wall.place", found.id, f"{strand} {level}{was}")
    return placed


def take_back_placement(
    project: Project, *, piece: str, continuum: str, strand: str, by: str
) -> None:
    """Take a placement of staff's back, so that the piece stands again where its score puts it.

    Raises
    ------
    NotFound
        If there is no such piece, or nobody has placed it.
    """
    with project.transaction() as unit:
        found = _piece(unit, piece)
        before = unit.placements.get(found.id, continuum, strand)
        unit.placements.remove(found.id, continuum, strand)
        unit.audit.log(by, "wall.take_back", found.id, f"{strand}; before: {before.level_id}")


def exemplars_at(continuum: Continuum, strand: str, level: str) -> tuple[Exemplar, ...]:
    """The exemplars of a level in a strand."""
    return tuple(
        one for one in continuum.exemplars if (one.strand_id, one.level_id) == (strand, level)
    )


def _piece(unit: Unit, code: str) -> Piece:
    found = unit.work.pieces.first(code=code)
    if found is None:
        raise NotFound(f"The project has no piece {code}.")
    return found
