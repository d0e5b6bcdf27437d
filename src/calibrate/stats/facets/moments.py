"""What the model expects of one judgement: the chances of the levels and their moments, for a million judgements at once.

The chance of level k is proportional to ``exp(k·η − T_k)``: η is the piece's measure minus those of rater, criterion and further
facets, ``T_k`` the sum of the thresholds up to k (Andrich 1978, *Psychometrika* 43, p. 561; Linacre 1989, *Many-Facet Rasch
Measurement*, ch. 4). A level that nobody used has ``T_k = ∞``: the model gives it no chance, and the others keep their numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: Judgements worked on at once: small enough for the processor's cache.
CHUNK = 32_768

#: No measure difference beyond this many logits changes any chance that a double can hold.
FARTHEST = 60.0


@dataclass(frozen=True, eq=False)
class Moments:
    """Moments of the level position of each judgement.

    Attributes
    ----------
    mean, variance
        Expected position and its variance, shape (n,).
    log_sum
        The logarithm of the sum over levels of ``exp(k·η − T_k)``, shape (n,).
    chance
        The chance of each level between the lowest and the highest, shape (K − 2, n); row j is level j + 1.
    """

    mean: FloatArray
    variance: FloatArray
    log_sum: FloatArray
    chance: FloatArray


def weights_of(thresholds: FloatArray) -> FloatArray:
    """``exp(−T)`` with the levels first, shape (K, G), from cumulative thresholds of shape (G, K)."""
    return np.ascontiguousarray(np.exp(-thresholds).T)


def level_weights(eta: FloatArray, weights: FloatArray) -> FloatArray:
    """``exp(k·η − T_k)`` of every level, shape (K, n), from one exponential for each judgement.

    Parameters
    ----------
    eta
        Measure differences in logits, shape (n,) or (q, n).
    weights
        ``exp(−T)`` of the judgement's steps: shape (K, 1) or (K, n).
    """
    reach = min(FARTHEST, 600.0 / max(len(weights) - 1, 1))
    base = np.exp(np.clip(eta, -reach, reach))
    out = np.empty((len(weights), *eta.shape))
    power = np.ones_like(base)
    for k in range(len(weights)):
        if k:
            power *= base
        np.multiply(power, weights[k], out=out[k])
    return out


def moments(eta: FloatArray, step: IntArray, weights: FloatArray) -> Moments:
    """The moments of every judgement.

    Parameters
    ----------
    eta
        Measure differences in logits, shape (n,).
    step
        Which set of steps each judgement has, shape (n,).
    weights
        From `weights_of`, shape (K, G).
    """
    n, levels = len(eta), len(weights)
    mean, variance, log_sum = np.empty(n), np.empty(n), np.empty(n)
    chance = np.empty((max(levels - 2, 0), n))
    one = weights.shape[1] == 1
    for start in range(0, n, CHUNK):
        part = slice(start, min(start + CHUNK, n))
        terms = level_weights(eta[part], weights if one else weights[:, step[part]])
        total = terms.sum(axis=0)
        first = np.zeros_like(total)
        second = np.zeros_like(total)
        for k in range(1, levels):
            terms[k] /= total
            first += k * terms[k]
            second += (k * k) * terms[k]
        mean[part] = first
        variance[part] = np.maximum(second - first * first, 1e-12)
        log_sum[part] = np.log(total)
        chance[:, part] = terms[1 : levels - 1]
    return Moments(mean, variance, log_sum, chance)


def shape_moments(
    eta: FloatArray, step: IntArray, weights: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Third and fourth central moments of the position of each judgement, shapes (n,)."""
    n, levels = len(eta), len(weights)
    third, fourth = np.empty(n), np.empty(n)
    one = weights.shape[1] == 1
    for start in range(0, n, CHUNK):
        part = slice(start, min(start + CHUNK, n))
        terms = level_weights(eta[part], weights if one else weights[:, step[part]])
        terms /= terms.sum(axis=0)
        mean = np.zeros(terms.shape[1])
        for k in range(1, levels):
            mean += k * terms[k]
        cubes, squares = np.zeros_like(mean), np.zeros_like(mean)
        for k in range(levels):
            away = k - mean
            square = away * away
            squares += terms[k] * square * square
            cubes += terms[k] * square * away
        third[part], fourth[part] = cubes, squares
    return third, fourth


def level_chances(eta: FloatArray, step: IntArray, weights: FloatArray) -> FloatArray:
    """The chance of every level, shape (K, n)."""
    terms = level_weights(eta, weights if weights.shape[1] == 1 else weights[:, step])
    return np.asarray(terms / terms.sum(axis=0))
