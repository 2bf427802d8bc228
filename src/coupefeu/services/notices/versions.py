"""What the notices of one side that are not closed have ever said: by that it is known whether a file says it again."""

from typing import Final

from sqlalchemy import and_, bindparam, select

from coupefeu.services.base import Statement
from coupefeu.services.notices.facts import VERSIONS
from coupefeu.services.notices.tables import ACTS, IS_OPEN, NOTICES, numbers_of

SELECT_VERSIONS: Final = (
    select(ACTS.c.root_log, ACTS.c.root_idx, ACTS.c.kind, ACTS.c.body, ACTS.c.arrival)
    .join(NOTICES, and_(NOTICES.c.log == ACTS.c.root_log, NOTICES.c.idx == ACTS.c.root_idx))
    .where(
        ACTS.c.arrival > bindparam("after"),
        ACTS.c.ours == bindparam("ours"),
        ACTS.c.kind.in_(numbers_of(VERSIONS)),
        IS_OPEN,
    )
    .order_by(ACTS.c.arrival)
    .limit(bindparam("limit"))
)


def select_versions(after: int, limit: int, *, ours: bool) -> Statement:
    """Name versions of open notices in the order of their arrival, those behind `after` (-1: from the first)."""
    return Statement(SELECT_VERSIONS, {"after": after, "limit": limit, "ours": int(ours)})
