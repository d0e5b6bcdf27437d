"""The outside view of the wall as a table: counts that survived suppression, and nobody."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from calibrate.errors import NotFound
from calibrate.reports.release import RELEASED, read_released, release_tables
from calibrate.reports.wall_export import export_wall_outside
from calibrate.store.project import Project
from calibrate.workflows.exports import hand_out
from tests.workflows.export_kit import PEOPLE, every_byte, grown, with_scores
from tests.workflows.import_kit import STUDENTS, District


@pytest.fixture
def empty(tmp_path: Path):
    (tmp_path / "files").mkdir()
    with Project.create(tmp_path / "project") as project:
        yield District(project, tmp_path / "files")


def counted(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_large_groups_are_counted_and_every_number_that_is_shown_is_large(
    empty: District, tmp_path
):
    project = grown(empty).project
    made = export_wall_outside(project, window="fall")
    found = counted(made.content)
    everybody = next(one for one in found if one["by"] == "everybody")
    assert (everybody["Marks"], everybody["Words"], everybody["students"]) == ("30", "30", "60")
    lincoln = next(one for one in found if one["group"] == "Lincoln")
    assert (lincoln["Marks"], lincoln["Words"], lincoln["students"]) == ("15", "15", "30")
    shown = [one[key] for one in found for key in ("Marks", "Words", "students")]
    assert all(one == "*" or int(one) >= 10 for one in shown)
    book = tmp_path / "wall.xlsx"
    written = hand_out(project, export_wall_outside(project, window="fall", to=book), book)
    for content in (made.content, *map(every_byte, written)):
        assert not [one for one in PEOPLE if one.encode() in content]
        assert not [one for one in (b"SID", b"P1000", b"Student ", b"Room") if one in content]


def test_a_handful_of_children_leaves_stars_alone(empty: District):
    made = export_wall_outside(with_scores(empty).project)
    assert {
        one[key] for one in counted(made.content) for key in ("Marks", "Words", "students")
    } == {"*"}
    assert not [one for one in STUDENTS if one.encode() in made.content]


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
    found = counted(export_wall_outside(project, window="fall").content)
    grades = {one["group"]: one for one in found if one["by"] == "grade"}
    assert grades["Grade 1"]["students"] == "*"
    everybody = [one for one in found if one["by"] == "everybody"]
    hidden = grades["Kindergarten"]["students"] == "*" or {
        one["students"] for one in everybody
    } == {"*"}
    assert hidden


def test_once_the_wall_was_handed_out_every_release_decides_about_it(empty: District):
    project = grown(empty).project
    release_tables(project)
    assert read_released(project.folder).held["strands"] == []
    page = project.reports / "outside" / "schools" / "lincoln" / "report.html"
    page.parent.mkdir(parents=True)
    page.write_text("made before")
    before = (project.reports / "outside" / RELEASED).read_text()
    export_wall_outside(project)
    assert page.exists()  # nothing that it shows has changed
    release_tables(project)
    held = read_released(project.folder).held
    assert held["strands"] == ["ideas"]
    assert any(one["id"].startswith("wall/") for one in held["tables"])
    assert held["input_hash"] in before


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
