"""Agreement by criterion and in all: what counts, what is undefined, and what the sentence says."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate.analysis.agreement import agreement, plain_agreement
from calibrate.analysis.agreement_words import coefficient_name, value_shown
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


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([("P1", "A", "X", 1, None), ("P2", "B", "X", 2, None)], "cannot say"),
        (
            [("P1", "A", "X", 2, None), ("P1", "B", "X", 2, None)],
            "every rater chose the same level",
        ),
        (
            [("P1", "A", "X", None, "BLANK"), ("P1", "B", "X", None, "BLANK")],
            "agreed on which pieces",
        ),
        ([("P1", "A", "X", 2, None), ("P1", "B", "X", 3, None)], "cannot say how sure"),
    ],
)
def test_the_sentence_says_when_the_data_cannot_answer(rows, told):
    assert told in agreement(made(rows), {"X": (1, 2, 3, 4)}).criteria[0].sentence


def test_an_empty_table_is_no_crash():
    result = agreement(made([]), {"X": (1, 2)})
    assert result.criteria == ()
    assert "cannot say" in result.total.sentence


def test_the_sentence_of_a_clear_result():
    part = agreement(table(pieces=200), FOUR, labels={"ORG": "Organization"}).criteria[0]
    exact, near, ac = (
        part.coefficient(name) for name in ("exact_agreement", "adjacent_agreement", "gwet_ac")
    )
    assert part.sentence == (
        "Organization: two raters of the same piece chose the same level "
        f"{round(exact.value * 100)}% of the time and were at most one level apart "
        f"{'every time' if near.value == 1 else f'{round(near.value * 100)}% of the time'}; "
        f"agreement beyond luck is {ac.value:.2f} of a possible 1 (Gwet's AC2), "
        f"between {ac.ci_low:.2f} and {ac.ci_high:.2f} judging by 200 pieces."
    )  # fmt: skip


def test_few_pieces_settle_nothing_and_the_sentence_says_so():
    assert "5 pieces cannot settle it" in agreement(table(pieces=5), FOUR).total.sentence


def test_raters_like_these_are_asked_for_by_name():
    few = agreement(table(), FOUR, like_these=True).total
    assert "2 raters say nothing about raters like them" in few.coefficient("gwet_ac").flags[0]
    rows = table(raters=5, pieces=20)
    these, like = agreement(rows, FOUR), agreement(rows, FOUR, like_these=True, draws=200)
    for name in ("exact_agreement", "fleiss_kappa", "gwet_ac", "krippendorff_alpha"):
        one, other = these.total.coefficient(name), like.total.coefficient(name)
        assert other.value == one.value
        assert other.ci_high - other.ci_low > one.ci_high - one.ci_low
        assert "for raters like these" in other.method


def test_a_wide_interval_is_flagged_and_a_narrow_one_is_not():
    few, many = (
        agreement(table(pieces=n), FOUR).total.coefficient("cohen_kappa") for n in (6, 200)
    )
    assert "wide interval: too few pieces to say much" in few.flags
    assert many.flags == ()


def test_for_raters_like_these_it_is_raters_that_are_too_few():
    part = agreement(table(raters=3, pieces=60), FOUR, like_these=True, draws=50).criteria[0]
    flags = part.coefficient("gwet_ac").flags
    assert "wide interval: too few raters to say much of raters like these" in flags
    assert not [one for one in flags if "too few pieces" in one]


def test_a_kappa_that_prevalence_makes_low_is_explained():
    rows = [(f"P{i}", r, "X", 3.0, None) for i in range(40) for r in "AB"]
    rows[0] = ("P0", "A", "X", 2.0, None)
    rows[3] = ("P1", "B", "X", 2.0, None)
    part = agreement(made(rows), {"X": (1, 2, 3, 4)}).criteria[0]
    assert len(part.remarks) == 1
    assert part.remarks[0].startswith("98% of the scores are 3, so luck alone")
    assert part.as_dict()["remarks"] == list(part.remarks)
    assert agreement(table(), FOUR).criteria[0].remarks == ()


def test_an_ac2_that_unused_levels_make_high_is_explained():
    """Three raters who scatter over 1 to 3 of a scale of six: they hardly ever agree, and AC2 says 0.8."""
    rows = [
        (f"P{i}", r, "X", float(1 + (i * k) % 3), None)
        for i in range(30)
        for k, r in enumerate("ABC")
    ]
    part = agreement(made(rows), {"X": (1, 2, 3, 4, 5, 6)}).criteria[0]
    assert part.coefficient("gwet_ac").value > 0.7
    assert part.coefficient("exact_agreement").value < 0.5
    (said,) = part.remarks
    assert "nobody gave 4, 5 or 6" in said
    assert "exact agreement, which is the one to read here" in said
    assert agreement(made(rows), {"X": (1, 2, 3)}).criteria[0].remarks == ()


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


def test_nothing_is_explained_from_a_handful_of_pieces():
    rows = [(f"P{i}", r, "X", 3.0, None) for i in range(7) for r in "ABC"]
    rows[0] = ("P0", "A", "X", 2.0, None)
    assert agreement(made(rows), {"X": (1, 2, 3, 4)}).criteria[0].remarks == ()
    rows += [("P7", r, "X", 3.0, None) for r in "ABC"]
    (said,) = agreement(made(rows), {"X": (1, 2, 3, 4)}).criteria[0].remarks
    assert "kappa looks low (−0.04)" in said  # with a true minus


@pytest.mark.parametrize(
    "options", [{}, {"resample": "pieces"}, {"resample": "blocks"}, {"like_these": True}]
)
def test_the_sentence_says_what_adjacent_means_under_every_kind_of_interval(options):
    rows = table(raters=3, pieces=20)
    result = agreement(rows, FOUR, draws=50, **options)
    for part in (*result.criteria, result.total):
        assert "at most one level apart" in part.sentence or "never at most" in part.sentence
        assert part.coefficient("adjacent_agreement").method.startswith("at most one level apart; ")


def test_a_difference_in_standard_deviations_is_never_called_wide():
    part = agreement(table(pieces=9), FOUR, every=True, draws=50).criteria[0]
    found = part.coefficient("mean_difference")
    assert found.ci_high - found.ci_low > 0.4
    assert found.flags == ()


def test_different_habits_of_two_raters_are_told():
    rows = [(f"P{i}", "A", "X", float(1 + i % 4), None) for i in range(40)]
    rows += [(f"P{i}", "B", "X", float(min(4, 2 + i % 4)), None) for i in range(40)]
    (said,) = agreement(made(rows), {"X": (1, 2, 3, 4)}).criteria[0].remarks
    assert "do not use the levels equally often" in said


def test_no_sentence_names_a_rater_or_a_piece():
    result = agreement(table(), FOUR, every=True, draws=50)
    words = " ".join([result.total.sentence, *(part.sentence for part in result.criteria)])
    assert "R0" not in words
    assert "P0" not in words


def test_names_and_values_as_people_see_them():
    part = agreement(table(), FOUR, every=True, draws=50).criteria[0]
    names = [coefficient_name(one) for one in part.coefficients]
    assert len(names) == len(set(names))
    assert "Gwet's AC1" in names
    assert "Gwet's AC2 (quadratic)" in names
    assert value_shown(part.coefficients[0], 0.5) == "50%"
    assert value_shown(part.coefficient("gwet_ac"), -0.256) == "−0.26"
    assert value_shown(part.coefficient("gwet_ac"), -0.004) == "0.00"
    assert value_shown(part.coefficient("gwet_ac"), math.nan) == "–"


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
