"""Migrations of the record's own tables, for Alembic; `store.schema` runs them. Views are rebuilt instead."""
