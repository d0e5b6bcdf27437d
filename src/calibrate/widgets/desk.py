"""The rater's page: the scoring desk while a round is open, and the reveal after it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget

from calibrate.widgets.desk_answers import DeskAnswers
from calibrate.widgets.reveal_answers import SCRIPTS, STYLES
from calibrate.workflows.norming import NormingProject, Pulse, Seat
from calibrate.workflows.norming.reveal_view import Reveals

_STATIC = Path(__file__).parent / "static"
_SCRIPTS = (
    *SCRIPTS,
    "desk_outbox.js",
    "desk_words.js",
    "desk_evidence.js",
    "desk_cards.js",
    "desk_commit.js",
    "desk.js",
    "desk_room.js",
)
_STYLES = ("desk.css", "desk_room.css")


class ScoringDesk(anywidget.AnyWidget):
    """One rater's page for a whole session.

    Nothing about the work or the scores is a trait: whatever is a trait goes into a notebook that is
    saved with its widgets. The page asks by messages, and every message is checked anew.

    Parameters
    ----------
    project
        The project.
    seat
        Who came in, from `seat_from_link` or `seat_from_pin`.
    pushed
        Whether somebody calls `push` when the session moves on: then the page asks less often.
    reveals
        Where the room keeps what a reveal shows, so that many pages share the work.
    leave_to
        The address that ends the visit in the room, to which the page posts when its rater leaves.
    """

    _esm = "\n".join((_STATIC / name).read_text(encoding="utf-8") for name in _SCRIPTS)
    _css = "\n".join((_STATIC / name).read_text(encoding="utf-8") for name in (*STYLES, *_STYLES))

    def __init__(
        self,
        project: NormingProject,
        seat: Seat,
        *,
        pushed: bool = False,
        reveals: Reveals | None = None,
        leave_to: str | None = None,
    ) -> None:
        self._answers = DeskAnswers(
            project, seat, pushed=pushed, reveals=reveals, leave_to=leave_to
        )
        super().__init__()
        self.on_msg(self._on_page)

    def push(self, pulse: Pulse) -> None:
        """Tell the page where its session stands now; it comes and looks if that is news."""
        if pulse.session_id == self._answers.session_id:
            self.send({"push": "pulse", "stage": str(pulse.stage), "mark": pulse.mark})

    def _on_page(self, _widget: object, content: Any, _buffers: object) -> None:
        answer, files = self._answers.answer(content)
        asked = content if isinstance(content, dict) else {}
        self.send({**answer, "to": asked.get("id")}, buffers=files or None)
