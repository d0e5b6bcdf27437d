"""The difference too small to matter, by criterion: what was declared, or an eighth of the criterion's range."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from calibrate.analysis.readings import ScaleLike, as_scales
from calibrate.analysis.severity import TOTAL, margin_of
from calibrate.errors import ArgumentError

Margin = Mapping[str, float] | float | None
"""One number for all criteria, numbers for some of them by their id, or nothing: then it is an eighth of the range."""


def margin_for(margin: Margin, scales: ScaleLike, criterion: str) -> float:
    """The margin of a criterion; in total what was given for it, or the mean of the criteria's.

    Parameters
    ----------
    margin
        In rubric points. Criteria that it does not name keep an eighth of their range.
    criterion
        A criterion's id, or ``total``.
    """
    known = as_scales(scales)
    if margin is None:
        return margin_of(known, criterion)
    if not isinstance(margin, Mapping):
        return float(margin)
    if criterion in margin:
        return float(margin[criterion])
    if criterion == TOTAL:
        return float(np.mean([margin_for(margin, known, one) for one in known]))
    return margin_of(known, criterion)


def parse_margin(text: str, criteria: Sequence[str]) -> Margin:
    """Read ``0.25`` or ``ORG=0.25,CONV=0.2``; names are told apart without regard to capitals.

    Parameters
    ----------
    criteria
        The criteria that there are; ``total`` may be named too.

    Raises
    ------
    ArgumentError
        If a margin is not a number above 0, or a criterion is unknown or named twice.
    """
    found = numbers_by_criterion(text, (*criteria, TOTAL), "margin")
    if any(one <= 0 for one in ([found] if isinstance(found, float) else found.values())):
        raise _wrong("A margin is a number above 0.", "margin")
    return found


def numbers_by_criterion(text: str, known: Sequence[str], what: str) -> dict[str, float] | float:
    """One number for all criteria, or one for each of some, from an option's text.

    Parameters
    ----------
    known
        What may be named before “=”.
    what
        The option without its dashes, which messages speak of.

    Raises
    ------
    ArgumentError
        If something is not a number, or a criterion is unknown or named twice.
    """
    if "=" not in text:
        return _number(text, what)
    names = {one.casefold(): one for one in known}
    found: dict[str, float] = {}
    for part in text.split(","):
        name, equals, number = (one.strip() for one in part.partition("="))
        if not equals:
            raise _wrong(f"Some numbers of --{what} name a criterion and some do not.", what)
        if name.casefold() not in names:
            raise _wrong(
                f"There is no criterion called {name!r}; there are {', '.join(known)}."
                if name
                else "A criterion's name is missing before “=”.",
                what,
            )
        criterion = names[name.casefold()]
        if criterion in found:
            raise _wrong(f"The criterion {criterion} is named twice.", what)
        found[criterion] = _number(number, what)
    return found


def _number(text: str, what: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise _wrong(f"A {what} is a number.", what)
    return found


def _wrong(message: str, what: str) -> ArgumentError:
    number = {"margin": ("0.25", "0.2")}.get(what, ("3", "2"))
    return ArgumentError(
        message,
        column=f"--{what}",
        fix=f"Write it like {number[0]}, or by criterion like ORG={number[0]},CONV={number[1]}.",
    )
