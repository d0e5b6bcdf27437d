"""Agreement by criterion and in all: what counts, what is undefined, and what the sentence says."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate.analysis.agreement import agreement, plain_agreement
from calibrate.analysis.coefficient_panels import whole_scores
from calibrate.errors import ArgumentError, DataError
from calibrate.model.rubric import Level, Scale
from calibrate.stats.agreement import exact_agreement, gwet_ac
from calibrate.stats.alpha import krippendorff_alpha
from calibrate.stats.icc import intraclass
from calibrate.stats.ratings import prepare_ratings
from calibrate.stats.two_raters import cohen_kappa

SIX = [
    "exact_agreement",
    "adjacent_agreement",
    "cohen_kappa",
    "gwet_ac",
    "krippendorff_alpha",
    "icc_a_1",
]
FOUR = {"ORG": (1, 2, 3, 4), "CONV": (1, 2, 3, 4)}


def table(seed=1, pieces=30, raters=2, criteria=("ORG", "CONV")) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = []
    for p in range(pieces):
        true = rng.normal(2.5, 1)
        for r in range(raters):
            for criterion in criteria:
                score = float(np.clip(np.rint(true + rng.normal(0, 0.5)), 1, 4))
                rows.append((f"P{p:04d}", f"R{r}", criterion, score))
    return pd.DataFrame(rows, columns=["piece", "rater", "criterion", "score"])


def made(rows, columns="piece rater criterion score code") -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns.split())


def test_the_default_panel_has_six_coefficients_in_this_order():
    result = agreement(table(), FOUR)
    assert [part.criterion for part in result.criteria] == ["ORG", "CONV"]
    for part in (*result.criteria, result.total):
        assert [one.name for one in part.coefficients] == SIX
        assert (part.n_pieces, part.n_raters) == (30, 2)
    assert (result.criteria[0].n_ratings, result.total.n_ratings) == (60, 120)
    weights = [one.weights for one in result.total.coefficients]
    assert weights == ["identity", "identity", "quadratic", "quadratic", "ordinal", None]


def test_more_than_two_raters_get_fleiss_kappa():
    names = [one.name for one in agreement(table(raters=3), FOUR).total.coefficients]
    assert names == ["fleiss_kappa" if name == "cohen_kappa" else name for name in SIX]


def test_the_numbers_are_those_of_the_statistics():
    rows = table()
    result = agreement(rows, FOUR)
    org = rows[rows["criterion"] == "ORG"]
    ratings = prepare_ratings(org["piece"], org["rater"], org["score"], [1, 2, 3, 4])
    for name, expected in [
        ("exact_agreement", exact_agreement(ratings)),
        ("gwet_ac", gwet_ac(ratings)),
        ("krippendorff_alpha", krippendorff_alpha(ratings)),
    ]:
        assert result.criteria[0].coefficient(name) == expected
    kappa = result.criteria[0].coefficient("cohen_kappa", "quadratic")
    assert kappa.value == pytest.approx(cohen_kappa(ratings).value, abs=1e-12)


def test_in_all_a_piece_is_one_draw_and_icc_is_about_the_whole_score():
    rows = table()
    total = agreement(rows, FOUR).total
    pooled = prepare_ratings(
        rows["piece"], rows["rater"], rows["score"], [1, 2, 3, 4], criterion=rows["criterion"]
    )
    assert total.coefficient("gwet_ac").se == pytest.approx(gwet_ac(pooled).se, abs=1e-12)
    assert total.coefficient("gwet_ac").n_pieces == 30
    mean = rows.groupby(["piece", "rater"], as_index=False)["score"].mean()
    icc = intraclass(mean["piece"], mean["rater"], mean["score"], form="a")
    assert total.coefficient("icc_a_1").value == pytest.approx(icc.value, abs=1e-12)
    assert total.coefficient("icc_a_1").method.startswith("whole score (mean over the criteria)")


def test_with_one_criterion_the_total_is_that_criterion():
    rows = table(criteria=("ORG",))
    result = agreement(rows, {"ORG": (1, 2, 3, 4)})
    for one, same in zip(result.criteria[0].coefficients, result.total.coefficients, strict=True):
        assert one.value == pytest.approx(same.value, abs=1e-12)


def test_a_reader_who_left_a_criterion_out_has_no_whole_score():
    rows = pd.DataFrame(
        {
            "piece_number": [0, 0, 0, 0, 1, 1],
            "occasion": 0,
            "rater_number": [0, 0, 1, 1, 0, 1],
            "criterion": ["A", "B", "A", "B", "A", "A"],
            "score": [1.0, 2.0, 3.0, np.nan, 4.0, 2.0],
        }
    )
    # nobody judged piece 1 on B, so its whole score is A alone
    assert whole_scores(rows).scores["score"].tolist() == [1.5, 4.0, 2.0]


def test_every_coefficient_can_be_asked_for():
    part = agreement(table(), FOUR, every=True).criteria[0]
    asked = [(one.name, one.weights) for one in part.coefficients]
    assert len(asked) == len(set(asked)) == 41
    for name in ("brennan_prediger", "gwet_ac", "fleiss_kappa", "cohen_kappa"):
        assert part.coefficient(name, "identity").is_defined
    assert part.coefficient("krippendorff_alpha", "interval").is_defined
    assert part.coefficient("icc_a_k").is_defined
    with pytest.raises(ArgumentError, match="icc_b"):
        part.coefficient("icc_b")


def test_with_more_raters_all_tells_why_there_is_no_cohens_kappa():
    part = agreement(table(raters=3), FOUR, every=True, draws=50).criteria[0]
    assert "two raters" in part.coefficient("cohen_kappa").undefined


def test_criteria_with_different_scales_have_plain_agreement_in_all_but_no_luck():
    rows = made(
        [
            ("P1", "A", "ORG", 4, None), ("P1", "B", "ORG", 4, None),
            ("P1", "A", "CONV", 0, None), ("P1", "B", "CONV", 1, None),
            ("P2", "A", "ORG", 1, None), ("P2", "B", "ORG", 3, None),
            ("P2", "A", "CONV", 2, None), ("P2", "B", "CONV", 2, None),
        ]
    )  # fmt: skip
    total = agreement(rows, {"ORG": (1, 2, 3, 4), "CONV": (0, 1, 2)}).total
    assert total.coefficient("exact_agreement").value == 0.5
    assert total.coefficient("adjacent_agreement").value == 0.75
    for name in ("cohen_kappa", "gwet_ac", "krippendorff_alpha"):
        assert "different scales" in total.coefficient(name).undefined
    assert "50% of the time" in total.sentence


def test_uneven_scales_that_differ_have_no_common_step():
    rows = made([(p, r, c, 1, None) for p in "12" for r in "AB" for c in ("X", "Y")])
    total = agreement(rows, {"X": (1, 3, 9), "Y": (1, 2)}).total
    assert "different scales" in total.coefficient("adjacent_agreement").undefined


@pytest.mark.parametrize("levels", [(0, 2, 4), (1, 3)])
@pytest.mark.parametrize("resample", [None, "pieces", "blocks"])
def test_adjacent_in_all_is_what_it_is_on_each_criterion_or_undefined(levels, resample):
    """Two points are one level on the second scale: one point, the step of the first, is not its step."""
    rows = table(raters=3)
    far = rows["criterion"] == "CONV"
    rows.loc[far, "score"] = np.array(levels)[rows.loc[far, "score"].astype(int) % len(levels)]
    found = agreement(rows, {"ORG": (1, 2, 3, 4), "CONV": levels}, resample=resample)
    assert "different scales" in found.total.coefficient("adjacent_agreement").undefined
    plain = plain_agreement(rows, {"ORG": (1, 2, 3, 4), "CONV": levels})
    assert "different scales" in plain[1].undefined


@pytest.mark.parametrize("resample", [None, "pieces"])
def test_half_points_beside_whole_points_are_adjacent_within_a_point(resample):
    rows = table(raters=3)
    half = rows["criterion"] == "CONV"
    rows.loc[half, "score"] = rows.loc[half, "score"] / 2
    scales = {"ORG": (1, 2, 3, 4), "CONV": (0.5, 1, 1.5, 2)}
    found = agreement(rows, scales, resample=resample)
    each = [part.coefficient("adjacent_agreement") for part in found.criteria]
    whole = found.total.coefficient("adjacent_agreement")
    assert whole.value == pytest.approx(np.mean([one.value for one in each]))
    assert each[0].value < whole.value < each[1].value <= 1
    assert whole.ci_low < whole.value < whole.ci_high


def test_a_scale_of_the_rubric_can_be_handed_in():
    levels = tuple(Level(f"L{i}", f"L{i}", value, i + 1) for i, value in enumerate((0.0, 1.0, 4.0)))
    rows = made([("P1", "A", "X", 0, None), ("P1", "B", "X", 4, None), ("P2", "A", "X", 1, None), ("P2", "B", "X", 1, None), ("P3", "A", "X", 4, None), ("P3", "B", "X", 1, None)])  # fmt: skip
    ranks = agreement(rows, {"X": Scale(levels)}).total.coefficient("gwet_ac")
    values = agreement(rows, {"X": Scale(levels, interval=True)}).total.coefficient("gwet_ac")
    assert abs(ranks.value - values.value) > 0.01


def test_codes_are_a_rate_of_their_own_and_leave_the_coefficients_alone():
    scored = [
        ("P1", "A", "X", 1, None), ("P1", "B", "X", 1, None), ("P2", "A", "X", 3, None),
        ("P2", "B", "X", 2, None), ("P3", "A", "X", 4, None), ("P3", "B", "X", 4, None),
    ]  # fmt: skip
    coded = [("P4", "A", "X", None, "BLANK"), ("P4", "B", "X", 2, None), ("P5", "A", "X", None, "BLANK"), ("P5", "B", "X", None, "LANG")]  # fmt: skip
    scale = {"X": (1, 2, 3, 4)}
    without, with_codes = agreement(made(scored), scale), agreement(made(scored + coded), scale)
    assert without.criteria[0].codes is None
    codes = with_codes.criteria[0].codes
    assert (codes.n_pairs, codes.n_mixed, codes.rate) == (5, 1, 0.2)
    for name in ("exact_agreement", "adjacent_agreement", "cohen_kappa", "krippendorff_alpha"):
        assert with_codes.total.coefficient(name).value == without.total.coefficient(name).value
    assert "20% of the pairs" in with_codes.criteria[0].sentence
    assert with_codes.criteria[0].as_dict()["codes"]["rate"] == 0.2
    assert "codes" not in without.criteria[0].as_dict()


def test_sessions_and_rounds_are_compared_within_themselves():
    rows = made(
        [
            ("P1", "A", "X", 1, "S1", "blind"), ("P1", "B", "X", 1, "S1", "blind"),
            ("P1", "A", "X", 4, "S2", "blind"), ("P1", "C", "X", 4, "S2", "blind"),
            ("P2", "A", "X", 2, "S1", "blind"), ("P2", "B", "X", 3, "S1", "blind"),
        ],
        "piece rater criterion score session round",
    )  # fmt: skip
    exact = agreement(rows, {"X": (1, 2, 3, 4)}).criteria[0].coefficient("exact_agreement")
    assert exact.value == pytest.approx(2 / 3)
    assert exact.n_pieces == 2


def test_a_second_score_by_one_rater_in_one_round_is_refused():
    rows = made([("P1", "A", "X", 1, None), ("P1", "A", "X", 2, None)])
    with pytest.raises(DataError, match="scored a piece on X twice in one round"):
        agreement(rows, {"X": (1, 2)})
    coded = made([("P1", "A", "X", 1, None), ("P1", "A", "X", None, "BLANK")])
    with pytest.raises(DataError, match="twice"):
        agreement(coded, {"X": (1, 2)})


def test_a_score_off_its_scale_a_missing_scale_and_a_missing_column_are_refused():
    rows = made([("P1", "A", "X", 5, None)])
    with pytest.raises(DataError, match="5 is not a score of X"):
        agreement(rows, {"X": (1, 2)})
    with pytest.raises(ArgumentError, match="no scale"):
        agreement(rows, {"Y": (1, 2)})
    with pytest.raises(ArgumentError, match="rater"):
        agreement(rows.drop(columns="rater"), {"X": (1, 2)})


def test_rows_without_score_and_code_are_missing_not_ratings():
    rows = made(
        [("P1", "A", "X", 1, None), ("P1", "B", "X", None, None), ("P1", "B", "X", 2, None)]
    )
    assert agreement(rows, {"X": (1, 2)}).total.n_ratings == 2


def test_an_empty_table_is_no_crash():
    result = agreement(made([]), {"X": (1, 2)})
    assert result.criteria == ()
    assert "cannot say" in result.total.sentence


def test_for_raters_like_these_it_is_raters_that_are_too_few():
    part = agreement(table(raters=3, pieces=60), FOUR, like_these=True, draws=50).criteria[0]
    flags = part.coefficient("gwet_ac").flags
    assert "wide interval: too few raters to say much of raters like these" in flags
    assert not [one for one in flags if "too few pieces" in one]


def test_all_coefficients_come_with_agreement_seen_and_by_luck():
    result = agreement(table(), FOUR, every=True, draws=50)
    for part in (*result.criteria, result.total):
        (said,) = [
            one for one in part.remarks if one.startswith("With near misses counted in part")
        ]
        corrected = part.coefficient("gwet_ac", "quadratic")
        assert f"raters agree {round(corrected.observed * 100)}%;" in said
        assert f"{round(corrected.expected * 100)}% as Gwet sees luck" in said
        fields = corrected.as_dict()
        room = 1 - fields["expected"]
        assert (fields["observed"] - fields["expected"]) / room == pytest.approx(corrected.value)


def test_the_order_of_rows_does_not_matter():
    rows = table(raters=3)
    shuffled = rows.sample(frac=1, random_state=4)
    first, second = agreement(rows, FOUR, draws=50), agreement(shuffled, FOUR, draws=50)
    for one, same in zip(first.total.coefficients, second.total.coefficients, strict=True):
        assert one.value == pytest.approx(same.value, abs=1e-9)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["P1", "P2", "P3", "P4"]),
            st.sampled_from("ABC"),
            st.sampled_from(["X", "Y"]),
            st.sampled_from([1.0, 2.0, 3.0, None]),
            st.sampled_from([None, None, None, "BLANK"]),
        ),
        max_size=20,
        unique_by=lambda row: row[:3],
    ),
    st.sampled_from([(1, 2, 3), (1, 2, 3, 4)]),
    st.booleans(),
)
def test_any_table_has_an_answer_and_a_sentence(rows, other_scale, every):
    rows = [(*row[:3], None if row[4] else row[3], row[4]) for row in rows]
    result = agreement(made(rows), {"X": (1, 2, 3), "Y": other_scale}, every=every, draws=20)
    for part in (*result.criteria, result.total):
        assert part.sentence.endswith(".")
        assert part.n_ratings <= len(rows)
        for one in part.coefficients:
            assert (one.undefined is None) == math.isfinite(one.value)
