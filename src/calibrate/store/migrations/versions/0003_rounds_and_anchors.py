"""Rounds say when they take ballots, anchors are kept, saves leave a fingerprint, tries an outcome."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "session_round",
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("round", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("revealed_at", sa.DateTime(timezone=True)),
        sa.Column("revealed_by", sa.Text(), nullable=False),
        sa.Column("missing", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_session_round_session_id"),
        sa.PrimaryKeyConstraint("session_id", "round", name="pk_session_round"),
    )
    op.create_table(
        "anchor",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("piece_id", sa.Text(), nullable=False),
        sa.Column("rubric_id", sa.Text(), nullable=False),
        sa.Column("rubric_version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("criterion_id", sa.Text(), nullable=False),
        sa.Column("level_id", sa.Text(), nullable=False),
        sa.Column("commentary", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("consensus_id", sa.Text()),
        sa.Column("replaces", sa.Text()),
        sa.ForeignKeyConstraint(["piece_id"], ["piece.id"], name="fk_anchor_piece_id"),
        sa.ForeignKeyConstraint(["consensus_id"], ["consensus.id"], name="fk_anchor_consensus_id"),
        sa.ForeignKeyConstraint(["replaces"], ["anchor.id"], name="fk_anchor_replaces"),
        sa.ForeignKeyConstraint(
            ["rubric_id", "rubric_version", "criterion_id", "level_id"],
            ["level.rubric_id", "level.rubric_version", "level.criterion_id", "level.id"],
            name="fk_anchor_level",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_anchor"),
        sa.UniqueConstraint("replaces", name="uq_anchor_replaces"),
    )
    op.create_index("ix_anchor_piece_id", "anchor", ["piece_id"])
    op.add_column("ballot_operation", sa.Column("fingerprint", sa.LargeBinary()))
    op.add_column(
        "pin_try", sa.Column("outcome", sa.Text(), server_default="wrong", nullable=False)
    )
    tries = sa.table("pin_try", sa.column("outcome"), sa.column("succeeded", sa.Boolean()))
    op.execute(tries.update().where(tries.c.succeeded).values(outcome="right"))
    op.drop_column("pin_try", "succeeded")
