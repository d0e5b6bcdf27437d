"""Windows, tasks, pieces of student work and their files."""

import sqlalchemy as sa

from calibrate.model.work import MediaKind
from calibrate.store.columns import Choice, Words
from calibrate.store.schema.base import count, key, metadata, text, to

window = sa.Table(
    "window",
    metadata,
    key("id"),
    text("title"),
    text("school_year"),
    sa.Column("starts", sa.Date, nullable=False),
    sa.Column("ends", sa.Date, nullable=False),
)

task = sa.Table(
    "task",
    metadata,
    key("id"),
    text("title"),
    text("prompt"),
    text("genre"),
    sa.Column("grades", Words, nullable=False),
    count("dok", null=True),
)

piece = sa.Table(
    "piece",
    metadata,
    key("id"),
    text("code", unique=True),
    text("source"),
    text("source_id"),
    text("window_id", to("window.id"), index=True),
    text("student_id", to("student.id"), null=True, index=True),
    text("task_id", to("task.id"), null=True),
    text("school_id", to("school.id"), null=True, index=True),
    text("classroom_id", to("classroom.id"), null=True),
    text("grade", null=True),
    text("genre"),
    text("language"),
    sa.Column("accommodations", Words, nullable=False),
    sa.Column("not_scored", Words, nullable=False),
    sa.Column("collected_on", sa.Date),
    text("support", server_default=sa.text("''")),
    text("next_step", server_default=sa.text("''")),
    sa.UniqueConstraint("source", "source_id"),
)

piece_part = sa.Table(
    "piece_part",
    metadata,
    key("piece_id", to("piece.id")),
    key("part_id", to("piece.id")),
    count("ordinal"),
)

work_file = sa.Table(
    "work_file",
    metadata,
    key("piece_id", to("piece.id")),
    count("ordinal", primary_key=True),
    sa.Column("kind", Choice(MediaKind), nullable=False),
    text("media_type"),
    text("stored_as", unique=True),
    text("sha256"),
    text("source_sha256"),
    count("pages"),
)
