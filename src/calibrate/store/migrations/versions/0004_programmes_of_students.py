"""A child's programmes, where a district gives them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "student_program",
        sa.Column("student_id", sa.Text(), nullable=False),
        sa.Column("program", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["student_id"], ["student.id"], name="fk_student_program_student_id"
        ),
        sa.PrimaryKeyConstraint("student_id", "program", name="pk_student_program"),
    )
