"""The district report's section on what a second reader would bring: where differences come from, and the gain in hours."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from calibrate.analysis.dependability import DependabilityResult
from calibrate.analysis.dependability_words import source_name
from calibrate.analysis.wording import percent, upper_first
from calibrate.reports import blocks
from calibrate.reports.blocks import Block
from calibrate.reports.drawing import Drawings
from calibrate.reports.tables import table


def second_reader_section(
    found: DependabilityResult, labels: Mapping[str, str], draw: Drawings
) -> Block:
    """The gain of further readers as a picture with its sentence, then where differences come from."""
    made = [
        blocks.section(
            "What would a second reader bring?",
            "How far the scores would stay if other readers had read the same work, by the number of readers.",
        )
    ]
    if found.study.undefined:
        return blocks.join([*made, blocks.sentence(found.sentence)])
    picture = draw.dependability_figure(found)
    made.append(blocks.figure(picture.png(), picture.alt, picture.sentence))
    made.append(
        blocks.folded("Where differences between scores come from", _components(found, labels))
    )
    return blocks.join(made)


def _components(found: DependabilityResult, labels: Mapping[str, str]) -> Block:
    frame = pd.DataFrame(
        {
            "Source": [upper_first(source_name(one.source, labels)) for one in found.components],
            "Variance": [f"{one.variance:.3f}" for one in found.components],
            "95% range": [
                "–" if math.isnan(one.ci_low) else f"{one.ci_low:.3f} to {one.ci_high:.3f}"
                for one in found.components
            ],
            "Share": [percent(one.share) for one in found.components],
        }
    )
    notes = [
        "The last row holds chance too. Criteria are fixed: they are the rubric.",
        *found.study.notes,
    ]
    return table(
        frame, caption="Where differences between scores come from", row_name="Source", notes=notes
    )
