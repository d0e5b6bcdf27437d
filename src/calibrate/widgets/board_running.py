"""The board's answers while raters score: hand-outs, progress, and the reveal. No score passes through here."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from calibrate.errors import DataError
from calibrate.model.session import RoundName
from calibrate.widgets.board_asked import LONGEST_LINE, Asked
from calibrate.widgets.board_setup import line
from calibrate.widgets.page_messages import Answer, Files
from calibrate.widgets.qr import qr_svg
from calibrate.workflows.demo import is_demo
from calibrate.workflows.norming import (
    Handout,
    KeyStore,
    NormingProject,
    Override,
    RevealRefused,
    Stage,
    call_off,
    hand_out_again,
    open_keys,
    open_scoring,
    reopen_ballot,
    reveal,
    start_second_round,
)
from calibrate.workflows.norming.board_rooms import (
    BoardRoom,
    PanelLine,
    list_sessions,
    round_now,
    view_board,
)
from calibrate.workflows.norming.links import join_link
from calibrate.workflows.norming.trust import panel_labels, refuse_over


class RunningAnswers:
    """Answers what the page asks from the opening to the reveals.

    Parameters
    ----------
    project, keystore
        The project and its key store.
    by
        Who leads, for the log.
    address
        Where the room is served now, or None where it is not.
    passphrase_needed
        Whether the facilitator has a passphrase; without one, only the sample district opens.
    """

    def __init__(
        self,
        project: NormingProject,
        keystore: KeyStore,
        *,
        by: str,
        address: Callable[[], str | None],
        passphrase_needed: bool,
    ) -> None:
        self._project = project
        self._keystore = keystore
        self._by = by
        self._address = address
        self._needed = passphrase_needed

    def sessions(self, asked: Asked) -> tuple[Answer, Files]:
        """The sessions to choose from."""
        return {
            "sessions": [
                {
                    "id": one.id,
                    "title": one.title,
                    "window": one.window,
                    "held_on": one.held_on.isoformat() if one.held_on else "",
                    "stage": str(one.stage),
                    "pieces": one.pieces,
                    "raters": one.raters,
                }
                for one in list_sessions(self._project)
            ],
            "passphrase": self._needed,
        }, []

    def board(self, asked: Asked) -> tuple[Answer, Files]:
        """One session: its stage, its panel and how far each is."""
        return _board(view_board(self._project, asked.id("session"))), []

    def open(self, asked: Asked) -> tuple[Answer, Files]:
        """Open a session for scoring; everybody's link and PIN come back once."""
        session = asked.id("session")
        made = open_scoring(
            self._project,
            self._keystore,
            session,
            self._new_passphrase(asked),
            by=self._by,
            demo=not self._needed and is_demo(self._project.folder),
        )
        return self._handed_out(session, made), []

    def hand_out(self, asked: Asked) -> tuple[Answer, Files]:
        """Give some raters their link again, with a new PIN."""
        session, raters = asked.id("session"), asked.ids("raters")
        if not raters:
            raise DataError("Nobody is chosen.", fix="Choose who needs a link.")
        secrets = open_keys(self._keystore, session, self._passphrase(asked))
        made = [
            hand_out_again(self._project, self._keystore, session, one, secrets, by=self._by)
            for one in raters
        ]
        return self._handed_out(session, made), []

    def call_off(self, asked: Asked) -> tuple[Answer, Files]:
        """Call a session off that was opened by mistake; its ballots stay sealed."""
        call_off(
            self._project,
            asked.id("session"),
            by=self._by,
            reason=asked.words("reason", longest=LONGEST_LINE),
            keystore=self._keystore,
        )
        return {"done": True}, []

    def reopen(self, asked: Asked) -> tuple[Answer, Files]:
        """Let a rater change a committed ballot, before the reveal."""
        board = view_board(self._project, asked.id("session"))
        reopen_ballot(
            self._project,
            board.session.id,
            round_now(board),
            asked.id("rater"),
            by=self._by,
            reason=asked.words("reason", longest=LONGEST_LINE),
        )
        return {"done": True}, []

    def reveal_round(self, asked: Asked) -> tuple[Answer, Files]:
        """Open every committed ballot of the round at once; it cannot be taken back."""
        board = view_board(self._project, asked.id("session"))
        session = board.session.id
        missing = frozenset(asked.ids("missing"))
        reason = asked.words("reason", longest=LONGEST_LINE)
        if asked.id("round") != str(round_now(board)):
            raise DataError("Another round is open now.", fix="Look at the progress again.")
        refuse_over(board.session.state)
        if board.stage is not Stage.SETUP and not board.stage.takes_ballots:
            raise DataError("This round is revealed already.", fix="Load the page to see it.")
        secrets = open_keys(self._keystore, session, self._passphrase(asked))
        override = Override(missing, reason) if missing else None
        try:
            reveal(
                self._project, session, round_now(board), secrets, by=self._by, override=override
            )
        except RevealRefused as error:
            raise DataError(self._by_name(session, error), fix=error.fix) from error
        return {"done": True}, []

    def second_round(self, asked: Asked) -> tuple[Answer, Files]:
        """Let everybody score once more after the discussion; the blind round stays."""
        start_second_round(self._project, asked.id("session"), by=self._by)
        return {"done": True}, []

    def _passphrase(self, asked: Asked) -> str | None:
        if not self._needed:
            return None
        # Not stripped: a space may be part of it.
        value = asked.whole.get("passphrase")
        if not isinstance(value, str) or not value:
            raise DataError(
                "The passphrase is missing.", fix="Type the one that this session was opened with."
            )
        return value

    def _new_passphrase(self, asked: Asked) -> str | None:
        value = self._passphrase(asked)
        if value is not None and asked.whole.get("again") != value:
            raise DataError(
                "The two passphrases are not the same.", fix="Type the same words in both fields."
            )
        return value

    def _handed_out(self, session: str, made: Iterable[Handout]) -> Answer:
        address = self._address()
        people = {one.id: one for one in view_board(self._project, session).panel}
        slips = []
        for one in made:
            link = join_link(address, one.token) if address else ""
            slips.append(
                {
                    "rater": one.rater_id,
                    "name": people[one.rater_id].name,
                    "school": people[one.rater_id].school,
                    "link": link,
                    "code": one.token,
                    "pin": one.pin,
                    "qr": qr_svg(link) if link else "",
                }
            )
        order = list(people)
        slips.sort(key=lambda slip: order.index(str(slip["rater"])))
        return {"slips": slips, "address": address or ""}

    def _by_name(self, session: str, error: RevealRefused) -> str:
        """What the refusal says, with names in the place of seats: the facilitator knows who sits where."""
        names = {one.id: one.name for one in view_board(self._project, session).panel}
        words = error.message
        with self._project.store.reading() as unit:
            labels = panel_labels(unit, session)
        for rater, label in labels.items():
            words = words.replace(label, names[rater])
        return words


def _board(board: BoardRoom) -> Answer:
    session = board.session
    return {
        "session": session.id,
        "title": session.title,
        "stage": str(board.stage),
        "mark": board.mark,
        "room": board.code,
        "held_on": session.held_on.isoformat() if session.held_on else "",
        "window": board.window,
        "rubric": f"{board.rubric.title}, version {board.rubric.version}",
        "pieces": [line(one) for one in board.pieces],
        "panel": [_person(one, board) for one in board.panel],
        "round": str(round_now(board)),
        "keys": board.opened_here,
        "without": board.round.reason if board.round else "",
        "called_off": {
            "on": board.called_off.at.date().isoformat(),
            "reason": board.called_off.reason,
        }
        if board.called_off
        else None,
        "second": board.round is not None and board.round.round is RoundName.AFTER_DISCUSSION,
    }


def _person(one: PanelLine, board: BoardRoom) -> Answer:
    return {
        "id": one.id,
        "name": one.name,
        "role": str(one.role).replace("_", " "),
        "school": one.school,
        "pieces": len(board.plan.get(one.id, ())),
        "answered": one.answered,
        "due": one.due,
        "committed": one.committed,
        "saved_at": one.saved_at.isoformat() if one.saved_at else "",
        "absent": one.absent,
        "missing": one.missing,
    }
