"""Every report template on the sample district, made the way `calibrate report` makes it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup

from calibrate.model.roster import Edition
from calibrate.reports.kinds import ReportJob
from calibrate.store.project import Project
from tests.support.reports import JOBS, known, page_of

ORDINARY_WORDS = {
    "Page",
    "Mill",
    "Stone",
    "Hill",
    "Park",
    "Brown",
    "Young",
    "White",
    "Grant",
    "Rose",
}
"""Family names of the sample district that are also words of a report."""


def words_of(path: Path) -> str:
    """The text of a file without its pictures, whose base64 spells anything."""
    return re.sub(r"base64,[A-Za-z0-9+/=]+", "", path.read_text(encoding="utf-8"))


def page(folder: Path, job: ReportJob) -> BeautifulSoup:
    return BeautifulSoup(page_of(folder, job).read_text(encoding="utf-8"), "html.parser")


@pytest.fixture(params=JOBS, ids=lambda job: f"{job.kind}-{job.edition}")
def job(request) -> ReportJob:
    return request.param


def test_every_report_is_one_page_without_code_script_or_network(sample_reports, job):
    html = page_of(sample_reports, job).read_text(encoding="utf-8")
    soup = BeautifulSoup(html, "html.parser")
    assert soup.find("script") is None
    assert soup.find("link") is None
    assert not re.search(r"""(?:src|href)=["'](?!data:|#)""", html)
    assert "http://" not in html and "https://" not in html
    assert "import calibrate" not in html
    assert len(soup.find_all("h1")) == 1


def test_every_report_names_its_versions_input_and_rules(sample_reports, job):
    words = page(sample_reports, job).find("footer").get_text(" ")
    for name in ("Calibrate", "krippendorff", "papermill", "input", "median", "Hidden"):
        assert name in words


def test_every_figure_has_words_and_is_followed_by_its_sentence(sample_reports, job):
    for figure in page(sample_reports, job).find_all("figure"):
        assert len(figure.img["alt"]) > 30
        assert len(figure.figcaption.get_text()) > 20


def test_every_report_explains_its_numbers(sample_reports, job):
    headings = [h.get_text() for h in page(sample_reports, job).find_all("h2")]
    assert "How to read the numbers" in headings


def test_the_executed_notebook_lies_beside_the_report_and_ran_through(sample_reports, job):
    folder = page_of(sample_reports, job).parent
    notebook = nbformat.read(folder / "report.ipynb", as_version=4)
    codes = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in codes)
    injected = next(c for c in codes if "injected-parameters" in c.metadata.get("tags", []))
    assert 'project = "."' in injected.source
    assert str(sample_reports) not in nbformat.writes(notebook)


def test_no_child_and_no_teacher_is_named_in_any_report(sample_reports, job):
    """Family names, in the page, the notebook beside it and every file name; a story may name a friend."""
    with Project.open(sample_reports) as project, project.store.reading() as unit:
        families = {one.family_name for one in unit.people.names.all() if len(one.family_name) > 3}
    folder = page_of(sample_reports, job).parent
    files = [
        path for path in folder.iterdir() if path.suffix in (".html", ".ipynb", ".md", ".json")
    ]
    text = " ".join([*(path.name for path in folder.iterdir()), *map(words_of, files)])
    found = set(re.findall(r"[A-Z][a-zA-Z'’-]+", text)) & families
    assert found - ORDINARY_WORDS == set()


def test_the_session_report_puts_the_coachs_page_first(sample_reports):
    soup = page(sample_reports, ReportJob("session", "S01"))
    cards = [h.get_text() for h in soup.find_all("h3")][:3]
    assert cards == [
        "What we agreed",
        "What stayed open, and where",
        "What these pieces say that students need next",
    ]
    assert soup.find("caption").get_text() == "Who does what by when"


def test_a_range_that_is_too_wide_to_say_much_is_marked(sample_reports):
    soup = page(sample_reports, ReportJob("session", "S01"))
    table = next(
        one for one in soup.find_all("table") if "Agreement by criterion" in one.caption.get_text()
    )
    words = table.get_text(" ")
    assert "*: wide interval: too few pieces to say much." in words
    assert "0.97\N{NO-BREAK SPACE}*" in words
    pictures = [one.img["alt"] for one in soup.find_all("figure")]
    assert any("too wide to say much" in one for one in pictures)


def test_the_session_report_shows_who_reads_alike_under_pseudonyms(sample_reports):
    soup = page(sample_reports, ReportJob("session", "S01"))
    (heading,) = [one for one in soup.find_all("h3") if one.get_text() == "Who reads alike"]
    picture = heading.find_next("figure")
    pairs = re.findall(r"(Rater \d+) and (Rater \d+): \d+% of 25 scores", picture.img["alt"])
    assert len(pairs) == 21  # seven raters, five pieces, five criteria
    assert len({one for pair in pairs for one in pair}) == 7


def test_the_session_reports_numbers_are_those_of_the_scores(sample_reports):
    from itertools import combinations

    from calibrate.workflows.session_facts import session_facts

    with Project.open(sample_reports) as project:
        blind = session_facts(project, "S01").blind
    blind = blind[(blind["purpose"] == "independent") & ~blind["joint"] & blind["score"].notna()]
    shares = []
    for _, piece in blind.groupby("piece"):
        hits = [
            a == b
            for _, part in piece.groupby("criterion")
            for a, b in combinations(part["score"], 2)
        ]
        shares += hits
    share = sum(shares) / len(shares)
    headline = page(sample_reports, ReportJob("session", "S01")).find(class_="headline").get_text()
    said = int(re.search(r"same score (\d+)%", headline)[1])
    assert said == round(100 * share)


def test_the_district_report_tells_what_a_second_reader_brings_in_hours(sample_reports):
    soup = page(sample_reports, ReportJob("district", "district"))
    (heading,) = [one for one in soup.find_all("h2") if "second reader" in one.get_text()]
    said = heading.find_next("figure").get_text(" ")
    assert re.search(
        r"lifts dependability from \.\d\d to \.\d\d and costs \d+ hours of scoring", said
    )
    assert re.search(r"plausibly lies from \.\d\d to \.\d\d", said)


def test_a_raters_feedback_is_on_no_index(sample_reports):
    rater = known(sample_reports, next(job for job in JOBS if job.kind == "rater"))
    assert page_of(sample_reports, rater).is_file()
    index = (sample_reports / "reports" / "index.html").read_text(encoding="utf-8")
    assert "S01" in index
    assert rater.id not in index
    assert "private" not in index.lower()


def test_the_outside_notebooks_hold_nothing_but_released_numbers(sample_reports):
    released = json.loads((sample_reports / "reports/outside/released.json").read_text())
    assert released["min_n"] == 10
    counts = [n for t in released["tables"] for row in t["counts"] for n in row if n is not None]
    assert counts and min(counts) >= 10
    with Project.open(sample_reports) as project, project.store.reading() as unit:
        ids = {one.id for one in unit.people.students.all()}
        ids |= {one.id for one in unit.people.raters.all()}
        ids |= {one.code for one in unit.work.pieces.all()}
        rooms = {one.title for one in unit.people.classrooms.all()}
        ids |= {one.id for one in unit.people.classrooms.all()}
        titles = {one.title for one in unit.sessions.all()}
    for job in JOBS:
        if job.edition is Edition.OUTSIDE:
            folder = page_of(sample_reports, job).parent
            text = (folder / "report.ipynb").read_text() + page_of(sample_reports, job).read_text()
            inside = {one for one in ids if one in text}  # a pattern for each takes half a minute
            assert {one for one in inside if re.search(rf"\b{re.escape(one)}\b", text)} == set()
            assert {one for one in rooms | titles if one in text} == set()


def test_files_are_for_their_owner_alone(sample_reports, job):
    folder = page_of(sample_reports, job).parent
    for path in folder.iterdir():
        assert path.stat().st_mode & 0o077 == 0, path.name


def test_what_is_about_teachers_tasks_and_student_groups_is_for_staff_alone(sample_reports):
    inside, outside = (
        page(sample_reports, ReportJob("district", "district", edition=edition)).get_text()
        for edition in (Edition.INSIDE, Edition.OUTSIDE)
    )
    for heading, caution in (
        ("Do teachers score their own students as others would?", "what they know of the child"),
        ("How demanding are the tasks, and how severe is the scoring?", "a year needs all of them"),
        ("Is the work of student groups scored alike?", "cannot be told from scores"),
    ):
        assert heading in inside and caution in inside
        assert heading not in outside and caution not in outside
