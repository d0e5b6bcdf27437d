"""Continua, whole; and placements on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import sqlalchemy as sa

from calibrate.errors import DataError, NotFound
from calibrate.model.continuum import (
    AcademicLevel,
    Continuum,
    CrosswalkRow,
    Exemplar,
    Placement,
    Strand,
)
from calibrate.store.schema import continuum as tables
from calibrate.store.unit import Change, Noun, Transaction, explained


class Continua:
    """Continua by id."""

    def __init__(self, unit: Transaction) -> None:
        self._unit = unit

    def find(self, continuum_id: str) -> Continuum | None:
        """The continuum of that id, or None."""
        at = sa.select(tables.continuum).where(tables.continuum.c.id == continuum_id)
        rows = self._unit.rows(at)
        return self._read(continuum_id, rows[0].title) if rows else None

    def get(self, continuum_id: str) -> Continuum:
        """The continuum of that id; `NotFound` if there is none."""
        found = self.find(continuum_id)
        if found is None:
            raise NotFound(f"The project has no continuum {continuum_id}.")
        return found

    def all(self) -> list[Continuum]:
        """Every continuum, by id."""
        rows = self._unit.rows(sa.select(tables.continuum).order_by(tables.continuum.c.id))
        return [self._read(row.id, row.title) for row in rows]

    def count(self) -> int:
        """How many continua there are."""
        query = sa.select(sa.func.count()).select_from(tables.continuum)
        return int(self._unit.connection.execute(query).scalar_one())

    def add(self, continuum: Continuum) -> Continuum:
        """Add a continuum; `DataError` if its id is taken."""
        with explained(f"Continuum {continuum.id} is already there."):
            self._unit.write(
                sa.insert(tables.continuum), [{"id": continuum.id, "title": continuum.title}]
            )
        self._write(continuum)
        return continuum

    def add_all(self, continua: Iterable[Continuum]) -> int:
        """Add several continua; how many."""
        return len([self.add(one) for one in continua])

    def put(self, continuum: Continuum) -> Change:
        """Add a continuum or replace it; placements on levels that stay are kept.

        Raises
        ------
        DataError
            If a level or strand would go that a placement lies on.
        """
        known = self.find(continuum.id)
        if known is None:
            self.add(continuum)
            return Change.NEW
        if known == continuum:
            return Change.UNCHANGED
        placed = Noun(self._unit, Placement, tables.placement, "placement")
        kept = placed.all(continuum_id=continuum.id)
        levels = {level.id for level in continuum.levels}
        strands = {strand.id for strand in continuum.strands}
        if any(card.level_id not in levels or card.strand_id not in strands for card in kept):
            raise DataError(
                "A level or strand of the continuum that cards lie on would go.",
                fix="Move the cards first, or keep the level and strand.",
            )
        self._clear(continuum.id)
        table = tables.continuum
        self._unit.write(
            sa.update(table).where(table.c.id == continuum.id).values(title=continuum.title)
        )
        self._write(continuum)
        placed.add_all(kept)
        return Change.CHANGED

    def put_all(self, continua: Iterable[Continuum]) -> Counter[Change]:
        """`put` for several; how many were new, changed and unchanged."""
        return Counter(self.put(one) for one in continua)

    def remove(self, continuum_id: str) -> None:
        """Remove a continuum with every placement on it."""
        self.get(continuum_id)
        self._clear(continuum_id)
        self._unit.write(sa.delete(tables.continuum).where(tables.continuum.c.id == continuum_id))

    def _clear(self, continuum_id: str) -> None:
        for table in (
            tables.placement,
            tables.exemplar,
            tables.crosswalk_row,
            tables.strand_descriptor,
            tables.strand,
            tables.academic_level,
        ):
            self._unit.write(sa.delete(table).where(table.c.continuum_id == continuum_id))

    def _write(self, continuum: Continuum) -> None:
        mine = {"continuum_id": continuum.id}
        self._unit.write(
            sa.insert(tables.academic_level),
            [
                {
                    **mine,
                    "id": one.id,
                    "label": one.label,
                    "position": one.position,
                    "grade": one.grade,
                }
                for one in continuum.levels
            ],
        )
        self._unit.write(
            sa.insert(tables.strand),
            [
                {
                    **mine,
                    "id": one.id,
                    "ordinal": place,
                    "title": one.title,
                    "criteria": one.criteria,
                }
                for place, one in enumerate(continuum.strands, start=1)
            ],
        )
        self._unit.write(
            sa.insert(tables.strand_descriptor),
            [
                {**mine, "strand_id": one.id, "level_id": level_id, "text": text}
                for one in continuum.strands
                for level_id, text in one.descriptors
            ],
        )
        self._unit.write(
            sa.insert(tables.crosswalk_row),
            [
                {
                    **mine,
                    "strand_id": one.strand_id,
                    "grade": one.grade,
                    "rubric_id": one.rubric_id,
                    "rubric_version": one.rubric_version,
                    "low": one.low,
                    "high": one.high,
                    "level_id": one.level_id,
                    "ordinal": place,
                }
                for place, one in enumerate(continuum.crosswalk, start=1)
            ],
        )
        self._unit.write(
            sa.insert(tables.exemplar),
            [
                {
                    **mine,
                    "strand_id": one.strand_id,
                    "level_id": one.level_id,
                    "piece_code": one.piece_code,
                    "commentary": one.commentary,
                    "ordinal": place,
                }
                for place, one in enumerate(continuum.exemplars, start=1)
            ],
        )

    def _rows_of(self, table: sa.Table, continuum_id: str, *order: str) -> list[sa.Row]:  # type: ignore[type-arg]
        query = sa.select(table).where(table.c.continuum_id == continuum_id)
        return list(self._unit.rows(query.order_by(*(table.c[name] for name in order))))

    def _read(self, continuum_id: str, title: str) -> Continuum:
        levels = self._rows_of(tables.academic_level, continuum_id, "position")
        place = {row.id: row.position for row in levels}
        words: dict[str, list[tuple[str, str]]] = {}
        for row in self._rows_of(tables.strand_descriptor, continuum_id):
            words.setdefault(row.strand_id, []).append((row.level_id, row.text))
        for some in words.values():
            some.sort(key=lambda pair: place[pair[0]])
        return Continuum(
            id=continuum_id,
            title=title,
            levels=tuple(
                AcademicLevel(row.id, row.label, row.position, row.grade) for row in levels
            ),
            strands=tuple(
                Strand(row.id, row.title, row.criteria, tuple(words.get(row.id, ())))
                for row in self._rows_of(tables.strand, continuum_id, "ordinal")
            ),
            crosswalk=tuple(
                CrosswalkRow(
                    row.strand_id,
                    row.grade,
                    row.rubric_id,
                    row.rubric_version,
                    row.low,
                    row.high,
                    row.level_id,
                )
                for row in self._rows_of(tables.crosswalk_row, continuum_id, "ordinal")
            ),
            exemplars=tuple(
                Exemplar(row.strand_id, row.level_id, row.piece_code, row.commentary)
                for row in self._rows_of(tables.exemplar, continuum_id, "ordinal")
            ),
        )
