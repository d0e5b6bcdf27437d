"""Scores of record as other programs' gradebooks take them: Canvas's gradebook CSV, and OneRoster 1.2's line items and results.

Neither has a place for a rater, so only a resolved score can stand in them. One assignment (line item) is one task on one
criterion in one window; levels are never added up or averaged.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from calibrate.errors import DataError
from calibrate.exchange.written_tables import Cell, Column, WrittenTable, number
from calibrate.model.rubric import Scale
from calibrate.model.work import Window

_GUID = re.compile(r"^[0-9A-Za-z./@_-]{1,255}$")
_CATEGORY = "calibrate-calibrated-scores"

_FILES = [
    "academicSessions",
    "categories",
    "classes",
    "classResources",
    "courseResources",
    "courses",
    "demographics",
    "enrollments",
    "lineItemLearningObjectiveIds",
    "lineItems",
    "lineItemScoreScales",
    "orgs",
    "resources",
    "resultLearningObjectiveIds",
    "results",
    "resultScoreScales",
    "roles",
    "scoreScales",
    "userProfiles",
    "userResources",
    "users",
]
_HEADERS = {
    "academicSessions": "sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear",
    "categories": "sourcedId,status,dateLastModified,title,weight",
    "lineItems": "sourcedId,status,dateLastModified,title,description,assignDate,dueDate,classSourcedId,"
    "categorySourcedId,academicSessionSourcedId,resultValueMin,resultValueMax,schoolSourcedId",
    "results": "sourcedId,status,dateLastModified,lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate,"
    "comment,textScore,classSourcedId,inProgress,incomplete,late,missing",
}


@dataclass(frozen=True, slots=True)
class Assignment:
    """One task on one criterion in one window: a column of a gradebook."""

    window: Window
    task: str
    task_title: str
    rubric: str
    version: int
    criterion: str
    criterion_name: str
    scale: Scale = field(repr=False)

    @property
    def title(self) -> str:
        """What the gradebook calls it."""
        task = f"{self.task_title} - " if self.task_title else ""
        return f"{self.window.title} - {task}{self.criterion_name}"

    @property
    def key(self) -> tuple[str, ...]:
        """What tells it from all others."""
        return (self.window.id, self.task, self.rubric, str(self.version), self.criterion)


@dataclass(frozen=True, slots=True)
class Graded:
    """One student's score of record on one assignment; ids are the roster's.

    Parameters
    ----------
    value, code
        The score; or the condition code that stands; neither where it is not settled.
    label
        The level's label, where the score is a level.
    day
        When the piece was last read.
    """

    assignment: Assignment
    piece: str
    student: str
    classroom: str
    school: str
    value: float | None
    code: str | None
    label: str
    day: date


def canvas_gradebook(
    grades: Sequence[Graded], shown: Mapping[str, str], *, names: bool
) -> WrittenTable:
    """A gradebook CSV as Canvas imports it: a row per student, a column per assignment, maxima in the second row.

    Parameters
    ----------
    grades
        At most one per student and assignment.
    shown
        What stands in the column ``Student``, by the roster's id: a name, or nothing; never a code, which this file would tie
        to the child for good. Canvas finds students by ``SIS User ID``.
    names
        Whether these are names.
    """
    assignments = list(dict.fromkeys(one.assignment for one in grades))
    titles = _titles(assignments)
    by_student: dict[str, dict[Assignment, Graded]] = {}
    for one in grades:
        by_student.setdefault(one.student, {})[one.assignment] = one
    columns = (
        Column(
            "Student", "the name" if names else "left empty: Canvas finds students by SIS User ID"
        ),
        Column(
            "ID",
            "Canvas's own number of the student: left empty, Canvas finds students by SIS User ID",
        ),
        Column("SIS User ID", "the student's id in the roster"),
        Column("SIS Login ID", "left empty"),
        Column("Section", "the student's room in the roster"),
        *(
            Column(
                titles[one],
                f"{one.criterion} of {one.rubric}: the score of record, empty where there is none",
            )
            for one in assignments
        ),
    )
    most: list[Cell] = ["    Points Possible", None, None, None, None]
    most += [number(one.scale.values[-1]) for one in assignments]
    rows: list[list[Cell]] = []
    for student, mine in by_student.items():
        any_one = next(iter(mine.values()))
        cells = [mine[one].value if one in mine else None for one in assignments]
        rows.append(
            [
                shown.get(student, ""),
                None,
                student,
                None,
                any_one.classroom,
                *(None if one is None else number(round(one, 2)) for one in cells),
            ]
        )
    return WrittenTable(columns, rows, above=(most,))


def _titles(assignments: Sequence[Assignment]) -> dict[Assignment, str]:
    """Headings, no two alike."""
    found: dict[Assignment, str] = {}
    taken: set[str] = set()
    for one in assignments:
        title = one.title
        if title in taken:
            title = f"{title} - {one.rubric} {one.version}"
        while title in taken:
            title += " (again)"
        taken.add(title)
        found[one] = title
    return found


def oneroster_package(
    grades: Sequence[Graded], *, project: str, district: str, at: datetime
) -> bytes:
    """A OneRoster 1.2 package of line items and results, as changes (``delta``) to what the other system has.

    Classes, schools and students are those of the roster: their ids stand here, and their files are absent. A delta adds and
    renews; a ``bulk`` file would make the other system drop every result that is not in it.

    Parameters
    ----------
    grades
        At most one per student and assignment.
    project
        The project's id: the same project gives its line items and results the same ids each time.
    district
        The system's name in the manifest.
    at
        When it was made.

    Raises
    ------
    DataError
        If an id of the roster cannot stand in OneRoster.
    """
    for what, ids in (
        ("student", {one.student for one in grades}),
        ("room", {one.classroom for one in grades}),
        ("school", {one.school for one in grades}),
    ):
        if bad := sum(not _GUID.match(one) for one in ids):
            raise DataError(
                f"OneRoster cannot hold the roster's ids of {bad} {what}{'' if bad == 1 else 's'}.",
                fix="There ids are letters, digits and . / @ _ - alone; a student also needs a school and a room.",
            )
    stamp = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"
    windows = {one.assignment.window.id: one.assignment.window for one in grades}
    titles = _titles(list(dict.fromkeys(one.assignment for one in grades)))
    items: dict[str, list[str]] = {}
    results: dict[str, list[str]] = {}
    for one in grades:
        line = one.assignment
        item = _id(project, "item", one.classroom, *line.key)
        items.setdefault(
            item,
            [
                item,
                "active",
                stamp,
                titles[line],
                f"{line.criterion} of {line.rubric}, version {line.version}",
                f"{line.window.starts.isoformat()}T00:00:00.000Z",
                f"{line.window.ends.isoformat()}T00:00:00.000Z",
                one.classroom,
                _CATEGORY,
                _session_id(line.window),
                _plain(line.scale.values[0]),
                _plain(line.scale.values[-1]),
                one.school,
            ],
        )
        result = _id(project, "result", one.student, one.classroom, *line.key)
        settled = one.value is not None
        results[result] = [
            result,
            "active",
            stamp,
            item,
            one.student,
            "fully graded" if settled else "submitted",
            _plain(one.value) if one.value is not None else "",
            one.day.isoformat(),
            "",
            one.label or one.code or "",
            one.classroom,
            "",
            "",
            "",
            "",
        ]
    sessions = [
        [
            _session_id(one),
            "active",
            stamp,
            one.title,
            "gradingPeriod",
            one.starts.isoformat(),
            one.ends.isoformat(),
            "",
            _year(one),
        ]
        for one in windows.values()
    ]
    category = [_CATEGORY, "active", stamp, "Calibrated scores", ""]
    return _zipped(
        {
            "academicSessions": sessions,
            "categories": [category],
            "lineItems": list(items.values()),
            "results": list(results.values()),
        },
        district,
    )


def _zipped(files: Mapping[str, Sequence[Sequence[str]]], district: str) -> bytes:
    manifest = [
        ["propertyName", "value"],
        ["manifest.version", "1.0"],
        ["oneroster.version", "1.2"],
        *([f"file.{one}", "delta" if one in files else "absent"] for one in _FILES),
        ["source.systemName", district],
        ["source.systemCode", "calibrate"],
    ]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        _add(package, "manifest.csv", manifest)
        for name, rows in files.items():
            _add(package, f"{name}.csv", [_HEADERS[name].split(","), *rows])
    return out.getvalue()


def _add(package: zipfile.ZipFile, name: str, rows: Sequence[Sequence[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    package.writestr(entry, text.getvalue().encode())


def _id(project: str, what: str, *parts: str) -> str:
    digest = hashlib.sha256("\x1f".join((project, what, *parts)).encode()).hexdigest()
    return f"calibrate-{what}-{digest[:24]}"


def _session_id(window: Window) -> str:
    return f"calibrate-window-{window.id}"


def _plain(value: float) -> str:
    return str(number(round(value, 4)))


def _year(window: Window) -> str:
    """The year in which the window's school year ends."""
    years = re.findall(r"\d{4}|(?<=[-/–])\d{2}\b", window.school_year)
    if years:
        last = years[-1]
        return last if len(last) == 4 else years[0][:2] + last
    return str(window.ends.year + (window.ends.month >= 7))
