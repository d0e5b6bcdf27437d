"""The map of schools: every school beside all others and beside each other one, as squares to be drawn.

A square is coloured only where there is a verdict. Where it cannot be told, its number is left out too: it would be read.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import permutations
from typing import Any

from calibrate.analysis.comparability import REST, GroupDifference
from calibrate.analysis.wording import count, label, listed, natural, points

SAME, DIFFERENT, CANNOT_TELL, UNSHARED, WITHHELD = (
    "same",
    "different",
    "cannot tell",
    "no shared pieces",
    "not shown",
)
WORDS = {
    SAME: "the same",
    DIFFERENT: "different",
    CANNOT_TELL: "cannot tell",
    UNSHARED: "no shared pieces",
    WITHHELD: "not shown",
}
"""What is written in a square."""


@dataclass(frozen=True)
class MapCell:
    """One square: the points that readers of ``a`` give minus what those of ``b`` give to the same work.

    ``value`` is in rubric points, and None wherever ``state`` is neither ``same`` nor ``different``.
    """

    a: str
    b: str
    value: float | None
    state: str

    def turned(self) -> MapCell:
        """The same square seen from the other school."""
        return MapCell(self.b, self.a, None if self.value is None else -self.value, self.state)


@dataclass(frozen=True)
class SchoolMap:
    """All squares of a map.

    Parameters
    ----------
    schools
        The schools' ids in the order of their names.
    cells
        Each school against the rest (``b`` is ``rest``), and every ordered pair.
    margin
        The difference too small to matter, in rubric points.
    family_size
        How many differences were looked at; the verdicts hold together over all of them.
    speaks_for
        ``these raters`` or ``this school``.
    sentence
        What the map shows, in words.
    """

    schools: tuple[str, ...]
    cells: tuple[MapCell, ...]
    margin: float
    family_size: int
    speaks_for: str
    sentence: str

    def cell(self, a: str, b: str) -> MapCell:
        """The square of a school (row) beside another or the rest (column)."""
        for one in self.cells:
            if (one.a, one.b) == (a, b):
                return one
        return MapCell(a, b, None, CANNOT_TELL)

    @property
    def reach(self) -> float:
        """Where the colours end: the largest difference told, and never less than twice the margin."""
        told = [abs(one.value) for one in self.cells if one.value is not None]
        return max([2 * self.margin, 0.25, *told])

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for a file or a page."""
        return asdict(self)

    @classmethod
    def from_dict(cls, held: Mapping[str, Any]) -> SchoolMap:
        """The map that `as_dict` gave."""
        cells = tuple(MapCell(**one) for one in held["cells"])
        schools = tuple(held["schools"])
        rest = {key: held[key] for key in ("margin", "family_size", "speaks_for", "sentence")}
        return cls(schools, cells, **rest)


def school_map(
    groups: Iterable[GroupDifference],
    pairs: Iterable[GroupDifference],
    labels: Mapping[str, str] | None = None,
    *,
    family_size: int,
) -> SchoolMap:
    """Lay differences of one criterion (or of all together) out as a map.

    Parameters
    ----------
    groups, pairs
        Each school against the rest, and every pair, all on one criterion.
    labels
        What schools are called.
    family_size
        How many differences were looked at.
    """
    rows = [*groups, *pairs]
    cells = {(one.a, one.b): _cell(one) for one in rows}
    cells |= {(b, a): one.turned() for (a, b), one in cells.items() if b != REST}
    names = sorted({one.a for one in rows} | {one.b for one in rows} - {REST})
    schools = tuple(sorted(names, key=lambda one: natural(label(labels, one))))
    ordered = [(one, REST) for one in schools] + list(permutations(schools, 2))
    kept = tuple(cells[key] for key in ordered if key in cells)
    margin = rows[0].margin if rows else 0.0
    speaks_for = rows[0].speaks_for if rows else "these raters"
    return SchoolMap(
        schools, kept, margin, family_size, speaks_for, _sentence(schools, cells, labels)
    )


def _cell(one: GroupDifference) -> MapCell:
    if one.withheld:
        return MapCell(one.a, one.b, None, WITHHELD)
    if one.verdict != CANNOT_TELL and not math.isnan(one.difference):
        return MapCell(one.a, one.b, one.difference, one.verdict)
    return MapCell(one.a, one.b, None, UNSHARED if one.n_shared_pieces == 0 else CANNOT_TELL)


def _sentence(
    schools: Sequence[str],
    cells: Mapping[tuple[str, str], MapCell],
    labels: Mapping[str, str] | None,
) -> str:
    """How many pairs are alike, differ or cannot be told, and which differ."""
    pairs = [
        cells[a, b] for i, a in enumerate(schools) for b in schools[i + 1 :] if (a, b) in cells
    ]
    if not pairs:
        return "There are not two schools to set beside each other yet."
    n = {state: sum(one.state == state for one in pairs) for state in WORDS}
    unknown = n[CANNOT_TELL] + n[UNSHARED]
    parts = [
        f"{n[SAME]} {'scores' if n[SAME] == 1 else 'score'} the same work alike" if n[SAME] else "",
        f"{n[DIFFERENT]} {'differs' if n[DIFFERENT] == 1 else 'differ'}" if n[DIFFERENT] else "",
        f"for {unknown} it cannot be told yet" if unknown else "",
        f"{n[WITHHELD]} {'is' if n[WITHHELD] == 1 else 'are'} not shown" if n[WITHHELD] else "",
    ]
    words = f"Of {count(len(pairs), 'pair')} of schools, {listed(one for one in parts if one)}."
    apart = [one for one in pairs if one.state == DIFFERENT and one.value is not None]
    if apart:
        one = max(apart, key=lambda one: abs(one.value or 0.0))
        one = one if (one.value or 0.0) > 0 else one.turned()
        words += (
            f" The widest difference: {label(labels, one.a)} gives {points(one.value or 0.0)} more "
            f"than {label(labels, one.b)}."
        )
    return words
