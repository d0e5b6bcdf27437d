"""Tables of version 0001: scores."""

import sqlalchemy as sa
from alembic import op

from calibrate.store.migrations.first_tables.shapes import counts, key, maybe_texts, once, texts, to


def create() -> None:
    op.create_table(
        "reading",
        *texts("id", "piece_id", "rubric_id"),
        *counts("rubric_version"),
        *texts("purpose"),
        *maybe_texts("session_id"),
        *texts("round"),
        sa.Column("scored_at", sa.DateTime(timezone=True), nullable=True),
        *maybe_texts("import_id"),
        to("fk_reading_import_id", "import_id", "import_record.id"),
        to("fk_reading_piece_id", "piece_id", "piece.id"),
        sa.ForeignKeyConstraint(
            ["rubric_id", "rubric_version"],
            ["rubric.id", "rubric.version"],
            name="fk_reading_rubric_id_rubric_version",
        ),
        to("fk_reading_session_id", "session_id", "session.id"),
        key("reading", "id"),
    )
    op.create_index("ix_reading_piece_id", "reading", ["piece_id"])
    op.create_index("ix_reading_session_id", "reading", ["session_id"])
    op.create_table(
        "reading_rater",
        *texts("reading_id", "rater_id"),
        *counts("ordinal"),
        *texts("piece_id", "occasion"),
        to("fk_reading_rater_piece_id", "piece_id", "piece.id"),
        to("fk_reading_rater_rater_id", "rater_id", "rater.id"),
        to("fk_reading_rater_reading_id", "reading_id", "reading.id"),
        key("reading_rater", "reading_id", "rater_id"),
        once("uq_reading_rater_piece_id_rater_id_occasion", "piece_id", "rater_id", "occasion"),
    )
    op.create_index("ix_reading_rater_rater_id", "reading_rater", ["rater_id"])
    op.create_table(
        "score",
        *texts("id", "reading_id", "criterion_id"),
        *maybe_texts("level_id", "code_id"),
        *texts("comment"),
        *maybe_texts("replaces"),
        sa.CheckConstraint(
            "(level_id IS NULL) <> (code_id IS NULL)", name=op.f("ck_score_level_or_code")
        ),
        to("fk_score_reading_id", "reading_id", "reading.id"),
        sa.ForeignKeyConstraint(
            ["replaces", "reading_id", "criterion_id"],
            ["score.id", "score.reading_id", "score.criterion_id"],
            name="fk_score_replaces",
        ),
        key("score", "id"),
        once("uq_score_id_reading_id_criterion_id", "id", "reading_id", "criterion_id"),
        once("uq_score_replaces", "replaces"),
    )
    op.create_index(
        "ix_score_first",
        "score",
        ["reading_id", "criterion_id"],
        unique=True,
        sqlite_where=sa.text("replaces IS NULL"),
        postgresql_where=sa.text("replaces IS NULL"),
    )
