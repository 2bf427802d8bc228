"""The routes of notices: what is on the record, what a draft would mean, filing, acts, conflicts."""

from functools import partial
from typing import Annotated, Any, Final

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from coupefeu.console.acting import one_of
from coupefeu.console.desk import ConsoleDesk
from coupefeu.console.errors import AbsentError, refuses
from coupefeu.console.messages import ONCE_REFUSALS, Limit, Offset, OnceHeader, Word, as_json, recorded_once
from coupefeu.console.notices_acting import act_command, file_command
from coupefeu.console.notices_checking import checked_draft
from coupefeu.console.notices_conflicts import compared_values, conflict_page, conflict_values
from coupefeu.console.notices_places import position_values
from coupefeu.console.notices_reading import Reader, read_draft, read_lines
from coupefeu.console.notices_requests import NoticeActRequest, NoticeDraft, PositionsRequest
from coupefeu.console.notices_told import Counted, notice_line, notice_values
from coupefeu.console.notices_values import (
    CheckedDraft,
    ConflictPage,
    NoticeOrder,
    NoticePage,
    NoticeSide,
    NoticeValues,
    RestatedLine,
    RestatedPositions,
)
from coupefeu.console.sessions import Session
from coupefeu.console.values import RecordedValues
from coupefeu.errors import PolicyError, StoreError, UsageError
from coupefeu.model.messages import MessageId, parse_number
from coupefeu.model.notices import NoticeForm
from coupefeu.node.desk import Desk
from coupefeu.node.places.gazetteer import Gazetteer
from coupefeu.services.base import Command
from coupefeu.services.notices.listed import NoticeFilter
from coupefeu.services.notices.status import NoticeState, NoticeView

MAX_DRAFT_BYTES: Final = 1_048_576
"""A thousand positions as text, several times over; what is filed has 8,192 bytes at most."""

Form = Annotated[int | None, QueryParameter(ge=1, le=len(NoticeForm))]
State = Annotated[str | None, QueryParameter(name="state", max_length=64)]
Movement = Annotated[str, QueryParameter(max_length=100)]
Text = Annotated[str, QueryParameter(name="text", max_length=120)]

_ABSENT = AbsentError("there is no notice under this number", code="services.notices.unknown_notice")
_NO_NUMBER = UsageError("no party of this line has this name", code="model.message_number.unknown")
_REFUSED = (
    UsageError("a field is missing, or not as its form has it", code="services.notices.*"),
    UsageError("a position cannot be read", code="wire.position.*"),
    UsageError("a length or an altitude cannot be read", code="wire.quantity.*"),
    UsageError("an instant cannot be read, or has no zone", code="model.instant.unreadable"),
    UsageError("an area cannot be", code="deconfliction.*"),
    UsageError("a name that there is not, or a number that is missing", code="console.*"),
    PolicyError("it would have no effect, and why", code="services.notices.*"),
    StoreError("the record cannot be written now", code="store.*"),
)


@get(
    "/api/notices",
    responses=refuses(UsageError("a filter names what there is not", code="console.request.*")),
)
async def list_notices(
    desk: NamedDependency[ConsoleDesk],
    offset: Offset = 0,
    limit: Limit = 100,
    side: Word = None,
    form: Form = None,
    standing: State = None,
    movement: Movement = "",
    text: Text = "",
    order: NoticeOrder = NoticeOrder.NEWEST,
) -> Response[NoticePage]:
    """Give a window of the notices of both sides, `side` "ours" or "theirs"; `text` stands in a title.

    Soonest first, those in force alone are listed unless a state is asked for.
    """
    is_soonest = order is NoticeOrder.SOONEST
    chosen = None if standing is None else one_of(NoticeState, standing, "state")
    wanted = NoticeFilter(
        ours=None if side is None else one_of(NoticeSide, side, "side") is NoticeSide.OURS,
        state=NoticeState.LIVE if is_soonest and chosen is None else chosen,
        form=None if form is None else NoticeForm(form),
        movement=movement,
        words=text.strip(),
        by_start=is_soonest,
    )
    return as_json(
        await desk.answers.give(
            ("notices", wanted, offset, limit),
            lambda: desk.read(partial(_page, wanted=wanted, offset=offset, limit=limit)),
        )
    )


def _page(look: Desk, wanted: NoticeFilter, offset: int, limit: int) -> NoticePage:
    found = look.notices.listed(wanted, offset, limit)
    counted = _counted(look, found.notices)
    return NoticePage(
        rows=tuple(notice_line(each, counted) for each in found.notices),
        offset=offset,
        total=found.total,
        looked_at=found.total,
        as_of_ms=found.as_of_ms,
        truncated=False,
    )


def _counted(look: Desk, views: tuple[NoticeView, ...]) -> Counted:
    return Counted(
        conflicts=look.conflicts.counts([each.id for each in views]), gaps=look.passing.gaps(views)
    )


@get("/api/notices/conflicts", responses=refuses(StoreError("the record cannot be read now", code="store.*")))
async def list_conflicts(desk: NamedDependency[ConsoleDesk]) -> Response[ConflictPage]:
    """Give the conflicts that are not over, grouped by movement, what begins next first; and what was compared."""

    async def make() -> ConflictPage:
        gazetteer, is_link_up = desk.notices.gazetteer, desk.notices.is_link_up
        return await desk.read(partial(conflict_page, gazetteer=gazetteer, is_link_up=is_link_up))

    return as_json(await desk.answers.give("conflicts", make))


@get("/api/notices/{party:str}/{index:int}", responses=refuses(_ABSENT, _NO_NUMBER))
async def show_notice(desk: NamedDependency[ConsoleDesk], party: str, index: int) -> NoticeValues:
    """Give one, by the number of what filed it or of any entry about it."""
    number = _number(desk, f"{party}/{index}")
    gazetteer, is_link_up = desk.notices.gazetteer, desk.notices.is_link_up
    return await desk.read(partial(_notice, number=number, gazetteer=gazetteer, is_link_up=is_link_up))


def _notice(look: Desk, number: MessageId, gazetteer: Gazetteer, is_link_up: bool) -> NoticeValues:
    view = look.notices.get(number)
    context = look.context()
    return notice_values(
        view,
        _counted(look, (view,)),
        tuple(conflict_values(look, each, gazetteer) for each in look.conflicts.of(view.id)),
        compared_values(look.conflicts.compared(is_link_up=is_link_up)),
        gazetteer,
        context.agreement,
        tuple(each.number for each in look.mentions(view.id)),
        context.now.utc_ms,
    )


@post("/api/notices/positions", status_code=200, opt={"reads": True})
async def restate_positions(
    data: JSONBody[PositionsRequest], desk: NamedDependency[ConsoleDesk]
) -> RestatedPositions:
    """Say typed positions back in both notations, each from the nearest named feature; nothing is recorded."""
    gazetteer, reader = desk.notices.gazetteer, Reader(now_ms=desk.now_ms, language=_language(desk))
    return await desk.read(lambda _look: _restated(data, reader, gazetteer))


def _restated(asked: PositionsRequest, reader: Reader, gazetteer: Gazetteer) -> RestatedPositions:
    lines = []
    for number, typed in read_lines(reader, "line", asked.text, timed=asked.timed):
        said = None if typed is None else position_values(typed.position, gazetteer, typed.at_ms)
        defect = reader.defects[-1] if typed is None else None
        lines.append(RestatedLine(line=number, position=said, defect=defect))
    return RestatedPositions(lines=tuple(lines))


@post(
    "/api/notices/check",
    status_code=200,
    opt={"reads": True},
    request_max_body_size=MAX_DRAFT_BYTES,
    responses=refuses(_NO_NUMBER),
)
async def check_draft(
    data: JSONBody[NoticeDraft], desk: NamedDependency[ConsoleDesk], session: NamedDependency[Session]
) -> CheckedDraft:
    """Say what filing a draft now would mean: its defects by field, lead time, conflicts; nothing is recorded."""
    officer, now_ms, language = session.officer, desk.now_ms, _language(desk)
    gazetteer, is_link_up = desk.notices.gazetteer, desk.notices.is_link_up

    def check(look: Desk) -> CheckedDraft:
        read = read_draft(data, officer, now_ms, language)
        is_ours = data.counters is None
        return checked_draft(look, read, gazetteer, is_ours=is_ours, is_link_up=is_link_up)

    return await desk.read(check)


@post(
    "/api/notices",
    request_max_body_size=MAX_DRAFT_BYTES,
    responses=refuses(*ONCE_REFUSALS, *_REFUSED, _NO_NUMBER),
)
async def file_notice(
    data: JSONBody[NoticeDraft],
    request: Request[Any, Any, Any],
    desk: NamedDependency[ConsoleDesk],
    session: NamedDependency[Session],
    once: OnceHeader = None,
) -> RecordedValues:
    """File a notice, or an amendment of one; it is on our record when this answers, and is compared at once."""

    async def do() -> RecordedValues:
        amends = None if data.amends is None else _number(desk, data.amends)
        read = await desk.read(lambda _look: read_draft(data, session.officer, desk.now_ms, _language(desk)))
        return await _recorded(desk, file_command(read, data, amends, session))

    return await recorded_once(desk, request, session, once, do)


@post(
    "/api/notices/{party:str}/{index:int}/acts",
    request_max_body_size=MAX_DRAFT_BYTES,
    responses=refuses(*ONCE_REFUSALS, *_REFUSED, _ABSENT, _NO_NUMBER),
)
async def act_on_notice(
    data: JSONBody[NoticeActRequest],
    request: Request[Any, Any, Any],
    desk: NamedDependency[ConsoleDesk],
    session: NamedDependency[Session],
    party: str,
    index: int,
    once: OnceHeader = None,
) -> RecordedValues:
    """Answer a notice, read its positions back, accept or refuse a counter-proposal, settle a conflict, end it."""
    number = _number(desk, f"{party}/{index}")

    async def do() -> RecordedValues:
        parties, language = desk.folder.agreement.party_ids, _language(desk)

        def make(look: Desk) -> Command:
            return act_command(data, look.notices.get(number), session, desk.now_ms, parties, language)

        return await _recorded(desk, await desk.read(make))

    return await recorded_once(desk, request, session, once, do)


async def _recorded(desk: ConsoleDesk, command: Command) -> RecordedValues:
    """Have a command done; of an act that makes two entries the first is named."""
    entry, *_ = await desk.act(command)
    return RecordedValues(number=desk.number(entry), recorded_ms=desk.recorded_ms(entry))


def _language(desk: ConsoleDesk) -> str:
    """Say in which language the letters of the compass are read: our party's."""
    return desk.folder.agreement.party(desk.folder.party).language


def _number(desk: ConsoleDesk, text: str) -> MessageId:
    return parse_number(text, desk.folder.agreement.party_ids)


NOTICE_ROUTES: Final = (
    list_notices,
    list_conflicts,
    show_notice,
    restate_positions,
    check_draft,
    file_notice,
    act_on_notice,
)
