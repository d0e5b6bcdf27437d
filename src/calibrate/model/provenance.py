"""Where things came from and who did what: import records and the log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """One import that was applied.

    Parameters
    ----------
    kind
        ``roster``, ``rubric``, ``work``, ``scores``, ….
    source_sha256
        The hash of what was imported (hex); the file's name is not kept.
    importer_version
        The version of Calibrate that read it.
    mapping
        How the file's columns were read.
    counts
        How many records were new, changed, unchanged and skipped.
    """

    id: str
    kind: str
    source_sha256: str
    importer_version: str
    imported_at: datetime
    mapping: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A line of the log: who did what, when, to what. It holds no score and no name.

    Parameters
    ----------
    actor
        A rater's id, or the name of the part of Calibrate that acted.
    action
        A short verb phrase with dots, such as ``session.reveal``.
    subject
        The id of what was acted upon.
    detail
        The reason or circumstance, in plain words.
    """

    id: str
    at: datetime
    actor: str
    action: str
    subject: str = ""
    detail: str = ""
