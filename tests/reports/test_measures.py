"""A rubric whose criteria have different levels still says where students are, criterion by criterion."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from calibrate.analysis.readings import plain_scale
from calibrate.analysis.record_summary import OVERALL, RecordSummary, measures_of
from calibrate.reports.district import DistrictReport
from calibrate.reports.measures import what_is_counted
from calibrate.reports.parameters import ReportParameters
from calibrate.reports.release import _counted
from calibrate.reports.school import SchoolReport
from calibrate.store.project import Project
from calibrate.workflows.district_facts import DistrictFacts, district_facts

SHORT = {1.0: 0.0, 2.0: 1.0, 3.0: 1.0, 4.0: 2.0}


@dataclass(frozen=True)
class Told:
    alt: str = "A picture of levels, told in words for the test."
    sentence: str = "Its sentence."

    def png(self) -> bytes:
        return b""


@dataclass
class Draw:
    """Keeps what it is asked to draw."""

    drawn: list[RecordSummary] = field(default_factory=list)

    def distribution_figure(self, found: RecordSummary, labels: object) -> Told:
        self.drawn.append(found)
        return Told()


@pytest.fixture(scope="module")
def mixed(sample_project) -> DistrictFacts:
    """The sample district as if Conventions had been scored from 0 to 2."""
    with Project.open(sample_project) as project:
        facts = district_facts(project)
    scales = {**facts.scales, "CONV": plain_scale((0, 1, 2))}
    records, readings = facts.records.copy(), facts.readings.copy()
    for table, column in ((records, "value"), (readings, "score")):
        own = table["criterion"] == "CONV"
        table.loc[own, column] = table.loc[own, column].round().map(SHORT)
        table.loc[own, "position"] = (table.loc[own, column] + 1).astype("Int64")
    return replace(facts, scales=scales, records=records, readings=readings)


def test_criteria_with_different_levels_are_counted_one_by_one(mixed):
    same = {name: scale for name, scale in mixed.scales.items() if name != "CONV"}
    assert measures_of(same) == (OVERALL,)
    assert measures_of(mixed.scales) == ("FOC", "ORG", "DEV", "STY", "CONV")
    assert "all criteria together" not in what_is_counted(measures_of(mixed.scales))


def test_the_school_and_the_district_say_where_students_are_on_each_criterion(
    mixed, sample_project
):
    with Project.open(sample_project) as project:
        asked = ReportParameters(project=sample_project, id="lincoln")
        school = SchoolReport(
            asked, project, Draw(), mixed, mixed.schools[0], mixed.latest_window()
        )
        assert "Focus and ideas" in school.headline and "none of" not in school.headline
        school.distribution()
        district = DistrictReport(asked, project, Draw(), mixed, mixed.readings)
        district.distribution()
    for report, n in ((school, 3 * 5), (district, len(mixed.schools) * 5)):
        assert len(report.draw.drawn) == n
        assert all(one.total.n_scored for one in report.draw.drawn)
        short = [one for one in report.draw.drawn if one.measure == "CONV"]
        assert {one.levels for one in short} == {("0", "1", "2")}


def test_the_outside_tables_count_each_criterion(mixed):
    children, specs = _counted(mixed)
    for measure in mixed.scales:
        tables = [spec for spec in specs if spec.measure == measure]
        assert len(tables) == len(mixed.windows) * (1 + len(mixed.schools))
        levels = children.loc[children["measure"] == measure, "level"]
        assert levels.isin(tables[0].levels).any()
