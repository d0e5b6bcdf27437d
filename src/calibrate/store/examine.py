"""What the database says of its own soundness, beyond what it already refuses."""

from __future__ import annotations

import sqlalchemy as sa

from calibrate.store.schema import continuum, people, rubrics, work
from calibrate.store.unit import Transaction


def broken_pages(unit: Transaction) -> list[str]:
    """What SQLite's own check of the file finds; nothing on PostgreSQL, which checks itself."""
    if unit.connection.dialect.name != "sqlite":
        return []
    answers = unit.connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    return [str(one) for one in answers if one != "ok"]


def broken_links(unit: Transaction) -> dict[str, int]:
    """How many rows of each table refer to something that is not there.

    SQLite checks references only while they are switched on, so a row that another program wrote
    can break one; PostgreSQL never lets it happen.
    """
    if unit.connection.dialect.name != "sqlite":
        return {}
    found: dict[str, int] = {}
    for row in unit.connection.exec_driver_sql("PRAGMA foreign_key_check"):
        found[row[0]] = found.get(row[0], 0) + 1
    return found


def nobodys(unit: Transaction) -> dict[str, int]:
    """How many names and pseudonyms belong to nobody in the project, by table."""
    known = sa.union_all(sa.select(people.student.c.id), sa.select(people.rater.c.id))
    found = {}
    for table in (people.person_name, people.pseudonym):
        query = sa.select(sa.func.count()).select_from(table).where(table.c.person_id.not_in(known))
        found[table.name] = int(unit.connection.execute(query).scalar_one())
    return {name: count for name, count in found.items() if count}


def unknown_exemplars(unit: Transaction) -> list[str]:
    """The piece codes that a continuum shows as exemplars and no piece has."""
    code = continuum.exemplar.c.piece_code
    query = (
        sa.select(code).where(code.not_in(sa.select(work.piece.c.code))).distinct().order_by(code)
    )
    return list(unit.connection.execute(query).scalars())


def unknown_crosswalk_rubrics(unit: Transaction) -> list[str]:
    """The rubric versions that a crosswalk reads scores of and the project does not have."""
    row, rubric = continuum.crosswalk_row, rubrics.rubric
    query = (
        sa.select(row.c.rubric_id, row.c.rubric_version)
        .outerjoin_from(
            row,
            rubric,
            sa.and_(rubric.c.id == row.c.rubric_id, rubric.c.version == row.c.rubric_version),
        )
        .where(rubric.c.id.is_(None))
        .distinct()
        .order_by(row.c.rubric_id, row.c.rubric_version)
    )
    found = unit.connection.execute(query).mappings()
    return [f"{one['rubric_id']} version {one['rubric_version']}" for one in found]


def engine_version(unit: Transaction) -> str:
    """Which database this is, and its version."""
    dialect = unit.connection.dialect
    version = ".".join(str(part) for part in dialect.server_version_info or ())
    return f"{'SQLite' if dialect.name == 'sqlite' else 'PostgreSQL'} {version}"
