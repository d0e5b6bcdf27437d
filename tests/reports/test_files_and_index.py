"""A report's files and the index that links them."""

import stat

import pytest
from bs4 import BeautifulSoup

from calibrate.errors import UsageError
from calibrate.model.roster import Edition
from calibrate.reports.files import ReportSummary, read_summary, write_private, write_summary
from calibrate.reports.index import write_index
from calibrate.reports.kinds import ReportJob, report_kind


def summary(kind, which, **changes):
    values = {
        "kind": kind,
        "id": which,
        "window": "",
        "edition": "inside",
        "title": f"{kind} {which}",
        "headline": f"Headline of {which}.",
        "subtitle": "",
        "failed": False,
        "formats": ("html",),
    }
    return ReportSummary(**{**values, **changes})


def put(reports, job, **changes):
    write_summary(
        job.folder(reports), summary(job.kind, job.id, edition=job.edition.value, **changes)
    )


def test_a_summary_survives_the_way_to_disk_and_back(tmp_path):
    one = summary("session", "S01", formats=("html", "docx"))
    write_summary(tmp_path, one)
    assert read_summary(tmp_path / "summary.json") == one
    (tmp_path / "summary.json").write_text("{}")
    assert read_summary(tmp_path / "summary.json") is None


def test_files_are_readable_by_their_owner_alone(tmp_path):
    write_private(tmp_path / "deep" / "page.html", b"x")
    assert stat.S_IMODE((tmp_path / "deep" / "page.html").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["page.html"]


def test_the_index_lists_every_kind_with_its_headline_but_never_a_raters_feedback(tmp_path):
    put(tmp_path, ReportJob("session", "S01"), formats=("html", "docx"))
    put(tmp_path, ReportJob("school", "lincoln"))
    put(tmp_path, ReportJob("district", "district"))
    put(tmp_path, ReportJob("rater", "r-secret"))
    page = BeautifulSoup(write_index(tmp_path, "Harbor Falls").read_text(), "html.parser")
    assert [h.get_text() for h in page.find_all("h2")] == [
        "District",
        "Schools",
        "Norming sessions",
    ]
    assert "Headline of S01." in page.get_text()
    assert "r-secret" not in str(page)
    links = [a["href"] for a in page.find_all("a")]
    assert "sessions/S01/report.docx" in links
    assert all(not link.startswith(("http", "/")) for link in links)


def test_the_outside_index_knows_nothing_of_the_inside_edition(tmp_path):
    put(tmp_path, ReportJob("school", "lincoln"))
    put(tmp_path, ReportJob("school", "lincoln", edition=Edition.OUTSIDE), headline="Outside only.")
    page = write_index(tmp_path, "Harbor Falls", Edition.OUTSIDE).read_text()
    assert "Outside only." in page
    assert "Headline of lincoln" not in page


def test_a_report_that_failed_is_listed_as_not_made(tmp_path):
    put(tmp_path, ReportJob("school", "lincoln"), failed=True)
    page = BeautifulSoup(write_index(tmp_path, "X").read_text(), "html.parser")
    assert page.find("li", class_="failed").find(class_="status").get_text() == "Not made"


def test_an_empty_project_says_which_command_makes_reports(tmp_path):
    assert "calibrate report session --all" in write_index(tmp_path, "X").read_text()


def test_a_reports_folder_never_leaves_the_reports_folder(tmp_path):
    job = ReportJob("session", "../../etc/passwd", window="..")
    assert job.folder(tmp_path).resolve().is_relative_to(tmp_path.resolve())


def test_an_unknown_kind_is_refused_with_the_known_ones():
    with pytest.raises(UsageError, match="session"):
        report_kind("parent")
