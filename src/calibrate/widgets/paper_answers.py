"""What the page for typing in paper sheets may ask, and what it is answered.

The page is the facilitator's. Everything it sends is checked here, each time; nothing that a rater saved on a
device is ever sent to it, only how much there is.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from calibrate.errors import CalibrateError, DataError, StaleWrite
from calibrate.model.rubric import Level
from calibrate.model.session import RoundName
from calibrate.widgets.page_messages import (
    Answer,
    count_in,
    message_in,
    not_understood,
    note_from,
    text_in,
    text_or_none_in,
    told,
)
from calibrate.workflows.norming import (
    Choice,
    Contents,
    NormingProject,
    PaperSheet,
    RaterSheet,
    Rules,
    ScoreSheets,
    Seat,
    SheetState,
    check_sheet,
    enter_sheets,
    load_rules,
    open_keys,
    open_round,
    score_sheets,
    seats_on_paper,
    sheet_states,
)

IDLE = 15 * 60
"""After so many seconds without a word the keys are put away."""

_ROUNDS = {
    RoundName.BLIND: "Blind round",
    RoundName.AFTER_DISCUSSION: "Second round, after the discussion",
}
_log = logging.getLogger(__name__)


class PaperAnswers:
    """Answers the page of whoever types paper sheets in.

    Parameters
    ----------
    project, keystore, session_id
        Which session, and where its keys lie.
    by
        Who types; it is logged.
    passphrase_needed
        False only in the sample district.
    clock
        Seconds that only grow.
    """

    def __init__(
        self,
        project: NormingProject,
        keystore: Any,
        session_id: str,
        *,
        by: str,
        passphrase_needed: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._project, self._keystore, self._session = project, keystore, session_id
        self._by, self._needed, self._clock = by, passphrase_needed, clock
        self._seats: dict[str, Seat] = {}
        self._heard = clock()

    def answer(self, message: object) -> Answer:
        """Answer one message of the page.

        Parameters
        ----------
        message
            ``{"ask": "list" | "unlock" | "sheet" | "check" | "enter" | "done", …}``.

        Returns
        -------
        dict
            The answer. What went wrong is in it: ``refused`` (``stale``, ``locked``, ``invalid`` or
            ``later``) with ``message`` and ``fix``.
        """
        try:
            asked = message_in(message)
            self._put_away_when_idle()
            steps: dict[object, Callable[[Mapping[str, Any]], Answer]] = {
                "list": self._list,
                "unlock": self._unlock,
                "sheet": self._sheet,
                "check": self._check,
                "enter": self._enter,
                "done": self._done,
            }
            kind = asked.get("ask")
            if not isinstance(kind, str) or kind not in steps:
                raise not_understood()
            return steps[kind](asked)
        except _LockedError as error:
            return told("refused", "locked", error)
        except StaleWrite as error:
            return told("refused", "stale", error)
        except CalibrateError as error:
            return told("refused", "invalid", error)
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the page has to hear that nothing was sealed
            _log.error("The page for paper sheets could not be answered: %s", type(error).__name__)
            return {
                "refused": "later",
                "message": "Calibrate met a problem; nothing was sealed.",
                "fix": "Try again. What you typed is still here.",
            }

    def _list(self, asked: Mapping[str, Any]) -> Answer:
        which, sheets = open_round(self._project, self._session), self._sheets()
        states = sheet_states(self._project, self._session, which)
        return {
            "title": sheets.title,
            "round": _ROUNDS[which],
            "unlocked": bool(self._seats),
            "passphrase": self._needed,
            "raters": [
                {"id": one.rater_id, "name": one.title, "due": len(one.due)}
                | _saved(states.get(one.rater_id, SheetState()))
                for one in sheets.sheets
            ],
        }

    def _unlock(self, asked: Mapping[str, Any]) -> Answer:
        given = asked.get("passphrase")
        if self._needed and not (isinstance(given, str) and 0 < len(given) <= 1000):
            raise DataError("Please give the passphrase of this session.")
        secrets = open_keys(self._keystore, self._session, given if self._needed else None)
        self._seats = seats_on_paper(self._keystore, self._session, secrets)
        return self._list(asked)

    def _done(self, asked: Mapping[str, Any]) -> Answer:
        self._seats = {}
        return {"done": True}

    def _sheet(self, asked: Mapping[str, Any]) -> Answer:
        sheets = self._sheets()
        sheet = sheets.sheet(text_in(asked, "rater"))
        state = self._state(sheet.rater_id)
        return {
            "rater": sheet.rater_id,
            "name": sheet.title,
            **_saved(state),
            "pieces": [
                {
                    "id": one.id,
                    "code": one.code,
                    "facts": list(one.facts),
                    "criteria": list(one.criteria),
                }
                for one in sheet.pieces
            ],
            "criteria": [
                {
                    "id": one.id,
                    "name": one.name,
                    "levels": [_level_shown(level) for level in one.scale.levels],
                }
                for one in sheets.rubric.criteria
            ],
            "codes": [
                {
                    "id": one.id,
                    "label": one.label,
                    "letter": sheets.letters[one.id],
                    "scored": list(one.scored),
                }
                for one in sheets.rubric.codes
            ],
        }

    def _check(self, asked: Mapping[str, Any]) -> Answer:
        sheets, sheet, rules = self._known(asked)
        contents, left = _typed(asked, sheet)
        check_sheet(rules, sheet.rater_id, contents, leave_open=bool(left))
        return {"lines": _read_back(sheets, sheet, contents), **_saved(self._state(sheet.rater_id))}

    def _enter(self, asked: Mapping[str, Any]) -> Answer:
        _, sheet, _ = self._known(asked)
        contents, left = _typed(asked, sheet)
        over = count_in(asked, "over") if "over" in asked else 0
        (made,) = enter_sheets(
            self._project,
            open_round(self._project, self._session),
            [PaperSheet(self._seats[sheet.rater_id], contents, over, bool(left))],
            by=self._by,
        )
        return {"entered": True, "receipt": made.receipt, "replaced": made.replaced}

    def _known(self, asked: Mapping[str, Any]) -> tuple[ScoreSheets, RaterSheet, Rules]:
        if not self._seats:
            raise _LockedError(
                "The keys of this session are put away.",
                fix="Please give the passphrase again. What you typed is still here.",
            )
        sheets = self._sheets()
        sheet = sheets.sheet(text_in(asked, "rater"))
        return sheets, sheet, load_rules(self._project, self._seats[sheet.rater_id])

    def _sheets(self) -> ScoreSheets:
        return score_sheets(self._project, self._session)

    def _state(self, rater: str) -> SheetState:
        which = open_round(self._project, self._session)
        return sheet_states(self._project, self._session, which).get(rater, SheetState())

    def _put_away_when_idle(self) -> None:
        now = self._clock()
        if now - self._heard > IDLE:
            self._seats = {}
        self._heard = now


class _LockedError(CalibrateError):
    """Sealing was asked for while the keys are put away."""


def _saved(state: SheetState) -> Answer:
    return {
        "saved": state.sequence,
        "answered": state.answered,
        "committed": state.committed,
        "on_paper": state.on_paper,
    }


def _level_shown(level: Level) -> Answer:
    return {"id": level.id, "number": f"{level.value:g}", "label": level.label}


def _typed(asked: Mapping[str, Any], sheet: RaterSheet) -> tuple[Contents, int]:
    """What was typed, and how many cells were said to be empty on the paper; every cell has to be one or the other."""
    cells, notes = asked.get("cells"), asked.get("notes")
    if not isinstance(cells, list) or not isinstance(notes, Mapping) or len(cells) > 5000:
        raise not_understood()
    found: dict[tuple[str, str], Choice] = {}
    left: set[tuple[str, str]] = set()
    for one in cells:
        if not isinstance(one, Mapping):
            raise not_understood()
        pair = (text_in(one, "piece"), text_in(one, "criterion"))
        if pair not in sheet.due or pair in found or pair in left:
            raise not_understood()
        if one.get("left") is True:
            left.add(pair)
        else:
            level, code = text_or_none_in(one, "level"), text_or_none_in(one, "code")
            if (level is None) == (code is None):
                raise not_understood()
            found[pair] = Choice(*pair, level=level, code=code)
    if open_ := len(sheet.due) - len(found) - len(left):
        raise DataError(
            f"{open_} {'cell has' if open_ == 1 else 'cells have'} nothing typed yet.",
            fix="Type what stands on the sheet, or - where it is empty.",
        )
    noted = []
    for piece, text in notes.items():
        if not isinstance(piece, str):
            raise not_understood()
        if plain := note_from(text).strip():
            noted.append((piece, plain))
    return Contents(tuple(found.values()), tuple(sorted(noted))), len(left)


def _read_back(sheets: ScoreSheets, sheet: RaterSheet, contents: Contents) -> list[Answer]:
    """The sheet as it is about to be sealed, piece by piece in words."""
    names = {one.id: one.name for one in sheets.rubric.criteria}
    notes = dict(contents.notes)
    lines = []
    for piece in sheet.pieces:
        cells = []
        for criterion in piece.criteria:
            choice = contents.choice(piece.id, criterion)
            said, word = "–", "left empty"
            if choice.level is not None:
                level = sheets.rubric.criterion(criterion).scale.level(choice.level)
                said, word = f"{level.value:g}", level.label
            elif choice.code is not None:
                said, word = sheets.letters[choice.code], sheets.rubric.code(choice.code).label
            cells.append({"criterion": names[criterion], "said": said, "word": word})
        lines.append({"code": piece.code, "cells": cells, "note": notes.get(piece.id, "")})
    return lines
