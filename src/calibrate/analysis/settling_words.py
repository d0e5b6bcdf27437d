"""What to do about two schools that cannot be told yet, in words that a principal can repeat."""

from __future__ import annotations

from calibrate.analysis.group_difference import DIFFERENT, SAME, GroupDifference
from calibrate.analysis.wording import count

SHARED, ALL_LINKS, ALIKE = "shared pieces", "all links", "scoring alike"
"""What the difference of now is taken from: pieces that both read, all links, or nothing (then they are taken to score alike)."""

UNKNOWN = (
    "let several readers of each school, at least four if you can, score the same pieces, blind; "
    "how much the teachers of one school differ is not known yet."
)
TOO_FAR_APART = (
    "readers of one school differ so much among themselves that no number of pieces and raters within "
    "reach would tell; let the readers of each school agree with one another first."
)
_OUT_OF_REACH = (
    "the difference {now}lies too near the {margin:.2f} that would matter: {what} would tell on which "
    "side of it."
)
IF_SO = {
    SHARED: "if they go on as they do now",
    ALL_LINKS: "if they score as all links say",
    ALIKE: "if they score alike",
}
"""What advice takes for granted, by what it rests on."""

_WOULD_SHOW = {SAME: "that they score alike", DIFFERENT: "that they differ"}


def pieces_advice(
    one: GroupDifference,
    needed: int | None,
    likely: str,
    rests_on: str,
    unknown: bool,
) -> str:
    """How many pieces both should read.

    Parameters
    ----------
    needed, likely
        Shared pieces in all, and the verdict that they would bring.
    rests_on
        What their difference of now is taken from. Its size is not told: it may be a number about few readers.
    unknown
        Whether nothing tells how far single pieces lie apart.
    """
    if unknown:
        return (
            "let readers of both score the same pieces, blind; ten shared pieces are a beginning."
        )
    if needed is None:
        return _out_of_reach(one, "no number of pieces within reach", rests_on)
    more = f", {needed - one.n_shared_pieces} more than now," if one.n_shared_pieces else ""
    return (
        f"let readers of both score the same work, blind; {IF_SO[rests_on]}, about "
        f"{count(needed, 'shared piece')}{more} would show {_what(rests_on, likely)} in four cases of five."
    )


def school_advice(
    one: GroupDifference,
    needed: int | None,
    m: int | None,
    likely: str,
    rests_on: str,
) -> str:
    """How many pieces, and raters of each school (None: those there are), as in `pieces_advice`."""
    if needed is None:
        return _out_of_reach(one, "no number of pieces and raters within reach", rests_on)
    way = f"{IF_SO[rests_on]}, that would show {_what(rests_on, likely)} in four cases of five."
    if m is None:
        more = needed - one.n_shared_pieces
        return (
            f"let the same readers score about {count(more, 'more piece')}, {needed} in all; {way}"
        )
    return (
        f"let {count(m, 'reader')} of each school share out about {count(needed, 'piece')}; {way}"
    )


def _what(rests_on: str, likely: str) -> str:
    return "it" if rests_on == ALIKE else _WOULD_SHOW[likely]


def _out_of_reach(one: GroupDifference, what: str, rests_on: str) -> str:
    now = "that all links show " if rests_on == ALL_LINKS else ""
    return _OUT_OF_REACH.format(margin=one.margin, what=what, now=now)
