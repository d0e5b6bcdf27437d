"""Tables of version 0001: sealed."""

import sqlalchemy as sa
from alembic import op

from calibrate.store.migrations.first_tables.shapes import (
    blobs,
    counts,
    key,
    maybe_texts,
    texts,
    to,
)


def create() -> None:
    op.create_table(
        "ballot",
        *texts("session_id", "round", "rater_id"),
        *counts("sequence"),
        *blobs("sealed", "signature"),
        *texts("state"),
        *counts("answered"),
        sa.Column("own_copy", sa.LargeBinary(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=True),
        to("fk_ballot_rater_id", "rater_id", "rater.id"),
        to("fk_ballot_session_id", "session_id", "session.id"),
        key("ballot", "session_id", "round", "rater_id"),
    )
    op.create_table(
        "manifest",
        *texts("session_id"),
        *blobs("body", "signature", "verify_key"),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        to("fk_manifest_session_id", "session_id", "session.id"),
        key("manifest", "session_id"),
    )
    op.create_table(
        "pin_try",
        *texts("id", "session_id"),
        *maybe_texts("rater_id"),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        to("fk_pin_try_rater_id", "rater_id", "rater.id"),
        to("fk_pin_try_session_id", "session_id", "session.id"),
        key("pin_try", "id"),
    )
    op.create_index("ix_pin_try_session_id", "pin_try", ["session_id"])
    op.create_table(
        "rater_secret",
        *texts("session_id", "rater_id"),
        *blobs("secret_hash", "verify_key"),
        to("fk_rater_secret_rater_id", "rater_id", "rater.id"),
        to("fk_rater_secret_session_id", "session_id", "session.id"),
        key("rater_secret", "session_id", "rater_id"),
    )
    op.create_table(
        "session_key",
        *texts("session_id"),
        *blobs("public_key", "recovery_box"),
        to("fk_session_key_session_id", "session_id", "session.id"),
        key("session_key", "session_id"),
    )
    op.create_table(
        "ballot_operation",
        *texts("session_id", "round", "rater_id", "operation_id"),
        *counts("sequence"),
        sa.ForeignKeyConstraint(
            ["session_id", "round", "rater_id"],
            ["ballot.session_id", "ballot.round", "ballot.rater_id"],
            name="fk_ballot_operation_ballot",
        ),
        key("ballot_operation", "session_id", "round", "rater_id", "operation_id"),
    )
