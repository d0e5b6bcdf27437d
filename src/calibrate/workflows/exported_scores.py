"""Scores on their way out of a project: what may leave it, under which codes, and in which layout.

Nothing sealed can leave: ballots hold no score that this side could read, and what has not been revealed is in no table. What
is sealed is named, so that nobody takes a file for more than it is. Raters and students go by the codes of the inside edition.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from calibrate.analysis.wording import count
from calibrate.errors import DataError, SealError, UsageError
from calibrate.exchange.data_dictionaries import FilePage
from calibrate.exchange.written_tables import WrittenTable
from calibrate.model.resolution import resolution_rule
from calibrate.model.rubric import Rubric
from calibrate.model.session import SessionState
from calibrate.store.project import Project
from calibrate.store.repository import Unit
from calibrate.workflows.exported_gradebooks import gradebook_of, oneroster_of
from calibrate.workflows.exported_people import People, people_of
from calibrate.workflows.exported_readings import long_readings, wide_readings
from calibrate.workflows.exported_records import long_records, wide_records
from calibrate.workflows.exports import (
    TABLES,
    Export,
    apostrophe_note,
    known_or_refused,
    plain_name,
    suffix_for,
    table_bytes,
)
from calibrate.workflows.score_tables import records_of, score_table

RESOLVED, READINGS = "resolved", "readings"
WHAT = (RESOLVED, READINGS)
LONG, WIDE, CANVAS, ONEROSTER = "long", "wide", "canvas-gradebook", "oneroster"
FORMATS = (LONG, WIDE, CANVAS, ONEROSTER)

_TITLES = {
    (RESOLVED, False): "Scores of record",
    (READINGS, False): "Readings",
    (RESOLVED, True): "Settled demand of tasks",
    (READINGS, True): "Ratings of tasks",
}
_RESOLVED_ONLY = (
    "Such a file has no place for a rater, so single readings cannot stand in it, only the score that they led to.",
    "Leave --what readings out, or write --format long.",
)


@dataclass(frozen=True, slots=True)
class ScoresWanted:
    """Which scores, of what kind, in which layout.

    Parameters
    ----------
    session, school, window
        Only these, where given. A school's readings are those of its pieces and of its raters, its scores of
        record those of its pieces.
    what
        ``resolved`` (the score of record of every piece and criterion) or ``readings`` (every judgement).
    layout
        One of `FORMATS`.
    raw
        Cells exactly as they are, for another program.
    ids
        The roster's ids of raters and students in place of codes.
    names
        Students' names too.
    comments
        What raters wrote beside scores and panels as their reasons, too.
    tasks
        Ratings of how demanding tasks are, in place of scores of student work.
    """

    session: str | None = None
    school: str | None = None
    window: str | None = None
    what: str = RESOLVED
    layout: str = LONG
    raw: bool = False
    ids: bool = False
    names: bool = False
    comments: bool = False
    tasks: bool = False


def export_scores(project: Project, wanted: ScoresWanted, to: Path | None = None) -> Export:
    """Scores of a project as a file that is ready to be handed out.

    Parameters
    ----------
    project
        The project.
    wanted
        Which scores, and how.
    to
        Where the file will go; the end of its name says what kind of file it becomes.

    Raises
    ------
    UsageError
        If the kind, the layout and the file's name do not fit each other.
    NotFound
        If there is no such session, school or window.
    SealError
        If the session has not been revealed.
    DataError
        If there is nothing to hand out, or it cannot stand in that layout.
    """
    suffix = _checked(wanted, to)
    with project.reading() as unit:
        notes = _may_leave(unit, wanted)
        rubrics = {(one.id, one.version): one for one in unit.rubrics.all()}
    table = _readings(project, wanted) if wanted.what == READINGS else _records(project, wanted)
    if table.empty:
        raise DataError(
            "There are no scores in this part of the project yet.",
            fix="Bring scores in (calibrate import scores), or reveal a session.",
        )
    people = people_of(project, table, ids=wanted.ids, names=wanted.names)
    used = [
        rubrics[key]
        for key in sorted({*zip(table["rubric_id"], table["rubric_version"], strict=True)})
    ]
    made = _made(project, wanted, table, people, used, suffix)
    return replace(made, page=replace(made.page, notes=[*made.page.notes, *notes]))


def _checked(wanted: ScoresWanted, to: Path | None) -> str:
    for option, value, known in (
        ("--what", wanted.what, WHAT),
        ("--format", wanted.layout, FORMATS),
    ):
        if value not in known:
            raise UsageError(
                f"There is no {option} {value}.", column=option, fix=f"Use {', '.join(known)}."
            )
    if wanted.what == READINGS and wanted.layout in (CANVAS, ONEROSTER):
        raise UsageError(_RESOLVED_ONLY[0], column="--format", fix=_RESOLVED_ONLY[1])
    if wanted.tasks and (wanted.names or wanted.layout in (CANVAS, ONEROSTER)):
        raise UsageError(
            "Ratings of tasks are about no child, so there is no name and no gradebook for them.",
            column="--tasks",
            fix="Write --format long or wide, without --names.",
        )
    if wanted.what == READINGS and wanted.names:
        raise UsageError(
            "Single readings leave without any name: they are about how people score.",
            column="--names",
            fix="Names of students can stand beside scores of record (--what resolved).",
        )
    if wanted.comments and wanted.layout != LONG:
        raise UsageError(
            "Only a row for each score has room for what somebody typed beside it.",
            column="--comments",
            fix="Write --format long, or leave --comments out.",
        )
    if wanted.layout == ONEROSTER and wanted.names:
        raise UsageError(
            "OneRoster knows students by the roster's ids; it has no place for names here.",
            column="--names",
            fix="Leave it out.",
        )
    allowed = {CANVAS: (".csv",), ONEROSTER: (".zip",)}.get(wanted.layout, TABLES)
    return suffix_for(to, allowed)


def _may_leave(unit: Unit, wanted: ScoresWanted) -> list[str]:
    """Notes on what is sealed; a session that is, or an id that is not there, is refused."""
    for kind, one, known in (
        ("school", wanted.school, [each.id for each in unit.people.schools.all()]),
        ("window", wanted.window, [each.id for each in unit.work.windows.all()]),
        ("session", wanted.session, [each.id for each in unit.sessions.all()]),
    ):
        if one is not None:
            known_or_refused(kind, one, known)
    sealed = (SessionState.SETUP, SessionState.SCORING)
    if wanted.session is not None:
        session = unit.sessions.get(wanted.session)
        if session.state in sealed:
            raise SealError(
                f"Session {session.id} has not been revealed: its scores are sealed, and nobody can hand them out.",
                fix=f"Reveal it first: calibrate session reveal {session.id}",
            )
        if session.state is SessionState.CALLED_OFF:
            raise SealError(
                f"Session {session.id} was called off before its reveal: its ballots stay sealed for good.",
                fix="Name a session that was held.",
            )
    chosen = [one for one in unit.sessions.all() if wanted.session in (None, one.id)]
    waiting = [one for one in chosen if one.state in sealed]
    half_open = [
        one.session_id
        for one in unit.sessions.rounds.all()
        if one.revealed_at is None
        and one.session_id in {each.id for each in chosen}
        and one.session_id not in {each.id for each in waiting}
        and unit.sessions.get(one.session_id).state is SessionState.REVEALED
    ]
    notes = []
    if waiting:
        verb = "is" if len(waiting) == 1 else "are"
        notes.append(
            f"{count(len(waiting), 'session')} {verb} not revealed yet. What was scored there is sealed and not in "
            "this file."
        )
    if half_open:
        notes.append(
            f"A second round that is not revealed yet ({', '.join(sorted(set(half_open)))}) is sealed and not in this file."
        )
    return notes


def _readings(project: Project, wanted: ScoresWanted) -> pd.DataFrame:
    table = score_table(
        project,
        session=wanted.session,
        school=wanted.school,
        window=wanted.window,
        of_tasks=wanted.tasks,
    )
    if not wanted.tasks:
        return table
    alone = table["session"].isna()  # outside a session a file names the task itself
    return table.assign(piece=table["piece"].where(~alone, table["task"]))


def _records(project: Project, wanted: ScoresWanted) -> pd.DataFrame:
    table = records_of(project, school=wanted.school, window=wanted.window, of_tasks=wanted.tasks)
    if wanted.session is None:
        return table
    with project.reading() as unit:
        session = unit.sessions.get(wanted.session)
    mine = (
        table["piece_id"].isin(session.piece_ids)
        & (table["rubric_id"] == session.rubric_id)
        & (table["rubric_version"] == session.rubric_version)
    )
    return table[mine].reset_index(drop=True)


def _made(
    project: Project,
    wanted: ScoresWanted,
    table: pd.DataFrame,
    people: People,
    rubrics: list[Rubric],
    suffix: str,
) -> Export:
    notes: list[str] = []
    written: WrittenTable | None = None
    if wanted.layout == ONEROSTER:
        content, n_rows, more = oneroster_of(project, table, rubrics)
        notes += more
    else:
        if wanted.layout == CANVAS:
            written, more = gradebook_of(project, table, rubrics, people)
            notes += more
        elif wanted.what == READINGS:
            make = long_readings if wanted.layout == LONG else wide_readings
            written = make(table, rubrics, people, comments=wanted.comments)
        else:
            make = long_records if wanted.layout == LONG else wide_records
            written = make(table, rubrics, people, comments=wanted.comments)
        notes += apostrophe_note(written, raw=wanted.raw)
        content = table_bytes(written, suffix, raw=wanted.raw, mark=wanted.layout != CANVAS)
        n_rows = len(written.rows)
    chosen = {
        "session": wanted.session,
        "school": wanted.school,
        "window": wanted.window,
    }
    said = [f"{key} {value}" for key, value in chosen.items() if value]
    layout = "" if wanted.layout == LONG else wanted.layout
    page = FilePage(
        title=f"{_TITLES[(wanted.what, wanted.tasks)]} of {project.settings.name}",
        facts=_facts(project, wanted, said, people),
        columns=written.columns if written is not None else (),
        rubrics=rubrics,
        notes=[*_privacy_notes(wanted), *notes],
    )
    with_people = "names" if people.named else "ids" if people.by_id else "codes"
    return Export(
        kind="scores",
        stem=plain_name(
            "scores",
            wanted.what,
            "tasks" if wanted.tasks else "",
            layout,
            *(one for one in chosen.values() if one),
            "with-names" if people.named else "with-ids" if people.by_id else "",
        ),
        suffix=suffix,
        content=content,
        page=page,
        n_rows=n_rows,
        subject=", ".join(said),
        detail=f"{wanted.what}, {wanted.layout}, {n_rows} rows, {with_people}"
        + (", comments" if wanted.comments else ""),
    )


def _facts(
    project: Project, wanted: ScoresWanted, said: list[str], people: People
) -> list[tuple[str, str]]:
    rule = resolution_rule(project.settings.resolution_rule)
    facts = [
        ("District", project.settings.name),
        ("Chosen", ", ".join(said) or "everything"),
        (
            "One row is",
            {
                (RESOLVED, LONG): "the score of record of one piece on one criterion",
                (RESOLVED, WIDE): "the scores of record of one piece",
                (READINGS, LONG): "one reading's judgement on one criterion",
                (READINGS, WIDE): "one reading of one piece",
                (RESOLVED, CANVAS): "one student",
                (RESOLVED, ONEROSTER): "see OneRoster 1.2: categories, line items, results",
            }[(wanted.what, wanted.layout)],
        ),
    ]
    if wanted.what == RESOLVED:
        facts.append(
            (
                "Score of record",
                f"the panel's consensus where there is one; otherwise {rule.id}: {rule.title}",
            )
        )
    else:
        facts.append(
            (
                "Back into Calibrate",
                "calibrate import scores FILE: the same file changes nothing in the project that it came from"
                + (
                    "; other projects with this roster read it too"
                    if people.by_id
                    else "; another project does not know these codes of raters (--ids writes the roster's)"
                ),
            )
        )
    return facts


def _privacy_notes(wanted: ScoresWanted) -> list[str]:
    notes = []
    if wanted.tasks and wanted.what == RESOLVED:
        notes.append("It is about tasks: no child and no rater is in it.")
    elif wanted.what == READINGS:
        notes.append(
            "For staff who study the scoring. It is about how people score: nobody is to be judged by it. The codes of "
            "raters are those of the inside reports; do not hand it on beside a list that says who they are."
        )
    else:
        notes.append(
            "For staff who work with these children: a row is about one child. To hand numbers to anybody else, use "
            "calibrate report district --edition outside or calibrate export wall --outside."
        )
    if wanted.layout in (CANVAS, ONEROSTER) or wanted.ids:
        notes.append("It holds the roster's ids: whoever has the roster can tell who is who.")
    if wanted.names:
        notes.append(
            "It holds students' names: it is an education record, to be kept and sent like one, and deleted after use."
        )
    if wanted.comments:
        notes.append(
            "It holds what people typed. Read it before you hand it on: somebody may have written a name."
        )
    return notes
