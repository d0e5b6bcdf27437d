"""Tables of version 0001: work."""

import sqlalchemy as sa
from alembic import op

from calibrate.store.migrations.first_tables.shapes import (
    counts,
    key,
    lists,
    maybe_texts,
    once,
    texts,
    to,
)


def create() -> None:
    op.create_table(
        "task",
        *texts("id", "title", "prompt", "genre"),
        *lists("grades"),
        sa.Column("dok", sa.Integer(), autoincrement=False, nullable=True),
        key("task", "id"),
    )
    op.create_table(
        "window",
        *texts("id", "title", "school_year"),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        key("window", "id"),
    )
    op.create_table(
        "piece",
        *texts("id", "code", "source", "source_id", "window_id"),
        *maybe_texts("student_id", "task_id", "school_id", "classroom_id", "grade"),
        *texts("genre", "language"),
        *lists("accommodations", "not_scored"),
        sa.Column("collected_on", sa.Date(), nullable=True),
        to("fk_piece_classroom_id", "classroom_id", "classroom.id"),
        to("fk_piece_school_id", "school_id", "school.id"),
        to("fk_piece_student_id", "student_id", "student.id"),
        to("fk_piece_task_id", "task_id", "task.id"),
        to("fk_piece_window_id", "window_id", "window.id"),
        key("piece", "id"),
        once("uq_piece_code", "code"),
        once("uq_piece_source_source_id", "source", "source_id"),
    )
    op.create_index("ix_piece_school_id", "piece", ["school_id"])
    op.create_index("ix_piece_student_id", "piece", ["student_id"])
    op.create_index("ix_piece_window_id", "piece", ["window_id"])
    op.create_table(
        "piece_part",
        *texts("piece_id", "part_id"),
        *counts("ordinal"),
        to("fk_piece_part_part_id", "part_id", "piece.id"),
        to("fk_piece_part_piece_id", "piece_id", "piece.id"),
        key("piece_part", "piece_id", "part_id"),
    )
    op.create_table(
        "work_file",
        *texts("piece_id"),
        *counts("ordinal"),
        *texts("kind", "media_type", "stored_as", "sha256", "source_sha256"),
        *counts("pages"),
        to("fk_work_file_piece_id", "piece_id", "piece.id"),
        key("work_file", "piece_id", "ordinal"),
        once("uq_work_file_stored_as", "stored_as"),
    )
