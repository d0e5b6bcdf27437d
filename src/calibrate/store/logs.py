"""The log of who did what, append-only."""

from __future__ import annotations

from datetime import UTC, datetime

from calibrate.model.ids import new_id
from calibrate.model.provenance import AuditEntry
from calibrate.store.schema import logs as tables
from calibrate.store.unit import Noun, Transaction


class AuditLog(Noun[AuditEntry]):
    """Lines of the log, in the order in which they were written."""

    def __init__(self, unit: Transaction) -> None:
        super().__init__(
            unit, AuditEntry, tables.audit, "line of the log", order=["at", "id"], append_only=True
        )

    def log(self, actor: str, action: str, subject: str = "", detail: str = "") -> AuditEntry:
        """Write a line now. It must name no child and hold no score."""
        return self.add(AuditEntry(new_id("au"), datetime.now(UTC), actor, action, subject, detail))
