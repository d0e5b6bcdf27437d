"""Who shares how many pieces with whom: without shared work nothing can be compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from calibrate.analysis.wording import count, label, listed, natural


@dataclass(frozen=True)
class Link:
    """Two groups and the pieces that raters of both have read independently."""

    a: str
    b: str
    n_shared_pieces: int
    n_raters_a: int
    n_raters_b: int


@dataclass(frozen=True)
class LinkMap:
    """All groups, the links between them (those of no piece too), and the subsets they form.

    Two groups in one subset are joined by a chain of shared pieces; groups of different subsets
    cannot be compared by any method.
    """

    groups: tuple[str, ...]
    links: tuple[Link, ...]
    subsets: tuple[tuple[str, ...], ...]
    sentence: str

    @property
    def linked(self) -> bool:
        """Whether a chain of shared pieces joins all groups."""
        return len(self.subsets) <= 1

    def shared(self, a: str, b: str) -> int:
        """Pieces that two groups share."""
        return next((one.n_shared_pieces for one in self.links if {one.a, one.b} == {a, b}), 0)


def link_map(
    rows: pd.DataFrame,
    group: str = "rater_school",
    *,
    groups: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> LinkMap:
    """Count shared pieces between groups of raters.

    Parameters
    ----------
    rows
        Prepared rows (independent blind readings).
    group
        The column that holds a rater's group.
    groups
        Groups to list even where they read nothing.
    """
    read = rows[rows[group].notna()]
    pieces, raters, homes = (
        pd.factorize(read[column].astype(str))[0] for column in ("piece", "rater", group)
    )
    found = {str(name): i for i, name in enumerate(read[group].astype(str).unique())}
    names = tuple(sorted(set(found) | set(groups or ()), key=natural))
    n_pieces = int(pieces.max()) + 1 if len(pieces) else 0
    there = np.zeros((len(found), n_pieces), dtype=bool)
    there[homes, pieces] = True
    mine = {name: (pieces[homes == i], raters[homes == i]) for name, i in found.items()}
    links = []
    for a, b in combinations(names, 2):
        if a not in found or b not in found:
            links.append(Link(a, b, 0, 0, 0))
            continue
        shared = there[found[a]] & there[found[b]]
        n_a, n_b = (
            np.unique(raters_of[shared[pieces_of]]).size
            for pieces_of, raters_of in (mine[a], mine[b])
        )
        links.append(Link(a, b, int(shared.sum()), n_a, n_b))
    subsets = _subsets(names, links)
    return LinkMap(names, tuple(links), subsets, _sentence(names, links, subsets, labels))


def _subsets(names: Sequence[str], links: Sequence[Link]) -> tuple[tuple[str, ...], ...]:
    home = {name: name for name in names}

    def root(name: str) -> str:
        while home[name] != name:
            home[name] = home[home[name]]
            name = home[name]
        return name

    for link in links:
        if link.n_shared_pieces:
            home[root(link.a)] = root(link.b)
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(root(name), []).append(name)
    return tuple(
        sorted(
            (tuple(members) for members in found.values()),
            key=lambda m: (-len(m), *map(natural, m)),
        )
    )


def _sentence(
    names: Sequence[str],
    links: Sequence[Link],
    subsets: Sequence[Sequence[str]],
    labels: Mapping[str, str] | None,
) -> str:
    if len(names) < 2:
        return "There are not two groups of raters to compare."
    none = [one for one in links if one.n_shared_pieces == 0]
    if not none:
        least = min(links, key=lambda one: one.n_shared_pieces)
        pair = f"{label(labels, least.a)} and {label(labels, least.b)}"
        pieces = count(least.n_shared_pieces, "piece")
        if len(names) == 2:
            return f"{pair} share {pieces}."
        return f"Every two groups share pieces; the fewest, {pieces}, are shared by {pair}."
    pairs = listed([f"{label(labels, one.a)} and {label(labels, one.b)}" for one in none], "nor")
    text = f"No piece is shared by {pairs}"
    if len(subsets) == 1:
        return text + "; they meet only through others."
    return text + f"; the groups fall into {len(subsets)} parts that nothing joins."
