"""Alembic's door: it runs on the connection that `calibrate.store.upgrades` hands over."""

from alembic import context

from calibrate.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,  # the caller holds the one transaction around everything
)
context.run_migrations()
