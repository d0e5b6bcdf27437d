"""The district report's section on schools beside each other through all links, those that share nothing too."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from calibrate.analysis.comparability import Comparison
from calibrate.analysis.comparability_model import ThroughModel
from calibrate.analysis.few_readers import withheld_pairs
from calibrate.analysis.wording import listed, signed
from calibrate.reports import blocks
from calibrate.reports.blocks import Block
from calibrate.reports.comparison_section import VERDICTS, points_or_dash, unbroken
from calibrate.reports.tables import table


def through_section(
    found: ThroughModel | None, comparison: Comparison, labels: Mapping[str, str]
) -> Block:
    """Every pair through the many-facet model, for these readers and for the schools; nothing without links.

    A pair that is withheld on its shared pieces has no number here either.
    """
    if found is None or not found.these.between_pairs():
        return Block("")
    hidden = withheld_pairs(comparison)
    schools = {(one.a, one.b): VERDICTS[one.verdict] for one in found.schools.between_pairs()}
    every, text = found.these.between_pairs(), found.sentence
    for one in every:
        if (one.a, one.b) in hidden:
            text = text.replace(one.sentence, "").strip()
    pairs = [one for one in every if (one.a, one.b) not in hidden]
    silent = [one for one in every if (one.a, one.b) in hidden]
    names = [f"{labels.get(one.a, one.a)} and {labels.get(one.b, one.b)}" for one in silent]
    frame = pd.DataFrame(
        {
            "Schools": [
                f"{labels.get(one.a, one.a)} and {labels.get(one.b, one.b)}" for one in pairs
            ],
            "Difference": [points_or_dash(one.difference) for one in pairs],
            "95% interval": [
                "–"
                if math.isnan(one.ci95[0])
                else unbroken(f"{signed(one.ci95[0])} to {signed(one.ci95[1])}")
                for one in pairs
            ],
            "Shared pieces": [one.n_shared_pieces for one in pairs],
            "These readers": [VERDICTS[one.verdict] for one in pairs],
            "The schools": [schools.get((one.a, one.b), "–") for one in pairs],
        }
    )
    return blocks.join(
        [
            blocks.section(
                "By way of other schools",
                "Two schools that share few pieces, or none, can still meet through a third that shares "
                "pieces with both. This rests on the many-facet Rasch model, and so on more than the "
                "shared pieces alone: where the two answers part, trust the shared pieces.",
            ),
            blocks.sentence(text),
            blocks.folded(
                "Every pair through all links",
                table(frame, caption="Every pair through all links", row_name="Schools"),
            ),
            blocks.note(
                (
                    f"Not shown: {listed(names)}: one reader alone stands behind the pieces that they share. "
                    if names
                    else ""
                )
                + f"Intervals hold together for all {found.these.family_size} comparisons (95%). Each "
                "reader of a school counts once."
            ),
        ]
    )
