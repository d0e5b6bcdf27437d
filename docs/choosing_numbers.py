"""Write the computed numbers of three pages: ``python docs/choosing_numbers.py``.

Those of ``choosing-a-statistic.md`` come from the sample district, those of ``intervals.md`` from ``coverage.json``, which
``python -m benchmarks.coverage --save docs/coverage.json`` makes, those of ``comparing-schools.md`` from ``verdicts.json``
(``python -m benchmarks.verdicts --save docs/verdicts.json``) and ``verdicts-model.json``
(``python -m benchmarks.verdicts_model --save docs/verdicts-model.json``). Each table stands between ``<!-- computed: NAME -->`` and
``<!-- end -->``; tests hold the pages to what this computes, and the file to the simulation.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pandas as pd
import yaml
from scipy import special

from calibrate.analysis.agreement import CriterionAgreement, agreement
from calibrate.analysis.agreement_words import coefficient_name, value_shown
from calibrate.analysis.pair_matrix import pair_matrix
from calibrate.analysis.readings import independent_blind
from calibrate.exchange.score_tables import read_score_table
from calibrate.resources import sample_data
from calibrate.stats.anchor import anchor_agreement
from calibrate.stats.results import Coefficient

PAGE = Path(__file__).with_name("choosing-a-statistic.md")
INTERVALS = PAGE.with_name("intervals.md")
COVERAGE = PAGE.with_name("coverage.json")
COMPARING = PAGE.with_name("comparing-schools.md")
VERDICTS = PAGE.with_name("verdicts.json")
LINKED = PAGE.with_name("verdicts-model.json")
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


def coverage() -> pd.DataFrame:
    """What the simulation kept: a row for each kind of panel, size and coefficient; ``share`` held the truth."""
    found = pd.DataFrame(json.loads(COVERAGE.read_text(encoding="utf-8")))
    return found.assign(share=found["held"] / (found["panels"] - found["without"]))


def _shares(found: pd.DataFrame) -> str:
    """A row for each room and size, a column for each coefficient: the share of intervals that held the truth."""
    names = list(dict.fromkeys(found["coefficient"]))
    lines = [
        "| panel | pieces | " + " | ".join(names) + " |",
        "|---|---|" + "---|" * len(names),
    ]
    for (room, pieces), rows in found.groupby(["room", "pieces"], sort=False):
        share = dict(zip(rows["coefficient"], rows["share"], strict=True))
        cells = [f"{share[name]:.1%}" if name in share else "" for name in names]
        lines.append(f"| {room} | {pieces} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _span(found: pd.DataFrame, column: str = "share") -> str:
    """From the smallest to the largest, in words."""
    low, high = found[column].min(), found[column].max()
    if column == "share":
        return f"{low:.1%} to {high:.1%}"
    return f"{low:.2f} to {high:.2f}"


SAFE = ["exact", "adjacent", "Brennan-Prediger", "Gwet's AC2"]
LIKE_KAPPA = ["Cohen", "Scott", "Lin", "Fleiss", "Conger", "alpha"]
CEILING = "near the ceiling"
FEW = "three raters"
SIX = "six raters"
FAR_APART = "six raters far apart"


def _these(found: pd.DataFrame) -> pd.DataFrame:
    return found[found["who"] == "these raters"]


def at_thirty(found: pd.DataFrame) -> str:
    """What holds from 30 pieces on, and what falls short near the ceiling."""
    large = _these(found)[_these(found)["pieces"] >= 30]
    ceiling = large["room"] == CEILING
    short = large[(large["share"] < 0.92) | (large["share"] > 0.97)]
    if not short[short["room"] != CEILING].empty:
        raise ValueError(
            "An interval misses 92% to 97% away from the ceiling: the page must say so."
        )
    told = [
        f"{one.coefficient} with {one.pieces} pieces ({one.share:.1%})"
        for one in short.itertuples()
    ]
    return (
        f"With 30 pieces and more all intervals hold the truth in {_span(large[~ceiling])} of the panels, so 95% may be "
        f"believed. Near the ceiling it is {_span(large[ceiling])}; outside 92% to 97% lie "
        f"{' and '.join([', '.join(told[:-1]), told[-1]]) if len(told) > 1 else told[0]}."
    )


def with_few(found: pd.DataFrame, pieces: int) -> str:
    """What the intervals from few pieces are worth."""
    few = _these(found)[_these(found)["pieces"] == pieces]
    away = few[few["room"] != CEILING]
    safe, kappa = (away[away["coefficient"].isin(names)] for names in (SAFE, LIKE_KAPPA))
    near = few[(few["room"] == CEILING) & few["coefficient"].isin(LIKE_KAPPA)]
    corrected = away[away["coefficient"] == "Gwet's AC2"]
    return (
        f"With {pieces} pieces exact and adjacent agreement, Brennan-Prediger and AC2 hold the truth in {_span(safe)} of the "
        f"panels, kappas, concordance and alpha in {_span(kappa)}, near the ceiling in {_span(near)}. AC2's interval is then "
        f"{_span(corrected, 'width')} wide on average."
    )


def like_these(found: pd.DataFrame) -> str:
    """What the intervals for raters like these are worth."""
    every = found[found["who"] == "raters like these"]
    icc = every["coefficient"].str.startswith("ICC")
    apart = every["room"] == FAR_APART
    like, wide = every[~icc], every[every["coefficient"] == "Gwet's AC2"]

    def share(room: str, *pieces: int) -> str:
        return _span(like[(like["room"] == room) & like["pieces"].isin(pieces)])

    def width(room: str) -> str:
        return _span(wide[(wide["room"] == room) & (wide["pieces"] >= 30)], "width")

    def kinds(pieces: int) -> str:
        now = like[(like["pieces"] == pieces) & (like["room"] != FAR_APART)]
        kappa = now["coefficient"].isin(LIKE_KAPPA)
        return f"{_span(now[~kappa])}, those of kappas and alpha in {_span(now[kappa])}"

    return (
        f"From 30 pieces on the intervals of agreement and kappas hold the truth in {share(SIX, 30, 100)} of the panels with six "
        f"raters, and in {share(FEW, 30, 100)} with three, which is more than they promise: AC2's is on average {width(FEW)} "
        f"wide with three raters, {width(SIX)} with six. Six raters who differ twice as much hold it in {share(FAR_APART, 30)} "
        f"with 30 pieces and in {share(FAR_APART, 100)} with 100, where the raters are nearly all of the doubt. With 10 pieces those of "
        f"agreement, Brennan-Prediger and AC2 hold it in {kinds(10)}; with 5 pieces in {kinds(5)}. ICC's hold it in "
        f"{_span(every[icc & ~apart])} whatever the number of pieces, where raters differ twice as much in "
        f"{_span(every[icc & apart])}."
    )


COVERAGE_TABLES: dict[str, Callable[[pd.DataFrame], str]] = {
    "these raters": lambda found: _shares(_these(found)),
    "at thirty": at_thirty,
    "with five": lambda found: with_few(found, 5),
    "with ten": lambda found: with_few(found, 10),
    "raters like these": lambda found: _shares(found[found["who"] == "raters like these"]),
    "like these": like_these,
    "most read once": lambda found: _shares(found[found["who"] == "most read once"]),
    "raters of their own": lambda found: _shares(found[found["who"] == "raters of their own"]),
}

TABLES: dict[str, Callable[[pd.DataFrame], str]] = {
    "two teachers": two_teachers,
    "a panel with gaps": panel_with_gaps,
    "mostly one level": mostly_one_level,
    "anchors": anchors,
}


def verdicts(page: Path = VERDICTS) -> pd.DataFrame:
    """The kept simulation of verdicts on schools, one row for each simulated kind of district."""
    kept = json.loads(page.read_text(encoding="utf-8"))
    return pd.DataFrame([{**one["district"], **one["found"]} for one in kept])


def _share(k: int, n: int) -> str:
    """A share of k in n with the exact 95 % interval (Clopper and Pearson): ``2.1 % (1.3–3.2)``."""
    low = 0.0 if k == 0 else special.betaincinv(k, n - k + 1, 0.025)
    high = 1.0 if k == n else special.betaincinv(k + 1, n - k, 0.975)
    return f"{k / n * 100:.1f} % ({low * 100:.1f}–{high * 100:.1f})"


def honest(found: pd.DataFrame, speaks_for: str) -> str:
    """How often each promise was broken, for these raters or for this school."""
    lines = [
        "| schools | raters of each | shared pieces a link, read by | raters’ spread, halo | any “different”, none true | "
        "“same” at the margin: pair | with the rest | one criterion | any of one school’s | “same”, equal schools |",
        "|" + "---|" * 10,
    ]
    for row in found[found["kind"] == speaks_for].to_dict("records"):
        spread = f"{row['spread']:g}"
        if row["uneven"] != 1:
            spread = f"{spread} and {row['spread'] * row['uneven']:g}"
        links = " (neighbours alone)" if row["chain"] else ""
        n = int(row["n"])
        broken = (
            "any_different",
            "same_pair",
            "same_rest",
            "same_criterion",
            "same_any",
            "told_same",
        )
        shares = [_share(int(row[name]), n) for name in broken]
        raters = f"{row['raters']} and {row['few']}" if row["few"] else f"{row['raters']}"
        lines.append(
            f"| {row['schools']}{links} | {raters} | {row['shared']}, {row['readers']} of each school | "
            f"{spread}, {row['halo']:g} | {' | '.join(shares)} |"
        )
    sizes = sorted(set(found.loc[found["kind"] == speaks_for, "n"]), reverse=True)
    told = " or ".join(f"{int(n):,}" for n in sizes)
    return "\n".join(lines) + f"\n\n{told} simulated districts in each cell."


def linked(found: pd.DataFrame) -> str:
    """How often each promise was broken through all links, and how often the intervals of a chain's ends hold the truth."""
    lines = [
        "| schools | raters of each | shared pieces a link, read by | speaks for | any “different”, none true | “same” at the "
        "margin: neighbours | the ends | “same”, equal schools, the ends | interval of the ends holds the truth |",
        "|" + "---|" * 9,
    ]
    for row in found.to_dict("records"):
        links = " (neighbours alone)" if row["chain"] else ""
        n, told = int(row["n"]), int(row["with_interval"])
        broken = ("any_different", "same_neighbours", "same_ends", "told_same")
        shares = [_share(int(row[name]), n) for name in broken]
        held = _share(int(row["covered"]), told) + (f", {n - told} had none" if told < n else "")
        lines.append(
            f"| {row['schools']}{links} | {row['raters']} | {row['shared']}, {row['readers']} of each school | {row['kind']} | "
            f"{' | '.join([*shares, held])} |"
        )
    sizes = " or ".join(f"{int(n):,}" for n in sorted(set(found["n"]), reverse=True))
    return "\n".join(lines) + f"\n\n{sizes} simulated districts in each row."


VERDICT_TABLES: dict[str, Callable[[pd.DataFrame], str]] = {
    name: partial(honest, speaks_for=name) for name in ("these raters", "this school")
}


def computed(
    text: str, tables: dict[str, Callable[[pd.DataFrame], str]], data: pd.DataFrame
) -> str:
    """A page with every table computed anew."""
    for name, make in tables.items():
        pattern = re.compile(rf"(<!-- computed: {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        if not pattern.search(text):
            raise ValueError(f"The page has no place for the table “{name}”.")
        made = make(data)
        text = pattern.sub(lambda found, made=made: f"{found[1]}\n{made}\n\n{found[2]}", text)
    return text


def pages() -> dict[Path, str]:
    """Each page and what it should say."""
    return {
        PAGE: computed(PAGE.read_text(encoding="utf-8"), TABLES, blind()),
        INTERVALS: computed(INTERVALS.read_text(encoding="utf-8"), COVERAGE_TABLES, coverage()),
        COMPARING: computed(
            computed(COMPARING.read_text(encoding="utf-8"), VERDICT_TABLES, verdicts()),
            {"through all links": linked},
            verdicts(LINKED),
        ),
    }


if __name__ == "__main__":
    for page, text in pages().items():
        page.write_text(text, encoding="utf-8")
