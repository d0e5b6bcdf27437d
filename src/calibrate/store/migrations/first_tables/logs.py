"""Tables of version 0001: logs."""

import sqlalchemy as sa
from alembic import op

from calibrate.store.migrations.first_tables.shapes import key, lists, texts


def create() -> None:
    op.create_table(
        "about",
        *texts("project_id"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        key("about", "project_id"),
    )
    op.create_table(
        "audit",
        *texts("id"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *texts("actor", "action", "subject", "detail"),
        key("audit", "id"),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_table(
        "import_record",
        *texts("id", "kind", "source_sha256", "importer_version"),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        *lists("mapping", "counts"),
        key("import_record", "id"),
    )
