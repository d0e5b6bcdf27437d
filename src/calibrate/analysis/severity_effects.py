"""Rater effects by name: central tendency, halo, and bias by criterion, school or group."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from calibrate.analysis.wording import count, label, signed
from calibrate.stats.facets import FacetsFit
from calibrate.stats.facets.effects import (
    MIN_PIECES,
    Cells,
    Residuals,
    bias,
    bias_by_criterion,
    central_tendency,
    false_discovery,
)
from calibrate.stats.facets.judgements import CRITERION, RATER

CENTRAL, HALO = "central_tendency", "halo"


@dataclass(frozen=True)
class RaterEffect:
    """One effect of one rater.

    ``value``: for ``central_tendency`` how many logits further apart the rater's steps lie than the panel's (positive keeps to
    the middle, negative goes to the ends); for ``halo`` how much more alike the criteria of a reading are than the panel's (a
    correlation). ``p`` is nan where it was not tested; ``flagged`` holds the false-discovery rate at 5 % over all raters.
    """

    rater: str
    effect: str
    value: float
    se: float
    p: float
    n_pieces: int
    flagged: bool
    sentence: str


@dataclass(frozen=True)
class BiasCell:
    """A rater with one criterion, school or group: ``value`` is added severity there, in logits, positive harsher."""

    rater: str
    element: str
    value: float
    se: float
    p: float
    n_pieces: int
    flagged: bool


@dataclass(frozen=True)
class BiasTable:
    """Raters by the elements of one column; ``n_tested`` cells had at least five pieces and a contrast within them."""

    by: str
    cells: tuple[BiasCell, ...]
    n_tested: int
    sentence: str


def effects_by_rater(
    fit: FacetsFit, labels: Mapping[str, str] | None = None
) -> tuple[RaterEffect, ...]:
    """Central tendency and halo of every rater with a fitted subset."""
    found: dict[str, list[tuple[str, float, float, float, int]]] = {CENTRAL: [], HALO: []}
    ids = fit.data.facets[RATER].ids
    for _, part in fit.bounded:
        residuals = Residuals(part)
        known = np.unique(residuals.data.rater).tolist()
        for name, cells in ((CENTRAL, central_tendency(residuals)), (HALO, residuals.halo())):
            for r in known:
                found[name].append(
                    (
                        ids[r],
                        float(cells.value[r]),
                        float(cells.se[r]),
                        float(cells.p[r]),
                        int(cells.n_pieces[r]),
                    )
                )
    out = []
    for name, rows in found.items():
        flags = false_discovery(np.array([row[3] for row in rows]))
        for (rater, value, se, p, pieces), flag in zip(rows, flags.tolist(), strict=True):
            flagged = flag and (name == CENTRAL or value > 0)
            out.append(
                RaterEffect(
                    rater,
                    name,
                    value,
                    se,
                    p,
                    pieces,
                    flagged,
                    _effect_sentence(label(labels, rater), name, value, flagged, pieces),
                )
            )
    return tuple(out)


def _effect_sentence(name: str, effect: str, value: float, flagged: bool, pieces: int) -> str:
    what = "keeping to the middle levels" if effect == CENTRAL else "criteria scored alike"
    if math.isnan(value):
        return f"{name}: cannot tell about {what} from {count(pieces, 'piece')}."
    if not flagged:
        return f"{name}: nothing beyond chance about {what}."
    if effect == HALO:
        return (
            f"{name} scores the criteria of a piece more alike than the panel does: it may help to score one criterion "
            "across all pieces before the next."
        )
    if value > 0:
        return f"{name} keeps to the middle levels more than the panel does."
    return f"{name} goes to the lowest and highest levels more than the panel does."


def bias_tables(
    fit: FacetsFit,
    rows: pd.DataFrame,
    columns: Mapping[str, npt.NDArray[np.object_]],
    labels: Mapping[str, str] | None = None,
) -> tuple[BiasTable, ...]:
    """Raters by criterion, and by each column: one extra parameter a cell.

    Parameters
    ----------
    rows
        The rows that were fitted (piece, rater, criterion).
    columns
        For each column by which to look, its value in every row.
    """
    out = [_table(fit, "criterion", None, labels)]
    for name, values in columns.items():
        keyed = pd.Series(
            values,
            index=pd.MultiIndex.from_arrays(
                [rows[one].astype(str) for one in ("piece", "rater", "criterion")]
            ),
        )
        out.append(_table(fit, name, keyed, labels))
    return tuple(out)


def _table(
    fit: FacetsFit, by: str, keyed: pd.Series | None, labels: Mapping[str, str] | None
) -> BiasTable:
    raters = fit.data.facets[RATER].ids
    rows: list[tuple[str, str, float, float, float, int]] = []
    for _, part in fit.bounded:
        residuals = Residuals(part)
        data = residuals.data
        if keyed is None:
            names: tuple[str, ...] = data.facets[CRITERION].ids
            cells = bias_by_criterion(residuals)
            there = data.criterion
        else:
            index = pd.MultiIndex.from_arrays(
                [
                    np.array(data.pieces, dtype=object)[data.piece],
                    np.array(raters, dtype=object)[data.rater],
                    np.array(data.facets[CRITERION].ids, dtype=object)[data.criterion],
                ]
            )
            values = keyed.loc[index].astype(str).to_numpy(dtype=object)
            found, there = np.unique(values.astype(str), return_inverse=True)
            names = tuple(map(str, found))
            cells = bias(residuals, there.astype(np.int64), len(names))
        rows += _rows(cells, data.rater, there, raters, names)
    flags = false_discovery(np.array([row[4] for row in rows]))
    told = tuple(
        BiasCell(*row, flagged=bool(flag)) for row, flag in zip(rows, flags.tolist(), strict=True)
    )
    tested = sum(math.isfinite(one.p) for one in told)
    return BiasTable(by, told, tested, _bias_sentence(by, told, tested, labels))


def _rows(
    cells: Cells,
    rater: npt.NDArray[np.int64],
    element: npt.NDArray[np.int64],
    raters: tuple[str, ...],
    names: tuple[str, ...],
) -> list[tuple[str, str, float, float, float, int]]:
    used = np.unique(rater * len(names) + element).tolist()
    return [
        (
            raters[cell // len(names)],
            names[cell % len(names)],
            float(cells.value[cell]),
            float(cells.se[cell]),
            float(cells.p[cell]),
            int(cells.n_pieces[cell]),
        )
        for cell in used
    ]


def _bias_sentence(
    by: str, cells: tuple[BiasCell, ...], tested: int, labels: Mapping[str, str] | None
) -> str:
    what = by.replace("_", " ")
    if not tested:
        return f"By {what}: cannot tell; no rater has {MIN_PIECES} shared pieces with scores that would show a difference."
    flagged = sorted((one for one in cells if one.flagged), key=lambda one: one.p)
    looked = f"of {count(tested, 'pair')} of a rater and a {what} looked at"
    if not flagged:
        return f"By {what}: {looked}, none stands out beyond chance."
    first = flagged[0]
    way = "harsher" if first.value > 0 else "more lenient"
    return (
        f"By {what}: {looked}, {len(flagged)} {'stands' if len(flagged) == 1 else 'stand'} out (one in twenty of these may be "
        f"chance); most of all {label(labels, first.rater)}, {way} with {label(labels, first.element)} than elsewhere "
        f"({signed(first.value)} logits): a question to look into, not an answer."
    )
