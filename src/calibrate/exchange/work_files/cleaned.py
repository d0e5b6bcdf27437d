"""What cleaning a file of work gives."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from calibrate.errors import DataError
from calibrate.model.work import MediaKind

PLACE = "a file of student work"
"""How errors name a file of work until the reader of the index says which row it belongs to."""


@dataclass(frozen=True, slots=True)
class CleanFile:
    """A file that may be shown to a rater, with the suffix to store it under.

    ``words`` is how a typed page of a PDF begins; it serves to warn of a name on the page and is not kept.
    """

    kind: MediaKind
    media_type: str
    suffix: str
    content: bytes
    words: str = ""

    @property
    def sha256(self) -> str:
        """The hash of the content (hexadecimal)."""
        return hashlib.sha256(self.content).hexdigest()


def refusal(message: str, fix: str) -> DataError:
    """An error about a file of work; it never holds the file's name."""
    return DataError(message, file=PLACE, fix=fix)
