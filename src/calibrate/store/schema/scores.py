"""Readings, scores and the marked evidence. All are append-only."""

import sqlalchemy as sa

from calibrate.model.scores import MarkKind, ReadingPurpose
from calibrate.store.columns import Choice, Moment
from calibrate.store.schema.base import count, key, metadata, number, text, to

reading = sa.Table(
    "reading",
    metadata,
    key("id"),
    text("piece_id", to("piece.id"), index=True),
    text("rubric_id"),
    count("rubric_version"),
    sa.Column("purpose", Choice(ReadingPurpose), nullable=False),
    text("session_id", to("session.id"), null=True, index=True),
    text("round"),
    sa.Column("scored_at", Moment),
    text("import_id", to("import_record.id"), null=True),
    number("minutes", null=True),
    text("note", server_default=sa.text("''")),
    sa.ForeignKeyConstraint(["rubric_id", "rubric_version"], ["rubric.id", "rubric.version"]),
)

reading_rater = sa.Table(
    "reading_rater",
    metadata,
    key("reading_id", to("reading.id")),
    key("rater_id", to("rater.id"), index=True),
    count("ordinal"),
    text("piece_id", to("piece.id")),
    text("occasion"),
    sa.UniqueConstraint("piece_id", "rater_id", "occasion"),
)
"""Who read. ``occasion`` is session, round and purpose in one text: a rater reads a piece once on each."""

score = sa.Table(
    "score",
    metadata,
    key("id"),
    text("reading_id", to("reading.id")),
    text("criterion_id"),
    text("level_id", null=True),
    text("code_id", null=True),
    text("comment"),
    text("replaces", null=True, unique=True),
    sa.UniqueConstraint("id", "reading_id", "criterion_id"),
    sa.ForeignKeyConstraint(
        ["replaces", "reading_id", "criterion_id"],
        ["score.id", "score.reading_id", "score.criterion_id"],
        name="fk_score_replaces",
    ),
    sa.CheckConstraint("(level_id IS NULL) <> (code_id IS NULL)", name="level_or_code"),
    sa.Index(
        "ix_score_first",
        "reading_id",
        "criterion_id",
        unique=True,
        sqlite_where=sa.text("replaces IS NULL"),
        postgresql_where=sa.text("replaces IS NULL"),
    ),
)
"""One first row per reading and criterion; a correction names the row it replaces, once."""

evidence = sa.Table(
    "evidence",
    metadata,
    key("id"),
    text("reading_id", to("reading.id"), index=True),
    text("criterion_id"),
    sa.Column("kind", Choice(MarkKind), nullable=False),
    count("start"),
    count("end"),
    count("file"),
    count("page"),
    number("x"),
    number("y"),
    number("width"),
    number("height"),
    text("comment"),
)
