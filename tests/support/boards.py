"""The facilitator's board without a browser: its real Python half, asked by messages as its page asks it."""

from __future__ import annotations

import itertools
import json
from typing import Any

from calibrate.widgets.board import NormingBoard
from tests.store.sealing_kit import PASSPHRASE
from tests.support.norming import Room

ADDRESS = "http://192.168.1.20:8765"
_numbers = itertools.count(1)


class AskedBoard:
    """A board and everything that its page got from it.

    Parameters
    ----------
    room
        A project with raters and pieces.
    """

    def __init__(self, room: Room, **more: Any) -> None:
        self.room = room
        self.reports: list[str] = []
        wanted: dict[str, Any] = {"by": "coach", "address": lambda: ADDRESS}
        self.widget = NormingBoard(room, room.keystore, **(wanted | more))
        self.got: list[str] = []
        self._last: dict[str, Any] = {}
        self.widget.send = self._keep  # type: ignore[method-assign]

    def _keep(self, content: dict[str, Any], buffers: list[bytes] | None = None) -> None:
        self._last = content
        self.got.append(json.dumps(content) + repr(buffers))

    def ask(self, what: str, **message: Any) -> dict[str, Any]:
        """Ask; whatever is answered, a refusal too."""
        return self.send({"ask": what, "id": f"question-{next(_numbers)}", **message})

    def send(self, message: Any) -> dict[str, Any]:
        """Send anything at all."""
        self.widget._handle_custom_msg(message, [])
        return self._last

    def done(self, what: str, **message: Any) -> dict[str, Any]:
        """Ask for something that is not refused."""
        answer = self.ask(what, **message)
        assert "refused" not in answer, answer
        return answer

    def set_up(self, **draft: Any) -> str:
        """Set a session up as the page does, and open it; the raters' hand-outs go to the room."""
        wanted = {
            "title": "Our fall session",
            "rubric": "writing",
            "version": 1,
            "window": "2025-fall",
            "pieces": ["p1", "p2"],
            "panel": ["r2", "r3", "r4"],
        }
        self.room.session = self.done("save-setup", **(wanted | draft))["session"]
        return self.room.session

    def open(self) -> dict[str, Any]:
        """Open it for scoring."""
        answer = self.done(
            "open", session=self.room.session, passphrase=PASSPHRASE, again=PASSPHRASE
        )
        self.take(answer["slips"])
        return answer

    def take(self, slips: list[dict[str, Any]]) -> None:
        """Let the room's raters come in with these slips."""
        from calibrate.workflows.norming import Handout

        for slip in slips:
            self.room.handouts[slip["rater"]] = Handout(slip["rater"], slip["code"], slip["pin"])

    def reveal(self, round_name: str = "blind", **more: Any) -> dict[str, Any]:
        """Reveal a round."""
        return self.ask(
            "reveal-round",
            session=self.room.session,
            round=round_name,
            passphrase=PASSPHRASE,
            **more,
        )
