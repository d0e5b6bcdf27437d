"""Norming sessions: panel, plan, minutes, actions, consensus."""

import sqlalchemy as sa

from calibrate.model.session import MinuteKind, SessionState
from calibrate.store.columns import Choice, Moment
from calibrate.store.schema.base import count, flag, key, metadata, text, to

session = sa.Table(
    "session",
    metadata,
    key("id"),
    text("title"),
    text("rubric_id"),
    count("rubric_version"),
    text("window_id", to("window.id")),
    text("facilitator_id", to("rater.id"), null=True),
    sa.Column("held_on", sa.Date),
    sa.Column("state", Choice(SessionState), nullable=False),
    sa.ForeignKeyConstraint(["rubric_id", "rubric_version"], ["rubric.id", "rubric.version"]),
)

session_piece = sa.Table(
    "session_piece",
    metadata,
    key("session_id", to("session.id")),
    key("piece_id", to("piece.id"), index=True),
    count("ordinal"),
)

session_school = sa.Table(
    "session_school",
    metadata,
    key("session_id", to("session.id")),
    key("school_id", to("school.id"), index=True),
    count("ordinal"),
)

panel_member = sa.Table(
    "panel_member",
    metadata,
    key("session_id", to("session.id")),
    key("rater_id", to("rater.id"), index=True),
    text("verify_key", null=True),
    flag("absent"),
)

assignment = sa.Table(
    "assignment",
    metadata,
    key("session_id", to("session.id")),
    key("rater_id", to("rater.id")),
    key("piece_id", to("piece.id")),
    count("place"),
    flag("own_student"),
)

minute = sa.Table(
    "minute",
    metadata,
    key("session_id", to("session.id")),
    sa.Column("kind", Choice(MinuteKind), primary_key=True),
    count("ordinal", primary_key=True),
    text("text"),
)

action = sa.Table(
    "action",
    metadata,
    key("session_id", to("session.id")),
    count("ordinal", primary_key=True),
    text("who"),
    text("what"),
    sa.Column("due", sa.Date),
)

consensus = sa.Table(
    "consensus",
    metadata,
    key("id"),
    text("session_id", to("session.id")),
    text("piece_id", to("piece.id"), index=True),
    text("criterion_id"),
    text("level_id", null=True),
    text("code_id", null=True),
    text("reason"),
    sa.Column("settled_at", Moment, nullable=False),
    text("replaces", null=True, unique=True),
    sa.UniqueConstraint("id", "session_id", "piece_id", "criterion_id"),
    sa.ForeignKeyConstraint(
        ["replaces", "session_id", "piece_id", "criterion_id"],
        ["consensus.id", "consensus.session_id", "consensus.piece_id", "consensus.criterion_id"],
        name="fk_consensus_replaces",
    ),
    sa.CheckConstraint("(level_id IS NULL) <> (code_id IS NULL)", name="level_or_code"),
    sa.Index(
        "ix_consensus_first",
        "session_id",
        "piece_id",
        "criterion_id",
        unique=True,
        sqlite_where=sa.text("replaces IS NULL"),
        postgresql_where=sa.text("replaces IS NULL"),
    ),
)
"""Append-only. One first row per piece and criterion of a session; each row is replaced at most once."""
