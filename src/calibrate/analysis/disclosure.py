"""The attacker: what can be worked out from everything that is visible, by linear algebra.

A *quantity* is the number of children of one measure in a set of units (the smallest groups of a
window) at a set of levels. Whoever holds all released tables knows the visible quantities and that
counts are never negative. Two questions are answered exactly for real-valued counts:

* which smallest counts must be zero (one linear programme), and
* which quantities are then fixed (they lie in the row space of what is known).

Quantities of different measures meet where they count the same children: everybody knows that the
levels of a unit add up to the same number, whichever criterion is counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linprog

TOLERANCE = 1e-7

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Quantity:
    """A count: one measure, some units (by number), some levels (by number)."""

    measure: str
    units: frozenset[int]
    levels: frozenset[int]


@dataclass(frozen=True)
class Room:
    """One measure in one window: its units, its levels, and where it meets other measures.

    ``ports`` holds (population, levels): the children at those levels are that population, unit by
    unit. Rooms with a port to one population have the same counts there.
    """

    measure: str
    units: tuple[int, ...]
    n_levels: int
    ports: tuple[tuple[str, frozenset[int]], ...]

    def vector(self, quantity: Quantity) -> Matrix:
        """The quantity as a sum of this room's smallest counts (unit × level)."""
        grid = np.zeros((len(self.units), self.n_levels))
        chosen = [i for i, unit in enumerate(self.units) if unit in quantity.units]
        grid[np.ix_(chosen, sorted(quantity.levels))] = 1.0
        return grid.ravel()

    def port_names(self) -> list[tuple[str, int]]:
        """(population, unit) for every row of `port_rows`."""
        return [(population, unit) for population, _ in self.ports for unit in self.units]

    def port_rows(self) -> Matrix:
        """Which smallest counts make up each unit's part of each population."""
        rows = []
        for _, levels in self.ports:
            chosen = np.zeros((1, self.n_levels))
            chosen[0, sorted(levels)] = 1.0
            rows.append(np.kron(np.eye(len(self.units)), chosen))
        return np.vstack(rows)


def row_space(known: Matrix) -> Matrix:
    """An orthonormal basis (rows) of the row space."""
    if known.shape[0] == 0 or not np.any(known):
        return np.zeros((0, known.shape[1]))
    _, values, basis = np.linalg.svd(known, full_matrices=False)
    return np.asarray(basis[values > TOLERANCE * max(values[0], 1.0)])


def inside(rows: Matrix, basis: Matrix) -> NDArray[np.bool_]:
    """Which rows lie in the space that the basis spans."""
    if rows.shape[0] == 0:
        return np.zeros(0, dtype=bool)
    rest = rows - (rows @ basis.T) @ basis
    limit = TOLERANCE * 10 * np.maximum(1.0, np.linalg.norm(rows, axis=1))
    return np.asarray(np.linalg.norm(rest, axis=1) < limit)


def combinations_inside(ports: Matrix, basis: Matrix) -> Matrix:
    """Every w (as rows of a basis) for which w @ ports lies in the space."""
    if ports.shape[0] == 0:
        return np.zeros((0, 0))
    rest = ports - (ports @ basis.T) @ basis
    left, values, _ = np.linalg.svd(rest, full_matrices=True)
    rank = int((values > TOLERANCE * 10).sum())
    return np.asarray(left[:, rank:].T)


@dataclass(frozen=True)
class Knowledge:
    """What is known in one window: per measure a basis of all known sums of smallest counts."""

    rooms: Mapping[str, Room]
    spaces: Mapping[str, Matrix]
    zero: Mapping[str, NDArray[np.bool_]]

    def fixed(self, quantities: Sequence[Quantity]) -> list[bool]:
        """Which of the quantities are determined."""
        answers = [False] * len(quantities)
        for measure, room in self.rooms.items():
            places = [i for i, one in enumerate(quantities) if one.measure == measure]
            if not places:
                continue
            rows = np.array([room.vector(quantities[i]) for i in places])
            rows[:, self.zero[measure]] = 0.0
            for i, fixed in zip(places, inside(rows, self.spaces[measure]), strict=True):
                answers[i] = bool(fixed)
        return answers


def learn(rooms: Sequence[Room], visible: Mapping[Quantity, int]) -> Knowledge:
    """All that follows from the visible quantities of one window.

    The joint row space is not formed: rooms touch each other in their ports alone, so each room
    tells the others what it knows of its ports, and that is everything.

    Parameters
    ----------
    rooms
        The measures of the window.
    visible
        Every quantity that is shown anywhere, with its count.
    """
    zero = _forced_zero(rooms, visible)
    names = sorted({name for room in rooms for name in room.port_names()})
    place = {name: i for i, name in enumerate(names)}
    own: dict[str, Matrix] = {}
    ports: dict[str, Matrix] = {}
    told: list[Matrix] = [np.zeros((0, len(names)))]
    for room in rooms:
        rows = [room.vector(one) for one in visible if one.measure == room.measure]
        known = np.array(rows).reshape(len(rows), len(room.units) * room.n_levels)
        known[:, zero[room.measure]] = 0.0
        own[room.measure] = row_space(known)
        ports[room.measure] = room.port_rows()
        ports[room.measure][:, zero[room.measure]] = 0.0
        said = combinations_inside(ports[room.measure], own[room.measure])
        message = np.zeros((said.shape[0], len(names)))
        message[:, [place[name] for name in room.port_names()]] = said
        told.append(message)
    common = row_space(np.vstack(told))
    spaces = {}
    for room in rooms:
        mine = [place[name] for name in room.port_names()]
        heard = _supported_on(common, mine) @ ports[room.measure]
        spaces[room.measure] = row_space(np.vstack([own[room.measure], heard]))
    return Knowledge({one.measure: one for one in rooms}, spaces, zero)


def _supported_on(space: Matrix, columns: Sequence[int]) -> Matrix:
    """The members of a row space that are zero outside some columns, seen on those columns."""
    if space.shape[0] == 0:
        return np.zeros((0, len(columns)))
    outside = np.ones(space.shape[1], dtype=bool)
    outside[list(columns)] = False
    mixes = combinations_inside(space[:, outside], np.zeros((0, int(outside.sum()))))
    return np.asarray((mixes @ space)[:, list(columns)])


def _forced_zero(
    rooms: Sequence[Room], visible: Mapping[Quantity, int]
) -> dict[str, NDArray[np.bool_]]:
    """The smallest counts that can only be zero, given that none is negative.

    With x the counts, scaled by some s >= 1, maximise the sum of t where t <= x and t <= 1: counts
    that can each be positive can be so together, and scaled beyond 1, so t is 0 where x can be
    nothing else and 1 everywhere else.
    """
    sizes = [len(room.units) * room.n_levels for room in rooms]
    starts = [int(one) for one in np.concatenate([[0], np.cumsum(sizes)])]
    n = starts[-1]
    rows: list[sparse.csr_array] = []
    values: list[float] = []
    first: dict[tuple[str, int], sparse.csr_array] = {}
    for room, start in zip(rooms, starts[:-1], strict=True):
        for quantity, value in visible.items():
            if quantity.measure == room.measure:
                rows.append(_placed(room.vector(quantity), start, n))
                values.append(float(value))
        for name, port in zip(room.port_names(), room.port_rows(), strict=True):
            here = _placed(port, start, n)
            if name in first:
                rows.append(here - first[name])
                values.append(0.0)
            else:
                first[name] = here
    none = np.zeros(n, dtype=bool)
    if rows:
        known = sparse.vstack(rows, format="csr")
        scaled = sparse.csr_array(-np.array(values).reshape(-1, 1))
        nothing = sparse.csr_array((known.shape[0], n))
        found = linprog(
            np.concatenate([np.zeros(n + 1), -np.ones(n)]),
            A_ub=sparse.hstack(
                [-sparse.eye_array(n), sparse.csr_array((n, 1)), sparse.eye_array(n)], format="csr"
            ),
            b_ub=np.zeros(n),
            A_eq=sparse.hstack([known, scaled, nothing], format="csr"),
            b_eq=np.zeros(known.shape[0]),
            bounds=[(0, None)] * n + [(1, None)] + [(0, 1)] * n,
            method="highs",
        )
        if found.x is None:
            raise ArithmeticError(f"The audit of hidden counts did not finish: {found.message}")
        none = np.asarray(found.x[n + 1 :] < 0.5)
    return {
        room.measure: none[start : start + size]
        for room, start, size in zip(rooms, starts[:-1], sizes, strict=True)
    }


def _placed(vector: Matrix, start: int, n: int) -> sparse.csr_array:
    places = np.flatnonzero(vector)
    return sparse.csr_array(
        (vector[places], (np.zeros(len(places), dtype=int), places + start)), shape=(1, n)
    )
