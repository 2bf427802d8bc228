"""What makes a record that nobody can deny: one revision, a function for each part of it."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from coupefeu.record.leaf import leaf_hash
from coupefeu.record.tree import Frontier

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables and columns of every part."""
    _make_subtrees()
    _make_erasure()
    _make_witnessed()
    _make_post_quantum()
    _make_told()
    _make_incarnations()


def _make_incarnations() -> None:
    """Make the column that closes a log, and the table of other branches."""
    op.add_column("logs", sa.Column("closed_at", sa.BigInteger()))
    op.create_table(
        "branches",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("log", sa.Integer(), nullable=False),
        sa.Column("idx", sa.BigInteger(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("seed", sa.LargeBinary(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("start", sa.BigInteger()),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("arrived_ms", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("log", "idx", "leaf"),
    )


def _make_told() -> None:
    """Make the table of what others showed of our own log."""
    op.create_table(
        "told",
        sa.Column("log", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("source", sa.Text(), primary_key=True),
        sa.Column("size", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("root", sa.LargeBinary(), primary_key=True),
        sa.Column("start", sa.BigInteger()),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("told_ms", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
    )


def _make_post_quantum() -> None:
    op.create_table(
        "ml_dsa_checkpoints",
        sa.Column("log", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("size", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("time_s", sa.BigInteger(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "ml_dsa_cosignatures",
        sa.Column("log", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("holder", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("size", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("time_s", sa.BigInteger(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("arrived_ms", sa.BigInteger(), nullable=False),
    )


def _make_subtrees() -> None:
    """Make the table, and fill it from the leaves that are held."""
    op.create_table(
        "subtrees",
        sa.Column("log", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("level", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sqlite_with_rowid=False,
    )
    connection = op.get_bind()
    for log, size in connection.execute(sa.text("SELECT log, size FROM logs")).fetchall():
        _fill_subtrees(connection, log, size)


def _make_witnessed() -> None:
    op.create_table(
        "witness_keys",
        sa.Column("key_name", sa.Text(), primary_key=True),
        sa.Column("key_id", sa.LargeBinary(), primary_key=True),
        sa.Column("algorithm", sa.Integer(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("witness", sa.Text(), nullable=False),
    )
    op.create_table(
        "witnessed",
        sa.Column("log", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("size", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("key_name", sa.Text(), primary_key=True),
        sa.Column("key_id", sa.LargeBinary(), primary_key=True),
        sa.Column("time_s", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("arrived_ms", sa.BigInteger(), nullable=False),
    )


def _fill_subtrees(connection: Any, log: int, size: int) -> None:
    frontier = Frontier()
    rows = connection.exec_driver_sql(
        "SELECT leaf FROM entries WHERE log = ? AND idx < ? ORDER BY idx", (log, size)
    )
    for (leaf,) in rows:
        hashed = leaf_hash(leaf)
        for level, number, root in frontier.completed_by(hashed, 4):
            connection.exec_driver_sql("INSERT INTO subtrees VALUES (?, ?, ?, ?)", (log, level, number, root))
        frontier.append(hashed)


def _make_erasure() -> None:
    """Make room for what is left of an entry whose content was erased."""
    op.add_column("entries", sa.Column("head_salt", sa.LargeBinary()))
    op.add_column("entries", sa.Column("erased_log", sa.Integer()))
    op.add_column("entries", sa.Column("erased", sa.BigInteger()))
    op.drop_index("entries_withheld", "entries")
    lacking = sa.text("body IS NULL AND erased IS NULL")
    op.create_index("entries_lacking", "entries", ["log", "idx"], sqlite_where=lacking)
