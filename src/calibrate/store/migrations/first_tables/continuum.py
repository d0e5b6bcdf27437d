"""Tables of version 0001: continuum."""

import sqlalchemy as sa
from alembic import op

from calibrate.store.migrations.first_tables.shapes import (
    counts,
    key,
    lists,
    maybe_texts,
    numbers,
    texts,
    to,
)


def create() -> None:
    op.create_table("continuum", *texts("id", "title"), key("continuum", "id"))
    op.create_table(
        "academic_level",
        *texts("continuum_id", "id", "label"),
        *counts("position"),
        *maybe_texts("grade"),
        to("fk_academic_level_continuum_id", "continuum_id", "continuum.id"),
        key("academic_level", "continuum_id", "id"),
    )
    op.create_table(
        "strand",
        *texts("continuum_id", "id"),
        *counts("ordinal"),
        *texts("title"),
        *lists("criteria"),
        to("fk_strand_continuum_id", "continuum_id", "continuum.id"),
        key("strand", "continuum_id", "id"),
    )
    op.create_table(
        "crosswalk_row",
        *texts("continuum_id", "strand_id", "grade", "rubric_id"),
        *counts("rubric_version"),
        *numbers("low", "high"),
        *texts("level_id"),
        *counts("ordinal"),
        sa.ForeignKeyConstraint(
            ["continuum_id", "level_id"],
            ["academic_level.continuum_id", "academic_level.id"],
            name="fk_crosswalk_row_continuum_id_level_id",
        ),
        sa.ForeignKeyConstraint(
            ["continuum_id", "strand_id"],
            ["strand.continuum_id", "strand.id"],
            name="fk_crosswalk_row_continuum_id_strand_id",
        ),
        key(
            "crosswalk_row",
            "continuum_id",
            "strand_id",
            "grade",
            "rubric_id",
            "rubric_version",
            "low",
        ),
    )
    op.create_table(
        "exemplar",
        *texts("continuum_id", "strand_id", "level_id", "piece_code", "commentary"),
        *counts("ordinal"),
        sa.ForeignKeyConstraint(
            ["continuum_id", "level_id"],
            ["academic_level.continuum_id", "academic_level.id"],
            name="fk_exemplar_continuum_id_level_id",
        ),
        sa.ForeignKeyConstraint(
            ["continuum_id", "strand_id"],
            ["strand.continuum_id", "strand.id"],
            name="fk_exemplar_continuum_id_strand_id",
        ),
        key("exemplar", "continuum_id", "strand_id", "level_id", "piece_code"),
    )
    op.create_table(
        "strand_descriptor",
        *texts("continuum_id", "strand_id", "level_id", "text"),
        sa.ForeignKeyConstraint(
            ["continuum_id", "level_id"],
            ["academic_level.continuum_id", "academic_level.id"],
            name="fk_strand_descriptor_continuum_id_level_id",
        ),
        sa.ForeignKeyConstraint(
            ["continuum_id", "strand_id"],
            ["strand.continuum_id", "strand.id"],
            name="fk_strand_descriptor_continuum_id_strand_id",
        ),
        key("strand_descriptor", "continuum_id", "strand_id", "level_id"),
    )
    op.create_table(
        "placement",
        *texts("piece_id", "continuum_id", "strand_id", "level_id", "by", "reason"),
        sa.ForeignKeyConstraint(
            ["continuum_id", "level_id"],
            ["academic_level.continuum_id", "academic_level.id"],
            name="fk_placement_continuum_id_level_id",
        ),
        sa.ForeignKeyConstraint(
            ["continuum_id", "strand_id"],
            ["strand.continuum_id", "strand.id"],
            name="fk_placement_continuum_id_strand_id",
        ),
        to("fk_placement_piece_id", "piece_id", "piece.id"),
        key("placement", "piece_id", "continuum_id", "strand_id"),
    )
