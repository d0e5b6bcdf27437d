"""How reports speak of what students are counted by: all criteria together, or one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from calibrate.analysis.record_summary import OVERALL


def measure_name(measure: str, labels: Mapping[str, str]) -> str:
    """The criterion's name; nothing where all criteria are taken together."""
    return "" if measure == OVERALL else labels.get(measure, measure)


def what_is_counted(measures: Sequence[str]) -> str:
    """The line above the levels."""
    if OVERALL in measures:
        return "Scores of record, all criteria together."
    return "Scores of record, each criterion by itself, because their levels differ."
