"""What the discussion moved: from the blind round to the second, as counts and shares.

The session's result names nobody. The second round is not independent, so agreement after it is
movement, never reliability.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from calibrate.analysis.intervals import Estimate, mean_by_piece
from calibrate.analysis.pairs import PairAgreement, agreement_of, reading_pairs
from calibrate.analysis.readings import (
    LeftOut,
    ScaleLike,
    as_scales,
    criteria_in_order,
    prepare,
    select,
)
from calibrate.analysis.severity import TOTAL
from calibrate.analysis.wording import count, label, percent, signed

_KEY = ["session", "piece", "rater", "criterion"]


@dataclass(frozen=True)
class MovementRow:
    """Judgements made in both rounds on one criterion, or in ``total``.

    Parameters
    ----------
    n_moved
        Judgements whose level changed; ``n_up`` and ``n_down`` say which way.
    n_toward, n_away
        Moves that ended nearer to, or farther from, the mean of the others' blind levels.
    n_to_most, n_to_few, n_to_new
        Moves to a level that most others had chosen blind (no other level more often), to one that
        fewer had chosen, and to one that none of the others had chosen.
    before, after
        Agreement of the same judgements in the two rounds.
    change
        Exact agreement after minus before, by piece (a proportion).
    """

    criterion: str
    n_judgements: int
    n_pieces: int
    n_moved: int
    n_up: int
    n_down: int
    n_toward: int
    n_away: int
    n_to_most: int
    n_to_few: int
    n_to_new: int
    before: PairAgreement
    after: PairAgreement
    change: Estimate
    sentence: str

    @property
    def share_moved(self) -> float:
        """Moved judgements as a proportion; nan where there is none."""
        return self.n_moved / self.n_judgements if self.n_judgements else float("nan")


@dataclass(frozen=True)
class Movement:
    """Movement by criterion (in the rubric's order) and in total, with what was left out."""

    rows: tuple[MovementRow, ...]
    total: MovementRow
    left_out: tuple[LeftOut, ...]
    sentence: str


@dataclass(frozen=True)
class OwnMovement:
    """One rater's own movement, for that rater's private page."""

    rater: str
    n_judgements: int
    n_moved: int
    n_up: int
    n_down: int
    n_toward: int
    n_away: int
    sentence: str


def movement(
    table: pd.DataFrame, scales: ScaleLike, *, labels: Mapping[str, str] | None = None
) -> Movement:
    """Set the second round beside the blind one, for the judgements made in both."""
    known = as_scales(scales)
    both, left_out = _both_rounds(table, known)
    rows = tuple(
        _row(both[both["criterion"] == criterion], criterion, labels)
        for criterion in criteria_in_order(known, both)
    )
    total = _row(both, TOTAL, labels)
    return Movement(rows, total, left_out, total.sentence)


def own_movement(table: pd.DataFrame, scales: ScaleLike, rater: str) -> OwnMovement:
    """How one rater moved, toward or away from what the others had chosen blind."""
    both, _ = _both_rounds(table, as_scales(scales))
    own = both[both["rater"] == str(rater)]
    moved = own[own["step"] != 0]
    toward, away = int((moved["nearer"] > 0).sum()), int((moved["nearer"] < 0).sum())
    up, down = int((moved["step"] > 0).sum()), int((moved["step"] < 0).sum())
    if own.empty:
        sentence = "There is no piece scored in both rounds, so movement cannot be told."
    elif moved.empty:
        sentence = f"After the discussion all {count(len(own), 'judgement')} stayed as they were."
    else:
        sentence = (
            f"After the discussion {len(moved)} of {count(len(own), 'judgement')} changed, "
            f"{up} up and {down} down; {toward} came nearer to the rest of the panel"
            + (f" and {away} went farther from it." if away else ".")
        )
    return OwnMovement(str(rater), len(own), len(moved), up, down, toward, away, sentence)


def _both_rounds(
    table: pd.DataFrame, scales: ScaleLike
) -> tuple[pd.DataFrame, tuple[LeftOut, ...]]:
    """Judgements with a level in both rounds, beside the others' blind ones."""
    data = prepare(table, scales)
    data["session"] = data["session"].fillna("")
    chosen = select(
        data,
        [
            ("outside a session's two rounds", data["round"].isin(["blind", "after_discussion"])),
            ("of a teacher's own student", data["purpose"] != "own_student"),
            (
                "read for another purpose than an independent score",
                data["purpose"] == "independent",
            ),
            ("scored jointly by several raters", ~data["joint"]),
            ("with a condition code instead of a level", data["position"].notna()),
        ],
    )
    rows = chosen.table
    blind = rows[rows["round"] == "blind"].drop_duplicates(_KEY)
    after = rows[rows["round"] == "after_discussion"].drop_duplicates(_KEY)
    both = blind.merge(
        after[[*_KEY, "position", "score"]], on=_KEY, suffixes=("", "_after"), how="inner"
    )
    left_out = chosen.left_out
    if lonely := len(blind) + len(after) - 2 * len(both):
        left_out = (*left_out, LeftOut("made in one round only", lonely))
    for column in ("position", "position_after"):
        both[column] = both[column].astype(int)
    return _beside_others(both, blind), left_out


def _beside_others(both: pd.DataFrame, blind: pd.DataFrame) -> pd.DataFrame:
    place = ["session", "piece", "criterion"]
    panels = {
        key: {str(r): int(p) for r, p in zip(part["rater"], part["position"], strict=True)}
        for key, part in blind.groupby(place)
    }
    nearer: list[float] = []
    ends: list[str] = []
    for row in both.itertuples():
        panel = panels[(row.session, row.piece, row.criterion)]
        others = [position for rater, position in panel.items() if rater != row.rater]
        was, now = int(str(row.position)), int(str(row.position_after))
        if was == now or not others:
            nearer.append(0.0)
            ends.append("stayed" if was == now else "new")
            continue
        middle = sum(others) / len(others)
        nearer.append(abs(was - middle) - abs(now - middle))
        most = max(others.count(position) for position in set(others))
        chosen = others.count(now)
        ends.append("most" if chosen == most else "few" if chosen else "new")
    return both.assign(step=both["position_after"] - both["position"], nearer=nearer, end=ends)


def _row(both: pd.DataFrame, criterion: str, labels: Mapping[str, str] | None) -> MovementRow:
    before_pairs = reading_pairs(_by_session(both, "position", "score"))
    after_pairs = reading_pairs(_by_session(both, "position_after", "score_after"))
    before, after = agreement_of(before_pairs), agreement_of(after_pairs)
    gained = (
        after_pairs.groupby("piece")["exact"].mean() - before_pairs.groupby("piece")["exact"].mean()
    )
    change = mean_by_piece(gained.to_numpy(dtype=float), _least_variance(before_pairs, after_pairs))
    moved = both[both["step"] != 0]
    toward, away = int((moved["nearer"] > 0).sum()), int((moved["nearer"] < 0).sum())
    return MovementRow(
        criterion,
        len(both),
        int(both["piece"].nunique()),
        len(moved),
        int((moved["step"] > 0).sum()),
        int((moved["step"] < 0).sum()),
        toward,
        away,
        int((moved["end"] == "most").sum()),
        int((moved["end"] == "few").sum()),
        int((moved["end"] == "new").sum()),
        before,
        after,
        change,
        _sentence(both, criterion, len(moved), toward, before, after, change, labels),
    )


def _least_variance(before: pd.DataFrame, after: pd.DataFrame) -> float:
    """The smallest variance of a piece's change in agreement to believe in.

    Each pair of judgements comes together, parts or stays; with one more of each kind than was seen (so that a few pieces on
    which the same happened do not prove that it always will), a pair's change has this variance, over the pairs of a piece.
    """
    if before.empty:
        return 0.0
    keys = ["piece", "criterion", "rater_a", "rater_b"]
    both = before[[*keys, "exact"]].merge(after[[*keys, "exact"]], on=keys, suffixes=("", "_after"))
    together = int((both["exact_after"] & ~both["exact"]).sum())
    parted = int((both["exact"] & ~both["exact_after"]).sum())
    up, down = ((one + 1) / (len(both) + 3) for one in (together, parted))
    pairs = both.groupby("piece").size()
    return float((up + down - (up - down) ** 2) * (1 / pairs).mean())


def _by_session(both: pd.DataFrame, position: str, score: str) -> pd.DataFrame:
    """A piece discussed in two sessions is two places: pairs never cross sessions."""
    return both.assign(
        piece=both["session"].astype(str) + "\x1f" + both["piece"],
        position=both[position],
        score=both[score],
    )


def _sentence(
    both: pd.DataFrame,
    criterion: str,
    n_moved: int,
    toward: int,
    before: PairAgreement,
    after: PairAgreement,
    change: Estimate,
    labels: Mapping[str, str] | None,
) -> str:
    what = "" if criterion == TOTAL else f"{label(labels, criterion)}: "
    if both.empty:
        return f"{what}No piece was scored in both rounds, so movement cannot be told."
    text = (
        f"{what}{n_moved} of {count(len(both), 'judgement')} changed after the discussion "
        f"({percent(n_moved / len(both))})"
    )
    if n_moved:
        text += f", {toward} of them toward what the others had chosen"
    if before.n_pairs == 0:
        return text + "; with one rater there is no agreement to compare."
    text += (
        f"; exact agreement went from {percent(before.exact.value)} to {percent(after.exact.value)}"
    )
    low, high = change.interval()
    if low != low:
        return text + " (too few pieces to tell whether that would happen again)."
    if low > 0 or high < 0:
        return text + f" (change {_points_of_percent(low)} to {_points_of_percent(high)} points)."
    return text + " (on so few pieces, no clear change)."


def _points_of_percent(share: float) -> str:
    return signed(share * 100).split(".")[0]
