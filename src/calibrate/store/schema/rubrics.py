"""Rubrics in their versions: criteria, levels, condition codes."""

import sqlalchemy as sa

from calibrate.model.rubric import Purpose
from calibrate.store.columns import Choice, Words
from calibrate.store.schema.base import count, flag, key, metadata, number, text

rubric = sa.Table(
    "rubric",
    metadata,
    key("id"),
    count("version", primary_key=True),
    text("title"),
    text("description"),
    sa.Column("purpose", Choice(Purpose), nullable=False),
    text("wording"),
    sa.Column("grades", Words, nullable=False),
)

criterion = sa.Table(
    "criterion",
    metadata,
    key("rubric_id"),
    count("rubric_version", primary_key=True),
    key("id"),
    count("ordinal"),
    text("name"),
    text("description"),
    text("cut", null=True),
    flag("interval"),
    sa.ForeignKeyConstraint(["rubric_id", "rubric_version"], ["rubric.id", "rubric.version"]),
)

level = sa.Table(
    "level",
    metadata,
    key("rubric_id"),
    count("rubric_version", primary_key=True),
    key("criterion_id"),
    key("id"),
    text("label"),
    number("value"),
    count("position"),
    text("descriptor"),
    sa.ForeignKeyConstraint(
        ["rubric_id", "rubric_version", "criterion_id"],
        ["criterion.rubric_id", "criterion.rubric_version", "criterion.id"],
    ),
)

condition_code = sa.Table(
    "condition_code",
    metadata,
    key("rubric_id"),
    count("rubric_version", primary_key=True),
    key("id"),
    count("ordinal"),
    text("label"),
    text("meaning"),
    sa.Column("scored", Words, nullable=False),
    number("accountability_value", null=True),
    text("action"),
    sa.ForeignKeyConstraint(["rubric_id", "rubric_version"], ["rubric.id", "rubric.version"]),
)
