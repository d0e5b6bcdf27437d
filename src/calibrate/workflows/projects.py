"""Starting a project: the folder, its database, and the recovery key that is handed out once."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from calibrate.errors import ProjectError
from calibrate.model.ids import new_id
from calibrate.store.project import Project
from calibrate.store.sealing import KeyStore, make_recovery_key, write_recovery_file
from calibrate.store.sealing.encoding import to_text
from calibrate.store.sealing.files import refuse_inside
from calibrate.store.sealing.recovery import public_key_label


@dataclass(frozen=True, slots=True)
class NewProject:
    """A project that was just made.

    Parameters
    ----------
    folder
        The project folder.
    name
        What people call it.
    recovery_file
        Where the private half of the recovery key was written; the project keeps no copy.
    recovery_label
        Four groups of four signs that stand on the recovery sheet.
    recovery_words
        The private half as six lines of five words.
    """

    folder: Path
    name: str
    recovery_file: Path
    recovery_label: str
    recovery_words: tuple[str, ...] = field(repr=False)


def start_project(
    folder: Path | str,
    *,
    name: str | None = None,
    recovery_file: Path | str | None = None,
    url: str | None = None,
) -> NewProject:
    """Make a project folder and its recovery key.

    The public half goes into the project, and into this machine's key store, which will notice if
    another is put in its place.

    Parameters
    ----------
    folder
        A folder that does not exist yet or is empty.
    name
        What people call the project; the folder's name, if not given.
    recovery_file
        Where to write the recovery key: outside the project folder, and over nothing. Beside the
        folder, if not given.
    url
        A PostgreSQL URL, if the data are not to lie in the folder.

    Raises
    ------
    ProjectError
        If the folder or the database is not empty, or the recovery file would lie in the project.
    SealError
        If the recovery file exists already.
    """
    place = Path(folder).expanduser().absolute()
    title = name or place.name
    sheet = Path(recovery_file).expanduser() if recovery_file else default_recovery_file(place)
    refuse_inside(sheet, place, "The recovery file")
    if not sheet.absolute().parent.is_dir():
        raise ProjectError(
            "The folder for the recovery file does not exist.",
            file=str(sheet),
            fix="Make it first, or choose another place.",
        )
    key, project_id = make_recovery_key(), new_id("pr")
    key_store = KeyStore(project_id, place)
    write_recovery_file(sheet, key, project_title=title, project_folder=place)
    try:
        Project.create(
            place,
            name=title,
            recovery_public_key=to_text(key.public_key),
            url=url,
            project_id=project_id,
        ).close()
    except BaseException:
        sheet.unlink(missing_ok=True)
        raise
    key_store.remember_recovery_key(key.public_key)
    return NewProject(place, title, sheet.absolute(), public_key_label(key.public_key), key.words)


def default_recovery_file(folder: Path) -> Path:
    """Where the recovery file goes if nobody says: beside the project folder."""
    return folder.with_name(f"{folder.name}-recovery-key.txt")
