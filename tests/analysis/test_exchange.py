"""What to exchange next: few pieces of near grades, new ones, from weak to strong, and never one that both have read."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from calibrate.analysis.comparability import compare
from calibrate.analysis.exchange import BEGINNING, exchanges
from calibrate.analysis.settling import what_would_settle
from tests.analysis.districts import CRITERIA, SCALES, district

LABELS = {"lincoln": "Lincoln", "stone-mill": "Stone Mill", "roosevelt": "R", "riverbend": "V"}
GRADES = {"lincoln": ("04", "05"), "stone-mill": ("06", "07")}
WINDOWS = ("fall", "spring")


def own_work(school: str, n: int, read_by: str | None = None) -> pd.DataFrame:
    """Pieces of a school in two grades and windows, read by their own teacher or, blind, by readers of a school."""
    rows = []
    for i in range(n):
        grade, window = GRADES[school][i % 2], WINDOWS[(i // 2) % 2]
        for criterion in CRITERIA:
            rows.append(
                {
                    "piece": f"{school[:2]}{read_by or 'own'}{i:03d}",
                    "rater": f"{read_by or school}-0",
                    "criterion": criterion,
                    "score": float(1 + (i // 4) % 4),
                    "rater_school": read_by or school,
                    "purpose": "independent" if read_by else "own_student",
                    "round": "blind" if read_by else "operational",
                    "piece_school": school,
                    "grade": grade,
                    "window": window,
                    "task": f"task-{grade}",
                }
            )
    return pd.DataFrame(rows)


def readings(*more: pd.DataFrame) -> pd.DataFrame:
    linked = district(5).assign(round="blind", purpose="independent")
    return pd.concat([linked, *more], ignore_index=True)


def found_in(table: pd.DataFrame, **options):
    comparison = compare(table, SCALES, labels=LABELS)
    return comparison, exchanges(
        comparison, table, SCALES, windows=WINDOWS, labels=LABELS, **options
    )


def test_a_pair_that_shares_nothing_exchanges_half_from_each_of_the_nearest_grades_newest_first() -> (
    None
):
    table = readings(own_work("lincoln", 60), own_work("stone-mill", 60))
    comparison, found = found_in(table, tasks={"task-05": "Harbors", "task-06": "Rivers"})
    (one,) = [one for one in found if {one.a, one.b} == {"lincoln", "stone-mill"}]
    (asked,) = [
        row
        for row in what_would_settle(comparison.between_pairs(), LABELS)
        if (row.a, row.b) == (one.a, one.b)
    ]
    assert one.n_more == asked.n_more
    assert [(offer.school, offer.grade, offer.window) for offer in one.offers] == [
        ("lincoln", "05", "spring"),
        ("stone-mill", "06", "spring"),
    ]
    sizes = [len(offer.pieces) for offer in one.offers]
    assert sum(sizes) == one.n_more and abs(sizes[0] - sizes[1]) <= 1
    assert one.n_readings == 2 * one.n_more
    assert f"Exchange {one.n_more} pieces between Lincoln and Stone Mill" in one.sentence
    assert "of grade 5 from Lincoln and" in one.sentence
    assert "of grade 6 from Stone Mill, spring, “Harbors” and “Rivers”." in one.sentence


def test_the_pieces_run_from_weak_to_strong() -> None:
    table = readings(own_work("lincoln", 80), own_work("stone-mill", 80))
    _, found = found_in(table)
    (one,) = [one for one in found if {one.a, one.b} == {"lincoln", "stone-mill"}]
    mean = table.groupby("piece")["score"].mean()
    for offer in one.offers:
        assert {mean[piece] for piece in offer.pieces} == {1.0, 2.0, 3.0, 4.0}


def test_pieces_that_one_school_has_read_cost_one_reading_and_come_first() -> None:
    known = [own_work("lincoln", 60, "stone-mill"), own_work("stone-mill", 60, "stone-mill")]
    _, found = found_in(readings(own_work("lincoln", 60), own_work("stone-mill", 60), *known))
    (one,) = [one for one in found if {one.a, one.b} == {"lincoln", "stone-mill"}]
    assert one.n_readings == one.n_more
    assert all("stone-mill" in piece for offer in one.offers for piece in offer.pieces)


def test_a_piece_that_both_have_read_is_not_asked_for_again() -> None:
    both = own_work("lincoln", 2, "lincoln")
    both = pd.concat([both, both.assign(rater="stone-mill-0", rater_school="stone-mill")])
    table = readings(both, own_work("lincoln", 4), own_work("stone-mill", 4))
    _, found = found_in(table)
    offered = {piece for one in found for offer in one.offers for piece in offer.pieces}
    assert offered and not offered & set(both["piece"])


def test_pieces_that_are_not_there_yet_are_said_to_be_missing() -> None:
    _, found = found_in(readings(own_work("lincoln", 4)))
    (one,) = [one for one in found if {one.a, one.b} == {"lincoln", "stone-mill"}]
    offered = sum(len(offer.pieces) for offer in one.offers)
    assert offered == 4
    assert f"{one.n_more - offered} pieces must be collected first" in one.sentence


def test_what_joins_schools_that_nothing_joins_comes_first_and_once() -> None:
    left = district(2, n_pieces=6, schools=("lincoln", "roosevelt"))
    right = district(3, n_pieces=6, schools=("riverbend", "stone-mill"))
    table = pd.concat([left, right.assign(piece=right["piece"] + "x")], ignore_index=True)
    comparison, found = found_in(table.assign(piece_school=pd.NA))
    assert len(comparison.links.subsets) == 2
    assert [one.joins for one in found] == [True] + [False] * (len(found) - 1)
    assert len({one.a for one in found[:1]} | {one.b for one in found[:1]}) == 2


def test_without_anything_known_of_the_spread_ten_pieces_are_a_beginning() -> None:
    rng = np.random.default_rng(3)
    table = pd.concat(
        [own_work("lincoln", 20, "lincoln"), own_work("stone-mill", 20, "stone-mill")]
    )
    table["score"] = rng.integers(1, 5, len(table)).astype(float)
    _, (one,) = found_in(table)
    assert one.n_more == BEGINNING
    assert one.sentence.endswith("this is a beginning.")


def test_no_sentence_holds_a_pieces_code() -> None:
    _, found = found_in(readings(own_work("lincoln", 60), own_work("stone-mill", 60)))
    for one in found:
        codes = {piece for offer in one.offers for piece in offer.pieces}
        assert codes and not [code for code in codes if code in one.sentence]


def test_a_pair_that_no_number_of_pieces_would_settle_is_not_sent_for_more() -> None:
    table = readings(own_work("lincoln", 60), own_work("stone-mill", 60))
    comparison = compare(table, SCALES, labels=LABELS)
    near = tuple(
        replace(one, verdict="cannot tell", difference=one.margin, se=9.0)
        if (one.a, one.b) == ("lincoln", "riverbend")
        else one
        for one in comparison.pairs
    )
    found = exchanges(replace(comparison, pairs=near, family_size=5000), table, SCALES)
    assert ("lincoln", "stone-mill") in {(one.a, one.b) for one in found}
    assert ("lincoln", "riverbend") not in {(one.a, one.b) for one in found}
