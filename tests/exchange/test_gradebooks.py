"""Scores of record in other programs' gradebooks."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from calibrate.errors import DataError
from calibrate.exchange.gradebooks import Assignment, Graded, canvas_gradebook, oneroster_package
from calibrate.model.rubric import Level, Scale
from calibrate.model.work import Window

SCALE = Scale(tuple(Level(str(n), f"Level {n}", float(n), n) for n in range(1, 5)))
FALL = Window("fall", "Fall", "2025-26", date(2025, 9, 29), date(2025, 10, 10))
FOC = Assignment(FALL, "moment", "One moment", "writing", 1, "FOC", "Focus", SCALE)
CONV = replace(FOC, criterion="CONV", criterion_name="Conventions")
AT = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)
GRADES = [
    Graded(FOC, "P1", "s1", "room-1", "lincoln", 3.0, None, "Level 3", date(2025, 10, 6)),
    Graded(CONV, "P1", "s1", "room-1", "lincoln", 2.5, None, "", date(2025, 10, 6)),
    Graded(FOC, "P2", "s2", "room-1", "lincoln", None, "BLANK", "", date(2025, 10, 7)),
    Graded(CONV, "P2", "s2", "room-1", "lincoln", None, None, "", date(2025, 10, 7)),
]


def files(grades=GRADES) -> dict[str, list[dict[str, str]]]:
    content = oneroster_package(grades, project="pr-1", district="Example", at=AT)
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {
            name: list(csv.DictReader(io.StringIO(package.read(name).decode())))
            for name in package.namelist()
        }


def test_canvas_finds_students_by_their_id_and_maxima_in_the_second_row():
    table = canvas_gradebook(GRADES, {"s1": "Oak, Sam"}, names=True)
    assert table.headings[:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    assert table.headings[5:] == ["Fall - One moment - Focus", "Fall - One moment - Conventions"]
    assert table.above[0][0] == "    Points Possible"
    assert list(table.above[0][5:]) == [4, 4]
    assert table.rows[0] == ["Oak, Sam", None, "s1", None, "room-1", 3, 2.5]
    assert table.rows[1][0] == ""
    assert table.rows[1][5:] == [None, None]  # a code is no zero


def test_two_assignments_never_share_a_heading():
    table = canvas_gradebook(
        [GRADES[0], replace(GRADES[0], assignment=replace(FOC, version=2))], {}, names=False
    )
    assert len(set(table.headings)) == len(table.headings)


def test_a_package_holds_line_items_and_results_that_find_each_other():
    found = files()
    manifest = {one["propertyName"]: one["value"] for one in found["manifest.csv"]}
    assert manifest["oneroster.version"] == "1.2"
    assert manifest["file.results"] == manifest["file.lineItems"] == "delta"
    assert manifest["file.users"] == manifest["file.classes"] == "absent"
    items = {one["sourcedId"]: one for one in found["lineItems.csv"]}
    assert {one["lineItemSourcedId"] for one in found["results.csv"]} == set(items)
    assert len(items) == 2
    first = found["results.csv"][0]
    assert (first["scoreStatus"], first["score"], first["textScore"]) == (
        "fully graded",
        "3",
        "Level 3",
    )
    assert first["scoreDate"] == "2025-10-06"
    blank, waiting = found["results.csv"][2:]
    assert (blank["scoreStatus"], blank["score"], blank["textScore"]) == ("submitted", "", "BLANK")
    assert (waiting["scoreStatus"], waiting["score"], waiting["textScore"]) == ("submitted", "", "")
    for item in items.values():
        needed = "title assignDate dueDate classSourcedId categorySourcedId academicSessionSourcedId schoolSourcedId"
        assert all(item[one] for one in needed.split())
        assert item["categorySourcedId"] == found["categories.csv"][0]["sourcedId"]
        assert item["academicSessionSourcedId"] == found["academicSessions.csv"][0]["sourcedId"]
    assert found["academicSessions.csv"][0]["schoolYear"] == "2026"


def test_the_same_scores_have_the_same_ids_the_next_time_and_no_rater_has_a_place():
    assert files() == files()
    assert not any("rater" in heading.lower() for rows in files().values() for heading in rows[0])


def test_a_later_piece_of_a_student_takes_the_place_of_the_earlier_one_in_the_other_system():
    first, later = (files([replace(GRADES[0], piece=one)])["results.csv"] for one in ("P1", "P9"))
    assert first == later
    other = files([replace(GRADES[0], student="s3")])["results.csv"]
    assert other[0]["sourcedId"] != first[0]["sourcedId"]


def test_ids_that_oneroster_cannot_hold_are_counted_and_refused_without_naming_them():
    with pytest.raises(DataError, match="1 student") as refused:
        files([replace(GRADES[0], student="Sam Oak")])
    assert "Sam" not in str(refused.value)
