"""A school's report: agreement over the year, the wall, who is where, who grew, what to work on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial

import pandas as pd

from calibrate.analysis.growth import Growth, growth, placement_error
from calibrate.analysis.record_summary import (
    RecordSummary,
    child_levels,
    measures_of,
    summarize,
)
from calibrate.analysis.session_trend import SessionTrend, session_trend
from calibrate.analysis.severity import severity
from calibrate.analysis.wall import Card, Wall, build_wall, wall_cards
from calibrate.analysis.wording import count, listed, percent
from calibrate.model.roster import Edition, School
from calibrate.model.session import MinuteKind, Session
from calibrate.model.work import Window
from calibrate.reports import blocks, closing
from calibrate.reports.agreement_section import pairs_of_sessions, panel_of_sessions
from calibrate.reports.blocks import Block, Summary
from calibrate.reports.drawing import Drawings
from calibrate.reports.measures import measure_name, what_is_counted
from calibrate.reports.outside import OutsideSchoolReport
from calibrate.reports.parameters import ReportParameters
from calibrate.reports.readers_section import readers_section
from calibrate.reports.tables import table
from calibrate.store.project import Project
from calibrate.workflows.district_facts import DistrictFacts, district_facts, rater_pseudonyms


@dataclass(frozen=True)
class SchoolReport:
    """The inside edition of a school's report, one method per section of the notebook."""

    parameters: ReportParameters
    project: Project
    draw: Drawings
    facts: DistrictFacts
    school: School
    window: Window

    @classmethod
    def load(
        cls, parameters: ReportParameters, draw: Drawings
    ) -> SchoolReport | OutsideSchoolReport:
        """Load the school; the outside edition reads the released tables and nothing else."""
        if parameters.edition is Edition.OUTSIDE:
            return OutsideSchoolReport.load(parameters, draw)
        project = Project.open(parameters.project)
        facts = district_facts(project)
        school = facts.school(parameters.id)
        window = facts.window(parameters.window) if parameters.window else facts.latest_window()
        return cls(parameters, project, draw, facts, school, window)

    @cached_property
    def readings(self) -> pd.DataFrame:
        """The readings that the report speaks of: of its window, if one was asked for."""
        every = self.facts.readings
        if not self.parameters.window:
            return every
        return every[every["window"] == self.window.id].reset_index(drop=True)

    @cached_property
    def sessions(self) -> tuple[Session, ...]:
        """The school's sessions, in the order of time, up to the report's window."""
        ends = self.window.ends
        return tuple(
            one
            for one in self.facts.sessions_of(self.school.id)
            if one.held_on is None or one.held_on <= ends or not self.parameters.window
        )

    @cached_property
    def trend(self) -> SessionTrend:
        """Agreement of the school's sessions over the year."""
        names = {one.id: one.title for one in self.sessions}
        return session_trend(self.facts.readings, self.facts.scales, list(names), labels=names)

    @cached_property
    def roll(self) -> pd.DataFrame:
        """The school's children, per window."""
        return self.facts.children[self.facts.children["school"] == self.school.id]

    @cached_property
    def records(self) -> pd.DataFrame:
        """The school's scores of record."""
        return self.facts.records[self.facts.records["piece_school"] == self.school.id]

    @cached_property
    def levels(self) -> pd.DataFrame:
        """One level per child, window and measure."""
        found = child_levels(self.records, self.facts.scales, self.roll)
        return self.facts.in_order_of_time(found)

    @cached_property
    def cards(self) -> tuple[Card, ...]:
        """The cards of the wall, all windows; none without a continuum."""
        if self.facts.continuum is None:
            return ()
        return wall_cards(
            self.records,
            self.facts.continuum,
            self.facts.rubric,
            roll=self.roll,
            placements=self.facts.placements,
        )

    @cached_property
    def in_window(self) -> RecordSummary:
        """The distribution in the report's window, by grade."""
        now = self.levels[self.levels["window"] == self.window.id]
        return self._summary(now, ("grade",), self.measures[0])

    @cached_property
    def measures(self) -> tuple[str, ...]:
        """All criteria together, or each by itself where their levels differ."""
        return measures_of(self.facts.scales)

    def _summary(self, children: pd.DataFrame, by: tuple[str, ...], measure: str) -> RecordSummary:
        scale = next(iter(self.facts.scales.values()))
        return summarize(
            children,
            self.facts.scales.get(measure, scale),
            by=by,
            measure=measure,
            labels=self.facts.labels,
        )

    @property
    def headline(self) -> str:
        """The school in one or two sentences."""
        about = measure_name(self.measures[0], self.facts.labels)
        when = f"{self.window.title}, {about}" if about else self.window.title
        return f"{self.trend.sentence} {when}: {self.in_window.sentence}"

    @property
    def summary(self) -> Summary:
        """The line of the index."""
        return Summary(self.school.title, self.headline, self._sat())

    def _sat(self) -> str:
        n_children = self.roll[self.roll["window"] == self.window.id]["student"].nunique()
        return f"{count(n_children, 'student')}, {count(len(self.sessions), 'norming session')}"

    def front_page(self) -> Block:
        """The headline, and what to work on next."""
        raters = [one for one in self.facts.raters if one.school_id == self.school.id]
        return blocks.join(
            [
                blocks.masthead(
                    "School report",
                    self.school.title,
                    [
                        self.window.title,
                        self._sat(),
                        count(
                            len(raters), "teacher and other reader", "teachers and other readers"
                        ),
                        f"{self.facts.rubric.title}, version {self.facts.rubric.version}",
                        "For staff only",
                    ],
                    self.headline,
                ),
                blocks.note(self.facts.left_out) if self.facts.left_out else Block(""),
                blocks.columns(
                    blocks.card("What to work on with students", self._needs()),
                    blocks.card("What to talk about among teachers", self._open()),
                ),
                blocks.card("Where students are strong, and where not yet", self._criteria()),
            ]
        )

    def _minutes(self, kind: MinuteKind) -> list[str]:
        order = {one.id: place for place, one in enumerate(reversed(self.sessions))}
        lines = [one for one in self.facts.minutes if one.kind is kind and one.session_id in order]
        lines.sort(key=lambda one: (order[one.session_id], one.ordinal))
        return [one.text for one in lines]

    def _needs(self) -> Block:
        return blocks.bullets(
            self._minutes(MinuteKind.NEED)[:4], empty="No session has written this down yet."
        ) + blocks.note("From the latest sessions, in the panels’ own words.")

    def _open(self) -> Block:
        return blocks.bullets(
            self._minutes(MinuteKind.OPEN)[:3], empty="No session has left a question open."
        )

    def _criteria(self) -> Block:
        children = self.levels[self.levels["window"] == self.window.id]
        rows = []
        for criterion in self.facts.rubric.criteria:
            one = self._summary(children, (), criterion.id).total
            rows.append((criterion.name, one.share_at_or_above, one.mean, one.n_scored))
        frame = pd.DataFrame(
            rows, columns=["Criterion", "At or above the standard", "Mean score", "Students"]
        )
        known = frame.dropna(subset=["At or above the standard"])
        if known.empty:
            return blocks.note("The rubric names no level that meets the standard.")
        ordered = known.sort_values("At or above the standard", kind="stable")
        low, high = ordered.iloc[0], ordered.iloc[-1]
        return table(
            frame,
            caption=f"By criterion, {self.window.title}",
            row_name="Criterion",
            percents=["At or above the standard"],
            decimals={"Mean score": 1},
        ) + blocks.sentence(
            f"Most students meet the standard on {high['Criterion']} "
            f"({percent(high['At or above the standard'])}); the fewest on {low['Criterion']} "
            f"({percent(low['At or above the standard'])})."
        )

    def agreement_over_the_year(self) -> Block:
        """Agreement of the school's sessions."""
        head = blocks.section(
            "Do we agree more than we did?",
            "How often two teachers of a panel gave the same score before talking, session by session.",
            new_page=True,
        )
        if not self.trend.points:
            return head + blocks.sentence(self.trend.sentence)
        picture = self.draw.sessions_figure(self.trend)
        sessions = [one.id for one in self.sessions]
        shown = (self.readings, sessions, self.facts.rubric, self.draw)
        figure = blocks.figure(picture.png(), picture.alt, self.trend.sentence)
        called = partial(rater_pseudonyms, self.project)
        more = panel_of_sessions(*shown) + pairs_of_sessions(*shown, called)
        return (
            head
            + figure
            + blocks.folded("More on agreement: every coefficient, and who reads alike", more)
        )

    def raters(self) -> Block:
        """How the school's readers lie apart, without a row for anybody."""
        own = [one.id for one in self.facts.raters if one.school_id == self.school.id]
        return readers_section(severity(self.readings, self.facts.scales, raters=own).rows)

    def writing_wall(self) -> Block:
        """The wall in print."""
        head = blocks.section(
            "The writing wall",
            "Every student once: academic levels across, grades and classrooms down.",
            new_page=True,
        )
        if self.facts.continuum is None:
            return head + blocks.sentence(
                "There is no continuum for this rubric yet, so nobody can be placed on the wall."
            )
        made: list[Block] = [head]
        for strand in self.facts.continuum.strands:
            wall: Wall = build_wall(
                self.cards,
                self.facts.continuum,
                strand=strand.id,
                window=self.window.id,
                school=self.school.id,
                labels=self.facts.labels,
            )
            title = f"{strand.title}, {self.window.title}"
            pages = self.draw.wall_figure(wall, self.facts.labels)
            shown = [blocks.figure(one.png(), one.alt, one.sentence, shape="wide") for one in pages]
            first = strand is self.facts.continuum.strands[0]
            made += (
                [blocks.subsection(title), *shown]
                if first
                else [blocks.folded(f"The wall for {title}", blocks.join(shown))]
            )
        return blocks.join(made)

    def distribution(self) -> Block:
        """Who is where, by grade, classroom and window."""
        made = [
            blocks.section(
                "Who is where",
                f"{what_is_counted(self.measures)} A student without a piece is counted as missing.",
                new_page=True,
            )
        ]
        now = self.levels[self.levels["window"] == self.window.id]
        for title, children, by in (
            ("By window", self.levels, ("window",)),
            (f"By grade, {self.window.title}", now, ("grade",)),
            (f"By classroom, {self.window.title}", now, ("grade", "classroom")),
        ):
            for measure in self.measures:
                found = self._summary(children, by, measure)
                picture = self.draw.distribution_figure(found, self.facts.labels)
                about = measure_name(measure, self.facts.labels)
                name = f"{title}: {about}" if about else title
                shown = blocks.figure(picture.png(), picture.alt, picture.sentence)
                folded = "classroom" in by
                made.append(
                    blocks.folded(name, shown) if folded else blocks.subsection(name) + shown
                )
        return blocks.join(made)

    @cached_property
    def grown(self) -> tuple[Growth, ...]:
        """Growth over the year, one result per strand."""
        if self.facts.continuum is None or len(self.facts.windows) < 2:
            return ()
        first = self.facts.windows[0]
        if first.id == self.window.id:
            return ()
        return tuple(
            growth(
                self.cards,
                placement_error(
                    self.facts.readings,
                    self.facts.scales,
                    self.facts.continuum,
                    self.facts.rubric,
                    strand.id,
                ),
                from_window=first.id,
                to_window=self.window.id,
                labels=self.facts.labels,
            )
            for strand in self.facts.continuum.strands
        )

    def growth(self) -> Block:
        """Who grew, and who did not, beyond the error of scoring."""
        made = [
            blocks.section(
                "Growth",
                "A change of place counts only if it is larger than two readings of one piece differ.",
                new_page=True,
            )
        ]
        if not self.grown:
            made.append(
                blocks.sentence("Growth needs two windows and a continuum: cannot tell yet.")
            )
        for one in self.grown:
            picture = self.draw.growth_figure(one, self.facts.labels)
            made += [
                blocks.subsection(self.facts.labels[one.strand]),
                blocks.figure(picture.png(), picture.alt, one.sentence),
                blocks.note(one.error.sentence),
            ]
        return blocks.join(made)

    def how_to_read(self) -> Block:
        """The page on how to read the numbers."""
        return closing.how_to_read()

    def footer(self) -> Block:
        """Versions, input, rules."""
        settings = self.project.settings
        return closing.footer(
            input_hash=closing.hash_of_input(self.readings, self.records, self.roll),
            rule_id=settings.resolution_rule,
            min_n=settings.min_n,
            edition=Edition.INSIDE,
            facts=f"{self.school.title}, sessions {listed([one.id for one in self.sessions]) or 'none'}",
        )
