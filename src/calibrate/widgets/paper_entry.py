"""Typing in paper score sheets: one grid for each rater, keyboard first, sealed like any other ballot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget

from calibrate.widgets.paper_answers import PaperAnswers
from calibrate.workflows.demo import is_demo
from calibrate.workflows.norming import NormingProject

SCRIPTS = ("paper_grid.js", "paper_page.js")
"""What draws the page: another widget joins these with ``elements.js`` and its own, and makes a ``PaperPage``."""

_STATIC = Path(__file__).parent / "static"


class PaperEntry(anywidget.AnyWidget):
    """The entry grid for the sheets of one session, for one person who has the passphrase.

    Nothing about the scores is a trait: whatever is a trait goes into a notebook that is saved with
    its widgets. The passphrase is sent once and not kept; the raters' keys that it opens are held
    until "I am done", and no longer used after 15 minutes without a word.

    Parameters
    ----------
    project, keystore
        The project, and its key store (`calibrate.store.sealing.KeyStore`).
    session_id
        A session that is open for scoring.
    by
        Who types the sheets in; it is logged with every sheet.
    passphrase_needed
        Whether a passphrase is asked for. By default it is, but for the sample district.
    """

    _esm = "\n".join(
        (_STATIC / name).read_text(encoding="utf-8")
        for name in ("elements.js", *SCRIPTS, "paper.js")
    )
    _css = "\n".join(
        (_STATIC / name).read_text(encoding="utf-8") for name in ("parts.css", "paper.css")
    )

    def __init__(
        self,
        project: NormingProject,
        keystore: Any,
        session_id: str,
        *,
        by: str,
        passphrase_needed: bool | None = None,
    ) -> None:
        needed = not is_demo(project.folder) if passphrase_needed is None else passphrase_needed
        self._answers = PaperAnswers(project, keystore, session_id, by=by, passphrase_needed=needed)
        super().__init__()
        self.on_msg(self._on_page)

    def _on_page(self, _widget: object, content: Any, _buffers: object) -> None:
        asked = content if isinstance(content, dict) else {}
        self.send({**self._answers.answer(content), "to": asked.get("id")})
