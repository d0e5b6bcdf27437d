"""How readers of one school lie apart, and how schools do: what the district's Wright map draws, without a name."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from calibrate.analysis.comparability import FEWEST_READERS
from calibrate.analysis.severity_model import SeverityModel
from calibrate.analysis.wording import count, label, listed, natural, points


@dataclass(frozen=True)
class SchoolReaders:
    """The readers of one school on the common scale.

    Parameters
    ----------
    measures
        Severity of each reader in logits, ascending, so that their order tells nobody apart.
    average
        The points that they give on average more than the average reader.
    """

    school: str
    measures: tuple[float, ...]
    average: float


@dataclass(frozen=True)
class SchoolSpread:
    """Schools whose readers may be shown, and how far they lie apart.

    Parameters
    ----------
    within
        How far two readers of one school typically lie apart on the same piece, in rubric points,
        with what chance adds taken out; nan where it is not known.
    between
        How far the averages of schools lie apart at most, in rubric points.
    left_out
        Schools of which too few readers have a measure.
    """

    subset: int
    schools: tuple[SchoolReaders, ...]
    left_out: tuple[str, ...]
    within: float
    between: float
    sentence: str


def school_spread(
    found: SeverityModel,
    school_of: Mapping[str, str],
    labels: Mapping[str, str] | None = None,
    *,
    fewest: int = FEWEST_READERS,
) -> SchoolSpread:
    """Sort the readers of the largest connected subset by school.

    Parameters
    ----------
    found
        A fitted model of independent readings.
    school_of
        From a reader's id to the id of the school; readers without one are left out.
    fewest
        A school with fewer readers on the scale is not shown.
    """
    table = found.fit.tables["rater"]
    numbers = [number for number, _ in found.fit.bounded]
    subset = max(numbers, key=lambda one: int((table.subset == one).sum()), default=1)
    rows: dict[str, list[tuple[float, float, float]]] = {}
    for i, one in enumerate(found.verdicts):
        known = one.subset == subset and math.isfinite(one.difference) and math.isfinite(one.se)
        if known and one.rater in school_of:
            measured = (float(table.measure[i]), one.difference, one.se)
            rows.setdefault(school_of[one.rater], []).append(measured)
    shown = {name: held for name, held in rows.items() if len(held) >= fewest}
    order = sorted(shown, key=lambda one: natural(label(labels, one)))
    schools = tuple(
        SchoolReaders(
            name,
            tuple(sorted(one[0] for one in shown[name])),
            float(np.mean([one[1] for one in shown[name]])),
        )
        for name in order
    )
    out = tuple(sorted(set(rows) - set(shown), key=lambda one: natural(label(labels, one))))
    within = typical_distance([[row[1:] for row in one] for one in shown.values()])
    averages = [one.average for one in schools]
    between = max(averages) - min(averages) if len(averages) > 1 else math.nan
    sentence = _sentence(schools, out, within, between, found.fit.connected, labels)
    return SchoolSpread(subset, schools, out, within, between, sentence)


def typical_distance(groups: Sequence[Sequence[tuple[float, float]]]) -> float:
    """How far two members of one group typically lie apart: the mean distance of two draws from a normal, 2σ/√π.

    Parameters
    ----------
    groups
        For each group its members' values with their standard errors; what chance adds is taken out of σ.

    Returns
    -------
    In the unit of the values; nan where no group has two members.
    """
    freedom = sum(len(one) - 1 for one in groups if one)
    if freedom < 1:
        return math.nan
    squares = sum(float(np.var([value for value, _ in one])) * len(one) for one in groups if one)
    chance = float(np.mean([se**2 for one in groups for _, se in one]))
    return 2 / math.sqrt(math.pi) * math.sqrt(max(squares / freedom - chance, 0.0))


def _sentence(
    schools: tuple[SchoolReaders, ...],
    out: tuple[str, ...],
    within: float,
    between: float,
    connected: bool,
    labels: Mapping[str, str] | None,
) -> str:
    if not schools:
        return f"No school has {FEWEST_READERS} readers whose work others read too, so no readers are shown."
    readers = count(sum(len(one.measures) for one in schools), "reader")
    text = (
        f"Each dot is one of {readers}, each bar the middle of a school. On the same piece two readers of "
        f"one school typically lie {points(within)} apart"
    )
    text += (
        f"; the averages of two schools at most {points(between)}."
        if not math.isnan(between)
        else "."
    )
    if out:
        text += f" {listed([label(labels, one) for one in out])}: too few readers to show."
    if not connected:
        text += " Readers whom no chain of shared pieces joins to these stand on another scale and are not shown."
    return text
