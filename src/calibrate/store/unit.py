"""One transaction, and the part of it that every noun shares: find, get, add, put."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import date
from enum import Enum
from operator import attrgetter
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from calibrate.errors import ArgumentError, DataError, NotFound, ProjectError
from calibrate.store.columns import StartDate


class Change(Enum):
    """What `put` did."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Link:
    """A tuple field of a record that lies in its own table: one row per value, in order."""

    field: str
    table: sa.Table
    owner: str
    value: str


class Transaction:
    """What the nouns of one unit share: the connection, and whether it may write."""

    def __init__(self, connection: sa.Connection, *, writable: bool) -> None:
        self.connection = connection
        self.writable = writable

    @property
    def alone(self) -> bool:
        """Whether the database lets in one writer at a time, so that whoever writes needs no lock of its own."""
        return self.connection.dialect.name == "sqlite"

    def rows(
        self, statement: sa.Executable, values: dict[str, Any] | None = None
    ) -> Sequence[sa.Row[Any]]:
        """All rows of a query, with the values of its parameters if it has any."""
        return self.connection.execute(statement, values).all()

    def write(
        self, statement: sa.Executable, values: Sequence[dict[str, Any]] | None = None
    ) -> int:
        """Run a writing statement (for each of ``values``, if given); the number of rows it touched."""
        if not self.writable:
            raise ProjectError("The project was opened for reading here, so nothing can be saved.")
        if values is None:
            return self.connection.execute(statement).rowcount
        return self.connection.execute(statement, list(values)).rowcount if values else 0


@contextmanager
def explained(message: str, fix: str | None = None) -> Iterator[None]:
    """Turn the database's refusal (a repeated key, a missing reference) into a message for people."""
    try:
        yield
    except sa.exc.IntegrityError as error:
        raise DataError(message, fix=fix) from error


_MANY = 10_000
"""Longer lists are not sent to the database, which takes only so many values in one question."""


def _is_long(value: Any) -> bool:
    return isinstance(value, list | tuple | set | frozenset) and len(value) > _MANY


def _condition(column: sa.Column[Any], value: Any) -> sa.ColumnElement[bool]:
    if isinstance(value, list | tuple | set | frozenset):
        return column.in_(list(value))
    if value is None and isinstance(column.type, StartDate):
        value = date.min
    condition: sa.ColumnElement[bool] = column == value
    return condition


Record = TypeVar("Record")


class Noun(Generic[Record]):
    """Records of one kind, by their natural key.

    ``find`` answers None where there is nothing, ``get`` raises `NotFound`, ``add`` raises
    `DataError` where the key is taken, ``put`` adds or updates and says which.

    Parameters
    ----------
    unit
        The transaction.
    record
        The frozen record class; its fields are the table's columns, apart from ``links``.
    table
        The table.
    what
        The noun for messages, such as ``"piece"``.
    links
        Tuple fields that lie in tables of their own.
    order
        Columns to sort by; the key, if not given.
    append_only
        Whether rows may be neither changed nor removed.
    """

    def __init__(
        self,
        unit: Transaction,
        record: type[Record],
        table: sa.Table,
        what: str,
        *,
        links: Sequence[Link] = (),
        order: Sequence[str] = (),
        append_only: bool = False,
    ) -> None:
        self._unit = unit
        self._record = record
        self._table = table
        self._what = what
        self._links = tuple(links)
        self._append_only = append_only
        self._key = tuple(column.name for column in table.primary_key.columns)
        self._order = [table.c[name] for name in (order or self._key)]
        linked = {link.field for link in links}
        self._fields = tuple(
            field.name
            for field in fields(record)  # type: ignore[arg-type]
            if field.name not in linked
        )
        self._key_of = attrgetter(*self._key)

    def find(self, *key: Any) -> Record | None:
        """The record of that key, or None."""
        if len(key) != len(self._key):
            raise ArgumentError(f"A {self._what} is found by {', '.join(self._key)}.")
        return self.first(**dict(zip(self._key, key, strict=True)))

    def get(self, *key: Any) -> Record:
        """The record of that key; `NotFound` if there is none."""
        found = self.find(*key)
        if found is None:
            shown = " / ".join(str(part) for part in key)
            raise NotFound(f"The project has no {self._what} {shown}.")
        return found

    def first(self, **where: Any) -> Record | None:
        """The first record whose columns have these values (a list: any of them), or None."""
        found = self._load(self._select(where).limit(1))
        return found[0] if found else None

    def all(self, **where: Any) -> list[Record]:
        """Every record whose columns have these values (a list: any of them), in order."""
        long = {name: value for name, value in where.items() if _is_long(value)}
        found = self._load(self._select({name: where[name] for name in where if name not in long}))
        for name, value in long.items():
            wanted = set(value)
            found = [one for one in found if getattr(one, name) in wanted]
        return found

    def count(self, **where: Any) -> int:
        """How many such records there are."""
        query = sa.select(sa.func.count()).select_from(self._table).where(*self._conditions(where))
        return int(self._unit.connection.execute(query).scalar_one())

    def add(self, record: Record) -> Record:
        """Add a new record; `DataError` if its key is taken or it refers to something missing."""
        self.add_all([record])
        return record

    def add_all(self, records: Iterable[Record]) -> int:
        """Add many records at once; how many there were."""
        rows = list(records)
        self._check(rows)
        with explained(
            f"A {self._what} is already there, or refers to something that the project does not have."
        ):
            self._unit.write(sa.insert(self._table), [self._row(one) for one in rows])
            self._write_links(rows)
        return len(rows)

    def put(self, record: Record) -> Change:
        """Add the record, or update the one that has its key."""
        return next(iter(self.put_all([record])))

    def put_all(self, records: Iterable[Record]) -> Counter[Change]:
        """Add or update many; how many were new, changed and unchanged. A later repeat of a key wins."""
        wanted = {self._key_of(one): one for one in records}
        if not wanted:
            return Counter()
        lead = self._key[0]
        leads = {getattr(one, lead) for one in wanted.values()}
        known = {self._key_of(one): one for one in self.all(**{lead: sorted(leads)})}
        new = [one for at, one in wanted.items() if at not in known]
        changed = [one for at, one in wanted.items() if at in known and known[at] != one]
        if changed:
            self._update(changed)
        if new:
            self.add_all(new)
        counts = Counter({Change.NEW: len(new), Change.CHANGED: len(changed)})
        counts[Change.UNCHANGED] = len(wanted) - len(new) - len(changed)
        return +counts

    def remove(self, *key: Any) -> None:
        """Remove a record; `NotFound` if there is none, `DataError` if something else needs it."""
        self._refuse_if_append_only()
        record = self.get(*key)
        with explained(f"This {self._what} is needed by something else and cannot be removed."):
            self._clear_links([record])
            self._unit.write(sa.delete(self._table).where(*self._conditions_of(key)))

    def _check(self, records: list[Record]) -> None:
        """Refuse what the database alone would not refuse in plain words."""

    def _refuse_if_append_only(self) -> None:
        if self._append_only:
            raise DataError(
                f"A stored {self._what} is never changed or removed.",
                fix="Add a correction that names the one it replaces.",
            )

    def _update(self, records: list[Record]) -> None:
        self._refuse_if_append_only()
        self._check(records)
        rest = [name for name in self._fields if name not in self._key]
        with explained(f"A {self._what} would repeat another one, or refers to something missing."):
            if rest:
                change = (
                    sa.update(self._table)
                    .where(*(self._table.c[k] == sa.bindparam(f"key_{k}") for k in self._key))
                    .values({name: sa.bindparam(f"to_{name}") for name in rest})
                )
                self._unit.write(
                    change,
                    [
                        {f"key_{name}": getattr(one, name) for name in self._key}
                        | {f"to_{name}": getattr(one, name) for name in rest}
                        for one in records
                    ],
                )
            self._clear_links(records)
            self._write_links(records)

    def _row(self, record: Record) -> dict[str, Any]:
        return {name: getattr(record, name) for name in self._fields}

    def _conditions(self, where: dict[str, Any]) -> list[sa.ColumnElement[bool]]:
        return [_condition(self._table.c[name], value) for name, value in where.items()]

    def _conditions_of(self, key: tuple[Any, ...]) -> list[sa.ColumnElement[bool]]:
        return self._conditions(dict(zip(self._key, key, strict=True)))

    def _select(self, where: dict[str, Any]) -> sa.Select[Any]:
        columns = [self._table.c[name] for name in self._fields]
        return sa.select(*columns).where(*self._conditions(where)).order_by(*self._order)

    def _load(self, query: sa.Select[Any]) -> list[Record]:
        found = self._unit.connection.execute(query).mappings().all()
        if not self._links or not found:
            return [self._record(**row) for row in found]
        extra = {
            link.field: self._read_link(link, [row["id"] for row in found]) for link in self._links
        }
        return [
            self._record(**row, **{name: at.get(row["id"], ()) for name, at in extra.items()})
            for row in found
        ]

    def _read_link(self, link: Link, ids: list[str]) -> dict[str, tuple[str, ...]]:
        owner, value = link.table.c[link.owner], link.table.c[link.value]
        query = sa.select(owner, value).order_by(owner, link.table.c.ordinal)
        if len(ids) <= 500:
            query = query.where(owner.in_(ids))
        gathered: dict[str, list[str]] = {}
        for row in self._unit.connection.execute(query).mappings():
            at, one = row[link.owner], row[link.value]
            gathered.setdefault(at, []).append(one)
        return {at: tuple(some) for at, some in gathered.items()}

    def _write_links(self, records: list[Record]) -> None:
        for link in self._links:
            self._unit.write(
                sa.insert(link.table),
                [
                    {link.owner: one.id, link.value: value, "ordinal": place}  # type: ignore[attr-defined]
                    for one in records
                    for place, value in enumerate(getattr(one, link.field), start=1)
                ],
            )

    def _clear_links(self, records: list[Record]) -> None:
        for link in self._links:
            owners = [one.id for one in records]  # type: ignore[attr-defined]
            self._unit.write(sa.delete(link.table).where(link.table.c[link.owner].in_(owners)))
