"""The record's own tables, as they were first released. Never changed: what comes later is a revision of its own."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    _make_logs()
    _make_statements()
    _make_notes()


def _make_logs() -> None:
    op.create_table(
        "logs",
        _key("log", sa.Integer()),
        sa.Column("origin", sa.Text(), nullable=False, unique=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("complete", sa.BigInteger(), nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "entries",
        sa.Column("arrival", sa.Integer(), primary_key=True),
        sa.Column("log", sa.Integer(), nullable=False),
        sa.Column("idx", sa.BigInteger(), nullable=False),
        sa.Column("arrived_ms", sa.BigInteger(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("seed", sa.LargeBinary()),
        sa.Column("head", sa.LargeBinary()),
        sa.Column("body", sa.LargeBinary()),
        sa.UniqueConstraint("log", "idx"),
    )
    op.create_index("entries_withheld", "entries", ["log", "idx"], sqlite_where=sa.text("body IS NULL"))
    op.create_table(
        "frontiers",
        _key("log", sa.Integer()),
        _key("size", sa.BigInteger()),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
    )


def _make_statements() -> None:
    root, signature = "root", "signature"
    op.create_table(
        "checkpoints",
        _key("log", sa.Integer()),
        _key("size", sa.BigInteger()),
        sa.Column(root, sa.LargeBinary(), nullable=False),
        sa.Column(signature, sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "cosignatures",
        _key("log", sa.Integer()),
        _key("size", sa.BigInteger()),
        _key("holder", sa.Integer()),
        _key("time_s", sa.BigInteger()),
        sa.Column(signature, sa.LargeBinary(), nullable=False),
        sa.Column("arrived_ms", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "runs",
        _key("log", sa.Integer()),
        _key("start", sa.BigInteger()),
        _key("end", sa.BigInteger()),
        sa.Column(root, sa.LargeBinary(), nullable=False),
        sa.Column(signature, sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "run_receipts",
        _key("log", sa.Integer()),
        _key("start", sa.BigInteger()),
        _key("end", sa.BigInteger()),
        _key("holder", sa.Integer()),
        sa.Column(root, sa.LargeBinary(), nullable=False),
        sa.Column(signature, sa.LargeBinary(), nullable=False),
        sa.Column("arrived_ms", sa.BigInteger(), nullable=False),
    )


def _make_notes() -> None:
    op.create_table(
        "evidence",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("log", sa.Integer(), nullable=False),
        sa.Column("idx", sa.BigInteger(), nullable=False),
        sa.Column("arrived_ms", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("proof", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("log", "idx"),
    )
    op.create_table(
        "announced",
        _key("log", sa.Integer()),
        _key("idx", sa.BigInteger()),
        sa.Column("template", sa.Integer(), nullable=False),
        sa.Column("written_ms", sa.BigInteger(), nullable=False),
        sa.Column("answers", sa.BigInteger()),
        sa.Column("arrived_ms", sa.BigInteger(), nullable=False),
    )
    op.create_table("views_built", _key("digest", sa.Text()))


def _key(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=True, autoincrement=False)
