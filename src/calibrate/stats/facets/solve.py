"""One Newton step among the free parameters, also where the data leave some direction open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import linalg

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

#: A direction with less than this share of the greatest information is open: nothing in the data fixes it.
_OPEN = 1e-10


@dataclass(frozen=True, eq=False)
class Inverse:
    """The inverse of the information among all parameters.

    Attributes
    ----------
    full
        ``basis (basisᵀ I basis)⁻¹ basisᵀ``, shape (P, P): the covariance if the model were wholly true.
    open
        Parameters that nothing in the data fixes, shape (P,).
    """

    full: FloatArray
    open: BoolArray


def newton_step(information: FloatArray, gradient: FloatArray, basis: FloatArray) -> FloatArray:
    """The step of all parameters, shape (P,)."""
    reduced = basis.T @ information @ basis
    slope = basis.T @ gradient
    if not len(slope):
        return np.zeros(len(gradient))
    try:
        step = linalg.cho_solve(linalg.cho_factor(reduced, check_finite=False), slope)
        if np.isfinite(step).all() and np.abs(step).max() < 1e3:
            return np.asarray(basis @ step)
    except linalg.LinAlgError:
        pass
    values, vectors = linalg.eigh(_scaled(reduced)[0])
    scale = _scaled(reduced)[1]
    keep = values > _OPEN * max(float(values.max()), 1e-300)
    inside = vectors[:, keep]
    step = scale * (inside @ ((inside.T @ (scale * slope)) / values[keep]))
    return np.asarray(basis @ step)


def invert(information: FloatArray, basis: FloatArray) -> Inverse:
    """The inverse among all parameters, and which of them are open."""
    reduced = basis.T @ information @ basis
    size = len(information)
    if not len(reduced):
        return Inverse(np.zeros((size, size)), np.zeros(size, dtype=bool))
    scaled, scale = _scaled(reduced)
    quick = _by_cholesky(scaled)
    if quick is not None:
        found = basis @ (quick * scale[:, None] * scale[None, :]) @ basis.T
        return Inverse(found, np.zeros(size, dtype=bool))
    values, vectors = linalg.eigh(scaled)
    keep = values > _OPEN * max(float(values.max()), 1e-300)
    inside = scale[:, None] * vectors[:, keep]
    inverse = (inside / values[keep]) @ inside.T
    loose = basis @ (scale[:, None] * vectors[:, ~keep])
    return Inverse(
        basis @ inverse @ basis.T, np.asarray(np.abs(loose).max(axis=1, initial=0) > 1e-6)
    )


def _by_cholesky(matrix: FloatArray) -> FloatArray | None:
    """The inverse of a matrix with ones on its diagonal; None where some direction is nearly open."""
    try:
        factor = linalg.cho_factor(matrix, check_finite=False)
    except linalg.LinAlgError:
        return None
    if float(np.abs(np.diag(factor[0])).min()) < 1e-3:
        return None
    return np.asarray(linalg.cho_solve(factor, np.eye(len(matrix)), check_finite=False))


def _scaled(matrix: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The matrix with ones on its diagonal, and what its rows were scaled by."""
    scale = 1 / np.sqrt(np.maximum(np.diag(matrix), 1e-12))
    return matrix * scale[:, None] * scale[None, :], scale
