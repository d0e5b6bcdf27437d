"""Schools, rooms, children and staff; names apart from everything else."""

import sqlalchemy as sa

from calibrate.model.roster import Edition, Role
from calibrate.store.columns import Choice, StartDate, Words
from calibrate.store.schema.base import key, metadata, text, to

school = sa.Table(
    "school",
    metadata,
    key("id"),
    text("title"),
    sa.Column("grades", Words, nullable=False),
)

classroom = sa.Table(
    "classroom",
    metadata,
    key("id"),
    text("school_id", to("school.id"), index=True),
    text("title"),
)

student = sa.Table(
    "student",
    metadata,
    key("id"),
    text("source"),
    text("source_id"),
    sa.UniqueConstraint("source", "source_id"),
)

student_program = sa.Table(
    "student_program",
    metadata,
    key("student_id", to("student.id")),
    key("program"),
)

enrolment = sa.Table(
    "enrolment",
    metadata,
    key("student_id", to("student.id")),
    key("classroom_id", to("classroom.id"), index=True),
    text("grade"),
    sa.Column("start", StartDate, primary_key=True),
    sa.Column("end", sa.Date),
)

rater = sa.Table(
    "rater",
    metadata,
    key("id"),
    text("source"),
    text("source_id"),
    sa.Column("role", Choice(Role), nullable=False),
    text("school_id", to("school.id"), null=True, index=True),
    sa.UniqueConstraint("source", "source_id"),
)

teaching = sa.Table(
    "teaching",
    metadata,
    key("rater_id", to("rater.id")),
    key("classroom_id", to("classroom.id"), index=True),
    sa.Column("start", StartDate, primary_key=True),
    sa.Column("end", sa.Date),
)

person_name = sa.Table(
    "person_name",
    metadata,
    key("person_id"),
    text("given_name"),
    text("family_name"),
)

pseudonym = sa.Table(
    "pseudonym",
    metadata,
    sa.Column("edition", Choice(Edition), primary_key=True),
    key("person_id"),
    text("label"),
    sa.UniqueConstraint("edition", "label"),
)
