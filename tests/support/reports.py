"""The reports that tests look at: one of each kind and edition, made once for a whole test run."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from calibrate import resources
from calibrate.model.roster import Edition
from calibrate.reports.kinds import ReportJob
from calibrate.store.project import Project

SEVERE = "the severe rater"
JOBS = (
    ReportJob("session", "S01"),
    ReportJob("school", "lincoln"),
    ReportJob("district", "district"),
    ReportJob("rater", SEVERE),
    ReportJob("school", "stone-mill", edition=Edition.OUTSIDE),
    ReportJob("district", "district", edition=Edition.OUTSIDE),
)


def rater_id(folder: Path) -> str:
    """The project's own id of the rater who was put in as severe."""
    truth = json.loads(resources.sample_data("truth.json").read_text(encoding="utf-8"))
    with Project.open(folder) as project, project.store.reading() as unit:
        found = unit.people.raters.first(source_id=truth["put_in"]["severe_rater"])
    assert found is not None
    return found.id


def known(folder: Path, job: ReportJob) -> ReportJob:
    """The job with the id that this project gave, where the job names a rater by her part."""
    return replace(job, id=rater_id(folder)) if job.id == SEVERE else job


def page_of(folder: Path, job: ReportJob) -> Path:
    """Where a report's page lies."""
    return known(folder, job).folder(folder / "reports") / "report.html"


def make_sample_reports(folder: Path) -> None:
    """Make one report of each kind and edition."""
    from calibrate.reports.service import make_reports

    for job in JOBS:
        answer = make_reports(
            folder, job.kind, known(folder, job).id, edition=job.edition.value, workers=1
        )
        assert answer.failed == (), [one.headline for one in answer.failed]
