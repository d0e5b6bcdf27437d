"""A project's settings: what ``calibrate.toml`` may say, checked, with a hint for a misspelt word."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from calibrate.errors import ProjectError
from calibrate.model.resolution import RULES

FILE_NAME = "calibrate.toml"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class ProjectSection(_Section):
    """``[project]``: which project this is."""

    id: str = Field(min_length=3, max_length=64)
    name: str = Field(min_length=1, max_length=200)
    recovery_public_key: str | None = None


class ScoresSection(_Section):
    """``[scores]``: how several readings become one score of record."""

    resolution_rule: str = "median"

    @field_validator("resolution_rule")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in RULES:
            near = get_close_matches(value, RULES, 1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise ValueError(f"there is no such rule.{hint} The rules are {', '.join(RULES)}")
        return value


class PrivacySection(_Section):
    """``[privacy]``: the smallest group of students that a report for outside may show."""

    min_n: int = Field(default=10, ge=5, le=30)


class AnchorsSection(_Section):
    """``[anchors]``: when a rater's scores of pieces with a settled score are good enough."""

    qualify_exact: dict[int, float] = Field(default={2: 0.9, 3: 0.8, 4: 0.7}, min_length=1)
    qualify_adjacent: float = Field(default=0.0, ge=0, le=1)
    qualify_bias: float | None = Field(default=None, ge=0)
    qualify_fewest: int = Field(default=10, ge=1)

    @field_validator("qualify_exact")
    @classmethod
    def _shares(cls, value: dict[int, float]) -> dict[int, float]:
        if not all(levels >= 2 and 0 <= share <= 1 for levels, share in value.items()):
            raise ValueError("write numbers of levels (2 or more) and shares between 0 and 1")
        return dict(sorted(value.items()))


class ComparisonSection(_Section):
    """``[comparison]``: the difference between schools that is too small to matter, in rubric points."""

    margin: float | dict[str, float] | None = None

    @field_validator("margin", mode="before")
    @classmethod
    def _positive(cls, value: object) -> object:
        given = list(value.values()) if isinstance(value, Mapping) else [value]
        if value is not None and not (given and all(map(_above_zero, given))):
            raise ValueError("write one number above 0, or one for each criterion")
        return value


def _above_zero(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) and value > 0


class StoreSection(_Section):
    """``[store]``: where the data lie; without a URL, in a file of the project folder."""

    url: str | None = None


class _File(_Section):
    project: ProjectSection
    scores: ScoresSection = ScoresSection()
    privacy: PrivacySection = PrivacySection()
    anchors: AnchorsSection = AnchorsSection()
    comparison: ComparisonSection = ComparisonSection()
    store: StoreSection = StoreSection()


@dataclass(frozen=True, slots=True)
class Settings:
    """A project's settings.

    Parameters
    ----------
    id
        The project's random id.
    name
        What people call it.
    recovery_public_key
        The public half of the recovery key, as text; None where none was made.
    resolution_rule
        The id of a rule of `calibrate.model.resolution`.
    min_n
        Smallest number of students in a group that the outside edition shows, 5 to 30.
    url
        The database's URL, or None for the file in the project folder.
    qualify_exact
        The share of exact agreement with anchors that qualifies a rater, by the number of levels.
    qualify_adjacent, qualify_bias, qualify_fewest
        The share within one level, the largest mean difference in points (None: no such rule), and
        the fewest anchor scores that decide.
    margin
        The difference between schools that is too small to matter, in rubric points: one number, numbers by
        criterion, or None for an eighth of each criterion's range.
    """

    id: str
    name: str
    recovery_public_key: str | None = None
    resolution_rule: str = "median"
    min_n: int = 10
    url: str | None = None
    qualify_exact: Mapping[int, float] = field(default_factory=lambda: {2: 0.9, 3: 0.8, 4: 0.7})
    qualify_adjacent: float = 0.0
    qualify_bias: float | None = None
    qualify_fewest: int = 10
    margin: Mapping[str, float] | float | None = None


_WHERE = {
    "id": "project",
    "name": "project",
    "recovery_public_key": "project",
    "resolution_rule": "scores",
    "min_n": "privacy",
    "qualify_exact": "anchors",
    "qualify_adjacent": "anchors",
    "qualify_bias": "anchors",
    "qualify_fewest": "anchors",
    "margin": "comparison",
    "url": "store",
}
_COMMENTS = {
    "recovery_public_key": "the public half; the private half was handed out once, when the project was made",
    "resolution_rule": "how several readings become one score: " + ", ".join(RULES),
    "min_n": "smallest group of students that a report for outside shows (5 to 30)",
    "qualify_exact": "exact agreement with settled scores that is asked for, by the number of levels",
    "qualify_adjacent": "the share within one level that is asked for besides",
    "qualify_bias": "how far above or below the settled scores on average, in points; nothing: any",
    "qualify_fewest": "with fewer settled scores nothing is decided",
    "margin": "a difference between schools too small to matter, in points, or by criterion like "
    "{ ORG = 0.25, CONV = 0.2 }; nothing: an eighth of each range",
    "url": "a PostgreSQL server, if the data are not to lie in this folder",
}


def read_settings(path: Path) -> Settings:
    """Read ``calibrate.toml``.

    Raises
    ------
    ProjectError
        If it cannot be read, is not TOML, or has a setting that is unknown or out of range: the
        first such setting is named, with a spelling hint.
    """
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ProjectError("The project's settings cannot be read.", file=path.name) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        where = str(error).rpartition("(at ")[2].rstrip(")") if "(at " in str(error) else "the file"
        raise ProjectError(
            f"The project's settings are not written as TOML ({where}).",
            file=path.name,
            fix="Write each setting as: name = value, with quotes around text.",
        ) from error
    return check_settings(tree)


def check_settings(tree: dict[str, Any]) -> Settings:
    """Check settings as `tomllib` gives them; see `read_settings`."""
    try:
        file = _File.model_validate(tree)
    except ValidationError as error:
        raise _explained(error) from error
    return Settings(**{name: getattr(getattr(file, at), name) for name, at in _WHERE.items()})


def settings_text(settings: Settings) -> str:
    """The settings as the text of ``calibrate.toml``."""
    lines = ["# The settings of a Calibrate project. `calibrate doctor` checks them.", ""]
    for section in dict.fromkeys(_WHERE.values()):
        lines.append(f"[{section}]")
        for name in (one for one, at in _WHERE.items() if at == section):
            value = getattr(settings, name)
            if name in _COMMENTS:
                lines.append(f"# {_COMMENTS[name]}")
            lines.append(f"# {name} =" if value is None else f"{name} = {_written(value)}")
        lines.append("")
    return "\n".join(lines)


def _written(value: object) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        return (
            "{ "
            + ", ".join(f"{json.dumps(str(name))} = {one}" for name, one in value.items())
            + " }"
        )
    return str(value)


def _explained(error: ValidationError) -> ProjectError:
    first = error.errors()[0]
    place = [str(part) for part in first["loc"]]
    column = ".".join(place)
    if first["type"] == "extra_forbidden":
        choices = _names_at(place[:-1])
        near = get_close_matches(place[-1], choices, 1, 0.5)
        return ProjectError(
            f"There is no setting {column}.",
            file=FILE_NAME,
            column=column,
            fix=f"Did you mean {near[0]}?" if near else f"Known here: {', '.join(choices)}.",
        )
    if first["type"] == "missing":
        return ProjectError(f"The setting {column} is missing.", file=FILE_NAME, column=column)
    said = str(first["msg"]).removeprefix("Value error, ")
    return ProjectError(
        f"The setting {column} cannot be used: {said[:1].lower()}{said[1:].rstrip('.')}.",
        file=FILE_NAME,
        column=column,
    )


def _names_at(place: list[str]) -> list[str]:
    if not place:
        return list(_File.model_fields)
    return [name for name, section in _WHERE.items() if section == place[0]]
