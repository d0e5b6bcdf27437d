"""Which ballots were entered by hand from paper, as the log tells."""

from __future__ import annotations

from calibrate.model.session import RoundName
from calibrate.store.repository import Unit

PAPER = "session.paper"
"""The log's word for a sheet that was entered from paper; its detail begins with round and rater."""

COMMIT = "session.commit"
"""The log's word for a ballot that its rater committed on a device."""


def raters_on_paper(unit: Unit, session_id: str, round_name: RoundName) -> frozenset[str]:
    """Ids of the raters whose newest commit of a round was entered from paper."""
    latest: dict[str, bool] = {}
    for line in unit.audit.all(subject=session_id, action=[PAPER, COMMIT]):
        parts = line.detail.split(", ")
        if parts[0] == str(round_name):
            paper = line.action == PAPER
            latest[parts[1] if paper else line.actor] = paper
    return frozenset(rater for rater, paper in latest.items() if paper)


def sheets_from_paper(unit: Unit, session_id: str) -> dict[RoundName, int]:
    """How many of the sheets that count in each round were entered from paper."""
    counts: dict[RoundName, int] = {}
    for one in unit.sessions.rounds.all(session_id=session_id):
        paper = raters_on_paper(unit, session_id, one.round) - set(one.missing)
        if paper:
            counts[one.round] = len(paper)
    return counts
