"""Whatever stands in a file: a clear error that names no child, and a project as it was."""

from __future__ import annotations

import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calibrate.errors import CalibrateError, ImportRefused
from calibrate.store.project import Project
from calibrate.workflows.imports import check_and_apply
from tests.exchange.sources import workbook
from tests.exchange.work_kit import pdf, photo, word
from tests.workflows.import_kit import (
    CONTINUUM,
    INDEX_HEAD,
    NAMES,
    ROSTER,
    RUBRIC,
    SCORES,
    SESSION,
    SESSION_SCORES,
    STUDENTS,
    District,
)

QUICK = settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
TEXTS = {
    "roster": ("roster.csv", ROSTER),
    "rubric": ("rubric.yaml", RUBRIC.replace("version: 1", "version: 2")),
    "scores": ("scores.csv", SCORES),
    "continuum": ("continuum.yaml", CONTINUUM),
    "sessions": ("sessions/S01.yaml", SESSION),
}
SCRAPS = [
    "",
    ",",
    '"',
    "\n",
    "\0",
    "Zebulon",
    "Quillfeather",
    "SID70001",
    "é",
    "- ",
    ": ",
    "{",
    "3,",
]


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A project with a rubric, a roster and work in it."""
    folder = tmp_path_factory.mktemp("filled")
    Project.create(folder / "project", project_id="pr-garbage").close()
    with Project.open(folder / "project") as project:
        files = folder / "files"
        files.mkdir()
        District(project, files).ready()
    return folder


@pytest.fixture
def district(filled, tmp_path):
    shutil.copytree(filled, tmp_path / "copy")
    with Project.open(tmp_path / "copy" / "project") as project:
        yield District(project, tmp_path / "copy" / "files")


def refused_or_fine(district, kind, path) -> None:
    """Import; if it is refused, nothing changed and no message names a child."""
    before, stored = district.content(), district.stored()
    try:
        summary = check_and_apply(district.project, kind, path)
    except CalibrateError as error:
        assert isinstance(error, ImportRefused)
        assert district.content() == before
        assert district.stored() == stored
        told = " ".join(str(problem) for problem in error.problems)
    else:
        told = " ".join(summary.warnings)
    assert not any(one in told for one in (*NAMES, *STUDENTS)), told


@pytest.mark.parametrize("kind", sorted(TEXTS))
@QUICK
@given(content=st.binary(max_size=400))
def test_random_bytes_change_nothing(district, kind, content):
    path = district.write(TEXTS[kind][0], content)
    before = district.content()
    with pytest.raises(ImportRefused):
        check_and_apply(district.project, kind, path)
    assert district.content() == before


@pytest.mark.parametrize("kind", sorted(TEXTS))
@QUICK
@given(data=st.data())
def test_a_good_file_with_scraps_in_it_comes_in_whole_or_not_at_all(district, kind, data):
    name, text = TEXTS[kind]
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 12)))
        text = text[:start] + data.draw(st.sampled_from(SCRAPS)) + text[end:]
    district.write("sessions/scores.csv", SESSION_SCORES)
    refused_or_fine(district, kind, district.write(name, text))


@QUICK
@given(data=st.data())
def test_a_damaged_workbook_comes_in_whole_or_not_at_all(district, data):
    content = bytearray(WORKBOOK)
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    refused_or_fine(district, "scores", district.write("scores.xlsx", bytes(content)))


@settings(QUICK, max_examples=8)
@given(
    st.sampled_from(["photo", "pdf", "word"]),
    st.integers(0, 2_000),
    st.lists(st.tuples(st.integers(0, 2_000), st.integers(0, 255)), max_size=4),
)
def test_damaged_work_comes_in_whole_or_not_at_all(district, name, cut, changes):
    content = bytearray(WORK[name])
    for place, value in changes:
        content[place % len(content)] = value
    district.write("work/Zebulon.bin", bytes(content[: max(1, len(content) - cut)]))
    row = "P0009,SID70001,moment,fall,,,,,2025-10-01,Zebulon.bin,,"
    district.write("work/index.csv", f"{INDEX_HEAD}\n{row}\n")
    refused_or_fine(district, "work", district.files / "work")


WORKBOOK = workbook([["piece", "rater", "FOC"], ["P0001", "T2", 3], ["P0002", "T2", 2]])
WORK = {"photo": photo(), "pdf": pdf(1), "word": word()}
