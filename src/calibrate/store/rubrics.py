"""Rubrics: whole documents, one per id and version."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from calibrate.errors import DataError, NotFound
from calibrate.model.rubric import ConditionCode, Criterion, Level, Rubric, Scale
from calibrate.store.schema import rubrics as tables
from calibrate.store.schema import scores, sessions
from calibrate.store.unit import Change, Transaction, explained

_OWN = (tables.level, tables.criterion, tables.condition_code)


class Rubrics:
    """Rubrics by id and version, whole."""

    def __init__(self, unit: Transaction) -> None:
        self._unit = unit

    def find(self, rubric_id: str, version: int) -> Rubric | None:
        """The rubric in that version, or None."""
        found = self.all(id=rubric_id, version=version)
        return found[0] if found else None

    def get(self, rubric_id: str, version: int) -> Rubric:
        """The rubric in that version; `NotFound` if there is none."""
        found = self.find(rubric_id, version)
        if found is None:
            raise NotFound(f"The project has no rubric {rubric_id} in version {version}.")
        return found

    def latest(self, rubric_id: str) -> Rubric:
        """The rubric in its highest version; `NotFound` if there is none."""
        found = self.all(id=rubric_id)
        if not found:
            raise NotFound(f"The project has no rubric {rubric_id}.")
        return found[-1]

    def all(self, **where: Any) -> list[Rubric]:
        """Every rubric whose ``id``, ``version`` or ``purpose`` is this, by id and version."""
        table = tables.rubric
        query = sa.select(table).order_by(table.c.id, table.c.version)
        for name, value in where.items():
            query = query.where(table.c[name] == value)
        rows = self._unit.rows(query)
        if not rows:
            return []
        criteria, codes = self._criteria(), self._codes()
        return [
            Rubric(
                id=row.id,
                version=row.version,
                title=row.title,
                criteria=criteria[(row.id, row.version)],
                codes=codes.get((row.id, row.version), ()),
                description=row.description,
                purpose=row.purpose,
                wording=row.wording,
                grades=row.grades,
            )
            for row in rows
        ]

    def count(self) -> int:
        """How many rubric versions there are."""
        query = sa.select(sa.func.count()).select_from(tables.rubric)
        return int(self._unit.connection.execute(query).scalar_one())

    def add(self, rubric: Rubric) -> Rubric:
        """Add a rubric version; `DataError` if it is there already."""
        mine = {"rubric_id": rubric.id, "rubric_version": rubric.version}
        with explained(
            f"Rubric {rubric.id} version {rubric.version} is already there.",
            fix="Give the changed rubric a new version.",
        ):
            self._unit.write(
                sa.insert(tables.rubric),
                [
                    {
                        "id": rubric.id,
                        "version": rubric.version,
                        "title": rubric.title,
                        "description": rubric.description,
                        "purpose": rubric.purpose,
                        "wording": rubric.wording,
                        "grades": rubric.grades,
                    }
                ],
            )
        self._unit.write(
            sa.insert(tables.criterion),
            [
                {
                    **mine,
                    "id": one.id,
                    "ordinal": place,
                    "name": one.name,
                    "description": one.description,
                    "cut": one.scale.cut,
                    "interval": one.scale.interval,
                }
                for place, one in enumerate(rubric.criteria, start=1)
            ],
        )
        self._unit.write(
            sa.insert(tables.level),
            [
                {
                    **mine,
                    "criterion_id": one.id,
                    "id": level.id,
                    "label": level.label,
                    "value": level.value,
                    "position": level.position,
                    "descriptor": level.descriptor,
                }
                for one in rubric.criteria
                for level in one.scale.levels
            ],
        )
        self._unit.write(
            sa.insert(tables.condition_code),
            [
                {
                    **mine,
                    "id": code.id,
                    "ordinal": place,
                    "label": code.label,
                    "meaning": code.meaning,
                    "scored": code.scored,
                    "accountability_value": code.accountability_value,
                    "action": code.action,
                }
                for place, code in enumerate(rubric.codes, start=1)
            ],
        )
        return rubric

    def add_all(self, rubrics: Iterable[Rubric]) -> int:
        """Add several rubric versions; how many."""
        return len([self.add(one) for one in rubrics])

    def put(self, rubric: Rubric) -> Change:
        """Add a rubric version, or replace one that nothing uses yet.

        Raises
        ------
        DataError
            If a session or reading uses the version and the wording differs: scores must keep the
            words that they were given under.
        """
        known = self.find(rubric.id, rubric.version)
        if known is None:
            self.add(rubric)
            return Change.NEW
        if known == rubric:
            return Change.UNCHANGED
        if self.is_used(rubric.id, rubric.version):
            raise DataError(
                f"Rubric {rubric.id} version {rubric.version} is in use and cannot be changed.",
                fix=f"Save the changed rubric as version {rubric.version + 1} or higher.",
            )
        self.remove(rubric.id, rubric.version)
        self.add(rubric)
        return Change.CHANGED

    def put_all(self, rubrics: Iterable[Rubric]) -> Counter[Change]:
        """`put` for several; how many were new, changed and unchanged."""
        return Counter(self.put(one) for one in rubrics)

    def is_used(self, rubric_id: str, version: int) -> bool:
        """Whether a session or a reading refers to this version."""
        for table in (sessions.session, scores.reading):
            query = (
                sa.select(table.c.id)
                .where(table.c.rubric_id == rubric_id, table.c.rubric_version == version)
                .limit(1)
            )
            if self._unit.rows(query):
                return True
        return False

    def remove(self, rubric_id: str, version: int) -> None:
        """Remove a version that nothing uses; `DataError` if something does."""
        self.get(rubric_id, version)
        with explained(f"Rubric {rubric_id} version {version} is in use and cannot be removed."):
            for table in _OWN:
                self._unit.write(
                    sa.delete(table).where(
                        table.c.rubric_id == rubric_id, table.c.rubric_version == version
                    )
                )
            own = tables.rubric
            self._unit.write(sa.delete(own).where(own.c.id == rubric_id, own.c.version == version))

    def _criteria(self) -> dict[tuple[str, int], tuple[Criterion, ...]]:
        level, criterion = tables.level, tables.criterion
        by_criterion: dict[tuple[str, int, str], list[Level]] = {}
        for row in self._unit.rows(sa.select(level).order_by(level.c.position)):
            at = (row.rubric_id, row.rubric_version, row.criterion_id)
            one = Level(row.id, row.label, row.value, row.position, row.descriptor)
            by_criterion.setdefault(at, []).append(one)
        found: dict[tuple[str, int], list[Criterion]] = {}
        for row in self._unit.rows(sa.select(criterion).order_by(criterion.c.ordinal)):
            levels = by_criterion[(row.rubric_id, row.rubric_version, row.id)]
            scale = Scale(tuple(levels), row.cut, row.interval)
            found.setdefault((row.rubric_id, row.rubric_version), []).append(
                Criterion(row.id, row.name, scale, row.description)
            )
        return {at: tuple(some) for at, some in found.items()}

    def _codes(self) -> dict[tuple[str, int], tuple[ConditionCode, ...]]:
        code = tables.condition_code
        rows = self._unit.rows(
            sa.select(code).order_by(code.c.rubric_id, code.c.rubric_version, code.c.ordinal)
        )
        return {
            at: tuple(
                ConditionCode(
                    row.id, row.label, row.meaning, row.scored, row.accountability_value, row.action
                )
                for row in some
            )
            for at, some in groupby(rows, key=attrgetter("rubric_id", "rubric_version"))
        }
