"""A rubric that leaves a project, and comes back as it was."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from calibrate import resources
from calibrate.errors import ImportRefused, NotFound, UsageError
from calibrate.exchange.rubrics import read_rubric
from calibrate.workflows.exported_rubrics import FORMATS, export_rubric
from calibrate.workflows.exports import hand_out
from calibrate.workflows.imports import ImportOptions, check_and_apply
from tests.workflows.export_kit import every_byte
from tests.workflows.import_kit import RUBRIC, District


@pytest.mark.parametrize("name", resources.rubric_presets())
def test_a_rubric_that_comes_back_is_the_same_rubric(project, tmp_path: Path, name):
    source = resources.rubric_preset(name)
    check_and_apply(project, "rubric", source)
    rubric = read_rubric(source)
    file, _ = hand_out(project, export_rubric(project, rubric.id), tmp_path / "mine.yaml")
    assert read_rubric(file) == rubric
    again = check_and_apply(project, "rubric", file)
    assert (again.unchanged, again.new, again.changed) == (1, 0, 0)


@pytest.mark.parametrize("layout", FORMATS)
def test_every_layout_is_written_to_every_kind_of_file_that_it_knows(
    district: District, tmp_path, layout
):
    district.rubric()
    for suffix in FORMATS[layout]:
        to = tmp_path / f"out-{layout}{suffix}"
        file, page = hand_out(
            district.project, export_rubric(district.project, "writing", layout=layout, to=to), to
        )
        assert b"Conventions" in every_byte(file)
        assert "`CONV`" in page.read_text()
    with pytest.raises(UsageError, match="--to"):
        export_rubric(district.project, "writing", layout=layout, to=tmp_path / "out.pdf")


def test_the_newest_version_is_meant_where_none_is_named(district: District):
    district.rubric()
    district.rubric(
        RUBRIC.replace("version: 1", "version: 2").replace("title: Writing", "title: New")
    )
    assert export_rubric(district.project, "writing").page.title == "New, version 2"
    assert export_rubric(district.project, "writing", 1).page.title == "Writing, version 1"
    with pytest.raises(NotFound, match="1, 2"):
        export_rubric(district.project, "writing", 3)
    with pytest.raises(NotFound, match="writing"):
        export_rubric(district.project, "wirting")


def test_a_descriptor_that_begins_like_a_formula_is_disarmed_and_raw_leaves_it(district: District):
    district.rubric(RUBRIC.replace("label: One", "label: One, descriptor: '-cmd'"))
    made = export_rubric(district.project, "writing", layout="canvas")
    row = list(csv.reader(io.StringIO(made.content.decode())))[1]
    assert "'-cmd" in row
    assert any("apostrophe" in note for note in made.page.notes)
    raw = export_rubric(district.project, "writing", layout="canvas", raw=True)
    assert "-cmd" in list(csv.reader(io.StringIO(raw.content.decode())))[1]


def test_a_project_without_rubrics_says_so(project):
    with pytest.raises(NotFound, match="There is no rubric yet"):
        export_rubric(project, "writing")


@pytest.mark.parametrize("name", resources.rubric_presets())
def test_a_rubric_that_went_out_as_case_comes_back_the_same(project, tmp_path: Path, name):
    check_and_apply(project, "rubric", resources.rubric_preset(name))
    rubric = read_rubric(resources.rubric_preset(name))
    made = export_rubric(project, rubric.id, layout="case")
    file, _ = hand_out(project, made, tmp_path / "mine.json")
    again = check_and_apply(project, "rubric", file)
    assert (again.unchanged, again.new, again.changed, again.warnings) == (1, 0, 0, ())


def test_a_rubric_from_canvas_is_called_as_somebody_says(district: District, tmp_path: Path):
    district.rubric()
    file, _ = hand_out(
        district.project, export_rubric(district.project, "writing", layout="canvas"), tmp_path
    )
    options = ImportOptions("from-canvas", 3)
    assert check_and_apply(district.project, "rubric", file, options=options).new == 1
    with district.project.reading() as unit:
        found = unit.rubrics.get("from-canvas", 3)
    assert [one.name for one in found.criteria] == ["Focus", "Conventions"]
    with pytest.raises(
        ImportRefused, match="version 2"
    ):  # this project's own writing, version 1, has other ids
        check_and_apply(district.project, "rubric", file)
