"""Connectedness: which raters can be compared at all, and by how few pieces some of them hang together.

Two raters can be set beside each other only if a chain of shared pieces joins them. Subsets are found by union-find before
anything is fitted (the idea of "disconnected subsets": Linacre, *A User's Guide to FACETS*, "Subset connectedness").
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse import csgraph

from calibrate.stats.facets.judgements import distinct

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

#: A link that fewer pieces carry is told as weak.
WEAK = 5


class UnionFind:
    """Disjoint sets of the numbers 0…n−1, with path halving (Tarjan 1975, *JACM* 22)."""

    def __init__(self, n: int) -> None:
        self._home = list(range(n))

    def root(self, one: int) -> int:
        """The number that stands for the set of ``one``."""
        home = self._home
        while home[one] != one:
            home[one] = home[home[one]]
            one = home[one]
        return one

    def join(self, a: int, b: int) -> bool:
        """Make one set of the sets of ``a`` and ``b`` (the smaller root stays); whether they were two."""
        a, b = self.root(a), self.root(b)
        if a == b:
            return False
        self._home[max(a, b)] = min(a, b)
        return True

    def sets(self) -> IntArray:
        """The set of every number, numbered 0… in the order of their smallest members, shape (n,)."""
        roots = np.fromiter((self.root(one) for one in range(len(self._home))), dtype=np.int64)
        return np.unique(roots, return_inverse=True)[1].astype(np.int64)


@dataclass(frozen=True)
class WeakLink:
    """A part of the raters that few pieces join to the rest of their subset.

    Attributes
    ----------
    raters
        The numbers of the raters of the smaller part, ascending.
    n_pieces
        How many pieces were read by somebody of the part and somebody of the rest, at least 1.
    """

    raters: tuple[int, ...]
    n_pieces: int


def readings(piece: IntArray, rater: IntArray, n_raters: int) -> tuple[IntArray, IntArray]:
    """Piece and rater of every reading (a rater with a piece, whatever the criteria), sorted by piece and rater."""
    keys = distinct(piece * max(n_raters, 1) + rater)[0]
    return keys // max(n_raters, 1), keys % max(n_raters, 1)


def subsets(
    piece: IntArray, rater: IntArray, n_raters: int, tied: IntArray | None = None
) -> IntArray:
    """The subset of every rater: raters whom a chain of shared pieces joins have the same number, shape (n_raters,).

    Parameters
    ----------
    piece, rater
        Numbers of piece and rater, one entry per judgement, shape (n,).
    n_raters
        How many raters there are; one without judgements is a subset of its own.
    tied
        Raters that something else joins (anchors on one scale).
    """
    of, who = readings(piece, rater, n_raters)
    found = UnionFind(n_raters)
    same = of[1:] == of[:-1]
    pairs = distinct(who[:-1][same] * n_raters + who[1:][same])[0]
    apart = len(np.unique(who)) - 1
    mixed = np.random.default_rng(0).permutation(
        pairs
    )  # any order will do; this one is done soonest
    for pair in mixed.tolist():
        if not apart:
            break
        apart -= found.join(pair // n_raters, pair % n_raters)
    if tied is not None:
        for one in tied[1:].tolist():
            found.join(int(tied[0]), one)
    return found.sets()


def held_together(
    piece: IntArray,
    rater: IntArray,
    above: BoolArray,
    below: BoolArray,
    n_pieces: int,
    n_raters: int,
    fixed: IntArray,
) -> IntArray:
    """The subset of every piece and rater whose distances the scores hold from both sides, shape (n_pieces + n_raters,).

    A score between the ends of the scale holds piece and rater at a distance; one at the highest level says only that the piece
    lies above, one at the lowest only that it lies below. Where a part of the raters gave the highest level to every piece that
    it shares with the rest, nothing says how far away that part is: no estimate is finite (Fischer 1981, *Psychometrika* 46;
    Albert & Anderson 1984, *Biometrika* 71, on separation). What hangs together is strongly connected in this sense.

    Parameters
    ----------
    piece, rater
        Numbers of piece and rater, one entry per judgement, shape (n,).
    above, below
        Whether the score lies above the lowest and below the highest level in use, shape (n,).
    n_pieces, n_raters
        How many there are.
    fixed
        Numbers (a rater's after all pieces') of those whose measures are held: these hang together anyhow.
    """
    size = n_pieces + n_raters
    there = n_pieces + rater
    hub = np.full(len(fixed), size)
    start = np.concatenate([there[above], piece[below], fixed, hub])
    end = np.concatenate([piece[above], there[below], hub, fixed])
    graph = sparse.csr_matrix((np.ones(len(start)), (start, end)), shape=(size + 1, size + 1))
    found = csgraph.connected_components(graph, directed=True, connection="strong")[1][:size]
    first = np.full(int(found.max(initial=0)) + 1, size)
    np.minimum.at(first, found, np.arange(size))
    return np.asarray(first[found], dtype=np.int64)


def weak_links(
    piece: IntArray, rater: IntArray, n_raters: int, weak: int = WEAK
) -> tuple[WeakLink, ...]:
    """The parts of the raters that fewer than ``weak`` pieces join to the rest of their subset, weakest first.

    Raters are joined into a tree by their most shared pieces (a maximum spanning tree); taking out one branch of it splits a
    subset in two, and the pieces that were read on both sides carry that link. Every cut of few pieces crosses a branch of
    few shared pieces, so the thin branches are the places to look.
    """
    of, who = readings(piece, rater, n_raters)
    if n_raters < 2 or not len(of):
        return ()
    table = sparse.csr_matrix(
        (np.ones(len(of)), (of, who)), shape=(int(of.max()) + 1, n_raters), dtype=np.float64
    )
    shared = (table.T @ table).tolil()
    shared.setdiag(0)
    shared = shared.tocsr()
    shared.eliminate_zeros()
    if not shared.nnz:
        return ()
    lengths = shared.copy()
    lengths.data = 1.0 / lengths.data
    tree = csgraph.minimum_spanning_tree(lengths)
    parent, order, depth = _rooted(tree, n_raters)
    carrying = _carrying(of, who, parent, order, depth)
    children = [one for one in order.tolist() if parent[one] >= 0]
    found = []
    below = _below(parent, order)
    component = csgraph.connected_components(tree, directed=False)[1]
    sizes = np.bincount(component)
    for one in children:
        if carrying[one] >= weak:
            continue
        part = below[one]
        if 2 * len(part) > sizes[component[one]]:
            everyone = np.flatnonzero(component == component[one])
            part = sorted(set(everyone.tolist()) - set(part))
        found.append(WeakLink(tuple(sorted(part)), int(carrying[one])))
    return tuple(sorted(found, key=lambda link: (link.n_pieces, len(link.raters), link.raters)))


def _rooted(tree: sparse.csr_matrix, n: int) -> tuple[IntArray, IntArray, IntArray]:
    """Parent (−1 at a root), depth-first order and depth of every node of a forest."""
    both = (tree + tree.T).tocsr()
    parent = np.full(n, -1, dtype=np.int64)
    depth = np.zeros(n, dtype=np.int64)
    order: list[int] = []
    seen = np.zeros(n, dtype=bool)
    for start in range(n):
        if seen[start]:
            continue
        seen[start] = True
        stack = [start]
        while stack:
            node = stack.pop()
            order.append(node)
            for other in both.indices[both.indptr[node] : both.indptr[node + 1]].tolist():
                if not seen[other]:
                    seen[other] = True
                    parent[other], depth[other] = node, depth[node] + 1
                    stack.append(other)
    return parent, np.array(order, dtype=np.int64), depth


def _carrying(
    of: IntArray, who: IntArray, parent: IntArray, order: IntArray, depth: IntArray
) -> IntArray:
    """How many pieces were read on both sides of the branch above each node.

    A piece's raters, in depth-first order and closed to a ring, walk every branch between them exactly twice.
    """
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    sort = np.lexsort((place[who], of))
    of, who = of[sort], who[sort]
    starts = np.flatnonzero(np.r_[True, of[1:] != of[:-1]])
    ends = np.r_[starts[1:], len(of)] - 1
    following = np.r_[who[1:], who[:1]]
    following[ends] = who[starts]
    top = _meeting(who, following, parent, depth)
    steps = (
        np.bincount(who, minlength=len(order))
        + np.bincount(following, minlength=len(order))
        - 2 * np.bincount(top, minlength=len(order))
    )
    for node in order[::-1].tolist():
        if parent[node] >= 0:
            steps[parent[node]] += steps[node]
    return steps // 2


def _meeting(a: IntArray, b: IntArray, parent: IntArray, depth: IntArray) -> IntArray:
    """Where the ways up from a and b meet."""
    a, b = a.copy(), b.copy()
    while True:
        apart = a != b
        if not apart.any():
            return a
        lower = apart & (depth[a] >= depth[b])
        other = apart & (depth[b] > depth[a])
        a[lower] = parent[a[lower]]
        b[other] = parent[b[other]]


def _below(parent: IntArray, order: IntArray) -> list[list[int]]:
    """The nodes of the branch of each node, itself included."""
    found: list[list[int]] = [[] for _ in range(len(parent))]
    for node in order[::-1].tolist():
        found[node].append(node)
        if parent[node] >= 0:
            found[parent[node]].extend(found[node])
    return found
