"""Tables of version 0001: people."""

import sqlalchemy as sa
from alembic import op

from calibrate.store.migrations.first_tables.shapes import key, lists, maybe_texts, once, texts, to


def create() -> None:
    op.create_table(
        "person_name",
        *texts("person_id", "given_name", "family_name"),
        key("person_name", "person_id"),
    )
    op.create_table(
        "pseudonym",
        *texts("edition", "person_id", "label"),
        key("pseudonym", "edition", "person_id"),
        once("uq_pseudonym_edition_label", "edition", "label"),
    )
    op.create_table("school", *texts("id", "title"), *lists("grades"), key("school", "id"))
    op.create_table(
        "student",
        *texts("id", "source", "source_id"),
        key("student", "id"),
        once("uq_student_source_source_id", "source", "source_id"),
    )
    op.create_table(
        "classroom",
        *texts("id", "school_id", "title"),
        to("fk_classroom_school_id", "school_id", "school.id"),
        key("classroom", "id"),
    )
    op.create_index("ix_classroom_school_id", "classroom", ["school_id"])
    op.create_table(
        "rater",
        *texts("id", "source", "source_id", "role"),
        *maybe_texts("school_id"),
        to("fk_rater_school_id", "school_id", "school.id"),
        key("rater", "id"),
        once("uq_rater_source_source_id", "source", "source_id"),
    )
    op.create_index("ix_rater_school_id", "rater", ["school_id"])
    op.create_table(
        "enrolment",
        *texts("student_id", "classroom_id", "grade"),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("end", sa.Date(), nullable=True),
        to("fk_enrolment_classroom_id", "classroom_id", "classroom.id"),
        to("fk_enrolment_student_id", "student_id", "student.id"),
        key("enrolment", "student_id", "classroom_id", "start"),
    )
    op.create_index("ix_enrolment_classroom_id", "enrolment", ["classroom_id"])
    op.create_table(
        "teaching",
        *texts("rater_id", "classroom_id"),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("end", sa.Date(), nullable=True),
        to("fk_teaching_classroom_id", "classroom_id", "classroom.id"),
        to("fk_teaching_rater_id", "rater_id", "rater.id"),
        key("teaching", "rater_id", "classroom_id", "start"),
    )
    op.create_index("ix_teaching_classroom_id", "teaching", ["classroom_id"])
