"""What must be said of anchors: those that meet no score, hold only in part, contradict each other, or no longer fit."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from calibrate.analysis.wording import count, label, signed, some_listed
from calibrate.errors import DataError
from calibrate.stats.facets import FacetsFit
from calibrate.stats.facets.judgements import CRITERION, Judgements
from calibrate.stats.facets.layout import step_name

FAR = 0.5
"""An anchor that the scores would move by more than this, logits, is worth a look (Linacre, *FACETS* guide, "Displacement")."""


def notes_on_anchors(
    data: Judgements, anchors: Mapping[str, Mapping[str, float]] | None
) -> tuple[str, ...]:
    """One sentence for each facet some of whose anchors hold nothing.

    Parameters
    ----------
    data
        The judgements to be fitted.
    anchors
        Measures to hold (logits), by facet and id; facets that ``data`` has, ``piece`` and ``step``.

    Raises
    ------
    DataError
        If there are anchors and not one of them meets the scores, or steps contradict each other.
    """
    given = {facet: values for facet, values in (anchors or {}).items() if values}
    if not given:
        return ()
    known = {facet.name: set(facet.ids) for facet in data.facets}
    known["piece"] = set(data.pieces)
    known["step"] = {name for names in _steps(data).values() for name in names}
    stray = {facet: len(set(values) - known.get(facet, set())) for facet, values in given.items()}
    if sum(stray.values()) == sum(map(len, given.values())):
        raise DataError(
            "None of the anchors has an id that is among these scores, so there is nothing to hold.",
            column="id",
            fix="Write the ids in the table of anchors just as they are in the scores.",
        )
    notes = [
        f"{count(n, 'anchor')} of the facet {facet} {'has an id that is' if n == 1 else 'have ids that are'} "
        "not among these scores, and held nothing."
        for facet, n in stray.items()
        if n
    ]
    return (*notes, *_on_steps(data, given.get("step", {})))


def _steps(data: Judgements) -> dict[int, list[str]]:
    """What the steps of each criterion are called, lowest first, by the criterion's number."""
    return {
        c: [step_name(name, value) for value in values[1:].tolist()]
        for c, (name, values) in enumerate(
            zip(data.facets[CRITERION].ids, data.values, strict=True)
        )
    }


def _on_steps(data: Judgements, held: Mapping[str, float]) -> list[str]:
    """Steps are held where all of a criterion's are given; criteria that share their steps must not be given different ones."""
    partly: list[str] = []
    whole: dict[int, tuple[int, list[float]]] = {}
    for c, names in _steps(data).items():
        there = [name for name in names if name in held]
        if len(there) < len(names):
            partly += [data.facets[CRITERION].ids[c]] if there else []
            continue
        g, values = int(data.step_of[c]), [held[name] for name in names]
        first = whole.setdefault(g, (c, values))
        if not np.allclose(first[1], values):
            one, other = (data.facets[CRITERION].ids[i] for i in (first[0], c))
            raise DataError(
                f"The anchors give {one} and {other} different steps, but in the rating scale model they share them.",
                column="id",
                fix="Add --model partial_credit, or hold the steps of one of them alone.",
            )
    if not partly:
        return []
    return [
        f"Only some steps of {some_listed(partly)} were given as anchors, so none of them is held; give all steps of a criterion."
    ]


def notes_on_displaced(fit: FacetsFit, labels: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """One sentence for each facet with anchors that these scores would move far, and by more than three of their errors."""
    notes = []
    for name, table in fit.tables.items():
        held = [i for i, one in enumerate(table.displacement.tolist()) if math.isfinite(one)]
        far = [
            i
            for i in held
            if abs(table.displacement[i]) > max(FAR, 3 * float(table.displacement_se[i]))
        ]
        if not far:
            continue
        far.sort(key=lambda i: -abs(float(table.displacement[i])))
        told = [
            f"{label(labels, table.ids[i])} {signed(float(table.displacement[i]))}" for i in far
        ]
        fits, them = ("fits", "it") if len(far) == 1 else ("fit", "them")
        notes.append(
            f"Of {count(len(held), 'anchor')} of the facet {name}, {len(far)} no longer {fits}: let go, these scores would move "
            f"{them} (in logits: {some_listed(told, 4)}). Look whether that still holds before you rely on the scale."
        )
    return tuple(notes)
