"""The district report's section on the schools themselves: their other readers too, and whom it would move across the cut."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from calibrate.analysis.comparability import Comparison
from calibrate.analysis.comparability_model import ThroughModel
from calibrate.analysis.cut_crossing import CutCrossing, cut_crossings
from calibrate.analysis.readings import ScaleLike
from calibrate.analysis.settling import what_would_settle_schools
from calibrate.analysis.severity import TOTAL
from calibrate.analysis.wording import percent, signed
from calibrate.reports import blocks
from calibrate.reports.blocks import Block
from calibrate.reports.small_cells import NOT_SHOWN, ONE_READER
from calibrate.reports.tables import table

_VERDICTS = {"same": "the same", "different": "different", "cannot tell": "cannot tell"}


def schools_section(
    comparison: Comparison,
    given: pd.DataFrame,
    scales: ScaleLike,
    labels: Mapping[str, str],
    through: ThroughModel | None = None,
) -> Block:
    """What can be expected of other readers of the same schools, and what it would mean at the cut.

    Parameters
    ----------
    given
        What each school's readers gave (`calibrate.analysis.cut_crossing.scores_of_record`).
    through
        The differences through all links: they help to say what would settle the rest.
    """
    schools = comparison.this_school
    if not schools.between_pairs():
        return Block("")
    lead = schools.against_rest()
    frame = pd.DataFrame(
        {
            "School": [labels.get(one.a, one.a) for one in lead],
            "Difference": [_points(one.difference) for one in lead],
            "95% interval": [
                "–"
                if math.isnan(one.se)
                else _whole(f"{signed(one.ci95[0])} to {signed(one.ci95[1])}")
                for one in lead
            ],
            "Its readers": [one.n_raters_a for one in lead],
            "Shared pieces": [one.n_shared_pieces for one in lead],
            "Verdict": [NOT_SHOWN if one.withheld else _VERDICTS[one.verdict] for one in lead],
        }
    )
    silent = what_would_settle_schools(schools, TOTAL, labels, through=through)
    return blocks.join(
        [
            blocks.section(
                "And if other teachers of these schools had scored?",
                "The readers so far are some of those whom a school has. This asks what can be expected of "
                "the others too, so its intervals are wider.",
            ),
            blocks.sentence(schools.sentence),
            blocks.folded(
                "Each school against all others, as schools",
                table(
                    frame,
                    caption="Each school against all others, as schools",
                    row_name="School",
                    notes=[ONE_READER] if any(one.withheld for one in lead) else [],
                ),
            ),
            blocks.folded(
                "What would settle it for the schools",
                blocks.bullets(one.sentence for one in silent),
            ),
            _cut(comparison, given, scales, labels),
        ]
    )


def _cut(
    comparison: Comparison, given: pd.DataFrame, scales: ScaleLike, labels: Mapping[str, str]
) -> Block:
    """Pieces that would change sides of the cut if the other schools had scored them."""
    told = [one for one in comparison.groups if not one.withheld]
    found = cut_crossings(told, given, scales, labels)
    total = [one for one in found if one.criterion == TOTAL]
    shown = total or list(found)
    if not shown:
        return Block("")
    frame = pd.DataFrame(
        {
            "Scored by": [_named(one, labels) for one in shown],
            "Pieces": [one.n_pieces for one in shown],
            "More (+) or fewer (−) would reach the cut": [_share(one.change) for one in shown],
            "95% interval": [
                "–" if math.isnan(one.low) else _whole(f"{_share(one.low)} to {_share(one.high)}")
                for one in shown
            ],
            "Verdict": [_VERDICTS[one.verdict] for one in shown],
        }
    )
    return blocks.join(
        [
            blocks.subsection("Who would cross the line to proficient?"),
            blocks.bullets(one.sentence for one in shown),
            blocks.folded(
                "The same as numbers",
                table(
                    frame,
                    caption="If the other schools had scored the pieces that one school alone scored",
                    row_name="Scored by",
                ),
            ),
        ]
    )


def _named(one: CutCrossing, labels: Mapping[str, str]) -> str:
    school = labels.get(one.pieces_of, one.pieces_of)
    return (
        school
        if one.criterion == TOTAL
        else f"{school}: {labels.get(one.criterion, one.criterion)}"
    )


def _points(value: float) -> str:
    return "–" if math.isnan(value) else signed(value)


def _share(value: float) -> str:
    if math.isnan(value):
        return "–"
    told = percent(abs(value))
    return told if told == "0%" else f"{'+' if value > 0 else '−'}{told}"


def _whole(text: str) -> str:
    """Words that stay on one line."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")
