"""Simulated panels and districts with a stated truth, for the tests of this floor."""

import numpy as np
import pandas as pd

from calibrate.model.rubric import Level, Scale

CRITERIA = ("FOC", "ORG", "DEV", "STY", "CONV")
LEVELS = ("Beginning", "Developing", "Proficient", "Extending")
SCALE = Scale(
    tuple(Level(str(i + 1), name, float(i + 1), i + 1) for i, name in enumerate(LEVELS)), cut="3"
)
SCALES = dict.fromkeys(CRITERIA, SCALE)
SCHOOLS = ("lincoln", "roosevelt", "riverbend", "stone-mill")


def judge(rng, quality, severity, noise=0.45):
    """Whole levels 1-4 for a piece's quality seen by a rater of that severity."""
    return np.clip(np.rint(quality - severity + rng.normal(0, noise, np.shape(quality))), 1, 4)


def panel(rng, raters, n_pieces, session="s1", criteria=CRITERIA, start=1):
    """Every rater of a panel reads every piece blind. ``raters``: name -> (school, severity)."""
    rows = []
    for number in range(start, start + n_pieces):
        quality = rng.normal(2.5, 0.7) + rng.normal(0, 0.3, len(criteria))
        for rater, (school, severity) in raters.items():
            scores = judge(rng, quality, severity)
            for criterion, score in zip(criteria, scores, strict=True):
                rows.append((f"P{number:03d}", rater, criterion, score, school, session))
    columns = ["piece", "rater", "criterion", "score", "rater_school", "session"]
    return pd.DataFrame(rows, columns=columns).assign(round="blind")


def district(seed, lenient=0.0, n_pieces=30, raters_per_school=3, schools=SCHOOLS):
    """Pieces read by one rater of each school but never by both the first and the last."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(n_pieces):
        away = schools[0] if number % 2 else schools[-1]
        quality = rng.normal(2.5, 0.6) + rng.normal(0, 0.3, len(CRITERIA))
        for school in schools:
            if school == away and len(schools) > 2:
                continue
            rater = f"{school}-{rng.integers(raters_per_school)}"
            severity = -lenient if school == "roosevelt" else 0.0
            scores = judge(rng, quality, severity)
            for criterion, score in zip(CRITERIA, scores, strict=True):
                rows.append((f"P{number:03d}", rater, criterion, score, school))
    return pd.DataFrame(rows, columns=["piece", "rater", "criterion", "score", "rater_school"])
