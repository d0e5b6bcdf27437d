"""Every statistic against values computed by other packages or printed in papers (``tests/data/statistics.json``).

Where sources disagree, ``REFUSED`` says whom we do not follow, and why; the last tests hold those reasons.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from calibrate.stats.agreement import brennan_prediger, fleiss_kappa, gwet_ac, percent_agreement
from calibrate.stats.alpha import krippendorff_alpha
from calibrate.stats.icc import icc_a_1, icc_a_k
from calibrate.stats.results import Coefficient
from calibrate.stats.two_raters import cohen_kappa
from tests.stats.panels import panel

DATA = Path(__file__).parents[1] / "data" / "statistics.json"
CASES = {case["name"]: case for case in json.loads(DATA.read_text(encoding="utf-8"))["cases"]}

#: Sources that print few digits: irrCAC in R rounds to five, pingouin its intervals to two.
FEW_DIGITS = {"irrCAC(R)": 5.1e-6, "pingouin": 5.1e-3}

#: lme4 stops its search at about six digits; ours goes on.
REML = 5e-6


def scores_of(case: dict[str, Any]) -> list[list[float | None]]:
    """The scores as numbers; words (Fleiss's diagnoses) become 1, 2, … in alphabetical order."""
    rows = case["scores"]
    words = sorted({v for row in rows for v in row if isinstance(v, str)})
    number = {word: float(i) for i, word in enumerate(words, start=1)}
    return [[number.get(v, v) if isinstance(v, str) else v for v in row] for row in rows]


def refused(case: str, key: str, source: str) -> str | None:
    """Why we do not follow this source here; None where we do."""
    scores = [v for row in CASES[case]["scores"] for v in row]
    complete = None not in scores
    if source == "irr(R)" and key.startswith("alpha") and complete:
        return "irr 0.84.1 computes another number for alpha when no score is missing and there are 3 or more raters"
    if key.lower().startswith("icc(") and not complete:
        return "irr and pingouin drop every piece with a gap; we keep all scores, as lme4 does"
    if source == "irrCAC(R)" and [None] * len(CASES[case]["scores"][0]) in CASES[case]["scores"]:
        return "irrCAC in R counts a piece without any score in n, or gives NaN; irrCAC in Python drops it, as we do"
    if case == "edge_constant" and not key.startswith("percent"):
        return "all scores equal: DESIGN says undefined for kappa and alpha, 1 for AC and Brennan-Prediger"
    if case == "edge_constant" and key != "percent_agreement[identity]":
        return "irrCAC reads the levels off the scores, finds one, and divides by 0"
    if key.startswith("icc_reml") and case == "cont3x3abstractors":
        return "complete table, no rater variance: REML cuts it at 0, the mean squares (McGraw & Wong) do not"
    return None


def answer(case: dict[str, Any], key: str) -> Coefficient | None:
    """Our coefficient for a key of the reference file."""
    ratings = panel(scores_of(case))
    name, _, which = key.replace("|", "[").rstrip("]").partition("[")
    many = {
        "gwet": gwet_ac,
        "fleiss": fleiss_kappa,
        "bp": brennan_prediger,
        "percent_agreement": percent_agreement,
    }
    if name in many:
        return many[name](ratings, which)
    if name == "alpha":
        return krippendorff_alpha(ratings, which, draws=0)
    if name in ("cohen_kappa", "cohens_kappa"):
        return cohen_kappa(ratings, "identity" if which == "None" else which)
    if key.lower() == "icc(a,1)" or key == "icc_reml(A,1)":
        return icc_a_1(ratings)
    if key.lower() == "icc(a,k)":
        return icc_a_k(ratings)
    assert key == "icc_reml(A,k)"
    return icc_a_k(ratings, k=len(case["scores"][0]))


FOLLOWED = [
    pytest.param(name, key, entry, id=f"{name}-{key}-{entry['source']}")
    for name, case in CASES.items()
    for key, entries in case["expected"].items()
    for entry in entries
    if refused(name, key, entry["source"]) is None
]


def test_the_reference_file_is_read_in_full():
    assert len(CASES) == 13
    assert len(FOLLOWED) > 380


@pytest.mark.parametrize(("name", "key", "entry"), FOLLOWED)
def test_we_give_the_reference_value(name, key, entry):
    ours = answer(CASES[name], key)
    source = entry["source"]
    exact = REML if key.startswith("icc_reml") else 1e-9
    if entry["value"] is None:
        assert math.isnan(ours.value)
        assert ours.undefined
        return
    value_digits = 5.1e-6 if source == "irrCAC(R)" and not key.startswith("percent") else exact
    assert ours.value == pytest.approx(entry["value"], abs=value_digits)
    few = FEW_DIGITS.get(source, exact)
    if "se" in entry:
        assert ours.se == pytest.approx(entry["se"], abs=few)
    if "pa" in entry:
        assert ours.observed == pytest.approx(entry["pa"], abs=1e-9)
        assert ours.expected == pytest.approx(entry["pe"], abs=1e-9)


@pytest.mark.parametrize(
    ("name", "key", "source"),
    [
        (name, key, entry["source"])
        for name, case in CASES.items()
        for key, entries in case["expected"].items()
        for entry in entries
        if refused(name, key, entry["source"]) is None
        and isinstance(entry.get("ci"), list)
        and entry["ci"][0] is not None
    ],
)
def test_we_give_the_reference_interval(name, key, source):
    """Student's t for Gwet's family, the normal for Cohen's kappa, F for ICC; ends are cut at 1, as irrCAC does."""
    entry = next(e for e in CASES[name]["expected"][key] if e["source"] == source)
    ours = answer(CASES[name], key)
    if source == "irr(R)" and key == "icc(A,k)":
        # irr has an interval for the average that is not the stepped-up interval of one rater;
        # psych and pingouin step up, and so do we: the two questions must not contradict each other.
        single = answer(CASES[name], "icc(A,1)")
        k = len(CASES[name]["scores"][0])
        stepped = [k * end / (1 + (k - 1) * end) for end in (single.ci_low, single.ci_high)]
        assert [ours.ci_low, ours.ci_high] == pytest.approx(stepped, abs=1e-12)
        return
    low, high = entry["ci"]
    assert ours.ci_low == pytest.approx(low, abs=FEW_DIGITS.get(source, 1e-9))
    assert ours.ci_high == pytest.approx(min(high, 1.0), abs=FEW_DIGITS.get(source, 1e-9))


def test_irr_is_not_followed_for_alpha_of_complete_tables_because_krippendorff_says_otherwise():
    case = CASES["irr_anxiety"]
    sources = {e["source"]: e["value"] for e in case["expected"]["alpha[interval]"]}
    ours = answer(case, "alpha[interval]").value
    assert ours == pytest.approx(sources["krippendorff"], abs=1e-9)
    assert abs(ours - sources["irr(R)"]) > 0.005


def test_pieces_with_gaps_are_kept_where_irr_and_pingouin_drop_them():
    case = CASES["rand_40x5_q4_miss30"]
    sources = {e["source"]: e["value"] for e in case["expected"]["icc(A,1)"]}
    ours = answer(case, "icc(A,1)")
    assert ours.n_pieces > 30
    assert sources["irr(R)"] < 0 < ours.value


def test_a_piece_without_any_score_is_not_counted():
    case = CASES["edge_all_missing_unit"]
    without = {**case, "scores": [row for row in case["scores"] if any(v is not None for v in row)]}
    assert len(without["scores"]) == len(case["scores"]) - 1
    for key in ("gwet[quadratic]", "fleiss[identity]", "bp[linear]", "alpha[ordinal]"):
        assert answer(case, key) == answer(without, key)


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
    case = CASES["raw4raters"]
    weighted = {
        e["source"]: e["value"]
        for e in json.loads(DATA.read_text())["cases"][0]["expected"]["alpha[ordinal]"]
    }
    ours = answer(case, "alpha[ordinal]").value
    assert ours == pytest.approx(weighted["krippendorff"], abs=1e-9)
    assert ours != pytest.approx(
        0.833638025594, abs=1e-3
    )  # irrCAC's "krippendorff" with ordinal weights
