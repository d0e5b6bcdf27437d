"""Continua: academic levels, strands, crosswalk, exemplars; and placements on them."""

import sqlalchemy as sa

from calibrate.model.continuum import PlacedBy
from calibrate.store.columns import Choice, Words
from calibrate.store.schema.base import count, key, metadata, number, text, to

continuum = sa.Table("continuum", metadata, key("id"), text("title"))

academic_level = sa.Table(
    "academic_level",
    metadata,
    key("continuum_id", to("continuum.id")),
    key("id"),
    text("label"),
    count("position"),
    text("grade", null=True),
)

strand = sa.Table(
    "strand",
    metadata,
    key("continuum_id", to("continuum.id")),
    key("id"),
    count("ordinal"),
    text("title"),
    sa.Column("criteria", Words, nullable=False),
)


def _level_of_strand() -> tuple[sa.ForeignKeyConstraint, sa.ForeignKeyConstraint]:
    return (
        sa.ForeignKeyConstraint(
            ["continuum_id", "strand_id"], ["strand.continuum_id", "strand.id"]
        ),
        sa.ForeignKeyConstraint(
            ["continuum_id", "level_id"], ["academic_level.continuum_id", "academic_level.id"]
        ),
    )


strand_descriptor = sa.Table(
    "strand_descriptor",
    metadata,
    key("continuum_id"),
    key("strand_id"),
    key("level_id"),
    text("text"),
    *_level_of_strand(),
)

crosswalk_row = sa.Table(
    "crosswalk_row",
    metadata,
    key("continuum_id"),
    key("strand_id"),
    key("grade"),
    key("rubric_id"),
    count("rubric_version", primary_key=True),
    sa.Column("low", sa.Double, primary_key=True, autoincrement=False),
    number("high"),
    text("level_id"),
    count("ordinal"),
    *_level_of_strand(),
)

exemplar = sa.Table(
    "exemplar",
    metadata,
    key("continuum_id"),
    key("strand_id"),
    key("level_id"),
    key("piece_code"),
    text("commentary"),
    count("ordinal"),
    *_level_of_strand(),
)

placement = sa.Table(
    "placement",
    metadata,
    key("piece_id", to("piece.id")),
    key("continuum_id"),
    key("strand_id"),
    text("level_id"),
    sa.Column("by", Choice(PlacedBy), nullable=False),
    text("reason"),
    *_level_of_strand(),
)
