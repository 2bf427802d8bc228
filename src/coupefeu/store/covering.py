"""By which signed statement of its author an entry is covered: the selects, for the writer and for readers."""

from sqlalchemy import bindparam, select

from coupefeu.store import tables

COVERING_CHECKPOINT = (
    select(tables.checkpoints)
    .where(tables.checkpoints.c.log == bindparam("log"), tables.checkpoints.c.size > bindparam("index"))
    .order_by(tables.checkpoints.c.size)
    .limit(1)
)
"""The smallest checkpoint that is kept and covers entry `index` of `log`."""
COVERING_RUN = (
    select(tables.runs)
    .where(
        tables.runs.c.log == bindparam("log"),
        tables.runs.c.start <= bindparam("index"),
        tables.runs.c.end > bindparam("index"),
    )
    .limit(1)
)
"""A run that holds it."""
