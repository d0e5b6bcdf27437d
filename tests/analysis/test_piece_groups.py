"""Groups of pieces: what every column tells of a piece, small groups joined, and pieces of different readers kept apart."""

from __future__ import annotations

import numpy as np
import pandas as pd

from calibrate.analysis.piece_groups import COLUMNS, MIN_PIECES, groups_apart, piece_groups


def readings(seed: int, pieces: int = 80) -> pd.DataFrame:
    """Pieces of two schools, grades and windows, read by one to three readers of three schools; some things are not told."""
    rng = np.random.default_rng(seed)
    rows = [
        {
            "piece": f"p{n}",
            "piece_school": home,
            "rater_school": rng.choice(["east", "west", "north"], p=[0.5, 0.4, 0.1]),
            "grade": grade,
            "window": window,
        }
        for n, home, grade, window in zip(
            range(pieces),
            rng.choice(["east", "west", None], pieces, p=[0.5, 0.4, 0.1]),
            rng.choice(["03", "04", None], pieces),
            rng.choice(["fall", "spring"], pieces),
            strict=True,
        )
        for _ in range(rng.integers(1, 4))
    ]
    return pd.DataFrame(rows).sample(frac=1, random_state=seed).reset_index(drop=True)


def test_a_group_is_a_school_grade_and_window_and_a_small_one_loses_its_window_first():
    rows = pd.DataFrame(
        [
            {
                "piece": f"{school}{grade}{window}{n}",
                "piece_school": school,
                "grade": grade,
                "window": window,
            }
            for school, grade, window, many in (
                ("east", "03", "fall", 12),
                ("east", "03", "spring", 11),
                ("west", "03", "fall", 6),
                ("west", "03", "spring", 7),
            )
            for n in range(many)
        ]
    ).assign(grade="03")
    found = piece_groups(rows)
    assert found.columns == ("piece_school", "window")
    assert pd.Series(found.labels).value_counts().to_dict() == {
        "east · fall": 12,
        "east · spring": 11,
        "west": 13,
    }


def test_pieces_of_different_readers_are_never_in_one_group_and_else_as_if_they_were_alone():
    for seed in range(5):
        rows = readings(seed)
        sets = rows.groupby("piece")["rater_school"].agg(lambda one: " + ".join(sorted(set(one))))
        own = sets.loc[rows["piece"]].to_numpy()
        expected = own.astype(object).copy()
        for one in set(own):
            mine = own == one
            within = piece_groups(rows[mine], [name for name in COLUMNS if name != "rater_school"])
            if within.labels is not None:
                expected[mine] = one + " · " + within.labels
        assert groups_apart(rows, "rater_school").tolist() == expected.tolist()


def test_what_is_told_differently_within_a_piece_is_told_whole():
    rows = pd.DataFrame(
        [
            (f"p{n}", school)
            for n in range(2 * MIN_PIECES)
            for school in (("west", "east") if n % 2 else ("east",))
        ],
        columns=["piece", "rater_school"],
    )
    assert set(piece_groups(rows).labels) == {"east", "east + west"}
    assert piece_groups(rows[rows["piece"] == "p1"]).labels is None
