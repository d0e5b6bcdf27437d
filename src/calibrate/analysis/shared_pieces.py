"""How many pieces carry what is said of two groups: those that both read, and those of the chains between them."""

from __future__ import annotations

import pandas as pd

from calibrate.analysis.links import LinkMap


def widest_chains(links: LinkMap) -> dict[frozenset[str], int]:
    """For every pair of groups the pieces of the narrowest link on the widest chain between them; 0 where there is none."""
    width = {frozenset((one.a, one.b)): one.n_shared_pieces for one in links.links}
    for through in links.groups:
        for pair in width:
            if through in pair:
                continue
            a, b = pair
            chain = min(width[frozenset((a, through))], width[frozenset((through, b))])
            width[pair] = max(width[pair], chain)
    return width


class SharedPieces:
    """Who shares how many pieces with whom, on one criterion or on any.

    Parameters
    ----------
    rows
        Independent blind readings, each with a group.
    links
        What `calibrate.analysis.links.link_map` found in them.

    Attributes
    ----------
    with_others
        For each group the pieces that raters of another read too.
    width
        For every pair those of the narrowest link on the widest chain between them.
    """

    def __init__(self, rows: pd.DataFrame, group: str, links: LinkMap) -> None:
        homes = rows.groupby("piece")[group].agg(set)
        homes = homes[homes.map(len) > 1]
        self.links = links
        self.with_others = {
            one: int(homes.map(lambda s, one=one: one in s).sum()) for one in links.groups
        }
        self.width = widest_chains(links)
