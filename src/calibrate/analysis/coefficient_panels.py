"""Which coefficients are asked for: the default panel of six, or every one there is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from calibrate.stats.agreement import (
    adjacent_agreement,
    brennan_prediger,
    exact_agreement,
    fleiss_kappa,
    gwet_ac,
)
from calibrate.stats.alpha import MEASUREMENTS, krippendorff_alpha
from calibrate.stats.bootstrap import SEED
from calibrate.stats.concordance import lin_ccc, mean_difference, pearson, spearman
from calibrate.stats.conger import conger_kappa
from calibrate.stats.cronbach import cronbach_alpha
from calibrate.stats.icc import intraclass_forms
from calibrate.stats.kendall import kendall_w
from calibrate.stats.piece_bootstrap import by_bootstrap
from calibrate.stats.raters_like_these import for_raters_like_these
from calibrate.stats.ratings import Ratings, prepare_ratings
from calibrate.stats.results import Coefficient
from calibrate.stats.two_raters import cohen_kappa, light_kappa, scott_pi

#: An interval wider than this says hardly anything.
TOO_WIDE = 0.4

#: What is said beside such an interval.
WIDE = "wide interval: too few pieces to say much"

#: The same where the interval speaks for raters like these: then raters are what is missing.
WIDE_FOR_OTHERS = "wide interval: too few raters to say much of raters like these"

_DIFFERENT_SCALES = (
    "the criteria have different scales, so agreement by luck is not one number; see each criterion"
)
_OTHER_STEPS = (
    "the criteria have different scales, so one level is not the same distance everywhere"
)
_WEIGHTS = ("identity", "linear", "quadratic", "ordinal")
_ICC = tuple((form, average) for form in ("1", "a", "c") for average in (False, True))
_WITHOUT_ENDS = ("mean_difference",)  # in standard deviations, where 0.4 has no such meaning
_FOR_PAIRS = (lin_ccc, pearson, spearman, mean_difference)

Statistic = Callable[[Ratings], Coefficient]
Resample = Literal["pieces", "blocks"]
#: How far apart adjacent scores may be in points; None: one level; ``various``: not the same everywhere.
Step = float | None | Literal["various"]


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
    like_these
        Whether intervals speak for raters like these (which needs three or more) instead of for
        these raters alone.
    resample
        ``pieces``: intervals by resampled pieces where an analytic one is usual; ``blocks``: pieces
        replaced only by pieces that the same raters read, so that every resample keeps the design.
    words
        Whose words for a coefficient are used (`calibrate.stats.benchmark_words.SCALES`).
    draws, seed
        Resamples, and their seed.
    """

    every: bool = False
    like_these: bool = False
    resample: Resample | None = None
    words: str = "landis-koch"
    draws: int = 1000
    seed: int = SEED

    def of(self, ratings: Ratings) -> tuple[Coefficient, ...]:
        """The coefficients of one criterion."""
        numbers = ratings.levels[ratings.position]
        found = [
            self._spoken(exact_agreement, ratings),
            self._spoken(adjacent_agreement, ratings),
            *self._beyond_luck(ratings),
            *self._icc(ratings.unit, ratings.rater, numbers),
        ]
        if self.every:
            found += [self._kendall(ratings), *self._pairs(ratings)]
        return tuple(_warned(one) for one in found)

    def of_all(
        self,
        ratings: Ratings,
        same_scale: bool,
        wholes: WholeScores | None,
        step: Step = None,
    ) -> tuple[Coefficient, ...]:
        """The coefficients of all criteria together.

        Agreement is over pairs of scores on the same criterion of the same piece, a piece being one
        draw. ICC, Kendall's W, concordance and correlations are about the whole score: the mean over
        the criteria. Cronbach's alpha is about the criteria as parts of it.

        Parameters
        ----------
        ratings
            All scores; the unit is the criterion of a piece.
        same_scale
            Whether all criteria have the same scale; if not, luck cannot be told for all together.
        wholes
            Whole scores as `whole_scores` makes them; None where there is one criterion.
        step
            How far apart adjacent scores may be, as `step_of_all` finds it.
        """
        if wholes is None:
            found = self.of(ratings)
            return (*found, _warned(cronbach_alpha(np.empty((0, 1))))) if self.every else found
        beyond = self._beyond_luck(ratings)
        if not same_scale:
            beyond = [_undefined(one, _DIFFERENT_SCALES) for one in beyond]
        table = wholes.scores
        found_all = [
            *plain_of_all(ratings, step, self._spoken),
            *beyond,
            *(_of_whole(one) for one in self._icc(table["unit"], table["rater"], table["score"])),
        ]
        if self.every:
            numbers = wholes.ratings
            found_all += [_of_whole(one) for one in (self._kendall(numbers), *self._pairs(numbers))]
            found_all.append(cronbach_alpha(wholes.by_criterion))
        return tuple(_warned(one) for one in found_all)

    def _spoken(
        self, statistic: Statistic, ratings: Ratings, within: float | None = None
    ) -> Coefficient:
        """The coefficient with an interval for whom the panel speaks, and of the kind it asks for.

        ``within`` is how far apart adjacent scores may be, where that is not one level.
        """
        if self.like_these:
            return for_raters_like_these(statistic, ratings)
        found = statistic(ratings)
        if self.resample is None:
            return found
        drawn = by_bootstrap(
            found.name,
            ratings,
            found.weights or "identity",
            draws=self.draws,
            seed=self.seed,
            within_blocks=self.resample == "blocks",
            within=within,
        )
        what, _, how = found.method.partition("; ")
        if not how or drawn.method.startswith(what):
            return drawn
        return replace(drawn, method=f"{what}; {drawn.method}")  # how near is adjacent stays told

    def _of_two(self, statistic: Statistic, ratings: Ratings) -> Coefficient:
        """A coefficient of two raters, who say nothing about raters like them."""
        return for_raters_like_these(statistic, ratings) if self.like_these else statistic(ratings)

    def _pairs(self, ratings: Ratings) -> list[Coefficient]:
        return [self._of_two(one, ratings) for one in _FOR_PAIRS]

    def _kendall(self, ratings: Ratings) -> Coefficient:
        return kendall_w(ratings, draws=self.draws, seed=self.seed)

    def _icc(self, unit: object, rater: object, score: object) -> list[Coefficient]:
        chosen = _ICC if self.every else (("a", False),)
        return intraclass_forms(np.asarray(unit), np.asarray(rater), np.asarray(score), chosen)

    def _beyond_luck(self, ratings: Ratings) -> list[Coefficient]:
        two = ratings.n_raters == 2
        if not self.every:
            kappa = (
                self._of_two(cohen_kappa, ratings) if two else self._spoken(fleiss_kappa, ratings)
            )
            return [kappa, self._spoken(gwet_ac, ratings), self._alpha(ratings, "ordinal")]
        found = []
        for of_two in (cohen_kappa, scott_pi):
            # For more than two raters the reason is told once, not for every set of weights.
            weights = _WEIGHTS if two else ("quadratic",)
            found += [
                self._of_two(lambda r, f=of_two, w=one: f(r, w), ratings)  # type: ignore[misc]
                for one in weights
            ]
        for of_many in (conger_kappa, fleiss_kappa, brennan_prediger, gwet_ac):
            found += [
                self._spoken(lambda r, f=of_many, w=one: f(r, w), ratings)  # type: ignore[misc]
                for one in _WEIGHTS
            ]
        found += [light_kappa(ratings, one) for one in (_WEIGHTS if not two else ())]
        return found + [self._alpha(ratings, level) for level in MEASUREMENTS]

    def _alpha(self, ratings: Ratings, measurement: str) -> Coefficient:
        found = krippendorff_alpha(
            ratings,
            measurement,
            draws=self.draws,
            seed=self.seed,
            within_blocks=self.resample == "blocks",
        )
        if not self.like_these:
            return found

        def again(part: Ratings) -> Coefficient:
            # Left-out raters need the value alone; the bootstrap's error is that of the whole.
            return found if part is ratings else krippendorff_alpha(part, measurement, draws=0)

        return for_raters_like_these(again, ratings)


@dataclass(frozen=True, eq=False)
class WholeScores:
    """Each rater's whole score of a piece: the mean over its criteria, where they scored all of them.

    Parameters
    ----------
    scores
        Columns ``unit`` (piece and occasion), ``rater`` and ``score``.
    by_criterion
        A row for each reading, a column for each criterion; nan where a criterion was not scored.
    """

    scores: pd.DataFrame
    by_criterion: np.ndarray

    @property
    def ratings(self) -> Ratings:
        """The whole scores as numbers on a scale of all values that occur."""
        score = self.scores["score"].round(9)
        values = np.unique(score) if len(score) else [0.0]
        return prepare_ratings(
            self.scores["unit"], self.scores["rater"], score, values, interval=True
        )


def step_of_all(scales: Sequence[Sequence[float]]) -> Step:
    """How far apart adjacent scores may be on every one of these scales (their values, lowest first).

    None: one level, which is one thing where all have the same scale. 1: a point, where that is what adjacent means on each scale
    by itself (`calibrate.stats.agreement.near_levels`). ``various``: a level is not the same distance on all of them.
    """
    if len({tuple(values) for values in scales}) <= 1:
        return None
    return 1.0 if all(_a_point(values) for values in scales) else "various"


def _a_point(values: Sequence[float]) -> bool:
    """Whether adjacent scores are those at most a point apart: on whole points, and on half points by custom."""
    steps = np.diff(np.asarray(values, dtype=float))
    return bool((steps < 1 - 1e-9).any() or (steps <= 1 + 1e-9).all())


def _as_it_is(statistic: Statistic, ratings: Ratings, within: float | None = None) -> Coefficient:
    return statistic(ratings)


def plain_of_all(
    ratings: Ratings,
    step: Step,
    spoken: Callable[[Statistic, Ratings, float | None], Coefficient] = _as_it_is,
) -> tuple[Coefficient, Coefficient]:
    """Exact and adjacent agreement of all criteria together (see `Panel.of_all` and `step_of_all`)."""
    within = 1.0 if step == "various" else step
    near = spoken(lambda part: adjacent_agreement(part, within), ratings, within)
    if step == "various":
        near = _undefined(near, _OTHER_STEPS)
    return spoken(exact_agreement, ratings, None), near


def whole_scores(rows: pd.DataFrame) -> WholeScores:
    """Each rater's whole score of a piece: the mean over its criteria, where they scored all of them.

    Parameters
    ----------
    rows
        Judgements with ``piece_number, rater_number, criterion, occasion, score``. The criteria of
        a piece are those on which anybody judged it (a criterion can be left unscored for a piece).
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
    by_criterion = rows.pivot(index=[*work, "rater_number"], columns="criterion", values="score")
    return WholeScores(
        pd.DataFrame({"unit": unit, "rater": whole["rater_number"], "score": whole["mean"]}),
        by_criterion.to_numpy(dtype=float),
    )


def _of_whole(one: Coefficient) -> Coefficient:
    return replace(one, method=f"whole score (mean over the criteria); {one.method}")


def _warned(one: Coefficient) -> Coefficient:
    """The coefficient, with a warning where its interval is too wide to say anything."""
    if one.name in _WITHOUT_ENDS or not one.has_interval or one.ci_high - one.ci_low <= TOO_WIDE:
        return one
    why = WIDE_FOR_OTHERS if "jackknife" in one.method else WIDE
    return replace(one, flags=(*one.flags, why))


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
