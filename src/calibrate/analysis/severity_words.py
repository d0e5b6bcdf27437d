"""What is said of raters' severity: one sentence for all, and what goes with it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from calibrate.analysis.severity_verdicts import (
    AVERAGE,
    CANNOT_TELL,
    HARSHER,
    IN_LINE,
    LENIENT,
    RaterVerdict,
    beside_whom,
)
from calibrate.analysis.wording import count, label, percent, some_listed, upper_first
from calibrate.stats.facets import FacetsFit
from calibrate.stats.facets.judgements import CRITERION, distinct
from calibrate.stats.facets.unexpected import Unexpected


def whole_sentence(
    fit: FacetsFit, verdicts: tuple[RaterVerdict, ...], labels: Mapping[str, str] | None = None
) -> str:
    """The one sentence for everybody."""
    raters = len(fit.tables["rater"].ids)
    if raters < 2:
        return "Only one rater scored this work, so nobody can say how severe that is."
    if not fit.fits:
        if _always_alike(fit):
            return (
                "On every piece that two raters read they gave the same scores, so as far as these pieces show, nobody is harsher "
                "than another."
            )
        if fit.connected:
            return "The scores do not differ enough to tell severe from lenient."
        return "No two raters read the same pieces with scores that differ, so nothing can be said about severity."
    start = ""
    if not fit.connected:
        start = (
            f"The {count(raters, 'rater')} fall into {len(fit.parts)} groups that {_no_link(fit)}, so nobody can be "
            "compared across groups; within them, "
        )
    by = {
        verdict: [label(labels, one.rater) for one in verdicts if one.verdict == verdict]
        for verdict in (HARSHER, LENIENT, IN_LINE, CANNOT_TELL)
    }
    parts = []
    if by[HARSHER]:
        verb = "is" if len(by[HARSHER]) == 1 else "are"
        parts.append(
            f"{some_listed(by[HARSHER])} {verb} harsher than {_others(fit)} on the same work"
        )
    if by[LENIENT]:
        verb = "is" if len(by[LENIENT]) == 1 else "are"
        parts.append(f"{some_listed(by[LENIENT])} {verb} more lenient")
    if by[IN_LINE]:
        parts.append(f"{count(len(by[IN_LINE]), 'rater')} scored in line")
    if by[CANNOT_TELL]:
        parts.append(f"for {count(len(by[CANNOT_TELL]), 'rater')} these scores cannot tell")
    text = start + "; ".join(parts)
    if fit.weak:
        thin = fit.weak[0]
        names = [label(labels, fit.data.facets[0].ids[r]) for r in thin.raters]
        hang = "hangs" if len(names) == 1 else "hang"
        text += (
            f". {some_listed(names)} {hang} on the others by only {count(thin.n_pieces, 'piece')}"
        )
    if not start and (by[HARSHER] or by[LENIENT]):
        return text + "."  # it begins with what somebody is called, which stays as it is
    return upper_first(text) + "."


def _no_link(fit: FacetsFit) -> str:
    """Why groups of raters stand apart: no piece in common, or only pieces that do not hold them together."""
    return "no shared piece ties together" if fit.joined_by_extremes else "no shared piece joins"


def _others(fit: FacetsFit) -> str:
    """Beside whom raters are set: all others, those of their own school, or the zero of a scale that is held."""
    beside = {beside_whom(fit, part) for _, part in fit.bounded}
    if beside == {AVERAGE} or len(beside) > 1:
        return "the others"
    one = beside.pop()
    return one.replace("the average rater of the same", "the others of their")


def zero_of(fit: FacetsFit) -> str:
    """Which rater has severity 0."""
    beside = {beside_whom(fit, part) for _, part in fit.bounded}
    if beside == {AVERAGE}:
        return AVERAGE
    school = next((one for one in sorted(beside) if one.startswith(AVERAGE + " ")), "")
    return school.replace("of the same", "of each") or "where the anchors put it"


def _always_alike(fit: FacetsFit) -> bool:
    """Whether judgements of the same piece and criterion never differ, and some are by two raters."""
    data = fit.data
    unit = distinct(data.piece * data.facets[CRITERION].size + data.criterion)[1]
    low = np.full(int(unit.max(initial=0)) + 1, np.iinfo(np.int64).max)
    high = np.zeros(len(low), dtype=np.int64)
    np.minimum.at(low, unit, data.level)
    np.maximum.at(high, unit, data.level)
    return bool((low == high).all() and (np.bincount(unit) > 1).any())


def agreement_sentence(fit: FacetsFit) -> str:
    """Observed beside expected exact agreement, in words."""
    found = fit.agreement
    if not found.n_pairs:
        return "No two raters scored the same piece on the same criterion with measures, so agreement cannot be told."
    start = (
        f"Two raters of the same piece chose the same level {percent(found.observed)} of the time; raters who judge on "
        f"their own, each with their own severity, would be expected to {percent(found.expected)} of the time"
    )
    if found.kappa > 0.2:
        return f"{start}: more than that, so they may not have judged on their own."
    return f"{start}."


def unexpected_sentence(found: tuple[Unexpected, ...], n: int) -> str:
    """How many judgements were unexpected, and the most unexpected one."""
    if not found:
        return "No score lies far from what the model expects."
    first = found[0]
    way = "higher" if first.z > 0 else "lower"
    return (
        f"{count(len(found), 'score')} of {n} ({percent(len(found) / n)}) lie far from what was expected (about one in twenty "
        f"does by chance); the farthest: piece {first.piece} on {first.criterion}, a {first.score:g} where {first.expected:.1f} was "
        f"expected, {way} than the rest of the panel suggests: worth a look together."
    )
