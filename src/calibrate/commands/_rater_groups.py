"""The groups of ``calibrate compare``: which columns and names can be groups, and whose scores are left out."""

from __future__ import annotations

import pandas as pd

from calibrate.analysis.comparability import REST
from calibrate.analysis.own_teachers import ALL
from calibrate.analysis.readings import LeftOut
from calibrate.console import say
from calibrate.errors import ArgumentError, DataError

MOST_GROUPS = 60
"""Every two groups are compared: with more than this an answer would take hours and nobody could read it."""

_NO_GROUP = ("piece", "rater", "criterion", "score")


def group_column(frame: pd.DataFrame, plain: str, option: str, heading: str) -> str:
    """The column of that heading.

    Raises
    ------
    ArgumentError
        If there is none.
    """
    if plain not in frame.columns:
        raise ArgumentError(
            f"There is no column called {heading}.", column=option, fix="Check the heading."
        )
    return plain


def column_of_raters_groups(frame: pd.DataFrame, plain: str, heading: str) -> str:
    """The column that ``--group`` names.

    Raises
    ------
    ArgumentError
        If there is none, or if it is the column of pieces, raters, criteria or scores.
    """
    if plain in _NO_GROUP:
        raise ArgumentError(
            f"{heading} is no group of raters.",
            column="--group",
            fix="Name the column that says which group each rater belongs to, like school.",
        )
    return group_column(frame, plain, "--group", heading)


def refuse_taken_names(frame: pd.DataFrame, group: str, file: str | None) -> None:
    """Refuse a group whose name the answer needs for all others, or for all teachers together.

    Raises
    ------
    DataError
        If a group is called ``rest``, or ``all`` where teachers scored their own students.
    """
    taken = {REST: "all other groups together"}
    if "purpose" in frame and (frame["purpose"] == "own_student").any():
        taken[ALL] = "the teachers of all groups together"
    names = set(frame[group].dropna())
    for name, meaning in taken.items():
        if name in names:
            raise DataError(
                f"A group cannot be called {name}: the answer uses this word for {meaning}.",
                file=file,
                column=group,
                fix=f"Write its name another way, like {name.title()} School.",
            )


def with_a_group(rows: pd.DataFrame, group: str) -> tuple[pd.DataFrame, tuple[LeftOut, ...]]:
    """The scores by raters who have a group, and how many others were left out, which is said."""
    homeless = rows[group].isna()
    n = int(homeless.sum())
    if not n:
        return rows, ()
    left = LeftOut("by raters who belong to no group", n)
    say(f"Note: Left out: {left.n} of {len(rows)} scores {left.reason}.")
    return rows[~homeless], (left,)


def refuse_too_many(rows: pd.DataFrame, group: str, heading: str) -> None:
    """Refuse more groups than can be compared two by two.

    Raises
    ------
    ArgumentError
        If there are more than `MOST_GROUPS`.
    """
    n = int(rows[group].nunique())
    if n > MOST_GROUPS:
        raise ArgumentError(
            f"{heading} holds {n} groups; no more than {MOST_GROUPS} can be compared, every two of them.",
            column="--group",
            fix="Name a column of wider groups, like school.",
        )


def note_movers(rows: pd.DataFrame, group: str) -> None:
    """Say how many raters belong to more than one group."""
    movers = int((rows.groupby("rater")[group].nunique() > 1).sum())
    if movers:
        say(
            f"Note: {movers} of the raters belong to more than one group. --group is the rater's group; "
            "the group that a piece comes from is --piece-group."
        )
