"""Readings, scores and evidence: added in bulk, never changed, corrected by rows that name what they replace."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from calibrate.errors import DataError
from calibrate.model.rubric import Rubric
from calibrate.model.scores import Evidence, Reading, Score
from calibrate.store.rubrics import Rubrics
from calibrate.store.schema import scores as tables
from calibrate.store.schema import work
from calibrate.store.unit import Link, Noun, Transaction, explained

_MANY = 500
_TWICE = "The same rater read the same piece twice, for the same purpose, in one round"
_TWICE_FIX = (
    "Keep one of the two. If it was a correction, bring it in as one; "
    "if it was another look, give it another purpose (such as back_read)."
)


def occasion(reading: Reading) -> str:
    """On which occasion a piece was read: session, round and purpose. A rater reads it once on each."""
    return f"{reading.session_id or ''}/{reading.round}/{reading.purpose}"


class Readings(Noun[Reading]):
    """Readings by id; each rater of a reading once per piece, session, round and purpose."""

    def __init__(self, unit: Transaction) -> None:
        link = Link("rater_ids", tables.reading_rater, "reading_id", "rater_id")
        super().__init__(unit, Reading, tables.reading, "reading", links=[link], append_only=True)

    def by_rater(self, rater_id: str, **where: Any) -> list[Reading]:
        """The readings in which this rater took part."""
        mine = sa.select(tables.reading_rater.c.reading_id).where(
            tables.reading_rater.c.rater_id == rater_id
        )
        return self._load(self._select(where).where(tables.reading.c.id.in_(mine)))

    def taken(self, piece_ids: Iterable[str]) -> dict[tuple[str, str, str], str]:
        """Which (piece, rater, occasion) is taken by which reading, for these pieces."""
        table = tables.reading_rater
        query = sa.select(table.c.piece_id, table.c.rater_id, table.c.occasion, table.c.reading_id)
        wanted = set(piece_ids)
        if len(wanted) <= _MANY:
            query = query.where(table.c.piece_id.in_(wanted))
        return {
            (row.piece_id, row.rater_id, row.occasion): row.reading_id
            for row in self._unit.rows(query)
        }

    def _check(self, records: list[Reading]) -> None:
        taken = self.taken(one.piece_id for one in records)
        for one in records:
            for rater_id in one.rater_ids:
                key = (one.piece_id, rater_id, occasion(one))
                if key in taken:
                    code = self._unit.rows(
                        sa.select(work.piece.c.code).where(work.piece.c.id == one.piece_id)
                    )
                    which = f" (piece {code[0][0]})" if code else ""
                    raise DataError(f"{_TWICE}{which}.", fix=_TWICE_FIX)
                taken[key] = one.id

    def _write_links(self, records: list[Reading]) -> None:
        with explained(f"{_TWICE}, or a reading names somebody who is unknown.", fix=_TWICE_FIX):
            self._unit.write(
                sa.insert(tables.reading_rater),
                [
                    {
                        "reading_id": one.id,
                        "rater_id": rater_id,
                        "ordinal": place,
                        "piece_id": one.piece_id,
                        "occasion": occasion(one),
                    }
                    for one in records
                    for place, rater_id in enumerate(one.rater_ids, start=1)
                ],
            )


class Scores(Noun[Score]):
    """Scores by id. Each level or code must be one of its reading's rubric version."""

    def __init__(self, unit: Transaction) -> None:
        super().__init__(
            unit,
            Score,
            tables.score,
            "score",
            order=["reading_id", "criterion_id", "id"],
            append_only=True,
        )
        self.readings = Readings(unit)
        self.evidence = Noun(unit, Evidence, tables.evidence, "mark", append_only=True)

    def current(self, reading_ids: Iterable[str]) -> list[Score]:
        """The scores of these readings that no later row replaces."""
        later = tables.score.alias("later")
        wanted = set(reading_ids)
        where = {"reading_id": wanted} if len(wanted) <= _MANY else {}
        query = (
            self._select(where)
            .outerjoin_from(tables.score, later, later.c.replaces == tables.score.c.id)
            .where(later.c.id.is_(None))
        )
        return [one for one in self._load(query) if one.reading_id in wanted]

    def add_all(self, records: Iterable[Score]) -> int:
        """Add many scores at once; how many there were.

        Raises
        ------
        DataError
            If a criterion of a reading is scored twice, a correction names a row of another
            reading or criterion or one that is corrected already, or a level or code is not in
            the rubric.
        """
        rows = list(records)
        self._check(rows)
        with explained(
            "A criterion of a reading has a score already, or a correction names a row that is not "
            "there, belongs elsewhere, or is corrected already.",
            fix="Name, in the correction, the newest score of the same reading and criterion.",
        ):
            originals = [self._row(one) for one in rows if one.replaces is None]
            self._unit.write(sa.insert(tables.score), originals)
            for one in rows:  # a correction may follow another one of the same batch
                if one.replaces is not None:
                    self._unit.write(sa.insert(tables.score), [self._row(one)])
        return len(rows)

    def _check(self, records: list[Score]) -> None:
        rubric_of = self._rubrics_of({one.reading_id for one in records})
        allowed: dict[tuple[str, int], set[tuple[str, str | None, str | None]]] = {}
        for one in records:
            rubric = rubric_of.get(one.reading_id)
            if rubric is None:
                raise DataError("A score belongs to a reading that the project does not have.")
            at = (rubric.id, rubric.version)
            if at not in allowed:
                allowed[at] = _answers(rubric)
            if (one.criterion_id, one.level_id, one.code_id) not in allowed[at]:
                raise DataError(
                    f"A score for {one.criterion_id} is neither a level nor a condition code of "
                    f"rubric {rubric.id} version {rubric.version}.",
                    column=one.criterion_id,
                )

    def _rubrics_of(self, reading_ids: set[str]) -> dict[str, Rubric]:
        table = tables.reading
        query = sa.select(table.c.id, table.c.rubric_id, table.c.rubric_version)
        if len(reading_ids) <= _MANY:
            query = query.where(table.c.id.in_(reading_ids))
        rubrics = {(one.id, one.version): one for one in Rubrics(self._unit).all()}
        return {
            row.id: rubrics[(row.rubric_id, row.rubric_version)] for row in self._unit.rows(query)
        }


def _answers(rubric: Rubric) -> set[tuple[str, str | None, str | None]]:
    """Every (criterion, level, code) that a score of this rubric may hold."""
    found: set[tuple[str, str | None, str | None]] = set()
    for criterion in rubric.criteria:
        found |= {(criterion.id, level.id, None) for level in criterion.scale.levels}
        found |= {(criterion.id, None, code.id) for code in rubric.codes}
    return found
