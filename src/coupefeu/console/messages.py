"""Messages: lists, one with its chain, its attachments; sending, and the acts about one. Looking records nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Any, Final
from urllib.parse import quote

from litestar import MediaType, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import HeaderParameter, JSONBody, QueryParameter

from coupefeu.console.acting import act_command, one_of, say_command
from coupefeu.console.desk import ConsoleDesk
from coupefeu.console.errors import AbsentError, refuses
from coupefeu.console.judging import ACTS_AT_MOST
from coupefeu.console.listing import message_line, read_filter
from coupefeu.console.once import HEADER
from coupefeu.console.requests import ActRequest, SayRequest, ShownRequest
from coupefeu.console.sessions import Session
from coupefeu.console.values import MessagePage, OpenPage, RecordedValues
from coupefeu.errors import PolicyError, StoreError, UsageError
from coupefeu.model.attachments import MAX_ATTACHMENT_BYTES, MAX_ATTACHMENTS
from coupefeu.model.filenames import safe_filename
from coupefeu.model.messages import Form, MessageId, parse_number
from coupefeu.node.desk import Desk
from coupefeu.node.draft import what_about
from coupefeu.node.values import MessageValues, message_values
from coupefeu.services.base import Command
from coupefeu.services.messages.display import show_line
from coupefeu.services.messages.listed import MessageFilter

MAX_LIMIT: Final = 200
MAX_SAY_BYTES: Final = MAX_ATTACHMENTS * MAX_ATTACHMENT_BYTES * 4 // 3 + 1_048_576
"""As many attachments as any agreement may allow, in base64, and the rest; the one in force judges each."""

Offset = Annotated[int, QueryParameter(ge=0, le=1 << 53)]
Limit = Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT)]
OnceHeader = Annotated[str | None, HeaderParameter(name=HEADER)]
Word = Annotated[str | None, QueryParameter(max_length=64)]
Words = Annotated[str, QueryParameter(max_length=500)]

_NO_MESSAGE = AbsentError("it is no message on the record here", code="node.desk.no_message")
_NO_NUMBER = UsageError("no party of this line has this name", code="model.message_number.unknown")
ONCE_REFUSALS: Final = (
    UsageError("the header is missing, or was given with another request", code="console.once.*"),
    PolicyError("the node was started anew meanwhile", code="console.once.other_run"),
)
_REFUSED = (
    UsageError("a field is missing, or not as its form has it", code="services.messages.*"),
    PolicyError("the agreed rules refuse it", code="services.messages.*"),
    StoreError("the record cannot be written now", code="store.*"),
)


@get(
    "/api/messages",
    responses=refuses(
        UsageError("a filter names what there is not", code="console.request.*"),
        UsageError("no party of this line has this name", code="model.agreement.no_party"),
    ),
)
async def list_messages(
    desk: NamedDependency[ConsoleDesk],
    offset: Offset = 0,
    limit: Limit = 100,
    precedence: Word = None,
    party: Word = None,
    form: Word = None,
    subject: Word = None,
    only_open: Annotated[bool, QueryParameter(name="open")] = False,
    text: Words = "",
) -> Response[MessagePage]:
    """Give a window of the messages of both sides, newest first, as the filters let them through.

    `text` is searched in everything that an author wrote, of the newest 100,000. `open`: of what is kept as open.
    """
    wanted = read_filter(desk.folder.agreement, precedence, party, form, subject, text)

    async def make() -> MessagePage:
        if only_open:
            return desk.open_window(wanted, offset, limit)
        return await desk.read(partial(message_page, wanted=wanted, offset=offset, limit=limit))

    return as_json(await desk.answers.give(("messages", wanted, only_open, offset, limit), make))


def message_page(look: Desk, wanted: MessageFilter, offset: int, limit: int) -> MessagePage:
    """Give a window of the messages that a filter lets through."""
    found = look.listed(wanted, offset, limit)
    return MessagePage(
        rows=tuple(map(message_line, found.messages)),
        offset=offset,
        total=found.total,
        looked_at=found.looked_at,
        as_of_ms=found.as_of_ms,
        truncated=found.truncated,
    )


@get("/api/messages/open")
async def list_open(desk: NamedDependency[ConsoleDesk]) -> Response[OpenPage]:
    """Give what waits for somebody, the most urgent first; everything that is kept as open."""

    async def make() -> OpenPage:
        return desk.open_page()

    return as_json(await desk.answers.give("open", make))


@get("/api/messages/{party:str}/{index:int}", responses=refuses(_NO_MESSAGE, _NO_NUMBER))
async def show_message(desk: NamedDependency[ConsoleDesk], party: str, index: int) -> MessageValues:
    """Give one message with its chain. Looking is no act: READ is recorded only when it is said."""
    number = _number(desk, party, index)
    status = await desk.read(lambda look: look.message(number))
    return message_values(status, show_line, acts_at_most=ACTS_AT_MOST)


@get(
    "/api/messages/{party:str}/{index:int}/attachments/{attachment:int}",
    responses=refuses(
        _NO_MESSAGE,
        _NO_NUMBER,
        AbsentError("there is no such attachment, or it is not here yet", code="node.desk.*"),
    ),
)
async def give_attachment(
    desk: NamedDependency[ConsoleDesk], party: str, index: int, attachment: int
) -> Response[bytes]:
    """Give an attachment, numbered from 0, to be saved; never to be opened here."""
    number = _number(desk, party, index)
    held = await desk.read(lambda look: look.attachment(number, attachment))
    name = safe_filename(held.name)
    return Response(
        held.content,
        media_type="application/octet-stream",
        headers={"content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"},
    )


@post(
    "/api/messages",
    request_max_body_size=MAX_SAY_BYTES,
    responses=refuses(
        *ONCE_REFUSALS, *_REFUSED, UsageError("what was written does not fit", code="node.draft.*")
    ),
)
async def say(
    data: JSONBody[SayRequest],
    request: Request[Any, Any, Any],
    desk: NamedDependency[ConsoleDesk],
    session: NamedDependency[Session],
    once: OnceHeader = None,
) -> RecordedValues:
    """Send a message; it is on our record when this answers, and leaves when the line is up."""

    async def do() -> RecordedValues:
        about = None if data.about is None else parse_number(data.about, desk.folder.agreement.party_ids)
        form = one_of(Form, data.form, "form")
        earlier, beside = await desk.read(lambda look: what_about(look, about, form))
        return await recorded(desk, say_command(desk.folder, data, session, earlier, beside))

    return await recorded_once(desk, request, session, once, do)


@post(
    "/api/messages/{party:str}/{index:int}/acts",
    responses=refuses(*ONCE_REFUSALS, *_REFUSED, _NO_NUMBER),
)
async def act(
    data: JSONBody[ActRequest],
    request: Request[Any, Any, Any],
    desk: NamedDependency[ConsoleDesk],
    session: NamedDependency[Session],
    party: str,
    index: int,
    once: OnceHeader = None,
) -> RecordedValues:
    """Take a message, say that it was read, read it back, pass it on, say what became of it..."""
    number = _number(desk, party, index)

    async def do() -> RecordedValues:
        return await recorded(desk, act_command(data, number, session, desk.now_ms))

    return await recorded_once(desk, request, session, once, do)


@post(
    "/api/shown",
    status_code=204,
    opt={"by_itself": True},  # a page says it, whoever sits before it: no session is prolonged by it
    responses=refuses(
        UsageError("the console has no live stream in this session", code="console.shown.not_live"),
        _NO_NUMBER,
    ),
)
async def confirm_shown(
    data: JSONBody[ShownRequest], desk: NamedDependency[ConsoleDesk], session: NamedDependency[Session]
) -> None:
    """Confirm that a visible page of a live console has rendered messages; what no screen had shown is recorded."""
    parties = desk.folder.agreement.party_ids
    messages = [parse_number(each, parties) for each in data.messages]
    insist_live(desk, data.console, session)
    await desk.shown.confirm(data.console, messages)


def insist_live(desk: ConsoleDesk, console: str, session: Session) -> None:
    """Refuse what only a screen can say. Raises: UsageError: no stream of this session has that name."""
    if not desk.feed.is_live(console, session.id):
        raise UsageError(
            "no live stream of this session has that name, so nothing says that it is a screen",
            code="console.shown.not_live",
            hint="Connect to /api/events with console=NAME first, then confirm again.",
        )


def as_json(octets: bytes) -> Response[Any]:
    """Answer with what is JSON already."""
    return Response(octets, media_type=MediaType.JSON)


async def recorded(desk: ConsoleDesk, command: Command) -> RecordedValues:
    """Have a command done, and say what it put on our record. Raises: UsageError, PolicyError, StoreError."""
    (entry,) = await desk.act(command)
    return RecordedValues(number=desk.number(entry), recorded_ms=desk.recorded_ms(entry))


MESSAGE_ROUTES: Final = (list_messages, list_open, show_message, give_attachment, say, act, confirm_shown)


async def recorded_once(
    desk: ConsoleDesk,
    request: Request[Any, Any, Any],
    session: Session,
    value: str | None,
    do: Callable[[], Awaitable[RecordedValues]],
) -> RecordedValues:
    """Do it under its Coupefeu-Once. Raises: as `Once.do`."""
    asked = (request.url.path.encode(), session.post.encode(), await request.body())
    answer: RecordedValues = await desk.once.do(value, await asyncio.to_thread(b"\n".join, asked), do)
    return answer


def _number(desk: ConsoleDesk, party: str, index: int) -> MessageId:
    return parse_number(f"{party}/{index}", desk.folder.agreement.party_ids)
