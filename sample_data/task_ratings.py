"""How demanding the tasks are: rated blind by coaches, specialists and the district's staff, on Webb's levels."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from draws import normal_of, stream
from people import Adult
from writings import Task

RUBRIC, CRITERION = "webb-dok", "DOK"
LEVELS = (1, 2, 3, 4)
RATED_ON = date(2025, 9, 16)
RATER_SD, RATING_SD = 0.15, 0.38
COLUMNS = ["task", "rater", "criterion", "score", "rubric", "scored_at"]

#: What the tasks ask for in truth. Two are listed as more demanding than they are.
DEMAND = {
    "small-moment-k2": 2,
    "small-moment-35": 2,
    "turning-point-68": 3,
    "all-about-k2": 1,
    "how-it-works-35": 2,
    "explain-68": 3,
    "opinion-k2": 2,
    "opinion-35": 3,
    "argument-68": 4,
}


def task_raters(staff: tuple[Adult, ...]) -> tuple[Adult, ...]:
    """The coaches and the district's assessment lead."""
    return tuple(one for one in staff if one.role in ("coach", "assessment_lead"))


def rating_rows(tasks: tuple[Task, ...], staff: tuple[Adult, ...]) -> list[dict[str, str]]:
    """One row per task and rater, rater by rater as they worked through the list."""
    rows = []
    for place, adult in enumerate(task_raters(staff)):
        lean = normal_of("task lean", adult.id, sd=RATER_SD)
        at = datetime.combine(RATED_ON + timedelta(days=place), time(15))
        for task in tasks:
            seen = DEMAND[task.id] + lean + normal_of("task", task.id, adult.id, sd=RATING_SD)
            level = min(max(round(seen), LEVELS[0]), LEVELS[-1])
            at += timedelta(minutes=stream("task time", task.id, adult.id).randint(3, 6))
            rows.append(
                {
                    "task": task.id,
                    "rater": adult.id,
                    "criterion": CRITERION,
                    "score": str(level),
                    "rubric": RUBRIC,
                    "scored_at": at.isoformat() + "Z",
                }
            )
    return rows
