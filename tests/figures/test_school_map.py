"""The map of schools: colour only where there is a verdict, words in the squares, and nothing over the edge."""

from __future__ import annotations

from itertools import pairwise

import matplotlib as mpl
import pytest
from matplotlib.patches import Rectangle

from calibrate.analysis.comparability import REST
from calibrate.analysis.school_map import MapCell, SchoolMap
from calibrate.figures import school_map_figure
from calibrate.figures.look import HATCH
from calibrate.figures.school_map import colour_of

STATES = ("same", "different", "cannot tell", "no shared pieces")


def a_map(n: int) -> SchoolMap:
    names = tuple(f"s{i:02d}" for i in range(n))
    cells = []
    for i, a in enumerate(names):
        for j, b in enumerate((*names, REST)):
            if a == b:
                continue
            state = STATES[(i + j if b != REST else i) % 4]
            sign = 1 if i < j else -1
            value = {"same": 0.1, "different": 0.6}.get(state)
            cells.append(MapCell(a, b, None if value is None else sign * value, state))
    return SchoolMap(names, tuple(cells), 0.375, 40, "these raters", "A sentence.")


LABELS = {f"s{i:02d}": f"Washington Heights {i}" for i in range(20)}


def squares(picture) -> list[Rectangle]:
    axes = picture.figure.axes[0]
    return [one for one in axes.patches if str(one.get_gid()).startswith("square-")]


@pytest.mark.parametrize("n", [2, 4, 6, 8, 20])
def test_every_square_is_there_and_only_verdicts_are_coloured(n: int) -> None:
    picture = school_map_figure(a_map(n), LABELS)
    drawn = squares(picture)
    assert len(drawn) == n * (n - 1) + (n if n > 2 else 0)
    for one in drawn:
        told = one.get_gid() in ("square-same", "square-different")
        assert (one.get_hatch() == HATCH) is not told
        if not told:
            assert mpl.colors.to_hex(one.get_facecolor()) == "#ffffff"


@pytest.mark.parametrize("n", [2, 4, 6, 8, 20])
def test_no_words_leave_their_square_or_the_picture(n: int) -> None:
    picture = school_map_figure(a_map(n), LABELS)
    canvas = picture.figure.canvas
    canvas.draw()
    axes = picture.figure.axes[0]
    side = axes.transData.transform((1, 0))[0] - axes.transData.transform((0, 0))[0]
    for one in axes.texts:
        if one.get_text():
            assert one.get_window_extent().width <= side * 1.02, one.get_text()
    whole = picture.figure.bbox
    ticks = [*axes.get_xticklabels(), *axes.get_yticklabels()]
    boxes = [one.get_window_extent() for one in ticks]
    assert min(box.x0 for box in boxes) >= whole.x0 - 1
    assert max(box.x1 for box in boxes) <= whole.x1 + 1
    across = sorted((one.get_window_extent() for one in axes.get_xticklabels()), key=lambda b: b.x0)
    assert all(a.x1 <= b.x0 for a, b in pairwise(across))


def test_few_schools_have_value_and_verdict_in_words() -> None:
    words = {one.get_text() for one in school_map_figure(a_map(4), LABELS).figure.axes[0].texts}
    assert {"+0.60\ndifferent", "cannot\ntell", "no shared\npieces"} <= words
    assert any(one.endswith("\nthe same") for one in words)


def test_many_schools_have_their_number_and_differences_their_value() -> None:
    axes = school_map_figure(a_map(20), LABELS).figure.axes[0]
    assert [one.get_text() for one in axes.get_xticklabels()][:3] == ["all\nothers", "1", "2"]
    assert axes.get_yticklabels()[0].get_text().startswith("1 Washington")
    assert {"+0.6", "−0.6", "=", "?"} <= {one.get_text() for one in axes.texts}


def test_more_and_fewer_points_differ_in_hue_and_no_difference_is_pale() -> None:
    found = a_map(4)
    red, _, blue = mpl.colors.to_rgb(colour_of(found, found.reach))
    assert red > blue + 0.3
    red, _, blue = mpl.colors.to_rgb(colour_of(found, -found.reach))
    assert blue > red + 0.3
    assert min(mpl.colors.to_rgb(colour_of(found, 0.0))) > 0.9


def test_the_words_for_those_who_cannot_see_it_name_every_pair_once() -> None:
    alt = school_map_figure(a_map(4), LABELS).alt
    assert alt.count(" beside all others:") == 4
    assert alt.count(" beside ") == 4 + 6
