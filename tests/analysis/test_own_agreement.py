"""One rater's agreement with the panel, for that rater's private page."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from calibrate.analysis.own_agreement import own_agreement
from tests.analysis.districts import SCALES, panel

RATERS = {f"r{i}": ("a", 0.0) for i in range(5)} | {"severe": ("a", 0.8)}


def test_own_pairs_and_the_others_pairs_are_those_counted_by_hand():
    table = panel(np.random.default_rng(5), RATERS, 10)
    found = own_agreement(table, SCALES, "severe")
    own, others = [], []
    for _, piece in table.groupby("piece"):
        hits = {True: [], False: []}
        for _, part in piece.groupby("criterion"):
            scores = dict(zip(part["rater"], part["score"], strict=True))
            for a, b in combinations(scores, 2):
                hits["severe" in (a, b)].append(scores[a] == scores[b])
        own.append(np.mean(hits[True]))
        others.append(np.mean(hits[False]))
    assert found.total.own.exact.value == pytest.approx(np.mean(own))
    assert found.total.others.exact.value == pytest.approx(np.mean(others))
    assert found.total.own.n_pieces == 10
    assert "on 10 pieces" in found.sentence.lower()


def test_few_shared_pieces_are_not_turned_into_a_verdict():
    table = panel(np.random.default_rng(5), RATERS, 5)
    sentence = own_agreement(table, SCALES, "severe").sentence
    assert "5 pieces" in sentence
    assert "%" not in sentence


def test_a_rater_alone_is_told_so_kindly():
    table = panel(np.random.default_rng(5), {"alone": ("a", 0.0)}, 4)
    assert "Nobody else has read" in own_agreement(table, SCALES, "alone").sentence
