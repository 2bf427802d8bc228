"""Alembic's entry: migrates the connection that `store.schema.upgrade` lends, inside its transaction."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"], render_as_batch=True, transactional_ddl=False
)
context.run_migrations()
