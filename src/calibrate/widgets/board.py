"""The facilitator's board: a whole session led from one page, from its set-up to its report."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import anywidget

from calibrate.errors import CalibrateError
from calibrate.widgets.board_asked import Asked
from calibrate.widgets.board_running import RunningAnswers
from calibrate.widgets.board_setup import SetupAnswers
from calibrate.widgets.board_talk import TalkAnswers
from calibrate.widgets.page_messages import Answer, Files, not_understood, told
from calibrate.widgets.paper_answers import PaperAnswers
from calibrate.widgets.paper_entry import SCRIPTS as PAPER_SCRIPTS
from calibrate.widgets.reveal_answers import SCRIPTS, STYLES, answer_reveal
from calibrate.workflows.demo import is_demo
from calibrate.workflows.norming import (
    KeyStore,
    NormingProject,
    Pulse,
    open_keystore,
    open_norming,
)
from calibrate.workflows.norming.reveal_view import Reveals

Step = Callable[[Asked], tuple[Answer, Files]]

_STATIC = Path(__file__).parent / "static"
_BOARD_SCRIPTS = (
    "board_kit.js",
    "board_work.js",
    "board_pieces.js",
    "board_panel.js",
    "board_plan.js",
    "board_setup.js",
    "board_home.js",
    "board_slips.js",
    "board_progress.js",
    "board_call_off.js",
    "board_agree.js",
    "board_minutes.js",
    "board.js",
)
_BOARD_STYLES = ("board.css", "board_parts.css", "paper.css")
_REMEMBERED = 8
_NOT_YOURS = {
    "refused": True,
    "message": "This page is not open for you any more, so this was not done.",
    "fix": "Start the room again, and come in with the facilitator’s link that it shows.",
}
_log = logging.getLogger(__name__)


class NormingBoard(anywidget.AnyWidget):
    """The facilitator's page.

    Nothing of a session is a trait: whatever is a trait goes into a notebook that is saved with its
    widgets. The page asks by messages, and every message is checked anew. No score reaches the page
    before the reveal, because no answer before it is made of scores.

    Parameters
    ----------
    project, keystore
        The project and its key store.
    by
        Who leads, for the log.
    address
        Gives the address under which the room is served, or None where it is not: then raters get
        codes to paste instead of links.
    run_report
        Makes the session's report and gives its path in the project.
    session_id
        The session to begin with; without one, the page begins with the list.
    passphrase_needed
        Whether a passphrase is asked for. By default it is, but for the sample district.
    reveals
        What a room keeps for all its pages, so that a reveal is worked out once.
    still_leads
        Asked at every message: whether whoever opened this page may still lead. In a notebook there
        is nobody else to ask for, so None: yes.
    """

    _esm = "\n".join(
        (_STATIC / name).read_text(encoding="utf-8")
        for name in (*SCRIPTS, *PAPER_SCRIPTS, *_BOARD_SCRIPTS)
    )
    _css = "\n".join(
        (_STATIC / name).read_text(encoding="utf-8") for name in (*STYLES, *_BOARD_STYLES)
    )

    def __init__(
        self,
        project: NormingProject,
        keystore: KeyStore,
        *,
        by: str,
        address: Callable[[], str | None] | None = None,
        run_report: Callable[[str], str] | None = None,
        session_id: str | None = None,
        passphrase_needed: bool | None = None,
        reveals: Reveals | None = None,
        still_leads: Callable[[], bool] | None = None,
    ) -> None:
        needed = not is_demo(project.folder) if passphrase_needed is None else passphrase_needed
        self._project = project
        self._reveals = reveals
        self._still_leads = still_leads or (lambda: True)
        #: The session that the page shows now, for whoever pushes news to it.
        self.session_id = session_id
        setup = SetupAnswers(project, by)
        running = RunningAnswers(
            project,
            keystore,
            by=by,
            address=address or (lambda: None),
            passphrase_needed=needed,
        )
        talk = TalkAnswers(project, keystore, by=by, run_report=run_report)
        self._steps: dict[str, Step] = {
            "start": self._start,
            "sessions": running.sessions,
            "choices": setup.choices,
            "pieces": setup.pieces,
            "suggest": setup.suggest,
            "look": setup.look,
            "plan": setup.plan,
            "save-setup": setup.save,
            "draft": setup.draft,
            "board": running.board,
            "open": running.open,
            "hand-out": running.hand_out,
            "call-off": running.call_off,
            "reopen": running.reopen,
            "reveal-round": running.reveal_round,
            "second-round": running.second_round,
            "agreed": talk.agreed,
            "settle": talk.settle,
            "settle-alike": talk.settle_alike,
            "anchor": talk.anchor,
            "minutes": talk.minutes,
            "save-minutes": talk.save_minutes,
            "close": talk.close,
            "report": talk.report,
            "reveal": self._reveal,
            "revealed-work": self._reveal,
            "paper": self._paper,
        }
        self._sheets = partial(PaperAnswers, project, keystore, by=by, passphrase_needed=needed)
        self._typing: tuple[str, PaperAnswers] | None = None
        # A question may come twice when its answer was lost: what it did must not be done twice.
        self._answered: OrderedDict[str, tuple[Answer, Files]] = OrderedDict()
        super().__init__()
        self.on_msg(self._on_page)

    def push(self, pulse: Pulse) -> None:
        """Tell the page that its session has moved, so that it need not wait until it asks."""
        self.send(
            {
                "push": "pulse",
                "session": pulse.session_id,
                "stage": str(pulse.stage),
                "mark": pulse.mark,
            }
        )

    def _on_page(self, _widget: object, content: Any, _buffers: object) -> None:
        asked = Asked(content)
        number = asked.whole.get("id")
        if not self._still_leads():  # before anything, what was answered earlier included
            self.send({**_NOT_YOURS, "to": number})
            return
        given = self._answered.get(number) if isinstance(number, str) else None
        answer, files = given or self._answer(asked)
        if isinstance(number, str) and given is None:
            self._answered[number[:64]] = (answer, files)
            while len(self._answered) > _REMEMBERED:
                self._answered.popitem(last=False)
        self.send({**answer, "to": number}, buffers=files or None)

    def _answer(self, asked: Asked) -> tuple[Answer, Files]:
        try:
            step = self._steps.get(str(asked.whole.get("ask")))
            if step is None:
                raise not_understood()
            if "session" in asked.whole:
                self.session_id = asked.id_or_none("session")
            return step(asked)
        except CalibrateError as error:
            return told("refused", True, error), []
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the page has to hear of it
            # Its kind alone: what is logged in a notebook is kept with the notebook.
            _log.error("The board could not answer its page: %s", type(error).__name__)
            message = "Calibrate met a problem, and this was not done."
            return {"refused": True, "message": message, "fix": "Load the page and try again."}, []

    def _start(self, asked: Asked) -> tuple[Answer, Files]:
        return {"session": self.session_id or ""}, []

    def _reveal(self, asked: Asked) -> tuple[Answer, Files]:
        return answer_reveal(
            self._project,
            asked.id("session"),
            asked.whole,
            for_rater=None,
            names=asked.yes("names"),
            keeper=self._reveals,
        )

    def _paper(self, asked: Asked) -> tuple[Answer, Files]:
        """A question of the fold-out for paper sheets; the keys that it holds are of one session at a time."""
        session = asked.id("session")
        if self._typing is None or self._typing[0] != session:
            self._typing = session, self._sheets(session)
        return self._typing[1].answer(asked.whole.get("message")), []


def norming_board(
    project: Path | str,
    *,
    by: str = "facilitator",
    session_id: str | None = None,
    run_report: Callable[[str], str] | None = None,
    address: str | None = None,
) -> NormingBoard:
    """The board for the project in a folder, as a notebook shows it.

    Parameters
    ----------
    project
        The project's folder.
    by, session_id, run_report
        See `NormingBoard`.
    address
        Where `calibrate serve` says that the room is, if it runs: then hand-outs carry links and QR
        codes.
    """
    opened = open_norming(project)
    return NormingBoard(
        opened,
        open_keystore(opened),
        by=by,
        address=lambda: address or None,
        run_report=run_report,
        session_id=session_id or None,
    )
