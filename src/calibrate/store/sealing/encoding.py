"""Byte strings that can be read in one way only: what gets signed, hashed and derived."""

from __future__ import annotations

import base64
import binascii
import hmac
import json

from nacl.encoding import RawEncoder
from nacl.hash import blake2b

from calibrate.errors import SealError


def statement(purpose: str, *fields: str | int | bytes) -> bytes:
    """Join a purpose and fields so that no two different lists give the same bytes.

    Each part is written as its length (8 bytes, big-endian) and then itself.

    Parameters
    ----------
    purpose
        What the bytes are for, with a version, such as ``"calibrate ballot 1"``. A signature made
        for one purpose can then never stand for another.
    *fields
        Text (as UTF-8), whole numbers (as decimal digits) or bytes.

    Returns
    -------
    bytes
        The statement.
    """
    parts = [purpose.encode("utf-8")]
    for field in fields:
        parts.append(field if isinstance(field, bytes) else str(field).encode("utf-8"))
    return b"".join(len(part).to_bytes(8, "big") + part for part in parts)


def digest(purpose: str, *fields: str | int | bytes, size: int = 32) -> bytes:
    """BLAKE2b of a statement, ``size`` bytes long (16 to 64)."""
    return blake2b(statement(purpose, *fields), digest_size=size, encoder=RawEncoder)


def derive(secret: bytes, purpose: str, *fields: str | int | bytes) -> bytes:
    """Make a 32-byte key for one purpose from a 32-byte secret (keyed BLAKE2b)."""
    return blake2b(statement(purpose, *fields), digest_size=32, key=secret, encoder=RawEncoder)


def same(first: bytes, second: bytes) -> bool:
    """Whether two byte strings are equal, in a time that does not depend on where they differ."""
    return hmac.compare_digest(first, second)


def to_text(data: bytes) -> str:
    """Bytes as URL-safe base64 without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_text(text: str) -> bytes:
    """The bytes of a text made by `to_text`; a text it did not make raises `SealError`."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise SealError("A key or link is not written as Calibrate writes it.") from error
    if to_text(data) != text:
        raise SealError("A key or link is not written as Calibrate writes it.")
    return data


def canonical_json(value: object) -> bytes:
    """JSON with sorted keys and no spaces, as UTF-8: the same value always gives the same bytes."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode("utf-8")
