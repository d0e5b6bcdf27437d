"""Variance components of a design with gaps: what REML is asked, and how its answers become components."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import linalg

from calibrate.stats.generalizability_effects import Effects
from calibrate.stats.generalizability_reml import Fit, fit_components, separable
from calibrate.stats.generalizability_squares import MeanSquares, Source, rebuilt
from calibrate.stats.generalizability_table import GTable

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_BY = ("criterion",)


@dataclass(frozen=True, eq=False)
class Gapped:
    """What REML says.

    Attributes
    ----------
    components
        By source, in the order in which to report them.
    notes
        What to know about them.
    evidence
        The mean squares behind all but the criteria's own, which are fixed; None where their errors cannot be told.
    """

    components: dict[Source, float]
    notes: tuple[str, ...]
    evidence: MeanSquares | None


def components_with_gaps(table: GTable, effects: Effects) -> Gapped:
    """Estimate the components of a table that is not complete."""
    notes = tuple(
        f"{' x '.join(source)} cannot be told apart in this design and counts within the others."
        for source in effects.not_told
    )
    if table.n_criteria == 1:
        found = _fit(table.score[table.first_of_reading][:, None], table, effects)
        return Gapped(_plain(found, effects), notes, _evidence(found, table, effects))
    if table.has_whole_readings:
        parts, evidence = _whole(table, effects)
        return Gapped(parts, notes, evidence)
    parts, lost, evidence = _partial(table, effects)
    notes += tuple(
        f"{' x '.join(source)} cannot be told apart in this design and counts within the others."
        for source in lost
    )
    return Gapped(parts, notes, evidence)


def _sources(effects: Effects) -> list[Source]:
    return [*effects.inner, *effects.outer]


def _fit(y: FloatArray, table: GTable, effects: Effects) -> Fit:
    """REML over readings: columns of ``y`` share their components."""
    first = table.first_of_reading
    return fit_components(
        y,
        np.ones((len(first), 1)),
        table.block[first],
        {" x ".join(s): codes[first] for s, codes in effects.inner.items()},
        {" x ".join(s): codes[first] for s, codes in effects.outer.items()},
    )


def _plain(found: Fit, effects: Effects) -> dict[Source, float]:
    parts = {source: found.variances[" x ".join(source)] for source in _sources(effects)}
    return {**parts, effects.last: found.error}


def _evidence(found: Fit, table: GTable, effects: Effects) -> MeanSquares | None:
    levels = {s: _count(codes) for s, codes in (effects.inner | effects.outer).items()}
    levels[effects.last] = len(table.first_of_reading)
    return _rebuilt(found, _plain(found, effects), levels)


def _rebuilt(
    found: Fit, parts: dict[Source, float], levels: dict[Source, int]
) -> MeanSquares | None:
    estimates = np.array(list(parts.values()))
    return rebuilt(list(parts), estimates, found.of_variances, [levels[s] for s in parts])


def _count(codes: IntArray) -> int:
    return int(codes.max()) + 1


def _whole(table: GTable, effects: Effects) -> tuple[dict[Source, float], MeanSquares | None]:
    """Every reading has all k criteria.

    An orthonormal change of the criteria gives their mean, times the root of k, whose components are k times those of a source
    plus those of the source by criterion; and k − 1 contrasts that show the latter alone.
    """
    k = table.n_criteria
    scores = table.wide()
    mean = _fit(scores.mean(axis=1, keepdims=True) * np.sqrt(k), table, effects)
    contrasts = _fit(scores @ linalg.helmert(k).T, table, effects)
    both, varying = _plain(mean, effects), _plain(contrasts, effects)
    between = float(np.mean(contrasts.coefficients**2)) - float(contrasts.covariance[0, 0])
    found = {source: (both[source] - varying[source]) / k for source in both}
    found[_BY] = between
    found |= {(*source, *_BY): value for source, value in varying.items()}
    return found, _joined(
        _evidence(mean, table, effects), _evidence(contrasts, table, effects), float(k)
    )


def _joined(both: MeanSquares | None, varying: MeanSquares | None, k: float) -> MeanSquares | None:
    """The mean squares behind the components that a source has by itself, then by criterion."""
    if both is None or varying is None:
        return None
    none = np.zeros((len(varying.sources), len(both.squares)))
    weights = np.block([[both.weights / k, -varying.weights / k], [none, varying.weights]])
    return MeanSquares(
        (*both.sources, *((*source, *_BY) for source in varying.sources)),
        weights,
        np.concatenate([both.squares, varying.squares]),
        np.concatenate([both.freedom, varying.freedom]),
    )


def _partial(
    table: GTable, effects: Effects
) -> tuple[dict[Source, float], tuple[Source, ...], MeanSquares | None]:
    """Some readings lack a criterion: one fit over single scores."""
    k, n = table.n_criteria, len(table.score)

    def by_criterion(codes: IntArray) -> IntArray:
        return np.asarray(np.unique(codes * k + table.criterion, return_inverse=True)[1], np.int64)

    inner = {**effects.inner, effects.last: table.reading}
    inner |= {(*s, *_BY): by_criterion(codes) for s, codes in effects.inner.items()}
    outer = dict(effects.outer)
    outer |= {(*s, *_BY): by_criterion(codes) for s, codes in effects.outer.items()}
    every = {**inner, **outer}
    mains = [s for s in every if _BY[0] not in s]
    order = [*mains, *(s for s in every if s not in mains)]
    kept = set(separable({" x ".join(s): every[s] for s in order}, n))
    lost = tuple(s for s in order if " x ".join(s) not in kept)
    fixed = (table.criterion[:, None] == np.arange(k)[None, :]).astype(float)
    found = fit_components(
        table.score[:, None],
        fixed,
        table.block,
        {" x ".join(s): codes for s, codes in inner.items() if s not in lost},
        {" x ".join(s): codes for s, codes in outer.items() if s not in lost},
    )
    means = found.coefficients[:, 0] - found.coefficients[:, 0].mean()
    noise = np.trace(found.covariance) - found.covariance.sum() / k
    parts = {s: found.variances[" x ".join(s)] for s in mains if s not in lost}
    parts[_BY] = float((means @ means - noise) / (k - 1))
    parts |= {s: found.variances[" x ".join(s)] for s in order if s not in mains and s not in lost}
    parts[(*effects.last, *_BY)] = found.error
    told = {s: value for s, value in parts.items() if s != _BY}
    ordered = [*(s for s in inner if s in told), *(s for s in outer if s in told)]
    told = {s: told[s] for s in (*ordered, (*effects.last, *_BY))}
    levels = {s: _count(codes) for s, codes in every.items()} | {(*effects.last, *_BY): n}
    return parts, lost, _rebuilt(found, told, levels)
