"""Classroom teachers beside others' blind readings: what was put in is found, few teachers stay silent,
and the two cautions are never left out."""

import math

import numpy as np
import pandas as pd
import pytest

from calibrate.analysis.own_teachers import ALL, CAUTIONS, by_cluster, own_teachers

SCALES = {"ORG": list(range(1, 10)), "CONV": list(range(1, 10))}


def audit(seed, *, kinder=0.0, n_teachers=8, n_pieces=12, spread=0.0, picked=False):
    """Teachers of two schools score their own students; some pieces are read blind by two others."""
    rng = np.random.default_rng(seed)
    rows = []
    for t in range(n_teachers):
        school = "oak" if t % 2 else "elm"
        habit = rng.normal(0, spread)
        for p in range(n_pieces):
            piece = f"P{t:02d}{p:02d}"
            truth = rng.normal(5, 1.2)
            given = {}
            for criterion in SCALES:
                level = np.clip(round(truth + kinder + habit + rng.normal(0, 0.6)), 1, 9)
                given[criterion] = level
                rows.append((piece, f"T{t}", criterion, level, "own_student", school))
            if picked and np.mean(list(given.values())) < 6:
                continue
            for reader in (f"R{t % 3}", f"R{3 + t % 2}"):
                for criterion in SCALES:
                    level = np.clip(round(truth + rng.normal(0, 0.6)), 1, 9)
                    rows.append((piece, reader, criterion, level, "independent", "ash"))
    columns = ["piece", "rater", "criterion", "score", "purpose", "rater_school"]
    return pd.DataFrame(rows, columns=columns)


def lead(found, group=ALL, criterion="total"):
    return next(one for one in found.of(criterion) if one.group == group)


def test_kinder_teachers_are_found_with_an_interval_around_the_truth():
    found = own_teachers(audit(3, kinder=1.5), SCALES, labels={"elm": "Elm School"})
    row = lead(found)
    assert row.verdict == "higher"
    assert row.ci95[0] < 1.5 < row.ci95[1]
    assert (row.n_pieces, row.n_teachers, row.n_readers) == (96, 8, 5)
    assert "more than others who read it blind" in row.sentence
    assert lead(found, "elm").sentence.startswith("Elm School's classroom teachers")


def test_the_answer_never_goes_without_its_two_cautions():
    found = own_teachers(audit(3, kinder=1.5), SCALES)
    assert found.sentence.endswith(CAUTIONS)
    assert "what they know of the child" in CAUTIONS
    assert "drift back to the mean" in CAUTIONS


def test_pieces_picked_for_a_high_score_are_told_apart():
    found = own_teachers(audit(5, picked=True), SCALES)
    row = lead(found)
    assert row.shift > 0.5
    assert row.difference > 0  # drift back alone
    assert "expect some drift" in found.sentence
    assert math.isnan(lead(own_teachers(audit(5), SCALES)).shift)


def test_two_teachers_give_no_interval():
    found = own_teachers(audit(1, kinder=1.0, n_teachers=2), SCALES)
    row = lead(found)
    assert row.verdict == "cannot tell"
    assert row.difference == pytest.approx(1.0, abs=0.4)
    assert math.isnan(row.se)
    assert "only 2 classroom teachers" in row.reason


def test_without_others_nothing_is_said():
    table = audit(1)
    alone = own_teachers(table[table["purpose"] == "own_student"], SCALES)
    assert "cannot be set beside" in alone.sentence
    assert lead(alone).verdict == "cannot tell"
    nobody = own_teachers(table[table["purpose"] == "independent"], SCALES)
    assert nobody.sentence.startswith("No classroom teacher's scores")


def test_two_teachers_who_score_together_are_one_and_never_their_own_reader():
    table = audit(2, n_teachers=4)
    table.loc[table["rater"] == "T0", "rater"] = "R0+T0"
    row = lead(own_teachers(table, SCALES))
    assert row.n_teachers == 4
    before = lead(own_teachers(audit(2, n_teachers=4), SCALES))
    assert row.difference != before.difference  # R0's own readings of those pieces are not others'


def test_equal_teachers_whose_habits_differ_are_seldom_called_different():
    wrong = sum(
        lead(own_teachers(audit(seed, spread=0.5, n_teachers=6, n_pieces=8), SCALES)).verdict
        in ("higher", "lower")
        for seed in range(20)
    )
    assert wrong <= 2  # 5% of 20, with room for chance


def test_the_error_of_a_mean_in_clusters_is_that_of_their_means_where_they_are_equal():
    values = np.array([1.0, 1.0, 2.0, 2.0, 4.0, 4.0])
    se, df = by_cluster(values, np.array([0, 0, 1, 1, 2, 2]))
    assert se == pytest.approx(np.std([1, 2, 4], ddof=1) / np.sqrt(3))
    assert df == pytest.approx(2)


@pytest.mark.parametrize("margin", [2.0, {"ORG": 2.0, "CONV": 2.0, "total": 2.0}])
def test_a_small_difference_is_alike_within_a_wide_margin(margin):
    row = lead(own_teachers(audit(4), SCALES, margin=margin))
    assert (row.verdict, row.margin) == ("alike", 2.0)
    assert "90% interval" in row.sentence
