"""Who a visitor is. It comes from HttpOnly cookies alone, never from what a page says."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from secrets import token_urlsafe

from calibrate.errors import CalibrateError, SealError
from calibrate.store.sealing import KeyStore
from calibrate.workflows.norming import NormingProject, Seat, seat_from_link

SEAT_COOKIE = "calibrate_seat"
LEAD_COOKIE = "calibrate_lead"

DESK = "/desk"
BOARD = "/board"

_LEAD_FILE = "room.json"
_LONGEST_TOKEN = 512


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody with a browser.

    Parameters
    ----------
    seat
        The rater's seat that the browser's cookie gives, or None.
    lead
        Whether the browser holds the facilitator's key. One person may be both: a facilitator who
        scores too.
    keys
        What the browser's valid cookies hold, by the page that each opens, to tell one visitor's
        kernels from another's.
    """

    seat: Seat | None = None
    lead: bool = False
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def nobody(self) -> bool:
        """Whether nothing is known of this visitor."""
        return self.seat is None and not self.lead

    def owner(self, secret: bytes, page: str) -> str:
        """The name under which this visitor's kernels of one page are kept; nobody else can make it.

        It comes from the key to that page alone: whoever gains or loses the other role meanwhile
        still owns, and leaves, the same kernels.

        Parameters
        ----------
        secret
            A key that this process alone holds.
        page
            The page, such as ``/desk``.
        """
        return blake2b(
            f"{page}\0{self.keys.get(page, '')}".encode(), key=secret, digest_size=24
        ).hexdigest()


def lead_token(keystore: KeyStore) -> str:
    """The facilitator's key to the room: made once, kept in the key store, outside the project."""
    if not (keystore.folder / _LEAD_FILE).exists():
        try:
            keystore.write(_LEAD_FILE, {"lead": token_urlsafe(32)})
        except SealError:
            if not (keystore.folder / _LEAD_FILE).exists():
                raise
    return str(keystore.read(_LEAD_FILE, "The facilitator's link")["lead"])


def visitor(project: NormingProject, lead: str, cookies: Mapping[str, str]) -> Visitor:
    """Who holds these cookies.

    Parameters
    ----------
    project
        The project.
    lead
        The facilitator's key: see `lead_token`.
    cookies
        The cookies that the browser sent.
    """
    token = cookies.get(SEAT_COOKIE, "")
    seat = seat_of(project, token)
    leads = is_lead(lead, cookies.get(LEAD_COOKIE, ""))
    keys = ({DESK: token} if seat else {}) | ({BOARD: lead} if leads else {})
    return Visitor(seat, leads, keys)


def seat_of(project: NormingProject, token: str) -> Seat | None:
    """The seat that a join link's token gives, or None."""
    if not 0 < len(token) <= _LONGEST_TOKEN:
        return None
    try:
        return seat_from_link(project, token)
    except SealError:
        return None


def still_lead(keystore: KeyStore, token: str) -> bool:
    """Whether a token is the facilitator's by what the key store holds now; nothing is made there."""
    try:
        held = keystore.read(_LEAD_FILE, "The facilitator's link").get("lead")
    except (CalibrateError, OSError):
        return False
    return isinstance(held, str) and bool(held) and is_lead(held, token)


def is_lead(lead: str, token: str) -> bool:
    """Whether a token is the facilitator's."""
    return hmac.compare_digest(lead.encode(), token.encode("utf-8", "replace"))
