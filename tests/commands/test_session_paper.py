"""``calibrate session sheets`` and ``enter-sheets``: a session held on paper, from printing to the reveal."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from calibrate.store.project import Project
from tests.commands.test_session import home, open_it, run, set_up, started  # noqa: F401
from tests.store.sealing_kit import PASSPHRASE

TYPED = """rater,piece,IDEAS,CONV
staff-2,P00001,3,1.5
staff-2,P00002,2,1
staff-3,P00001,3,2
staff-3,P00002,B,-
"""


def test_a_session_on_paper_from_printing_to_the_reveal(
    home: Path,  # noqa: F811 - the fixture above
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = started(home)
    session = set_up(folder)
    said = run("session", "sheets", session, "--project", folder)
    page = folder / "reports" / "sheets" / f"{session}.html"
    assert "2 raters" in said and page.exists()
    if os.name == "posix":
        assert stat.S_IMODE(page.stat().st_mode) == 0o600
    typed = home / "typed.csv"
    typed.write_text(TYPED)
    words = ["session", "enter-sheets", session, typed, "--project", folder]
    assert "not open" in run(*words, fails=1)
    open_it(home, folder, session)
    assert "nothing was entered" in run(*words, "--check")
    assert "not the passphrase" in run(*words, typed="some wrong passphrase\n", fails=1)
    monkeypatch.setenv("CALIBRATE_PASSPHRASE", PASSPHRASE)
    made = json.loads(run(*words, "--json", "--by", "coach"))
    assert [(one["answered"], one["left_empty"]) for one in made["sheets"]] == [(4, 0), (3, 1)]
    assert all(one["receipt"] for one in made["sheets"])
    refused = run(*words, fails=1)
    assert "entered from paper" in refused and "row 2" in refused
    assert "2 sheets are entered" in run(*words, "--replace", "staff-2", "--replace", "staff-3")
    shown = json.loads(run("session", "reveal", session, "--project", folder, "--json"))
    assert (shown["ballots"], shown["scores"]) == (2, 7)
    assert "revealed" in run(*words, fails=1)


def test_a_table_with_one_bad_cell_enters_nothing(
    home: Path,  # noqa: F811 - the fixture above
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = started(home)
    session = set_up(folder)
    open_it(home, folder, session)
    monkeypatch.setenv("CALIBRATE_PASSPHRASE", PASSPHRASE)
    typed = home / "typed.csv"
    typed.write_text(TYPED.replace("P00002,2,1", "P00002,9,1"))
    said = run("session", "enter-sheets", session, typed, "--project", folder, "--json", fails=1)
    (problem,) = json.loads(said)["problems"]
    assert (problem["row"], problem["column"]) == (3, "IDEAS")
    with Project.open(folder) as project, project.reading() as unit:
        assert unit.audit.count(action="session.paper") == 0


def test_sheets_say_plainly_what_they_cannot_do(home: Path) -> None:  # noqa: F811
    folder = started(home)
    session = set_up(folder)
    words = ["session", "sheets", session, "--project", folder]
    run(*words, "--paper", "a5", fails=2)
    run(*words, "--out", home / "sheets.docx", fails=2)
    made = json.loads(
        run(*words, "--out", home / "s.html", "--labels", "--paper", "A4", "--with-work", "--json")
    )
    assert made["sheets"] == 2 and made["files"] == [str(home / "s.html")]
    assert "Panel member 1" in (home / "s.html").read_text()


def test_a_pdf_alone_leaves_nothing_beside_it(home: Path) -> None:  # noqa: F811
    folder = started(home)
    session = set_up(folder)
    run("session", "sheets", session, "--project", folder, "--out", home / "s.pdf")
    assert (home / "s.pdf").read_bytes().startswith(b"%PDF")
    assert not (home / "s.html").exists()
