"""The map of schools colours verdicts alone, seen from both sides, and says what it leaves out."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from calibrate.analysis.comparability import REST, compare
from calibrate.analysis.school_map import SchoolMap, school_map
from tests.analysis.districts import SCALES, SCHOOLS, district

LABELS = {"lincoln": "Lincoln", "stone-mill": "Apple Hill", "roosevelt": "R", "riverbend": "V"}


@pytest.fixture(scope="module")
def found():
    return compare(district(5, lenient=0.5, n_pieces=80), SCALES, labels=LABELS)


def mapped(found, **options) -> SchoolMap:
    return school_map(
        found.against_rest(),
        found.between_pairs(),
        LABELS,
        family_size=found.family_size,
        **options,
    )


def test_a_square_has_a_value_exactly_where_there_is_a_verdict(found) -> None:
    drawn = mapped(found)
    rows = {(one.a, one.b): one for one in (*found.against_rest(), *found.between_pairs())}
    assert {one.verdict for one in rows.values()} >= {"different", "cannot tell"}
    for (a, b), row in rows.items():
        cell = drawn.cell(a, b)
        assert (cell.value is None) is (row.verdict == "cannot tell")
        if cell.value is not None:
            assert (cell.value, cell.state) == (row.difference, row.verdict)
    assert drawn.cell("lincoln", "stone-mill").state == "no shared pieces"


def test_the_same_square_seen_from_the_other_school_has_the_other_sign(found) -> None:
    drawn = mapped(found)
    for one in drawn.cells:
        if one.b != REST:
            other = drawn.cell(one.b, one.a)
            assert other.state == one.state
            assert other.value == (None if one.value is None else -one.value)


def test_schools_stand_in_the_order_of_their_names(found) -> None:
    drawn = mapped(found)
    assert set(drawn.schools) == set(SCHOOLS)
    assert [LABELS[one] for one in drawn.schools] == ["Apple Hill", "Lincoln", "R", "V"]


def test_the_sentence_counts_every_pair_once(found) -> None:
    pairs = found.between_pairs()
    n = {v: sum(one.verdict == v for one in pairs) for v in ("same", "different", "cannot tell")}
    words = mapped(found).sentence
    assert words.startswith("Of 6 pairs of schools, ")
    assert f"{n['different']} differ" in words
    assert f"for {n['cannot tell']} it cannot be told yet" in words
    assert "R gives" in words


def test_what_is_withheld_shows_no_number_and_is_called_so(found) -> None:
    hidden = {("riverbend", "roosevelt"), ("roosevelt", REST)}
    groups, pairs = (
        tuple(replace(one, withheld=(one.a, one.b) in hidden) for one in rows)
        for rows in (found.groups, found.pairs)
    )
    drawn = mapped(replace(found, groups=groups, pairs=pairs))
    for a, b in (("riverbend", "roosevelt"), ("roosevelt", "riverbend"), ("roosevelt", REST)):
        assert drawn.cell(a, b).value is None
        assert drawn.cell(a, b).state == "not shown"
    assert "1 is not shown" in drawn.sentence


def test_a_map_survives_a_file(found) -> None:
    drawn = mapped(found)
    assert SchoolMap.from_dict(json.loads(json.dumps(drawn.as_dict()))) == drawn


def test_one_school_has_no_map() -> None:
    alone = compare(district(1, schools=("lincoln",)), SCALES, labels=LABELS)
    drawn = school_map(alone.against_rest(), (), LABELS, family_size=0)
    assert drawn.sentence == "There are not two schools to set beside each other yet."
