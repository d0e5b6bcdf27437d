"""What people wrote for the district: pieces in full, the tasks, the year's plan of sessions."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
NO_CODES = frozenset({"", "none"})


@dataclass(frozen=True, slots=True)
class Written:
    """A piece that exists in full, with what its writers say about it.

    ``truth`` is the quality per criterion in rubric points; ``code`` the condition code that fits, or empty.
    """

    code: str
    grade: str
    school: str
    window: str
    task: str
    genre: str
    truth: dict[str, float]
    condition: str = ""
    language: str = "en"
    accommodations: str = ""
    not_scored: tuple[str, ...] = ()
    support: str = ""
    next_step: str = ""
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """A prompt, the grades that it is meant for, and the genre that it asks for."""

    id: str
    genre: str
    grades: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Texts:
    """Everything written: pieces by code, tasks, the planned sessions, and what the rubric calls its parts.

    ``codes`` gives for each condition code the criteria that are scored in spite of it.
    """

    pieces: dict[str, Written]
    tasks: tuple[Task, ...]
    sessions: tuple[dict[str, Any], ...]
    codes: dict[str, tuple[str, ...]]
    criteria: dict[str, str]


def plain_grade(text: str) -> str:
    """``KG`` as K and ``03`` as 3: how this district's roster writes a grade."""
    grade = str(text).strip().upper()
    return "K" if grade in ("K", "KG", "0", "00") else str(int(grade))


def _front_matter(path: Path) -> dict[str, Any]:
    head = path.read_text(encoding="utf-8").split("---\n", 2)[1]
    matter: dict[str, Any] = yaml.safe_load(head)
    return matter


def _words(value: object) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(str(one) for one in value)
    text = str(value or "").strip()
    return () if text.lower() in NO_CODES else tuple(part.strip() for part in text.split(";"))


def _written(path: Path, files: dict[str, tuple[str, ...]]) -> Written:
    matter = _front_matter(path)
    code = str(matter["piece"])
    return Written(
        code=code,
        grade=plain_grade(matter["grade"]),
        school=matter["school"],
        window=matter["window"],
        task=matter["task"],
        genre=matter["genre"],
        truth={str(key): float(value) for key, value in (matter.get("truth") or {}).items()},
        condition=str(matter.get("code") or ""),
        language=matter.get("language", "en"),
        accommodations="; ".join(_words(matter.get("accommodations"))),
        not_scored=_words(matter.get("not_scored")),
        support=matter.get("support", ""),
        next_step=matter.get("next_step", ""),
        files=files.get(code, ()),
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def _grades(text: str) -> tuple[str, ...]:
    return tuple(plain_grade(part) for part in text.replace(",", ";").split(";") if part.strip())


def read(folder: Path = HERE) -> Texts:
    """Read all of it from ``sample_data/``, and the rubric from ``templates/rubrics/`` beside it."""
    files: dict[str, tuple[str, ...]] = {}
    for row in _rows(folder / "writing" / "files.csv"):
        files[row["piece"]] = (*files.get(row["piece"], ()), *_words(row["files"]))
    pieces = [_written(path, files) for path in sorted((folder / "writing").glob("P*.md"))]
    tasks = [
        Task(row["task"], row["genre"], _grades(row["grades"]))
        for row in _rows(folder / "work" / "tasks.csv")
    ]
    plan = yaml.safe_load((folder / "writing" / "plan.yaml").read_text(encoding="utf-8"))
    rubric = folder.parent / "templates" / "rubrics" / "k8-writing.yaml"
    scale = yaml.safe_load(rubric.read_text(encoding="utf-8"))
    return Texts(
        {piece.code: piece for piece in pieces},
        tuple(tasks),
        tuple(plan["sessions"]),
        {code["id"]: tuple(code.get("scored") or ()) for code in scale["codes"]},
        {one["id"]: one["name"] for one in scale["criteria"]},
    )
