"""Tables of version 0001: sessions."""

import sqlalchemy as sa
from alembic import op

from calibrate.store.migrations.first_tables.shapes import counts, key, maybe_texts, once, texts, to


def create() -> None:
    op.create_table(
        "session",
        *texts("id", "title", "rubric_id"),
        *counts("rubric_version"),
        *texts("window_id"),
        *maybe_texts("facilitator_id"),
        sa.Column("held_on", sa.Date(), nullable=True),
        *texts("state"),
        to("fk_session_facilitator_id", "facilitator_id", "rater.id"),
        sa.ForeignKeyConstraint(
            ["rubric_id", "rubric_version"],
            ["rubric.id", "rubric.version"],
            name="fk_session_rubric_id_rubric_version",
        ),
        to("fk_session_window_id", "window_id", "window.id"),
        key("session", "id"),
    )
    op.create_table(
        "action",
        *texts("session_id"),
        *counts("ordinal"),
        *texts("who", "what"),
        sa.Column("due", sa.Date(), nullable=True),
        to("fk_action_session_id", "session_id", "session.id"),
        key("action", "session_id", "ordinal"),
    )
    op.create_table(
        "assignment",
        *texts("session_id", "rater_id", "piece_id"),
        *counts("place"),
        sa.Column("own_student", sa.Boolean(), nullable=False),
        to("fk_assignment_piece_id", "piece_id", "piece.id"),
        to("fk_assignment_rater_id", "rater_id", "rater.id"),
        to("fk_assignment_session_id", "session_id", "session.id"),
        key("assignment", "session_id", "rater_id", "piece_id"),
    )
    op.create_table(
        "consensus",
        *texts("id", "session_id", "piece_id", "criterion_id"),
        *maybe_texts("level_id", "code_id"),
        *texts("reason"),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        *maybe_texts("replaces"),
        sa.CheckConstraint(
            "(level_id IS NULL) <> (code_id IS NULL)", name=op.f("ck_consensus_level_or_code")
        ),
        to("fk_consensus_piece_id", "piece_id", "piece.id"),
        sa.ForeignKeyConstraint(
            ["replaces", "session_id", "piece_id", "criterion_id"],
            [
                "consensus.id",
                "consensus.session_id",
                "consensus.piece_id",
                "consensus.criterion_id",
            ],
            name="fk_consensus_replaces",
        ),
        to("fk_consensus_session_id", "session_id", "session.id"),
        key("consensus", "id"),
        once(
            "uq_consensus_id_session_id_piece_id_criterion_id",
            "id",
            "session_id",
            "piece_id",
            "criterion_id",
        ),
        once("uq_consensus_replaces", "replaces"),
    )
    op.create_index(
        "ix_consensus_first",
        "consensus",
        ["session_id", "piece_id", "criterion_id"],
        unique=True,
        sqlite_where=sa.text("replaces IS NULL"),
        postgresql_where=sa.text("replaces IS NULL"),
    )
    op.create_index("ix_consensus_piece_id", "consensus", ["piece_id"])
    op.create_table(
        "minute",
        *texts("session_id", "kind"),
        *counts("ordinal"),
        *texts("text"),
        to("fk_minute_session_id", "session_id", "session.id"),
        key("minute", "session_id", "kind", "ordinal"),
    )
    op.create_table(
        "panel_member",
        *texts("session_id", "rater_id"),
        *maybe_texts("verify_key"),
        sa.Column("absent", sa.Boolean(), nullable=False),
        to("fk_panel_member_rater_id", "rater_id", "rater.id"),
        to("fk_panel_member_session_id", "session_id", "session.id"),
        key("panel_member", "session_id", "rater_id"),
    )
    op.create_index("ix_panel_member_rater_id", "panel_member", ["rater_id"])
    op.create_table(
        "session_piece",
        *texts("session_id", "piece_id"),
        *counts("ordinal"),
        to("fk_session_piece_piece_id", "piece_id", "piece.id"),
        to("fk_session_piece_session_id", "session_id", "session.id"),
        key("session_piece", "session_id", "piece_id"),
    )
    op.create_index("ix_session_piece_piece_id", "session_piece", ["piece_id"])
    op.create_table(
        "session_school",
        *texts("session_id", "school_id"),
        *counts("ordinal"),
        to("fk_session_school_school_id", "school_id", "school.id"),
        to("fk_session_school_session_id", "session_id", "session.id"),
        key("session_school", "session_id", "school_id"),
    )
    op.create_index("ix_session_school_school_id", "session_school", ["school_id"])
