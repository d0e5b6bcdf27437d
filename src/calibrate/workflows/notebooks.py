"""Put the workbench's notebooks into a project, without ever touching what somebody has changed there."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

from calibrate import __version__, resources
from calibrate.errors import ProjectError
from calibrate.places import writing

FOLDER = "notebooks"
_RECORD = ".handed-out.json"


@dataclass(frozen=True)
class HandedOut:
    """What happened to the notebooks of a project; all are file names.

    Parameters
    ----------
    new
        Were not there and are now.
    updated
        Were as an earlier version of Calibrate had handed them out, and are now as this one does.
    kept
        Somebody had changed them: they stay as they are.
    beside
        This version's form of a kept notebook, where that is new too; it lies beside the kept one.
    """

    folder: Path
    new: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


def hand_out_notebooks(project: Path) -> HandedOut:
    """Copy the notebooks that Calibrate brings into ``notebooks/`` of a project.

    A notebook that was only run counts as unchanged: outputs are not looked at. Copies can be read by their owner alone,
    because what a notebook shows is students' work.

    Parameters
    ----------
    project
        The project's folder: the one that holds ``calibrate.toml``.

    Raises
    ------
    ProjectError
        If the folder is no project.
    """
    if not (project / "calibrate.toml").is_file():
        raise ProjectError(
            f"{project} is not a Calibrate project: it holds no calibrate.toml.",
            fix="Make the sample district with: calibrate demo demo. Or a project of your own: calibrate init DIR.",
        )
    folder = project / FOLDER
    with writing(folder):
        folder.mkdir(mode=0o700, exist_ok=True)
    record = _read_record(folder)
    new, updated, kept, beside = [], [], [], []
    for name in resources.notebook_names():
        source = resources.notebook(name).read_bytes()
        ours, before = _content(source), record.get(name)
        mine = folder / name
        theirs = _content(mine.read_bytes()) if mine.is_file() else None
        if theirs is None:
            _write(mine, source)
            new.append(name)
        elif theirs == ours:
            pass
        elif theirs == before:
            _write(mine, source)
            updated.append(name)
        else:
            kept.append(name)
            if before != ours:
                other = folder / f"{mine.stem}-{__version__}{mine.suffix}"
                if not other.exists():
                    _write(other, source)
                    beside.append(other.name)
        record[name] = ours
    _write(folder / _RECORD, json.dumps(record, indent=1, sort_keys=True).encode())
    return HandedOut(folder, tuple(new), tuple(updated), tuple(kept), tuple(beside))


def _content(raw: bytes) -> str:
    """A fingerprint of what a notebook says: its cells, not what running them left behind."""
    try:
        cells = [(cell["cell_type"], "".join(cell["source"])) for cell in json.loads(raw)["cells"]]
    except (ValueError, KeyError, TypeError):
        return hashlib.sha256(raw).hexdigest()
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()


def _read_record(folder: Path) -> dict[str, str]:
    try:
        found = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(path: Path, content: bytes) -> None:
    """Write beside and move into place: a notebook is there whole, or as it was."""
    unfinished = path.with_name(f".{path.name}.part")
    with writing(path):
        unfinished.unlink(missing_ok=True)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        unfinished.replace(path)
