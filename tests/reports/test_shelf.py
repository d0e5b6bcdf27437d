"""The shelf of reports: what can be made, what lies there, and whether anything changed since."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from calibrate.errors import NotFound
from calibrate.reports.kinds import ReportJob
from calibrate.reports.shelf import ReportShelf
from calibrate.store.project import Project
from tests.support.reports import JOBS, known


def changed(folder: Path) -> dict[tuple[str, str], bool]:
    made = ReportShelf(folder).contents()["made"]
    return {(one["kind"], one["id"]): one["changed"] for one in made if one["edition"] == "inside"}


def log(folder: Path, action: str, subject: str = "") -> None:
    with Project.open(folder) as project, project.transaction() as unit:
        unit.audit.log("test", action, subject)


def test_what_can_be_made_is_everything_that_the_project_holds(sample_project: Path):
    kinds = {one["id"]: one for one in ReportShelf(sample_project).contents()["kinds"]}
    assert list(kinds) == ["district", "school", "session", "rater"]
    assert [len(kinds[one]["things"]) for one in ("district", "school", "session")] == [1, 4, 9]
    assert kinds["session"]["editions"] == ["inside"]
    assert kinds["rater"]["private"]
    with Project.open(sample_project) as project, project.reading() as unit:
        assert len(kinds["rater"]["things"]) == unit.people.raters.count()


def test_every_report_there_is_has_its_page_and_a_raters_own_numbers_stay_out(
    sample_reports: Path,
):
    made = ReportShelf(sample_reports).contents()["made"]
    found = {(one["kind"], one["id"], one["edition"]) for one in made}
    jobs = [known(sample_reports, job) for job in JOBS]
    assert found >= {(job.kind, job.id, job.edition.value) for job in jobs}
    for one in made:
        assert (sample_reports / one["page"]).is_file()
        assert bool(one["headline"]) is (one["kind"] != "rater")
        assert datetime.fromisoformat(one["made"]) < datetime.now(UTC)
        assert not one["changed"]


def test_a_report_is_out_of_date_when_what_it_rests_on_changed_after_it_was_made(
    own_sample_project: Path,
):
    shelf = ReportShelf(own_sample_project)
    for which in ("S01", "S02"):
        put(own_sample_project, ReportJob("session", which))
    put(own_sample_project, ReportJob("district", "district"))
    assert set(changed(own_sample_project).values()) == {False}
    log(own_sample_project, "session.commit", "S02")  # a ballot still sealed is in no report
    assert set(changed(own_sample_project).values()) == {False}
    log(own_sample_project, "session.consensus", "S02")
    assert changed(own_sample_project) == {
        ("session", "S01"): False,
        ("session", "S02"): True,
        ("district", "district"): True,
    }
    log(own_sample_project, "import.scores")
    assert set(changed(own_sample_project).values()) == {True}
    assert len(shelf.contents()["made"]) == 3


def put(folder: Path, job: ReportJob) -> None:
    """A report's summary as if it had been made now."""
    place = job.folder(folder / "reports")
    place.mkdir(parents=True)
    (place / "report.html").write_text("<p>made</p>", encoding="utf-8")
    values = {"kind": job.kind, "id": job.id, "window": "", "edition": "inside", "title": job.id}
    more = {"headline": "h", "subtitle": "", "failed": False, "formats": ["html"]}
    now = {"made_at": datetime.now(UTC).isoformat()}
    (place / "summary.json").write_text(json.dumps(values | more | now), encoding="utf-8")


def test_a_report_of_an_earlier_version_is_as_old_as_its_file(own_sample_project: Path):
    put(own_sample_project, ReportJob("session", "S01"))
    path = own_sample_project / "reports" / "sessions" / "S01" / "summary.json"
    values = json.loads(path.read_text(encoding="utf-8"))
    del values["made_at"]
    path.write_text(json.dumps(values), encoding="utf-8")
    assert changed(own_sample_project) == {("session", "S01"): False}


def test_a_report_is_made_and_the_index_names_it(own_sample_project: Path):
    shelf = ReportShelf(own_sample_project)
    good, headline = shelf.make("session", "S01", "", "inside", ())
    assert good, headline
    shelf.finish("inside")
    contents = shelf.contents()
    (one,) = contents["made"]
    assert (one["headline"], one["changed"], one["failed"]) == (headline, False, False)
    index = (own_sample_project / contents["index"]["inside"]).read_text(encoding="utf-8")
    assert headline[:30] in index
    with pytest.raises(NotFound, match="S99"):
        shelf.make("session", "S99", "", "inside", ())
