"""The frozen answer of every agreement statistic."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

#: Flags that several statistics share, in the words that people see.
NO_VARIATION = "no variation"
ONE_PIECE = "one piece: no interval"
PERFECT = "perfect agreement: no interval"
NO_SPREAD = "every piece moves it alike: no interval"

#: Errors below this are rounding: the pieces do not differ in what they add, which is no sign that others would not.
LEAST_ERROR = 1e-12

#: Reasons that several statistics share for a value that is undefined.
NO_PAIRS = "no piece has scores from two or more raters"
ALL_THE_SAME = (
    "no variation: every score is the same, so agreement beyond chance cannot be told from luck"
)


@dataclass(frozen=True)
class Coefficient:
    """One agreement coefficient, with its uncertainty and what it rests on.

    Attributes
    ----------
    name
        ``exact_agreement``, ``cohen_kappa``, ``gwet_ac``, …
    weights
        ``identity``, ``linear``, ``quadratic``, ``ordinal``, ``given``; for Krippendorff's alpha the level of measurement;
        ``None`` where weights mean nothing (ICC).
    value, se, ci_low, ci_high
        The estimate, its standard error and its 95% interval; ``nan`` where undefined. Agreement is a proportion 0–1;
        chance-corrected coefficients reach 1 and can be negative.
    method
        How value and interval were found, in words.
    n_pieces, n_raters, n_ratings
        What was really used, after dropping: pieces with two or more scores, raters with at least one score, scores.
    undefined
        Why ``value`` is ``nan``; ``None`` where it is defined.
    flags
        What a reader must know beside the number (``no variation``, ``one piece: no interval``, …).
    se_null
        The standard error under the hypothesis that the coefficient is 0, for a test, where it differs from ``se`` and a formula
        is known; else ``nan``. It is not for intervals: those show where the truth may lie, and so use ``se``.
    p_null
        The probability of a value this high or higher if raters had nothing in common; ``nan`` where it is not worked out.
    observed, expected
        Observed agreement and the agreement expected by chance (0–1), for chance-corrected coefficients; else ``nan``.
    by_piece
        How far each piece moves the value, shape (n_pieces,), for coefficients whose error is found by piece: the square root of
        the sum of its squares is that error. None where it is not worked out. It is no part of what is shown or compared.
    """

    name: str
    weights: str | None
    value: float
    se: float = math.nan
    ci_low: float = math.nan
    ci_high: float = math.nan
    method: str = ""
    n_pieces: int = 0
    n_raters: int = 0
    n_ratings: int = 0
    undefined: str | None = None
    flags: tuple[str, ...] = ()
    observed: float = math.nan
    expected: float = math.nan
    se_null: float = math.nan
    p_null: float = math.nan
    by_piece: FloatArray | None = field(default=None, repr=False, compare=False)

    @property
    def is_defined(self) -> bool:
        """Whether there is a value at all."""
        return self.undefined is None

    @property
    def has_interval(self) -> bool:
        """Whether both ends of the interval are known."""
        return math.isfinite(self.ci_low) and math.isfinite(self.ci_high)

    def as_dict(self) -> dict[str, object]:
        """The fields of the JSON answer: full precision, ``None`` for what is undefined."""
        return {
            "name": self.name,
            "weights": self.weights,
            "value": _or_none(self.value),
            "se": _or_none(self.se),
            "se_null": _or_none(self.se_null),
            "p_null": _or_none(self.p_null),
            "ci_low": _or_none(self.ci_low),
            "ci_high": _or_none(self.ci_high),
            "method": self.method,
            "n_pieces": self.n_pieces,
            "observed": _or_none(self.observed),
            "expected": _or_none(self.expected),
            "undefined": self.undefined,
            "flags": list(self.flags),
        }


def without_spread(found: Coefficient, why: str = NO_SPREAD) -> Coefficient:
    """The coefficient without an error and an interval: its pieces are too much alike to tell how far it may be off."""
    return replace(found, se=math.nan, ci_low=math.nan, ci_high=math.nan, flags=(*found.flags, why))


def _or_none(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
