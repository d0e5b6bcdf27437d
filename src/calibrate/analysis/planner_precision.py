"""How many shared pieces, and how many raters a school, it takes to tell a difference between two schools.

From the project's own variance components. On a piece that one rater of each school reads, the difference varies with what each
sees in the piece; over n pieces that shrinks to 2·σ²(piece × rater)/n. For *these raters* that is all. For *schools* the raters
vary too: with m raters a school 2·σ²(rater)/m is added, and no number of pieces takes it away.

A difference δ is told when it is found (95 % interval without 0) in four cases of five: the standard error may then be at most
δ / (z(.975) + z(.80)) = δ / 2.80. Source: the usual power of a normal test; components with criteria fixed as in Brennan (2001),
section 4.3. Where schools differ in the data at hand, σ²(rater) holds their differences too, so the answer errs to the careful side.

Schools are spoken of from two raters each on: one rater is not a school. Where σ²(rater) comes out at 0 (few raters, or hardly
linked ones) it is not believed: nothing is said of schools then.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import special

from calibrate.analysis.settling import CHANCE, MOST
from calibrate.analysis.wording import count, points
from calibrate.errors import ArgumentError
from calibrate.stats.generalizability import GStudy
from calibrate.stats.generalizability_decisions import error_parts

FEWEST_RATERS = 2
"""With fewer raters a school nothing can be said of the school itself: they would be the school."""
MOST_RATERS = 12
"""As many raters a school as the table goes to."""


@dataclass(frozen=True)
class Needed:
    """What it takes with so many raters a school.

    Parameters
    ----------
    n_raters
        Raters of each school who read shared pieces.
    n_pieces
        Shared pieces; None where no number of pieces is enough.
    """

    n_raters: int
    n_pieces: int | None


@dataclass(frozen=True)
class Precision:
    """What it takes to tell a difference between two schools.

    Parameters
    ----------
    difference
        The difference to tell, in rubric points of the mean over criteria.
    these_raters
        Shared pieces for these raters; None where nothing is known or it is more than anybody can read.
    schools
        For schools as such, by raters a school; empty where nothing is known of how far raters differ.
    fewest_raters
        With fewer raters a school no number of pieces settles it; None where nothing is known of that.
    reading, severity
        The variances behind it: of a single reading, and of how strict raters are, squared points; ``nan`` where nothing is known.
    """

    difference: float
    these_raters: int | None
    schools: tuple[Needed, ...]
    fewest_raters: int | None
    sentence: str
    reading: float = math.nan
    severity: float = math.nan

    def pieces_with(self, n_raters: int) -> int | None:
        """Shared pieces for schools with so many raters each; None where no number is enough, or none is known to be."""
        if n_raters < FEWEST_RATERS or math.isnan(self.severity):
            return None
        return _pieces(
            self.reading, _allowed(self.difference) - 2 * self.severity / n_raters, n_raters
        )

    def as_dict(self) -> dict[str, object]:
        """The ``precision`` part of the JSON answer."""
        return {
            "difference": self.difference,
            "these_raters": self.these_raters,
            "fewest_raters": self.fewest_raters,
            "schools": [
                {"n_raters": one.n_raters, "n_pieces": one.n_pieces} for one in self.schools
            ],
            "sentence": self.sentence,
        }


def what_it_takes(study: GStudy, difference: float) -> Precision:
    """Shared pieces and raters a school for telling a difference of so many points.

    Parameters
    ----------
    study
        Components with the piece as the object.
    difference
        In rubric points, above 0.
    """
    if not (math.isfinite(difference) and difference > 0):
        raise ArgumentError("A difference to tell is a number above 0.", column="--tell")
    if study.undefined:
        words = (
            f"What it takes to tell {points(difference)} cannot be worked out: {study.undefined}."
        )
        return Precision(difference, None, (), None, words)
    part = error_parts(study)
    # Where raters cannot be told from their single readings, all of it counts as severity too: the careful side.
    reading = part["rater"] + part["task"] + part["both"]
    severity = part["rater_alone"] if study.design != "nested" else reading
    allowed = _allowed(difference)
    these = _pieces(reading, allowed, 1)
    if study.design != "nested" and study.variance("rater") <= 0:
        words = (
            f"{_of_these(difference, these)}. For the schools themselves this cannot be worked out: these scores do not show how "
            "far raters differ, because there are too few raters, or they share too few pieces."
        )
        return Precision(difference, these, (), None, words, reading)
    fewest = max(math.floor(2 * severity / allowed) + 1, FEWEST_RATERS)
    top = max(MOST_RATERS, min(fewest + 4, 60))
    rows = tuple(
        Needed(m, _pieces(reading, allowed - 2 * severity / m, m) if m >= fewest else None)
        for m in range(1, top + 1)
    )
    words = _words(difference, these, rows, fewest)
    if _poorly_known(study):
        words += (
            " How far raters differ is known only roughly here: it may take more raters than that."
        )
    return Precision(difference, these, rows, fewest, words, reading, severity)


def told_with(precision: Precision, n_pieces: int, raters: tuple[int, int] | None = None) -> float:
    """The smallest difference that so many shared pieces tell.

    Parameters
    ----------
    precision
        Holds the variances.
    n_pieces
        Pieces that raters of both schools read.
    raters
        How many raters of each read them, where the difference is to speak for the schools; None for these raters alone.

    Returns
    -------
    float
        In points; ``inf`` without a shared piece, and of schools with one rater or where nothing is known of how far raters differ.
    """
    if n_pieces < 1:
        return math.inf
    if raters is not None and (min(raters) < FEWEST_RATERS or math.isnan(precision.severity)):
        return math.inf
    error = 2 * precision.reading / n_pieces
    if raters is not None:
        error += precision.severity * (1 / raters[0] + 1 / raters[1])
    return _Z * math.sqrt(error)


_Z = float(special.ndtri(0.975) + special.ndtri(CHANCE))


def _allowed(difference: float) -> float:
    """The error variance with which a difference is told."""
    return (difference / _Z) ** 2


def _pieces(reading: float, allowed: float, n_raters: int) -> int | None:
    """The fewest pieces that bring the readings' part under what is allowed, at least one for each rater."""
    if allowed <= 0:
        return None
    n = max(math.ceil(2 * reading / allowed - 1e-9), n_raters, 1)
    return n if n <= MOST else None


def _poorly_known(study: GStudy) -> bool:
    """Whether the interval of how far raters differ reaches down to nothing."""
    return any(one.source == "rater" and one.ci_low <= 0 for one in study.components)


def _of_these(difference: float, these: int | None) -> str:
    what = f"To tell {points(difference)} between two schools, as these raters score, takes"
    if these is None:
        return f"{what} more shared pieces than anybody can read"
    return f"{what} {count(these, 'shared piece')}"


def _words(difference: float, these: int | None, rows: tuple[Needed, ...], fewest: int) -> str:
    told = _of_these(difference, these)
    first = next((one for one in rows if one.n_pieces is not None), None)
    if first is None or first.n_pieces is None:
        return f"{told}. For the schools themselves it takes at least {count(fewest, 'rater')} of each; with fewer, no number of pieces settles it."
    text = f"{told}. For the schools themselves, {count(first.n_raters, 'rater')} of each must read {count(first.n_pieces, 'shared piece')}"
    later = next((one for one in rows if one.n_raters == first.n_raters + 2), None)
    if later is not None and later.n_pieces is not None and later.n_pieces < first.n_pieces:
        text += f", or {later.n_raters} of each {later.n_pieces}"
    text += f"; with fewer than {fewest} raters of each, no number of pieces settles it"
    return f"{text}. (Four cases of five, 95% intervals.)"
