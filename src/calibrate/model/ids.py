"""Identifiers: random where a person or their work is meant, plain slugs where a thing is named."""

from __future__ import annotations

import re
import secrets

from calibrate.errors import ArgumentError

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # no 0/o, 1/l/i: they are read aloud and typed
_SLUG = re.compile(r"^[a-z0-9][a-z0-9._-]{0,63}")
_NEUTRAL_CODE = re.compile(r"^[A-Za-z]{0,3}-?\d{1,6}")


def new_id(prefix: str) -> str:
    """Make a random identifier such as ``st-k7q2…`` (14 symbols, about 69 bits).

    It is derived from nothing, so it gives away neither a name nor a student number.
    """
    return f"{prefix}-" + "".join(secrets.choice(_ALPHABET) for _ in range(14))


def check_slug(value: str, what: str) -> str:
    """Return ``value`` if it can name a rubric, window, task, level or criterion.

    Raises
    ------
    ArgumentError
        If it is empty, longer than 64 symbols, or has anything but letters, digits, dot, dash, underscore.
    """
    if not _SLUG.fullmatch(value.lower()):
        raise ArgumentError(
            f"{what} {value!r} cannot be used as an id.",
            fix="Use up to 64 letters, digits, dots, dashes or underscores.",
        )
    return value


def is_neutral_code(value: str) -> bool:
    """Whether a supplied piece id says nothing about a child: up to three letters and up to six digits."""
    return bool(_NEUTRAL_CODE.fullmatch(value))


def new_piece_code(taken: set[str]) -> str:
    """Make a neutral code for a piece, ``P`` and five digits, that is not yet taken."""
    while True:
        code = f"P{secrets.randbelow(90_000) + 10_000}"
        if code not in taken:
            return code
