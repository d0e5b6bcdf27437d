"""Student work: where each child was, neutral codes, and files that only a saved import leaves."""

from __future__ import annotations

import io
import os
import shutil
import signal
import time
from contextlib import contextmanager
from datetime import date

import pytest
from PIL import Image

from calibrate.errors import ImportRefused, ProjectError
from calibrate.model.work import MediaKind
from calibrate.store.project import Project
from calibrate.workflows import imports_store
from calibrate.workflows.imports import check_and_apply
from calibrate.workflows.imports_store import INCOMING, only_one_import
from tests.exchange.work_kit import CANARY, names_in, pdf, photo, scan, typed_pdf, word
from tests.workflows.import_kit import INDEX, INDEX_HEAD, NAMES, STUDENTS

CHILD = "Zebulon Quillfeather"
FILES = {
    "Zebulon_Quillfeather.jpg": photo(),
    "Zebulon_Quillfeather.png": scan(),
    "Zebulon_Quillfeather.pdf": pdf(2),
    "Zebulon_Quillfeather.docx": word(picture=photo()),
    "Zebulon_Quillfeather.txt": b"I saw a dog.\n",
    "Zebulon_Quillfeather.md": b"# My dog\n\nIt ran.\n",
}
WITH_FILES = f"""\
{INDEX_HEAD}
P0001,SID70001,moment,fall,,en,,,2025-10-01,Zebulon_Quillfeather.jpg;Zebulon_Quillfeather.pdf,,
P0002,SID70002,moment,fall,,en,,,2025-10-01,Zebulon_Quillfeather.docx;Zebulon_Quillfeather.md,,
P0003,SID70003,moment,fall,,en,,,2025-10-02,Zebulon_Quillfeather.txt;Zebulon_Quillfeather.png,,
P0004,SID70001,moment,winter,,en,,,2026-01-06,,,
"""


@pytest.fixture
def ready(district):
    district.rubric()
    district.roster()
    return district


def pieces_of(district):
    with district.project.reading() as unit:
        return {one.source_id: one for one in unit.work.pieces.all()}


def files_of(district):
    with district.project.reading() as unit:
        return unit.work.files.all()


def with_files(district, index: str = WITH_FILES, check: bool = False, **changed):
    for name, content in (FILES | changed).items():
        district.write(f"work/{name}", content)
    return district.work(index, check)


def test_a_piece_keeps_the_room_and_grade_of_the_day_it_was_collected(ready):
    summary = ready.work()
    assert summary.details == {
        "windows": {"new": 2},
        "tasks": {"new": 1},
        "pieces": {"new": 4},
    }
    pieces = pieces_of(ready)
    fall, winter = pieces["P0001"], pieces["P0004"]
    assert (fall.school_id, fall.classroom_id, fall.grade) == ("lincoln", "lin-1", "KG")
    assert (winter.school_id, winter.classroom_id, winter.grade) == ("roosevelt", "roo-1", "KG")
    assert fall.student_id == winter.student_id
    assert pieces["P0002"].grade == "01"
    assert pieces["P0002"].not_scored == ("CONV",)
    assert pieces["P0002"].accommodations == ("scribed",)
    assert fall.genre == "narrative"
    assert fall.support == "Help with letters"
    assert fall.collected_on == date(2025, 10, 1)


def test_a_childs_later_move_does_not_move_earlier_work(ready):
    ready.work()
    before = pieces_of(ready)
    head = "role,person_id,school_id,classroom_id,grade,start,end"
    ready.roster(f"{head}\nstudent,SID70002,roosevelt,roo-1,1,2026-02-02,\n")
    assert ready.work().details["pieces"] == {"unchanged": 4}
    assert pieces_of(ready) == before


def test_without_a_day_the_windows_last_day_counts(ready):
    ready.work(f"{INDEX_HEAD}\nP0009,SID70001,moment,winter,,,,,,,,\n")
    assert pieces_of(ready)["P0009"].classroom_id == "roo-1"


def test_a_piece_id_that_tells_who_wrote_it_is_replaced_by_a_made_code(ready):
    rows = [
        "P0001,SID70001,moment,fall,,,,,2025-10-01,,,",
        "SID70001-a,SID70001,moment,fall,,,,,2025-10-01,,,",
        "zebulon-1,SID70001,moment,fall,,,,,2025-10-01,,,",
    ]
    ready.work("\n".join([INDEX_HEAD, *rows]))
    pieces = pieces_of(ready)
    codes = {source: one.code for source, one in pieces.items()}
    assert codes["P0001"] == "P0001"
    for source in ("SID70001-a", "zebulon-1"):
        assert codes[source] != source
        assert codes[source][0] == "P"
        assert codes[source][1:].isdigit()
    assert len(set(codes.values())) == 3
    ready.work("\n".join([INDEX_HEAD, *rows]))
    assert {source: one.code for source, one in pieces_of(ready).items()} == codes


def test_a_numeric_student_number_within_a_piece_id_is_found(ready):
    head = "role,person_id,school_id,classroom_id,grade,start,end"
    ready.roster(f"{head}\nstudent,48211,lincoln,lin-1,1,2025-08-25,\n")
    ready.work(f"{INDEX_HEAD}\nW48211,48211,moment,fall,,,,,2025-10-01,,,\n")
    assert "48211" not in pieces_of(ready)["W48211"].code


def test_work_from_outside_needs_no_student_and_a_body_of_work_names_its_parts(ready):
    index = f"{INDEX_HEAD},grade,parts\nP0001,,moment,fall,,,,,,,,,3,\nP0002,,,fall,,,,,,,,,3,P0001;P0003\nP0003,,,fall,,,,,,,,,,\n"
    ready.work(index)
    pieces = pieces_of(ready)
    assert (pieces["P0001"].student_id, pieces["P0001"].grade) == (None, "03")
    assert pieces["P0002"].parts == (pieces["P0001"].id, pieces["P0003"].id)
    assert ready.work(index).details["pieces"] == {"unchanged": 3}


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ("P0001,SID9,moment,fall,,,,,2025-10-01,,,", "student", "no such student"),
        ("P0001,SID70001,essay,fall,,,,,2025-10-01,,,", "task", "no such task"),
        ("P0001,SID70001,moment,summer,,,,,2025-10-01,,,", "window", "no such window"),
        ("P0001,SID70001,moment,fall,,,,VOICE,2025-10-01,,,", "not_scored", "such a criterion"),
        (
            "P0001,SID70001,moment,fall,,,,,2025-07-01,,,",
            "collected_on",
            "no classroom on that day",
        ),
        ("P0001,SID70001,moment,fall,,,,,2025-10-01,Zebulon.txt,,", "files", "not in the folder"),
        ("P0001,SID70001,moment,fall,,,,,2025-10-01,Zebulon.heic,,", "files", "HEIC"),
        ("P0001,SID70001,moment,fall,,,,,2025-10-01,Zebulon.pdf,,", "files", "PDF is damaged"),
        ("P0001,SID70001,moment,fall,,,,,2025-10-01,Zebulon.empty,,", "files", "empty"),
    ],
)
def test_every_refusal_names_the_row_and_neither_child_nor_file(ready, row, column, words):
    ready.write("work/Zebulon.heic", b"\0\0\0\x18ftypheic" + b"\0" * 40)
    ready.write("work/Zebulon.pdf", b"%PDF-1.4 Zebulon")
    ready.write("work/Zebulon.empty", b"")
    before = ready.content()
    with pytest.raises(ImportRefused) as caught:
        ready.work(f"{INDEX_HEAD}\n{row}\n")
    (problem,) = caught.value.problems
    assert (problem.file, problem.row, problem.column) == ("index.csv", 2, column)
    assert words in problem.message
    assert problem.fix
    assert not any(name in str(problem) for name in (*NAMES, *STUDENTS, "SID9"))
    assert ready.content() == before
    assert ready.stored() == {}


def test_problems_of_rows_and_of_files_come_together(ready):
    index = f"{INDEX_HEAD}\nP0001,SID9,moment,fall,,,,,,Zebulon.gif,,\nP0002,SID70001,essay,fall,,,,,,,,\n"
    ready.write("work/Zebulon.gif", b"GIF89a....")
    with pytest.raises(ImportRefused) as caught:
        ready.work(index)
    assert {(one.row, one.column) for one in caught.value.problems} == {
        (2, "files"),
        (2, "student"),
        (3, "task"),
    }


def test_files_are_kept_clean_under_random_names_and_private(ready):
    summary = with_files(ready)
    assert summary.details["files"] == {"new": 7}
    files = files_of(ready)
    kinds = [one.kind for one in files]
    assert kinds.count(MediaKind.IMAGE) == 4
    assert kinds.count(MediaKind.HTML) == 2
    assert kinds.count(MediaKind.TEXT) == 1
    stored = ready.stored()
    assert set(stored) == {one.stored_as for one in files}
    assert all(name.startswith("wf-") for name in stored)
    for name in stored:
        assert (ready.project.work / name).stat().st_mode & 0o077 == 0
    with_photo = pieces_of(ready)["P0001"].id
    mine = sorted((one for one in files if one.piece_id == with_photo), key=lambda one: one.ordinal)
    assert [one.ordinal for one in mine] == [1, 2, 3]
    with Image.open(io.BytesIO(stored[mine[0].stored_as])) as picture:
        assert picture.size == (40, 60)


def test_the_same_work_again_is_unchanged_and_a_changed_file_is_replaced(ready):
    with_files(ready)
    before, stored = ready.content(), ready.stored()
    assert with_files(ready).details["files"] == {"unchanged": 7}
    assert ready.stored() == stored
    assert ready.content()["work_file"] == before["work_file"]
    summary = with_files(ready, **{"Zebulon_Quillfeather.txt": b"I saw two dogs.\n"})
    assert summary.details["files"] == {"unchanged": 5, "changed": 2}
    assert len(ready.stored()) == 7
    assert b"I saw two dogs.\n" in ready.stored().values()
    assert b"I saw a dog.\n" not in ready.stored().values()


def test_replacing_work_that_was_scored_is_pointed_out(ready):
    with_files(ready)
    ready.scores("piece,rater,FOC\nP0003,T1,3\n")
    summary = with_files(ready, **{"Zebulon_Quillfeather.txt": b"Another text.\n"})
    assert any("has been scored was replaced (1 piece)" in one for one in summary.warnings)


def test_a_stored_file_that_was_lost_is_brought_in_again(ready):
    with_files(ready)
    lost = next(one for one in files_of(ready) if one.kind is MediaKind.TEXT)
    (ready.project.work / lost.stored_as).unlink()
    assert with_files(ready).details["files"] == {"unchanged": 5, "changed": 2}
    assert len(ready.stored()) == 7


def test_a_stored_file_that_was_damaged_is_mended_and_nobody_is_told_to_look_at_scores(ready):
    with_files(ready)
    ready.scores("piece,rater,FOC\nP0003,T1,3\n")
    before = sorted(ready.stored().values())
    for file in files_of(ready):
        (ready.project.work / file.stored_as).write_bytes(b"scribbled over")
    summary = with_files(ready)
    assert summary.details["files"] == {"changed": 7}
    assert sorted(ready.stored().values()) == before
    assert not any("replaced" in one for one in summary.warnings)


def test_a_check_cleans_every_file_and_keeps_none(ready):
    before = ready.content()
    summary = with_files(ready, check=True)
    assert summary.details["files"] == {"new": 7}
    assert ready.stored() == {}
    assert ready.content() == before


@pytest.mark.parametrize(
    "content",
    [
        b"by Zebulon\n\nI saw a dog.",
        word("Name: Zebulon Q."),
        typed_pdf("Quillfeather, Room 1. I saw a dog."),
    ],
)
def test_a_name_at_the_start_of_the_work_is_pointed_out_without_repeating_it(ready, content):
    index = f"{INDEX_HEAD}\nP0001,SID70001,moment,fall,,,,,2025-10-01,a.bin,,\n"
    (warning,) = ready.work(index, a__bin=content).warnings
    assert "row 2" in warning
    assert "seems to name the child" in warning
    assert not any(name in warning for name in NAMES)


def test_work_that_does_not_name_its_writer_is_let_pass_without_a_word(ready):
    index = f"{INDEX_HEAD}\nP0001,SID70001,moment,fall,,,,,2025-10-01,a.bin,,\n"
    assert ready.work(index, a__bin=typed_pdf("Xanthippe and I saw a dog.")).warnings == ()


def test_hidden_names_reach_neither_messages_nor_the_work_folder_nor_anything_a_rater_reads(ready):
    assert CANARY == CHILD
    summary = with_files(ready)
    told = repr(summary.as_dict())
    assert not any(name in told for name in (*NAMES, *STUDENTS))
    for name, content in ready.stored().items():
        assert names_in(content) == [], name
        assert not any(one in name for one in NAMES)
    content = ready.content()
    for table in ("student", "person_name"):
        assert any("Zebulon" in repr(row) or "SID" in repr(row) for row in content.pop(table))
    told = repr(content)
    assert not any(name in told for name in (*NAMES, *STUDENTS))


def test_when_writing_fails_at_the_last_moment_no_file_is_left(ready, monkeypatch):
    before = ready.content()

    def fail(folder):
        raise OSError("the disk is full")

    monkeypatch.setattr(imports_store, "_sync", fail)
    with pytest.raises(OSError):
        with_files(ready)
    assert ready.content() == before
    assert ready.stored() == {}
    monkeypatch.undo()
    assert with_files(ready).details["files"] == {"new": 7}


def test_when_the_connection_is_lost_after_saving_no_known_file_is_taken_back(ready, monkeypatch):
    transaction = Project.transaction

    @contextmanager
    def lost(project):
        with transaction(project) as unit:
            yield unit
        raise ProjectError("The server has gone away.")

    monkeypatch.setattr(Project, "transaction", lost)
    with pytest.raises(ImportRefused, match="gone away"):
        with_files(ready)
    monkeypatch.undo()
    assert set(ready.stored()) == {one.stored_as for one in files_of(ready)}
    assert len(ready.stored()) == 7


def test_two_imports_of_work_at_once_are_refused_and_the_lock_does_not_stay(ready):
    with only_one_import(ready.project.work), pytest.raises(ImportRefused, match="Another import"):
        ready.work()
    first, second = only_one_import(ready.project.work), only_one_import(ready.project.work)
    with first, pytest.raises(ProjectError), second:
        pass
    assert ready.work().details["pieces"] == {"new": 4}


def test_files_that_a_killed_import_left_are_swept(ready):
    with_files(ready)
    stored = ready.stored()
    (ready.project.work / "wf-orphan.jpg").write_bytes(b"lost")
    (ready.project.work / INCOMING).mkdir()
    (ready.project.work / INCOMING / "wf-half.jpg").write_bytes(b"half")
    (ready.project.work / "note-of-a-teacher.txt").write_bytes(b"mine")
    with_files(ready)
    assert ready.stored() == stored | {"note-of-a-teacher.txt": b"mine"}


def test_2700_pieces_come_in(ready):
    rows = (f"Q{n:05d},SID7000{n % 3 + 1},moment,fall,,,,,2025-10-01,,," for n in range(2_700))
    index = "\n".join([INDEX_HEAD, *rows])
    assert ready.work(index).details["pieces"] == {"new": 2_700}
    assert ready.work(index).details["pieces"] == {"unchanged": 2_700}


def test_an_import_that_is_killed_is_there_whole_or_not_at_all(ready, tmp_path):
    """Killed at many moments: what stands is the state before or after, and the next import tidies up."""
    texts = [f"Piece {n}" for n in range(12)]
    for n, text in enumerate(texts):
        ready.write(f"work/{n}.txt", text)
    rows = [f"P{n:04d},SID70002,moment,fall,,,,,2025-10-01,{n}.txt,," for n in range(len(texts))]
    ready.work(INDEX.replace("P0", "Q0"))
    ready.write("work/index.csv", "\n".join([INDEX_HEAD, *rows]))
    source = ready.project.folder
    ready.project.close()
    whole, nothing, seconds = (16, 12), (4, 0), 0.0
    seen = set()
    for attempt in range(25):
        folder = tmp_path / f"killed-{attempt}"
        shutil.copytree(source, folder)
        start = time.monotonic()
        child = os.fork()
        if child == 0:  # pragma: no cover - another process
            try:
                with Project.open(folder) as project:
                    check_and_apply(project, "work", ready.files / "work")
                os._exit(0)
            finally:  # whatever goes wrong, no second pytest goes on from here
                os._exit(1)
        if (
            attempt
        ):  # the first one is left alone, to learn how long it takes; the second is killed at once
            time.sleep(seconds * (attempt - 1) / 23)
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        assert attempt or status == 0
        seconds = seconds or time.monotonic() - start
        with Project.open(folder) as project:
            with project.reading() as unit:
                state = (unit.work.pieces.count(), unit.work.files.count())
                names = {file.stored_as for file in unit.work.files.all()}
            assert state in (whole, nothing), f"half an import, killed after try {attempt}"
            assert all((folder / "work" / name).is_file() for name in names)
            seen.add(state)
            check_and_apply(project, "work", ready.files / "work")
            with project.reading() as unit:
                names = {file.stored_as for file in unit.work.files.all()}
        left = {one.name for one in (folder / "work").iterdir()} - {".import.lock"}
        assert left == names
        assert sorted((folder / "work" / one).read_text() for one in left) == sorted(texts)
    assert seen == {whole, nothing}
