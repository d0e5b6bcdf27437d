"""Many reports at once: a failing one stops nothing else, and says what failed."""

from __future__ import annotations

import multiprocessing
import os
import shutil
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from typer.testing import CliRunner

from calibrate.errors import NotFound, UsageError
from calibrate.reports import batch
from calibrate.reports.batch import Made, run_reports
from calibrate.reports.execute import Executed
from calibrate.reports.kinds import ReportJob
from calibrate.reports.service import Answer, make_reports


def test_one_failing_report_does_not_stop_the_others_and_says_what_failed(own_sample_project):
    jobs = [ReportJob("session", "no-such-session"), ReportJob("session", "S02")]
    bad, good = run_reports(own_sample_project, jobs, workers=2)
    assert (bad.failed, good.failed) == (True, False)
    page = BeautifulSoup(bad.page.read_text(), "html.parser").get_text(" ")
    assert "There is no session 'no-such-session'" in page
    assert "S01" in page  # it names the sessions there are
    assert "Traceback" not in page
    assert "same score" in good.headline


def killed_at_s01(project: Path, job: ReportJob, formats: tuple[str, ...]) -> Made:
    """Stands in for making a report: the process dies at one of them."""
    if job.id == "S01":
        os._exit(9)
    return Made(job, project / job.id, "made", failed=False)


def test_a_process_that_is_killed_costs_its_own_report_and_no_other(tmp_path, monkeypatch):
    monkeypatch.setattr(batch, "_guarded", killed_at_s01)
    quick = multiprocessing.get_context("fork")  # nothing is open here, and nothing need load anew
    monkeypatch.setattr(batch, "_pool", lambda n: ProcessPoolExecutor(n, mp_context=quick))
    jobs = [ReportJob("session", f"S0{i}") for i in (1, 2, 3)]
    made = run_reports(tmp_path, jobs, workers=2)
    assert [(one.job.id, one.failed) for one in made] == [
        ("S01", True),
        ("S02", False),
        ("S03", False),
    ]
    assert "was ended twice" in made[0].page.read_text()


@pytest.mark.parametrize("failed", [False, True])
def test_a_raters_own_numbers_are_not_told_to_whoever_makes_the_page(failed, tmp_path):
    made = Made(ReportJob("rater", "r1"), tmp_path, "You and another gave the same", failed)
    answer = Answer((made,), tmp_path)
    told = " ".join(answer.lines()) + str(answer.as_dict())
    assert ("You and another" in told) is failed


def test_the_command_ends_with_1_and_the_index_says_what_was_not_made(
    own_sample_project, monkeypatch
):
    from calibrate.cli import app

    real = batch.execute

    def broken(project, job, output):
        if job.id == "lincoln":
            raise RuntimeError("a planted fault")
        return real(project, job, output)

    monkeypatch.setattr(batch, "execute", broken)
    monkeypatch.setattr("calibrate.reports.service._ids", lambda *_: ["lincoln", "stone-mill"])
    result = CliRunner().invoke(
        app, ["report", "school", "--all", "--project", str(own_sample_project)]
    )
    assert result.exit_code == 1
    assert "NOT MADE school lincoln" in result.output
    reports = own_sample_project / "reports"
    assert "planted fault" in (reports / "schools" / "lincoln" / "problem.txt").read_text()
    index = BeautifulSoup((reports / "index.html").read_text(), "html.parser")
    assert len(index.find_all("li", class_="failed")) == 1
    assert (reports / "schools" / "stone-mill" / "report.html").is_file()


def test_the_coachs_own_words_stand_on_page_one_and_reach_the_word_document(
    own_sample_project, sample_reports, monkeypatch
):
    where = Path("reports") / "sessions" / "S01"
    folder = own_sample_project / where
    shutil.copytree(sample_reports / where, folder)  # the first one, made before
    notes = folder / "my-notes.md"
    assert "calibrate report session S01" in notes.read_text()
    notes.write_text(notes.read_text() + "\n**Bring cake** & the anchors. <script>no()</script>\n")
    answer = make_reports(own_sample_project, "session", "S01", formats=("html", "docx"))
    assert answer.failed == ()
    page = BeautifulSoup((folder / "report.html").read_text(), "html.parser")
    assert page.find("strong", string="Bring cake")
    assert page.find("script") is None
    assert "Bring cake" in notes.read_text()

    from docx import Document

    words = [p.text for p in Document(str(folder / "report.docx")).paragraphs]
    assert any("Bring cake" in text for text in words)
    index = (own_sample_project / "reports" / "index.html").read_text()
    assert "sessions/S01/report.docx" in index
    # What the kernel would give once more lies there already.
    monkeypatch.setattr(batch, "execute", lambda *told: Executed(nbformat.read(told[-1], 4)))
    make_reports(own_sample_project, "session", "S01")
    assert not (folder / "report.docx").exists()  # it would be older than the page beside it


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"kind": "session"}, UsageError, "Which session"),
        ({"kind": "session", "which": "S99"}, NotFound, "S99"),
        ({"kind": "parent", "every": True}, UsageError, "parent"),
        ({"kind": "session", "which": "S01", "edition": "outside"}, UsageError, "for staff"),
        ({"kind": "school", "which": "lincoln", "edition": "public"}, UsageError, "public"),
        ({"kind": "rater", "which": "nobody"}, NotFound, "There is no rater"),
        ({"kind": "school", "which": "lincoln", "window": "2031"}, NotFound, "2031"),
        ({"kind": "district", "formats": ("odt",)}, UsageError, "odt"),
        ({"kind": "district", "workers": 0}, UsageError, "worker"),
    ],
)
def test_what_cannot_be_made_is_refused_before_anything_runs(
    sample_project, arguments, error, words
):
    with pytest.raises(error, match=words):
        make_reports(sample_project, **arguments)
    assert not list((sample_project / "reports").rglob("report.html"))
