"""What is told of a fit, computed again one judgement at a time from the measures alone."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest

from calibrate.stats.facets import fit_facets
from calibrate.stats.facets.model import measured_judgements
from calibrate.stats.facets.unexpected import unexpected_judgements
from tests.stats.facets.simulated import LEVELS, panel

DRAWN = panel(21, pieces=25, raters=4, each=3, criteria=2)


@pytest.fixture(scope="module")
def fit():
    return fit_facets(DRAWN.prepared(), estimator="jml")


def chances(fit, piece: float, rater: float, criterion: str) -> list[float]:
    """The chance of every level: what is said in the model's first sentence, and nothing else."""
    table = fit.tables["criterion"]
    steps = [one.threshold for one in fit.steps if one.criterion == criterion]
    eta = piece - rater - table.measure[table.row(criterion)]
    heights = [math.exp(k * eta - sum(steps[:k])) for k in range(len(LEVELS))]
    return [one / sum(heights) for one in heights]


def every(fit):
    """(piece, rater, criterion, level, chances) of every judgement of the drawn panel."""
    pieces, raters = fit.tables["piece"], fit.tables["rater"]
    rows = zip(DRAWN.piece, DRAWN.rater, DRAWN.criterion, DRAWN.score, strict=True)
    for p, r, c, score in rows:
        theta = pieces.measure[pieces.row(str(p))]
        severity = raters.measure[raters.row(str(r))]
        yield p, r, c, int(score) - 1, chances(fit, theta, severity, str(c))


def moment(chance: list[float], power: int) -> float:
    mean = sum(k * one for k, one in enumerate(chance))
    return sum((k - mean) ** power * one for k, one in enumerate(chance))


def test_infit_outfit_and_their_deviates_are_wright_and_masters(fit):
    table = fit.tables["rater"]
    for i, rater in enumerate(table.ids):
        squares, variances, fourths = [], [], []
        for p, r, _, level, chance in every(fit):
            if str(r) == rater and fit.tables["piece"].state[p] == "measured":
                squares.append((level - sum(k * one for k, one in enumerate(chance))) ** 2)
                variances.append(moment(chance, 2))
                fourths.append(moment(chance, 4))
        x, w, c = (np.array(one) for one in (squares, variances, fourths))
        infit, outfit = x.sum() / w.sum(), (x / w).mean()
        q_in = math.sqrt((c - w**2).sum()) / w.sum()
        q_out = math.sqrt((c / w**2 - 1).sum()) / len(w)
        assert table.infit[i] == pytest.approx(infit)
        assert table.outfit[i] == pytest.approx(outfit)
        for found, mean_square, q in (
            (table.infit_z[i], infit, q_in),
            (table.outfit_z[i], outfit, q_out),
        ):
            assert found == pytest.approx((mean_square ** (1 / 3) - 1) * 3 / q + q / 3)


def test_fair_scores_are_expected_points_with_all_else_average(fit):
    inner = [
        measure
        for measure, state in zip(
            fit.tables["piece"].measure, fit.tables["piece"].state, strict=True
        )
        if state == "measured"
    ]
    typical = float(np.mean(inner))

    def points(piece: float, rater: float, criterion: str) -> float:
        return sum(
            value * one
            for value, one in zip(LEVELS, chances(fit, piece, rater, criterion), strict=True)
        )

    raters, criteria, pieces = (fit.tables[one] for one in ("rater", "criterion", "piece"))
    both = criteria.ids
    assert raters.fair == pytest.approx(
        [np.mean([points(typical, one, c) for c in both]) for one in raters.measure]
    )
    assert criteria.fair == pytest.approx([points(typical, 0.0, c) for c in both])
    assert pieces.fair == pytest.approx(
        [np.mean([points(one, 0.0, c) for c in both]) for one in pieces.measure]
    )


def test_observed_and_expected_agreement_are_counted_pair_by_pair(fit):
    same = expected = pairs = 0.0
    rows = list(every(fit))
    for one, other in combinations(rows, 2):
        if one[0] == other[0] and one[2] == other[2]:
            pairs += 1
            same += one[3] == other[3]
            expected += sum(a * b for a, b in zip(one[4], other[4], strict=True))
    found = fit.agreement
    assert found.n_pairs == pairs
    assert found.observed == pytest.approx(same / pairs)
    assert found.expected == pytest.approx(expected / pairs)
    assert found.kappa == pytest.approx((same - expected) / (pairs - expected))


def test_unexpected_judgements_are_those_two_deviations_away(fit):
    part = fit.fits[0][1]
    found = unexpected_judgements([(part, measured_judgements(fit.data, part))])
    known = {}
    for p, r, c, level, chance in every(fit):
        z = (level - sum(k * one for k, one in enumerate(chance))) / math.sqrt(moment(chance, 2))
        if abs(z) >= 2:
            known[str(p), str(r), str(c)] = z
    assert {(one.piece, one.rater, one.criterion): one.z for one in found} == pytest.approx(known)
    far = [abs(one.z) for one in found]
    assert len(known) > 2
    assert far == sorted(far, reverse=True)


def test_an_extreme_total_is_drawn_in_by_three_tenths_of_a_point():
    """Where the total of expected scores is the highest one less 0.3: so *FACETS* measures pieces and raters at an end."""
    top = panel(21, pieces=25, raters=4, each=3, criteria=2)
    top.score = np.where(top.piece == 3, 4.0, top.score)
    found = fit_facets(top.prepared(), estimator="jml")
    pieces, raters = found.tables["piece"], found.tables["rater"]
    at = pieces.row("3")
    assert pieces.state[at] == "extreme"
    mine = top.piece == 3
    total = 0.0
    for r, c in zip(top.rater[mine], top.criterion[mine], strict=True):
        chance = chances(found, pieces.measure[at], raters.measure[raters.row(str(r))], str(c))
        total += sum(k * one for k, one in enumerate(chance))
    assert total == pytest.approx(3 * mine.sum() - 0.3, abs=1e-6)


def test_the_bias_correction_shrinks_everything_by_one_part_in_the_judgements_of_a_piece():
    plain = fit_facets(DRAWN.prepared(), estimator="jml")
    found = fit_facets(DRAWN.prepared(), estimator="jml", correct_bias=True)
    part = plain.fits[0][1]
    length = part.data.n / len(np.unique(part.data.piece))
    shrink = (length - 1) / length
    for name in ("rater", "criterion"):
        assert found.tables[name].measure == pytest.approx(plain.tables[name].measure * shrink)
        assert found.tables[name].se == pytest.approx(plain.tables[name].se * shrink)
