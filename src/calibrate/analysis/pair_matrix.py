"""Every pair of raters as a matrix: who reads like whom, on how many pieces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.cluster import hierarchy
from scipy.spatial.distance import squareform

from calibrate.analysis.readings import as_scales
from calibrate.analysis.wording import count, percent
from calibrate.model.rubric import Scale
from calibrate.stats.all_pairs import all_pairs
from calibrate.stats.ratings import prepare_ratings

FloatArray = npt.NDArray[np.float64]

#: Pairs with fewer shared scores are shown, and not spoken of.
FEWEST_SHARED = 10


@dataclass(frozen=True, eq=False)
class PairMatrix:
    """Agreement of each pair of raters, raters who read alike beside each other.

    Parameters
    ----------
    raters
        Ids in the order of the matrices.
    n
        Scores that both gave (a piece on a criterion), shape (q, q); 0 on the diagonal.
    exact, kappa
        Exact agreement, and Cohen's kappa with quadratic weights (nan where the criteria have
        different scales, where a pair shares nothing, or where all its scores are the same).
    sentence
        What can be said about it without naming anybody.
    """

    raters: tuple[str, ...]
    n: npt.NDArray[np.int64]
    exact: FloatArray
    kappa: FloatArray
    sentence: str

    def as_rows(self) -> list[dict[str, object]]:
        """Each pair that shares a score once, as the JSON answer gives them."""
        found: list[dict[str, object]] = []
        for i, a in enumerate(self.raters):
            for j in range(i + 1, len(self.raters)):
                if self.n[i, j]:
                    found.append(
                        {
                            "a": a,
                            "b": self.raters[j],
                            "n": int(self.n[i, j]),
                            "exact_agreement": float(self.exact[i, j]),
                            "cohen_kappa": float(self.kappa[i, j]),
                        }
                    )
        return found


def pair_matrix(
    table: pd.DataFrame, scales: Mapping[str, Scale | Sequence[float]], criterion: str | None = None
) -> PairMatrix:
    """Agreement of every pair of raters on one criterion, or on all together.

    Parameters
    ----------
    table
        The readings that count (see `calibrate.analysis.readings.independent_blind`).
    scales
        The scale of every criterion.
    criterion
        Only this one.
    """
    rows = table[table["score"].notna()]
    rows = rows if criterion is None else rows[rows["criterion"] == criterion]
    known = as_scales(scales)
    used = [known[name] for name in dict.fromkeys(rows["criterion"])]
    values = sorted({value for scale in used for value in scale.values}) or [1.0]
    same = len({scale.values for scale in used}) <= 1
    occasion = [name for name in ("criterion", "session", "round") if name in rows]
    unit = rows.groupby(occasion, sort=False, dropna=False).ngroup().to_numpy()
    piece, _ = pd.factorize(rows["piece"].astype(str))
    rater, names = pd.factorize(rows["rater"].astype(str), sort=True)
    ratings = prepare_ratings(
        piece,
        rater,
        rows["score"].to_numpy(dtype=float),
        values,
        criterion=unit,
        interval=all(scale.interval for scale in used) if used else False,
    )
    pairs = all_pairs(ratings)
    kappa = pairs.kappa if same else np.full_like(pairs.kappa, np.nan)
    order = _alike_together(pairs.exact)
    turned = np.ix_(order, order)
    n, exact = pairs.n[turned], pairs.exact[turned]
    return PairMatrix(
        tuple(str(names[i]) for i in order), n, exact, kappa[turned], _sentence(n, exact)
    )


def _alike_together(exact: FloatArray) -> list[int]:
    """An order in which raters who agree lie side by side (average linkage over disagreement)."""
    q = len(exact)
    if q < 3:
        return list(range(q))
    apart = 1 - exact
    # Pairs who share nothing are neither alike nor different: as far apart as the average pair.
    usual = float(np.nanmean(apart)) if np.isfinite(apart).any() else 0.5
    apart = np.where(np.isnan(apart), usual, apart)
    np.fill_diagonal(apart, 0.0)
    tree = hierarchy.linkage(squareform(apart, checks=False), "average", optimal_ordering=q <= 200)
    return [int(i) for i in hierarchy.leaves_list(tree)]


def _sentence(n: npt.NDArray[np.int64], exact: FloatArray) -> str:
    upper = np.triu(n, 1)
    possible = len(n) * (len(n) - 1) // 2
    met = int((upper > 0).sum())
    if met == 0:
        return "No two raters scored the same piece, so no pair can be compared."
    enough = upper >= FEWEST_SHARED
    said = f"{met} of {count(possible, 'pair')} of raters scored some of the same work"
    if not enough.any():
        return f"{said}, none of them enough to compare pairs."
    found = exact[enough]
    if len(found) == 1:
        return f"{said}; one shares {FEWEST_SHARED} scores or more and agrees {percent(float(found[0]))} of the time."
    return (
        f"{said}; among the {len(found)} that share {FEWEST_SHARED} scores or more, exact agreement runs from "
        f"{percent(float(found.min()))} to {percent(float(found.max()))}."
    )
