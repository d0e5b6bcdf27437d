"""Whose database this is, what was imported, and who did what."""

import sqlalchemy as sa

from calibrate.store.columns import Moment
from calibrate.store.schema.base import key, metadata, text

about = sa.Table(
    "about",
    metadata,
    key("project_id"),
    sa.Column("created_at", Moment, nullable=False),
)
"""One row: the project that this database belongs to."""

import_record = sa.Table(
    "import_record",
    metadata,
    key("id"),
    text("kind"),
    text("source_sha256"),
    text("importer_version"),
    sa.Column("imported_at", Moment, nullable=False),
    sa.Column("mapping", sa.JSON, nullable=False),
    sa.Column("counts", sa.JSON, nullable=False),
)

audit = sa.Table(
    "audit",
    metadata,
    key("id"),
    sa.Column("at", Moment, nullable=False, index=True),
    text("actor"),
    text("action"),
    text("subject"),
    text("detail"),
)
"""Append-only."""
