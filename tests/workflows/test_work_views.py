"""A small view of a piece says whether there is no work to see or whether it was lost."""

from __future__ import annotations

from pathlib import Path

from calibrate.model.work import MediaKind, WorkFile
from calibrate.workflows.work_views import view_of


def a_file(name: str, kind: MediaKind = MediaKind.TEXT) -> WorkFile:
    return WorkFile("p1", 1, kind, "text/plain", name, "00", "00")


def test_a_score_without_a_scan_is_not_a_lost_file(tmp_path: Path) -> None:
    assert view_of([], tmp_path).is_empty
    assert not view_of([], tmp_path).lost


def test_a_missing_or_damaged_file_is_called_lost(tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(b"\xff\xfe\xff")
    (tmp_path / "photo").write_bytes(b"no photo")
    for lost in (a_file("gone"), a_file("text"), a_file("photo", MediaKind.IMAGE)):
        seen = view_of([lost], tmp_path)
        assert seen.is_empty and seen.lost


def test_a_file_that_can_be_shown_stands_for_one_that_was_lost(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("My dog.")
    assert view_of([a_file("gone"), a_file("text")], tmp_path).words == "My dog."
