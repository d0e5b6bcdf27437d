"""The rows of the answer: every element of every facet with its measure, and every step of every criterion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.stats.facets.judgements import CRITERION, Judgements
from calibrate.stats.facets.misfit import Fit, fit_of
from calibrate.stats.facets.moments import moments
from calibrate.stats.facets.part_fit import FARTHEST_ERROR, PartFit
from calibrate.stats.facets.pieces import FARTHEST
from calibrate.stats.facets.split import Part
from calibrate.stats.facets.summary import expected_points, fair_scores

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

MEASURED, ANCHORED, EXTREME, ALONE, OPEN, CENTRE, UNBOUNDED, ONE_LEVEL = (
    "measured",
    "anchored",
    "extreme",
    "alone",
    "open",
    "only one",
    "unbounded",
    "one level",
)
"""How a row came by its measure, or why it has none."""

WHY = {
    ALONE: "nobody else read the same pieces with scores that tell raters apart",
    OPEN: "nothing in these scores tells this apart from other elements",
    UNBOUNDED: "scores differ the same way on every shared piece, so there is no finite measure",
    CENTRE: "the only one of its kind in its subset or group, so it is the zero point itself",
    ONE_LEVEL: "every score on it is the same level, so nothing tells how hard it is",
}
"""Why a row has no measure, in words."""


@dataclass(frozen=True, eq=False)
class ElementTable:
    """The elements of one facet (or the pieces), a row for each element and subset; all arrays have shape (rows,).

    Attributes
    ----------
    name
        ``rater``, ``criterion``, ``piece`` or the further facet's column.
    ids, subset
        Which element, and in which subset its measure stands (1 the greatest).
    measure, se
        Logits; for raters positive is harsher, for criteria harder, for pieces better. ``nan`` where there is none.
    infit, outfit, infit_z, outfit_z
        Mean squares and their standard normal deviates.
    fair
        What the element would be given, or would give, on average with all else average, in rubric points.
    observed
        The mean of its scores, in rubric points.
    n
        How many judgements it has.
    state
        ``measured``, ``anchored``, ``extreme`` (drawn in from an end of the scale), ``alone``, ``open``, ``unbounded``,
        ``only one``, or ``one level`` (a criterion all of whose scores are the same).
    displacement, displacement_se
        For anchored elements: how far these data would move them, logits, and the plain error of that; else ``nan``.
    """

    name: str
    ids: tuple[str, ...]
    subset: IntArray
    measure: FloatArray
    se: FloatArray
    infit: FloatArray
    outfit: FloatArray
    infit_z: FloatArray
    outfit_z: FloatArray
    fair: FloatArray
    observed: FloatArray
    n: IntArray
    state: tuple[str, ...]
    displacement: FloatArray
    displacement_se: FloatArray

    def row(self, one: str, subset: int | None = None) -> int:
        """The row of an element (in a subset)."""
        for i, name in enumerate(self.ids):
            if name == one and subset in (None, int(self.subset[i])):
                return i
        raise KeyError(one)


@dataclass(frozen=True)
class Step:
    """The step into one level of one criterion.

    ``threshold`` is where the level and the one below are equally likely, in logits around the criterion's own measure (the
    rating scale model's τ); ``nan`` where one of the two was not used. ``n`` counts how often the level was given.
    """

    criterion: str
    subset: int
    level: float
    threshold: float
    se: float
    n: int


def points_of(data: Judgements) -> FloatArray:
    """The score of every judgement in rubric points, shape (n,)."""
    width = int(data.n_levels.max())
    values = np.zeros((len(data.values), width))
    for c, known in enumerate(data.values):
        values[c, : len(known)] = known
    return np.asarray(values[data.criterion, data.level])


Block = dict[str, npt.NDArray[np.generic]]
"""Columns of some rows of a table."""


def element_table(
    data: Judgements,
    f: int,
    fitted: list[tuple[int, Part, PartFit | None]],
    anchored: frozenset[str],
) -> ElementTable:
    """The table of facet f; ``fitted`` holds every part with its number and its fit, if it has one."""
    facet = data.facets[f]

    def measured(fit: PartFit, here: IntArray) -> tuple[Block, list[str]] | None:
        if f not in fit.places:
            return None
        return _of_facet(fit, data, fit.places.index(f), here, anchored)

    return _table(data, facet.name, facet.ids, facet.code, fitted, measured)


def piece_table(
    data: Judgements,
    fitted: list[tuple[int, Part, PartFit | None]],
    anchored: frozenset[str],
) -> ElementTable:
    """The table of the pieces; a piece stands in the subset of its raters."""

    def measured(fit: PartFit, here: IntArray) -> tuple[Block, list[str]]:
        return _of_pieces(fit, data, here, anchored)

    return _table(data, "piece", data.pieces, data.piece, fitted, measured)


def _table(
    data: Judgements,
    name: str,
    names: tuple[str, ...],
    code: IntArray,
    fitted: list[tuple[int, Part, PartFit | None]],
    measured: Callable[[PartFit, IntArray], tuple[Block, list[str]] | None],
) -> ElementTable:
    """Every element in every part that holds judgements of it.

    Parameters
    ----------
    names, code
        The elements, and the one of each judgement, shape (n,).
    measured
        The measures and states of some elements in a part; None where the part's model leaves them out.
    """
    points = points_of(data)
    columns: list[Block] = []
    states: list[str] = []
    ids: list[str] = []
    for number, part, fit in fitted:
        mine = code[part.everything]
        n = np.bincount(mine, minlength=len(names))
        here = np.flatnonzero(n > 0)
        total = np.bincount(mine, points[part.everything], minlength=len(names))
        block: Block = {
            "subset": np.full(len(here), number),
            "observed": (total / np.maximum(n, 1))[here],
            "n": n[here],
        }
        found = None if fit is None or fit.unbounded else measured(fit, here)
        if found is None:
            found = {one: np.full(len(here), np.nan) for one in _NUMBERS}, [_why(fit)] * len(here)
        columns.append(block | found[0])
        states += found[1]
        ids += [names[e] for e in here.tolist()]
    return _joined(name, ids, states, columns)


def _why(fit: PartFit | None) -> str:
    """Why a part has no measures for an element."""
    if fit is None:
        return ALONE
    return UNBOUNDED if fit.unbounded else OPEN


_NUMBERS = (
    "measure",
    "se",
    "infit",
    "outfit",
    "infit_z",
    "outfit_z",
    "fair",
    "displacement",
    "displacement_se",
)


def _of_facet(
    fit: PartFit, data: Judgements, f: int, here: IntArray, anchored: frozenset[str]
) -> tuple[Block, list[str]]:
    facet = fit.data.facets[f]
    place = fit.layout.facet(f)
    measure = fit.full[place][here].copy()
    se = np.sqrt(np.maximum(np.diag(fit.covariance)[place][here], 0.0))
    held = np.fromiter((facet.ids[e] in anchored for e in here.tolist()), dtype=bool)
    free = np.asarray(fit.layout.basis[place].any(axis=1))[here]
    extreme = fit.extreme[f][here]
    state = np.where(extreme, EXTREME, np.where(held, ANCHORED, MEASURED)).astype(object)
    state[~free & ~held & ~extreme] = np.where(fit.estimated[f][here], CENTRE, OPEN)[
        ~free & ~held & ~extreme
    ]
    state[fit.inverse.open[place][here] & ~extreme] = OPEN
    gone = np.isin(state, (OPEN, CENTRE))
    if f == CRITERION:
        # The only criterion stands at zero, and its fair score is known; one that was not estimated has no scale of its own.
        state[(state == OPEN) & ~fit.estimated[f][here]] = ONE_LEVEL
        gone = np.isin(state, (OPEN, ONE_LEVEL))
    far = ~held & (np.abs(measure) >= FARTHEST)
    state[far], gone = UNBOUNDED, gone | far
    se[held | (state == CENTRE)] = np.nan
    measure[gone], se[gone] = np.nan, np.nan
    good = fit_of(fit.squares, facet.code, facet.size)
    typical = fit.typical
    total = typical - measure - (fit.with_groups(f) - fit.full[place])[here]
    if f == CRITERION:
        fair = expected_points(total, here, fit, data)
    else:
        fair = fair_scores(total, fit, data)
    moved, unsure = (
        np.where(held, one[here], np.nan)
        for one in _displacement(fit, facet.code, facet.size, -1.0)
    )
    return {
        "measure": measure,
        "se": se,
        **_fit_columns(good, here),
        "fair": fair,
        "displacement": moved,
        "displacement_se": unsure,
    }, [str(one) for one in state]


def _displacement(
    fit: PartFit, code: IntArray, size: int, sign: float
) -> tuple[FloatArray, FloatArray]:
    """Residual over information: how far each element would move if it were let go (Linacre, *FACETS* guide, "Displacement").

    With it comes the error if the model is true, one over the root of the information. ``sign`` is −1 for raters and other elements that take from a score, +1 for pieces.
    """
    expected = moments(np.nan_to_num(fit.eta()), fit.data.step, fit.weights).mean
    left = np.bincount(code, fit.data.level - expected, minlength=size)
    known = np.bincount(code, fit.squares.variance, minlength=size)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(sign * left / known), np.asarray(known**-0.5)


def _of_pieces(
    fit: PartFit, data: Judgements, here: IntArray, anchored: frozenset[str]
) -> tuple[Block, list[str]]:
    good = fit_of(fit.squares, fit.data.piece, data.n_pieces)
    measure, se = fit.theta[here].copy(), fit.theta_se[here]
    held = np.array([data.pieces[p] in anchored for p in here.tolist()], dtype=bool)
    state = np.where(fit.extreme_pieces[here], EXTREME, MEASURED).astype(object)
    state[held] = ANCHORED
    state[np.isnan(measure)] = OPEN
    far = ~held & ((np.abs(measure) >= FARTHEST) | (se > FARTHEST_ERROR))
    measure[far], state[far] = np.nan, UNBOUNDED
    moved, unsure = (
        np.where(held, one[here], np.nan)
        for one in _displacement(fit, fit.data.piece, data.n_pieces, 1.0)
    )
    return {
        "measure": measure,
        "se": np.where(held | far, np.nan, se),
        **_fit_columns(good, here),
        "fair": fair_scores(measure, fit, data),
        "displacement": moved,
        "displacement_se": unsure,
    }, [str(one) for one in state]


def _fit_columns(good: Fit, here: IntArray) -> Block:
    return {
        "infit": good.infit[here],
        "outfit": good.outfit[here],
        "infit_z": good.infit_z[here],
        "outfit_z": good.outfit_z[here],
    }


def _joined(
    name: str,
    ids: list[str],
    states: list[str],
    columns: list[Block],
) -> ElementTable:
    whole = {key: np.concatenate([block[key] for block in columns]) for key in columns[0]}
    return ElementTable(
        name=name,
        ids=tuple(ids),
        subset=whole["subset"].astype(np.int64),
        state=tuple(states),
        n=whole["n"].astype(np.int64),
        observed=whole["observed"].astype(float),
        **{key: whole[key].astype(float) for key in _NUMBERS},
    )


def step_rows(data: Judgements, number: int, fit: PartFit) -> list[Step]:
    """The steps of every criterion in one part, lowest first."""
    used = fit.layout.used
    table = fit.layout.cumulative(fit.full)
    transform = np.zeros((used.size, fit.layout.size))
    for j, (g, k) in enumerate(fit.layout.steps.tolist()):
        transform[g * used.shape[1] + k, fit.layout.starts[-1] + j] = 1.0
    rows = []
    for c in np.flatnonzero(fit.estimated[CRITERION]).tolist():
        g, values = int(data.step_of[c]), data.values[c]
        counts = np.bincount(
            fit.data.level[fit.data.criterion == c], minlength=len(values)
        ).tolist()
        for k in range(1, len(values)):
            threshold = se = float("nan")
            if used[g, k] and used[g, k - 1] and not fit.unbounded:
                threshold = float(table[g, k] - table[g, k - 1])
                way = transform[g * used.shape[1] + k] - transform[g * used.shape[1] + k - 1]
                se = float(np.sqrt(max(way @ fit.covariance @ way, 0.0))) if way.any() else se
            rows.append(
                Step(
                    data.facets[CRITERION].ids[c],
                    number,
                    float(values[k]),
                    threshold,
                    se,
                    int(counts[k]),
                )
            )
    return rows
