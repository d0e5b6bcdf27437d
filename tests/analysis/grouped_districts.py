"""Districts whose schools share pieces and whose students belong to groups, with a bias that is known."""

from __future__ import annotations

import numpy as np
import pandas as pd

SCALES = {"ORG": [1, 2, 3, 4], "CONV": [1, 2, 3, 4]}
SCHOOLS = ("ash", "elm", "oak")


def grouped(
    seed: int, *, bias: float = 0.0, gap: float = 0.0, n_pieces: int = 240, severe: float = 0.0
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A score table, and who is in the group ``newcomers``.

    Every piece is read by one reader of each of two schools. ``bias`` is how many logits harsher
    the readers of oak are with the group, ``gap`` how much weaker its work is, and ``severe`` how
    much harsher oak's readers are with everybody.
    """
    rng = np.random.default_rng(seed)
    severity = {
        f"{s}{i}": rng.normal(severe * (s == "oak"), 0.4) for s in SCHOOLS for i in range(4)
    }
    rows, members = [], []
    for p in range(n_pieces):
        piece, member = f"P{p:03d}", rng.random() < 0.3
        quality = rng.normal(-gap if member else 0.0, 1.5)
        if member:
            members.append(("programme", "newcomers", piece))
        for s in rng.choice(3, 2, replace=False):
            rater = f"{SCHOOLS[s]}{rng.integers(4)}"
            liking = rng.normal(0, 0.5)  # one impression of a piece for all of its criteria
            for criterion in SCALES:
                harsher = severity[rater] + bias * (SCHOOLS[s] == "oak" and member)
                at = quality - harsher + liking
                steps = np.cumsum([0.0, at + 2.0, at, at - 2.0])
                chance = np.exp(steps - steps.max())
                level = 1 + rng.choice(4, p=chance / chance.sum())
                rows.append((piece, rater, criterion, level, SCHOOLS[s], f"S{p // 2:03d}"))
    columns = ["piece", "rater", "criterion", "score", "rater_school", "student"]
    table = pd.DataFrame(rows, columns=columns)
    return table, pd.DataFrame(members, columns=["attribute", "group", "piece"])
