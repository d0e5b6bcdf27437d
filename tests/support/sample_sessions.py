"""A session of the sample district that is open for blind scoring, made where a test may change things."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

from calibrate.model.session import RoundName
from calibrate.store.project import Project
from calibrate.store.sealing import Contents, KeyStore
from calibrate.workflows.norming import (
    SessionPlan,
    open_desk,
    open_scoring,
    seat_from_link,
    set_up_session,
)


@dataclass(frozen=True)
class OpenSession:
    """What a rater was handed out, and how a test looks at what she has chosen."""

    folder: Path
    rater: str
    token: str

    def contents(self) -> Contents:
        """What is saved of her blind round."""
        with Project.open(self.folder) as project:
            return open_desk(project, seat_from_link(project, self.token), RoundName.BLIND).contents


def open_like(folder: Path, session_id: str, keys: Path) -> OpenSession:
    """Set up a new session with the rubric, panel and pieces of an old one, and open it.

    Parameters
    ----------
    folder
        A sample project of the test's own.
    session_id
        The old session, in which nobody scored their own students.
    keys
        Where the facilitator's keys go, outside the project.
    """
    with Project.open(folder) as project:
        with project.store.reading() as unit:
            old = unit.sessions.get(session_id)
            raters = tuple(one.rater_id for one in unit.sessions.panel.all(session_id=session_id))
        plan = SessionPlan(
            title="Spring norming",
            rubric_id=old.rubric_id,
            rubric_version=old.rubric_version,
            window_id=old.window_id,
            piece_ids=old.piece_ids[:2],
            rater_ids=raters[:3],
        )
        made = set_up_session(
            project, plan, by="coach", today=old.held_on, shuffle=random.Random(7)
        )
        keystore = KeyStore(project.id, folder, keys)
        first, *_ = open_scoring(project, keystore, made.id, None, by="coach", demo=True)
        return OpenSession(folder, first.rater_id, first.token)
