"""The district's report: the answer first, then what it rests on and where nothing can be said."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from calibrate.analysis.comparability import Comparison
from calibrate.analysis.comparability_model import ThroughModel, compare_through_model
from calibrate.analysis.cut_crossing import CutCrossing, cut_crossings, scores_of_record
from calibrate.analysis.dependability import dependability
from calibrate.analysis.exchange import Exchange, exchanges
from calibrate.analysis.few_readers import FEWEST_INSIDE, ShownComparison, shown_comparison
from calibrate.analysis.own_teachers import own_teachers
from calibrate.analysis.readings import independent_blind
from calibrate.analysis.record_summary import child_levels, measures_of, summarize
from calibrate.analysis.school_drift import CANNOT_TELL, SchoolDrift, school_drift
from calibrate.analysis.school_map import SchoolMap, school_map
from calibrate.analysis.school_spread import school_spread
from calibrate.analysis.session_trend import SessionTrend, session_trend
from calibrate.analysis.severity_model import SeverityModel, severity_model
from calibrate.analysis.short_answer import short_answer
from calibrate.analysis.student_groups import student_groups
from calibrate.analysis.task_rigor import task_rigor
from calibrate.analysis.wording import count
from calibrate.model.roster import Edition
from calibrate.reports import blocks, closing
from calibrate.reports.blocks import Block, Summary
from calibrate.reports.comparison_section import (
    ALONE,
    agreement_between,
    differences,
    what_cannot_be_said,
)
from calibrate.reports.district_answer import (
    SETTLED,
    answer_page,
    drift_card,
    drift_lines,
    exchange_table,
    next_card,
    readers_card,
    school_lines,
    through_lines,
)
from calibrate.reports.drawing import Drawings
from calibrate.reports.measures import measure_name, what_is_counted
from calibrate.reports.outside import OutsideDistrictReport
from calibrate.reports.own_teachers_section import own_teachers_section
from calibrate.reports.parameters import ReportParameters
from calibrate.reports.schools_section import schools_section
from calibrate.reports.second_reader_section import second_reader_section
from calibrate.reports.student_groups_section import student_groups_section
from calibrate.reports.task_rigor_section import task_rigor_section
from calibrate.reports.through_section import through_section
from calibrate.store.project import Project
from calibrate.workflows.district_facts import DistrictFacts, district_facts
from calibrate.workflows.student_members import student_members
from calibrate.workflows.task_ratings import task_ratings


@dataclass(frozen=True)
class DistrictReport:
    """The inside edition of the district's report, one method per section of the notebook."""

    parameters: ReportParameters
    project: Project
    draw: Drawings
    facts: DistrictFacts
    readings: pd.DataFrame

    @classmethod
    def load(
        cls, parameters: ReportParameters, draw: Drawings
    ) -> DistrictReport | OutsideDistrictReport:
        """Load the district; the outside edition reads the released tables and nothing else."""
        if parameters.edition is Edition.OUTSIDE:
            return OutsideDistrictReport.load(parameters, draw)
        project = Project.open(parameters.project)
        facts = district_facts(project)
        readings = facts.readings
        if parameters.window:
            readings = readings[readings["window"] == parameters.window].reset_index(drop=True)
        return cls(parameters, project, draw, facts, readings)

    @cached_property
    def shown(self) -> ShownComparison:
        """Schools beside each other, without any number that one reader alone made."""
        return shown_comparison(
            self.readings,
            self.facts.scales,
            margin=self.facts.margin,
            labels=self.facts.labels,
        )

    @property
    def comparison(self) -> Comparison:
        """Schools beside each other, by the school of the reader."""
        return self.shown.comparison

    @cached_property
    def trend(self) -> SessionTrend:
        """Agreement of all sessions over the year."""
        names = {one.id: one.title for one in self.facts.sessions}
        return session_trend(self.readings, self.facts.scales, list(names), labels=names)

    @cached_property
    def children(self) -> pd.DataFrame:
        """One level per child, window and measure."""
        found = child_levels(self.facts.records, self.facts.scales, self.facts.children)
        return self.facts.in_order_of_time(found)

    @property
    def period(self) -> str:
        """The window, or the whole year."""
        return self.facts.labels.get(self.parameters.window, "the whole year")

    @property
    def summary(self) -> Summary:
        """The line of the index."""
        return Summary(
            self.project.settings.name,
            short_answer(self.comparison, self.facts.labels),
            self.period,
        )

    @cached_property
    def map(self) -> SchoolMap:
        """Every school beside all others and beside each other one."""
        found = self.comparison
        return school_map(
            found.against_rest(),
            found.between_pairs(),
            self.facts.labels,
            family_size=found.family_size,
        )

    @cached_property
    def scale(self) -> SeverityModel | None:
        """All readers on one scale; None where two have not read anything in common."""
        blind = independent_blind(self.readings, self.facts.scales).table
        if blind.empty:
            return None
        return severity_model(self.readings, self.facts.scales, labels=self.facts.labels)

    @cached_property
    def through(self) -> ThroughModel | None:
        """Schools beside each other through all links; None where no two are linked."""
        if not any(one.n_shared_pieces for one in self.comparison.links.links):
            return None
        return compare_through_model(
            self.shown.rows, self.facts.scales, margin=self.facts.margin, labels=self.facts.labels
        )

    @cached_property
    def _given(self) -> pd.DataFrame:
        """Scores of record of pieces that one school's readers alone have read."""
        return scores_of_record(self.facts.records, self.readings, "rater_school")

    def _cuts(self) -> tuple[CutCrossing, ...]:
        lead = [one for one in self.comparison.against_rest() if not one.withheld]
        return cut_crossings(lead, self._given, self.facts.scales, self.facts.labels)

    @cached_property
    def exchanges(self) -> tuple[Exchange, ...]:
        """What schools should exchange next."""
        return exchanges(
            self.comparison,
            self.shown.rows,
            self.facts.scales,
            windows=[one.id for one in self.facts.windows],
            labels=self.facts.labels,
            tasks=self._tasks,
            through=() if self.through is None else self.through.these.between_pairs(),
        )

    @property
    def _tasks(self) -> dict[str, str]:
        return {one.id: one.title for one in self.facts.tasks}

    def front_page(self) -> Block:
        """The answer on one page."""
        judgements = self.readings[~self.readings["joint"]].dropna(subset=["score"])
        head = blocks.masthead(
            "District report",
            f"Is a 3 here a 3 there? {self.project.settings.name}",
            [
                self.period,
                count(len(self.facts.schools), "school"),
                count(judgements["rater"].nunique(), "reader"),
                count(judgements["piece"].nunique(), "piece"),
                count(len(self.facts.sessions), "norming session"),
                "For staff only",
            ],
            short_answer(self.comparison, self.facts.labels),
        )
        said = [one for one in (self.facts.left_out, self.shown.sentence) if one]
        left_out = blocks.join([blocks.note(one) for one in said])
        if not self.comparison.between_pairs():
            return head + left_out + blocks.callout("What to do next:", ALONE)
        lines, for_schools = school_lines(self.comparison, self._cuts(), self.facts.labels)
        return blocks.join(
            [
                head,
                left_out,
                answer_page(
                    self.map,
                    lines,
                    self.facts.labels,
                    self.draw,
                    self._readers(),
                    next_card(self.exchanges, SETTLED),
                    self._drift(),
                    through=through_lines(self.comparison, self.through, self.facts.labels),
                    for_schools=for_schools,
                ),
            ]
        )

    def _readers(self) -> Block:
        if self.scale is None:
            return Block("")
        schools = {one.id: one.school_id for one in self.facts.raters if one.school_id}
        spread = school_spread(self.scale, schools, self.facts.labels)
        return readers_card(self.scale, spread, self.facts.labels, self.draw)

    @cached_property
    def _drifts(self) -> tuple[SchoolDrift, ...]:
        """Each school's change since the window before, of those of whom two or more read in both."""
        windows = [one.id for one in self.facts.windows]
        if self.parameters.window:
            windows = windows[: windows.index(self.parameters.window) + 1]
        found = school_drift(
            self.facts.readings, self.facts.scales, order=windows, labels=self.facts.labels
        )
        return tuple(
            one
            for one in found.schools
            if math.isnan(one.change) or min(one.n_first, one.n_last) >= FEWEST_INSIDE
        )

    def _drift(self) -> Block:
        shown = self._drifts
        known = any(one.verdict != CANNOT_TELL for one in shown)
        return drift_card(drift_lines(shown, self.facts.labels), known=known)

    def sessions(self) -> Block:
        """Whether sessions are helping."""
        return blocks.section("Are sessions helping?", new_page=True) + self._sessions()

    def _sessions(self) -> Block:
        if not self.trend.points:
            return blocks.sentence(self.trend.sentence)
        picture = self.draw.sessions_figure(self.trend)
        moved = blocks.bullets(one.sentence for one in self._drifts)
        return blocks.figure(picture.png(), picture.alt, self.trend.sentence) + blocks.folded(
            "Has scoring moved since the window before? School by school, with ranges", moved
        )

    def agreement_between_schools(self) -> Block:
        """Agreement within and between schools."""
        return agreement_between(self.comparison, self.facts.labels, self.draw)

    def differences(self) -> Block:
        """The difference between schools on shared pieces."""
        return differences(self.comparison, self.facts.labels, self.draw)

    def schools(self) -> Block:
        """The schools themselves: their other readers too, and whom it would move across the cut."""
        return schools_section(
            self.comparison, self._given, self.facts.scales, self.facts.labels, self.through
        ) + through_section(self.through, self.comparison, self.facts.labels)

    def what_cannot_be_said(self) -> Block:
        """Where nothing can be said, and why."""
        through = () if self.through is None else self.through.these.between_pairs()
        said = what_cannot_be_said(self.comparison, self.facts.labels, self.exchanges, through)
        return said + exchange_table(self.exchanges, self.facts.labels, self._tasks)

    def own_teachers(self) -> Block:
        """Classroom teachers' own scores beside others' blind readings."""
        labels = self.facts.labels
        found = own_teachers(
            self.readings, self.facts.scales, margin=self.facts.margin, labels=labels
        )
        return own_teachers_section(found, labels)

    def task_rigor(self) -> Block:
        """How demanding the tasks are, next to how severe the scoring is."""
        rated = task_ratings(self.project)
        answered, labels = rated.answered, {**self.facts.labels, **rated.labels}
        if self.parameters.window:
            answered = answered[answered["window"] == self.parameters.window]
        found = task_rigor(
            rated.ratings,
            rated.scales,
            rated.settled,
            answered,
            declared=rated.declared,
            labels=labels,
        )
        return task_rigor_section(found, self.comparison, labels, rated.scale_name)

    def student_groups(self) -> Block:
        """Whether schools score the work of student groups alike: a question, never a verdict."""
        found = student_groups(
            self.readings,
            self.facts.scales,
            student_members(self.project),
            min_students=self.project.settings.min_n,
            fit=self.scale.fit if self.scale else None,
            labels=self.facts.labels,
        )
        return student_groups_section(found, self.facts.labels)

    def second_reader(self) -> Block:
        """What a second reader would bring, and what it costs."""
        found = dependability(self.readings, self.facts.scales)
        return second_reader_section(found, {}, self.draw)

    def distribution(self) -> Block:
        """Who is where, by school and window."""
        scales = self.facts.scales
        measures = measures_of(scales)
        made = [
            blocks.section(
                "Who is where",
                f"{what_is_counted(measures)} Schools differ in their students and in their "
                "readers: read this beside the page before it, never alone.",
                new_page=True,
            )
        ]
        said, drawn = [], []
        for school in self.facts.schools:
            for measure in measures:
                found = summarize(
                    self.children[self.children["school"] == school.id],
                    scales.get(measure, next(iter(scales.values()))),
                    by=("window",),
                    measure=measure,
                    labels=self.facts.labels,
                )
                picture = self.draw.distribution_figure(found, self.facts.labels)
                about = measure_name(measure, self.facts.labels)
                name = f"{school.title}: {about}" if about else school.title
                said.append((name, picture.sentence))
                drawn += [
                    blocks.subsection(name),
                    blocks.figure(picture.png(), picture.alt, picture.sentence),
                ]
        return blocks.join(
            [
                *made,
                blocks.remarked(said),
                blocks.folded("School by school, as pictures", blocks.join(drawn)),
            ]
        )

    def how_to_read(self) -> Block:
        """The page on how to read the numbers."""
        return closing.how_to_read()

    def footer(self) -> Block:
        """Versions, input, rules."""
        settings = self.project.settings
        return closing.footer(
            input_hash=closing.hash_of_input(
                self.readings, self.facts.records, self.facts.children
            ),
            rule_id=settings.resolution_rule,
            min_n=settings.min_n,
            edition=Edition.INSIDE,
            facts=self.period,
        )
