"""Anchors of ids that a table does not hold: they would hold nothing, so it is said."""

from __future__ import annotations

from collections.abc import Mapping

from calibrate.analysis.wording import count
from calibrate.errors import DataError
from calibrate.stats.facets.judgements import CRITERION, Judgements
from calibrate.stats.facets.layout import step_name


def notes_on_anchors(
    data: Judgements, anchors: Mapping[str, Mapping[str, float]] | None
) -> tuple[str, ...]:
    """One sentence for each facet some of whose anchors have an id that no score has.

    Parameters
    ----------
    data
        The judgements that were fitted.
    anchors
        Measures to hold (logits), by facet and id; facets that ``data`` has, ``piece`` and ``step``.

    Raises
    ------
    DataError
        If there are anchors and not one of them meets the scores.
    """
    given = {facet: values for facet, values in (anchors or {}).items() if values}
    if not given:
        return ()
    known = {facet.name: set(facet.ids) for facet in data.facets}
    known["piece"] = set(data.pieces)
    known["step"] = {
        step_name(name, value)
        for name, values in zip(data.facets[CRITERION].ids, data.values, strict=True)
        for value in values[1:].tolist()
    }
    stray = {facet: len(set(values) - known.get(facet, set())) for facet, values in given.items()}
    if sum(stray.values()) == sum(map(len, given.values())):
        raise DataError(
            "None of the anchors has an id that is among these scores, so there is nothing to hold.",
            column="id",
            fix="Write the ids in the table of anchors just as they are in the scores.",
        )
    return tuple(
        f"{count(n, 'anchor')} of the facet {facet} {'has an id that is' if n == 1 else 'have ids that are'} "
        "not among these scores, and held nothing."
        for facet, n in stray.items()
        if n
    )
