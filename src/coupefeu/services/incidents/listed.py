"""Lists of incidents: what may be asked of them, and the selects that give a window."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import and_, bindparam, func, literal_column, or_, select

from coupefeu.model.incidents import IncidentForm
from coupefeu.services.base import Statement
from coupefeu.services.incidents.views import ACTS, IS_REPORT


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFilter:
    """What is asked of a list; None lets all through. `is_open`: those that their author has not closed."""

    ours: bool | None = None
    form: IncidentForm | None = None
    is_open: bool | None = None


def _newest(column: str, kinds: str) -> str:
    """Write the newest value among entries of these kinds about an incident that have an effect by themselves."""
    return (
        f"(SELECT a.{column} FROM incident_acts AS a WHERE a.root_log = incident_acts.log"  # noqa: S608 - declared names
        f" AND a.root_idx = incident_acts.idx AND a.kind IN ({kinds}) AND a.effect = ''"
        " ORDER BY a.log DESC, a.idx DESC LIMIT 1)"
    )


_CLOSED: Final[Any] = literal_column(f"(coalesce({_newest('kind', '150, 151')}, 151) = 150)")
_FORM: Final[Any] = literal_column(_newest("form", "144, 145"))
_WHERE: Final = and_(
    IS_REPORT,
    or_(bindparam("ours").is_(None), ACTS.c.ours == bindparam("ours")),
    or_(bindparam("form").is_(None), bindparam("form") == _FORM),
    or_(
        bindparam("is_open").is_(None),
        and_((literal_column("1") - bindparam("is_open")) == _CLOSED, ACTS.c.effect == literal_column("''")),
    ),
)
_COUNT: Final = select(func.count()).select_from(ACTS).where(_WHERE)
_WINDOW: Final = (
    select(ACTS.c.log, ACTS.c.idx)
    .where(_WHERE)
    .order_by(ACTS.c.arrival.desc())
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)


def _values(wanted: IncidentFilter) -> dict[str, Any]:
    return {
        "ours": None if wanted.ours is None else int(wanted.ours),
        "form": None if wanted.form is None else int(wanted.form),
        "is_open": None if wanted.is_open is None else int(wanted.is_open),
    }


def count_incidents(wanted: IncidentFilter) -> Statement:
    """Count what a list has."""
    return Statement(_COUNT, _values(wanted))


def select_incidents(wanted: IncidentFilter, offset: int, limit: int) -> Statement:
    """Name a window of a list, newest arrival first."""
    return Statement(_WINDOW, _values(wanted) | {"offset": offset, "limit": limit})
