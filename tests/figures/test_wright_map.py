"""The Wright map is readable with five raters and with two hundred."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from calibrate.analysis.severity_model import severity_model
from calibrate.figures import wright_map_figure
from calibrate.figures.wright_map import level_bounds, scale_limits
from tests.stats.facets.simulated import LEVELS, draw, panel

SCALES = {f"C{one}": LEVELS for one in range(3)}


def modelled(drawn, **options):
    table = pd.DataFrame(
        {
            "piece": [f"P{one}" for one in drawn.piece],
            "rater": [f"R{one:03d}" for one in drawn.rater],
            "criterion": [f"C{one}" for one in drawn.criterion],
            "score": drawn.score,
        }
    )
    return severity_model(table, SCALES, **options)


@pytest.fixture(scope="module")
def few():
    return modelled(panel(1, pieces=60, raters=5))


def words_of(picture) -> list:
    """The texts of the drawing that stand inside it, with their boxes in pixels."""
    picture.figure.canvas.draw()
    axes = picture.figure.axes[0]
    return [
        (one.get_text(), one.get_window_extent())
        for one in axes.texts
        if one.get_text() and one.get_text() != "expected level"
    ]


def overlaps(words) -> list[tuple[str, str]]:
    found = []
    for i, (a, box) in enumerate(words):
        for b, other in words[i + 1 :]:
            wide = min(box.x1, other.x1) - max(box.x0, other.x0)
            tall = min(box.y1, other.y1) - max(box.y0, other.y0)
            if wide > 1 and tall > 2:
                found.append((a, b))
    return found


def test_few_raters_are_named_and_no_words_run_into_each_other(few):
    picture = wright_map_figure(few, {"R000": "Rivera", "R001": "Okafor"})
    words = words_of(picture)
    assert {"Rivera", "Okafor", "R002", "C0", "C1", "C2"} <= {text for text, _ in words}
    assert overlaps(words) == []
    assert "Rivera" in picture.alt and "harshest" in picture.alt
    assert "for the same piece" in picture.sentence
    assert picture.png()[:4] == b"\x89PNG"


def test_twelve_raters_close_together_keep_their_names_apart():
    rng = np.random.default_rng(3)
    readers = [list(rng.permutation(12)[:4]) for _ in range(100)]
    drawn = draw(3, rng.normal(0, 1.2, 100), readers, np.full(12, 0.0), np.zeros(3))
    words = words_of(wright_map_figure(modelled(drawn)))
    assert sum(text.startswith("R0") for text, _ in words) == 12
    assert overlaps(words) == []


def test_two_hundred_raters_are_dots_of_which_only_the_ends_are_named():
    rng = np.random.default_rng(4)
    readers = [list(rng.permutation(200)[:3]) for _ in range(500)]
    drawn = draw(4, rng.normal(0, 1.2, 500), readers, rng.normal(0, 0.5, 200), np.zeros(3))
    picture = wright_map_figure(modelled(drawn, estimator="jml"))
    words = words_of(picture)
    assert len([text for text, _ in words if text.startswith("R")]) == 2
    assert overlaps(words) == []
    dots = [line for line in picture.figure.axes[0].lines if line.get_color() == "#1f5c99"]
    right = max(float(np.max(line.get_xdata())) for line in dots)
    assert sum(len(line.get_xdata()) for line in dots) == 200
    assert right < 0.56, "the raters keep to their column"


def test_a_district_edition_names_no_rater(few):
    picture = wright_map_figure(few, {"R000": "Rivera"}, name_raters=False)
    assert not any(text.startswith(("R0", "Rivera")) for text, _ in words_of(picture))
    assert "Rivera" not in picture.alt + picture.sentence + picture.svg()


def test_expected_levels_pass_where_the_model_says(few):
    part = few.fit.fits[0][1]
    bounds = level_bounds(part)
    assert [level for level, _ in bounds] == [2, 3, 4]
    places = [at for _, at in bounds]
    assert places == sorted(places)


def test_each_criterion_has_a_ladder_of_its_own_in_partial_credit():
    """Long names of criteria ran over the levels at the right edge: a letter leads from the name to the ladder."""
    found = modelled(panel(1, pieces=60), model="partial_credit")
    called = {f"C{one}": f"Conventions of written language {one}" for one in range(3)}
    picture = wright_map_figure(found, called)
    words = words_of(picture)
    texts = [text for text, _ in words]
    assert {"a", "b", "c"} <= set(texts)
    assert sum(text.startswith(("a ", "b ", "c ")) for text in texts) == 3
    assert [texts.count(level) for level in ("2", "3", "4")] == [4, 4, 4], "three steps, one band"
    assert overlaps(words) == []
    edge = picture.figure.axes[0].get_window_extent().x1
    assert max(box.x1 for _, box in words) <= edge + 2
    assert "into C0 2 at" in picture.alt


def test_ladders_of_half_points_keep_clear_of_the_levels_at_the_edge():
    tau = np.linspace(-3, 3, 8)
    drawn = panel(4, pieces=40, raters=5, tau=tau)
    table = pd.DataFrame(
        {
            "piece": [f"P{one}" for one in drawn.piece],
            "rater": [f"R{one}" for one in drawn.rater],
            "criterion": [f"Conventions {one}" for one in drawn.criterion],
            "score": (drawn.score - 1) / 2,
        }
    )
    halves = {f"Conventions {one}": tuple(np.arange(0, 4.5, 0.5)) for one in range(3)}
    found = severity_model(table, halves, model="partial_credit")
    assert overlaps(words_of(wright_map_figure(found))) == []


def test_unconnected_groups_are_drawn_one_at_a_time():
    rng = np.random.default_rng(3)
    readers = [[0, 1]] * 40 + [[2, 3]] * 40
    found = modelled(draw(3, rng.normal(0, 1, 80), readers, np.zeros(4), np.zeros(3)))
    picture = wright_map_figure(found, subset=2)
    assert "group 2 of 2" in picture.sentence
    assert not any(text in ("R000", "R001") for text, _ in words_of(picture))


def test_where_there_is_no_scale_the_picture_says_so():
    piece, rater = np.indices((4, 2)).reshape(2, -1)
    drawn = panel(1)
    drawn.piece, drawn.rater = piece, rater
    drawn.criterion, drawn.score = np.zeros(8, int), np.full(8, 3.0)
    picture = wright_map_figure(modelled(drawn))
    assert "nobody is harsher" in picture.sentence


def test_a_level_that_begins_at_the_edge_has_room_for_its_number():
    limits = scale_limits([np.array([-2.0, 2.0])], [(2.0, -1.5), (3.0, 0.0), (4.0, 2.25)])
    assert limits[1] - 2.25 >= (limits[1] - limits[0]) / 20
    assert scale_limits([np.array([-2.0, 2.0])], [(4.0, 5.0)])[1] < 3
