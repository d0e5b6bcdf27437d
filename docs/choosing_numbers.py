"""Write the numbers of ``choosing-a-statistic.md`` from the sample district: ``python docs/choosing_numbers.py``.

Each table stands between ``<!-- computed: NAME -->`` and ``<!-- end -->``; a test holds the page to what this computes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
import yaml

from calibrate.analysis.agreement import CriterionAgreement, agreement
from calibrate.analysis.agreement_words import coefficient_name, value_shown
from calibrate.analysis.pair_matrix import pair_matrix
from calibrate.analysis.readings import independent_blind
from calibrate.exchange.score_tables import read_score_table
from calibrate.resources import sample_data
from calibrate.stats.anchor import anchor_agreement
from calibrate.stats.results import Coefficient

PAGE = Path(__file__).with_name("choosing-a-statistic.md")
LEVELS = (1, 2, 3, 4)


def blind() -> pd.DataFrame:
    """The sample district's independent readings of the blind rounds."""
    table = read_score_table(sample_data("sessions", "scores.csv"), levels="1-4")
    return independent_blind(table.frame, table.levels).table


def rows_of(found: Sequence[Coefficient], notes: bool = True) -> str:
    """A table of coefficients as the page shows them."""
    lines = ["| statistic | value | 95% interval |", "|---|---|---|"]
    for one in found:
        interval = (
            f"{value_shown(one, one.ci_low)} to {value_shown(one, one.ci_high)}"
            if one.has_interval
            else (one.undefined or "none")
        )
        lines.append(f"| {coefficient_name(one)} | {value_shown(one, one.value)} | {interval} |")
    return "\n".join(lines)


def _named(part: CriterionAgreement, *wanted: tuple[str, str | None]) -> list[Coefficient]:
    return [part.coefficient(name, weights) for name, weights in wanted]


def two_teachers(table: pd.DataFrame) -> str:
    """The pair that shares most, on one criterion."""
    org = table[table["criterion"] == "ORG"]
    pairs = sorted(
        pair_matrix(org, {"ORG": LEVELS}).as_rows(), key=lambda row: (-int(str(row["n"])), str(row))
    )
    both = org[org["rater"].isin([pairs[0]["a"], pairs[0]["b"]])]
    part = agreement(both, {"ORG": LEVELS}, every=True, draws=1000).criteria[0]
    wanted = (
        ("exact_agreement", None),
        ("adjacent_agreement", None),
        ("cohen_kappa", "quadratic"),
        ("scott_pi", "quadratic"),
        ("pearson", None),
    )
    found = _named(part, *wanted)
    return f"{found[0].n_pieces} pieces.\n\n{rows_of(found)}"


def panel_with_gaps(table: pd.DataFrame) -> str:
    """All sessions together on one criterion: many raters, each with a few pieces."""
    part = agreement(table[table["criterion"] == "DEV"], {"DEV": LEVELS}, every=True).criteria[0]
    wanted = (
        ("exact_agreement", None),
        ("fleiss_kappa", "quadratic"),
        ("gwet_ac", "quadratic"),
        ("krippendorff_alpha", "ordinal"),
        ("icc_1_1", None),
        ("icc_a_1", None),
        ("icc_c_1", None),
        ("kendall_w", None),
    )
    found = _named(part, *wanted)
    return f"{found[0].n_pieces} pieces, {part.n_raters} raters, {part.n_ratings} scores.\n\n{rows_of(found)}"


def mostly_one_level(table: pd.DataFrame) -> str:
    """The pieces that nearly everybody put at 3: exact agreement is high and kappa falls."""
    conv = table[table["criterion"] == "CONV"]
    common = conv.groupby("piece")["score"].apply(lambda scores: (scores == 3).mean())
    alike = conv[conv["piece"].isin(common[common >= 0.6].index)]
    part = agreement(alike, {"CONV": LEVELS}, every=True).criteria[0]
    found = _named(
        part,
        ("exact_agreement", None),
        ("fleiss_kappa", "identity"),
        ("brennan_prediger", "identity"),
        ("gwet_ac", "identity"),
    )
    said = next(one for one in part.remarks if "of the scores are" in one)
    return f"{found[0].n_pieces} pieces.\n\n{rows_of(found)}\n\n> {said}"


def anchors(table: pd.DataFrame) -> str:
    """The rater who meets most settled scores, against them."""
    settled = []
    for path in sorted(sample_data("sessions").glob("S*.yaml")):
        session = yaml.safe_load(path.read_text(encoding="utf-8"))
        settled += [
            {
                "session": session["id"],
                "piece": one["piece"],
                "criterion": one["criterion"],
                "anchor": one.get("score"),
            }
            for one in session.get("consensus", ())
        ]
    both = table.merge(pd.DataFrame(settled), on=["session", "piece", "criterion"])
    both["anchor"] = pd.to_numeric(both["anchor"], errors="coerce")
    both = both.dropna(subset=["score", "anchor"])
    most = both["rater"].value_counts().sort_index().idxmax()
    own = both[both["rater"] == most]
    found = anchor_agreement(own["piece"], own["score"], own["anchor"], LEVELS)
    verdict = {True: "qualified", False: "not yet", None: "too few anchors to say"}
    return (
        f"{found.n} settled scores on {found.exact.n_pieces} pieces.\n\n"
        f"{rows_of([found.exact, found.adjacent])}\n"
        f"| Points above (+) or below (−) the anchors | {found.bias:+.2f} | "
        f"{found.bias_low:+.2f} to {found.bias_high:+.2f} |\n\n"
        f"By the usual rule (70% exact on four levels): **{verdict[found.qualified]}**; {found.reason}."
    ).replace("-0.", "−0.")


TABLES: dict[str, Callable[[pd.DataFrame], str]] = {
    "two teachers": two_teachers,
    "a panel with gaps": panel_with_gaps,
    "mostly one level": mostly_one_level,
    "anchors": anchors,
}


def computed(text: str) -> str:
    """The page with every table computed anew."""
    table = blind()
    for name, make in TABLES.items():
        pattern = re.compile(rf"(<!-- computed: {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        if not pattern.search(text):
            raise ValueError(f"The page has no place for the table “{name}”.")
        made = make(table)
        text = pattern.sub(lambda found, made=made: f"{found[1]}\n{made}\n\n{found[2]}", text)
    return text


if __name__ == "__main__":
    PAGE.write_text(computed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
