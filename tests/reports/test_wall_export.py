"""The outside view of the wall as a table: counts that survived suppression, and nobody."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from calibrate.errors import NotFound, ProjectError
from calibrate.reports.release import RELEASED, read_released, release_tables, told
from calibrate.reports.wall_export import export_wall_outside
from calibrate.store.project import Project
from calibrate.workflows.exports import hand_out
from tests.workflows.export_kit import PEOPLE, every_byte, grown
from tests.workflows.import_kit import CONTINUUM, District


@pytest.fixture
def empty(tmp_path: Path):
    (tmp_path / "files").mkdir()
    with Project.create(tmp_path / "project") as project:
        yield District(project, tmp_path / "files")


def sheet(content: bytes) -> list[tuple[tuple, tuple]]:
    """Each row of a workbook beside its headings."""
    first, *rest = load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True)
    return [(first, row) for row in rest]


def counted(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_what_is_shown_is_large_and_once_handed_out_every_release_decides_about_it(
    empty: District, tmp_path
):
    project = grown(empty).project
    release_tables(project)
    before = read_released(project.folder).held
    assert before["strands"] == []
    page = project.reports / "outside" / "schools" / "lincoln" / "report.html"
    page.parent.mkdir(parents=True)
    page.write_text("made before")

    book = tmp_path / "wall.xlsx"
    made = export_wall_outside(project, window="fall", to=book)
    found = [dict(zip(*rows, strict=True)) for rows in sheet(made.content)]
    (everybody,) = (one for one in found if one["by"] == "everybody")
    assert (everybody["Marks"], everybody["Words"], everybody["students"]) == (30, 30, 60)
    lincoln = next(one for one in found if one["group"] == "Lincoln")
    assert (lincoln["Marks"], lincoln["Words"], lincoln["students"]) == (15, 15, 30)
    shown = [one[key] for one in found for key in ("Marks", "Words", "students")]
    assert all(one == "*" or one >= 10 for one in shown)
    for content in map(every_byte, hand_out(project, made, book)):
        assert not [one for one in PEOPLE if one.encode() in content]
        assert not [one for one in (b"SID", b"P1000", b"Student ", b"Room") if one in content]

    assert page.exists()  # nothing that it shows has changed
    release_tables(project)
    after = read_released(project.folder).held
    assert after["strands"] == ["ideas"]
    assert any(one["id"].startswith("wall/") for one in after["tables"])
    assert after["input_hash"] == before["input_hash"]
    assert not any("taken away" in note for note in made.page.notes)


def test_one_small_group_cannot_be_worked_out_from_the_others(empty: District):
    project = grown(empty, each=30).project
    # four more children of Lincoln in a first grade: their row is hidden, and so is what would tell it
    small = "".join(
        f"student,SID9{n},Zebulon,Quillfeather,lincoln,Lincoln,lin-1,Room 1,1,2025-08-25,\n"
        for n in range(4)
    )
    empty.roster((empty.files / "roster.csv").read_text() + small)
    index = (empty.files / "work/index.csv").read_text()
    index += "".join(f"P9{n},SID9{n},moment,fall,,en,,CONV,2025-10-01,,,\n" for n in range(4))
    empty.work(index)
    scores = "piece,rater,FOC\n" + "".join(f"P9{n},T2,3\n" for n in range(4))
    empty.scores(scores)
    place = project.reports / "outside" / RELEASED
    place.parent.mkdir(parents=True)
    place.write_text('{"input_hash": "of other numbers"}')
    made = export_wall_outside(project, window="fall")
    assert any("taken away" in note for note in made.page.notes)
    found = counted(made.content)
    grades = {one["group"]: one for one in found if one["by"] == "grade"}
    assert grades["Grade 1"]["students"] == "*"
    (everybody,) = (one for one in found if one["by"] == "everybody")
    assert "*" in (grades["Kindergarten"]["students"], everybody["students"])


def test_what_is_refused_takes_no_report_away_and_what_was_is_told_until_somebody_heard_it(
    empty: District, tmp_path
):
    project = grown(empty).project
    place = project.reports / "outside" / RELEASED
    report = project.reports / "outside" / "district" / "report.html"
    report.parent.mkdir(parents=True)
    report.write_text("made before")
    place.write_text('{"input_hash": "of other numbers"}')
    file = tmp_path / "wall.csv"
    file.write_text("another")
    for wrong, kind in (
        ({"to": file}, ProjectError),
        ({"to": tmp_path / "no such folder" / "wall.csv"}, ProjectError),
        ({"strand": "x"}, NotFound),
    ):
        with pytest.raises(kind):
            export_wall_outside(project, **wrong)
        assert report.exists()
        assert "of other numbers" in place.read_text()

    export_wall_outside(project, to=file, force=True)  # and then it could not be written
    assert not report.exists()
    release_tables(project)  # nor does a report that is made meanwhile let it be forgotten
    again = export_wall_outside(project, to=file, force=True)
    assert any("taken away" in note for note in again.page.notes)
    told(project)
    last = export_wall_outside(project, to=file, force=True)
    assert not any("taken away" in note for note in last.page.notes)


def test_two_files_with_other_counts_bear_other_releases_and_the_earlier_one_is_asked_back(
    empty: District,
):
    project = grown(empty).project

    def made():
        export = export_wall_outside(project)
        told(project)
        asked = any("wall's counts" in note for note in export.page.notes)
        return export.content, dict(export.page.facts)["Release"], asked

    first = made()
    assert not first[2]
    assert made() == first
    kept = read_released(project.folder).held["input_hash"]
    # the same scores, and the wall counts them under another level from now on
    plain = CONTINUUM.split("exemplars:")[0]
    empty.continuum(plain.replace("label: Marks", "label: Strokes"))
    second = made()
    assert read_released(project.folder).held["input_hash"] == kept
    assert second[0] != first[0]
    assert second[1] != first[1]
    assert second[2]
    assert not made()[2]


def test_what_is_not_there_is_said(empty: District):
    with pytest.raises(NotFound, match="scored"):
        export_wall_outside(empty.project)
    empty.ready().scores()
    with pytest.raises(NotFound, match="calibrate import continuum"):
        export_wall_outside(empty.project)
    empty.continuum()
    for wrong in ({"window": "spring"}, {"strand": "x"}):
        with pytest.raises(NotFound, match="There are"):
            export_wall_outside(empty.project, **wrong)
