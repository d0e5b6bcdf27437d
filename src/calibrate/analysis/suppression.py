"""What the outside edition hides: one pass over all of its tables together.

1. Primary: every count of fewer than ``min_n`` children, zeros included.
2. Homogeneous: a group that falls wholly in one level (the others' zeros would follow).
3. Audit: with everything that is visible anywhere as equations (`disclosure`), no hidden count may
   be determined.
4. Complementary: where one is, the cells are hidden that cost readers least (`cover`: small
   counts before large ones, levels before totals), and the audit begins again.
5. One count in several tables is one count: hidden in all of them or in none.

A row whose total is hidden shows nothing. Percents are worked out from visible counts alone
(`CountTable.percent`). Means are not released: a mean and a total would be one more equation.
The guarantee: linear algebra and the fact that counts are not negative determine no hidden count,
and no visible count is below ``min_n``. It does not reach what somebody knows from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from calibrate.analysis.count_tables import (
    ALL,
    HIDDEN_MARK,
    UNIT,
    CountTable,
    TableSpec,
    tabulate,
)
from calibrate.analysis.cover import least_cover
from calibrate.analysis.disclosure import Quantity, Room, learn
from calibrate.analysis.wording import count
from calibrate.errors import ArgumentError

SMALL = "fewer than {min_n} students"
HOMOGENEOUS = "the whole group is in one level"
NO_TOTAL = "the total of its row is hidden"
COMPLEMENTARY = "it would tell another hidden count"


@dataclass(frozen=True)
class HiddenCell:
    """One cell that is not shown, and why. The record stays with the project: a reason is a hint."""

    table: str
    row: tuple[str, ...]
    column: str
    reason: str


@dataclass(frozen=True)
class Suppressed:
    """The tables to hand out (they hold no hidden count anywhere) and the record of what is hidden."""

    tables: tuple[CountTable, ...]
    hidden: tuple[HiddenCell, ...]
    min_n: int
    n_cells: int
    sentence: str

    def table(self, table_id: str) -> CountTable:
        """The table of that id."""
        return next(one for one in self.tables if one.id == table_id)

    def as_dict(self) -> dict[str, object]:
        """The tables alone, for the file that the outside notebooks load."""
        return {"min_n": self.min_n, "tables": [one.as_dict() for one in self.tables]}


@dataclass
class _Place:
    """A cell of a table: where it stands and which quantity it shows."""

    table: int
    row: int
    column: int
    window: str
    quantity: Quantity


class _Pass:
    """The state of one pass: what is counted, where it stands, what is hidden so far and why."""

    def __init__(self, children: pd.DataFrame, specs: Sequence[TableSpec], min_n: int) -> None:
        self.specs = specs
        self.min_n = min_n
        self.tables = [tabulate(children, spec) for spec in specs]
        self.values: dict[tuple[str, Quantity], int] = {}
        self.places: list[_Place] = []
        self.at: dict[tuple[str, Quantity], list[_Place]] = {}
        self.hidden: dict[tuple[str, Quantity], str] = {}
        self.rooms, units, self.levels = _rooms(children, specs)
        self.small: list[tuple[str, Quantity]] = []
        self._read(units)
        self._shadows(children, units)
        self.counts = {
            (window, room.measure): _smallest(children, units, room, self.levels, window)
            for window, rooms in self.rooms.items()
            for room in rooms
        }

    def _read(self, units: pd.DataFrame) -> None:
        for t, (spec, table) in enumerate(zip(self.specs, self.tables, strict=True)):
            fits = units["measure"] == spec.measure
            for column, value in spec.where:
                fits &= units[column] == value
            for r, key in enumerate(table.row_keys):
                chosen = fits.copy()
                if key != (ALL,):
                    for column, value in zip(spec.rows, key, strict=True):
                        chosen &= units[column] == value
                numbers = frozenset(int(one) for one in units.loc[chosen, "unit"])
                window = str(units.loc[chosen, "window"].iloc[0]) if numbers else ""
                for c, name in enumerate(table.columns):
                    levels = frozenset(self.levels[spec.measure].index(p) for p in spec.parts(name))
                    quantity = Quantity(spec.measure, numbers, levels)
                    place = _Place(t, r, c, window, quantity)
                    self.places.append(place)
                    self.at.setdefault((window, quantity), []).append(place)
                    self.values[(window, quantity)] = table.counts[r][c] or 0

    def _shadows(self, children: pd.DataFrame, units: pd.DataFrame) -> None:
        """Small counts of single units, schools and grades that no table shows are kept too."""
        for measure, levels in self.levels.items():
            rows = children[(children["measure"] == measure) & children["level"].isin(levels)]
            mine = units[units["measure"] == measure]
            seen = rows.assign(**{one: rows[one].astype(str) for one in UNIT})
            for by in (list(UNIT), ["school", "window"], ["school", "grade", "window"]):
                counts = seen.groupby([*by, "level"]).size()
                for key, part in mine.groupby(by):
                    window = str(part["window"].iloc[0])
                    numbers = frozenset(int(one) for one in part["unit"])
                    for i, level in enumerate(levels):
                        n = int(counts.get((*key, level), 0))
                        quantity = (window, Quantity(measure, numbers, frozenset([i])))
                        if n < self.min_n and quantity not in self.at:
                            self.small.append(quantity)

    def hide(self, key: tuple[str, Quantity], reason: str) -> None:
        self.hidden.setdefault(key, reason)

    def shown(self, place: _Place) -> bool:
        return (place.window, place.quantity) not in self.hidden

    def primary(self) -> None:
        for key, value in self.values.items():
            if value < self.min_n:
                self.hide(key, SMALL.format(min_n=self.min_n))
        for t, table in enumerate(self.tables):
            last = len(table.columns) - 1
            for place in [one for one in self.places if one.table == t and one.column != last]:
                whole = table.counts[place.row][last]
                if whole and table.counts[place.row][place.column] == whole:
                    self.hide((place.window, place.quantity), HOMOGENEOUS)

    def rows_without_total(self) -> bool:
        """Hide what stands in a row whose total is hidden. True if anything changed."""
        grid = {(p.table, p.row, p.column): p for p in self.places}
        changed = False
        for place in self.places:
            total = grid[(place.table, place.row, len(self.tables[place.table].columns) - 1)]
            if self.shown(place) and not self.shown(total):
                self.hide((place.window, place.quantity), NO_TOTAL)
                changed = True
        return changed

    def _cost(self, key: tuple[str, Quantity]) -> float:
        """What hiding a count takes from readers: large counts, totals and sums of levels most."""
        cost = 0.0
        for place in self.at[key]:
            table, spec = self.tables[place.table], self.specs[place.table]
            total = place.column == len(table.columns) - 1
            whole = table.row_keys[place.row] == (ALL,)
            several = place.column >= len(spec.levels)
            cost += (10 + self.values[key]) * (1 + 2 * whole + 2 * several + 20 * total)
        return cost

    def audit(self) -> bool:
        """Cover every hidden count that can be worked out. True if anything more was hidden."""
        changed = False
        for window, rooms in self.rooms.items():
            visible = {
                quantity: value
                for (when, quantity), value in self.values.items()
                if when == window and (when, quantity) not in self.hidden
            }
            secret = [q for (when, q) in [*self.hidden, *self.small] if when == window]
            told = learn(rooms, visible).fixed(secret)
            fixed = [one for one, known in zip(secret, told, strict=True) if known]
            for room in rooms:
                mine = [one for one in fixed if one.measure == room.measure]
                if mine:
                    changed |= self._protect(window, room, mine)
        return changed

    def _protect(self, window: str, room: Room, secrets: Sequence[Quantity]) -> bool:
        """Hide the cheapest cells that leave these counts of one room open."""
        every = frozenset(range(room.n_levels))
        before = len(self.hidden)
        changes: list[NDArray[np.float64]] = []
        counts = self.counts[(window, room.measure)]
        shown = [
            q
            for (when, q) in self.at
            if (when, q.measure) == (window, room.measure) and (when, q) not in self.hidden
        ]
        rows = np.array([room.vector(q) for q in shown]).reshape(len(shown), counts.size)
        costs = np.array([self._cost((window, q)) for q in shown])
        ports = room.port_rows()
        for one in secrets:
            vector = room.vector(one)
            if any(abs(float(vector @ change)) > 1e-6 for change in changes):
                continue
            fixed = ports if one.levels != every else ports[:0]
            cover = least_cover(vector, rows, costs, fixed, counts)
            if cover is None:
                cover = least_cover(vector, rows, costs, ports[:0], counts)
            if cover is None:
                continue
            changes.append(cover.change)
            for quantity, touched in zip(shown, cover.touched, strict=True):
                if touched:
                    self.hide((window, quantity), COMPLEMENTARY)
            shown = [q for q, gone in zip(shown, cover.touched, strict=True) if not gone]
            rows, costs = rows[~cover.touched], costs[~cover.touched]
        if len(self.hidden) == before:
            self._hide_everywhere(window, secrets)
        return len(self.hidden) > before

    def _hide_everywhere(self, window: str, secrets: Sequence[Quantity]) -> None:
        """Where other measures tell a count: hide the cheapest total that its children stand in."""
        for secret in secrets:
            near = [
                (when, q)
                for (when, q) in self.at
                if when == window and (when, q) not in self.hidden and q.units & secret.units
            ]
            if near:
                self.hide(min(near, key=lambda key: (self._cost(key), repr(key))), COMPLEMENTARY)

    def record(self) -> tuple[HiddenCell, ...]:
        return tuple(
            HiddenCell(
                self.tables[place.table].id,
                self.tables[place.table].row_keys[place.row],
                self.tables[place.table].columns[place.column],
                self.hidden[(place.window, place.quantity)],
            )
            for place in self.places
            if not self.shown(place)
        )

    def released(self) -> tuple[CountTable, ...]:
        counts = [[list(row) for row in table.counts] for table in self.tables]
        for place in self.places:
            if not self.shown(place):
                counts[place.table][place.row][place.column] = None
        found = []
        for table, rows in zip(self.tables, counts, strict=True):
            hidden = any(one is None for row in rows for one in row)
            note = (
                f"{HIDDEN_MARK} not shown, to protect students in small groups "
                f"(fewer than {self.min_n})."
                if hidden
                else ""
            )
            found.append(replace(table, counts=tuple(tuple(row) for row in rows), footnote=note))
        return tuple(found)


def suppress(children: pd.DataFrame, specs: Iterable[TableSpec], *, min_n: int = 10) -> Suppressed:
    """Decide what is hidden across all outside tables, and give them back without it.

    Parameters
    ----------
    children
        One row per child, window and measure (see `count_tables`).
    specs
        Every table that any outside report will show: one pass decides them all, so tables that
        are released in different reports cannot be set against each other.
    min_n
        The smallest number of children that is shown (5 to 30).
    """
    chosen = tuple(specs)
    if not 5 <= min_n <= 30:
        raise ArgumentError("The smallest number of children shown must lie between 5 and 30.")
    if len({spec.id for spec in chosen}) != len(chosen):
        raise ArgumentError("Two outside tables have the same id.", fix="Name each table once.")
    state = _Pass(children, chosen, min_n)
    state.primary()
    while True:
        while state.rows_without_total():
            pass
        if not state.audit():
            break
    hidden = state.record()
    n_cells = len(state.places)
    sentence = (
        f"{len(hidden)} of {count(n_cells, 'cell')} in {count(len(chosen), 'table')} are hidden, so "
        f"that no group of fewer than {min_n} students can be seen or worked out."
    )
    return Suppressed(state.released(), hidden, min_n, n_cells, sentence)


def _rooms(
    children: pd.DataFrame, specs: Sequence[TableSpec]
) -> tuple[dict[str, list[Room]], pd.DataFrame, dict[str, tuple[str, ...]]]:
    """The rooms of every window, the units of every measure, and each measure's levels."""
    levels: dict[str, tuple[str, ...]] = {}
    for spec in specs:
        if levels.setdefault(spec.measure, spec.levels) != spec.levels:
            raise ArgumentError(
                f"Two outside tables of {spec.measure} have different levels.",
                fix="Give every table of a measure all of its levels.",
            )
    rows = children[children["measure"].isin(levels)]
    rows = rows.assign(**{one: rows[one].astype(str) for one in UNIT})
    units = rows[["measure", *UNIT]].drop_duplicates().reset_index(drop=True)
    units["unit"] = units.groupby(list(UNIT), sort=True).ngroup()
    numbered = rows.merge(units, on=["measure", *UNIT])
    rooms: dict[str, list[Room]] = {}
    for window, part in numbered.groupby("window"):
        rooms[str(window)] = _rooms_of(part, levels)
    return rooms, units, levels


def _smallest(
    children: pd.DataFrame,
    units: pd.DataFrame,
    room: Room,
    levels: Mapping[str, tuple[str, ...]],
    window: str,
) -> NDArray[np.float64]:
    """The true counts of a room, unit by unit and level by level."""
    rows = children[children["measure"] == room.measure]
    rows = rows.assign(**{one: rows[one].astype(str) for one in UNIT})
    rows = rows[(rows["window"] == window) & rows["level"].isin(levels[room.measure])]
    rows = rows.merge(units[units["measure"] == room.measure], on=["measure", *UNIT])
    found = np.zeros((len(room.units), room.n_levels))
    at = {unit: i for i, unit in enumerate(room.units)}
    for unit, level in zip(rows["unit"], rows["level"], strict=True):
        found[at[int(unit)], levels[room.measure].index(str(level))] += 1
    return found.ravel()


def _rooms_of(part: pd.DataFrame, levels: dict[str, tuple[str, ...]]) -> list[Room]:
    """Rooms of one window, with a port wherever two measures count the very same children."""
    sets: dict[str, dict[frozenset[int], frozenset[str]]] = {}
    units: dict[str, tuple[int, ...]] = {}
    for measure, rows in part.groupby("measure"):
        name = str(measure)
        units[name] = tuple(sorted({int(one) for one in rows["unit"]}))
        every = frozenset(range(len(levels[name])))
        counted = rows[rows["level"].isin(levels[name])]
        sets[name] = {every: frozenset(counted["student"].astype(str))}
        for i, level in enumerate(levels[name]):
            held = frozenset(rows.loc[rows["level"] == level, "student"].astype(str))
            if held and len(every) > 1:
                sets[name][frozenset([i])] = held
    names: dict[frozenset[str], str] = {}
    whole = {name: next(iter(held_at.values())) for name, held_at in sets.items()}
    for one, two in permutations(sets, 2):
        if whole[one] in sets[two].values():
            names.setdefault(whole[one], f"population {len(names)}")
    rooms = []
    for name, held_at in sets.items():
        ports = tuple((names[held], at) for at, held in held_at.items() if held in names)
        n_levels = len(levels[name])
        own = ports or ((name, frozenset(range(n_levels))),)
        rooms.append(Room(name, units[name], n_levels, own))
    return rooms
