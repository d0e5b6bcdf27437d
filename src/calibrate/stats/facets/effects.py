"""What single raters do beside being severe: one extra parameter for each rater or cell, told with its error.

Each parameter is estimated by one Newton step from the fitted model, with all other parameters, the pieces included, set free
(an efficient score test: Rao 1948; Cox & Hinkley 1974, *Theoretical Statistics*, §9.3). Pieces are fixed effects here, so only
contrasts within pieces count. Errors are robust: a piece with all its judgements is one draw.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse, special

from calibrate.stats.facets.blocks import Blocks
from calibrate.stats.facets.joint import profile_information
from calibrate.stats.facets.judgements import CRITERION, RATER, Judgements, distinct
from calibrate.stats.facets.moments import level_chances, moments
from calibrate.stats.facets.part_fit import PartFit
from calibrate.stats.facets.pieces import measures_for_totals
from calibrate.stats.facets.solve import invert

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

#: A cell of fewer pieces is not tested.
MIN_PIECES = 5

#: A cell whose information is less than this, logits⁻², says nothing of its own.
_LEAST_INFORMATION = 0.25


@dataclass(frozen=True, eq=False)
class Cells:
    """One extra parameter for each cell, shapes (cells,); ``nan`` where the data cannot tell.

    Attributes
    ----------
    value, se
        Logits (halo: a correlation).
    p
        The chance of so large a value if there were nothing, from Student's t with one less than the cell's pieces.
    flagged
        Whether it stands out with the false-discovery rate over all cells kept at 5 % (Benjamini & Hochberg 1995, *JRSS B* 57).
    n_pieces
        Pieces of the cell.
    """

    value: FloatArray
    se: FloatArray
    p: FloatArray
    flagged: BoolArray
    n_pieces: IntArray

    @property
    def n_tested(self) -> int:
        """How many cells were tested: the size of the family."""
        return int(np.isfinite(self.p).sum())


def false_discovery(p: FloatArray, rate: float = 0.05) -> BoolArray:
    """Which of the p-values stand out with this false-discovery rate (Benjamini & Hochberg 1995); ``nan`` never does."""
    out = np.zeros(len(p), dtype=bool)
    known = np.flatnonzero(np.isfinite(p))
    if not len(known):
        return out
    order = known[np.argsort(p[known], kind="stable")]
    under = p[order] <= rate * np.arange(1, len(order) + 1) / len(order)
    if under.any():
        out[order[: int(np.flatnonzero(under)[-1]) + 1]] = True
    return out


class Residuals:
    """The judgements of one fitted part with each piece at its own best measure, ready for extra parameters."""

    def __init__(self, fit: PartFit) -> None:
        core = (
            fit.part.core[fit.part.usable]
            if len(fit.data.piece) != int(fit.part.core.sum())
            else None
        )
        self.data: Judgements = fit.data if core is None else fit.data.only(core)
        data = self.data
        self.fit = fit
        self.owner_ids, self.owner = distinct(data.piece)
        total = np.bincount(self.owner, data.level).astype(float)
        rest = -fit.layout.location(fit.full, data)
        theta, _ = measures_for_totals(total, self.owner, rest, data.step, fit.weights)
        self.eta = theta[self.owner] + rest
        self.found = moments(self.eta, data.step, fit.weights)
        renumbered = _renumbered(data, self.owner, len(self.owner_ids))
        self.blocks = Blocks(renumbered, fit.layout, len(self.owner_ids))
        ones = np.ones(len(self.owner_ids))
        free = np.ones(len(self.owner_ids), dtype=bool)
        information, self.table, self.spread = profile_information(
            self.blocks, self.found, ones, free, True
        )
        self.inverse = invert(information, fit.layout.basis).full
        inner = len(self.found.chance)
        by_level = np.array(
            [self.found.chance[k] - (data.level == k + 1) for k in range(inner)]
        ).reshape(inner, data.n)
        self.scores = self.blocks.table(self.found.mean - data.level, by_level)
        self.meat = self.blocks.cross(self.scores, ones)
        self.left = self.blocks.total(self.scores, ones)  # 0 for joint estimates

    def cells(self, cell: IntArray, n_cells: int, along: FloatArray) -> Cells:
        """One extra parameter for each cell.

        Parameters
        ----------
        cell
            The cell of each judgement of ``data``, −1 for none, shape (n,).
        n_cells
            How many cells there are.
        along
            What the parameter adds to the logarithm of each level's chance, shape (G, K).
        """
        data, fit = self.data, self.fit
        rows = np.flatnonzero(cell >= 0)
        chances = level_chances(self.eta[rows], data.step[rows], fit.weights)
        gain = along[data.step[rows]].T
        position = np.arange(len(chances))[:, None]
        mean = (chances * gain).sum(axis=0)
        variance = (chances * gain * gain).sum(axis=0) - mean * mean
        with_position = (chances * gain * position).sum(axis=0) - mean * self.found.mean[rows]
        inner = [chances[k] * (gain[k] - mean) for k in range(1, len(chances) - 1)]
        residual = along[data.step[rows], data.level[rows]] - mean
        where = (self.owner[rows], cell[rows])
        shape = (len(self.owner_ids), n_cells)

        def table(values: FloatArray) -> sparse.csr_matrix:
            return sparse.csr_matrix((values, where), shape=shape)

        pull = table(with_position)
        shrunk = sparse.diags(1 / self.spread) @ pull
        mixed = -self._by_parameter(rows, cell[rows], n_cells, with_position, inner)
        mixed += self.blocks.against(self.table, shrunk)
        each = table(variance) - pull.multiply(shrunk)  # what each piece tells of each cell
        own = np.asarray(each.sum(axis=0)).ravel()
        shift = self.inverse @ mixed
        information = own - (mixed * shift).sum(axis=0)
        local = table(residual)
        slope = np.asarray(local.sum(axis=0)).ravel() - self.left @ shift
        cross = self.blocks.against(self.scores, local)
        scatter = (
            np.asarray(local.multiply(local).sum(axis=0)).ravel()
            - 2 * (cross * shift).sum(axis=0)
            + (shift * (self.meat @ shift)).sum(axis=0)
        )
        scatter += self._around(local, each, own, information, slope, shift)
        pieces = np.bincount(
            distinct(np.sort(where[0] * n_cells + where[1]))[0] % n_cells, minlength=n_cells
        )
        return _told(slope, information, scatter, pieces)

    def _around(
        self,
        local: sparse.csr_matrix,
        each: sparse.csr_matrix,
        own: FloatArray,
        information: FloatArray,
        slope: FloatArray,
        shift: FloatArray,
    ) -> FloatArray:
        """What the scatter of the pieces' scores changes by when taken around the value found instead of around none.

        Around none no value of a cell of n pieces could ever lie more than √(n − 1) errors from none, however plain it is.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            value = np.where(information > _LEAST_INFORMATION, slope / information, 0.0)
            share = np.where(own > 0, information / own, 0.0)
        told = (each @ sparse.diags(share)).tocsr()
        along = np.asarray(local.multiply(told).sum(axis=0)).ravel()
        along -= (self.blocks.against(self.scores, told) * shift).sum(axis=0)
        squares = np.asarray(told.multiply(told).sum(axis=0)).ravel()
        return np.asarray(value * (value * squares - 2 * along))

    def _by_parameter(
        self,
        rows: IntArray,
        cell: IntArray,
        n_cells: int,
        with_position: FloatArray,
        inner: list[FloatArray],
    ) -> FloatArray:
        """Covariances of the extra parameters' scores with positions and levels, by parameter and cell, shape (P, cells)."""
        layout, data = self.fit.layout, self.data
        out = np.zeros((layout.size, n_cells))
        for f, facet in enumerate(data.facets):
            sums = np.bincount(
                facet.code[rows] * n_cells + cell, with_position, facet.size * n_cells
            )
            out[layout.facet(f)] = sums.reshape(facet.size, n_cells)
        for j, (g, k) in enumerate(layout.steps.tolist()):
            mine = data.step[rows] == g
            out[layout.starts[-1] + j] = np.bincount(
                cell[mine], inner[k - 1][mine], minlength=n_cells
            )
        return out

    def halo(self) -> Cells:
        """How alike each rater's criteria are beyond what pieces and severity explain, against the rest of the panel.

        The mean product of a reading's standardized residuals over pairs of criteria, by rater, minus that of all other raters
        (a residual correlation; Myford & Wolfe 2004, *J. Applied Measurement* 5, on halo in many-facet data).
        """
        data, n = self.data, self.data.facets[RATER].size
        reading = distinct(self.owner * n + data.rater)
        away = data.level - self.found.mean
        sd = np.sqrt(self.found.variance)
        together = np.bincount(reading[1], away) ** 2 - np.bincount(reading[1], away**2)
        possible = np.bincount(reading[1], sd) ** 2 - np.bincount(reading[1], sd**2)
        who = reading[0] % n
        several = np.bincount(reading[1]) > 1
        together, possible, who = together[several], possible[several], who[several]
        top, base = (np.bincount(who, one, minlength=n) for one in (together, possible))
        pieces = np.bincount(who, minlength=n)
        with np.errstate(divide="ignore", invalid="ignore"):
            mine = top / base
            others = (top.sum() - top) / (base.sum() - base)
            left = together - mine[who] * possible
            small = np.bincount(who, left**2, minlength=n) / base**2 * pieces / (pieces - 1)
            spread = together - (top.sum() / base.sum()) * possible
            rest = (float(spread @ spread) - np.bincount(who, spread**2, minlength=n)) / (
                base.sum() - base
            ) ** 2
            return _tested(mine - others, np.sqrt(small + rest), pieces)


def _renumbered(data: Judgements, owner: IntArray, n: int) -> Judgements:
    return replace(data, piece=owner, pieces=tuple(map(str, range(n))))


def _told(
    slope: FloatArray, information: FloatArray, scatter: FloatArray, pieces: IntArray
) -> Cells:
    with np.errstate(divide="ignore", invalid="ignore"):
        enough = information > _LEAST_INFORMATION
        value = np.where(enough, slope / information, np.nan)
        se = np.sqrt(np.maximum(scatter, 0) * pieces / (pieces - 1)) / information
    return _tested(value, np.where(enough, se, np.nan), pieces)


def _tested(value: FloatArray, se: FloatArray, pieces: IntArray) -> Cells:
    fine = np.isfinite(value) & np.isfinite(se) & (se > 0) & (pieces >= MIN_PIECES)
    value, se = np.where(fine, value, np.nan), np.where(fine, se, np.nan)
    p = np.full(len(value), np.nan)
    p[fine] = 2 * special.stdtr(pieces[fine] - 1, -np.abs(value[fine] / se[fine]))
    return Cells(value, se, p, false_discovery(p), pieces.astype(np.int64))


def spread_of_steps(fit: PartFit) -> FloatArray:
    """What one logit of central tendency adds to each level, shape (G, K): its steps lie one logit further apart.

    ``k (m − k) / 2`` within the used levels moves neighbouring thresholds apart by one each (Falk & Cai 2016 and Jin & Wang 2018,
    *J. Educational Measurement* 55, give raters such a parameter).
    """
    used = fit.layout.used
    low = np.argmax(used, axis=1)[:, None]
    high = used.shape[1] - 1 - np.argmax(used[:, ::-1], axis=1)[:, None]
    k = np.arange(used.shape[1])[None, :]
    return np.where(used, (k - low) * (high - k) / 2.0, 0.0)


def harsher(fit: PartFit) -> FloatArray:
    """What one logit of added severity adds to each level, shape (G, K)."""
    used = fit.layout.used
    return np.broadcast_to(-np.arange(used.shape[1], dtype=float), used.shape).copy()


def central_tendency(residuals: Residuals) -> Cells:
    """By rater: how many logits further apart the steps lie than the panel's; positive keeps to the middle levels."""
    size = residuals.data.facets[RATER].size
    return residuals.cells(residuals.data.rater, size, spread_of_steps(residuals.fit))


def bias(residuals: Residuals, with_what: IntArray, size: int) -> Cells:
    """By rater and element of something else (cell = rater · size + element): added severity there, logits.

    Parameters
    ----------
    with_what
        The element of each judgement of ``residuals.data``, −1 for none, shape (n,).
    size
        How many elements there are.
    """
    data = residuals.data
    cell = np.where(with_what >= 0, data.rater * size + with_what, -1)
    return residuals.cells(cell, data.facets[RATER].size * size, harsher(residuals.fit))


def bias_by_criterion(residuals: Residuals) -> Cells:
    """By rater and criterion: added severity there, logits."""
    return bias(residuals, residuals.data.criterion, residuals.data.facets[CRITERION].size)
