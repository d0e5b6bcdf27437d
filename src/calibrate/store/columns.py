"""Column types that mean the same on SQLite and PostgreSQL."""

# ruff: noqa: D102 - SQLAlchemy names and describes the two methods of a type

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect


class Moment(sa.types.TypeDecorator[datetime]):
    """A point in time, kept in UTC. A time without a zone is taken as UTC; what is read has the zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return aware.replace(tzinfo=None) if dialect.name == "sqlite" else aware

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(sa.types.TypeDecorator[tuple[str, ...]]):
    """A short tuple of texts, kept as a JSON list."""

    impl = sa.JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return list(value or ())

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[str, ...]:
        return tuple(value or ())


class Choice(sa.types.TypeDecorator[StrEnum]):
    """A member of a `StrEnum`, kept as its text (so that a new member needs no migration)."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: Any, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.kind(value)


class StartDate(sa.types.TypeDecorator[date]):
    """The first day of something; None (open) is kept as 0001-01-01, so that it can be part of a key."""

    impl = sa.Date
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> date:
        return date.min if value is None else value

    def process_result_value(self, value: Any, dialect: Dialect) -> date | None:
        return None if value == date.min else value
