"""The folder that a key store is: outside the project, one JSON file per thing, for its owner alone."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

from calibrate.errors import ArgumentError, NotFound, SealError
from calibrate.store.sealing.files import (
    make_private_folder,
    read_private,
    refuse_inside,
    write_private,
)

KEY_STORE_VARIABLE = "CALIBRATE_KEY_STORE"
FORMAT = 1
_NAME = re.compile(r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$")


def default_key_store() -> Path:
    """Where key stores lie: ``CALIBRATE_KEY_STORE``, else the account's data folder."""
    named = os.environ.get(KEY_STORE_VARIABLE, "").strip()
    if named:
        return Path(named).expanduser()
    from platformdirs import user_data_path

    return user_data_path("calibrate", appauthor=False) / "keys"


class KeyFolder:
    """Where the keys of one project lie on this machine, and how its files are written and read."""

    def __init__(self, project: str, project_folder: Path, root: Path | None = None) -> None:
        self.project = project
        base = default_key_store() if root is None else root
        refuse_inside(base, project_folder, "The key store")
        self.folder = base.expanduser().resolve() / file_name(project)
        refuse_inside(self.folder, project_folder, "The key store")

    def write(self, name: str, body: dict[str, Any], *, replace: bool = False) -> None:
        """Write a file of the key store; one that exists is kept unless ``replace`` is set."""
        path = self.folder / name
        for folder in (self.folder, path.parent):
            make_private_folder(folder)
        text = json.dumps({"format": FORMAT, **body}, indent=1)
        write_private(path, text.encode("utf-8"), replace=replace)

    def read(self, name: str, what: str) -> dict[str, Any]:
        """Read a file of the key store; ``what`` says what it holds, for the message if it is not here."""
        path = self.folder / name
        if not path.exists():
            raise NotFound(
                f"{what}: not on this machine.",
                fix=f"Use the machine where it was made, or name its key store with {KEY_STORE_VARIABLE}.",
            )
        try:
            body = json.loads(read_private(path))
        except ValueError as error:
            raise SealError("A file of the key store is damaged.", file=str(path)) from error
        if not isinstance(body, dict) or body.get("format") != FORMAT:
            raise SealError(
                "A file of the key store has a format that this version does not know.",
                file=str(path),
            )
        return body


def file_name(name: str) -> str:
    """A project's, session's or rater's id as the name of a file; one that could lead elsewhere is refused."""
    if not _NAME.match(name):
        raise ArgumentError(f"{name!r} cannot be the name of a file in the key store.")
    return name
