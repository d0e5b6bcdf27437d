"""The scoring desk: the work beside the rubric, for one rater in one session."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget

from calibrate.widgets.desk_answers import DeskAnswers
from calibrate.workflows.norming import NormingProject, Seat

_STATIC = Path(__file__).parent / "static"


class ScoringDesk(anywidget.AnyWidget):
    """One rater's desk.

    Nothing about the work or the scores is a trait: whatever is a trait goes into a notebook that is
    saved with its widgets. The page asks by messages, and every message is checked anew.

    Parameters
    ----------
    project
        The project.
    seat
        Who came in, from `seat_from_link` or `seat_from_pin`.
    """

    _esm = "\n".join(
        (_STATIC / name).read_text(encoding="utf-8")
        for name in ("desk_outbox.js", "desk_text.js", "desk_picture.js", "desk.js")
    )
    _css = (_STATIC / "desk.css").read_text(encoding="utf-8")

    def __init__(self, project: NormingProject, seat: Seat) -> None:
        self._answers = DeskAnswers(project, seat)
        super().__init__()
        self.on_msg(self._on_page)

    def _on_page(self, _widget: object, content: Any, _buffers: object) -> None:
        answer, files = self._answers.answer(content)
        asked = content if isinstance(content, dict) else {}
        self.send({**answer, "to": asked.get("id")}, buffers=files or None)
