"""One verdict for each rater: harsher, more lenient, in line, or cannot tell.

A team that meets over five pieces has five draws, however many criteria it scored: an error from so few is itself a guess, and a
normal interval around it would call somebody harsh in every sixth team in which all are alike. So the interval is Student's t, with
the degrees of freedom of the pieces that a rater's place really rests on (`stats.facets.contrasts`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from calibrate.analysis.intervals import MIN_PIECES
from calibrate.analysis.wording import count, label, points
from calibrate.stats.facets import FacetsFit
from calibrate.stats.facets.contrasts import MANY, Contrasts
from calibrate.stats.facets.effects import false_discovery
from calibrate.stats.facets.errors import own_pieces
from calibrate.stats.facets.judgements import CRITERION, RATER
from calibrate.stats.facets.layout import holds_pieces
from calibrate.stats.facets.part_fit import PartFit
from calibrate.stats.facets.summary import fair_scores
from calibrate.stats.facets.tables import EXTREME, WHY

FloatArray = npt.NDArray[np.float64]

#: Up to so many pieces degrees of freedom are counted exactly; with more, by how evenly pieces pull, which is as good and quick.
FEW_PIECES = 60

AVERAGE = "the average rater"

HARSHER, LENIENT, IN_LINE, CANNOT_TELL = "harsher", "more lenient", "in line", "cannot tell"


@dataclass(frozen=True)
class RaterVerdict:
    """One rater beside the average rater of the same subset (of the same school, where schools are a facet of their own).

    ``difference`` is in rubric points on a typical piece, over all criteria, and negative where the rater awards less; ``ci_low``
    and ``ci_high`` bound its 95 % interval (Student's t with ``df`` degrees of freedom), ``se`` is that interval's half width in
    standard errors. ``half_logits`` is the half width of the interval of the severity itself. ``verdict`` is ``harsher``, ``more
    lenient``, ``in line`` or ``cannot tell``; of many raters only a twentieth of those called harsher or more lenient is expected
    to be so by chance.
    """

    rater: str
    subset: int
    difference: float
    se: float
    ci_low: float
    ci_high: float
    df: float
    half_logits: float
    margin: float
    verdict: str
    sentence: str


def rater_verdicts(
    fit: FacetsFit, labels: Mapping[str, str] | None = None
) -> tuple[RaterVerdict, ...]:
    """A verdict for every rater, in the order of the table of raters."""
    table = fit.tables["rater"]
    raters = len(table.ids)
    found = _Rows(raters)
    beside = [AVERAGE] * raters
    for number, part in fit.bounded:
        mine = np.flatnonzero(table.subset == number)
        _fill(found, fit, part, mine)
        for i in mine.tolist():
            beside[i] = beside_whom(fit, part)
    stands_out = false_discovery(found.p)
    return tuple(
        _verdict(fit, found, i, bool(stands_out[i]), beside[i], labels) for i in range(raters)
    )


def beside_whom(fit: FacetsFit, part: PartFit) -> str:
    """Beside whom the raters of a part are set: the average of all, or of their school, or the zero of a scale that is held."""
    held = fit.anchors.get("rater", {})
    here = [
        one
        for one, known in zip(part.data.facets[RATER].ids, part.estimated[RATER], strict=True)
        if known
    ]
    if any(one in held for one in here) or holds_pieces(part.data, fit.anchors):
        return "a rater at 0 on the held scale"
    school = next((part.data.facets[g].name for g in part.within(RATER)), "")
    return f"the average rater of the same {school.replace('_', ' ')}" if school else AVERAGE


class _Rows:
    """Columns by rater, ``nan`` where nothing is known."""

    def __init__(self, n: int) -> None:
        self.difference, self.se, self.margin, self.df, self.p, self.half, self.pieces = (
            np.full(n, math.nan) for _ in range(7)
        )
        self.settled = np.ones(n, dtype=bool)
        self.wide, self.narrow = np.full((2, n), math.nan), np.full((2, n), math.nan)


def _fill(found: _Rows, fit: FacetsFit, part: PartFit, rows: npt.NDArray[np.intp]) -> None:
    table, data = fit.tables["rater"], part.data
    place = {one: i for i, one in enumerate(data.facets[RATER].ids)}
    who = np.array([place[table.ids[i]] for i in rows.tolist()], dtype=np.int64)
    severity = table.measure[rows]
    pieces = _pieces_of(fit, part, RATER)[who]
    se, df = _errors(fit, part, RATER, who, table.se[rows], pieces)
    group = (part.with_groups(RATER) - part.measures(RATER))[who]
    centre = np.full(len(rows), part.typical) - group
    middle = fair_scores(centre, part, fit.data)

    def points_at(measure: FloatArray) -> FloatArray:
        return fair_scores(centre - measure, part, fit.data) - middle

    found.pieces[rows], found.df[rows], found.settled[rows] = pieces, df, part.converged
    found.margin[rows] = _margin(fit, part)
    found.difference[rows] = points_at(severity)
    with np.errstate(divide="ignore", invalid="ignore"):
        found.p[rows] = 2 * special.stdtr(df, -np.abs(severity / se))
    wide, narrow = (special.stdtrit(df, level) * se for level in (0.975, 0.95))
    found.half[rows] = wide
    found.wide[:, rows] = points_at(severity + wide), points_at(severity - wide)
    found.narrow[:, rows] = points_at(severity + narrow), points_at(severity - narrow)
    found.se[rows] = (found.wide[1, rows] - found.wide[0, rows]) / (2 * special.stdtrit(df, 0.975))


def half_widths(fit: FacetsFit, name: str) -> FloatArray:
    """Half the 95 % interval of every measure of a facet, logits, by row of its table: Student's t, as for raters."""
    table = fit.tables[name]
    out = np.full(len(table.ids), math.nan)
    for number, part in fit.bounded:
        names = [facet.name for facet in part.data.facets]
        rows = np.flatnonzero(table.subset == number)
        if name not in names or not len(rows):
            continue
        f = names.index(name)
        place = {one: i for i, one in enumerate(part.data.facets[f].ids)}
        who = np.array([place[table.ids[i]] for i in rows.tolist()], dtype=np.int64)
        se, df = _errors(fit, part, f, who, table.se[rows], _pieces_of(fit, part, f)[who])
        out[rows] = special.stdtrit(df, 0.975) * se
    return out


def _pieces_of(fit: FacetsFit, part: PartFit, f: int) -> FloatArray:
    """How many pieces with a measure each element of facet f met, those whose scores are all at an end included."""
    data = fit.data.only(part.part.everything & np.isfinite(part.theta)[fit.data.piece])
    facet = data.facets[part.places[f]]
    size = facet.size
    touched = np.unique(data.piece * size + facet.code) % size
    return np.bincount(touched, minlength=size).astype(float)


def _errors(
    fit: FacetsFit,
    part: PartFit,
    f: int,
    who: npt.NDArray[np.int64],
    se: FloatArray,
    pieces: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Standard errors, logits, and degrees of freedom; ``nan`` where they would rest on too little."""
    df = np.maximum(pieces - 1, 0.0)
    se = se.copy()
    n_pieces = int(own_pieces(part.data, part.layout).max(initial=0))
    if n_pieces <= MANY and not fit.anchors.get("piece"):
        contrasts = Contrasts(part)
        for i, r in enumerate(who.tolist()):
            if not math.isfinite(se[i]) or part.extreme[f][r]:
                continue
            way = np.zeros(contrasts.width)
            way[part.layout.starts[f] + r] = 1.0
            error = contrasts.of(way, degrees=n_pieces <= FEW_PIECES)
            se[i] = error.plain if fit.options.errors == "information" else error.se
            df[i] = min(error.df, df[i])
    few = (pieces < MIN_PIECES) | (df < 1)
    return np.where(few, math.nan, se), np.where(few, math.nan, df)


def _margin(fit: FacetsFit, part: PartFit) -> float:
    """The difference too small to matter: an eighth of the criteria's mean range."""
    used = np.flatnonzero(part.estimated[CRITERION]).tolist()
    return float(np.mean([fit.data.values[c][-1] - fit.data.values[c][0] for c in used])) / 8


def _verdict(
    fit: FacetsFit,
    found: _Rows,
    i: int,
    stands_out: bool,
    beside: str,
    labels: Mapping[str, str] | None,
) -> RaterVerdict:
    table = fit.tables["rater"]
    difference, margin = float(found.difference[i]), float(found.margin[i])
    low, high = (float(one) for one in found.wide[:, i])
    verdict = CANNOT_TELL
    if math.isfinite(found.se[i]) and found.settled[i]:
        if -margin < found.narrow[0, i] and found.narrow[1, i] < margin:
            verdict = IN_LINE
        elif stands_out:
            verdict = HARSHER if difference < 0 else LENIENT
    return RaterVerdict(
        table.ids[i],
        int(table.subset[i]),
        difference,
        float(found.se[i]),
        low,
        high,
        float(found.df[i]),
        float(found.half[i]),
        margin,
        verdict,
        _sentence(found, i, table.state[i], verdict, beside, label(labels, table.ids[i])),
    )


def _sentence(found: _Rows, i: int, state: str, verdict: str, beside: str, name: str) -> str:
    difference = float(found.difference[i])
    if not math.isfinite(difference):
        return f"{name}: cannot tell, because {WHY.get(state) or 'there is no measure'}."
    if state == "anchored":
        return f"{name} was held at a known value."
    way = "less" if difference < 0 else "more"
    size = (
        f"gives what {beside} gives"
        if abs(difference) < 0.005
        else f"gives {points(difference)} {way} than {beside} for the same work"
    )
    if not found.settled[i]:
        return (
            f"{name}: cannot tell, because the estimates had not settled when the iterations ended."
        )
    if not math.isfinite(found.se[i]):
        pieces = int(found.pieces[i])
        few = f"only {count(pieces, 'piece')}" if pieces < MIN_PIECES else "so few shared pieces"
        return f"{name} {size}: cannot tell from {few} whether that is more than chance."
    ends = f" (give or take {points((found.wide[1, i] - found.wide[0, i]) / 2)})"
    tail = {
        HARSHER: "harsher, more than chance would explain",
        LENIENT: "more lenient, more than chance would explain",
        IN_LINE: "too small a difference to matter",
        CANNOT_TELL: "cannot tell whether that is more than chance",
    }[verdict]
    if state == EXTREME:
        end = "lowest" if difference < 0 else "highest"
        tail += f"; every score was the {end}, so how much is a guess"
        ends = ""  # in points it is narrow because the scale ends there, not because more is known
    return f"{name} {size}{ends}: {tail}."
