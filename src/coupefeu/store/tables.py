"""The record's own tables. Views are the services' (services.base.METADATA); these are never dropped."""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

RECORD = MetaData()

SCHEMA_VERSION = "0003"
"""The newest revision in migrations/versions; kept in the database, and an unknown one is refused."""

alembic_version = Table("alembic_version", RECORD, Column("version_num", String(32), primary_key=True))

logs = Table(
    "logs",
    RECORD,
    Column(
        "log", Integer, primary_key=True, autoincrement=False, doc="position of its party in the agreement"
    ),
    Column("origin", Text, nullable=False, unique=True),
    Column("size", BigInteger, nullable=False, doc="entries that a checkpoint covers (ours: all)"),
    Column("complete", BigInteger, nullable=False, doc="entries before this are held with their bodies"),
    Column("frontier", LargeBinary, nullable=False, doc="record.tree.Frontier at `size`"),
    Column(
        "closed_at", BigInteger, doc="where its party ended it by opening another; None: it is the newest"
    ),
)

entries = Table(
    "entries",
    RECORD,
    Column("arrival", Integer, primary_key=True, doc="the local order (A8), by body; never evidence"),
    Column("log", Integer, nullable=False),
    Column("idx", BigInteger, nullable=False),
    Column("arrived_ms", BigInteger, nullable=False),
    Column("leaf", LargeBinary, nullable=False),
    Column("seed", LargeBinary, doc="None: the leaf alone is held (A7, A14), or the content is erased (A17)"),
    Column("head", LargeBinary),
    Column("body", LargeBinary),
    Column("head_salt", LargeBinary, doc="s_h, 16 bytes, of an entry whose content is erased"),
    Column("erased_log", Integer, doc="number of the log of ours with the entry ERASED that names it"),
    Column("erased", BigInteger, doc="index of that entry; None: the content is not erased"),
    UniqueConstraint("log", "idx"),
)

OF_ERASED = frozenset({"head_salt", "erased_log", "erased"})
"""Columns of `entries` that are empty until content is erased."""

LACKS_BODY = entries.c.body.is_(None) & entries.c.erased.is_(None)
"""Of entries that came without their content; what was erased is not lacking."""

Index("entries_lacking", entries.c.log, entries.c.idx, sqlite_where=LACKS_BODY)

attachments = Table(
    "attachments",
    RECORD,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("idx", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False, doc="from 0, as its message names it"),
    Column("part", Integer, primary_key=True, autoincrement=False, doc="from 0"),
    Column("content", LargeBinary, nullable=False, doc="PART_BYTES, of the last part what is left"),
)
"""The contents that are held, whole, in parts as they go on air. What is promised is a view: the messages say it."""

frontiers = Table(
    "frontiers",
    RECORD,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("size", BigInteger, primary_key=True, autoincrement=False, doc="a multiple of FRONTIER_STEP"),
    Column("frontier", LargeBinary, nullable=False),
)

FRONTIER_STEP = 256
"""A frontier is kept every so many entries, so that any earlier root costs at most 255 leaves."""

# --- quick proofs (store.paths) ---

subtrees = Table(
    "subtrees",
    RECORD,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("level", Integer, primary_key=True, autoincrement=False, doc="4, 8, 12 ...: of 2^level leaves"),
    Column(
        "number",
        BigInteger,
        primary_key=True,
        autoincrement=False,
        doc="it covers [number << level, (number + 1) << level)",
    ),
    Column("root", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
"""The root of each full subtree: a proof reads a hundred hashes, not all leaves. Made from the leaves."""

SUBTREE_STEP = 4
"""Levels between two that are kept: 16 of one make one of the next, so that a proof reads few of each."""

# --- statements ---

checkpoints = Table(
    "checkpoints",
    RECORD,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False, doc="64 bytes by the log's own key"),
)

cosignatures = Table(
    "cosignatures",
    RECORD,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column(
        "holder", Integer, primary_key=True, autoincrement=False, doc="log number of the party that signs"
    ),
    Column("time_s", BigInteger, primary_key=True, autoincrement=False),
    Column("signature", LargeBinary, nullable=False, doc="64 bytes"),
    Column("arrived_ms", BigInteger, nullable=False),
)

runs = Table(
    "runs",
    RECORD,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("start", BigInteger, primary_key=True, autoincrement=False),
    Column("end", BigInteger, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False, doc="64 bytes by the log's own key"),
)

# --- witnesses: what neutral third parties co-signed ------------------------------------------------------

witness_keys = Table(
    "witness_keys",
    RECORD,
    Column("key_name", Text, primary_key=True, doc="as it stands in signature lines"),
    Column("key_id", LargeBinary, primary_key=True, doc="4 bytes"),
    Column("algorithm", Integer, nullable=False, doc="4 or 6: c2sp.org/tlog-cosignature"),
    Column("key", LargeBinary, nullable=False),
    Column("witness", Text, nullable=False, doc="the name by which this node knew it"),
)
"""Every key under which a witness has signed here: its lines are verified by it, whoever is asked now."""

witnessed = Table(
    "witnessed",
    RECORD,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("key_name", Text, primary_key=True),
    Column("key_id", LargeBinary, primary_key=True),
    Column("time_s", BigInteger, primary_key=True, autoincrement=False, doc="as the witness gives it"),
    Column("signature", LargeBinary, nullable=False, doc="64 bytes, of ML-DSA-44 2,420"),
    Column("arrived_ms", BigInteger, nullable=False),
)
"""Of each head and key the first that came and the newest; the head itself stands in `checkpoints`."""

run_receipts = Table(
    "run_receipts",
    RECORD,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("start", BigInteger, primary_key=True, autoincrement=False),
    Column("end", BigInteger, primary_key=True, autoincrement=False),
    Column("holder", Integer, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("arrived_ms", BigInteger, nullable=False),
)

evidence = Table(
    "evidence",
    RECORD,
    Column("number", Integer, primary_key=True),
    Column("log", Integer, nullable=False),
    Column("idx", BigInteger, nullable=False),
    Column("arrived_ms", BigInteger, nullable=False),
    Column("what", Text, nullable=False, doc="one of record.audit's names: run-and-checkpoint"),
    Column(
        "proof",
        LargeBinary,
        nullable=False,
        doc="CBOR: both signed statements, with the leaves that part them",
    ),
    UniqueConstraint("log", "idx"),
)

# What others showed of our own log, and what we must not fall behind (protocol A13).

told = Table(
    "told",
    RECORD,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("source", Text, primary_key=True, doc="party ru, witness NAME, file"),
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, primary_key=True),
    Column("start", BigInteger, doc="of a run; None: a checkpoint"),
    Column("signature", LargeBinary, nullable=False, doc="64 bytes by our own log key; closed: zeros"),
    Column("told_ms", BigInteger, nullable=False),
    Column(
        "verdict", Text, nullable=False, doc="empty, or: contradicts; closed: our identity opened a later log"
    ),
)

branches = Table(
    "branches",
    RECORD,
    Column("number", Integer, primary_key=True, doc="in the order of arrival"),
    Column("log", Integer, nullable=False),
    Column("idx", BigInteger, nullable=False),
    Column("leaf", LargeBinary, nullable=False),
    Column("seed", LargeBinary, nullable=False),
    Column("head", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("start", BigInteger, doc="of the run that covers it; None: a checkpoint of `end` entries does"),
    Column("end", BigInteger, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("arrived_ms", BigInteger, nullable=False),
    UniqueConstraint("log", "idx", "leaf"),
)
"""Entries of the other branch of a forked log: shown, marked, and no part of the log (protocol A13)."""

announced = Table(
    "announced",
    RECORD,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("idx", BigInteger, primary_key=True, autoincrement=False),
    Column("template", Integer, nullable=False),
    Column("written_ms", BigInteger, nullable=False),
    Column("answers", BigInteger),
    Column("arrived_ms", BigInteger, nullable=False),
)

# What ML-DSA-44 signed once more, behind the receipts (A15): kept for ever, like what Ed25519 signed.

ml_dsa_checkpoints = Table(
    "ml_dsa_checkpoints",
    RECORD,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("time_s", BigInteger, nullable=False, doc="0: the author's log was larger"),
    Column("signature", LargeBinary, nullable=False, doc="2,420 bytes by the log's own ML-DSA-44 key"),
)

ml_dsa_cosignatures = Table(
    "ml_dsa_cosignatures",
    RECORD,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("holder", Integer, primary_key=True, autoincrement=False, doc="position of the party that signs"),
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("time_s", BigInteger, nullable=False, doc="0: the holder held a larger tree"),
    Column("signature", LargeBinary, nullable=False, doc="2,420 bytes"),
    Column("arrived_ms", BigInteger, nullable=False),
)

views_built = Table(
    "views_built",
    RECORD,
    Column("digest", Text, primary_key=True, doc="names the declared views; others must be rebuilt"),
)
