"""Handing a file out: never over another one unasked, whole or not at all, private, logged."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from calibrate.errors import NotFound, ProjectError, UsageError
from calibrate.exchange.data_dictionaries import FilePage
from calibrate.workflows import exports
from calibrate.workflows.exports import Export, hand_out, known_or_refused, plain_name, suffix_for

EXPORT = Export(
    "scores",
    "scores",
    ".csv",
    b"a\r\n",
    FilePage("Scores", [("District", "Example")]),
    1,
    "S01",
    "one",
)


def log(project) -> list[tuple[str, str, str, str]]:
    with project.reading() as unit:
        found = [one for one in unit.audit.all() if one.action.startswith("export")]
    return [(one.actor, one.action, one.subject, one.detail) for one in found]


def test_a_file_and_its_page_are_private_and_logged(project, tmp_path: Path):
    file, page = hand_out(project, EXPORT, tmp_path / "mine.csv")
    assert file.read_bytes() == b"a\r\n"
    assert page == tmp_path / "mine.csv.README.md"
    assert "**District**: Example" in page.read_text()
    if os.name == "posix":
        assert {stat.S_IMODE(one.stat().st_mode) for one in (file, page)} == {0o600}
    assert log(project) == [("export", "export.scores", "S01", "one")]


def test_without_a_place_it_goes_into_the_reports_and_a_folder_gets_its_own_name(project, tmp_path):
    assert hand_out(project, EXPORT)[0] == project.reports / "exports" / "scores.csv"
    assert hand_out(project, EXPORT, tmp_path)[0] == tmp_path / "scores.csv"


@pytest.mark.parametrize("name", ["mine.csv", "mine.csv.README.md"])
def test_nothing_is_written_over_unasked(project, tmp_path, name):
    (tmp_path / name).write_text("precious")
    with pytest.raises(ProjectError, match="--force"):
        hand_out(project, EXPORT, tmp_path / "mine.csv")
    assert [one.name for one in tmp_path.glob("mine*")] == [name]
    assert (tmp_path / name).read_text() == "precious"
    assert log(project) == []
    hand_out(project, EXPORT, tmp_path / "mine.csv", force=True)
    assert (tmp_path / "mine.csv").read_bytes() == b"a\r\n"


def test_what_cannot_be_written_leaves_nothing_behind_and_is_not_logged(
    project, tmp_path, monkeypatch
):
    real = exports.write_private

    def full(path, data, *, replace=False):
        if path.suffix == ".csv":
            raise ProjectError("The disk is full.")
        real(path, data, replace=replace)

    monkeypatch.setattr(exports, "write_private", full)
    with pytest.raises(ProjectError):
        hand_out(project, EXPORT, tmp_path / "mine.csv")
    assert list(tmp_path.glob("mine*")) == []
    assert log(project) == []


def test_a_folder_that_is_not_there_is_said(project, tmp_path):
    with pytest.raises(ProjectError, match="there is no such folder"):
        hand_out(project, EXPORT, tmp_path / "nowhere" / "mine.csv")
    assert log(project) == []


def test_a_place_that_no_disk_has_is_said_without_a_fault(project, tmp_path):
    (tmp_path / "letter.txt").write_text("no folder")
    for place in (tmp_path / "letter.txt" / "mine.csv", tmp_path / ("x" * 300 + ".csv")):
        with pytest.raises(ProjectError, match="cannot be written to"):
            hand_out(project, EXPORT, place, force=True)
    with pytest.raises(ProjectError, match="too long"):
        suffix_for(place, (".csv",))
    assert log(project) == []


def test_a_folder_in_the_files_place_is_not_touched(project, tmp_path):
    (tmp_path / "scores.csv").mkdir()
    with pytest.raises(ProjectError, match="folder"):
        hand_out(project, EXPORT, tmp_path, force=True)


def test_the_end_of_a_name_says_which_kind_of_file_it_is(tmp_path):
    assert suffix_for(None, (".csv", ".xlsx")) == suffix_for(tmp_path, (".csv", ".xlsx")) == ".csv"
    assert suffix_for(Path("A.XLSX"), (".csv", ".xlsx")) == ".xlsx"
    with pytest.raises(UsageError, match=r"\.csv or \.xlsx"):
        suffix_for(Path("scores.pdf"), (".csv", ".xlsx"))
    with pytest.raises(UsageError):
        suffix_for(Path("scores"), (".csv",))


def test_a_name_made_of_ids_stumbles_over_no_disk():
    assert plain_name("scores", "", "../a b:c", "ä") == "scores-..-a-b-c"
    assert replace(EXPORT, stem=plain_name("wall")).stem == "wall"


def test_an_id_that_is_not_there_is_answered_with_those_that_are():
    with pytest.raises(NotFound, match="lincoln, roosevelt"):
        known_or_refused("school", "linclon", ["roosevelt", "lincoln"])
    with pytest.raises(NotFound, match="There is no window yet"):
        known_or_refused("window", "fall", [])
