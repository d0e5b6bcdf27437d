"""How many pieces would change sides of the proficiency cut if another school had scored them.

The pieces that a school's raters scored are moved by the difference in points. Scores are whole levels, or means of a
few: a difference of 0.2 on a scale of whole points does not move every 3 to a 2.8, it moves about one 3 in five to a 2. So each
piece's score stands for the stretch of half a step to either side (the uniform kernel of percentile ranks and equipercentile
equating; Kolen & Brennan 2014, *Test Equating*, section 2.2), over the number of scores that it is the mean of. The cut lies half
a step below the first level that meets the standard, as a mean to the nearest level has it. The share grows steadily with the
difference, so the ends of the difference's interval give the ends of the share's.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from calibrate.analysis.comparability_words import Labels, other_side
from calibrate.analysis.group_difference import DIFFERENT, SAME, GroupDifference
from calibrate.analysis.readings import ScaleLike, Scales, as_scales
from calibrate.analysis.severity import TOTAL
from calibrate.analysis.wording import count, label, percent


@dataclass(frozen=True)
class CutCrossing:
    """What would happen to one school's pieces if another had scored them.

    Parameters
    ----------
    pieces_of, scored_by
        Whose pieces, and who would have scored them (a group, or ``rest``).
    cut
        The first score that meets the standard.
    n_pieces
        Pieces that raters of ``pieces_of`` scored.
    change
        The share (−1 to 1) by which more of them would reach the cut; nan where the difference is not known.
    low, high
        The ends that the difference's 95% interval allows; alike where no further piece moves within it.
    verdict
        Of the difference that this rests on.
    """

    pieces_of: str
    scored_by: str
    criterion: str
    speaks_for: str
    cut: float
    n_pieces: int
    change: float
    low: float
    high: float
    verdict: str
    sentence: str

    def as_dict(self) -> dict[str, object]:
        """The fields of the JSON answer."""
        return {
            "pieces_of": self.pieces_of,
            "scored_by": self.scored_by,
            "criterion": self.criterion,
            "speaks_for": self.speaks_for,
            "cut": self.cut,
            "n_pieces": self.n_pieces,
            "change": self.change,
            "range": [self.low, self.high],
            "verdict": self.verdict,
            "sentence": self.sentence,
        }


@dataclass(frozen=True)
class _Pieces:
    """A school's pieces on one criterion: mean scores, the half stretch of each, and where the cut lies."""

    score: NDArray[np.float64]
    half: NDArray[np.float64]
    border: float

    def change(self, shift: float) -> float:
        """By which share more pieces reach the cut if every score moves by so much."""
        if math.isnan(shift) or not len(self.score):
            return math.nan
        return float((self._reach(shift) - self._reach(0.0)).mean())

    def _reach(self, shift: float) -> NDArray[np.float64]:
        over = (self.score + shift + self.half - self.border) / (2 * self.half)
        return np.clip(over, 0.0, 1.0)


def mean_scores(rows: pd.DataFrame, group: str) -> pd.DataFrame:
    """What each group's raters gave each piece: the mean of their readings, by criterion.

    Returns
    -------
    Columns group, piece, criterion, score, n (scores that the mean is of).
    """
    found = rows.groupby([group, "piece", "criterion"], observed=True)["score"].agg(
        ["mean", "size"]
    )
    found = found.reset_index()
    return found.set_axis(["group", "piece", "criterion", "score", "n"], axis=1)


def scores_of_record(records: pd.DataFrame, readings: pd.DataFrame, group: str) -> pd.DataFrame:
    """Scores of record of the pieces that raters of one group alone have read, under that group.

    Parameters
    ----------
    records
        Scores of record: piece, criterion and value (missing where nothing is settled).
    readings
        The score table behind them, with the rater's group; a reading of raters of several groups has none.

    Returns
    -------
    Columns group, piece, criterion, score.
    """
    homes = readings[["piece"]].assign(group=readings[group].astype("string").fillna(""))
    homes = homes.drop_duplicates()
    homes = homes[~homes["piece"].duplicated(keep=False) & (homes["group"] != "")]
    alone = dict(zip(homes["piece"], homes["group"], strict=True))
    mine = records[records["piece"].isin(list(alone))]
    return pd.DataFrame(
        {
            "group": mine["piece"].map(alone).astype(str),
            "piece": mine["piece"],
            "criterion": mine["criterion"],
            "score": mine["value"].astype(float),
        }
    ).reset_index(drop=True)


def cut_crossings(
    differences: Iterable[GroupDifference],
    given: pd.DataFrame,
    scales: ScaleLike,
    labels: Labels = None,
) -> tuple[CutCrossing, ...]:
    """For each difference, what would become of either side's pieces if the other had scored them.

    Parameters
    ----------
    differences
        Against the rest: the group's own pieces. Between two: the pieces of both, one after the other.
    given
        Scores by group, piece and criterion (`mean_scores`, or scores of record under the same headings; without
        ``n`` each is one score). Missing scores are passed over.
    scales
        Criteria without a cut are passed over; the total has one where all criteria have the same levels and cut.
    """
    known = as_scales(scales)
    pieces = _by_group(given, known)
    found = []
    for one in differences:
        cut = _cut_of(known, one.criterion)
        if cut is None:
            continue
        sides = [(one.a, one.b, -1.0)]
        if (one.b, one.criterion) in pieces:
            sides.append((one.b, one.a, 1.0))
        for mine, other, way in sides:
            held = pieces.get((mine, one.criterion))
            if held is None:
                continue
            ends = [held.change(way * end) for end in one.ci95]
            made = CutCrossing(
                mine,
                other,
                one.criterion,
                one.speaks_for,
                cut,
                len(held.score),
                held.change(way * one.difference) if not math.isnan(one.se) else math.nan,
                min(ends),
                max(ends),
                one.verdict,
                "",
            )
            found.append(replace(made, sentence=_sentence(made, one, labels)))
    return tuple(found)


def _cut_of(scales: Scales, criterion: str) -> float | None:
    if criterion != TOTAL:
        return scales[criterion].cut_value
    kinds = {(one.values, one.cut_value) for one in scales.values()}
    return next(iter(kinds))[1] if len(kinds) == 1 else None


def _by_group(given: pd.DataFrame, scales: Scales) -> dict[tuple[str, str], _Pieces]:
    rows = given[given["score"].notna() & given["criterion"].isin(list(scales))]
    if "n" not in rows:
        rows = rows.assign(n=1)
    found: dict[tuple[str, str], _Pieces] = {}

    def keep(part: pd.DataFrame, criterion: str, step: float, cut: float) -> None:
        score, n = part["score"].to_numpy(dtype=float), part["n"].to_numpy(dtype=float)
        for name, at in part.groupby("group", observed=True).indices.items():
            held = _Pieces(score[at], step / 2 / np.maximum(n[at], 1), cut - step / 2)
            found[str(name), criterion] = held

    for criterion, scale in scales.items():
        if scale.cut_value is not None:
            keep(rows[rows["criterion"] == criterion], criterion, scale.step, scale.cut_value)
    cut = _cut_of(scales, TOTAL)
    if cut is not None:
        whole = rows.groupby(["group", "piece"], observed=True).agg(
            score=("score", "mean"), n=("n", "sum")
        )
        keep(whole.reset_index(), TOTAL, next(iter(scales.values())).step, cut)
    return found


def _sentence(one: CutCrossing, difference: GroupDifference, labels: Labels) -> str:
    mine = label(labels, one.pieces_of)
    other = other_side(one.scored_by, labels, difference.rest, difference.whole_rest)
    what = "" if one.criterion == TOTAL else f"{label(labels, one.criterion)}: "
    school = "" if one.speaks_for == "these raters" else ", other raters of theirs included"
    pieces = f"the {count(one.n_pieces, 'piece')} that {mine} scored"
    if math.isnan(one.change):
        return (
            f"{what}What would become of {pieces} if {other} had scored them{school}: cannot tell, "
            f"because {difference.reason}."
        )
    head = f"{what}If {other} had scored {pieces}{school}"
    holds_none = one.low <= 0 <= one.high
    if one.verdict == SAME and holds_none:
        most = _hundred(max(abs(one.low), abs(one.high)))
        return f"{head}: they score alike, and at most {most} of every 100 would change sides of the cut."
    ends = _ends(one)
    size = f"{_hundred(one.change)} of every 100 {_WAYS[one.change > 0]}"
    if one.verdict == SAME:
        return f"{head}: they score alike within the margin; even so about {size}{ends}."
    if one.verdict == DIFFERENT:
        return f"{head}, about {size}{ends}."
    if not ends:
        return f"{head}: cannot tell whether they score alike, but whatever the difference is, {_either_way(one)}."
    low, high = (
        f"{_hundred(end)} of every 100 that {_WAYS[end > 0]}" for end in (one.low, one.high)
    )
    return f"{head}: cannot tell, anything from {low} to {high} is possible."


def _ends(one: CutCrossing) -> str:
    """The range as a sentence has it; nothing where both ends would read alike."""
    if one.low * one.high < 0:
        return f" ({_hundred(one.low)} to {_hundred(one.high)})"
    near, far = (_hundred(end) for end in sorted((abs(one.low), abs(one.high))))
    return "" if near == far else f" ({near} to {far})"


def _either_way(one: CutCrossing) -> str:
    if one.change == 0:
        return "no piece would change sides of the cut"
    return f"about {_hundred(one.change)} of every 100 {_WAYS[one.change > 0]}"


_WAYS = {True: "would newly reach the cut", False: "would fall below the cut"}


def _hundred(share: float) -> str:
    """A share as a number of every hundred: ``14``, ``under 1``, ``0``."""
    return percent(abs(share)).removesuffix("%")
