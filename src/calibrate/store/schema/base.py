"""The one collection of tables, and the small words that every table uses."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def key(name: str, *more: Any, **options: Any) -> sa.Column[Any]:
    """A text column of the primary key."""
    return sa.Column(name, sa.Text, *more, primary_key=True, **options)


def text(name: str, *more: Any, null: bool = False, **options: Any) -> sa.Column[Any]:
    """A text column."""
    return sa.Column(name, sa.Text, *more, nullable=null, **options)


def number(name: str, *, null: bool = False) -> sa.Column[Any]:
    """A floating-point column."""
    return sa.Column(name, sa.Double, nullable=null)


def count(name: str, *, primary_key: bool = False, null: bool = False) -> sa.Column[Any]:
    """A whole number."""
    return sa.Column(name, sa.Integer, primary_key=primary_key, nullable=null, autoincrement=False)


def flag(name: str) -> sa.Column[Any]:
    """A yes or no."""
    return sa.Column(name, sa.Boolean, nullable=False)


def blob(name: str, *, null: bool = False) -> sa.Column[Any]:
    """Raw bytes."""
    return sa.Column(name, sa.LargeBinary, nullable=null)


def to(column: str) -> sa.ForeignKey:
    """A reference to another table's column."""
    return sa.ForeignKey(column)
