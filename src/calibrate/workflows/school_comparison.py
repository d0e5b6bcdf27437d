"""Schools beside each other: a project's comparison by window, loaded once and kept while somebody looks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from calibrate.analysis.comparability import Comparison
from calibrate.analysis.exchange import Exchange, exchanges
from calibrate.analysis.few_readers import ShownComparison, shown_comparison
from calibrate.analysis.group_agreement import GroupAgreement, group_agreements
from calibrate.analysis.readings import independent_blind
from calibrate.analysis.severity import TOTAL
from calibrate.store.project import Project
from calibrate.workflows.district_facts import DistrictFacts, district_facts
from calibrate.workflows.task_ratings import task_ratings

Agreements = tuple[tuple[GroupAgreement, ...], tuple[GroupAgreement, ...]]
"""Within schools and between them."""


@dataclass
class SchoolSource:
    """What the cross-school view asks; an empty window stands for the whole year.

    Parameters
    ----------
    pieces
        How many pieces there are by window, school and the depth of knowledge of their task: as
        raters settled it, else as it is listed (None where that is not known).
    """

    facts: DistrictFacts
    pieces: Counter[tuple[str, str, int | None]]
    _compared: dict[str, ShownComparison] = field(default_factory=dict)
    _agreed: dict[tuple[str, str], Agreements] = field(default_factory=dict)
    _exchanged: dict[tuple[str, str], tuple[Exchange, ...]] = field(default_factory=dict)

    def comparison(self, window: str = "") -> Comparison:
        """The schools of the readers compared on the pieces that they share."""
        return self.shown(window).comparison

    def shown(self, window: str = "") -> ShownComparison:
        """The same with what is left out of it: no number here is one reader's own."""
        if window not in self._compared:
            self._compared[window] = shown_comparison(
                self._readings(window),
                self.facts.scales,
                margin=self.facts.margin,
                labels=self.facts.labels,
            )
        return self._compared[window]

    def agreements(self, window: str = "", criterion: str = TOTAL) -> Agreements:
        """Agreement within schools and between them, on one criterion or on all."""
        if criterion == TOTAL:
            found = self.comparison(window)
            return found.within, found.between
        if (window, criterion) not in self._agreed:
            shown = self.shown(window)
            rows = independent_blind(shown.rows, self.facts.scales).table
            rows = rows[rows["rater_school"].notna() & (rows["criterion"] == criterion)]
            rows = rows.assign(rater_school=rows["rater_school"].astype(str))
            within, between = group_agreements(rows, "rater_school", self.facts.labels)
            if any(one.withheld for one in shown.comparison.pairs):
                between = tuple(one for one in between if one.a is None)
            self._agreed[window, criterion] = (within, between)
        return self._agreed[window, criterion]

    def exchanges(self, window: str = "", criterion: str = TOTAL) -> tuple[Exchange, ...]:
        """Which work schools should exchange next."""
        if (window, criterion) not in self._exchanged:
            self._exchanged[window, criterion] = exchanges(
                self.comparison(window),
                self.shown(window).rows,
                self.facts.scales,
                windows=[one.id for one in self.facts.windows],
                labels=self.facts.labels,
                tasks={one.id: one.title for one in self.facts.tasks},
                criterion=criterion,
            )
        return self._exchanged[window, criterion]

    def demand(self, window: str = "") -> Counter[tuple[str, int | None]]:
        """Pieces by school and the depth of knowledge of their task."""
        found: Counter[tuple[str, int | None]] = Counter()
        for (at, school, depth), n in self.pieces.items():
            if window in ("", at):
                found[school, depth] += n
        return found

    def _readings(self, window: str) -> pd.DataFrame:
        readings = self.facts.readings
        if not window:
            return readings
        return readings[readings["window"] == window].reset_index(drop=True)


def open_schools(folder: Path) -> SchoolSource:
    """Load a project's schools.

    Parameters
    ----------
    folder
        The project's folder.

    Raises
    ------
    NotFound
        If nothing has been scored yet, or the project has no window.
    """
    with Project.open(folder) as project:
        facts = district_facts(project)
        depth = task_ratings(project).depths
        with project.reading() as unit:
            pieces = Counter(
                (
                    one.window_id or "",
                    one.school_id,
                    depth.get(one.task_id) if one.task_id else None,
                )
                for one in unit.work.pieces.all()
                if one.school_id
            )
    return SchoolSource(facts, pieces)
