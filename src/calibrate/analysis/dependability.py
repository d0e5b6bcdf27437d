"""How far scores can be depended on, and what more raters or tasks would buy, in coefficients and in hours.

Only independent blind readings count. The piece is what is measured, or the student (within a window) where students have
several pieces. Criteria are fixed: the score is the mean over them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from calibrate.analysis.dependability_words import Row, dependability_sentence, end_note
from calibrate.analysis.readings import (
    LeftOut,
    ScaleLike,
    Scales,
    as_scales,
    criteria_in_order,
    independent_blind,
)
from calibrate.errors import ArgumentError
from calibrate.stats.generalizability import Component, GStudy, g_study
from calibrate.stats.generalizability_decisions import (
    UNSURE,
    Dependability,
    Levels,
    Sure,
    decide,
)

MOST_RATERS = 6
"""The decision study goes at least this far in readings of a piece."""
MOST_TASKS = 4


@dataclass(frozen=True)
class Plan:
    """One row of the decision study.

    Parameters
    ----------
    n_rater, n_task
        Readings of each piece, and pieces of each student (1 where the piece is measured).
    g, phi, sem, phi_cut, consistency, g_sure, phi_sure, phi_cut_sure, consistency_sure
        See `calibrate.stats.generalizability_decisions.Dependability`.
    hours
        Teacher-hours of scoring for the objects at hand; nan where no minutes are known.
    """

    n_rater: int
    n_task: int
    g: float
    phi: float
    sem: float
    phi_cut: float
    consistency: float
    hours: float
    g_sure: Sure = UNSURE
    phi_sure: Sure = UNSURE
    phi_cut_sure: Sure = UNSURE
    consistency_sure: Sure = UNSURE

    def as_dict(self) -> dict[str, object]:
        """The fields of the JSON answer."""
        return {
            "n_rater": self.n_rater,
            "n_task": self.n_task,
            "g": self.g,
            "phi": self.phi,
            "hours": self.hours,
            "sem": self.sem,
            "phi_cut": self.phi_cut,
            "consistency": self.consistency,
            **_sure("g", self.g_sure),
            **_sure("phi", self.phi_sure),
            **_sure("phi_cut", self.phi_cut_sure),
            **_sure("consistency", self.consistency_sure),
        }


def _sure(name: str, one: Sure) -> dict[str, object]:
    return {f"{name}_se": one.se, f"{name}_ci_low": one.ci_low, f"{name}_ci_high": one.ci_high}


@dataclass(frozen=True)
class DependabilityResult:
    """Components, the dependability of the scores at hand, and the decision study.

    Parameters
    ----------
    study
        The components and what they rest on.
    now
        Dependability with as many readings and tasks as the table has (harmonic means).
    plans
        The decision study; empty where nothing can be told.
    minutes
        Minutes of one reading; nan where they are not known.
    minutes_from
        ``measured``, ``given`` or ``not known``.
    cut
        The lowest mean that counts as proficient; None without one.
    """

    study: GStudy
    now: Dependability
    plans: tuple[Plan, ...]
    minutes: float
    minutes_from: str
    cut: float | None
    left_out: tuple[LeftOut, ...]
    sentence: str

    @property
    def components(self) -> tuple[Component, ...]:
        """Where differences come from."""
        return self.study.components

    def plan(self, n_rater: int, n_task: int = 1) -> Plan:
        """The row for so many raters and tasks.

        Raises
        ------
        ArgumentError
            If the decision study has no such row.
        """
        for one in self.plans:
            if (one.n_rater, one.n_task) == (n_rater, n_task):
                return one
        raise ArgumentError(f"There is no row for {n_rater} raters and {n_task} tasks.")

    def as_dict(self) -> dict[str, object]:
        """The JSON answer of ``calibrate dependability``; nan stays nan for the writer to turn into null."""
        study = self.study
        return {
            "object": study.object,
            "components": [
                {
                    "source": one.source,
                    "variance": one.variance,
                    "share": one.share,
                    "estimate": one.estimate,
                    "se": one.se,
                    "ci_low": one.ci_low,
                    "ci_high": one.ci_high,
                }
                for one in study.components
            ],
            "g": self.now.g,
            "phi": self.now.phi,
            **_sure("g", self.now.g_sure),
            **_sure("phi", self.now.phi_sure),
            "decision_study": [one.as_dict() for one in self.plans],
            "sentence": self.sentence,
            "design": study.design,
            "method": study.method,
            "n_objects": study.n_objects,
            "n_pieces": study.n_pieces,
            "n_raters": study.n_raters,
            "n_criteria": study.n_criteria,
            "n_ratings": study.n_scores,
            "n_rater": study.readings,
            "n_task": study.tasks,
            "minutes": self.minutes,
            "minutes_from": self.minutes_from,
            "cut": self.cut,
            "undefined": study.undefined,
            "notes": list(study.notes),
        }


def dependability(
    table: pd.DataFrame,
    scales: ScaleLike,
    *,
    minutes: float | None = None,
    cut: float | None = None,
    measured: str | None = None,
    labels: Mapping[str, str] | None = None,
) -> DependabilityResult:
    """Where do differences between scores come from, and what would more raters or tasks buy?

    Parameters
    ----------
    table, scales
        A score table and the scale of every criterion. ``student``, ``task``, ``window`` and ``minutes`` (of a reading) are
        used where they are there.
    minutes
        Minutes of one reading; without it the median of the table's.
    cut
        The lowest mean over criteria that counts as proficient, in points. Without it the mean of the criteria's cuts, where
        every scale has one.
    measured
        ``piece`` or ``student``; without it the student where students have several pieces in a window.
    labels
        What sources are called in sentences, where not by their usual words.

    Raises
    ------
    ArgumentError
        If the object is unknown or the table does not say whose the pieces are, or minutes are not more than 0.
    """
    if minutes is not None and not (math.isfinite(minutes) and minutes > 0):
        raise ArgumentError("Minutes of a reading are a number above 0.", column="--minutes")
    known = as_scales(scales)
    chosen = independent_blind(table, known)
    rows = chosen.table
    student = _students(rows, measured)
    study = g_study(
        rows["piece"].to_numpy(),
        rows["rater"].to_numpy(),
        rows["score"].to_numpy(dtype=float),
        rows["criterion"].to_numpy(),
        student=None if student is None else student.to_numpy(),
        task=_tasks(rows),
    )
    if student is not None and study.undefined and measured is None:
        return dependability(
            table, scales, minutes=minutes, cut=cut, measured="piece", labels=labels
        )
    study = _with_end_note(study, rows, known)
    names = criteria_in_order(known, rows)
    if cut is None:
        cuts = [known[name].cut_value for name in names]
        cut = (
            float(np.mean([one for one in cuts if one is not None]))
            if cuts and None not in cuts
            else None
        )
    spent, told = _minutes(rows, minutes)
    levels = _levels(known, names)
    plans = _plans(study, cut, levels, spent)
    now = decide(study, max(study.readings, 1.0), max(study.tasks, 1.0), cut, levels)
    rows_told = [
        Row(
            p.n_rater,
            p.n_task,
            p.phi,
            p.hours,
            p.consistency,
            p.phi_sure.ci_low,
            p.phi_sure.ci_high,
            p.consistency_sure.ci_low,
            p.consistency_sure.ci_high,
        )
        for p in plans
    ]
    words = dependability_sentence(study, now, rows_told, labels)
    return DependabilityResult(study, now, plans, spent, told, cut, chosen.left_out, words)


def _with_end_note(study: GStudy, rows: pd.DataFrame, known: Scales) -> GStudy:
    """With a note where many scores lie at an end of their scale."""
    if study.undefined or rows.empty:
        return study
    ends = [
        rows["score"].to_numpy(dtype=float)
        == rows["criterion"].map({one: pick(known[one].values) for one in known})
        for pick in (min, max)
    ]
    note = end_note(*(float(np.mean(one)) for one in ends))
    return replace(study, notes=(*study.notes, note)) if note else study


def _levels(scales: Scales, names: Sequence[str]) -> Levels | None:
    """What scores are given on; of several scales the finest step, by which their mean moves."""
    if not names:
        return None
    lowest = float(np.mean([min(scales[name].values) for name in names]))
    return Levels(lowest, min(scales[name].step for name in names))


def _plans(
    study: GStudy, cut: float | None, levels: Levels | None, minutes: float
) -> tuple[Plan, ...]:
    if study.undefined:
        return ()
    raters = range(1, max(MOST_RATERS, min(math.ceil(study.readings) + 1, 12)) + 1)
    most = max(MOST_TASKS, min(math.ceil(study.tasks) + 1, 8)) if study.object == "student" else 1
    found = []
    for tasks in range(1, most + 1):
        for n in raters:
            one = decide(study, n, tasks, cut, levels)
            hours = study.n_objects * tasks * n * minutes / 60
            found.append(
                Plan(
                    n,
                    tasks,
                    one.g,
                    one.phi,
                    one.sem,
                    one.phi_cut,
                    one.consistency,
                    hours,
                    one.g_sure,
                    one.phi_sure,
                    one.phi_cut_sure,
                    one.consistency_sure,
                )
            )
    return tuple(found)


def _students(rows: pd.DataFrame, measured: str | None) -> pd.Series | None:
    """Whose each piece is (within its window), where the student is what is measured."""
    if measured not in (None, "piece", "student"):
        raise ArgumentError(
            f"Nothing called {measured!r} can be measured.", fix="piece or student."
        )
    if measured == "piece" or rows.empty:
        return None
    known = bool(rows["student"].notna().all())
    if measured == "student" and not known:
        raise ArgumentError(
            "The table does not say whose every piece is.", column="student", fix="Add it."
        )
    if not known:
        return None
    whose = rows["student"].astype(str) + "\x1f" + rows["window"].fillna("").astype(str)
    if (
        measured is None
        and (rows.assign(whose=whose).groupby("whose")["piece"].nunique() > 1).sum() < 2
    ):
        return None
    return whose


def _tasks(rows: pd.DataFrame) -> np.ndarray | None:
    return rows["task"].astype(str).to_numpy() if bool(rows["task"].notna().all()) else None


def _minutes(rows: pd.DataFrame, given: float | None) -> tuple[float, str]:
    """Minutes of one reading, and where they come from."""
    if given is not None:
        return given, "given"
    if "minutes" in rows.columns:
        measured = pd.to_numeric(rows["minutes"], errors="coerce")
        readings = measured[measured > 0].groupby([rows["piece"], rows["rater"]]).first()
        if len(readings):
            return float(readings.median()), "measured"
    return math.nan, "not known"
