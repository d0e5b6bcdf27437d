"""Tables of children: groups down, levels across, with their totals.

A `TableSpec` says what to count; `tabulate` counts it for the inside edition. The outside edition
never sees that table: it gets the same shape from `suppression.suppress`, with `None` for whatever
is hidden.

The *children* table has one row per child and measure: student, window, school, classroom, grade,
measure, level. It comes from `record_summary.child_levels`, `placements_of` or
`growth.Growth.as_children`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from calibrate.analysis.wall import Wall, child_placements
from calibrate.analysis.wording import label
from calibrate.errors import ArgumentError
from calibrate.model.roster import GRADES, grade_position
from calibrate.model.rubric import Scale

N = "children"
"""The column of a row's total."""

ALL = "all"
"""The row of all groups together."""

UNIT = ("school", "classroom", "grade", "window")
"""What places a child in the tables; together they make the smallest groups."""

HIDDEN_MARK = "*"


@dataclass(frozen=True)
class TableSpec:
    """What one released table counts.

    Parameters
    ----------
    id, title
        The table's name in the record of what was hidden, and its heading.
    measure
        Which rows of the children table.
    levels
        Every column, lowest first; one that nobody reached stays. Children whose level is not
        listed (no piece, not settled) are not counted in this table.
    rows
        Columns that make the rows, out of school, classroom, grade and window.
    where
        (column, value) pairs that every child of the table meets. A window must be fixed here or
        be one of the ``rows``: children are not counted twice.
    groups
        Further columns that add several levels: (name, levels).
    total_row
        Whether a row for all is added (only where the window is fixed in ``where``).
    """

    id: str
    title: str
    measure: str
    levels: tuple[str, ...]
    rows: tuple[str, ...]
    where: tuple[tuple[str, str], ...] = ()
    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()
    total_row: bool = True

    def __post_init__(self) -> None:
        named = {*self.rows, *(column for column, _ in self.where)}
        if "window" not in named:
            raise ArgumentError(
                f"Table {self.id} counts children over several windows.",
                fix="Fix the window in `where`, or make it one of the rows.",
            )
        if stray := named - set(UNIT):
            raise ArgumentError(f"Table {self.id} cannot group by {sorted(stray)[0]!r}.")
        if self.total_row and "window" in self.rows:
            raise ArgumentError(
                f"Table {self.id} would add up windows in its total row.",
                fix="Set total_row=False.",
            )

    @property
    def columns(self) -> tuple[str, ...]:
        """Levels, then groups of levels, then the total."""
        return (*self.levels, *(name for name, _ in self.groups), N)

    def parts(self, column: str) -> tuple[str, ...]:
        """The levels that a column adds up."""
        if column == N:
            return self.levels
        return dict(self.groups).get(column, (column,))


@dataclass(frozen=True)
class CountTable:
    """Children counted; ``None`` where a count is hidden, and then nothing else tells it.

    ``counts[r][c]`` belongs to ``row_keys[r]`` and ``columns[c]``; the last column is the row's
    total. ``row_keys`` holds the values of the spec's ``rows`` columns (``("all",)`` for all).
    """

    id: str
    title: str
    measure: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    level_columns: tuple[str, ...]
    row_keys: tuple[tuple[str, ...], ...]
    counts: tuple[tuple[int | None, ...], ...]
    footnote: str = ""

    def count(self, row: tuple[str, ...], column: str) -> int | None:
        """A count, or None where it is hidden."""
        return self.counts[self.row_keys.index(row)][self.columns.index(column)]

    def percent(self, row: tuple[str, ...], column: str) -> int | None:
        """A count in whole percent of its row's total; None where either is hidden."""
        part, whole = self.count(row, column), self.count(row, N)
        if part is None or not whole:
            return None
        return round(100 * part / whole)

    @property
    def n_hidden(self) -> int:
        """How many cells are hidden."""
        return sum(one is None for row in self.counts for one in row)

    def as_frame(self, labels: Mapping[str, str] | None = None) -> pd.DataFrame:
        """The table for people: counts as text, ``*`` where hidden."""
        text = [[HIDDEN_MARK if one is None else str(one) for one in row] for row in self.counts]
        names = [" · ".join(label(labels, one) for one in key) for key in self.row_keys]
        return pd.DataFrame(text, columns=list(self.columns), index=names)

    def as_dict(self) -> dict[str, object]:
        """The table for a JSON file; `from_dict` reads it back."""
        return {
            "id": self.id,
            "title": self.title,
            "measure": self.measure,
            "rows": list(self.rows),
            "columns": list(self.columns),
            "level_columns": list(self.level_columns),
            "row_keys": [list(key) for key in self.row_keys],
            "counts": [list(row) for row in self.counts],
            "footnote": self.footnote,
        }

    @classmethod
    def from_dict(cls, held: Mapping[str, object]) -> CountTable:
        """Read what `as_dict` wrote."""
        values = {
            key: _frozen(value) if isinstance(value, list) else value for key, value in held.items()
        }
        return cls(**values)  # type: ignore[arg-type]


def _frozen(value: object) -> object:
    return tuple(_frozen(one) for one in value) if isinstance(value, list) else value


def level_spec(
    id: str,  # noqa: A002
    title: str,
    measure: str,
    scale: Scale,
    *,
    rows: Iterable[str],
    where: Iterable[tuple[str, str]] = (),
    total_row: bool = True,
) -> TableSpec:
    """A table of the levels of a scale, with the children below and at or above its cut."""
    names = tuple(one.label for one in scale.levels)
    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()
    if scale.cut is not None:
        cut = scale.level(scale.cut)
        below = tuple(one.label for one in scale.levels if one.position < cut.position)
        groups = (
            (f"below {cut.label}", below),
            (f"{cut.label} or above", names[len(below) :]),
        )
    return TableSpec(
        id, title, measure, names, tuple(rows), tuple(where), groups, total_row=total_row
    )


def members(children: pd.DataFrame, spec: TableSpec) -> pd.DataFrame:
    """The children whom a table is about; those whose level is not listed are among them."""
    rows = children[children["measure"] == spec.measure]
    for column, value in spec.where:
        rows = rows[rows[column].astype(str) == value]
    if rows.duplicated(["student", "window"]).any():
        raise ArgumentError(
            f"A child stands twice in table {spec.id}.",
            fix="Give one row per child, window and measure.",
        )
    return rows


def row_keys(rows: pd.DataFrame, spec: TableSpec) -> tuple[tuple[str, ...], ...]:
    """The groups of a table, grades in school order; the row of all comes last.

    A group in which nobody has a listed level keeps its row: a row left out would say zero.
    """

    def place(key: tuple[str, ...]) -> tuple[tuple[int, str], ...]:
        return tuple(
            (grade_position(value) if column == "grade" and value in GRADES else -1, value)
            for column, value in zip(spec.rows, key, strict=True)
        )

    frame = rows[list(spec.rows)].astype(str).drop_duplicates()
    found = sorted({tuple(str(one) for one in key) for key in frame.to_numpy()}, key=place)
    return (*found, (ALL,)) if spec.total_row else tuple(found)


def tabulate(children: pd.DataFrame, spec: TableSpec) -> CountTable:
    """Count one table, nothing hidden: for the inside edition only."""
    rows = members(children, spec)
    keys = row_keys(rows, spec)
    columns = [rows[column].astype(str).tolist() for column in spec.rows]
    seen: dict[tuple[tuple[str, ...], str], int] = {}
    for *key, level in zip(*columns, rows["level"].astype(str).tolist(), strict=True):
        for place in ((tuple(key), level), ((ALL,), level)):
            seen[place] = seen.get(place, 0) + 1
    counts = [
        tuple(sum(seen.get((key, part), 0) for part in spec.parts(c)) for c in spec.columns)
        for key in keys
    ]
    return CountTable(
        spec.id,
        spec.title,
        spec.measure,
        spec.rows,
        spec.columns,
        spec.levels,
        keys,
        tuple(counts),
    )


def placements_of(wall: Wall) -> pd.DataFrame:
    """A wall's children as rows of the children table; ``level`` is the academic level's label."""
    names = {level.position: level.label for level in wall.levels}
    rows = [
        (
            one.student,
            one.window,
            one.school,
            one.classroom,
            one.grade,
            f"placement:{one.strand}",
            one.status if one.position is None else names[one.position],
        )
        for one in child_placements(wall.cards)
    ]
    columns = ["student", "window", "school", "classroom", "grade", "measure", "level"]
    return pd.DataFrame(rows, columns=columns)
