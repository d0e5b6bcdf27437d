"""The district's Wright map names no reader and draws each school's in its own strip."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from calibrate.analysis.school_spread import school_spread
from calibrate.analysis.severity_model import severity_model
from calibrate.figures import wright_map_schools_figure
from tests.stats.facets.simulated import LEVELS, panel

SCALES = {f"C{one}": LEVELS for one in range(3)}
LABELS = {f"s{i}": f"Washington Heights {i}" for i in range(20)}


@pytest.fixture(scope="module")
def found():
    drawn = panel(3, pieces=300, raters=100)
    table = pd.DataFrame(
        {
            "piece": [f"P{one}" for one in drawn.piece],
            "rater": [f"R{one:03d}" for one in drawn.rater],
            "criterion": [f"C{one}" for one in drawn.criterion],
            "score": drawn.score,
        }
    )
    return severity_model(table, SCALES)


def pictured(found, schools: int):
    school_of = {one.rater: f"s{i % schools}" for i, one in enumerate(found.verdicts)}
    spread = school_spread(found, school_of, LABELS)
    return spread, wright_map_schools_figure(found, spread, LABELS)


@pytest.mark.parametrize("schools", [2, 4, 20])
def test_every_reader_is_one_unnamed_dot(found, schools: int) -> None:
    spread, picture = pictured(found, schools)
    axes = picture.figure.axes[0]
    dots = [one for one in axes.lines if one.get_marker() == "o" and one.get_color() == "#1f5c99"]
    assert sum(len(one.get_xdata()) for one in dots) == sum(len(s.measures) for s in spread.schools)
    words = [one.get_text() for one in axes.texts] + [
        one.get_text() for one in axes.get_xticklabels()
    ]
    assert not [one for one in found.verdicts if any(one.rater in text for text in words)]
    assert not [one for one in found.verdicts if one.rater in picture.alt + picture.sentence]


def test_the_bar_of_a_school_stands_at_its_middle(found) -> None:
    spread, picture = pictured(found, 4)
    bars = [
        float(one.get_ydata()[0])
        for one in picture.figure.axes[0].lines
        if one.get_linewidth() == 1.6 and len(one.get_xdata()) == 2
    ]
    assert bars == pytest.approx([float(np.mean(one.measures)) for one in spread.schools])


@pytest.mark.parametrize("schools", [2, 4, 20])
def test_the_schools_names_do_not_run_into_each_other(found, schools: int) -> None:
    _, picture = pictured(found, schools)
    picture.figure.canvas.draw()
    boxes = [one.get_window_extent() for one in picture.figure.axes[0].get_xticklabels()]
    assert all(a.x1 <= b.x0 + 1 for a, b in pairwise(boxes))


def test_too_few_readers_give_words_instead_of_a_picture(found) -> None:
    spread = school_spread(found, {found.verdicts[0].rater: "s0"}, LABELS)
    picture = wright_map_schools_figure(found, spread, LABELS)
    assert "no readers are shown" in picture.sentence and picture.alt.startswith("No scale")
