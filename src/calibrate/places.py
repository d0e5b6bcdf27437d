"""Places that somebody named to be written to, and what is said where that cannot be."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from calibrate.errors import ProjectError

_WHY = {
    errno.EACCES: "this account may not write there",
    errno.EPERM: "this account may not write there",
    errno.EROFS: "that disk can only be read",
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "this account has used up its space on that disk",
    errno.ENOENT: "there is no such folder",
    errno.ENOTDIR: "a file stands where a folder would have to be",
    errno.EEXIST: "a file stands where a folder would have to be",
    errno.EISDIR: "it is a folder",
    errno.ENAMETOOLONG: "its name is too long",
}


@contextmanager
def writing(
    path: Path, *, fix: str = "Name another place, or make room for it there."
) -> Iterator[None]:
    """Where this is written: a disk's refusal becomes a message that names the place and says what to do.

    Parameters
    ----------
    path
        The file or folder that is being written.
    fix
        What to do instead.

    Raises
    ------
    ProjectError
        If anything of the disk refuses inside.
    """
    try:
        yield
    except OSError as error:
        why = _WHY.get(error.errno or 0, "the disk refused")
        raise ProjectError(
            f"{path} cannot be written to: {why}.",
            fix=fix,
        ) from error


def try_writing(path: Path) -> None:
    """Make sure that a new file can be written, before what goes into it is made. Nothing is left there.

    Raises
    ------
    ProjectError
        If it cannot.
    """
    with writing(path):
        handle, trial = tempfile.mkstemp(dir=path.absolute().parent, prefix=".trial-")
        os.close(handle)
        Path(trial).unlink()
