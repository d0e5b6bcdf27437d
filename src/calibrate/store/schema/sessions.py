"""Norming sessions: panel, plan, minutes, actions, consensus."""

import sqlalchemy as sa

from calibrate.model.session import MinuteKind, RoundName, SessionState
from calibrate.store.columns import Choice, Moment, Words
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

session_round = sa.Table(
    "session_round",
    metadata,
    key("session_id", to("session.id")),
    sa.Column("round", Choice(RoundName), primary_key=True),
    sa.Column("opened_at", Moment, nullable=False),
    text("opened_by"),
    sa.Column("revealed_at", Moment),
    text("revealed_by"),
    sa.Column("missing", Words, nullable=False),
    text("reason"),
)
"""A round takes ballots from its opening to its reveal."""

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

anchor = sa.Table(
    "anchor",
    metadata,
    key("id"),
    text("piece_id", to("piece.id"), index=True),
    text("rubric_id"),
    count("rubric_version"),
    text("criterion_id"),
    text("level_id"),
    text("commentary"),
    sa.Column("settled_at", Moment, nullable=False),
    text("consensus_id", to("consensus.id"), null=True),
    text("replaces", to("anchor.id"), null=True, unique=True),
    sa.ForeignKeyConstraint(
        ["rubric_id", "rubric_version", "criterion_id", "level_id"],
        ["level.rubric_id", "level.rubric_version", "level.criterion_id", "level.id"],
        name="fk_anchor_level",
    ),
)
"""Append-only. A piece whose score is settled, one row per criterion; a correction names the row it replaces."""
