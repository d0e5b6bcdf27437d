"""Where the pieces come from that two groups of raters share: a bridge of one school's work alone is a narrow one."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from calibrate.analysis.links import LinkMap


@dataclass(frozen=True)
class Bridge:
    """Two groups, the pieces that raters of both read, and whose pieces those are.

    Parameters
    ----------
    n_from_a, n_from_b, n_from_elsewhere, n_from_unknown
        Shared pieces by the group that the work comes from, and those of which no row says it; None
        where no column tells it.
    """

    a: str
    b: str
    n_shared_pieces: int
    n_from_a: int | None = None
    n_from_b: int | None = None
    n_from_elsewhere: int | None = None
    n_from_unknown: int | None = None

    def as_dict(self) -> dict[str, object]:
        """The fields of the JSON answer."""
        return {
            "a": self.a,
            "b": self.b,
            "n_shared_pieces": self.n_shared_pieces,
            "n_from_a": self.n_from_a,
            "n_from_b": self.n_from_b,
            "n_from_elsewhere": self.n_from_elsewhere,
            "n_from_unknown": self.n_from_unknown,
        }


def bridges(
    rows: pd.DataFrame, links: LinkMap, group: str, piece_group: str | None = None
) -> tuple[Bridge, ...]:
    """The bridges between groups of raters.

    Parameters
    ----------
    rows
        The readings that count, with the rater's group.
    links
        What `calibrate.analysis.links.link_map` found in them.
    group, piece_group
        The columns of the rater's group and, where it is known, of the group that the piece comes from.
    """
    if piece_group is None:
        return tuple(Bridge(one.a, one.b, one.n_shared_pieces) for one in links.links)
    read = {str(name): set(part["piece"]) for name, part in rows.groupby(group)}
    told = rows[rows[piece_group].notna()].drop_duplicates("piece")
    home = told.set_index("piece")[piece_group].astype(str).to_dict()
    found = []
    for one in links.links:
        both = read.get(one.a, set()) & read.get(one.b, set())
        homes = [home[piece] for piece in both if piece in home]
        from_a, from_b = homes.count(one.a), homes.count(one.b)
        elsewhere = len(homes) - from_a - from_b
        unknown = len(both) - len(homes)
        found.append(Bridge(one.a, one.b, len(both), from_a, from_b, elsewhere, unknown))
    return tuple(found)
