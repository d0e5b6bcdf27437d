"""The keys of a session and of its raters, and how each comes to be.

Nothing here touches a file or a database.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.signing import SigningKey
from nacl.utils import random as random_bytes

from calibrate.errors import ArgumentError, SealError
from calibrate.store.sealing.encoding import derive, digest, from_text, same, statement, to_text

_SECRET_SIZE = 32
_FINGERPRINT_SIZE = 16
_LINK_VERSION = b"\x01"
_BOX_VERSION = b"\x01"


@dataclass(frozen=True, slots=True)
class SessionSecrets:
    """A session's private halves: what opens its ballots, and what signs its manifest.

    Parameters
    ----------
    private_key
        Curve25519, 32 bytes: opens ballots.
    signing_seed
        Ed25519 seed, 32 bytes: signs the manifest for the facilitator.
    """

    private_key: bytes = field(repr=False)
    signing_seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.private_key) != _SECRET_SIZE or len(self.signing_seed) != _SECRET_SIZE:
            raise ArgumentError("A session's private keys have 32 bytes each.")

    @property
    def public_key(self) -> bytes:
        """The key that ballots are sealed to, 32 bytes."""
        return bytes(PrivateKey(self.private_key).public_key)

    @property
    def signing_key(self) -> SigningKey:
        """The key that signs the manifest."""
        return SigningKey(self.signing_seed)

    @property
    def verify_key(self) -> bytes:
        """The key that the manifest is checked against, 32 bytes."""
        return bytes(self.signing_key.verify_key)

    def to_bytes(self) -> bytes:
        """Both private halves, 64 bytes, for sealing."""
        return self.private_key + self.signing_seed

    @classmethod
    def from_bytes(cls, data: bytes) -> SessionSecrets:
        """The inverse of `to_bytes`."""
        if len(data) != 2 * _SECRET_SIZE:
            raise SealError("A stored session key does not have the right length.")
        return cls(data[:_SECRET_SIZE], data[_SECRET_SIZE:])


def make_session_secrets() -> SessionSecrets:
    """New random keys for one session."""
    return SessionSecrets(random_bytes(_SECRET_SIZE), random_bytes(_SECRET_SIZE))


def seal_for_recovery(
    secrets: SessionSecrets, project: str, session: str, *, recovery_key: bytes
) -> bytes:
    """Seal a session's private halves to the project's recovery public key (32 bytes)."""
    body = statement("calibrate session recovery 1", project, session, secrets.to_bytes())
    return _BOX_VERSION + SealedBox(PublicKey(recovery_key)).encrypt(body)


def open_with_recovery(
    box: bytes, project: str, session: str, *, recovery_secret: bytes
) -> SessionSecrets:
    """Open what `seal_for_recovery` sealed, with the private half of the recovery key (32 bytes).

    Raises
    ------
    SealError
        If the recovery key is another one, or the box belongs to another session.
    """
    if box[:1] != _BOX_VERSION:
        raise SealError("The session's recovery copy has a format that this version does not know.")
    try:
        body = SealedBox(PrivateKey(recovery_secret)).decrypt(box[1:])
    except CryptoError as error:
        raise SealError(
            "This recovery key does not open this session.",
            fix="Check that the recovery file or words are those of this project.",
        ) from error
    secrets = SessionSecrets.from_bytes(body[-2 * _SECRET_SIZE :])
    wanted = statement("calibrate session recovery 1", project, session, secrets.to_bytes())
    if not same(body, wanted):
        raise SealError("The recovery copy stored here belongs to another session.")
    return secrets


@dataclass(frozen=True)
class RaterSecret:
    """One rater's 256-bit secret for one session; the personal join link carries it.

    What follows from it is worked out once, for as long as somebody holds it.
    """

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != _SECRET_SIZE:
            raise ArgumentError("A rater's secret has 32 bytes.")

    @cached_property
    def signing_key(self) -> SigningKey:
        """The key that signs this rater's ballots."""
        return SigningKey(derive(self.secret, "calibrate rater signing key 1"))

    @cached_property
    def verify_key(self) -> bytes:
        """The key in the manifest that the ballots are checked against, 32 bytes."""
        return bytes(self.signing_key.verify_key)

    @cached_property
    def copy_key(self) -> bytes:
        """The key of the rater's own readable copy, 32 bytes."""
        return derive(self.secret, "calibrate rater copy key 1")

    @cached_property
    def hash(self) -> bytes:
        """What the database may hold of the secret, 32 bytes."""
        return digest("calibrate rater secret hash 1", self.secret)

    def matches(self, stored_hash: bytes) -> bool:
        """Whether this is the secret whose hash is stored."""
        return same(self.hash, stored_hash)


def make_rater_secret() -> RaterSecret:
    """A new random secret."""
    return RaterSecret(random_bytes(_SECRET_SIZE))


def key_fingerprint(key: bytes) -> bytes:
    """16 bytes that stand for a public key."""
    return digest("calibrate public key fingerprint 1", key, size=_FINGERPRINT_SIZE)


def make_join_token(secret: RaterSecret, manifest_key: bytes) -> str:
    """What a personal join link carries: the rater's secret, and the fingerprint of the key that signs the manifest.

    With the fingerprint the rater's side notices a session key that somebody put in place of the
    facilitator's, without asking the database that may have been changed.

    Parameters
    ----------
    secret
        The rater's secret.
    manifest_key
        The verify key of the manifest's signature, 32 bytes.

    Returns
    -------
    str
        66 characters that may stand in a link.
    """
    return to_text(_LINK_VERSION + secret.secret + key_fingerprint(manifest_key))


def read_join_token(token: str) -> tuple[RaterSecret, bytes]:
    """The rater's secret and the manifest key's fingerprint (16 bytes) from a join token.

    Raises
    ------
    SealError
        If the token was not copied whole.
    """
    fix = "Copy the whole link, from the first letter to the last, or use your name and PIN."
    try:
        data = from_text(token.strip())
    except SealError as error:
        raise SealError("This join link is not complete.", fix=fix) from error
    if len(data) != 1 + _SECRET_SIZE + _FINGERPRINT_SIZE or data[:1] != _LINK_VERSION:
        raise SealError("This join link is not complete.", fix=fix)
    return RaterSecret(data[1 : 1 + _SECRET_SIZE]), data[1 + _SECRET_SIZE :]
