"""Everything that school and district reports are made from, loaded at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from calibrate.analysis.margins import Margin
from calibrate.analysis.severity import TOTAL
from calibrate.analysis.wording import count
from calibrate.errors import NotFound, ProjectError
from calibrate.model.continuum import Continuum, Placement
from calibrate.model.roster import Classroom, Edition, Rater, School, grade_label
from calibrate.model.rubric import Rubric, Scale
from calibrate.model.session import Minute, PanelMember, Session
from calibrate.model.work import Task, Window
from calibrate.store.project import Project
from calibrate.store.settings import FILE_NAME
from calibrate.workflows.rolls import roll
from calibrate.workflows.rubric_in_use import made_with, rubric_in_use
from calibrate.workflows.score_tables import records_of, scales, score_table


@dataclass(frozen=True)
class DistrictFacts:
    """The whole project as the reports need it, in one rubric version.

    Parameters
    ----------
    readings
        The score table: every reading, one row per criterion.
    records
        Scores of record, one row per piece and criterion.
    children
        The roll: one row per child and window.
    n_elsewhere
        Pieces that were scored with another rubric alone, and so are in none of this.
    margin
        The difference between schools too small to matter, as the project's settings declare it.
    tasks
        The prompts that pieces answer.
    """

    schools: tuple[School, ...]
    classrooms: tuple[Classroom, ...]
    raters: tuple[Rater, ...]
    windows: tuple[Window, ...]
    sessions: tuple[Session, ...]
    panels: tuple[PanelMember, ...]
    minutes: tuple[Minute, ...]
    rubric: Rubric
    scales: dict[str, Scale]
    continuum: Continuum | None
    placements: tuple[Placement, ...]
    readings: pd.DataFrame
    records: pd.DataFrame
    children: pd.DataFrame
    n_elsewhere: int = 0
    margin: Margin = None
    tasks: tuple[Task, ...] = ()

    @property
    def left_out(self) -> str:
        """What these reports do not speak of, in one sentence; nothing where that is nothing."""
        if not self.n_elsewhere:
            return ""
        verb = "is" if self.n_elsewhere == 1 else "are"
        return (
            f"{count(self.n_elsewhere, 'piece')} scored with another rubric, or another version "
            f"of it, {verb} not in this report: it speaks of {self.rubric.title}, version "
            f"{self.rubric.version}, and scores of two rubrics do not stand on one scale."
        )

    @property
    def labels(self) -> dict[str, str]:
        """What ids are called: schools, classrooms, windows, criteria, grades, sessions."""
        return {
            **{one.id: one.title for one in self.schools},
            **{one.id: one.title for one in self.classrooms},
            **{one.id: one.title for one in self.windows},
            **{one.id: one.title for one in self.sessions},
            **{one.id: one.name for one in self.rubric.criteria},
            **{one: grade_label(one) for one in self.children["grade"].unique()},
            **({one.id: one.title for one in self.continuum.strands} if self.continuum else {}),
        }

    def school(self, school_id: str) -> School:
        """A school; `NotFound` lists those there are."""
        for one in self.schools:
            if one.id == school_id:
                return one
        known = ", ".join(one.id for one in self.schools)
        raise NotFound(f"There is no school {school_id!r}.", fix=f"The schools are: {known}.")

    def window(self, window_id: str) -> Window:
        """A window; `NotFound` lists those there are."""
        for one in self.windows:
            if one.id == window_id:
                return one
        known = ", ".join(one.id for one in self.windows)
        raise NotFound(f"There is no window {window_id!r}.", fix=f"The windows are: {known}.")

    def sessions_of(self, school_id: str) -> tuple[Session, ...]:
        """The sessions in which a school's raters sat, in the order of time."""
        own = {one.id for one in self.raters if one.school_id == school_id}
        sat = {one.session_id for one in self.panels if one.rater_id in own}
        return tuple(one for one in self.sessions if one.id in sat or school_id in one.school_ids)

    def in_order_of_time(self, table: pd.DataFrame) -> pd.DataFrame:
        """The table with its windows ordered as they came in the year, whatever their ids."""
        order = [one.id for one in self.windows]
        return table.assign(window=pd.Categorical(table["window"], order, ordered=True))

    def latest_window(self) -> Window:
        """The last window in which something was scored."""
        scored = set(self.readings["window"].dropna())
        return next((one for one in reversed(self.windows) if one.id in scored), self.windows[-1])


def district_facts(project: Project) -> DistrictFacts:
    """Load the project.

    Raises
    ------
    NotFound
        If nothing has been scored yet, or there is no window.
    ProjectError
        If the settings declare a margin for a criterion that the rubric does not have.
    """
    everything = score_table(project)
    rubric = rubric_in_use(project, everything)
    if rubric is None:
        raise NotFound("Nothing has been scored yet.", fix="Bring in scores, then make the report.")
    readings = made_with(everything, rubric)
    with project.store.reading() as unit:
        continua = unit.continuum.all()
        continuum = next((one for one in continua if _fits(one, rubric)), None)
        facts = DistrictFacts(
            schools=tuple(sorted(unit.people.schools.all(), key=lambda one: one.title)),
            classrooms=tuple(unit.people.classrooms.all()),
            raters=tuple(unit.people.raters.all()),
            windows=tuple(unit.work.windows.all()),
            sessions=tuple(unit.sessions.not_called_off()),
            panels=tuple(unit.sessions.panel.all()),
            minutes=tuple(unit.sessions.minutes.all()),
            rubric=rubric,
            scales=scales(rubric),
            continuum=continuum,
            placements=tuple(unit.placements.all()),
            readings=readings,
            records=made_with(records_of(project), rubric),
            children=roll(unit),
            n_elsewhere=len(set(everything["piece"]) - set(readings["piece"])),
            margin=_declared_margin(project, rubric),
            tasks=tuple(unit.work.tasks.all()),
        )
    if not facts.windows:
        raise NotFound("The project has no window (fall, winter, spring) yet.")
    return facts


def _declared_margin(project: Project, rubric: Rubric) -> Margin:
    margin = project.settings.margin
    known = [one.id for one in rubric.criteria]
    named = margin if isinstance(margin, Mapping) else ()
    for criterion in named:
        if criterion not in (*known, TOTAL):
            raise ProjectError(
                f"The settings declare a margin for {criterion!r}, which {rubric.title} does not have.",
                file=FILE_NAME,
                column="comparison.margin",
                fix=f"Its criteria are {', '.join(known)}.",
            )
    return margin


def _fits(continuum: Continuum, rubric: Rubric) -> bool:
    return any(
        (row.rubric_id, row.rubric_version) == (rubric.id, rubric.version)
        for row in continuum.crosswalk
    )


def rater_pseudonyms(project: Project, rater_ids: list[str]) -> dict[str, str]:
    """What raters are called in the inside edition; drawn at the first look."""
    with project.store.transaction() as unit:
        return unit.people.pseudonyms(Edition.INSIDE, rater_ids, "rater")
