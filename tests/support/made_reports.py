"""District reports of made readings, without a project's database: the pages as text to search."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from datetime import date
from types import SimpleNamespace
from typing import Any

import pandas as pd

from calibrate import figures
from calibrate.exchange.rubrics import read_rubric
from calibrate.model.roster import School
from calibrate.model.work import Window
from calibrate.reports.district import DistrictReport
from calibrate.resources import rubric_preset
from calibrate.workflows.district_facts import DistrictFacts
from tests.analysis.districts import SCALES

START = date(2025, 10, 1)

SECTIONS = (
    "front_page",
    "sessions",
    "agreement_between_schools",
    "differences",
    "schools",
    "what_cannot_be_said",
    "own_teachers",
    "second_reader",
    "how_to_read",
    "footer",
)


class Watched:
    """The figures module, keeping the words of everything that was drawn, and drawing no pixels."""

    def __init__(self) -> None:
        self.words: list[str] = []

    def __getattr__(self, name: str) -> Any:
        draw = getattr(figures, name)

        def drawn(*arguments: Any, **options: Any) -> Any:
            picture = draw(*arguments, **options)
            self.words.append(picture.svg())
            return SimpleNamespace(alt=picture.alt, sentence=picture.sentence, png=lambda: b"")

        return drawn


def made_readings(table: pd.DataFrame, window: str = "fall") -> pd.DataFrame:
    """A table of piece, rater, criterion, score and rater_school with every column that reports ask for."""
    return table.assign(
        session=pd.array([pd.NA] * len(table), dtype="string"),
        round="operational",
        purpose="independent",
        window=window,
        joint=False,
        code=pd.NA,
        position=table["score"] - 1,
        minutes=3.0,
        piece_school=table["rater_school"],
        grade="4",
        task="a-task",
    )


def made_facts(readings: pd.DataFrame, windows: tuple[str, ...] = ("fall",)) -> DistrictFacts:
    """The facts of a district that has these readings and nothing else."""
    schools = sorted(readings["rater_school"].dropna().unique())
    records = readings.groupby(["piece", "criterion"], as_index=False)["score"].median()
    roll = pd.DataFrame(columns=["student", "school", "classroom", "grade", "window"], dtype=str)
    return DistrictFacts(
        schools=tuple(School(one, one.title()) for one in schools),
        classrooms=(),
        raters=tuple(
            SimpleNamespace(id=rater, school_id=school)
            for rater, school in readings.groupby("rater")["rater_school"].first().items()
        ),
        windows=tuple(Window(one, one.title(), "2025-26", START, START) for one in windows),
        sessions=(),
        panels=(),
        minutes=(),
        rubric=read_rubric(rubric_preset("k8-writing")),
        scales={one: SCALES[one] for one in readings["criterion"].unique()},
        continuum=None,
        placements=(),
        readings=readings,
        records=records.rename(columns={"score": "value"}),
        children=roll,
    )


def made_district(facts: DistrictFacts) -> tuple[DistrictReport, Watched]:
    """The inside report of these facts, and what it drew."""
    draw = Watched()
    parameters = SimpleNamespace(window="", id="district")
    settings = SimpleNamespace(name="Made District", min_n=10, resolution_rule="median")
    project = SimpleNamespace(settings=settings)
    return DistrictReport(parameters, project, draw, facts, facts.readings), draw


def everything_said(
    report: DistrictReport, draw: Watched, sections: Iterable[str] = SECTIONS
) -> str:
    """All words of a report: its text, titles, alternative texts, embedded data, and the words in its pictures."""
    parts = [getattr(report, one)().html for one in sections]
    pages = re.sub(r"data:image/[^\"']+", "", "\n".join(parts))
    drawn = [" ".join(_texts(one)) for one in draw.words]
    return html.unescape("\n".join([pages, *drawn, str(report.summary)]))


def _texts(svg: str) -> Iterator[str]:
    for one in re.findall(r"<(?:text|title|desc)\b.*?</(?:text|title|desc)>", svg, re.S):
        yield re.sub(r"<[^>]+>", "", one)
