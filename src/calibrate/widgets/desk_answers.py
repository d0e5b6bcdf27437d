"""What the scoring desk's page may ask, and what it is answered.

The page is not trusted: it never says who it is, and everything it sends is checked here, each time.
Until the reveal an answer holds nothing but this rater's own choices; after it, what everybody may see.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from typing import Any

from calibrate.errors import CalibrateError, DataError, ProjectError, SealError, StaleWrite
from calibrate.model.session import RoundName
from calibrate.model.work import MediaKind, WorkFile
from calibrate.widgets.page_messages import (
    Answer,
    Files,
    count_in,
    message_in,
    not_understood,
    note_from,
    text_in,
    text_or_none_in,
    told,
)
from calibrate.widgets.reveal_answers import answer_reveal, mark_shown, rubric_shown, work_shown
from calibrate.workflows.norming import (
    Choice,
    Mark,
    NormingProject,
    RoomView,
    Seat,
    check_seat,
    commit,
    open_desk,
    pulse,
    read_work,
    save_choice,
    save_note,
    view_room,
)
from calibrate.workflows.norming.reveal_view import Reveals

MOST_MARKS = 40
_BEAT_MS = 2000
_PUSHED_BEAT_MS = 4000
_OPERATION = re.compile(r"[0-9a-zA-Z-]{8,64}")
_log = logging.getLogger(__name__)


class DeskAnswers:
    """Answers one rater's page in one session.

    Parameters
    ----------
    project
        The project.
    seat
        Who came in, from `seat_from_link` or `seat_from_pin`.
    """

    def __init__(
        self,
        project: NormingProject,
        seat: Seat,
        *,
        pushed: bool = False,
        reveals: Reveals | None = None,
        leave_to: str | None = None,
    ) -> None:
        self._project = project
        self._seat = seat
        self._every = _PUSHED_BEAT_MS if pushed else _BEAT_MS
        self._reveals = reveals or Reveals(project)
        self._leave_to = leave_to
        self._view: RoomView | None = None

    @property
    def session_id(self) -> str:
        """The session that the page belongs to."""
        return self._seat.session_id

    def answer(self, message: object) -> tuple[Answer, Files]:
        """Answer one message of the page.

        Parameters
        ----------
        message
            ``{"ask": "desk" | "work" | "save" | "commit" | "pulse" | "reveal" | "revealed-work", …}``.

        Returns
        -------
        answer, files
            The answer, and the contents of files that go with it. What went wrong is in the answer:
            ``refused`` (with ``stale``, ``closed`` or ``invalid``: sending it again is of no use) or
            ``later`` (it waits in the page and is sent again).
        """
        try:
            asked = message_in(message)
            steps: dict[object, Callable[[Mapping[str, Any]], tuple[Answer, Files]]] = {
                "desk": self._desk,
                "work": self._work,
                "save": self._save,
                "commit": self._commit,
                "pulse": self._pulse,
                "reveal": self._reveal,
                "revealed-work": self._reveal,
            }
            kind = asked.get("ask")
            if not isinstance(kind, str) or kind not in steps:
                raise not_understood()
            return steps[kind](asked)
        except StaleWrite as error:
            return told("refused", "stale", error), []
        except ProjectError as error:
            return told("later", True, error), []
        except SealError as error:
            return told("refused", "invalid" if self._takes_ballots() else "closed", error), []
        except CalibrateError as error:
            return told("refused", "invalid", error), []
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the page has to hear that nothing was saved
            # Its kind alone: what is logged in a notebook is kept with the notebook.
            _log.error("The scoring desk could not answer its page: %s", type(error).__name__)
            return {"later": True, "message": "Calibrate met a problem and tries again."}, []

    def _desk(self, asked: Mapping[str, Any]) -> tuple[Answer, Files]:
        view = self._view = view_room(self._project, self._seat)
        desk = open_desk(self._project, self._seat, view.round, rules=view.rules)
        return {
            "title": view.title,
            "round": str(view.round),
            "open": view.open,
            "committed": desk.committed,
            "receipt": view.receipt,
            "sequence": desk.sequence,
            "rubric": rubric_shown(view.rules.rubric),
            "pieces": [
                {
                    "id": piece.id,
                    "code": piece.code,
                    "facts": list(piece.facts),
                    "task": piece.task,
                    "prompt": piece.prompt,
                    "criteria": list(piece.criteria),
                }
                for piece in view.pieces.values()
            ],
            "choices": [_choice_shown(choice) for choice in desk.contents.choices],
            "notes": dict(desk.contents.notes),
            "before": self._before(view),
            "leave": self._leave_to or "",
            "pulse": self._beat(),
            "outbox": {"name": view.outbox_name, "key": view.outbox_key},
        }, []

    def _work(self, asked: Mapping[str, Any]) -> tuple[Answer, Files]:
        view = self._known()
        piece = text_in(asked, "piece")
        contents = read_work(self._project, self._seat, view, piece)
        return work_shown(piece, view.pieces[piece].files, contents)

    def _save(self, asked: Mapping[str, Any]) -> tuple[Answer, Files]:
        view = self._known()
        operation, seen = _operation(asked), count_in(asked, "seen")
        piece, note = text_in(asked, "piece"), note_from(asked.get("note", ""))
        if asked.get("what") == "note":
            saved = save_note(
                self._project,
                self._seat,
                view.round,
                piece,
                note,
                operation_id=operation,
                seen=seen,
                rules=view.rules,
            )
        elif asked.get("what") == "choice":
            choice = Choice(
                piece,
                text_in(asked, "criterion"),
                level=text_or_none_in(asked, "level"),
                code=text_or_none_in(asked, "code"),
                note=note,
                marks=_marks(asked, view.pieces[piece].files if piece in view.pieces else ()),
            )
            saved = save_choice(
                self._project,
                self._seat,
                view.round,
                choice,
                operation_id=operation,
                seen=seen,
                rules=view.rules,
            )
        else:
            raise not_understood()
        return {"saved": True, "sequence": saved.sequence, "repeated": saved.repeated}, []

    def _commit(self, asked: Mapping[str, Any]) -> tuple[Answer, Files]:
        view = self._known()
        made = commit(
            self._project,
            self._seat,
            view.round,
            operation_id=_operation(asked),
            seen=count_in(asked, "seen"),
            leave_open=asked.get("leave_open") is True,
            rules=view.rules,
        )
        return {"committed": True, "receipt": made.receipt, "sequence": made.sequence}, []

    def _pulse(self, asked: Mapping[str, Any]) -> tuple[Answer, Files]:
        self._check_seat()
        return self._beat(), []

    def _beat(self) -> Answer:
        now = pulse(self._project, self._seat.session_id)
        return {"stage": str(now.stage), "mark": now.mark, "every": self._every}

    def _reveal(self, asked: Mapping[str, Any]) -> tuple[Answer, Files]:
        self._check_seat()
        return answer_reveal(
            self._project,
            self._seat.session_id,
            asked,
            for_rater=self._seat.rater_id,
            names=False,
            keeper=self._reveals,
        )

    def _check_seat(self) -> None:
        with self._project.store.reading() as unit:
            check_seat(unit, self._seat)

    def _before(self, view: RoomView) -> Answer:
        """In the second round: the levels that this rater chose in the blind one."""
        if view.round is RoundName.BLIND:
            return {}
        try:
            blind = open_desk(self._project, self._seat, RoundName.BLIND, rules=view.rules)
        except SealError:  # it was tampered with: the second round is scored all the same
            return {}
        return {
            f"{one.piece}/{one.criterion}": one.level
            for one in blind.contents.choices
            if one.level is not None
        }

    def _known(self) -> RoomView:
        if self._view is None:
            self._view = view_room(self._project, self._seat)
        return self._view

    def _takes_ballots(self) -> bool:
        try:
            return view_room(self._project, self._seat).open
        except CalibrateError:
            return False


def _choice_shown(choice: Choice) -> Answer:
    return {
        "piece": choice.piece,
        "criterion": choice.criterion,
        "level": choice.level,
        "code": choice.code,
        "note": choice.note,
        "marks": [mark_shown(mark) for mark in choice.marks],
    }


def _operation(asked: Mapping[str, Any]) -> str:
    value = asked.get("operation")
    if not isinstance(value, str) or not _OPERATION.fullmatch(value):
        raise not_understood()
    return value


def _marks(asked: Mapping[str, Any], files: tuple[WorkFile, ...]) -> tuple[Mark, ...]:
    found = asked.get("marks", [])
    if not isinstance(found, list):
        raise not_understood()
    if len(found) > MOST_MARKS:
        raise DataError(
            f"A criterion has at most {MOST_MARKS} marked places in one piece.",
            fix="Remove a mark that says little.",
        )
    return tuple(_mark(one, files) for one in found)


def _mark(one: object, files: tuple[WorkFile, ...]) -> Mark:
    if not isinstance(one, Mapping):
        raise not_understood()
    file, kind = count_in(one, "file"), one.get("kind")
    if file >= len(files) or (kind == "area") is not (files[file].kind is MediaKind.IMAGE):
        raise not_understood()
    if kind == "text":
        return Mark("text", start=count_in(one, "start"), end=count_in(one, "end"), file=file)
    if kind != "area":
        raise not_understood()
    x, y, width, height = (_share(one, name) for name in ("x", "y", "width", "height"))
    if x + width > 1.0001 or y + height > 1.0001:
        raise not_understood()
    return Mark("area", file=file, x=x, y=y, width=width, height=height)


def _share(one: Mapping[str, Any], name: str) -> float:
    value = one.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise not_understood()
    return round(float(value), 4)
