"""Numbers inside the district that would be about a person or two are not printed, nor what they could be worked out of."""

from __future__ import annotations

from collections.abc import Sequence

from calibrate.analysis.own_teachers import ALL, MIN_TEACHERS, OwnDifference

NOT_SHOWN = "not shown"
"""What stands in place of a verdict."""

ONE_READER = "Not shown: one reader alone stands behind it, on one side or the other."
FEW_TEACHERS = (
    f"Not shown (–): a school of fewer than {MIN_TEACHERS} teachers here, or one that would give such a "
    "school away."
)


def few_teachers(rows: Sequence[OwnDifference]) -> frozenset[str]:
    """The groups of one criterion whose difference is not to be printed.

    These are the groups of few teachers; and while those hidden are few teachers together, the group of the next
    fewest too, for all schools together less those shown would give the hidden ones.
    """
    hidden = {one.group for one in rows if one.n_pieces and one.n_teachers < MIN_TEACHERS}
    if ALL in hidden:
        return frozenset(one.group for one in rows)
    schools = sorted(
        (one for one in rows if one.group != ALL and one.n_pieces), key=lambda one: one.n_teachers
    )
    while hidden and sum(one.n_teachers for one in schools if one.group in hidden) < MIN_TEACHERS:
        following = next((one.group for one in schools if one.group not in hidden), None)
        if following is None:
            break
        hidden.add(following)
    return frozenset(hidden)
