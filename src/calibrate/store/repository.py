"""The store: a database that is read and written in units, with one small repository per noun."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType

import sqlalchemy as sa

from calibrate.errors import DataError, ProjectError
from calibrate.model.continuum import Placement
from calibrate.model.provenance import ImportRecord
from calibrate.store.continuum import Continua
from calibrate.store.engine import WAIT_SECONDS, WRITING, open_engine
from calibrate.store.logs import AuditLog
from calibrate.store.people import People
from calibrate.store.rubrics import Rubrics
from calibrate.store.schema import continuum, logs
from calibrate.store.scores import Scores
from calibrate.store.sealed import Ballots
from calibrate.store.sessions import Sessions
from calibrate.store.triggers import REFUSAL
from calibrate.store.turns import Turns
from calibrate.store.unit import Change, Noun, Transaction
from calibrate.store.work import Work

__all__ = ["Change", "Store", "Unit"]


class Unit(Transaction):
    """One transaction, with a repository per noun.

    Attributes
    ----------
    people, rubrics, work, sessions, scores, continuum, placements, imports, ballots, audit
        See the module of each. All have ``find``, ``get``, ``add``, ``put``, ``all``, ``count`` in
        the same meaning, apart from `ballots`, which change only by ``save``.
    """

    @cached_property
    def people(self) -> People:
        """Schools, rooms, children, staff, names."""
        return People(self)

    @cached_property
    def rubrics(self) -> Rubrics:
        """Rubrics by id and version."""
        return Rubrics(self)

    @cached_property
    def work(self) -> Work:
        """Windows, tasks, pieces and their files."""
        return Work(self)

    @cached_property
    def sessions(self) -> Sessions:
        """Sessions, panels, rounds, consensus."""
        return Sessions(self)

    @cached_property
    def scores(self) -> Scores:
        """Readings, scores, evidence."""
        return Scores(self)

    @cached_property
    def continuum(self) -> Continua:
        """Continua, crosswalks, exemplars."""
        return Continua(self)

    @cached_property
    def placements(self) -> Noun[Placement]:
        """Cards on the wall."""
        return Noun(self, Placement, continuum.placement, "placement")

    @cached_property
    def imports(self) -> Noun[ImportRecord]:
        """What was brought in, and when."""
        return Noun(self, ImportRecord, logs.import_record, "import", order=["imported_at", "id"])

    @cached_property
    def ballots(self) -> Ballots:
        """Sealed ballots, and the keys and tries around them."""
        return Ballots(self)

    @cached_property
    def audit(self) -> AuditLog:
        """The log."""
        return AuditLog(self)


class Store:
    """A project's database.

    Parameters
    ----------
    url
        ``sqlite:///…`` or ``postgresql://…``.

    Raises
    ------
    ProjectError
        If the database is of another kind, or lies on a network folder.
    """

    def __init__(self, url: str) -> None:
        self.engine = open_engine(url)
        self._turns = Turns() if self.engine.dialect.name == "sqlite" else None

    @contextmanager
    def transaction(self) -> Iterator[Unit]:
        """A unit that writes: everything in it is saved together when it ends, or nothing is.

        Raises
        ------
        ProjectError
            If somebody else holds the database for longer than 30 seconds, or it cannot be reached.
        """
        with plain_errors(), self._turn():
            writing = self.engine.execution_options(**{WRITING: True})
            with writing.begin() as connection:
                yield Unit(connection, writable=True)

    @contextmanager
    def reading(self) -> Iterator[Unit]:
        """A unit that reads, and sees the project as it stands at its first look. It cannot write."""
        with plain_errors(), self.engine.connect() as connection, connection.begin():
            yield Unit(connection, writable=False)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """The writers of one process go in one after the other where the database does not queue them."""
        if self._turns is None:
            yield
            return
        try:
            with self._turns.turn(WAIT_SECONDS):
                yield
        except TimeoutError:
            raise ProjectError(_BUSY, fix=_AGAIN) from None

    @property
    def path(self) -> Path | None:
        """The SQLite file, or None for a server."""
        if self.engine.dialect.name != "sqlite" or self.engine.url.database is None:
            return None
        return Path(self.engine.url.database)

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


_BUSY = f"Somebody else is saving to this project and did not finish in {WAIT_SECONDS} seconds."
_AGAIN = "Nothing of yours was lost: try again in a moment."


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn what a database says of itself into messages for people."""
    try:
        yield
    except sa.exc.OperationalError as error:
        text = str(error.orig).lower()
        if "locked" in text or "lock timeout" in text:
            raise ProjectError(_BUSY, fix=_AGAIN) from error
        if "readonly" in text or "read-only" in text:
            raise ProjectError(
                "The project was opened for reading here, so nothing can be saved."
            ) from error
        raise ProjectError(
            "The project's database cannot be used.",
            fix="Check that the disk is not full, that the file may be written, or that the server "
            "answers; `calibrate doctor` looks closer.",
        ) from error
    except sa.exc.IntegrityError as error:
        if REFUSAL in str(error.orig):
            raise DataError(
                "What is stored of readings, scores, consensus and the log is never changed or removed.",
                fix="Add a correction that names the row it replaces.",
            ) from error
        raise DataError(
            "Something that was to be saved contradicts what the project holds; nothing was changed."
        ) from error
    except sa.exc.DatabaseError as error:
        raise ProjectError(
            "The project's database refused this; nothing was changed.",
            fix="`calibrate doctor` looks closer.",
        ) from error
