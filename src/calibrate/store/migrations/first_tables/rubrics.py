"""Tables of version 0001: rubrics."""

import sqlalchemy as sa
from alembic import op

from calibrate.store.migrations.first_tables.shapes import (
    counts,
    key,
    lists,
    maybe_texts,
    numbers,
    texts,
)


def create() -> None:
    op.create_table(
        "rubric",
        *texts("id"),
        *counts("version"),
        *texts("title", "description", "purpose", "wording"),
        *lists("grades"),
        key("rubric", "id", "version"),
    )
    op.create_table(
        "condition_code",
        *texts("rubric_id"),
        *counts("rubric_version"),
        *texts("id"),
        *counts("ordinal"),
        *texts("label", "meaning"),
        *lists("scored"),
        sa.Column("accountability_value", sa.Double(), nullable=True),
        *texts("action"),
        sa.ForeignKeyConstraint(
            ["rubric_id", "rubric_version"],
            ["rubric.id", "rubric.version"],
            name="fk_condition_code_rubric_id_rubric_version",
        ),
        key("condition_code", "rubric_id", "rubric_version", "id"),
    )
    op.create_table(
        "criterion",
        *texts("rubric_id"),
        *counts("rubric_version"),
        *texts("id"),
        *counts("ordinal"),
        *texts("name", "description"),
        *maybe_texts("cut"),
        sa.Column("interval", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["rubric_id", "rubric_version"],
            ["rubric.id", "rubric.version"],
            name="fk_criterion_rubric_id_rubric_version",
        ),
        key("criterion", "rubric_id", "rubric_version", "id"),
    )
    op.create_table(
        "level",
        *texts("rubric_id"),
        *counts("rubric_version"),
        *texts("criterion_id", "id", "label"),
        *numbers("value"),
        *counts("position"),
        *texts("descriptor"),
        sa.ForeignKeyConstraint(
            ["rubric_id", "rubric_version", "criterion_id"],
            ["criterion.rubric_id", "criterion.rubric_version", "criterion.id"],
            name="fk_level_rubric_id_rubric_version_criterion_id",
        ),
        key("level", "rubric_id", "rubric_version", "criterion_id", "id"),
    )
