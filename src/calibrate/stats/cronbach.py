"""Cronbach's alpha: do the criteria of a rubric hang together?"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy import special

from calibrate.errors import ArgumentError
from calibrate.stats.intervals import TAIL
from calibrate.stats.results import ALL_THE_SAME, NO_VARIATION, Coefficient


def cronbach_alpha(scores: npt.ArrayLike) -> Coefficient:
    """If a total over criteria is reported, how alike are the criteria as parts of it?

    It is about criteria, not raters: 0.9 says that the criteria rise and fall together, never that raters agree. Very high
    values often mean **halo**: a rater who forms one opinion and gives it five times.

    It misleads with two or three criteria (it grows with their number), where criteria have different scales, and where one
    rater reads most pieces. Undefined with one criterion, fewer than two complete readings, or totals that never vary.
    Source: Cronbach (1951), *Psychometrika* 16, pp. 297–334; the F interval is Feldt's (1965), *Psychometrika* 30,
    pp. 357–370.

    Parameters
    ----------
    scores
        A row for each reading, a column for each criterion, ``nan`` where a criterion was not scored; readings with a gap
        are left out and counted.
    """
    table = np.asarray(scores, dtype=float)
    if table.ndim != 2:
        raise ArgumentError(
            "Scores must be a table: a row for each reading, a column for each criterion."
        )
    whole = ~np.isnan(table).any(axis=1)
    left_out = int((~whole & ~np.isnan(table).all(axis=1)).sum())
    table = table[whole]
    n, k = table.shape
    flags = (f"{left_out} readings without a score on every criterion do not count",)
    basis = Coefficient(
        "cronbach_alpha",
        None,
        math.nan,
        method="readings that scored every criterion; F interval (Feldt), as if readings were independent",
        n_pieces=n,
        n_ratings=table.size,
        flags=flags if left_out else (),
    )
    if k < 2:
        return replace(basis, undefined="there is only one criterion")
    if n < 2:
        return replace(basis, undefined="fewer than two readings scored every criterion")
    total = float(table.sum(axis=1).var(ddof=1))
    if total < 1e-12:
        same = float(np.ptp(table)) == 0.0
        return replace(
            basis,
            undefined=ALL_THE_SAME if same else "every reading has the same total",
            flags=(*basis.flags, NO_VARIATION) if same else basis.flags,
        )
    value = k / (k - 1) * (1 - float(table.var(axis=0, ddof=1).sum()) / total)
    found = replace(basis, value=value)
    if 1 - value < 1e-12:
        return replace(found, flags=(*basis.flags, "the criteria are copies: no interval"))
    df = (n - 1, (n - 1) * (k - 1))
    low, high = (1 - (1 - value) * float(special.fdtri(*df, at)) for at in (1 - TAIL, TAIL))
    return replace(found, ci_low=low, ci_high=high)
