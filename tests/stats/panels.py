"""Panels of scores that several tests of the statistics share."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from calibrate.stats.agreement import (
    adjacent_agreement,
    brennan_prediger,
    exact_agreement,
    fleiss_kappa,
    gwet_ac,
    percent_agreement,
)
from calibrate.stats.alpha import krippendorff_alpha, weighted_alpha
from calibrate.stats.concordance import lin_ccc, mean_difference, pearson, spearman
from calibrate.stats.conger import conger_kappa
from calibrate.stats.icc import ALL_FORMS
from calibrate.stats.kendall import kendall_w
from calibrate.stats.ratings import Ratings, prepare_ratings
from calibrate.stats.results import Coefficient
from calibrate.stats.two_raters import cohen_kappa, light_kappa, scott_pi

Rows = list[list[float | None]]
Statistic = Callable[[Ratings], Coefficient]

WEIGHTS = ("identity", "linear", "quadratic", "ordinal")

#: Share of pairs, whatever luck gives.
PLAIN: dict[str, Statistic] = {
    "exact": exact_agreement,
    "adjacent": adjacent_agreement,
    **{f"percent {w}": lambda r, w=w: percent_agreement(r, w) for w in WEIGHTS},
}
#: Beyond luck; undefined where every score is the same.
LIKE_KAPPA: dict[str, Statistic] = {
    **{
        f"{name} {w}": lambda r, f=f, w=w: f(r, w)
        for name, f in [
            ("cohen", cohen_kappa),
            ("scott", scott_pi),
            ("fleiss", fleiss_kappa),
            ("conger", conger_kappa),
            ("weighted alpha", weighted_alpha),
        ]
        for w in WEIGHTS
    },
    **{
        f"alpha {m}": lambda r, m=m: krippendorff_alpha(r, m, draws=0)
        for m in ("nominal", "ordinal", "interval", "ratio")
    },
}
#: Beyond luck, and 1 by convention where every score is the same.
NEVER_LOST: dict[str, Statistic] = {
    f"{name} {w}": lambda r, f=f, w=w: f(r, w)
    for name, f in [("bp", brennan_prediger), ("gwet", gwet_ac)]
    for w in WEIGHTS
}
ICC: dict[str, Statistic] = {form.__name__: form for form in ALL_FORMS}
#: About two raters' numbers.
OF_A_PAIR: dict[str, Statistic] = {
    "lin_ccc": lin_ccc,
    "pearson": pearson,
    "spearman": spearman,
    "mean_difference": mean_difference,
}
#: Every coefficient there is.
EVERY: dict[str, Statistic] = {
    **PLAIN,
    **LIKE_KAPPA,
    **NEVER_LOST,
    **ICC,
    **OF_A_PAIR,
    "kendall_w": lambda ratings: kendall_w(ratings, draws=0),
    "light quadratic": light_kappa,
}
#: Those that are defined for two raters only.
TWO_ONLY = ("cohen", "scott", *OF_A_PAIR)


def panel(rows: Rows, levels: list[float] | None = None, *, interval: bool = False) -> Ratings:
    """Ratings from a small table, a row per piece and a column per rater; None where a rater did not score."""
    piece, rater, score = [], [], []
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            piece.append(f"P{i:04d}")
            rater.append(f"R{j:02d}")
            score.append(math.nan if value is None else value)
    seen = sorted({value for value in score if not math.isnan(value)})
    return prepare_ratings(piece, rater, score, levels or seen, interval=interval)


def simulated(
    seed: int,
    pieces: int,
    raters: int,
    *,
    spread: float = 1.0,
    noise: float = 0.7,
    missing: float = 0.0,
) -> Rows:
    """A panel on levels 1–4 whose pieces differ by ``spread`` and whose raters err by ``noise``."""
    rng = np.random.default_rng(seed)
    true = rng.normal(2.5, spread, size=(pieces, 1))
    scores = np.clip(np.rint(true + rng.normal(0, noise, size=(pieces, raters))), 1, 4)
    gone = rng.random(scores.shape) < missing
    return [
        [None if gone[i, j] else float(scores[i, j]) for j in range(raters)] for i in range(pieces)
    ]


def same_number(a: float, b: float, tolerance: float = 1e-9) -> bool:
    """Whether two numbers are equal, nan being equal to nan."""
    return (math.isnan(a) and math.isnan(b)) or abs(a - b) <= tolerance
