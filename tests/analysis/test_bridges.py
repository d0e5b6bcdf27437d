"""Whose work the shared pieces are: told where a row tells it, unknown where none does."""

import pandas as pd

from calibrate.analysis.bridges import bridges
from calibrate.analysis.links import link_map


def readings(homes: dict[str, tuple[str | None, str | None]]) -> pd.DataFrame:
    """Every piece is read at east and at west; each row may say where it comes from."""
    return pd.DataFrame(
        [
            {
                "piece": piece,
                "rater": rater,
                "criterion": "ORG",
                "score": 2.0,
                "position": 2,
                "school": school,
                "home": home,
            }
            for piece, two in homes.items()
            for (rater, school), home in zip((("a", "east"), ("b", "west")), two, strict=True)
        ]
    ).astype({"home": "string"})


HOMES = {"P1": ("east", "east"), "P2": (None, "west"), "P3": ("north", None), "P4": (None, None)}


def test_a_piece_whose_home_no_row_tells_is_unknown_and_not_elsewhere():
    rows = readings(HOMES)
    (one,) = bridges(rows, link_map(rows, "school"), "school", "home")
    told = (one.n_from_a, one.n_from_b, one.n_from_elsewhere, one.n_from_unknown)
    assert told == (1, 1, 1, 1) and one.n_shared_pieces == 4


def test_without_a_column_of_homes_nothing_is_said_of_them():
    rows = readings(HOMES)
    (one,) = bridges(rows, link_map(rows, "school"), "school")
    assert one.as_dict()["n_from_unknown"] is None and one.n_from_a is None
