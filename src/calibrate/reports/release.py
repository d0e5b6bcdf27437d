"""One pass before reports are handed out: what the outside edition may show, decided for all at once.

Everything that an outside report says is taken from the file that this pass writes. It holds only
numbers that survived suppression over all tables together, so that a school's report and the
district's cannot be set against each other to work out a hidden number.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from calibrate.analysis.comparability import FEWEST_READERS
from calibrate.analysis.count_tables import CountTable, TableSpec, level_spec
from calibrate.analysis.growth import (
    FELL_BACK,
    GREW,
    NO_CLEAR_CHANGE,
    growth,
    placement_error,
)
from calibrate.analysis.record_summary import child_levels, measures_of
from calibrate.analysis.session_trend import SessionTrend, session_trend
from calibrate.analysis.suppression import suppress
from calibrate.analysis.wall import wall_cards
from calibrate.analysis.wording import listed
from calibrate.errors import NotFound
from calibrate.model.session import Session
from calibrate.reports import closing
from calibrate.reports.files import write_private
from calibrate.reports.kinds import KINDS
from calibrate.reports.measures import measure_name
from calibrate.reports.released_comparison import number_or_none, released_comparison
from calibrate.reports.released_wall import PREFIX, wall_tables
from calibrate.store.project import Project
from calibrate.workflows.district_facts import DistrictFacts, district_facts

RELEASED = "released.json"
RECORD = "suppression-record.json"
REPORTS, WALL = "reports", "wall"
"""What may have to be taken back after a release: outside reports, or files of the wall's counts."""


@dataclass(frozen=True)
class Released:
    """What the outside edition may know. Nothing in it is hidden anywhere else in it."""

    held: dict[str, Any]

    def table(self, table_id: str) -> CountTable | None:
        """A suppressed table, or None where it was not released."""
        for one in self.held["tables"]:
            if one["id"] == table_id:
                return CountTable.from_dict(one)
        return None

    @property
    def labels(self) -> dict[str, str]:
        """What ids are called."""
        return dict(self.held["labels"])


def release_tables(
    project: Project, *, wall: bool = False, facts: DistrictFacts | None = None
) -> Path:
    """Decide what is hidden, write the released tables and, for staff, the record of the decision.

    Parameters
    ----------
    project
        The project.
    wall
        Whether the writing wall's counts are released too. Once they were, every later release decides about them as well:
        somebody may hold them beside the reports. What has to be taken back because of it stands in the file until `told`.
    facts
        What the project holds, where it was read already.

    Returns
    -------
    Path
        The released file, in ``reports/outside/``.
    """
    facts = facts or district_facts(project)
    settings = project.settings
    path = project.reports / "outside" / RELEASED
    before = held_before(path)
    asked, wall = wall, wall or bool(before.get("strands"))
    children, specs = _counted(facts, wall=wall)
    released = suppress(children, specs, min_n=settings.min_n)
    fingerprint = _hash_of(one for one in released.tables if not one.id.startswith(PREFIX))
    counts = _hash_of(one for one in released.tables if one.id.startswith(PREFIX)) if wall else None
    stale = {
        REPORTS: asked and before.get("input_hash") not in (None, fingerprint),
        WALL: before.get("wall_hash") not in (None, counts),
    }
    held = {
        "version": 1,
        "district": settings.name,
        "min_n": settings.min_n,
        "resolution_rule": settings.resolution_rule,
        "input_hash": fingerprint,
        "wall_hash": counts,
        "take_back": [one for one in stale if stale[one] or one in before.get("take_back", [])],
        "windows": [one.id for one in facts.windows],
        "schools": [one.id for one in facts.schools],
        "measures": list(measures_of(facts.scales)),
        "strands": [one.id for one in facts.continuum.strands] if wall and facts.continuum else [],
        "labels": _labels(facts),
        "tables": [one.as_dict() for one in released.tables],
        "trends": _trends(facts),
        "comparison": released_comparison(facts),
    }
    _withdraw_older(path, fingerprint)
    _write(path, held)
    record = [asdict(one) for one in released.hidden]
    write_private(project.reports / RECORD, json.dumps(record, indent=1).encode())
    return path


def told(project: Project) -> None:
    """Note that somebody was told what to take back, so that it is not said again."""
    path = project.reports / "outside" / RELEASED
    held = held_before(path)
    if held.get("take_back"):
        _write(path, {**held, "take_back": []})


def _write(path: Path, held: dict[str, Any]) -> None:
    write_private(path, json.dumps(held, indent=1, ensure_ascii=False).encode())


def _withdraw_older(path: Path, input_hash: str) -> None:
    """Remove the pages of an earlier release: set against new ones they could tell what is hidden."""
    if held_before(path).get("input_hash") != input_hash:
        for kind in KINDS.values():
            shutil.rmtree(path.parent / kind.folder, ignore_errors=True)


def held_before(path: Path) -> dict[str, Any]:
    """What a released file holds; nothing where there is none, or it cannot be read."""
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return held if isinstance(held, dict) else {}


def read_released(project_folder: Path) -> Released:
    """The released file.

    Raises
    ------
    NotFound
        If nothing has been released; it names the command.
    """
    path = project_folder / "reports" / "outside" / RELEASED
    if not path.is_file():
        raise NotFound(
            "Nothing has been released for the outside edition yet.",
            fix="Run: calibrate report district --edition outside",
        )
    return Released(json.loads(path.read_text(encoding="utf-8")))


def by_window(window: str, measure: str) -> str:
    """The id of the table of schools in a window."""
    return f"schools/{window}/{measure}"


def by_grade(school: str, window: str, measure: str) -> str:
    """The id of the table of a school's grades in a window."""
    return f"grades/{school}/{window}/{measure}"


def growth_table(strand: str) -> str:
    """The id of the table of growth by school."""
    return f"growth/{strand}"


def _counted(facts: DistrictFacts, *, wall: bool = False) -> tuple[pd.DataFrame, list[TableSpec]]:
    """The children with what is counted of them, and every table of every report."""
    levels = child_levels(facts.records, facts.scales, facts.children)
    measures = measures_of(facts.scales)
    children = [levels[levels["measure"].isin(measures)].drop(columns="value")]
    specs = []
    for measure in measures:
        scale = facts.scales.get(measure, next(iter(facts.scales.values())))
        about = measure_name(measure, facts.labels)
        for window in facts.windows:
            when = f"{window.title}, {about}" if about else window.title
            specs.append(
                level_spec(
                    by_window(window.id, measure),
                    f"Students by school, {when}",
                    measure,
                    scale,
                    rows=["school"],
                    where=[("window", window.id)],
                )
            )
            for school in facts.schools:
                specs.append(
                    level_spec(
                        by_grade(school.id, window.id, measure),
                        f"{school.title} by grade, {when}",
                        measure,
                        scale,
                        rows=["grade"],
                        where=[("window", window.id), ("school", school.id)],
                    )
                )
    first, last = facts.windows[0], facts.latest_window()
    if facts.continuum is None:
        return pd.concat(children, ignore_index=True), specs
    cards = wall_cards(
        facts.records,
        facts.continuum,
        facts.rubric,
        roll=facts.children,
        placements=facts.placements,
    )
    if wall:
        placed, more = wall_tables(facts, cards)
        children += placed
        specs += more
    if first.id != last.id:
        for strand in facts.continuum.strands:
            error = placement_error(
                facts.readings, facts.scales, facts.continuum, facts.rubric, strand.id
            )
            grown = growth(cards, error, from_window=first.id, to_window=last.id)
            children.append(grown.as_children())
            specs.append(
                TableSpec(
                    growth_table(strand.id),
                    f"{strand.title}: growth from {first.title} to {last.title}",
                    f"growth:{strand.id}",
                    (GREW, NO_CLEAR_CHANGE, FELL_BACK),
                    ("school",),
                    (("window", last.id),),
                )
            )
    return pd.concat(children, ignore_index=True), specs


def _hash_of(tables: Iterable[CountTable]) -> str:
    """A hash of what is released, and of nothing hidden: it could be tried against guesses."""
    return closing.hash_of_input(*(one.as_frame() for one in tables))


def _labels(facts: DistrictFacts) -> dict[str, str]:
    """Names of schools, windows, grades, criteria and strands: of no room, session or person."""
    typed = {one.id for one in facts.classrooms} | {one.id for one in facts.sessions}
    return {key: text for key, text in facts.labels.items() if key not in typed} | {
        "all": "All together"
    }


def _neutral_title(facts: DistrictFacts, session: Session) -> str:
    """When and where a session was held; its own title, typed by somebody, may name a person."""
    schools = listed([facts.labels[one] for one in session.school_ids]) or "the district"
    when = f"{session.held_on:%B %Y}" if session.held_on else facts.labels[session.window_id]
    return f"{when}, {schools}"


def _trends(facts: DistrictFacts) -> dict[str, Any]:
    """Agreement session by session, of every school and of the district."""
    every = _agreement(facts)
    of_schools = {one.id: {s.id for s in facts.sessions_of(one.id)} for one in facts.schools}
    return {one: _trend(every, held) for one, held in of_schools.items()} | {
        "district": _trend(every, {one.id for one in facts.sessions})
    }


def _agreement(facts: DistrictFacts) -> SessionTrend:
    names = {one.id: _neutral_title(facts, one) for one in facts.sessions}
    return session_trend(facts.readings, facts.scales, list(names), labels=names)


def _trend(every: SessionTrend, sessions: Collection[str]) -> dict[str, Any]:
    """Agreement session by session, of sessions with enough independent readers."""
    points = every.only(sessions).points
    shown = [one.session for one in points if one.n_raters >= FEWEST_READERS]
    trend = every.only(shown)
    sentence = trend.sentence
    if points and not shown:
        sentence = (
            f"Agreement of norming sessions is not shown: fewer than {FEWEST_READERS} readers "
            "stand behind each of them."
        )
    return {
        "sentence": sentence,
        "points": [
            {
                "title": one.title,
                "n_raters": one.n_raters,
                "exact": number_or_none(one.agreement.exact.value),
                "low": number_or_none(one.agreement.exact.ci_low),
                "high": number_or_none(one.agreement.exact.ci_high),
            }
            for one in trend.points
        ],
    }
