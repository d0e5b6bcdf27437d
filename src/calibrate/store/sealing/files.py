"""Small secret files: written whole or not at all, readable by their owner alone."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from calibrate.errors import ProjectError, SealError
from calibrate.places import writing

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700


def refuse_inside(path: Path, project_folder: Path, what: str) -> None:
    """Refuse a place inside the project folder, links followed.

    Raises
    ------
    ProjectError
        If ``path`` is the project folder or lies in it: whoever copies or backs up the project
        would copy the keys with it.
    """
    place, project = path.expanduser().resolve(), project_folder.expanduser().resolve()
    if place == project or project in place.parents:
        raise ProjectError(
            f"{what} must not lie inside the project folder: a copy of the project would carry it along.",
            file=str(path),
            fix="Choose a place outside the project folder.",
        )


def make_private_folder(path: Path) -> None:
    """Make a folder, and those above it, that only its owner may enter."""
    with writing(path):
        path.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
        if os.name == "posix":
            path.chmod(PRIVATE_FOLDER)


def write_private(path: Path, data: bytes, *, replace: bool = False) -> None:
    """Write a file with mode 0600, through a new file beside it, flushed to the disk.

    Raises
    ------
    SealError
        If the file exists and ``replace`` is not set.
    ProjectError
        If it cannot be written there.
    """
    with writing(path):
        _write(path, data, replace=replace)


def _write(path: Path, data: bytes, *, replace: bool) -> None:
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(6)}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            fresh.replace(path)
        else:
            _claim(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)
    _flush_folder(path.parent)


def read_private(path: Path) -> bytes:
    """Read a secret file; one that others may read is refused, as ssh does.

    Raises
    ------
    SealError
        If it cannot be read, or other accounts of the machine could read it.
    """
    try:
        mode = path.stat().st_mode
        data = path.read_bytes()
    except OSError as error:
        raise SealError(f"{path.name} cannot be read.", file=str(path)) from error
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        raise SealError(
            "Other accounts of this machine may read this file of secrets.",
            file=str(path),
            fix=f"Run: chmod 600 {path}",
        )
    return data


def _claim(fresh: Path, path: Path) -> None:
    try:
        os.link(fresh, path)
    except FileExistsError as error:
        raise SealError(
            f"{path.name} exists already and is not overwritten.", file=str(path)
        ) from error
    except OSError:
        if path.exists():
            raise SealError(
                f"{path.name} exists already and is not overwritten.", file=str(path)
            ) from None
        fresh.replace(path)


def _flush_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
