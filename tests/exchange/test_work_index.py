"""The index of a folder of work, its tasks and windows."""

from __future__ import annotations

from datetime import date

import pytest

from calibrate.errors import DataError, ImportRefused
from calibrate.exchange.work_index import read_work_index

HEAD = "piece,student,task,window,genre,language,accommodations,not_scored,collected_on,files,support,next_step"
NAME = "Zebulon_Quillfeather.txt"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "fotos").mkdir()
    (tmp_path / NAME).write_text("a")
    (tmp_path / "fotos" / "Zebulon 2.jpg").write_bytes(b"b")
    (tmp_path / "windows.csv").write_text(
        "window,title,school_year,starts,ends\nfall,Fall,2025-26,2025-09-29,2025-10-10\n"
    )
    (tmp_path / "tasks.csv").write_text(
        "task,title,prompt,genre,grades,dok\nmoment,One moment,Tell it.,narrative,K;01;2,3\n"
    )

    def index(*rows: str):
        (tmp_path / "index.csv").write_text("\n".join([HEAD, *rows]) + "\n")
        return read_work_index(tmp_path)

    index.path = tmp_path
    return index


def test_pieces_tasks_and_windows_are_read_together(folder):
    found = folder(
        f"P1,007,moment,fall,narrative,en,scribed; word bank,CONV,2025-10-01,{NAME};fotos\\Zebulon 2.jpg,Help,I can.",
        "P2,,moment,fall,,,none,,,,,",
    )
    assert found.problems.found == []
    assert found.problems.warnings == []
    first, second = found.pieces
    assert [path.name for path in first.files] == [NAME, "Zebulon 2.jpg"]
    assert first.accommodations == ("scribed", "word bank")
    assert (first.student, first.not_scored) == ("007", ("CONV",))
    assert first.collected_on == date(2025, 10, 1)
    assert (second.files, second.student, second.accommodations, second.language) == (
        (),
        "",
        (),
        "en",
    )
    (task,) = found.tasks
    assert (task.grades, task.dok) == (("KG", "01", "02"), 3)
    (window,) = found.windows
    assert window.ends == date(2025, 10, 10)


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        (",1,moment,fall,,,,,,,,", "piece", "must not be empty"),
        ("P1,1,moment,,,,,,,,,", "window", "must not be empty"),
        ("P1,1,moment,fall,,,,,10-1-2025,,,", "collected_on", "not a date"),
        (
            "P1,1,moment,fall,,,,,,Quillfeather.txt,,",
            "files",
            "File 1 of this row is not in the folder",
        ),
        ("P1,1,moment,fall,,,,,,../secret.txt,,", "files", "not in the folder"),
        ("P1,1,moment,fall,,,,,,/etc/hosts,,", "files", "not in the folder"),
        (f"P1,1,moment,fall,,,,,,{NAME};{NAME},,", "files", "belongs to row 2 already"),
        ("P1,1,moment,fall,,,,,," + ";".join(["x"] * 21) + ",,", "files", "at most 20"),
        ("P1,2.5E+10,moment,fall,,,,,,,,", "student", "scientific"),
    ],
)
def test_each_rule_is_held_without_naming_a_file_or_child(folder, row, column, words):
    problem = folder(row).problems.found[0]
    assert (problem.file, problem.row, problem.column) == ("index.csv", 2, column)
    assert words in problem.message
    assert "Quillfeather" not in str(problem)


def test_a_piece_twice_and_a_file_for_two_pieces_are_refused(folder):
    found = folder(f"P1,,,fall,,,,,,{NAME},,", f"P1,,,fall,,,,,,{NAME},,")
    assert [(one.row, one.column) for one in found.problems.found] == [(3, "piece"), (3, "files")]


def test_files_that_nobody_lists_are_counted_and_not_named(folder):
    (folder.path / ".DS_Store").write_bytes(b"x")
    (warning,) = folder("P1,,,fall,,,,,,,,").problems.warnings
    assert warning == "index.csv: 2 files of the folder are not listed in the index and left out."


def test_a_link_that_leads_out_of_the_folder_is_refused(folder, tmp_path_factory):
    secret = tmp_path_factory.mktemp("elsewhere") / "secret.txt"
    secret.write_text("secret")
    (folder.path / "link.txt").symlink_to(secret)
    (problem,) = folder("P1,,,fall,,,,,,link.txt,,").problems.found
    assert "outside the folder" in problem.message


def test_problems_of_tasks_and_windows_name_their_own_files(folder):
    (folder.path / "windows.csv").write_text(
        "window,title,school_year,starts,ends\nfall,Fall,2025-26,2025-10-10,2025-09-29\n"
    )
    (folder.path / "tasks.csv").write_text("task,title,grades,dok\na b,,K,5\nx,X,77,\nx,X,,\n")
    found = {(one.file, one.row, one.column) for one in folder("P1,,,fall,,,,,,,,").problems.found}
    assert found == {
        ("windows.csv", 2, "ends"),
        ("tasks.csv", 2, "task"),
        ("tasks.csv", 2, "title"),
        ("tasks.csv", 2, "dok"),
        ("tasks.csv", 3, "grades"),
        ("tasks.csv", 4, "task"),
    }


def test_a_folder_without_an_index_or_with_a_broken_one_is_refused(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        read_work_index(tmp_path)
    (tmp_path / "index.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ImportRefused):
        read_work_index(tmp_path)
