"""When something last changed that a report rests on, from the project's own log."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from calibrate.store.project import Project

_OF_A_SESSION = ("session.reveal", "session.consensus", "session.anchor", "session.close")


@dataclass(frozen=True)
class Changes:
    """The latest changes of scores, people, work and placements.

    Parameters
    ----------
    at
        The latest change that concerns everything: an import, or a placement on the wall.
    sessions
        By session, its latest reveal, consensus, anchor or close.
    """

    at: datetime | None = None
    sessions: dict[str, datetime] = field(default_factory=dict)

    def since(self, when: datetime, session: str | None = None) -> bool:
        """Whether anything changed after that moment that a report rests on.

        Parameters
        ----------
        session
            The session that the report is about; None for a report on everything.
        """
        times = [self.at] if self.at else []
        if session is None:
            times += self.sessions.values()
        elif session in self.sessions:
            times.append(self.sessions[session])
        return any(one > when for one in times)


def latest_changes(project: Project) -> Changes:
    """Read the log."""
    with project.reading() as unit:
        lines = unit.audit.all()
    at = max((one.at for one in lines if one.action.startswith(("import.", "wall."))), default=None)
    sessions: dict[str, datetime] = {}
    for one in lines:
        if one.action in _OF_A_SESSION:
            sessions[one.subject] = max(one.at, sessions.get(one.subject, one.at))
    return Changes(at, sessions)
