"""What a page may ask after the reveal, and what it is answered: the rater's page and the facilitator's alike.

`SCRIPTS` and `STYLES` are the files in ``static`` that draw it: a widget joins them with its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from calibrate.model.rubric import Rubric
from calibrate.model.scores import Evidence, MarkKind
from calibrate.model.session import RoundName
from calibrate.model.work import MediaKind, WorkFile
from calibrate.widgets.page_messages import Answer, Files, not_understood
from calibrate.workflows.norming import Mark, NormingProject
from calibrate.workflows.norming.reveal_spread import CriterionSpread, Tally
from calibrate.workflows.norming.reveal_view import (
    RevealedReading,
    RevealItem,
    Reveals,
    read_session_work,
    view_reveal,
)

SCRIPTS = (
    "elements.js",
    "parts.js",
    "line.js",
    "desk_text.js",
    "desk_picture.js",
    "work_pages.js",
    "reveal_marks.js",
    "reveal_spread.js",
    "reveal_piece.js",
    "reveal.js",
)
STYLES = ("parts.css", "work.css", "reveal.css", "reveal_spread.css", "reveal_narrow.css")

_ROUNDS = {RoundName.BLIND: "blind", RoundName.AFTER_DISCUSSION: "second"}


def answer_reveal(
    project: NormingProject,
    session_id: str,
    asked: Mapping[str, Any],
    *,
    for_rater: str | None,
    names: bool,
    keeper: Reveals | None = None,
) -> tuple[Answer, Files]:
    """Answer ``{"ask": "reveal"}`` or ``{"ask": "revealed-work", "piece"}``.

    Parameters
    ----------
    project, session_id
        Which session. The caller has checked that whoever asks belongs to it.
    asked
        The page's message.
    for_rater
        Who looks, or None for the facilitator's side.
    names
        Say who read what; only the facilitator's side may.
    keeper
        Where the room keeps what was worked out before.

    Raises
    ------
    SealError
        If the blind round is not revealed yet.
    DataError, NotFound
        If the message is not understood, or the piece is not one of the session's.
    """
    if asked.get("ask") == "reveal":
        return _reveal(project, session_id, for_rater, names, keeper), []
    piece = asked.get("piece")
    if asked.get("ask") != "revealed-work" or not isinstance(piece, str):
        raise not_understood()
    shown, contents = read_session_work(project, session_id, piece, keeper=keeper)
    return work_shown(piece, shown.files, contents)


def work_shown(piece: str, files: tuple[WorkFile, ...], contents: Files) -> tuple[Answer, Files]:
    """A piece's files as a page gets them: words in the answer, pictures beside it."""
    told: list[Answer] = []
    pictures: Files = []
    for file, content in zip(files, contents, strict=True):
        one: Answer = {"kind": str(file.kind), "type": file.media_type}
        if file.kind is MediaKind.IMAGE:
            pictures.append(content)
        else:
            one["text"] = content.decode("utf-8", "replace")
        told.append(one)
    return {"piece": piece, "files": told}, pictures


def rubric_shown(rubric: Rubric) -> Answer:
    """A rubric with its levels: the number that people call them by, and the keys that choose them.

    A whole level's key is its digit; a half's keys are the digit below it and a point (``2.`` for 2.5).
    A level beyond those has none: arrow keys reach it.
    """
    return {
        "title": rubric.title,
        "criteria": [
            {
                "id": one.id,
                "name": one.name,
                "description": one.description,
                "levels": [
                    {
                        "id": level.id,
                        "label": level.label,
                        "number": f"{level.value:g}",
                        "descriptor": level.descriptor,
                        "key": _keys(level.value),
                    }
                    for level in one.scale.levels
                ],
            }
            for one in rubric.criteria
        ],
        "codes": [
            {"id": one.id, "label": one.label, "meaning": one.meaning, "scored": list(one.scored)}
            for one in rubric.codes
        ],
    }


def _keys(value: float) -> str:
    if value in range(10):
        return f"{value:g}"
    return f"{value - 0.5:g}." if value - 0.5 in range(10) else ""


def mark_shown(mark: Evidence | Mark) -> Answer:
    """The place that a mark names."""
    shown: Answer = {"kind": str(mark.kind), "file": mark.file}
    text = mark.kind == MarkKind.TEXT
    names = ("start", "end") if text else ("x", "y", "width", "height")
    return shown | {name: getattr(mark, name) for name in names}


def _reveal(
    project: NormingProject,
    session_id: str,
    for_rater: str | None,
    names: bool,
    keeper: Reveals | None,
) -> Answer:
    view = view_reveal(project, session_id, for_rater=for_rater, names=names, keeper=keeper)
    return {
        "title": view.title,
        "stage": str(view.stage),
        "mark": view.mark,
        "sentence": view.sentence,
        "criteria": list(view.criteria),
        "panel": list(view.panel),
        "reason": view.reason,
        "second": view.second,
        "names": view.names,
        "rubric": rubric_shown(view.rubric),
        "pieces": [_piece(item) for item in view.items],
    }


def _piece(item: RevealItem) -> Answer:
    return {
        "id": item.piece.id,
        "code": item.piece.code,
        "facts": list(item.piece.facts),
        "task": item.piece.task,
        "prompt": item.piece.prompt,
        "rank": item.rank,
        "reason": item.reason,
        "anchor": item.anchor,
        "criteria": [_spread(one) for one in item.spreads],
        "readings": [_reading(one) for one in item.readings],
    }


def _spread(spread: CriterionSpread) -> Answer:
    agreed = spread.consensus
    return {
        "id": spread.criterion,
        "name": spread.name,
        "levels": [_tally(one) for one in spread.levels],
        "codes": [_tally(one) for one in spread.codes],
        "cut": spread.cut,
        "sentence": spread.sentence,
        "second_sentence": spread.second_sentence,
        "aside_sentence": spread.aside_sentence,
        "consensus": agreed
        and {
            "level": agreed.level,
            "code": agreed.code,
            "label": agreed.label,
            "reason": agreed.reason,
        },
    }


def _tally(tally: Tally) -> Answer:
    return {
        "id": tally.id,
        "label": tally.label,
        "number": tally.number,
        "blind": tally.blind,
        "second": tally.second,
        "aside": tally.aside,
    }


def _reading(reading: RevealedReading) -> Answer:
    return {
        "label": reading.label,
        "own": reading.own,
        "about": reading.about,
        "answers": [
            {
                "criterion": one.criterion,
                "round": _ROUNDS[one.round],
                "level": one.level,
                "code": one.code,
                "label": one.label,
                "note": one.note,
            }
            for one in reading.answers
        ],
        "notes": [{"round": _ROUNDS[name], "text": text} for name, text in reading.notes],
        "marks": [
            {
                "criterion": mark.criterion_id,
                "round": _ROUNDS[name],
                "comment": mark.comment,
                **mark_shown(mark),
            }
            for name, mark in reading.marks
        ],
    }
