"""Against the anchors, and what a number may be called."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from calibrate.errors import ArgumentError
from calibrate.stats.agreement import gwet_ac
from calibrate.stats.anchor import QualificationRule, anchor_agreement
from calibrate.stats.benchmark_words import SCALES, benchmark_word
from calibrate.stats.results import Coefficient
from tests.stats.panels import panel, simulated

LEVELS = [1, 2, 3, 4]


def against(off: list[float], rule: QualificationRule | None = None, levels=LEVELS):
    anchor = np.array([2.0 if i % 2 else 3.0 for i in range(len(off))])
    more = {} if rule is None else {"rule": rule}
    return anchor_agreement(np.arange(len(off)), anchor + off, anchor, levels, **more)


def test_a_rater_who_meets_the_usual_rule_qualifies():
    found = against([0] * 8 + [1, -1])
    assert (found.n, found.exact.value, found.adjacent.value, found.bias) == (10, 0.8, 1.0, 0.0)
    assert found.wanted == 0.7
    assert found.qualified
    assert found.reason == "80% exact agreement; the rule asks for 70%"
    assert found.bias_low < 0 < found.bias_high


@pytest.mark.parametrize(("n_levels", "wanted"), [(2, 0.9), (3, 0.8), (4, 0.7), (5, 0.7), (6, 0.7)])
def test_shorter_scales_ask_for_more(n_levels, wanted):
    assert QualificationRule().wanted(n_levels) == wanted


def test_a_lenient_rater_shows_a_bias_above_zero_and_may_be_refused_for_it():
    off = [1] * 3 + [0] * 9
    found = against(off)
    assert found.bias == 0.25
    half = stats.t.ppf(0.975, 11) * np.std(off, ddof=1) / math.sqrt(12)
    assert found.bias_high == pytest.approx(0.25 + half)
    assert found.qualified
    strict = against(off, QualificationRule(largest_bias=0.2))
    assert strict.qualified is False
    assert "+0.25 points" in strict.reason


def test_too_few_anchors_decide_nothing():
    found = against([0] * 9)
    assert found.qualified is None
    assert "too few" in found.reason
    nothing = anchor_agreement([1], [math.nan], [2], LEVELS)
    assert (nothing.n, nothing.qualified) == (0, None)
    assert math.isnan(nothing.bias)
    assert nothing.exact.undefined


def test_a_rule_may_ask_for_adjacent_agreement_too():
    found = against([0] * 9 + [1, -1, 2], QualificationRule(adjacent=0.95), [1, 2, 3, 4, 5])
    assert found.qualified is False
    assert "within one level" in found.reason
    below = against([1] * 6 + [0] * 6)
    assert below.qualified is False
    assert "50% exact" in below.reason


def test_five_criteria_of_a_piece_are_one_draw():
    piece = np.repeat(np.arange(6), 5)
    rng = np.random.default_rng(2)
    anchor = rng.integers(1, 5, 30).astype(float)
    found = anchor_agreement(piece, anchor, anchor, LEVELS)
    assert (found.n, found.exact.n_pieces) == (30, 6)
    assert found.exact.ci_low == pytest.approx(0.025 ** (1 / 6))


def test_rules_that_make_no_sense_are_refused():
    for wrong in ({"exact": {}}, {"exact": {2: 1.2}}, {"fewest": 0}, {"largest_bias": -1}):
        with pytest.raises(ArgumentError):
            QualificationRule(**wrong)
    with pytest.raises(ArgumentError, match="same length"):
        anchor_agreement([1, 2], [1], [1, 2], LEVELS)


def test_gwets_example_of_cumulative_membership():
    """Value 0.58, standard error 0.09: the probabilities are those of a normal cut at -1 and 1."""
    found = benchmark_word(Coefficient("gwet_ac", "identity", 0.58, se=0.09))
    cut = stats.truncnorm((-1 - 0.58) / 0.09, (1 - 0.58) / 0.09, loc=0.58, scale=0.09)
    reached = dict(found.memberships)
    assert reached["almost perfect"] == pytest.approx(cut.sf(0.8))
    assert reached["substantial"] == pytest.approx(cut.sf(0.6))
    assert reached["moderate"] == pytest.approx(cut.sf(0.4))
    assert (found.word, found.apparent) == ("moderate", "moderate")
    assert found.probability > 0.95


def test_few_pieces_earn_a_weaker_word_than_the_value_alone_would_get():
    few, many = (gwet_ac(panel(simulated(4, n, 3), LEVELS)) for n in (10, 400))
    assert benchmark_word(few).apparent == benchmark_word(many).apparent == "substantial"
    order = [word for _, word in SCALES["landis-koch"].steps]
    assert order.index(benchmark_word(few).word) > order.index(benchmark_word(many).word)


@pytest.mark.parametrize("scale", SCALES)
def test_every_scale_covers_every_value(scale):
    for value in (-1.0, -0.3, 0.0, 0.39, 0.75, 1.0):
        found = benchmark_word(Coefficient("x", None, value, se=0.05), scale)
        assert found.word
        assert [p for _, p in found.memberships] == sorted(p for _, p in found.memberships)


def test_without_a_value_or_an_error_no_word_is_claimed():
    assert benchmark_word(Coefficient("x", None, math.nan)).apparent is None
    certain = benchmark_word(Coefficient("x", None, 0.9, se=0.0))
    assert (certain.word, certain.apparent) == (None, "almost perfect")
    with pytest.raises(ArgumentError, match="landis-koch"):
        benchmark_word(Coefficient("x", None, 0.9, se=0.1), "mine")
