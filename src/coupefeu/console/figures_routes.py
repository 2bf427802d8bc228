"""Usage figures of a year or a span, as values and as a file; counted in another process, never on the node's loop."""

from typing import Annotated, Any, Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from coupefeu.console.desk import ConsoleDesk
from coupefeu.console.errors import TooManyError, refuses
from coupefeu.console.parts import Parts
from coupefeu.errors import StoreError, UsageError
from coupefeu.model.instant import Instant, format_second
from coupefeu.node.figures_csv import write_figures
from coupefeu.services.usage.asked import Asked, read_asked
from coupefeu.services.usage.status import Usage

CSV: Final = "text/csv; charset=utf-8"
_REFUSED: Final = (
    UsageError("there is no such span or party", code="services.usage.*"),
    UsageError("that is no time", code="model.instant.unreadable"),
    TooManyError("other figures are being counted", code="console.long_work.counting"),
    StoreError("the record cannot be read now", code="store.*"),
)
Word = Annotated[str, QueryParameter(max_length=40)]
From = Annotated[str, QueryParameter(name="from", max_length=40)]
To = Annotated[str, QueryParameter(name="to", max_length=40)]


@get("/api/figures", responses=refuses(*_REFUSED))
async def show_figures(
    desk: NamedDependency[ConsoleDesk],
    parts: NamedDependency[Parts],
    year: int | None = None,
    since: From = "",
    until: To = "",
    party: Word = "",
) -> Usage:
    """Count what the line was used for: the running year, a `year`, or from one day to another, jointly or of one."""
    return await parts.long_work.count(_asked(desk, year, since, until, party))


@get("/api/figures.csv", media_type=CSV, responses=refuses(*_REFUSED))
async def download_figures(
    desk: NamedDependency[ConsoleDesk],
    parts: NamedDependency[Parts],
    year: int | None = None,
    since: From = "",
    until: To = "",
    party: Word = "",
) -> Response[bytes]:
    """Give the same figures as one table of CSV, to be saved."""
    usage = await parts.long_work.count(_asked(desk, year, since, until, party))
    agreement = desk.folder.agreement
    text = "".join(write_figures(usage, exercise=agreement.banner))
    mark = "EXERCISE-" if agreement.is_exercise else ""
    name = f"{mark}figures-{party or 'joint'}-{_day(usage.from_ms)}-{_day(usage.to_ms)}.csv"
    headers = {
        "content-disposition": f'attachment; filename="{name}"',
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
    }
    return Response(text.encode(), media_type=CSV, headers=headers)


def _asked(desk: ConsoleDesk, year: int | None, since: str, until: str, party: str) -> Asked:
    parties = desk.folder.agreement.party_ids
    return read_asked(desk.now_ms, parties, year=year, since=since, until=until, party=party)


def _day(instant_ms: int) -> str:
    """Write a day into a name: letters and digits only."""
    return "".join(format_second(Instant(instant_ms)).split()[:3])


FIGURES_ROUTES: Final[tuple[Any, ...]] = (show_figures, download_figures)
