"""The many-facet Rasch model of a table of judgements, from connectedness to the rows of the answer.

``log(P_k / P_{k−1}) = piece − rater − criterion − … − threshold_k`` (Linacre 1989, *Many-Facet Rasch Measurement*): severity is in
logits, positive is harsher; pieces float, raters and criteria are centred at zero in every subset.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.errors import ArgumentError
from calibrate.stats.facets.judgements import RATER, Judgements
from calibrate.stats.facets.links import WeakLink, subsets, weak_links
from calibrate.stats.facets.part_fit import Options, PartFit, fit_part
from calibrate.stats.facets.split import Part, split
from calibrate.stats.facets.summary import (
    Cluster,
    ExactAgreement,
    Separation,
    exact_agreement,
    separation,
)
from calibrate.stats.facets.tables import (
    ALONE,
    ANCHORED,
    EXTREME,
    ElementTable,
    Step,
    element_table,
    piece_table,
    step_rows,
)

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class FacetsFit:
    """A fitted model.

    Attributes
    ----------
    data
        The judgements.
    options, anchors
        How it was estimated, and what was held.
    parts
        Every subset of raters that a chain of shared pieces joins, greatest first, with its fit (None where a subset has
        nothing that tells its raters apart). Measures of different subsets are on different scales.
    joined_by_extremes
        Whether some subsets share pieces, but only such as one side gave an end of the scale throughout, which hold nothing
        together.
    weak
        Parts of a subset that few pieces join to the rest.
    tables
        The elements of every facet, and of ``piece``.
    steps
        The steps of every criterion.
    separation
        Of every facet, and of ``piece``.
    agreement
        Observed and expected exact agreement of raters.
    hidden
        Further facets without measures, with the reason.
    """

    data: Judgements
    options: Options
    anchors: Mapping[str, Mapping[str, float]]
    parts: tuple[tuple[Part, PartFit | None], ...]
    joined_by_extremes: bool
    weak: tuple[WeakLink, ...]
    tables: Mapping[str, ElementTable]
    steps: tuple[Step, ...]
    separation: Mapping[str, Separation]
    agreement: ExactAgreement
    hidden: Mapping[str, str]

    @property
    def fits(self) -> list[tuple[int, PartFit]]:
        """The number (from 1) and the fit of every subset that has one."""
        return [(i, fit) for i, (_, fit) in enumerate(self.parts, 1) if fit is not None]

    @property
    def bounded(self) -> list[tuple[int, PartFit]]:
        """The fits that have finite measures."""
        return [(i, fit) for i, fit in self.fits if not fit.unbounded]

    @property
    def connected(self) -> bool:
        """Whether all raters stand on one scale."""
        return len(self.parts) <= 1

    @property
    def converged(self) -> bool:
        """Whether every subset's iterations ended where they should."""
        return bool(self.fits) and all(fit.converged for _, fit in self.fits)

    @property
    def iterations(self) -> int:
        """The most Newton steps that a subset took."""
        return max((fit.iterations for _, fit in self.fits), default=0)

    @property
    def log_likelihood(self) -> float:
        """Summed over the subsets; ``nan`` where none was fitted."""
        return float(sum(fit.log_likelihood for _, fit in self.fits)) if self.fits else np.nan

    def subset_ids(self) -> list[list[str]]:
        """The raters of every subset."""
        ids = self.data.facets[RATER].ids
        return [[ids[r] for r in part.raters.tolist()] for part, _ in self.parts]


def fit_facets(
    data: Judgements,
    *,
    estimator: str = "mml",
    errors: str = "robust",
    anchors: Mapping[str, Mapping[str, float]] | None = None,
    correct_bias: bool = False,
    nodes: int = 9,
) -> FacetsFit:
    """Fit the many-facet Rasch model.

    Parameters
    ----------
    data
        From `prepare_judgements`.
    estimator
        ``mml``: pieces are draws from normal distributions with a mean for each group, which keeps few readings a piece from
        spreading severities. ``jml``: every piece's measure is a parameter, as in FACETS.
    errors
        ``robust``: a sandwich over pieces, which holds whatever one rater's criteria have in common. ``information``: as if
        the model were wholly true.
    anchors
        Values to hold, in logits: ``{"rater": {"R1": 0.4}, "piece": {…}, "criterion": {…}, "step": {"ORG:3": 0.2, …}}``. Steps are
        held where all those of a criterion are given.
    correct_bias
        For ``jml``: shrink measures by (L − 1)/L, L the mean number of judgements of a piece (Wright & Douglas 1977).
    nodes
        For ``mml``: quadrature nodes for each piece.

    Raises
    ------
    ArgumentError
        An unknown estimator or kind of error, or an anchor for a facet that there is not.
    """
    if estimator not in ("mml", "jml"):
        raise ArgumentError(f"There is no estimator called {estimator!r}.", fix="Use mml or jml.")
    if errors not in ("robust", "information"):
        raise ArgumentError(
            f"There are no standard errors called {errors!r}.", fix="Use robust or information."
        )
    held = {name: dict(values) for name, values in (anchors or {}).items() if values}
    names = {"piece", "step", *(facet.name for facet in data.facets)}
    if unknown := sorted(set(held) - names):
        raise ArgumentError(
            f"There is no facet called {unknown[0]!r} to anchor.",
            fix=f"Anchor {', '.join(sorted(names))}.",
        )
    options = Options(estimator, errors, correct_bias, nodes)
    n_raters = data.facets[RATER].size
    parts = split(data, held)
    fitted = [
        (part, fit_part(data, part, held, options) if part.can_be_fitted else None)
        for part in parts
    ]
    numbered = [(i, part, fit) for i, (part, fit) in enumerate(fitted, 1)]
    tables = {
        facet.name: element_table(data, f, numbered, frozenset(held.get(facet.name, {})))
        for f, facet in enumerate(data.facets)
    }
    tables["piece"] = piece_table(data, numbered, frozenset(held.get("piece", {})))
    judged = [
        (fit, measured_judgements(data, fit))
        for _, fit in fitted
        if fit is not None and not fit.unbounded
    ]
    design = int(subsets(data.piece, data.rater, n_raters).max(initial=0)) + 1
    numbered_fits = [(i, fit) for i, _, fit in numbered if fit is not None and not fit.unbounded]
    names_of = {facet.name: f for f, facet in enumerate(data.facets)}
    hidden = {
        data.facets[f].name: reason
        for _, fit in fitted
        if fit is not None
        for f, reason in fit.hidden.items()
    }
    return FacetsFit(
        data,
        options,
        held,
        tuple(fitted),
        design < len(parts),
        _weak_links(data, parts),
        tables,
        tuple(row for i, _, fit in numbered if fit is not None for row in step_rows(data, i, fit)),
        {
            name: _separation(table, dict(numbered_fits), names_of.get(name))
            for name, table in tables.items()
        },
        exact_agreement(judged),
        hidden,
    )


def measured_judgements(data: Judgements, fit: PartFit) -> Judgements:
    """The judgements of a fit's part whose piece, rater and criterion all have measures, with the facets that the fit has."""
    mine = data.only(fit.part.everything)
    mine = mine.with_facets([mine.facets[f] for f in fit.places])
    keep = np.isfinite(fit.theta[mine.piece])
    for f, facet in enumerate(mine.facets):
        keep &= (fit.estimated[f] | fit.extreme[f])[facet.code]
    return mine.only(keep)


def _weak_links(data: Judgements, parts: Sequence[Part]) -> tuple[WeakLink, ...]:
    """Weak links of all parts: counted are the pieces that carry something, not those at an end of the scale."""
    found = [
        link
        for part in parts
        for link in weak_links(
            data.piece[part.core], data.rater[part.core], data.facets[RATER].size
        )
    ]
    return tuple(sorted(found, key=lambda link: (link.n_pieces, len(link.raters), link.raters)))


def _separation(table: ElementTable, parts: Mapping[int, PartFit], f: int | None) -> Separation:
    """The separation of the elements of facet f, or of the pieces (None): those measured, none drawn in or held."""
    told = np.array([state not in (EXTREME, ANCHORED, ALONE) for state in table.state], dtype=bool)
    told &= np.isfinite(table.measure) & np.isfinite(table.se)
    clusters = []
    for number, fit in parts.items():
        rows = np.flatnonzero(told & (table.subset == number))
        if f is None or f not in fit.places:
            clusters.append(Cluster(table.measure[rows], table.se[rows] ** 2))
            continue
        here = fit.places.index(f)
        place = {one: i for i, one in enumerate(fit.data.facets[here].ids)}
        who = np.array([place[table.ids[i]] for i in rows.tolist()], dtype=np.int64)
        home = np.zeros(len(who), dtype=np.int64)
        for g, of in fit.within(here).items():  # raters of a school are centred in it
            home = home * fit.data.facets[g].size + of[who]
        for one in np.unique(home).tolist():
            at = fit.layout.starts[here] + who[home == one]
            covariance = fit.covariance[np.ix_(at, at)]
            clusters.append(Cluster(table.measure[rows[home == one]], covariance))
    return separation(clusters)
