"""Every table of a project's database, one module per noun.

Columns have the names of the fields of the model's records. Ids of people, pieces and readings are
random; nothing counts upwards, because a sequence tells how much was written.
"""

from calibrate.store.schema import (
    continuum,
    logs,
    people,
    rubrics,
    scores,
    sealed,
    sessions,
    work,
)
from calibrate.store.schema.base import metadata

REVISIONS = ("0001", "0002", "0003", "0004", "0005")
"""The versions of the database that this Calibrate knows, oldest first."""

APPEND_ONLY = (
    "reading",
    "reading_rater",
    "score",
    "evidence",
    "consensus",
    "anchor",
    "manifest",
    "ballot_operation",
    "audit",
)
"""Tables whose rows are never changed or removed; the database itself refuses it."""

__all__ = [
    "APPEND_ONLY",
    "REVISIONS",
    "continuum",
    "logs",
    "metadata",
    "people",
    "rubrics",
    "scores",
    "sealed",
    "sessions",
    "work",
]
