"""The board's answers while a session is set up: what there is to choose, the plan, and saving it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from calibrate.errors import DataError
from calibrate.model.rubric import Rubric
from calibrate.widgets.board_asked import Asked
from calibrate.widgets.board_draft import Draft
from calibrate.widgets.page_messages import Answer, Files
from calibrate.workflows.norming import (
    NormingProject,
    SessionPlan,
    change_setup,
    set_up_session,
)
from calibrate.workflows.norming.board_choices import (
    Choices,
    PieceFilter,
    PieceLine,
    choices_for_setup,
    find_pieces,
    lines_of,
    suggest_pieces,
)
from calibrate.workflows.norming.board_rooms import view_board
from calibrate.workflows.shown_work import ShownPage, shown_pages

MOST_LINES = 150


class SetupAnswers:
    """Answers what the page asks while a session is set up.

    Parameters
    ----------
    project
        The project.
    by
        Who sets it up, for the log.
    """

    def __init__(self, project: NormingProject, by: str) -> None:
        self._project = project
        self._by = by

    def choices(self, asked: Asked) -> tuple[Answer, Files]:
        """Everything to choose from, with what is sensible at first."""
        today = date.today()
        found = choices_for_setup(self._project, today)
        return {"project": self._project.id, **_choices(found, today)}, []

    def pieces(self, asked: Asked) -> tuple[Answer, Files]:
        """The pieces that the filter lets through."""
        found = find_pieces(self._project, _filter(asked))
        return {"pieces": [line(one) for one in found[:MOST_LINES]], "found": len(found)}, []

    def suggest(self, asked: Asked) -> tuple[Answer, Files]:
        """A handful of pieces that belong together."""
        found = suggest_pieces(self._project, _filter(asked))
        if not found:
            raise DataError(
                "No piece here has work to show.", fix="Choose another grade, genre or window."
            )
        return {"pieces": [line(one) for one in found]}, []

    def look(self, asked: Asked) -> tuple[Answer, Files]:
        """One piece's work, as its raters will see it."""
        piece_id = asked.id("piece")
        with self._project.store.reading() as unit:
            piece = unit.work.pieces.get(piece_id)
            task = unit.work.tasks.find(piece.task_id) if piece.task_id else None
            files = [
                file
                for owner in (piece.id, *piece.parts)
                for file in sorted(unit.work.files.all(piece_id=owner), key=lambda one: one.ordinal)
            ]
        pages, pictures = _pages(shown_pages(files, self._project.folder / "work"))
        prompt = task.prompt if task else ""
        (shown,) = lines_of(self._project, [piece_id])
        return {"piece": line(shown), "prompt": prompt, "pages": pages}, pictures

    def plan(self, asked: Asked) -> tuple[Answer, Files]:
        """Who would score what, before it is saved."""
        draft = Draft(self._project, asked)
        plan = draft.as_near_as_can_be()
        loads = {rater: len(its) for rater, its in plan.items()}
        per_piece = {piece: sum(piece in its for its in plan.values()) for piece in draft.piece_ids}
        return {
            "rows": [
                {
                    "rater": rater,
                    "pieces": list(plan[rater]),
                    "own": [piece for piece in draft.piece_ids if (piece, rater) in draft.own],
                }
                for rater in draft.rater_ids
            ],
            "readings": per_piece,
            "everyone": list(draft.everyone),
            "sentence": _loads(loads),
            "warnings": draft.warnings(per_piece),
        }, []

    def save(self, asked: Asked) -> tuple[Answer, Files]:
        """Save a new session, or a change of one that is not open yet."""
        draft = Draft(self._project, asked)
        title = asked.line("title")
        if not title:
            raise DataError(
                "The session has no title yet.", fix="Give it one, such as “Fall norming”."
            )
        plan = SessionPlan(
            title=title,
            rubric_id=asked.id("rubric"),
            rubric_version=asked.number("version") or 1,
            window_id=asked.id("window"),
            piece_ids=draft.piece_ids,
            rater_ids=draft.rater_ids,
            assignments=draft.assignments,
            own_students=draft.excused,
            school_ids=draft.school_ids,
            held_on=asked.day("held_on"),
        )
        before = asked.id_or_none("session")
        if before is None:
            made = set_up_session(self._project, plan, by=self._by)
        else:
            made = change_setup(self._project, before, plan, by=self._by)
        return {"session": made.id}, []

    def draft(self, asked: Asked) -> tuple[Answer, Files]:
        """What a session that is not open yet was set up with, to change it."""
        board = view_board(self._project, asked.id("session"))
        session = board.session
        return {
            "draft": {
                "session": session.id,
                "title": session.title,
                "held_on": session.held_on.isoformat() if session.held_on else "",
                "rubric": session.rubric_id,
                "version": session.rubric_version,
                "window": session.window_id,
                "pieces": [line(one) for one in board.pieces],
                "panel": [one.id for one in board.panel],
                "assignments": {rater: list(its) for rater, its in board.plan.items()},
            }
        }, []


def line(one: PieceLine) -> Answer:
    """A piece for the page."""
    return {
        "id": one.id,
        "code": one.code,
        "facts": list(one.facts),
        "task": one.task,
        "pages": one.pages,
        "sessions": one.sessions,
    }


def _filter(asked: Asked) -> PieceFilter:
    return PieceFilter(
        window_id=asked.words("window"),
        grade=asked.words("grade"),
        genre=asked.words("genre"),
        school_id=asked.words("school"),
        with_work=asked.yes("with_work"),
    )


def _choices(found: Choices, today: date) -> Answer:
    window = next(one for one in found.windows if one.id == found.window_id)
    return {
        "title": f"{window.title} norming",
        "today": today.isoformat(),
        "rubrics": [_rubric(one) for one in found.rubrics],
        "windows": [{"id": one.id, "title": one.title} for one in found.windows],
        "window": found.window_id,
        "grades": [{"id": grade, "title": label} for grade, label in found.grades],
        "genres": list(found.genres),
        "schools": [{"id": school, "title": title} for school, title in found.schools],
        "people": [
            {
                "id": one.id,
                "name": one.name,
                "role": str(one.role).replace("_", " "),
                "school": one.school,
                "grades": list(one.grades),
            }
            for one in found.people
        ],
        "last": {"panel": list(found.last_panel), "title": found.last_title},
    }


def _rubric(one: Rubric) -> Answer:
    title = f"{one.title}, version {one.version}"
    names = [criterion.name for criterion in one.criteria]
    return {"id": one.id, "version": one.version, "title": title, "criteria": names}


def _pages(pages: tuple[ShownPage, ...]) -> tuple[list[Answer], Files]:
    said: list[Answer] = []
    pictures: Files = []
    for one in pages:
        if one.picture:
            said.append({"kind": "picture", "type": one.media_type})
            pictures.append(one.picture)
        else:
            said.append({"kind": "missing"} if one.missing else {"kind": "html", "html": one.html})
    return said, pictures


def _loads(loads: Mapping[str, int]) -> str:
    least, most = min(loads.values()), max(loads.values())
    if least == most:
        return f"Everybody scores {most} piece{'' if most == 1 else 's'}."
    return f"Everybody scores {least} to {most} pieces."
