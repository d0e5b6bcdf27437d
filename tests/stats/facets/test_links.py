"""Connectedness comes first."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate.stats.facets import fit_facets
from calibrate.stats.facets.links import UnionFind, subsets, weak_links
from tests.stats.facets.simulated import draw


def arrays(reads: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    found = np.array(reads, dtype=np.int64).reshape(-1, 2)
    return found[:, 0], found[:, 1]


def test_a_chain_of_shared_pieces_joins_raters():
    piece, rater = arrays([(0, 0), (0, 1), (1, 1), (1, 2), (2, 3), (2, 4)])
    assert subsets(piece, rater, 6).tolist() == [0, 0, 0, 1, 1, 2]


def test_anchored_raters_are_joined_without_a_shared_piece():
    piece, rater = arrays([(0, 0), (0, 1), (1, 2), (1, 3)])
    assert subsets(piece, rater, 4, np.array([1, 2])).tolist() == [0, 0, 0, 0]


reads = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 7)), min_size=1, max_size=40, unique=True
)


def plain_subsets(found: list[tuple[int, int]], raters: list[int]) -> set[frozenset[int]]:
    """Union-find checked by growing each set until nothing more joins it."""
    left, out = set(raters), set()
    while left:
        grown = {left.pop()}
        while True:
            pieces = {p for p, r in found if r in grown}
            more = {r for p, r in found if p in pieces} - grown
            if not more:
                break
            grown |= more
        out.add(frozenset(grown))
        left -= grown
    return out


@settings(deadline=None, max_examples=60)
@given(reads)
def test_subsets_are_those_of_a_plain_search(found):
    home = subsets(*arrays(found), 8)
    grouped = {frozenset(np.flatnonzero(home == one).tolist()) for one in set(home.tolist())}
    assert grouped == plain_subsets(found, list(range(8)))


@settings(deadline=None, max_examples=60)
@given(reads)
def test_a_weak_link_breaks_when_its_pieces_are_taken_away(found):
    for link in weak_links(*arrays(found), 8):
        inside = set(link.raters)
        readers = {p: {r for q, r in found if q == p} for p, _ in found}
        carrying = [p for p, who in readers.items() if who & inside and who - inside]
        assert len(carrying) == link.n_pieces >= 1
        rest = [(p, r) for p, r in found if p not in carrying]
        after = plain_subsets(rest, list(range(8)))
        assert all(one <= inside or not one & inside for one in after)


def test_the_thinnest_cut_of_two_panels_is_found_with_its_pieces():
    within = [(p, r) for p in range(20) for r in range(3)]
    within += [(p, r) for p in range(20, 40) for r in range(3, 6)]
    bridge = [(40, 0), (40, 4), (41, 2), (41, 5)]
    (link,) = weak_links(*arrays(within + bridge), 6)
    assert (link.raters, link.n_pieces) == ((3, 4, 5), 2) or link.raters == (0, 1, 2)


def test_union_find_numbers_sets_by_their_smallest_member():
    found = UnionFind(5)
    found.join(4, 2)
    found.join(3, 1)
    assert found.sets().tolist() == [0, 1, 2, 1, 2]


@pytest.mark.parametrize("estimator", ["mml", "jml"])
def test_unconnected_panels_are_fitted_each_alone(estimator):
    """Two panels without a shared piece: what one of them scores changes nothing in the other."""
    rng = np.random.default_rng(3)
    severity, difficulty = np.array([-0.5, 0, 0.5, -0.5, 0, 0.5]), np.array([-0.3, 0.3])
    readers = [[0, 1, 2]] * 30 + [[3, 4, 5]] * 25
    quality = rng.normal(0, 1, 55)
    both = draw(3, quality, readers, severity, difficulty)
    shifted = draw(
        3, quality + np.r_[np.zeros(30), np.full(25, 0.7)], readers, severity, difficulty
    )
    one = fit_facets(both.prepared(), estimator=estimator)
    other = fit_facets(shifted.prepared(), estimator=estimator)
    assert not one.connected
    assert one.subset_ids() == [["0", "1", "2"], ["3", "4", "5"]]
    table, again = one.tables["rater"], other.tables["rater"]
    assert table.subset.tolist() == [1, 1, 1, 2, 2, 2]
    assert again.measure[:3] == pytest.approx(table.measure[:3], abs=1e-9)
    for part in (table.measure[:3], table.measure[3:]):
        assert part.sum() == pytest.approx(0, abs=1e-9)
    assert list(one.tables["criterion"].ids) == ["0", "1", "0", "1"]


def test_a_shared_piece_with_only_highest_scores_joins_nothing():
    """The two panels share one piece, to which everybody gave the highest level: it says nothing about their severity."""
    rng = np.random.default_rng(5)
    readers = [[0, 1]] * 20 + [[2, 3]] * 20
    drawn = draw(5, rng.normal(0, 1, 40), readers, np.zeros(4), np.zeros(2))
    extra = list(itertools.product([40], range(4), range(2)))
    piece, rater, criterion = np.array(extra).T
    drawn.piece = np.r_[drawn.piece, piece]
    drawn.rater = np.r_[drawn.rater, rater]
    drawn.criterion = np.r_[drawn.criterion, criterion]
    drawn.score = np.r_[drawn.score, np.full(len(extra), 4.0)]
    found = fit_facets(drawn.prepared())
    assert not found.connected
    assert found.joined_by_extremes
