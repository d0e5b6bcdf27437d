"""Every statistic against values computed by other packages or printed in papers (``tests/data/statistics.json``).

Where sources disagree, ``refused`` says whom we do not follow, and why; the last tests hold those reasons.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from calibrate.stats.agreement import (
    brennan_prediger,
    exact_agreement,
    fleiss_kappa,
    gwet_ac,
    percent_agreement,
)
from calibrate.stats.alpha import krippendorff_alpha, weighted_alpha
from calibrate.stats.concordance import lin_ccc
from calibrate.stats.conger import conger_kappa
from calibrate.stats.icc import icc_1_1, icc_1_k, icc_a_1, icc_a_k, icc_c_1, icc_c_k
from calibrate.stats.kendall import kendall_w
from calibrate.stats.ratings import Ratings
from calibrate.stats.results import Coefficient
from calibrate.stats.two_raters import cohen_kappa, light_kappa
from calibrate.stats.variance_components import variance_components
from tests.stats.panels import panel

DATA = Path(__file__).parents[1] / "data" / "statistics.json"
CASES = {case["name"]: case for case in json.loads(DATA.read_text(encoding="utf-8"))["cases"]}

#: Sources that print few digits: irrCAC in R rounds to five, pingouin its intervals to two.
FEW_DIGITS = {"irrCAC(R)": 5.1e-6, "pingouin": 5.1e-3}

#: lme4 stops its search at about six digits; ours goes on.
REML = 5e-6

#: Keys whose sources drop every piece with a gap; we are asked for the same rows (and keep all rows where people ask).
COMPLETE_ROWS = (
    "fleiss_kappa|",
    "randolph|",
    "kappam",
    "agree",
    "lin_ccc",
    "kendall",
    "kappa2",
    "nltk",
    "icc(",
)
NLTK = ("kappa|nominal", "multi_kappa|nominal", "pi|nominal", "S|nominal", "avg_Ao|nominal")

MANY: dict[str, Callable[..., Coefficient]] = {
    "gwet": gwet_ac,
    "fleiss": fleiss_kappa,
    "bp": brennan_prediger,
    "conger": conger_kappa,
    "krippendorff": weighted_alpha,
    "percent_agreement": percent_agreement,
}
ICC: dict[str, Callable[..., Coefficient]] = {
    "1,1": icc_1_1,
    "1,k": icc_1_k,
    "a,1": icc_a_1,
    "a,k": icc_a_k,
    "c,1": icc_c_1,
    "c,k": icc_c_k,
}


def scores_of(case: dict[str, Any], key: str) -> list[list[float | None]]:
    """The scores as numbers; words (Fleiss's diagnoses) become 1, 2, … in alphabetical order."""
    rows = case["scores"]
    words = sorted({v for row in rows for v in row if isinstance(v, str)})
    number = {word: float(i) for i, word in enumerate(words, start=1)}
    rows = [[number.get(v, v) if isinstance(v, str) else v for v in row] for row in rows]
    if key == "lin_ccc":  # the source compares the first two raters
        rows = [row[:2] for row in rows if None not in row]
    elif key.lower().startswith(COMPLETE_ROWS) or key in NLTK:
        rows = [row for row in rows if None not in row]
    return rows


def has_gaps(case: str) -> bool:
    return any(v is None for row in CASES[case]["scores"] for v in row)


def source_values(case: str, key: str) -> dict[str, float]:
    return {e["source"]: e["value"] for e in CASES[case]["expected"][key]}


def counts_empty_pieces(case: str, source: str) -> bool:
    """Whether the source's errors rest on an n with a piece that nobody scored: its value is ours, its error is not."""
    empty = [None] * len(CASES[case]["scores"][0])
    return source == "irrCAC(R)" and empty in CASES[case]["scores"]


def refused(case: str, key: str, source: str) -> str | None:
    """Why we do not follow this source here; None where we do."""
    complete = not has_gaps(case)
    if source == "irr(R)" and key.startswith("alpha") and complete:
        return "irr 0.84.1 computes another number for alpha when no score is missing and there are 3 or more raters"
    if counts_empty_pieces(case, source) and source_values(case, key)[source] is None:
        return "irrCAC in R gives NaN where a piece has no score at all; irrCAC in Python drops it, as we do"
    if case == "edge_constant" and not key.startswith(("percent", "agree", "avg_Ao")):
        return "all scores equal: undefined for kappa, alpha, W and ICC, 1 for AC and Brennan-Prediger, whatever packages say"
    if (
        case == "edge_constant"
        and key.startswith("percent")
        and key != "percent_agreement[identity]"
    ):
        return "irrCAC reads the levels off the scores, finds one, and divides by 0"
    if key.startswith("kendall") and case == "edge_one_rater":
        return "irr ranks one rater against nobody; one rater cannot agree"
    if "[ratio]" in key and case == "raw5observers":
        return "with a level 0 irrCAC divides 0 by 0; the same level is no distance from itself"
    if key.startswith("icc_reml(1"):
        return "psych puts two-way components through one-way formulas; ours is the one-way ANOVA of the scores"
    if key.startswith("icc_reml") and case == "cont3x3abstractors":
        return "complete table, no rater variance: REML cuts it at 0, the mean squares (McGraw & Wong) do not"
    return None


@cache
def prepared(case: str, key: str) -> Ratings:
    # Ratio weights ask for the values themselves; everything else works on positions.
    return panel(scores_of(CASES[case], key), interval="ratio" in key or key == "lin_ccc")


@cache
def answer(case: str, key: str) -> Coefficient:
    """Our coefficient for a key of the reference file, with the interval of its source (symmetric)."""
    ratings = prepared(case, key)
    name, _, which = key.replace("|", "[").rstrip("]").partition("[")
    short = key.lower().removeprefix("icc_reml(").removeprefix("icc(").rstrip(")")
    if name in MANY:
        return MANY[name](ratings, which, symmetric=True)
    if name == "alpha":
        return krippendorff_alpha(ratings, which, draws=0)
    if name in ("cohen_kappa", "cohens_kappa", "kappa2") or (name, which) == ("kappa", "nominal"):
        irr = {"unweighted": "identity", "equal": "linear", "squared": "quadratic"}
        weights = {"None": "identity", "nominal": "identity", **irr}.get(which, which)
        if ratings.n_raters > 2:  # nltk's kappa of many raters is the mean over pairs
            return light_kappa(ratings, weights)
        return cohen_kappa(ratings, weights, symmetric=True)
    if short in ICC:
        average = key.startswith("icc_reml") and short.endswith("k")
        k = {"k": len(CASES[case]["scores"][0])} if average else {}
        return ICC[short](ratings, **k)
    if name == "lin_ccc":
        return lin_ccc(ratings)
    if name in ("kendall", "kendall_uncorrected"):
        return kendall_w(ratings, ties=name == "kendall")
    if name == "agree":
        raise AssertionError("asked for by piece")
    return {
        "fleiss_kappa": lambda: fleiss_kappa(ratings, "identity"),
        "kappam.fleiss": lambda: fleiss_kappa(ratings, "identity"),
        "pi": lambda: fleiss_kappa(ratings, "identity"),
        "randolph": lambda: brennan_prediger(ratings, "identity"),
        "S": lambda: brennan_prediger(ratings, "identity"),
        "kappam.fleiss.exact(conger)": lambda: conger_kappa(ratings, "identity"),
        "multi_kappa": lambda: conger_kappa(ratings, "identity"),
        "kappam.light": lambda: light_kappa(ratings, "identity"),
        "avg_Ao": lambda: exact_agreement(ratings),
    }[name]()


FOLLOWED = [
    pytest.param(name, key, entry, id=f"{name}-{key}-{entry['source']}")
    for name, case in CASES.items()
    for key, entries in case["expected"].items()
    for entry in entries
    if refused(name, key, entry["source"]) is None and key not in ("agree", "cohen.kappa")
]


def test_the_reference_file_is_read_in_full():
    every = sum(len(e) for case in CASES.values() for e in case["expected"].values())
    assert len(CASES) == 13
    assert every > 1000
    assert len(FOLLOWED) > 850


@pytest.mark.parametrize(("name", "key", "entry"), FOLLOWED)
def test_we_give_the_reference_value(name, key, entry):
    ours = answer(name, key)
    source = entry["source"]
    exact = REML if key.startswith("icc_reml") else 1e-9
    if entry["value"] is None:
        assert math.isnan(ours.value)
        assert ours.undefined
        return
    value_digits = 5.1e-6 if source == "irrCAC(R)" and not key.startswith("percent") else exact
    assert ours.value == pytest.approx(entry["value"], abs=value_digits)
    few = FEW_DIGITS.get(source, exact)
    if entry.get("se") is not None and not counts_empty_pieces(name, source):
        assert ours.se == pytest.approx(entry["se"], abs=few)
    if "pa" in entry:
        assert ours.observed == pytest.approx(entry["pa"], abs=1e-9)
        assert ours.expected == pytest.approx(entry["pe"], abs=1e-9)
    if entry.get("se0") is not None:
        assert ours.se_null == pytest.approx(entry["se0"], abs=1e-9)
    if entry.get("z") is not None:
        assert ours.value / ours.se_null == pytest.approx(entry["z"], abs=1e-7)
    if entry.get("p") is not None:
        assert ours.p_null == pytest.approx(entry["p"], rel=1e-8)


@pytest.mark.parametrize("case", [name for name in CASES if "agree" in CASES[name]["expected"]])
def test_the_share_of_pieces_on_which_all_agree_is_irrs(case):
    (entry,) = CASES[case]["expected"]["agree"]
    rows = scores_of(CASES[case], "agree")
    if case == "edge_one_rater":
        assert entry["value"] is None or entry["value"] == 1.0
        return
    by_piece = prepared(case, "agree").patterns
    unanimous = by_piece.times @ (by_piece.agreeing(np.eye(by_piece.counts.shape[1])) == 1.0)
    assert unanimous / len(rows) == pytest.approx(entry["value"], abs=1e-12)


def test_psychs_cohens_kappa_and_its_variances():
    for name in CASES:
        for entry in CASES[name]["expected"].get("cohen.kappa", ()):
            plain, weighted = (
                cohen_kappa(prepared(name, "cohen.kappa"), w) for w in ("identity", "quadratic")
            )
            assert plain.value == pytest.approx(entry["kappa"], abs=1e-9)
            assert weighted.value == pytest.approx(entry["weighted"], abs=1e-9)
            assert plain.se**2 == pytest.approx(entry["var.kappa"], rel=1e-6)
            # psych prints a variance of 0 for weighted kappa here; statsmodels and we do not
            assert entry["var.weighted"] == 0.0
            assert weighted.se > 0.03


@pytest.mark.parametrize(
    ("name", "key", "source"),
    [
        (name, key, entry["source"])
        for name, case in CASES.items()
        for key, entries in case["expected"].items()
        for entry in entries
        if refused(name, key, entry["source"]) is None
        and not counts_empty_pieces(name, entry["source"])
        and isinstance(entry.get("ci"), list)
        and entry["ci"][0] is not None
    ],
)
def test_we_give_the_reference_interval(name, key, source):
    """Student's t for Gwet's family, the normal for Cohen's kappa, F for ICC; ends are cut at 1, as irrCAC does."""
    entry = next(e for e in CASES[name]["expected"][key] if e["source"] == source)
    ours = answer(name, key)
    if source == "irr(R)" and key == "icc(A,k)":
        # irr has an interval for the average that is not the stepped-up interval of one rater;
        # psych and pingouin step up, and so do we: the two questions must not contradict each other.
        single = answer(name, "icc(A,1)")
        k = len(CASES[name]["scores"][0])
        stepped = [k * end / (1 + (k - 1) * end) for end in (single.ci_low, single.ci_high)]
        assert [ours.ci_low, ours.ci_high] == pytest.approx(stepped, rel=1e-10)
        return
    low, high = entry["ci"]
    assert ours.ci_low == pytest.approx(low, abs=FEW_DIGITS.get(source, 1e-9))
    assert ours.ci_high == pytest.approx(min(high, 1.0), abs=FEW_DIGITS.get(source, 1e-9))


def test_irr_is_not_followed_for_alpha_of_complete_tables_because_krippendorff_says_otherwise():
    sources = source_values("irr_anxiety", "alpha[interval]")
    ours = answer("irr_anxiety", "alpha[interval]").value
    assert ours == pytest.approx(sources["krippendorff"], abs=1e-9)
    assert abs(ours - sources["irr(R)"]) > 0.005


def test_pieces_with_gaps_are_kept_where_irr_and_pingouin_drop_them():
    sources = source_values("rand_40x5_q4_miss30", "icc(A,1)")
    ours = icc_a_1(panel(CASES["rand_40x5_q4_miss30"]["scores"]))
    assert ours.n_pieces > 30
    assert sources["irr(R)"] < 0 < ours.value
    assert answer("rand_40x5_q4_miss30", "icc(A,1)").value == pytest.approx(sources["irr(R)"])


def test_a_piece_without_any_score_is_not_counted():
    case = CASES["edge_all_missing_unit"]
    rows = [row for row in case["scores"] if any(v is not None for v in row)]
    assert len(rows) == len(case["scores"]) - 1
    for statistic in (gwet_ac, fleiss_kappa, brennan_prediger, conger_kappa, weighted_alpha):
        assert statistic(panel(rows)) == statistic(panel(case["scores"]))


def test_a_level_that_nobody_used_stays_in_the_weights():
    """Packages that number the used levels anew get weighted kappa wrong: 1, 2 and 6 are not neighbours."""
    rows = [[1, 1], [2, 2], [6, 6], [2, 6], [1, 2], [6, 6], [1, 1], [2, 2]]
    whole = cohen_kappa(panel(rows, [1, 2, 3, 4, 5, 6]), "quadratic").value
    renumbered = cohen_kappa(panel(rows, [1, 2, 6]), "quadratic").value
    assert whole != pytest.approx(renumbered, abs=0.01)
    by_hand = 1 - sum((a - b) ** 2 for a, b in rows) / sum(
        (a - b) ** 2 for a, _ in rows for _, b in rows
    ) * len(rows)
    assert whole == pytest.approx(by_hand, abs=1e-12)


def test_gwets_ordinal_weights_are_not_krippendorffs_ordinal_metric():
    theirs = source_values("raw4raters", "krippendorff[ordinal]")["irrCAC(py)"]
    ours = answer("raw4raters", "alpha[ordinal]").value
    assert ours == pytest.approx(source_values("raw4raters", "alpha[ordinal]")["krippendorff"])
    assert ours != pytest.approx(theirs, abs=1e-3)


def test_psychs_one_way_form_of_a_table_with_gaps_is_two_way_components_in_one_way_formulas():
    """Its number comes out of our components; the scores themselves, taken one way, give another."""
    case, m = "raw4raters", 4
    ratings = prepared(case, "icc")
    parts = variance_components(ratings.unit, ratings.rater, ratings.levels[ratings.position])
    between, within = m * parts.piece + parts.error, parts.error + parts.rater
    theirs = (between - within) / (between + (m - 1) * within)
    assert theirs == pytest.approx(source_values(case, "icc_reml(1,1)")["psych+lme4"], abs=1e-5)
    ours = icc_1_1(ratings)
    assert ours.value != pytest.approx(theirs, abs=0.001)
    assert ours.ci_low < theirs < ours.ci_high
