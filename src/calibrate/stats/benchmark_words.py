"""What a coefficient may be called in words: conventions, claimed only where the scores can bear them."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import special

from calibrate.errors import ArgumentError
from calibrate.stats.results import Coefficient

#: A word is claimed only where the coefficient reaches its level with at least this probability (Gwet 2014).
ENOUGH = 0.95


@dataclass(frozen=True)
class BenchmarkScale:
    """Words for stretches of a coefficient, the highest first.

    Attributes
    ----------
    name
        Whose convention it is.
    source
        Where it was published.
    steps
        (lower end, word) for each stretch, from the top down.
    """

    name: str
    source: str
    steps: tuple[tuple[float, str], ...]


#: The conventions, as data. They were made for nominal kappa, by judgement; no theory stands behind the numbers.
SCALES: dict[str, BenchmarkScale] = {
    "landis-koch": BenchmarkScale(
        "Landis and Koch",
        "Landis & Koch (1977), Biometrics 33, p. 165",
        (
            (0.8, "almost perfect"),
            (0.6, "substantial"),
            (0.4, "moderate"),
            (0.2, "fair"),
            (0.0, "slight"),
            (-1.0, "poor"),
        ),
    ),
    "altman": BenchmarkScale(
        "Altman",
        "Altman (1991), Practical Statistics for Medical Research, p. 404",
        ((0.8, "very good"), (0.6, "good"), (0.4, "moderate"), (0.2, "fair"), (-1.0, "poor")),
    ),
    "fleiss": BenchmarkScale(
        "Fleiss",
        "Fleiss (1981), Statistical Methods for Rates and Proportions, 2nd ed., p. 218",
        ((0.75, "excellent"), (0.4, "intermediate to good"), (-1.0, "poor")),
    ),
}


@dataclass(frozen=True)
class BenchmarkWord:
    """The word that a coefficient has earned.

    Attributes
    ----------
    scale
        Whose convention.
    word
        The highest word whose level is reached with a probability above .95; None where there is nothing to judge.
    probability
        With what probability the coefficient reaches that level or a higher one.
    apparent
        The word that the value alone would get.
    memberships
        The cumulative probability of each word, from the top down.
    """

    scale: str
    word: str | None
    probability: float
    apparent: str | None
    memberships: tuple[tuple[str, float], ...]


def benchmark_word(found: Coefficient, scale: str = "landis-koch") -> BenchmarkWord:
    """Which word may be used for this coefficient, its uncertainty counted in?

    A kappa of 0.62 from ten pieces is not "substantial": it may well be 0.4. Gwet's rule adds up, from the top, the
    probability that the coefficient lies in each stretch, and allows the first word at which the sum passes .95. A word misleads
    where it is taken for a verdict: the words are conventions, and say nothing about whether the agreement is good enough for
    your decision.

    Sources: Gwet (2014), *Handbook of Inter-Rater Reliability*, 4th ed., chapter 6; the words, among others, Landis & Koch (1977),
    *Biometrics* 33, pp. 159–174.

    Parameters
    ----------
    found
        A coefficient with a standard error.
    scale
        ``landis-koch``, ``altman`` or ``fleiss``.
    """
    if scale not in SCALES:
        raise ArgumentError(
            f"There is no scale of words called “{scale}”.",
            fix=f"Choose one of {', '.join(SCALES)}.",
        )
    chosen = SCALES[scale]
    if not math.isfinite(found.value):
        return BenchmarkWord(chosen.name, None, math.nan, None, ())
    apparent = next((word for low, word in chosen.steps if found.value >= low), chosen.steps[-1][1])
    if not math.isfinite(found.se) or found.se <= 0:
        return BenchmarkWord(chosen.name, None, math.nan, apparent, ())

    def below(at: float) -> float:
        return float(special.ndtr((at - found.value) / found.se))

    # The coefficient cannot pass −1 or 1, so all of the probability lies between them.
    bottom, top = below(-1.0), below(1.0)
    reached = tuple(
        (word, 1.0 if low <= -1 else (top - below(low)) / (top - bottom))
        for low, word in chosen.steps
    )
    word, probability = next((w, p) for w, p in reached if p > ENOUGH)
    return BenchmarkWord(chosen.name, word, probability, apparent, reached)
