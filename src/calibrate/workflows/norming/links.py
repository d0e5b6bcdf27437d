"""How raters find their room: the personal join link, and the short code that stands on a hand-out."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from calibrate.errors import ArgumentError
from calibrate.model.session import SessionState
from calibrate.store.sealing.encoding import digest
from calibrate.workflows.norming.trust import NormingProject

ROOM_LETTERS = "BCDFGHJKMNPQRTVWXYZ"  # no look-alikes of digits, and no vowels: it spells no word
ROOM_CODE_LENGTH = 6


def join_link(address: str, token: str) -> str:
    """The address that a rater opens. The token stands behind the ``#``, which no browser sends to a server.

    Parameters
    ----------
    address
        Where the room is served, such as ``http://192.168.1.20:8765``.
    token
        The token of the rater's hand-out.

    Raises
    ------
    ArgumentError
        If the address is not one that a browser opens.
    """
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ArgumentError("The room's address has to begin with http:// or https://.")
    return f"{address.rstrip('/')}/join#{token}"


def token_in(link: str) -> str:
    """The token in what somebody pasted: the token itself, or a link that carries it.

    Parameters
    ----------
    link
        A token, or an address with the token as its ``token`` or as the end of its path.
    """
    text = link.strip().strip("<>\"'").strip()
    if not set("/=#") & set(text):
        return text
    parts = urlsplit(text)
    for query in (parts.fragment, parts.query):
        named = parse_qs(query).get("token")
        if named:
            return named[0]
    return parts.fragment or parts.path.rstrip("/").rpartition("/")[2]


def room_code(project: NormingProject, session_id: str) -> str:
    """The session's six letters, to be typed with one's name and PIN. They are not a secret.

    They come from the ids alone, so that they need not be kept and are the same on every hand-out.
    """
    number = int.from_bytes(digest("calibrate room code 1", project.id, session_id), "big")
    letters = []
    for _ in range(ROOM_CODE_LENGTH):
        number, place = divmod(number, len(ROOM_LETTERS))
        letters.append(ROOM_LETTERS[place])
    return "".join(letters)


def find_room(project: NormingProject, code: str) -> str | None:
    """The id of the session whose code somebody typed; small letters and spaces do not matter.

    Returns
    -------
    str or None
        None where no session that is open for scoring or revealed has this code, or more than one
        has: then a name and PIN cannot say which one is meant, and the personal link is needed.
    """
    wanted = "".join(one for one in code.upper() if not one.isspace() and one != "-")
    with project.store.reading() as unit:
        open_now = [SessionState.SCORING, SessionState.REVEALED]
        sessions = unit.sessions.all(state=open_now)
    found = [one.id for one in sessions if room_code(project, one.id) == wanted]
    return found[0] if len(found) == 1 else None
