"""The parameters of a report notebook, checked before anything is computed."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from calibrate.errors import ArgumentError
from calibrate.model.roster import Edition
from calibrate.reports.kinds import report_kind


class ReportParameters(BaseModel):
    """What a report notebook can be told: project folder, id, window and edition."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    project: Path
    id: str = Field(min_length=1)
    window: str = ""
    edition: Edition = Edition.INSIDE

    @field_validator("project")
    @classmethod
    def _project_is_a_folder(cls, value: Path) -> Path:
        if not (value / "calibrate.toml").is_file():
            raise ValueError("there is no calibrate.toml in this folder")
        return value


PARAMETER_NAMES = tuple(ReportParameters.model_fields)


def refuse_unknown(names: Mapping[str, Any]) -> None:
    """Refuse a parameter that no report notebook has, with the nearest name as a hint.

    Raises
    ------
    ArgumentError
        Naming the unknown parameter and the known ones.
    """
    for name in names:
        if name not in PARAMETER_NAMES:
            near = difflib.get_close_matches(name, PARAMETER_NAMES, n=1)
            hint = f"Did you mean {near[0]!r}? " if near else ""
            raise ArgumentError(
                f"A report has no parameter {name!r}.",
                fix=hint + "The parameters are " + ", ".join(PARAMETER_NAMES) + ".",
            )


def validated(kind: str, namespace: Mapping[str, Any]) -> ReportParameters:
    """Check the parameters that a notebook holds; call it with ``vars()`` in the second cell.

    Every plain value in the notebook's namespace (text, number, list, …) counts as a parameter, so
    a parameter that nobody asked for is refused whoever runs the notebook.

    Raises
    ------
    ArgumentError
        If a parameter is unknown, missing, of the wrong kind, or the edition does not exist.
    """
    given = {
        name: value
        for name, value in namespace.items()
        if not name.startswith("_")
        and name not in ("In", "Out")
        and (value is None or isinstance(value, str | int | float | bool | list | tuple | dict))
    }
    refuse_unknown(given)
    try:
        parameters = ReportParameters.model_validate(given)
    except ValidationError as problem:
        first = problem.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise ArgumentError(
            f"The parameter {name!r} cannot be used: {first['msg'].lower()}.",
            fix="Open the project's folder, or name a report with `calibrate report`.",
        ) from None
    if parameters.edition not in report_kind(kind).editions:
        raise ArgumentError(
            f"A {kind} report is for staff: it has no outside edition.",
            fix="Hand out the school or the district report instead.",
        )
    return parameters
