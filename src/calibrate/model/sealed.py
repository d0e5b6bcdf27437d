"""What the store keeps of a sealed session: public keys, the signed manifest, hashes, and nothing that opens a ballot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SessionKey:
    """A session's public key (32 bytes), and its private half sealed to the recovery key."""

    session_id: str
    public_key: bytes
    recovery_box: bytes


@dataclass(frozen=True, slots=True)
class StoredManifest:
    """What the facilitator signed before the first score. It is written once.

    Parameters
    ----------
    body
        The exact bytes that were signed.
    signature
        Ed25519, 64 bytes.
    verify_key
        The key to check it with, 32 bytes; believed only if something outside the database agrees.
    """

    session_id: str
    body: bytes
    signature: bytes
    verify_key: bytes
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class RaterSecretHash:
    """The hash of a rater's secret for one session (32 bytes), and the key that ballots are checked against."""

    session_id: str
    rater_id: str
    secret_hash: bytes
    verify_key: bytes


@dataclass(frozen=True, slots=True)
class PinTry:
    """That somebody tried to come in with a name and PIN, and how it went. Never the PIN itself.

    Parameters
    ----------
    rater_id
        Whose name was given; None for a name that nobody on the panel has.
    outcome
        ``started`` until it is known, then ``right`` or ``wrong``; ``too_soon`` if it was not let in.
    """

    id: str
    session_id: str
    rater_id: str | None
    tried_at: datetime
    outcome: str
