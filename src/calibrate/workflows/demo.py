"""The sample district as a project: made through the same imports that a district uses."""

from __future__ import annotations

import contextlib
import glob
import json
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from calibrate import resources
from calibrate.errors import CalibrateError, ProjectError
from calibrate.model.ids import new_id
from calibrate.places import writing
from calibrate.store.project import Project
from calibrate.store.sealing import make_recovery_key
from calibrate.store.sealing.encoding import to_text
from calibrate.store.sealing.files import make_private_folder
from calibrate.store.settings import FILE_NAME, read_settings
from calibrate.workflows.imports import SOURCE, check_and_apply

TITLE = "Harbor Falls School District (sample)"
RUBRIC = "k8-writing.yaml"
TASK_RUBRIC = "webb-dok.yaml"
NOTE = "about-this-demo.txt"
_ID = "demo"
_SURELY_DEAD = 600  # seconds; a demo's project is made in a few
_NOTE_TEXT = """\
This folder was made by `calibrate demo`. Every person in it is invented.

`calibrate demo` makes it again, without asking: the project, the work and the reports are replaced.
Keep nothing in them that you want to keep. To start your own project, use `calibrate init`.
"""
#: What a demo consists of, and so what the next one replaces. Anything else in the folder stays.
_PARTS = ("work", "reports", NOTE, ".gitignore", "calibrate.db*", "calibrate-*.db", FILE_NAME)

#: The imports, in the order in which each finds what it needs: what is said, the kind, the path in the sample data.
STEPS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("the rubric", "rubric", ("rubrics", RUBRIC)),
    ("the schools, children and staff", "roster", ("roster.csv",)),
    ("the children's work", "work", ("work",)),
    ("the year's scores", "scores", ("scores", "operational.csv")),
    ("the nine norming sessions", "sessions", ("sessions",)),
    ("later readings of the anchors", "scores", ("scores", "validity.csv")),
    ("the rubric for how demanding a task is", "rubric", ("rubrics", TASK_RUBRIC)),
    ("the ratings of the tasks", "scores", ("scores", "task-ratings.csv")),
    ("the writing continuum", "continuum", ("continuum.yaml",)),
)


@dataclass(frozen=True, slots=True)
class DemoProject:
    """What a demo's project holds.

    Parameters
    ----------
    folder
        The project's folder.
    counts
        How many of each, in the order of the imports.
    warnings
        What the imports let pass.
    session_ids, school_ids
        What there are reports about.
    rater_ids
        Some raters whose private feedback shows how it reads.
    """

    folder: Path
    counts: dict[str, int]
    warnings: tuple[str, ...]
    session_ids: tuple[str, ...]
    school_ids: tuple[str, ...]
    rater_ids: tuple[str, ...]


def is_demo(folder: Path) -> bool:
    """Whether the project in a folder is a demo: then it may be replaced, and its sessions need no passphrase."""
    settings = folder / FILE_NAME
    if not settings.is_file():
        return False
    try:
        return read_settings(settings).id.startswith(f"{_ID}-")
    except CalibrateError:
        return False


def refuse_what_is_no_demo(folder: Path) -> None:
    """Refuse a folder that holds anything but an earlier demo.

    Raises
    ------
    ProjectError
        If a demo may not be made there.
    """
    if folder.exists() and not folder.is_dir():
        raise ProjectError(
            "This is a file, not a folder.",
            file=str(folder),
            fix="Name a new folder: calibrate demo FOLDER.",
        )
    if folder.exists() and any(folder.iterdir()) and not is_demo(folder):
        raise ProjectError(
            "This folder holds something that is not a demo; nothing was changed.",
            file=str(folder),
            fix="Name a new folder: calibrate demo FOLDER.",
        )


def build_demo(folder: Path, tell: Callable[[str], None] | None = None) -> DemoProject:
    """Make the sample district's project in a folder, afresh.

    It is made beside the folder and moved in when it is whole, so that an interruption leaves an older demo as it was.

    Parameters
    ----------
    folder
        Where; it is made if it is not there.
    tell
        Called with a few words before each step.

    Raises
    ------
    ProjectError
        If the folder holds something that is not a demo.
    """
    tell = tell or (lambda words: None)
    folder = folder.expanduser().absolute()
    refuse_what_is_no_demo(folder)
    with writing(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        _clear_what_was_killed(folder)
        place = tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent)
    with place as beside:
        fresh = Path(beside) / folder.name
        warnings = _fill(fresh, tell)
        refuse_what_is_no_demo(folder)
        _move_in(fresh, folder)
    with Project.open(folder) as project:
        return _describe(project, warnings)


def _fill(folder: Path, tell: Callable[[str], None]) -> tuple[str, ...]:
    """A new project with everything in it; what the imports let pass."""
    # Nobody keeps the private half of the recovery key: a demo whose keys are lost is made again.
    recovery = to_text(make_recovery_key().public_key)
    warnings: list[str] = []
    with Project.create(
        folder, name=TITLE, recovery_public_key=recovery, project_id=new_id(_ID)
    ) as project:
        for words, kind, parts in STEPS:
            tell(f"Bringing in {words}")
            place = resources.template if kind == "rubric" else resources.sample_data
            warnings += check_and_apply(project, kind, place(*parts), check_only=False).warnings
    (folder / NOTE).write_text(_NOTE_TEXT, encoding="utf-8")
    return tuple(warnings)


def _clear_what_was_killed(folder: Path) -> None:
    """Remove half-made demos that killed runs left beside the folder, once they are surely nobody's work."""
    for half in folder.parent.glob(f".{glob.escape(folder.name)}-*"):
        with contextlib.suppress(OSError):
            old = time.time() - half.stat().st_mtime > _SURELY_DEAD
            if old and half.is_dir() and {one.name for one in half.iterdir()} <= {folder.name}:
                shutil.rmtree(half)


def _move_in(fresh: Path, folder: Path) -> None:
    """Put a whole demo in the place of an older one; the settings, by which it is known, come last."""
    make_private_folder(folder)
    for pattern in _PARTS:
        for old in folder.glob(pattern):
            if old.is_dir() and not old.is_symlink():
                shutil.rmtree(old)
            elif pattern != FILE_NAME:
                old.unlink()
        for new in sorted(fresh.glob(pattern)):
            new.replace(folder / new.name)


def _describe(project: Project, warnings: tuple[str, ...]) -> DemoProject:
    put_in = json.loads(resources.sample_data("truth.json").read_text(encoding="utf-8"))["put_in"]
    shown = [put_in[key] for key in ("severe_rater", "halo_rater", "drifting_rater")]
    with project.reading() as unit:
        schools = unit.people.schools.all()
        sessions = unit.sessions.all()
        by_source = {rater.source_id: rater.id for rater in unit.people.raters.all()}
        counts = {
            "schools": len(schools),
            "classrooms": unit.people.classrooms.count(),
            "students": unit.people.students.count(),
            "staff who rate": len(by_source),
            "pieces of work": unit.work.pieces.count(source=SOURCE),
            "readings": unit.scores.readings.count(),
            "norming sessions": len(sessions),
        }
    return DemoProject(
        project.folder,
        counts,
        warnings,
        tuple(sorted(session.id for session in sessions)),
        tuple(school.id for school in schools),
        tuple(by_source[one] for one in shown),
    )
