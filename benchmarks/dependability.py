"""Variance components of tables with gaps: seconds beside a peer, and how often 95% intervals hold the truth.

``python -m benchmarks.dependability`` times REML on tables that lack scores, on a small one beside statsmodels, and draws panels with
known components: a share near 0.95 is right, and so is a standard error that equals the scatter of the estimates.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.timing import Comparison
from calibrate.stats.generalizability import GStudy, g_study
from calibrate.stats.generalizability_decisions import Levels, consistency, decide

Columns = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]

TRUTH = {
    "piece": 0.5,
    "rater": 0.08,
    "piece x rater": 0.15,
    "piece x criterion": 0.06,
    "rater x criterion": 0.02,
    "piece x rater x criterion": 0.25,
}


@dataclass(frozen=True)
class Panel:
    """So many pieces, each read by ``each`` of the raters on all criteria; ``gone`` is the share of scores that are missing.

    With a ``mean`` scores are whole levels from 1 to 4 about it.
    """

    name: str
    pieces: int
    raters: int
    each: int
    criteria: int = 1
    gone: float = 0.0
    mean: float | None = None


PANELS = (
    Panel("complete, 5 raters", 30, 5, 5),
    Panel("complete, 4 raters, 4 criteria", 20, 4, 4, 4),
    Panel("two of 10 raters, 4 criteria", 80, 10, 2, 4),
    Panel("three of 8 raters", 60, 8, 3),
    Panel("three of 8 raters, 3 criteria, a tenth missing", 60, 8, 3, 3, 0.1),
    Panel("whole levels, 6 raters, 4 criteria", 30, 6, 6, 4, mean=2.5),
    Panel("whole levels near the ceiling", 30, 6, 6, 4, mean=3.2),
)


def drawn(panel: Panel, random: np.random.Generator, *, raters_of_piece: bool = False) -> Columns:
    """Piece, rater, score and criterion of a panel with the components of `TRUTH`.

    With ``raters_of_piece`` every piece has raters of its own, who are numbered alike for each.
    """
    readings = panel.pieces * panel.each
    who = np.concatenate(
        [random.permutation(panel.raters)[: panel.each] for _ in range(panel.pieces)]
    )
    piece = np.repeat(np.arange(panel.pieces), panel.each * panel.criteria)
    rater, criterion = (
        np.repeat(who, panel.criteria),
        np.tile(np.arange(panel.criteria), readings),
    )

    def normal(source: str, *shape: int) -> np.ndarray:
        return random.normal(0, math.sqrt(TRUTH[source]), shape)

    people = np.repeat(np.arange(readings), panel.criteria) if raters_of_piece else rater
    n_people = readings if raters_of_piece else panel.raters
    score = (
        (panel.mean or 2.5)
        + normal("piece", panel.pieces)[piece]
        + normal("rater", n_people)[people]
    )
    score += np.repeat(normal("piece x rater", readings), panel.criteria)
    if panel.criteria > 1:
        score += normal("piece x criterion", panel.pieces, panel.criteria)[piece, criterion]
        score += normal("rater x criterion", n_people, panel.criteria)[people, criterion]
        score += normal("piece x rater x criterion", len(score))
    if panel.mean is not None:
        score = np.clip(np.rint(score), 1, 4)
    keep = random.random(len(score)) >= panel.gone
    return piece[keep], rater[keep], score[keep], criterion[keep]


def study_of(columns: Columns) -> GStudy:
    return g_study(*columns)


#: The cut of every panel, in points.
CUT = 3.0
WHOLE = Levels(1.0, 1.0)


def alike(panel: Panel, pieces: int = 60_000) -> float:
    """How often two panels of two raters put a piece on the same side of the cut, counted; each piece has raters of its own."""
    large = replace(panel, pieces=pieces, raters=4, each=4, gone=0.0)
    piece, rater, score, _ = drawn(large, np.random.default_rng(5), raters_of_piece=True)
    means = np.zeros((pieces, 2))
    np.add.at(means, (piece, rater // 2), score)
    above = means / (2 * panel.criteria) >= CUT - 1e-9
    return float(np.mean(above[:, 0] == above[:, 1]))


@cache
def truth(panel: Panel) -> dict[str, float]:
    """The components, and g, phi and the decisions of two raters; of whole levels, from panels far larger than anybody's."""
    k = panel.criteria
    known, middle = TRUTH, 2.5
    if panel.mean is not None:
        random, large = np.random.default_rng(1), replace(panel, pieces=1500, raters=40, each=40)
        studies = [study_of(drawn(large, random)) for _ in range(5)]
        middle = float(np.mean([one.mean for one in studies]))
        known = {
            source: float(np.mean([one.variance(*source.split(" x ")) for one in studies]))
            for source in TRUTH
        }
    mean = {
        source: known[source]
        + (
            known[
                f"{source} x criterion"
                if source != "piece x rater"
                else "piece x rater x criterion"
            ]
            / k
            if k > 1
            else 0.0
        )
        for source in ("piece", "rater", "piece x rater")
    }
    one, relative = mean["piece"], mean["piece x rater"] / 2
    absolute, far = relative + mean["rater"] / 2, (middle - CUT) ** 2
    whole = panel.mean is not None
    return {
        **known,
        "g": one / (one + relative),
        "phi": one / (one + absolute),
        "phi_cut": (one + far) / (one + far + absolute),
        "consistency": alike(panel) if whole else float(consistency(middle, one, absolute, CUT)),
    }


@dataclass(frozen=True)
class Held:
    """How often the interval of one number held the truth, and its mean error beside the scatter of the estimates."""

    panel: str
    what: str
    share: float
    error_ratio: float


def coverage(panel: Panel, times: int, seed: int = 7) -> Iterator[Held]:
    """Draw the panel so many times."""
    random = np.random.default_rng(seed)
    wanted = truth(panel)
    rows: dict[str, list[tuple[float, float, bool]]] = {}
    for _ in range(times):
        study = study_of(drawn(panel, random))
        found = decide(study, 2, cut=CUT, levels=None if panel.mean is None else WHOLE)
        told = {
            one.source: (one.estimate, one.se, one.ci_low, one.ci_high)
            for one in study.components
            if one.source != "criterion"
        }
        for name, value, sure in (
            ("g", found.g, found.g_sure),
            ("phi", found.phi, found.phi_sure),
            ("phi_cut", found.phi_cut, found.phi_cut_sure),
            ("consistency", found.consistency, found.consistency_sure),
        ):
            told[name] = (value, sure.se, sure.ci_low, sure.ci_high)
        for name, (value, se, low, high) in told.items():
            rows.setdefault(name, []).append((value, se, low <= wanted[name] <= high))
    for name, each in rows.items():
        values, errors, held = (np.array(column, dtype=float) for column in zip(*each, strict=True))
        ratio = float(np.sqrt(np.mean(errors**2)) / np.std(values, ddof=1))
        yield Held(panel.name, name, float(held.mean()), ratio)


def with_statsmodels(pieces: int = 60) -> Comparison:
    """One criterion, gaps, beside statsmodels' mixed model; ``same`` is whether all three variances agree to 1 %."""
    import pandas as pd
    import statsmodels.formula.api as smf

    columns = drawn(Panel("", pieces, 8, 3), np.random.default_rng(3))
    start = time.perf_counter()
    ours = {one.source: one.estimate for one in study_of(columns).components}
    our_seconds = time.perf_counter() - start
    table = pd.DataFrame({"piece": columns[0], "rater": columns[1], "score": columns[2], "all": 1})
    start = time.perf_counter()
    parts = {"piece": "0 + C(piece)", "rater": "0 + C(rater)"}
    fit = smf.mixedlm("score ~ 1", table, groups="all", re_formula="0", vc_formula=parts).fit()
    their_seconds = time.perf_counter() - start
    theirs = [*fit.vcomp, fit.scale]
    alike = np.allclose([ours["piece"], ours["rater"], ours["piece x rater"]], theirs, rtol=0.01)
    what = f"variance components, {len(table)} scores with gaps"
    return Comparison(what, "statsmodels", our_seconds, their_seconds, bool(alike))


def timed(panel: Panel) -> tuple[int, float]:
    """How many scores, and seconds from them to components with their errors."""
    columns = drawn(panel, np.random.default_rng(1))
    start = time.perf_counter()
    study_of(columns)
    return len(columns[0]), time.perf_counter() - start


def compare() -> Iterator[Comparison]:
    """The peer beside us, for ``python -m benchmarks``."""
    yield with_statsmodels()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dependability", description=__doc__)
    parser.add_argument("--draws", type=int, default=400)
    arguments = parser.parse_args()
    console = Console(width=110)
    for panel in (
        Panel("whole readings", 2000, 100, 2, 4),
        Panel("a tenth of the scores missing", 500, 60, 3, 5, 0.1),
    ):
        n, seconds = timed(panel)
        console.print(f"{n:,} scores of {panel.raters} raters, {panel.name}: {seconds:.2f} s")
    (peer,) = compare()
    console.print(
        f"{peer.what}: {peer.ours:.2f} s, {peer.peer} {peer.theirs:.2f} s ({peer.ratio:.0f} times as long), "
        f"alike: {peer.same}"
    )
    table = Table(
        "panel", "of", "interval holds", "error / scatter", title=f"{arguments.draws} draws"
    )
    for panel in PANELS if arguments.draws > 1 else ():
        for one in coverage(panel, arguments.draws):
            table.add_row(one.panel, one.what, f"{one.share:.3f}", f"{one.error_ratio:.2f}")
    console.print(table)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
