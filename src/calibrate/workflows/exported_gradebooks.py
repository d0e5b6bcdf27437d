"""Which scores of record go into another program's gradebook, and what has to stay behind."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime

import pandas as pd

from calibrate.analysis.wording import count
from calibrate.errors import DataError
from calibrate.exchange.gradebooks import (
    Assignment,
    Graded,
    canvas_gradebook,
    oneroster_package,
)
from calibrate.exchange.written_tables import WrittenTable
from calibrate.model.resolution import RecordState
from calibrate.model.rubric import Rubric
from calibrate.store.project import Project
from calibrate.workflows.exported_people import People
from calibrate.workflows.score_tables import score_table


def gradebook_of(
    project: Project, table: pd.DataFrame, rubrics: Sequence[Rubric], people: People
) -> tuple[WrittenTable, list[str]]:
    """Canvas's gradebook, and notes.

    Parameters
    ----------
    project
        The project.
    table
        Scores of record.
    rubrics
        Every rubric in it.
    people
        Students' names, where they were asked for: they stand in the column ``Student``, which is empty otherwise. A code
        beside the roster's id would be the key to every file that goes by codes.
    """
    grades, roster, notes = _grades(project, table, rubrics)
    shown = {
        roster[student]: f"{people.names[student].family_name}, {people.names[student].given_name}"
        for student in set(table["student"].dropna())
        if student in people.names
    }
    coded = sum(one.code is not None for one in grades)
    if coded:
        notes.append(
            f"{count(coded, 'condition code')} cannot stand in Canvas's gradebook, which holds numbers: these cells are "
            "empty, not 0."
        )
    notes.append(
        "Canvas makes a new assignment of every heading that it does not know. Try it in a test course first."
    )
    return canvas_gradebook(grades, shown, names=people.named), notes


def oneroster_of(
    project: Project, table: pd.DataFrame, rubrics: Sequence[Rubric]
) -> tuple[bytes, int, list[str]]:
    """A OneRoster package, how many results it holds, and notes."""
    grades, _, notes = _grades(project, table, rubrics)
    nowhere = [one for one in grades if not (one.classroom and one.school)]
    if nowhere:
        notes.append(
            f"{count(len(nowhere), 'score')} of children without a room or a school stayed behind: OneRoster needs both."
        )
    kept = [one for one in grades if one.classroom and one.school]
    if not kept:
        raise DataError("No score here belongs to a child with a room.", fix="Write --format long.")
    waiting = sum(one.value is None and one.code is None for one in kept)
    if waiting:
        notes.append(
            f"{count(waiting, 'score')} that {'is' if waiting == 1 else 'are'} not settled yet stand there as submitted, "
            "without a score."
        )
    notes += [
        "Classes, schools and students are named by the roster's ids; the package changes none of them. It is a delta: it "
        "adds and renews, and deletes nothing.",
        "Windows stand in academicSessions.csv as grading periods. Ask whoever runs the other system to try it in a test "
        "area first.",
    ]
    package = oneroster_package(
        kept, project=project.id, district=project.settings.name, at=datetime.now(UTC)
    )
    return package, len(kept), notes


def _grades(
    project: Project, table: pd.DataFrame, rubrics: Sequence[Rubric]
) -> tuple[list[Graded], dict[str, str], list[str]]:
    """One score per child and assignment, the roster's ids of children, and notes on what stayed behind."""
    with project.reading() as unit:
        windows = {one.id: one for one in unit.work.windows.all()}
        tasks = {one.id: one.title for one in unit.work.tasks.all()}
        pieces = {one.id: one for one in unit.work.pieces.all()}
        roster = {one.id: one.source_id for one in unit.people.students.all()}
    by_rubric = {(one.id, one.version): one for one in rubrics}
    read = score_table(project).groupby("piece_id")["scored_at"].max().to_dict()
    order = {
        one: place for place, one in enumerate(sorted(windows, key=lambda w: windows[w].starts))
    }
    own = table[table["student"].notna()]
    notes = []
    if outside := table["piece_id"].nunique() - own["piece_id"].nunique():
        notes.append(f"{count(outside, 'piece')} of no child in the roster stayed behind.")
    chosen: dict[tuple[str, Assignment], Graded] = {}
    newest: dict[tuple[str, Assignment], tuple[object, ...]] = {}
    twice: set[str] = set()
    for one in own.to_dict("records"):
        piece = pieces[one["piece_id"]]
        rubric = by_rubric[(one["rubric_id"], int(one["rubric_version"]))]
        criterion = rubric.criterion(one["criterion"])
        task = "" if pd.isna(one["task"]) else str(one["task"])
        line = Assignment(
            windows[one["window"]],
            task,
            tasks.get(task, ""),
            rubric.id,
            rubric.version,
            criterion.id,
            criterion.name,
            criterion.scale,
        )
        settled = one["state"] == RecordState.SETTLED.value
        scored = settled and not math.isnan(one["value"])
        moment = read.get(piece.id)
        day = piece.collected_on or line.window.ends
        if moment is not None and not pd.isna(moment):
            day = moment.date()
        key = (str(one["student"]), line)
        place = (settled, piece.collected_on or line.window.ends, piece.code)
        if key in chosen:
            twice.add(key[0])
            if place <= newest[key]:
                continue
        newest[key] = place
        chosen[key] = Graded(
            line,
            piece.code,
            roster[str(one["student"])],
            piece.classroom_id or "",
            piece.school_id or "",
            float(one["value"]) if scored else None,
            str(one["code"]) if settled and not pd.isna(one["code"]) else None,
            ""
            if pd.isna(one["position"])
            else criterion.scale.levels[int(one["position"]) - 1].label,
            day,
        )
    if twice:
        notes.append(
            f"{count(len(twice), 'student')} wrote more than one piece for a task in a window: the one that was collected "
            "last stands here. --format long has them all."
        )
    grades = sorted(
        chosen.values(),
        key=lambda one: (
            order[one.assignment.window.id],
            one.assignment.task,
            [
                c.id for c in by_rubric[(one.assignment.rubric, one.assignment.version)].criteria
            ].index(one.assignment.criterion),
            one.classroom,
            one.student,
        ),
    )
    return grades, roster, notes
