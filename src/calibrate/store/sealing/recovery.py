"""The project's recovery key: a file to keep elsewhere and words to print, handed out once.

The project stores only the public half. The private half opens every session of the project when a
facilitator's passphrase or key store is lost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from nacl.public import PrivateKey
from nacl.utils import random as random_bytes

from calibrate.errors import ArgumentError, SealError
from calibrate.store.sealing.encoding import from_text, same, to_text
from calibrate.store.sealing.files import refuse_inside, write_private
from calibrate.store.sealing.keys import key_fingerprint
from calibrate.store.sealing.words import SECRET_SIZE, secret_to_lines, words_to_secret

_PUBLIC_LINE = re.compile(r"^public key:\s*(\S+)\s*$", re.MULTILINE)
_HEX_KEY = re.compile(r"^[0-9a-fA-F]{64}$")
_WORD_LINE = re.compile(r"^\s*[1-6]\.\s+((?:[a-z]{4}\s*){5})$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class RecoveryKey:
    """The private half of a project's recovery key, 32 bytes."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != SECRET_SIZE:
            raise ArgumentError("A recovery key has 32 bytes.")

    @property
    def public_key(self) -> bytes:
        """The half that the project stores, 32 bytes."""
        return bytes(PrivateKey(self.secret).public_key)

    @property
    def public_text(self) -> str:
        """The public half as the project's settings hold it."""
        return to_text(self.public_key)

    @property
    def words(self) -> tuple[str, ...]:
        """The private half as six lines of five words, to be printed."""
        return secret_to_lines(self.secret)


def make_recovery_key() -> RecoveryKey:
    """A new random recovery key."""
    return RecoveryKey(random_bytes(SECRET_SIZE))


def read_public_key(text: str) -> bytes:
    """The recovery public key (32 bytes) from the project's settings; hexadecimal digits are read as well.

    Raises
    ------
    SealError
        If the text is not a public key.
    """
    plain = text.strip()
    try:
        key = bytes.fromhex(plain) if _HEX_KEY.match(plain) else from_text(plain)
    except SealError:
        key = b""
    if len(key) != SECRET_SIZE:
        raise SealError(
            "The recovery public key in the project's settings is not a key.",
            fix="Put back recovery_public_key in calibrate.toml; the recovery sheet shows it.",
        )
    return key


def public_key_label(public_key: bytes) -> str:
    """A public key as four groups of four signs, to be compared by eye with the printed sheet."""
    text = key_fingerprint(public_key).hex()[:16]
    return " ".join(text[start : start + 4] for start in range(0, 16, 4))


def recovery_sheet(key: RecoveryKey, project_title: str) -> str:
    """The text of the recovery file; printed, it is the sheet to keep in a safe place."""
    numbered = "\n".join(f"  {number}.  {line}" for number, line in enumerate(key.words, start=1))
    return (
        "CALIBRATE RECOVERY KEY\n"
        f"Project: {' '.join(project_title.split())}\n"
        f"Label: {public_key_label(key.public_key)}\n\n"
        "Whoever has this sheet can open the sealed scores of every session of this project.\n"
        "It is needed if a facilitator forgets her passphrase or her computer is lost.\n"
        "Keep it away from the project: print it and lock it up, or put the file on a stick in a safe.\n"
        "Calibrate shows it once and keeps no copy.\n\n"
        f"{numbered}\n\n"
        f"public key: {key.public_text}\n"
    )


def write_recovery_file(
    path: Path, key: RecoveryKey, *, project_title: str, project_folder: Path
) -> None:
    """Write the recovery file (mode 0600), outside the project folder, over nothing.

    Raises
    ------
    ProjectError
        If the place lies inside the project folder.
    SealError
        If the file exists.
    """
    refuse_inside(path, project_folder, "The recovery file")
    write_private(path, recovery_sheet(key, project_title).encode("utf-8"))


def read_recovery(text: str, *, public_key: bytes) -> RecoveryKey:
    """Read a recovery file's text, or the words as somebody typed them.

    Parameters
    ----------
    text
        The whole file, or the thirty words.
    public_key
        The public half that the project stores: a key of another project is refused.

    Raises
    ------
    SealError
        If the words have a mistake (the message names the line) or belong to another project.
    """
    stated = _PUBLIC_LINE.search(text)
    lines = _WORD_LINE.findall(text)
    typed = "\n".join(lines) if stated or len(lines) == 6 else text
    key = RecoveryKey(words_to_secret(typed))
    if stated and not same(from_text(stated.group(1)), key.public_key):
        raise SealError(
            "The words and the public key in this recovery file do not belong together."
        )
    if not same(key.public_key, public_key):
        raise SealError(
            "This recovery key belongs to another project.",
            fix=f"Look for the sheet with the label {public_key_label(public_key)}.",
        )
    return key


def read_recovery_file(path: Path, *, public_key: bytes) -> RecoveryKey:
    """Read a recovery file from a disk or stick: see `read_recovery`."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SealError("The recovery file cannot be read.", file=str(path)) from error
    return read_recovery(text, public_key=public_key)
