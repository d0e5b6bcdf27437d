"""From a passphrase or PIN to a key, slowly on purpose (Argon2id)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from nacl import pwhash
from nacl.utils import random as random_bytes

from calibrate.errors import SealError

SHORTEST_PASSPHRASE = 12
_KEY_SIZE = 32
_MOST_OPERATIONS = 16
_MOST_MEMORY = 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Cost:
    """How much work one try takes.

    Parameters
    ----------
    operations
        Argon2id passes, 1 to 16.
    memory
        Bytes, 8 KiB to 1 GiB.
    """

    operations: int
    memory: int

    def __post_init__(self) -> None:
        enough = self.operations >= pwhash.argon2id.OPSLIMIT_MIN
        enough = enough and self.memory >= pwhash.argon2id.MEMLIMIT_MIN
        if not enough or self.operations > _MOST_OPERATIONS or self.memory > _MOST_MEMORY:
            raise SealError("A key file asks for an unusual amount of work and is not believed.")


PASSPHRASE_COST = Cost(pwhash.argon2id.OPSLIMIT_MODERATE, pwhash.argon2id.MEMLIMIT_MODERATE)
PIN_COST = Cost(3, 16 * 1024 * 1024)


def new_salt() -> bytes:
    """A random salt, 16 bytes."""
    return random_bytes(pwhash.argon2id.SALTBYTES)


def check_passphrase(passphrase: str) -> None:
    """Refuse a passphrase that is too easy to guess.

    Raises
    ------
    SealError
        If it is shorter than 12 characters or repeats fewer than five different ones.
    """
    plain = _normal(passphrase)
    if len(plain) < SHORTEST_PASSPHRASE or len(set(plain)) < 5:
        raise SealError(
            f"A passphrase needs at least {SHORTEST_PASSPHRASE} characters.",
            fix="Four or five words that do not belong together are easy to keep in mind.",
        )


def slow_key(secret: str, salt: bytes, cost: Cost) -> bytes:
    """A 32-byte key from a passphrase or PIN.

    The text is brought to Unicode form NFKC first, so that the same letters typed on another
    keyboard give the same key; spaces at either end do not count.
    """
    return pwhash.argon2id.kdf(
        _KEY_SIZE,
        _normal(secret).encode("utf-8"),
        salt,
        opslimit=cost.operations,
        memlimit=cost.memory,
    )


def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()
