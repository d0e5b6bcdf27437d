"""The minutes of a session: what was agreed, what stays open, what students need, and who does what by when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b

from calibrate.errors import DataError, SealError, StaleWrite
from calibrate.model.session import Action, Minute, MinuteKind, SessionState
from calibrate.store.repository import Unit
from calibrate.workflows.norming.trust import NormingProject, refuse_over


@dataclass(frozen=True, slots=True)
class NextStep:
    """Who does what by when; no date where none was set."""

    who: str
    what: str
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Minutes:
    """The lines by what they are about, and the next steps."""

    lines: Mapping[MinuteKind, tuple[str, ...]] = field(default_factory=dict)
    steps: tuple[NextStep, ...] = ()

    @property
    def mark(self) -> str:
        """Stands for exactly these minutes: whoever writes over them says with it which ones were seen."""
        lines = [(str(kind), *self.lines.get(kind, ())) for kind in MinuteKind]
        steps = [(one.who, one.what, str(one.due or "")) for one in self.steps]
        return blake2b(repr((lines, steps)).encode("utf-8"), digest_size=16).hexdigest()


def read_minutes(project: NormingProject, session_id: str) -> Minutes:
    """The minutes as they were written so far."""
    with project.store.reading() as unit:
        unit.sessions.get(session_id)
        return _stored(unit, session_id)


def write_minutes(
    project: NormingProject, session_id: str, minutes: Minutes, *, seen: str, by: str
) -> Minutes:
    """Put these minutes in the place of those that were there, and give them back as they are kept.

    Parameters
    ----------
    project, session_id
        Which session.
    minutes
        The whole minutes; empty lines and steps are left out.
    seen
        The `Minutes.mark` of the minutes that they replace: those that the writer has seen.
    by
        Who writes, for the log.

    Raises
    ------
    DataError
        If a next step does not say who does what.
    StaleWrite
        If somebody else has saved other minutes meanwhile; theirs stay.
    SealError
        If the session is closed, or has not been revealed yet.
    """
    steps = [one for one in minutes.steps if one.who.strip() or one.what.strip() or one.due]
    if any(not (one.who.strip() and one.what.strip()) for one in steps):
        raise DataError(
            "A next step does not say who does what.", fix="Fill in both, or clear the line."
        )
    with project.store.transaction() as unit:
        unit.sessions.lock(session_id)
        state = unit.sessions.get(session_id).state
        refuse_over(state)
        if state is not SessionState.REVEALED:
            raise SealError("Minutes are written after the reveal.")
        kept = Minutes(
            {kind: tuple(_whole(minutes.lines.get(kind, ()))) for kind in MinuteKind},
            tuple(NextStep(one.who.strip(), one.what.strip(), one.due) for one in steps),
        )
        if _stored(unit, session_id).mark not in (seen, kept.mark):
            raise StaleWrite(
                "Somebody else saved these minutes meanwhile, so yours were not saved over theirs.",
                fix="What you typed is still here: copy it, load the page again, and add it to theirs.",
            )
        for one in unit.sessions.minutes.all(session_id=session_id):
            unit.sessions.minutes.remove(session_id, one.kind, one.ordinal)
        for step in unit.sessions.actions.all(session_id=session_id):
            unit.sessions.actions.remove(session_id, step.ordinal)
        for kind, lines in kept.lines.items():
            unit.sessions.minutes.add_all(
                Minute(session_id, kind, place, text) for place, text in enumerate(lines, start=1)
            )
        unit.sessions.actions.add_all(
            Action(session_id, place, one.who, one.what, one.due)
            for place, one in enumerate(kept.steps, start=1)
        )
        unit.audit.log(by, "session.minutes", session_id)
    return kept


def _stored(unit: Unit, session_id: str) -> Minutes:
    found = sorted(unit.sessions.minutes.all(session_id=session_id), key=lambda one: one.ordinal)
    steps = sorted(unit.sessions.actions.all(session_id=session_id), key=lambda one: one.ordinal)
    return Minutes(
        {kind: tuple(one.text for one in found if one.kind is kind) for kind in MinuteKind},
        tuple(NextStep(one.who, one.what, one.due) for one in steps),
    )


def _whole(lines: Sequence[str]) -> list[str]:
    return [line.strip() for line in lines if line.strip()]
