"""What is said of raters' severity: one verdict for each, and one sentence for all."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from calibrate.analysis.wording import count, label, percent, points, some_listed, upper_first
from calibrate.stats.facets import FacetsFit
from calibrate.stats.facets.effects import false_discovery
from calibrate.stats.facets.judgements import CRITERION, distinct
from calibrate.stats.facets.part_fit import PartFit
from calibrate.stats.facets.summary import fair_scores
from calibrate.stats.facets.tables import WHY
from calibrate.stats.facets.unexpected import Unexpected

HARSHER, LENIENT, IN_LINE, CANNOT_TELL = "harsher", "more lenient", "in line", "cannot tell"


@dataclass(frozen=True)
class RaterVerdict:
    """One rater beside the average rater of the same subset.

    ``difference`` is in rubric points on a typical piece, over all criteria, and negative where the rater awards less; ``se`` is
    its error. ``verdict`` is ``harsher``, ``more lenient``, ``in line`` or ``cannot tell``; of many raters only a twentieth of
    those called harsher or more lenient is expected to be so by chance.
    """

    rater: str
    subset: int
    difference: float
    se: float
    margin: float
    verdict: str
    sentence: str


def rater_verdicts(
    fit: FacetsFit, labels: Mapping[str, str] | None = None
) -> tuple[RaterVerdict, ...]:
    """A verdict for every rater, in the order of the table of raters."""
    table = fit.tables["rater"]
    parts = dict(fit.bounded)
    raters = len(table.ids)
    difference, se, margin = (np.full(raters, math.nan) for _ in range(3))
    for number, part in parts.items():
        mine = np.flatnonzero(table.subset == number)
        difference[mine], se[mine] = _in_points(fit, part, mine)
        margin[mine] = _margin(fit, part)
    alone = np.array(
        [
            parts.get(int(s)) is None or state == "open"
            for s, state in zip(table.subset, table.state, strict=True)
        ]
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        p = np.array([math.erfc(abs(z) / math.sqrt(2)) for z in table.measure / table.se])
    p[~np.isfinite(table.se)] = math.nan
    stands_out = false_discovery(p)
    found = []
    for i, rater in enumerate(table.ids):
        reach = 1.645 * se[i]
        if alone[i] or not math.isfinite(se[i]):
            verdict = CANNOT_TELL
        elif abs(difference[i]) + reach < margin[i]:
            verdict = IN_LINE
        elif stands_out[i]:
            verdict = HARSHER if difference[i] < 0 else LENIENT
        else:
            verdict = CANNOT_TELL
        reason = WHY.get(table.state[i], "")
        found.append(
            RaterVerdict(
                rater,
                int(table.subset[i]),
                float(difference[i]),
                float(se[i]),
                float(margin[i]),
                verdict,
                _sentence(
                    label(labels, rater), float(difference[i]), float(se[i]), verdict, reason
                ),
            )
        )
    return tuple(found)


def _in_points(
    fit: FacetsFit, part: PartFit, rows: np.ndarray[tuple[int], np.dtype[np.intp]]
) -> tuple[
    np.ndarray[tuple[int], np.dtype[np.float64]], np.ndarray[tuple[int], np.dtype[np.float64]]
]:
    """Difference from the average rater on a typical piece, and its error, in rubric points (the delta method)."""
    table = fit.tables["rater"]
    typical = np.full(len(rows), part.typical)
    middle = fair_scores(typical, part, fit.data)
    severity = table.measure[rows]
    here = fair_scores(typical - severity, part, fit.data)
    step = 0.01
    slope = (
        fair_scores(typical - severity + step, part, fit.data)
        - fair_scores(typical - severity - step, part, fit.data)
    ) / (2 * step)
    return here - middle, slope * table.se[rows]


def _margin(fit: FacetsFit, part: PartFit) -> float:
    """The difference too small to matter: an eighth of the criteria's mean range."""
    used = np.flatnonzero(part.estimated[CRITERION]).tolist()
    return float(np.mean([fit.data.values[c][-1] - fit.data.values[c][0] for c in used])) / 8


def _sentence(name: str, difference: float, se: float, verdict: str, reason: str) -> str:
    if not math.isfinite(difference):
        return f"{name}: cannot tell, because {reason or 'there is no measure'}."
    if not math.isfinite(se):
        return f"{name} was held at a known value."
    way = "less" if difference < 0 else "more"
    size = (
        "gives what the average rater gives"
        if abs(difference) < 0.005
        else f"gives {points(difference)} {way} than the average rater for the same work"
    )
    ends = f"(give or take {points(1.96 * se)})"
    tail = {
        HARSHER: "harsher, more than chance would explain",
        LENIENT: "more lenient, more than chance would explain",
        IN_LINE: "too small a difference to matter",
        CANNOT_TELL: "cannot tell whether that is more than chance",
    }[verdict]
    return f"{name} {size} {ends}: {tail}."


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
            f"The {count(raters, 'rater')} fall into {len(fit.parts)} groups that no shared piece joins, so nobody can be "
            "compared across groups; within them, "
        )
    by = {
        verdict: [label(labels, one.rater) for one in verdicts if one.verdict == verdict]
        for verdict in (HARSHER, LENIENT, IN_LINE, CANNOT_TELL)
    }
    parts = []
    if by[HARSHER]:
        verb = "is" if len(by[HARSHER]) == 1 else "are"
        parts.append(f"{some_listed(by[HARSHER])} {verb} harsher than the others on the same work")
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
        text += f". {upper_first(some_listed(names))} {hang} on the others by only {count(thin.n_pieces, 'piece')}"
    return upper_first(text) + "."


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
