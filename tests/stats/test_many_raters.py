"""Hundreds of raters: what is worked out once, and with how many threads."""

from __future__ import annotations

import numpy as np
import pytest
from threadpoolctl import ThreadpoolController

from calibrate.stats import icc, raters_like_these, variance_components
from calibrate.stats.agreement import gwet_ac
from calibrate.stats.icc import intraclass, intraclass_forms
from calibrate.stats.raters_like_these import for_raters_like_these
from calibrate.stats.ratings import prepare_ratings
from calibrate.stats.threads import one_thread

FORMS = [(form, average) for form in ("1", "a", "c") for average in (False, True)]


def scores(pieces: int, raters: int, seed: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    readers = [random.choice(raters, random.integers(2, 5), replace=False) for _ in range(pieces)]
    piece = np.repeat(np.arange(pieces), [len(one) for one in readers])
    rater = np.concatenate(readers)
    seen = random.normal(0, 1, pieces)[piece] + random.normal(0, 0.4, raters)[rater]
    return piece, rater, seen + random.normal(0, 0.7, len(piece))


def threads() -> set[int]:
    return {
        one["num_threads"] for one in ThreadpoolController().info() if one["user_api"] == "blas"
    }


def test_forms_asked_for_together_are_those_asked_for_one_by_one():
    table = scores(40, 9)
    together = intraclass_forms(*table, FORMS, k=3)
    assert together == [intraclass(*table, form=f, average=a, k=3) for f, a in FORMS]


def test_the_components_of_a_table_are_searched_for_once(monkeypatch):
    calls = []
    found = variance_components.variance_components

    def counted(*arguments):
        calls.append(1)
        return found(*arguments)

    monkeypatch.setattr(icc, "variance_components", counted)
    assert len(intraclass_forms(*scores(40, 9), FORMS)) == 6
    assert len(calls) == 1
    intraclass_forms(*scores(40, 9), [("1", False)])
    assert len(calls) == 1, "the one-way form needs none"


def test_the_search_takes_few_looks_at_the_likelihood(monkeypatch):
    looks = []
    products = variance_components._CrossProducts
    look = products.solve
    monkeypatch.setattr(
        products, "solve", lambda self, a, b: looks.append(threads()) or look(self, a, b)
    )
    piece, rater, score = scores(150, 60)
    found = variance_components.variance_components(piece, rater, score)
    assert found.piece == pytest.approx(1.0, rel=0.5)
    assert len(looks) < 90
    assert looks[0] == looks[-1] == {1}


def test_hundreds_of_raters_are_left_out_in_groups(monkeypatch):
    piece, rater, score = scores(300, 120)
    ratings = prepare_ratings(piece, rater, np.clip(np.rint(score + 2.5), 1, 4), (1, 2, 3, 4))
    looks = []

    def counted(part):
        looks.append(part.n_raters)
        return gwet_ac(part)

    quick = for_raters_like_these(counted, ratings)
    assert looks[0] == 120
    assert looks[1:] == [117] * raters_like_these.GROUPS
    monkeypatch.setattr(raters_like_these, "GROUPS", 120)
    one_by_one = for_raters_like_these(gwet_ac, ratings)
    assert quick.value == one_by_one.value
    assert quick.se == pytest.approx(one_by_one.se, rel=0.2)


def test_linear_algebra_has_its_threads_back_afterwards():
    before = threads()
    with one_thread():
        assert threads() == {1}
    assert threads() == before
