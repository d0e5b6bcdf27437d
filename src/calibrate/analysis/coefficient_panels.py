"""Which coefficients are asked for: the default panel of six, or every one there is."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from calibrate.stats.agreement import (
    adjacent_agreement,
    brennan_prediger,
    exact_agreement,
    fleiss_kappa,
    gwet_ac,
)
from calibrate.stats.alpha import krippendorff_alpha
from calibrate.stats.bootstrap import SEED
from calibrate.stats.icc import icc_a_1, icc_a_k, intraclass
from calibrate.stats.ratings import Ratings
from calibrate.stats.results import Coefficient
from calibrate.stats.two_raters import cohen_kappa

_DIFFERENT_SCALES = (
    "the criteria have different scales, so agreement by luck is not one number; see each criterion"
)
_OTHER_STEPS = (
    "the criteria have different scales, so one level is not the same distance everywhere"
)


@dataclass(frozen=True)
class Panel:
    """A choice of coefficients.

    The panel of six: exact and adjacent agreement; a kappa with quadratic weights (Cohen's where
    two raters scored, else Fleiss'); Gwet's AC2 with quadratic weights; Krippendorff's alpha at the
    ordinal level; ICC(A,1).

    Parameters
    ----------
    every
        All coefficients, with all weights.
    draws, seed
        Resamples for the interval of alpha, and their seed.
    """

    every: bool = False
    draws: int = 1000
    seed: int = SEED

    def of(self, ratings: Ratings) -> tuple[Coefficient, ...]:
        """The coefficients of one criterion."""
        icc = (icc_a_1(ratings), icc_a_k(ratings)) if self.every else (icc_a_1(ratings),)
        return (
            exact_agreement(ratings),
            adjacent_agreement(ratings),
            *self._beyond_luck(ratings),
            *icc,
        )

    def of_all(
        self, ratings: Ratings, same_scale: bool, wholes: pd.DataFrame | None
    ) -> tuple[Coefficient, ...]:
        """The coefficients of all criteria together.

        Agreement is over pairs of scores on the same criterion of the same piece, a piece being one
        draw. ICC is about the whole score: the mean over the criteria.

        Parameters
        ----------
        ratings
            All scores; the unit is the criterion of a piece.
        same_scale
            Whether all criteria have the same scale; if not, luck cannot be told for all together.
        wholes
            Whole scores as `whole_scores` makes them; None where there is one criterion.
        """
        beyond = self._beyond_luck(ratings)
        if not same_scale:
            beyond = tuple(_undefined(one, _DIFFERENT_SCALES) for one in beyond)
        if wholes is None:
            icc: tuple[Coefficient, ...] = (icc_a_1(ratings), icc_a_k(ratings))
        else:
            icc = tuple(
                _of_whole(
                    intraclass(
                        wholes["unit"], wholes["rater"], wholes["score"], form="a", average=average
                    )
                )
                for average in (False, True)
            )
        plain = plain_of_all(ratings, same_scale)
        return *plain, *beyond, *(icc if self.every else icc[:1])

    def _beyond_luck(self, ratings: Ratings) -> tuple[Coefficient, ...]:
        kappa = cohen_kappa if ratings.n_raters == 2 else fleiss_kappa
        if not self.every:
            return (
                kappa(ratings, "quadratic"),
                gwet_ac(ratings, "quadratic"),
                krippendorff_alpha(ratings, "ordinal", draws=self.draws, seed=self.seed),
            )
        weights = ("identity", "linear", "quadratic")
        pair = tuple(cohen_kappa(ratings, one) for one in weights)
        return (
            *(pair if ratings.n_raters == 2 else pair[-1:]),
            *(fleiss_kappa(ratings, one) for one in weights),
            *(brennan_prediger(ratings, one) for one in weights),
            *(gwet_ac(ratings, one) for one in (*weights, "ordinal")),
            *(
                krippendorff_alpha(ratings, level, draws=self.draws, seed=self.seed)
                for level in ("nominal", "ordinal", "interval")
            ),
        )


def plain_of_all(ratings: Ratings, same_scale: bool) -> tuple[Coefficient, Coefficient]:
    """Exact and adjacent agreement of all criteria together (see `Panel.of_all`)."""
    near = adjacent_agreement(ratings, None if same_scale else 1.0)
    if not same_scale and (ratings.values[1:] - ratings.values[:-1] > 1 + 1e-9).any():
        near = _undefined(near, _OTHER_STEPS)
    return exact_agreement(ratings), near


def whole_scores(rows: pd.DataFrame) -> pd.DataFrame:
    """Each rater's whole score of a piece: the mean over its criteria, where they scored all of them.

    Parameters
    ----------
    rows
        Judgements with ``piece_number, rater_number, criterion, occasion, score``. The criteria of
        a piece are those on which anybody judged it (a criterion can be left unscored for a piece).

    Returns
    -------
    Table with ``unit`` (piece and occasion), ``rater`` and ``score``.
    """
    work = ["piece_number", "occasion"]
    judged = rows.groupby(work)["criterion"].nunique().rename("needed")
    whole = (
        rows.groupby([*work, "rater_number"])["score"]
        .agg(["mean", "count"])
        .reset_index()
        .join(judged, on=work)
    )
    whole = whole[whole["count"] == whole["needed"]]
    unit = whole.groupby(work).ngroup()
    return pd.DataFrame({"unit": unit, "rater": whole["rater_number"], "score": whole["mean"]})


def _of_whole(icc: Coefficient) -> Coefficient:
    return replace(icc, method=f"whole score (mean over the criteria); {icc.method}")


def _undefined(one: Coefficient, why: str) -> Coefficient:
    """The coefficient without a value; a reason it already has comes first."""
    return Coefficient(
        one.name,
        one.weights,
        float("nan"),
        method=one.method,
        n_pieces=one.n_pieces,
        n_raters=one.n_raters,
        n_ratings=one.n_ratings,
        undefined=one.undefined or why,
        flags=one.flags if one.undefined else (),
    )
