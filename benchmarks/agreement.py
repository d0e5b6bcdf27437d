"""Agreement statistics from a long table, beside the libraries that need it in another shape first."""

from __future__ import annotations

from collections.abc import Iterator

import krippendorff
import numpy as np
import pandas as pd
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import aggregate_raters
from statsmodels.stats.inter_rater import fleiss_kappa as statsmodels_fleiss

from benchmarks.timing import Comparison, compare_numbers
from calibrate.stats.agreement import fleiss_kappa
from calibrate.stats.alpha import krippendorff_alpha
from calibrate.stats.ratings import prepare_ratings
from calibrate.stats.two_raters import cohen_kappa

LEVELS = np.arange(1.0, 5.0)


def scores(n_pieces: int, n_raters: int, *, seed: int = 7) -> tuple[np.ndarray, ...]:
    """Piece, rater and score of a crossed panel: each score is a piece's quality and some noise, on four levels."""
    random = np.random.default_rng(seed)
    quality = random.normal(size=n_pieces)[:, None]
    seen = quality + 0.7 * random.normal(size=(n_pieces, n_raters))
    score = np.clip(np.round(2.5 + seen), 1, 4)
    piece, rater = np.indices(score.shape)
    return piece.ravel(), rater.ravel(), score.ravel()


def wide(piece: np.ndarray, rater: np.ndarray, score: np.ndarray) -> np.ndarray:
    """The shape that peers ask for: a row for each piece, a column for each rater."""
    long = pd.DataFrame({"piece": piece, "rater": rater, "score": score})
    return long.pivot(index="piece", columns="rater", values="score").to_numpy()


def compare(judgements: int) -> Iterator[Comparison]:
    """Time alpha, Fleiss' kappa and weighted kappa on tables of about this many judgements."""
    raters = 5
    long = scores(judgements // raters, raters)

    yield compare_numbers(
        "Krippendorff's alpha, ordinal",
        "krippendorff (wide matrix)",
        lambda: krippendorff_alpha(prepare_ratings(*long, LEVELS), draws=0).value,
        lambda: krippendorff.alpha(
            wide(*long).T, value_domain=LEVELS, level_of_measurement="ordinal"
        ),
    )
    yield compare_numbers(
        "Fleiss' kappa",
        "statsmodels",
        lambda: fleiss_kappa(prepare_ratings(*long, LEVELS), "identity").value,
        lambda: statsmodels_fleiss(aggregate_raters(wide(*long))[0]),
    )
    pair = scores(judgements // 2, 2, seed=8)
    yield compare_numbers(
        "Cohen's kappa, quadratic",
        "scikit-learn",
        lambda: cohen_kappa(prepare_ratings(*pair, LEVELS), "quadratic").value,
        lambda: cohen_kappa_score(*wide(*pair).T, labels=LEVELS, weights="quadratic"),
    )
