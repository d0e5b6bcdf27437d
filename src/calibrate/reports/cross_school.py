"""Is a 3 here a 3 there? Schools beside each other, to show in a notebook: the district report's own sections."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from calibrate.analysis.comparability import Comparison, compare
from calibrate.analysis.wording import count
from calibrate.errors import NotFound
from calibrate.reports import blocks
from calibrate.reports.blocks import Block
from calibrate.reports.comparison_section import (
    agreement_between,
    differences,
    what_cannot_be_said,
)
from calibrate.reports.drawing import Drawings
from calibrate.reports.tables import table
from calibrate.store.project import Project
from calibrate.workflows.district_facts import district_facts

DEMAND = {1: "1 recall", 2: "2 skill and concept", 3: "3 strategic", 4: "4 extended"}
"""Webb's depths of knowledge."""


@dataclass(frozen=True)
class CrossSchool:
    """The two sides of rigor: how severely work is scored, and how demanding the tasks are.

    Parameters
    ----------
    demand
        Pieces by school and the depth of knowledge of their task (None where it is not known).
    """

    comparison: Comparison
    labels: dict[str, str]
    demand: Counter[tuple[str, int | None]]
    period: str
    draw: Drawings

    def answer(self) -> Block:
        """The answer in one sentence, and what it rests on."""
        schools = count(len(self.comparison.links.groups), "school")
        return blocks.sentence(self.comparison.sentence) + blocks.note(
            f"{schools}, {self.period}. Only work that readers of both schools scored blind can answer."
        )

    def agreement(self) -> Block:
        """Agreement within and between schools, and who shares pieces with whom."""
        return agreement_between(self.comparison, self.labels, self.draw)

    def differences(self) -> Block:
        """The differences on shared pieces, with intervals."""
        return differences(self.comparison, self.labels, self.draw)

    def silence(self) -> Block:
        """What cannot be said, and what would settle it."""
        return what_cannot_be_said(self.comparison, self.labels)

    def tasks(self) -> Block:
        """How demanding the tasks were, by school."""
        schools = sorted({school for school, _ in self.demand}, key=self._name)
        depths = [*(one for one in DEMAND if any(self.demand[s, one] for s in schools)), None]
        frame = pd.DataFrame(
            [
                {
                    "School": self._name(school),
                    **{
                        DEMAND[one] if one else "not known": self.demand[school, one]
                        for one in depths
                    },
                }
                for school in schools
            ]
        )
        known = sum(n for (_, depth), n in self.demand.items() if depth)
        return blocks.join(
            [
                blocks.section(
                    "How demanding were the tasks?",
                    "Pieces by the depth of knowledge that their task asks for. The same score on an "
                    "easier task is not the same achievement.",
                ),
                table(frame, caption="Pieces by depth of knowledge", row_name="School"),
                blocks.sentence(
                    f"The depth is known for {known} of {count(self.demand.total(), 'piece')}."
                ),
            ]
        )

    def _name(self, school: str) -> str:
        return self.labels.get(school, school)


def load_cross_school(folder: Path, draw: Drawings, *, window: str = "") -> CrossSchool:
    """Load a project's schools beside each other.

    Parameters
    ----------
    folder
        The project's folder.
    draw
        `calibrate.figures`.
    window
        A window's id; empty for the whole year.

    Raises
    ------
    NotFound
        If nothing has been scored yet, or there is no such window.
    """
    with Project.open(folder) as project:
        facts = district_facts(project)
        with project.reading() as unit:
            depth = {one.id: one.dok for one in unit.work.tasks.all()}
            pieces = unit.work.pieces.all()
    known = [one.id for one in facts.windows]
    if window and window not in known:
        raise NotFound(
            f"There is no window {window!r}.", fix=f"The windows are: {', '.join(known)}."
        )
    readings = facts.readings
    if window:
        readings = readings[readings["window"] == window].reset_index(drop=True)
        pieces = [one for one in pieces if one.window_id == window]
    return CrossSchool(
        compare(readings, facts.scales, labels=facts.labels),
        facts.labels,
        Counter(
            (one.school_id, depth.get(one.task_id) if one.task_id else None)
            for one in pieces
            if one.school_id
        ),
        facts.labels.get(window, "the whole year"),
        draw,
    )
