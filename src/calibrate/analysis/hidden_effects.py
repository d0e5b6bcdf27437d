"""What a number hides: when kappa and exact agreement part company, one sentence says why."""

from __future__ import annotations

import numpy as np

from calibrate.analysis.wording import percent
from calibrate.stats.agreement import fleiss_kappa
from calibrate.stats.benchmark_words import benchmark_word
from calibrate.stats.ratings import Ratings
from calibrate.stats.results import Coefficient
from calibrate.stats.two_raters import cohen_kappa, scott_pi

#: Exact agreement from which on people expect a high kappa, and a kappa that disappoints them.
_HIGH, _LOW = 0.6, 0.4

#: A level that has at least this share of the scores makes agreement by luck likely.
_COMMON = 0.6

#: How far the chance of Cohen's and Scott's kappa may differ before the raters' habits are worth a word.
_APART = 0.03


def what_the_number_hides(ratings: Ratings) -> tuple[str, ...]:
    """Sentences on prevalence and on habits, where they move kappa; none where they do not.

    Prevalence: with most scores at one level luck alone gives much agreement, and kappa is low though raters hardly differ.
    Habits: two raters who use the levels differently agree less by luck, and Cohen's kappa credits them for it. Sources:
    Feinstein & Cicchetti (1990), *Journal of Clinical Epidemiology* 43, pp. 543–549; Byrt, Bishop & Carlin (1993), the same
    journal, 46, pp. 423–429.
    """
    said = []
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
            f"raters agree {percent(plain.expected)} of the time: kappa looks low ({plain.value:.2f}) beside "
            f"{percent(plain.observed)} exact agreement, and Gwet's AC is the one to read here."
        )
    if ratings.n_raters == 2:
        own, together = cohen_kappa(ratings, "identity"), scott_pi(ratings, "identity")
        if own.is_defined and together.is_defined and together.expected - own.expected > _APART:
            said.append(
                "The two raters do not use the levels equally often; Cohen's kappa forgives that "
                f"({own.value:.2f}), Scott's pi does not ({together.value:.2f})."
            )
    return tuple(said)


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
