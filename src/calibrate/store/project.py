"""One project is one folder: settings, database, student work, reports."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from sqlalchemy.engine import make_url

from calibrate.errors import ProjectError
from calibrate.model.ids import new_id
from calibrate.store import upgrades
from calibrate.store.engine import refuse_network_folder, sqlite_url
from calibrate.store.repository import Store, Unit, plain_errors
from calibrate.store.sealing.files import PRIVATE_FILE, make_private_folder, write_private
from calibrate.store.settings import (
    FILE_NAME,
    Settings,
    check_settings,
    read_settings,
    settings_text,
)

DATABASE = "calibrate.db"
FOLDERS = ("work", "reports")


class Project:
    """An open project. Make one with `create` or `open`; close it, or use it in a ``with``.

    Attributes
    ----------
    folder
        The project folder.
    settings
        What ``calibrate.toml`` says.
    store
        The database.
    upgraded_from
        The version that the database had before it was brought up to date at opening, or None.
    backup
        The copy that was made before that.
    """

    def __init__(
        self,
        folder: Path,
        settings: Settings,
        store: Store,
        *,
        upgraded_from: str | None = None,
        backup: Path | None = None,
    ) -> None:
        self.folder = folder
        self.settings = settings
        self.store = store
        self.upgraded_from = upgraded_from
        self.backup = backup

    @classmethod
    def create(
        cls,
        folder: Path | str,
        *,
        name: str | None = None,
        recovery_public_key: str | None = None,
        url: str | None = None,
        project_id: str | None = None,
    ) -> Project:
        """Make a new project folder, readable by its owner alone, and open it.

        Parameters
        ----------
        folder
            A folder that does not exist yet or is empty.
        name
            What people call the project; the folder's name, if not given.
        recovery_public_key
            The public half of the recovery key, as text. No session starts without it.
        url
            A PostgreSQL URL, if the data are not to lie in the folder.
        project_id
            The project's id, where something was made for it before; random, if not given.

        Raises
        ------
        ProjectError
            If the folder is not empty or lies on a network disk, or the database is not empty.
        """
        place = Path(folder).expanduser().absolute()
        if place.exists() and (not place.is_dir() or any(place.iterdir())):
            already = (place / FILE_NAME).exists()
            raise ProjectError(
                "There is a project in this folder already."
                if already
                else "This folder is not empty.",
                file=str(folder),
                fix="Choose a new folder." if not already else "Open it, or choose a new folder.",
            )
        settings = _checked(
            Settings(project_id or new_id("pr"), name or place.name, recovery_public_key, url=url)
        )
        if url is None:
            refuse_network_folder(place)
        make_private_folder(place)
        for part in FOLDERS:
            make_private_folder(place / part)
        store = _store(place, settings, fresh=True)
        try:
            with plain_errors():
                upgrades.create_tables(store, settings.id)
        except BaseException:
            store.close()
            _forget_database(store)
            raise
        write_private(
            place / ".gitignore", b"# A project holds children's work: keep it out of git.\n*\n"
        )
        write_private(place / FILE_NAME, settings_text(settings).encode("utf-8"))
        return cls(place, settings, store)

    @classmethod
    def open(cls, folder: Path | str) -> Project:
        """Open a project; an older database is backed up and brought up to date first.

        Raises
        ------
        ProjectError
            If there is no project, its settings or database cannot be used, it was saved by a newer
            version, or the database belongs to another project.
        """
        place = Path(folder).expanduser().absolute()
        if place.name == FILE_NAME:
            place = place.parent
        if not (place / FILE_NAME).is_file():
            raise ProjectError(
                "There is no Calibrate project in this folder.",
                file=str(folder),
                fix="Check the folder's name, or make a new project with `calibrate init`.",
            )
        settings = read_settings(place / FILE_NAME)
        store = _store(place, settings)
        try:
            if store.path is not None and not store.path.is_file():
                raise ProjectError(
                    "The project's database is missing.",
                    file=store.path.name,
                    fix="Put it back from a backup. Without it there are no scores.",
                )
            with plain_errors():
                from_revision, backup = _bring_up_to_date(store)
            if upgrades.project_of(store) != settings.id:
                raise ProjectError(
                    "The database belongs to another project than the settings in this folder.",
                    file=FILE_NAME,
                    fix="Put the project's own database and settings together again.",
                )
        except BaseException:
            store.close()
            raise
        return cls(place, settings, store, upgraded_from=from_revision, backup=backup)

    @property
    def id(self) -> str:
        """The project's random id."""
        return self.settings.id

    @property
    def name(self) -> str:
        """What people call the project."""
        return self.settings.name

    @property
    def recovery_public_key(self) -> str | None:
        """The public half of the recovery key, as text, or None."""
        return self.settings.recovery_public_key

    @property
    def work(self) -> Path:
        """Where the files of student work lie."""
        return self.folder / "work"

    @property
    def reports(self) -> Path:
        """Where reports are written."""
        return self.folder / "reports"

    @property
    def database(self) -> Path | None:
        """The database's file, or None where a server holds the data."""
        return self.store.path

    @contextmanager
    def transaction(self) -> Iterator[Unit]:
        """A unit that writes: see `Store.transaction`."""
        with self.store.transaction() as unit:
            yield unit

    @contextmanager
    def reading(self) -> Iterator[Unit]:
        """A unit that reads: see `Store.reading`."""
        with self.store.reading() as unit:
            yield unit

    def change_settings(self, settings: Settings) -> None:
        """Check and save changed settings; the project's id stays.

        Raises
        ------
        ProjectError
            If a setting is out of range, or the id or the database is another.
        """
        checked = _checked(settings)
        if (checked.id, checked.url) != (self.settings.id, self.settings.url):
            raise ProjectError("A project keeps its id and its database.")
        text = settings_text(checked).encode("utf-8")
        write_private(self.folder / FILE_NAME, text, replace=True)
        self.settings = checked

    def close(self) -> None:
        """Let go of the database."""
        self.store.close()

    def __enter__(self) -> Project:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _checked(settings: Settings) -> Settings:
    import tomllib

    return check_settings(tomllib.loads(settings_text(settings)))


def _store(place: Path, settings: Settings, *, fresh: bool = False) -> Store:
    url = settings.url
    if url is not None and not url.startswith("sqlite:"):
        return Store(url)
    path = place / ((make_url(url).database if url else None) or DATABASE)
    if fresh:
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE))
        except FileExistsError:
            raise ProjectError(
                "The new project's database file exists already.", file=path.name
            ) from None
    return Store(sqlite_url(path))


def _forget_database(store: Store) -> None:
    """Remove the database file of a project that could not be made; leave a server as it was."""
    if store.path is not None:
        for ending in ("", "-wal", "-shm"):
            store.path.with_name(store.path.name + ending).unlink(missing_ok=True)


def _bring_up_to_date(store: Store) -> tuple[str | None, Path | None]:
    if not upgrades.needs_upgrade(store):
        return None, None
    revision = upgrades.revision_of(store) or ""
    backup = upgrades.back_up(store.path, revision) if store.path is not None else None
    upgrades.upgrade(store)
    with store.transaction() as unit:
        kept = f"a copy was kept as {backup.name}" if backup else "in one transaction on the server"
        unit.audit.log("calibrate", "project.upgrade", "", f"from version {revision}; {kept}")
    return revision, backup
