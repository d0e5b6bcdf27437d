"""What a number hides: where coefficients and exact agreement part company, one sentence says why."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from calibrate.analysis.wording import decimal, listed, percent
from calibrate.stats.agreement import fleiss_kappa, gwet_ac
from calibrate.stats.benchmark_words import benchmark_word
from calibrate.stats.ratings import Ratings
from calibrate.stats.results import Coefficient
from calibrate.stats.two_raters import cohen_kappa, scott_pi

#: With fewer pieces that two raters scored, chances move everything and nothing is explained.
_FEWEST_PIECES = 8

#: Exact agreement from which on people expect a high kappa, and a kappa that disappoints them.
_HIGH, _LOW = 0.6, 0.4

#: A level that has at least this share of the scores makes agreement by luck likely.
_COMMON = 0.6

#: Whose idea of luck is set beside the agreement that was seen.
_LUCK = {
    "gwet_ac": "as Gwet sees luck",
    "fleiss_kappa": "drawing from the levels used (Fleiss)",
    "brennan_prediger": "drawing from all levels alike (Brennan-Prediger)",
}

#: How far AC2 may lie above kappa before it is worth a word.
_FAR = 0.4

#: How far the chance of Cohen's and Scott's kappa may differ before the raters' habits are worth a word.
_APART = 0.03


def what_the_number_hides(ratings: Ratings) -> tuple[str, ...]:
    """Sentences on prevalence, on a scale that is used in part, and on habits, where they move coefficients; else none.

    Prevalence: with most scores at one level luck alone gives much agreement, and kappa is low though raters hardly differ.
    A scale used in part: raters who never give most of its levels cannot be far apart, and with quadratic weights coefficients
    that count those levels as ways to differ are high though raters seldom agree.
    Habits: two raters who use the levels differently agree less by luck, and Cohen's kappa credits them for it. Sources:
    Feinstein & Cicchetti (1990), *Journal of Clinical Epidemiology* 43, pp. 543–549; Byrt, Bishop & Carlin (1993), the same
    journal, 46, pp. 423–429.
    """
    said: list[str] = []
    if ratings.n_shared_pieces < _FEWEST_PIECES:
        return ()
    plain = fleiss_kappa(ratings, "identity")
    used = ratings.patterns.mean(ratings.patterns.shares) if ratings.n_units else np.zeros(1)
    most = int(np.argmax(used))
    if (
        plain.is_defined
        and plain.observed >= _HIGH
        and plain.value < _LOW
        and used[most] >= _COMMON
    ):
        said.append(
            f"{percent(float(used[most]))} of the scores are {ratings.values[most]:g}, so luck alone would make two "
            f"raters agree {percent(plain.expected)} of the time: kappa looks low ({decimal(plain.value)}) beside "
            f"{percent(plain.observed)} exact agreement, and Gwet's AC is the one to read here."
        )
    elif plain.is_defined and plain.observed < _HIGH:
        corrected, kappa = gwet_ac(ratings), fleiss_kappa(ratings)
        if corrected.is_defined and kappa.is_defined and corrected.value - kappa.value > _FAR:
            unused = [f"{ratings.values[i]:g}" for i in np.flatnonzero(used == 0)]
            part = f"nobody gave {listed(unused, 'or')}" if unused else "they lie close together"
            said.append(
                f"The scores fill a part of the scale only ({part}), so two raters can hardly be far apart: Gwet's AC2 looks "
                f"high ({decimal(corrected.value)}) beside a kappa of {decimal(kappa.value)} (both with quadratic weights) and "
                f"{percent(plain.observed)} exact agreement, which is the one to read here."
            )
    if ratings.n_raters == 2:
        own, together = cohen_kappa(ratings, "identity"), scott_pi(ratings, "identity")
        if own.is_defined and together.is_defined and together.expected - own.expected > _APART:
            said.append(
                "The two raters do not use the levels equally often; Cohen's kappa forgives that "
                f"({decimal(own.value)}), Scott's pi does not ({decimal(together.value)})."
            )
    return tuple(said)


def seen_and_expected(found: Sequence[Coefficient]) -> str:
    """Observed against expected agreement in a sentence, by each idea of luck; empty where nothing is known."""
    told = []
    seen = float("nan")
    for name, whose in _LUCK.items():
        one = next((c for c in found if (c.name, c.weights) == (name, "quadratic")), None)
        if one is not None and math.isfinite(one.observed) and math.isfinite(one.expected):
            seen = one.observed
            told.append(f"{percent(one.expected)} {whose}")
    if not told:
        return ""
    return (
        f"With near misses counted in part (quadratic weights) raters agree {percent(seen)}; luck alone would give "
        f"{listed(told)}."
    )


def word_sentence(name: str, found: Coefficient, scale: str = "landis-koch") -> str:
    """What a coefficient may be called in a scale of words, its uncertainty counted in; empty where nothing can be said."""
    word = benchmark_word(found, scale)
    if word.word is None:
        return ""
    more = (
        f" (the value alone would be called “{word.apparent}”)"
        if word.apparent != word.word
        else ""
    )
    return (
        f"{name} has earned the word “{word.word}” of {word.scale}{more}; such words are conventions, not judgements "
        "about your purpose."
    )
