"""Finding what people call by name: a rater by the roster's id, a piece by its code, a session by its beginning."""

from __future__ import annotations

from calibrate.errors import NotFound
from calibrate.model.session import Session
from calibrate.store.repository import Unit


def find_rater(unit: Unit, text: str) -> str:
    """The id of the rater whom somebody typed: the roster's id, or Calibrate's own.

    Raises
    ------
    NotFound
        If there is none, or the roster's id is used by two sources.
    """
    wanted = text.strip()
    if unit.people.raters.find(wanted) is not None:
        return wanted
    found = unit.people.raters.all(source_id=wanted)
    if len(found) != 1:
        raise NotFound(
            f"There is no rater {wanted!r}." if not found else f"Two raters are called {wanted!r}.",
            fix="Use the person_id of the roster.",
        )
    return found[0].id


def find_piece(unit: Unit, text: str) -> str:
    """The id of the piece whose code (or own id) somebody typed; `NotFound` if there is none."""
    wanted = text.strip()
    piece = unit.work.pieces.first(code=wanted) or unit.work.pieces.find(wanted)
    if piece is None:
        raise NotFound(f"There is no piece {wanted!r}.", fix="Use the code that raters see.")
    return piece.id


def find_session(unit: Unit, text: str) -> Session:
    """The session whose id somebody typed, whole or its beginning.

    Raises
    ------
    NotFound
        If none or several begin so.
    """
    wanted = text.strip()
    exact = unit.sessions.find(wanted)
    if exact is not None:
        return exact
    found = [one for one in unit.sessions.all() if wanted and one.id.startswith(wanted)]
    if len(found) != 1:
        raise NotFound(
            f"There is no session {wanted!r}."
            if not found
            else f"{len(found)} sessions begin with {wanted!r}.",
            fix="`calibrate session list` shows them.",
        )
    return found[0]


def find_rubric(unit: Unit, text: str) -> tuple[str, int]:
    """Id and version of the rubric that somebody typed: ``k8-writing`` (the latest) or ``k8-writing@1``."""
    name, _, version = text.strip().partition("@")
    if not version:
        return name, unit.rubrics.latest(name).version
    if not version.isdigit():
        raise NotFound(f"{version!r} is not a version of a rubric.", fix="Write k8-writing@1.")
    return name, unit.rubrics.get(name, int(version)).version
