"""The board's answers after the reveal: what the panel agrees and why, anchors, minutes, the close and the report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath

from calibrate.errors import CalibrateError, DataError
from calibrate.model.rubric import Rubric
from calibrate.model.session import Consensus, MinuteKind
from calibrate.widgets.board_asked import LONGEST_LINE, Asked
from calibrate.widgets.page_messages import Answer, Files, told
from calibrate.workflows.norming import (
    KeyStore,
    NormingProject,
    SettledMeanwhile,
    close_session,
    make_anchor,
    settle,
)
from calibrate.workflows.norming.board_agreed import AgreedLine, view_agreed
from calibrate.workflows.norming.board_minutes import (
    Minutes,
    NextStep,
    read_minutes,
    write_minutes,
)
from calibrate.workflows.norming.trust import rubric_of


class TalkAnswers:
    """Answers what the page asks after the reveal.

    Parameters
    ----------
    project, keystore
        The project and its key store.
    by
        Who leads, for the log.
    run_report
        Makes the session's report and gives its path in the project; None where there is none to make.
    """

    def __init__(
        self,
        project: NormingProject,
        keystore: KeyStore,
        *,
        by: str,
        run_report: Callable[[str], str] | None,
    ) -> None:
        self._project = project
        self._keystore = keystore
        self._by = by
        self._run_report = run_report

    def agreed(self, asked: Asked) -> tuple[Answer, Files]:
        """What is settled, what everybody chose alike, and the anchors."""
        session = asked.id("session")
        found = view_agreed(self._project, session)
        with self._project.store.reading() as unit:
            rubric = rubric_of(unit, unit.sessions.get(session))
        return {
            "lines": [_line(one, rubric) for one in found.lines],
            "anchors": [
                {
                    "piece": one.piece_id,
                    "settled": one.settled,
                    "due": one.due,
                    "coded": one.coded,
                    "anchor": one.is_anchor,
                    "commentary": one.commentary,
                }
                for one in found.anchors
            ],
            "criteria": [
                {
                    "id": one.id,
                    "name": one.name,
                    "levels": [
                        {"id": level.id, "label": _level(f"{level.value:g}", level.label)}
                        for level in one.scale.levels
                    ],
                }
                for one in rubric.criteria
            ],
            "codes": [{"id": one.id, "label": one.label} for one in rubric.codes],
        }, []

    def settle(self, asked: Asked) -> tuple[Answer, Files]:
        """Save what the panel agreed for one criterion of one piece, over what the page has seen there.

        Where somebody else settled it meanwhile, the page is told what stands there now, and asks.
        """
        session = asked.id("session")
        try:
            settle(
                self._project,
                session,
                asked.id("piece"),
                asked.id("criterion"),
                level_id=asked.id_or_none("level"),
                code_id=asked.id_or_none("code"),
                reason=asked.words("reason"),
                by=self._by,
                seen=asked.id_or_none("seen"),
            )
        except SettledMeanwhile as error:
            with self._project.store.reading() as unit:
                rubric = rubric_of(unit, unit.sessions.get(session))
            return told("refused", "stale", error) | {
                "settled": _settled(error.settled, rubric)
            }, []
        return {"done": True}, []

    def settle_alike(self, asked: Asked) -> tuple[Answer, Files]:
        """Save everything that everybody chose alike and that nobody has settled yet."""
        session = asked.id("session")
        count = 0
        for one in view_agreed(self._project, session).lines:
            if one.unanimous is None or one.settled is not None:
                continue
            try:
                settle(
                    self._project,
                    session,
                    one.piece_id,
                    one.criterion_id,
                    level_id=one.unanimous.level_id,
                    reason=one.unanimous.words,
                    by=self._by,
                )
            except SettledMeanwhile:  # by somebody who looked at it: that stays
                continue
            count += 1
        return {"count": count}, []

    def anchor(self, asked: Asked) -> tuple[Answer, Files]:
        """Keep a piece whose scores are settled as an example."""
        make_anchor(
            self._project,
            asked.id("session"),
            asked.id("piece"),
            commentary=asked.words("commentary"),
            by=self._by,
        )
        return {"done": True}, []

    def minutes(self, asked: Asked) -> tuple[Answer, Files]:
        """The minutes as they stand."""
        found = read_minutes(self._project, asked.id("session"))
        return {
            "lines": {str(kind): list(found.lines.get(kind, ())) for kind in MinuteKind},
            "steps": [
                {"who": one.who, "what": one.what, "due": one.due.isoformat() if one.due else ""}
                for one in found.steps
            ],
            "mark": found.mark,
        }, []

    def save_minutes(self, asked: Asked) -> tuple[Answer, Files]:
        """Put these minutes in the place of the earlier ones, if those are the ones that the page has seen."""
        steps = tuple(
            NextStep(
                one.words("who", longest=LONGEST_LINE),
                one.words("what", longest=LONGEST_LINE),
                one.day("due"),
            )
            for one in asked.parts("steps")
        )
        lines = {kind: asked.lines(str(kind)) for kind in MinuteKind}
        kept = write_minutes(
            self._project,
            asked.id("session"),
            Minutes(lines, steps),
            seen=asked.id("seen"),
            by=self._by,
        )
        return {"done": True, "mark": kept.mark}, []

    def close(self, asked: Asked) -> tuple[Answer, Files]:
        """Close the session: nothing in it changes any more."""
        close_session(self._project, asked.id("session"), by=self._by, keystore=self._keystore)
        return {"done": True, "report": self._run_report is not None}, []

    def report(self, asked: Asked) -> tuple[Answer, Files]:
        """Make the session's report, and say where it lies."""
        if self._run_report is None:
            raise DataError(
                "Reports cannot be made from this page.", fix="Use `calibrate report session`."
            )
        try:
            path = PurePosixPath(self._run_report(asked.id("session")))
        except CalibrateError as error:
            raise DataError(
                f"The report could not be made: {error.message}",
                fix=error.fix or "The session is closed all the same. Try again.",
            ) from error
        if path.is_absolute() or ".." in path.parts:
            raise DataError("The report does not lie in the project’s folder.")
        return {"path": str(path)}, []


def _line(one: AgreedLine, rubric: Rubric) -> Answer:
    alike = None
    if one.unanimous is not None:
        alike = {"level": one.unanimous.level_id, "words": one.unanimous.words}
    return {
        "piece": one.piece_id,
        "criterion": one.criterion_id,
        "settled": _settled(one.settled, rubric) if one.settled else None,
        "alike": alike,
    }


def _settled(one: Consensus, rubric: Rubric) -> Answer:
    if one.level_id is not None:
        level = rubric.criterion(one.criterion_id).scale.level(one.level_id)
        label = _level(f"{level.value:g}", level.label)
    else:
        label = rubric.code(one.code_id or "").label
    return {
        "id": one.id,
        "level": one.level_id,
        "code": one.code_id,
        "label": label,
        "reason": one.reason,
    }


def _level(number: str, label: str) -> str:
    return label if label == number else f"{number} {label}"
