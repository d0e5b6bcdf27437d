"""``calibrate demo``: the command that a coach types first."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from calibrate.cli import app
from calibrate.reports import batch, service
from calibrate.reports.batch import Made
from calibrate.reports.kinds import ReportJob
from calibrate.store.project import Project
from calibrate.workflows.demo import is_demo


@pytest.fixture
def asked_for(monkeypatch: pytest.MonkeyPatch) -> list[ReportJob]:
    """The reports that were asked for; none is made, but for one that fails."""
    jobs: list[ReportJob] = []

    def note(folder: Path, wanted: Sequence[ReportJob], **_: object) -> list[Made]:
        jobs.extend(wanted)
        return [
            Made(job, job.folder(folder / "reports") / "report.html", "A headline", job.id == "S05")
            for job in wanted
        ]

    monkeypatch.setattr(batch, "run_reports", note)
    monkeypatch.setattr(service, "run_reports", note)
    return jobs


def test_only_the_project_is_made_where_no_reports_are_wanted(tmp_path: Path) -> None:
    answer = CliRunner().invoke(app, ["demo", str(tmp_path / "demo"), "--no-reports"])
    assert answer.exit_code == 0, answer.output
    assert is_demo(tmp_path / "demo")
    for line in ("4  schools", "40  classrooms", "922  students", "9  norming sessions"):
        assert f" {line}\n" in answer.output
    assert "report" not in answer.output and "Note:" not in answer.output


def test_every_session_school_and_the_district_get_a_report_and_no_name_is_told(
    tmp_path: Path, asked_for: list[ReportJob]
) -> None:
    answer = CliRunner().invoke(app, ["demo", str(tmp_path / "demo"), "--workers", "1"])
    kinds = {
        (kind, edition): {
            job.id for job in asked_for if (job.kind, job.edition.value) == (kind, edition)
        }
        for kind in ("district", "school", "session", "rater")
        for edition in ("inside", "outside")
    }
    schools = {"lincoln", "roosevelt", "riverbend", "stone-mill"}
    assert kinds["district", "inside"] == kinds["district", "outside"] == {"district"}
    assert kinds["school", "inside"] == kinds["school", "outside"] == schools
    assert kinds["session", "inside"] == {f"S0{number}" for number in range(1, 10)}
    assert len(kinds["rater", "inside"]) == 3
    assert len(asked_for) == len(set(asked_for)) == 22
    assert "21  reports" in answer.output
    assert "NOT MADE session S05: A headline" in answer.output
    assert str(tmp_path / "demo" / "reports" / "index.html") in answer.output
    assert answer.exit_code == 1
    with Project.open(tmp_path / "demo") as project, project.reading() as unit:
        families = {name.family_name for name in unit.people.names.all()}
    assert len(families) > 200
    assert not families & set(answer.output.replace("/", " ").split())


def test_somebody_elses_folder_is_refused_with_a_fix(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear families", encoding="utf-8")
    answer = CliRunner().invoke(app, ["demo", str(tmp_path)])
    assert answer.exit_code == 1
    assert "not a demo" in answer.output and "calibrate demo FOLDER" in answer.output
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
