"""The manifest: who is on the panel and which keys count, signed before the first score."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from calibrate.errors import ArgumentError, SealError
from calibrate.store.sealing.encoding import (
    canonical_json,
    digest,
    from_text,
    same,
    statement,
    to_text,
)
from calibrate.store.sealing.keys import key_fingerprint

MANIFEST_FORMAT = 1
_SIGNED_FOR = f"calibrate manifest {MANIFEST_FORMAT}"
_TROUBLE = (
    "The list of this session's panel and keys was changed after the facilitator signed it, so "
    "nothing can be saved or opened."
)
_FIX = "Tell the facilitator: the session has to be set up again from a sound copy of the project."


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the facilitator signs for a session.

    Parameters
    ----------
    project, session
        Ids.
    rubric, rubric_version
        Which rubric is scored with.
    session_key
        The public key that ballots are sealed to, 32 bytes.
    ballot_size
        The size of every ballot in bytes.
    panel
        Rater id to the rater's verify key (32 bytes).
    plan
        32 bytes that stand for who scores which pieces: see `plan_digest`.
    made_at
        When (ISO 8601).
    """

    project: str
    session: str
    rubric: str
    rubric_version: int
    session_key: bytes
    ballot_size: int
    panel: Mapping[str, bytes]
    plan: bytes
    made_at: str

    def __post_init__(self) -> None:
        if not self.panel:
            raise ArgumentError("A session needs a panel of at least one rater.")
        if len(set(self.panel.values())) != len(self.panel):
            raise ArgumentError("Each rater of a panel has a key of their own.")

    def to_bytes(self) -> bytes:
        """The manifest as the bytes that are signed (canonical JSON)."""
        return canonical_json(
            {
                "format": MANIFEST_FORMAT,
                "project": self.project,
                "session": self.session,
                "rubric": self.rubric,
                "rubric_version": self.rubric_version,
                "session_key": to_text(self.session_key),
                "ballot_size": self.ballot_size,
                "panel": {rater: to_text(key) for rater, key in self.panel.items()},
                "plan": to_text(self.plan),
                "made_at": self.made_at,
            }
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Manifest:
        """Read a manifest; anything but the exact bytes that `to_bytes` writes raises `SealError`."""
        try:
            body = json.loads(data)
            if body.pop("format") != MANIFEST_FORMAT:
                raise SealError(
                    "The session's manifest has a format that this version does not know.",
                    fix="Open the project with a newer version of Calibrate.",
                )
            body["session_key"] = from_text(body["session_key"])
            body["plan"] = from_text(body["plan"])
            body["panel"] = {rater: from_text(key) for rater, key in body["panel"].items()}
            manifest = cls(**body)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise SealError(_TROUBLE, fix=_FIX) from error
        if not same(manifest.to_bytes(), data):
            raise SealError(_TROUBLE, fix=_FIX)
        return manifest

    def verify_key(self, rater: str) -> bytes:
        """The verify key of a rater of the panel; `SealError` for anybody else."""
        try:
            return self.panel[rater]
        except KeyError:
            raise SealError("This rater is not on the panel that the facilitator signed.") from None


def plan_digest(assignments: Mapping[str, tuple[str, ...]]) -> bytes:
    """32 bytes that stand for a plan: rater id to the ids of the pieces that the rater scores."""
    plan = {rater: sorted(pieces) for rater, pieces in assignments.items()}
    return digest("calibrate plan 1", canonical_json(plan))


def sign_manifest(manifest: Manifest, signing_key: SigningKey) -> bytes:
    """The facilitator's Ed25519 signature, 64 bytes."""
    return signing_key.sign(statement(_SIGNED_FOR, manifest.to_bytes())).signature


def check_manifest(
    data: bytes,
    signature: bytes,
    verify_key: bytes,
    *,
    project: str,
    session: str,
    trusted_key: bytes | None = None,
    trusted_fingerprint: bytes | None = None,
) -> Manifest:
    """Check a stored manifest and read it.

    The key that the database gives is believed only if something outside the database vouches for
    it: the key store (``trusted_key``) or a join link (``trusted_fingerprint``). One is needed.

    Parameters
    ----------
    data, signature, verify_key
        As the database has them.
    project, session
        The ids that the manifest must be for.
    trusted_key
        The verify key that the key store holds for this session, 32 bytes.
    trusted_fingerprint
        The fingerprint from a join link, 16 bytes.

    Raises
    ------
    SealError
        If anything does not hold.
    """
    if trusted_key is None and trusted_fingerprint is None:
        raise ArgumentError("A manifest is checked against the key store or a join link.")
    if trusted_key is not None and not same(trusted_key, verify_key):
        raise SealError(_TROUBLE, fix=_FIX)
    if trusted_fingerprint is not None and not same(
        trusted_fingerprint, key_fingerprint(verify_key)
    ):
        raise SealError(_TROUBLE, fix=_FIX)
    try:
        VerifyKey(verify_key).verify(statement(_SIGNED_FOR, data), signature)
    except (BadSignatureError, ValueError, TypeError) as error:
        raise SealError(_TROUBLE, fix=_FIX) from error
    manifest = Manifest.from_bytes(data)
    if manifest.project != project or manifest.session != session:
        raise SealError("The manifest stored here belongs to another session.", fix=_FIX)
    return manifest
