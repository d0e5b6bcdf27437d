"""Coming in with room code, name and PIN: finds whose PIN it is said to be."""

from __future__ import annotations

import unicodedata

from calibrate.errors import CalibrateError
from calibrate.model.roster import PersonName
from calibrate.store.sealing import KeyStore, make_join_token
from calibrate.workflows.norming import NormingProject, seat_from_pin
from calibrate.workflows.norming.links import find_room


class NoSuchRoom(CalibrateError):
    """No session that is open has the room code that was typed."""


def token_by_pin(
    project: NormingProject, keystore: KeyStore, code: str, name: str, pin: str
) -> str:
    """The join token of the rater who gives room code, name and PIN.

    The token holds what the personal link holds: from here on both ways in are the same.

    Raises
    ------
    NoSuchRoom
        If no open session has this code.
    PinRefused
        If name and PIN do not fit together, or the try comes too soon. Every try is logged, also one
        for a name that nobody on the panel has.
    """
    session_id = find_room(project, code)
    if session_id is None:
        raise NoSuchRoom(
            "There is no open session with this room code.",
            fix="Look at the code on your slip, or ask the facilitator whether the session is open.",
        )
    rater_id = panel_member(project, session_id, name)
    seat = seat_from_pin(project, keystore, session_id, rater_id, pin)
    return make_join_token(seat.secret, keystore.session_public(session_id).verify_key)


def panel_member(project: NormingProject, session_id: str, name: str) -> str | None:
    """The id of the panel's rater of this name, or None if nobody or more than one has it.

    Parameters
    ----------
    name
        Given and family name in any order, one of the two where it is enough to tell who is meant,
        or the roster's id. Letter size, accents and commas do not matter.
    """
    with project.store.reading() as unit:
        panel = [one.rater_id for one in unit.sessions.panel.all(session_id=session_id)]
        raters = {one.id: one.source_id for one in unit.people.raters.all(id=panel)}
        names = unit.people.names.all(person_id=panel)
    wanted = plain(name)
    if not wanted:
        return None
    for spellings in (
        [(rater, plain(source)) for rater, source in raters.items()],
        [(one.person_id, whole) for one in names for whole in _whole(one)],
        [(one.person_id, part) for one in names for part in _parts(one)],
    ):
        found = {rater for rater, spelling in spellings if spelling == wanted}
        if found:
            return found.pop() if len(found) == 1 else None
    return None


def plain(name: str) -> str:
    """A name for comparing: small letters, no accents, one space between words."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(
        one if one.isalnum() else " " for one in letters if not unicodedata.combining(one)
    )
    return " ".join(bare.split())


def _whole(name: PersonName) -> tuple[str, str]:
    given, family = name.given_name, name.family_name
    return plain(f"{given} {family}"), plain(f"{family} {given}")


def _parts(name: PersonName) -> tuple[str, str]:
    return plain(name.given_name), plain(name.family_name)
