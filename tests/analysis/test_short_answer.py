"""The question answered in a sentence, for every way the verdicts can fall."""

from __future__ import annotations

from dataclasses import replace

import pytest

from calibrate.analysis.comparability import compare
from calibrate.analysis.short_answer import answer_of, short_answer
from tests.analysis.districts import SCALES, district

LABELS = {"lincoln": "Lincoln", "roosevelt": "Roosevelt", "riverbend": "Riverbend"}


@pytest.fixture(scope="module")
def found():
    return compare(district(4, n_pieces=20, schools=tuple(LABELS)), SCALES, labels=LABELS)


def said(found, *verdicts: str, pairs: str = "same", sign: float = 1.0) -> str:
    lead = [
        replace(one, verdict=verdict, difference=sign * 0.4, whole_rest=True)
        for one, verdict in zip(found.against_rest(), verdicts, strict=True)
    ]
    return answer_of(lead, [replace(one, verdict=pairs) for one in found.between_pairs()], LABELS)


def test_all_alike_is_a_yes(found) -> None:
    assert said(found, "same", "same", "same") == (
        "Yes: each of the 3 schools scores the same work as the others do."
    )


def test_all_alike_beside_those_who_share_work_is_a_yes_as_far_as_that_goes(found) -> None:
    lead = [replace(one, verdict="same") for one in found.against_rest()]
    assert not all(one.whole_rest for one in lead)
    assert answer_of(lead, [replace(one, verdict="same") for one in found.pairs], LABELS) == (
        "Yes, as far as work was shared: each of the 3 schools scores the same work as those do who "
        "share work with it."
    )


def test_one_that_differs_is_named_first_with_its_direction(found) -> None:
    words = said(found, "same", "different", "same")
    assert words.startswith("Not everywhere. Riverbend gives more points than the other schools")
    assert words.endswith("Lincoln and Roosevelt score it as the others do.")
    assert "gives fewer points" in said(found, "same", "different", "same", sign=-1.0)


def test_what_cannot_be_told_is_never_called_alike(found) -> None:
    words = said(found, "same", "cannot tell", "same")
    assert words.startswith("As far as it can be told, yes. Lincoln and Roosevelt score")
    assert "for Riverbend it cannot be told yet" in words
    words = said(found, "cannot tell", "cannot tell", "cannot tell", pairs="cannot tell")
    assert words.startswith("It cannot be told yet for any school")
    assert "Of 3 pairs of schools, 3 cannot" in words


def test_two_schools_are_answered_as_a_pair() -> None:
    two = compare(district(2, lenient=1.0, schools=("lincoln", "roosevelt")), SCALES, labels=LABELS)
    assert short_answer(two, LABELS) == (
        "No: Roosevelt gives more points than Lincoln to the same work."
    )


def test_one_school_alone_gets_the_comparisons_own_words() -> None:
    one = compare(district(2, schools=("lincoln",)), SCALES, labels=LABELS)
    assert short_answer(one, LABELS) == one.sentence
