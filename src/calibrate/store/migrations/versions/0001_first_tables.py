"""The first tables."""

from calibrate.store.migrations.first_tables import (
    continuum,
    logs,
    people,
    rubrics,
    scores,
    sealed,
    sessions,
    work,
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    for noun in (logs, people, rubrics, work, continuum, sessions, scores, sealed):
        noun.create()
