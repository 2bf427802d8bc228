"""The media of calls: by which way it may go, descriptions to and from the other console, and what became of it."""

import secrets
from ipaddress import ip_address
from typing import Annotated, Final, Literal

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from coupefeu.console.desk import ConsoleDesk
from coupefeu.console.errors import AbsentError, refuses
from coupefeu.console.media_requests import MediaRequest, SignalRequest
from coupefeu.console.media_values import (
    HeardValues,
    RelayValues,
    TextValues,
    ToldValues,
    WayValues,
)
from coupefeu.console.messages import insist_live
from coupefeu.console.parts import Parts
from coupefeu.console.sessions import Session
from coupefeu.errors import PeerError, PolicyError, StoreError, UsageError
from coupefeu.keys.relay_password import make_relay_password
from coupefeu.model.calls import LostCause, MediaPath
from coupefeu.model.messages import MessageId, parse_number
from coupefeu.node.clock import Clock
from coupefeu.node.media_policy import MAX_ADDRESSES, PASSWORD_LASTS_S, Address
from coupefeu.services.calls.commands import MediaConnected
from coupefeu.services.messages.display import show
from coupefeu.services.messages.status import MessageStatus, StepName
from coupefeu.wire.signal import SignalType

_NO_ADDRESS = UsageError("what is asked about is no address", code="console.media.address")
_NO_NUMBER = UsageError("no party of this line has this name", code="model.message_number.unknown")
_NO_RELAY = AbsentError("our node names no relay", code="console.media.no_relay")
_NOT_LIVE = UsageError("the console has no live stream in this session", code="console.shown.not_live")
_HELD = UsageError(
    "another page that is there holds the voice of this call", code="console.media.held_elsewhere"
)
_NO_ENTRY = AbsentError("no such entry is held here", code="store.reader.no_entry")
_KINDS: Final = {"offer": SignalType.OFFER, "answer": SignalType.ANSWER}
_WAYS: Final = {"relay": MediaPath.RELAY, "direct": MediaPath.DIRECT}


@get("/api/relay", responses=refuses(_NO_ADDRESS), sync_to_thread=False)
def show_way(
    desk: NamedDependency[ConsoleDesk],
    addresses: Annotated[str, QueryParameter(max_length=MAX_ADDRESSES * 64)] = "",
) -> WayValues:
    """Say by which way media may go, before anybody dials; `addresses`: of this desk, with commas."""
    policy = desk.backend.runtime.signalling.policy
    shown = [address for address in _read_addresses(addresses) if policy.reveals(address)]
    return WayValues(
        has_relay=policy.relay is not None, is_direct=policy.is_one_network, shown=tuple(map(str, shown))
    )


@post("/api/relay", responses=refuses(_NO_RELAY), sync_to_thread=False)
def make_password(desk: NamedDependency[ConsoleDesk]) -> RelayValues:
    """Make a password of our relay for one call; it tells the relay nothing of who uses it."""
    relay = desk.backend.runtime.signalling.policy.relay
    if relay is None:
        raise AbsentError(
            "our node names no relay",
            code="console.media.no_relay",
            hint="Go on by text, or choose a direct call. Operators: [relay] in node.toml (docs/relay.md).",
        )
    ends_s = Clock()().utc_ms // 1000 + PASSWORD_LASTS_S  # the relay's clock is no exercise's
    made = make_relay_password(relay.secret, ends_s, secrets.token_hex(8))
    return RelayValues(urls=relay.urls, username=made.username, password=made.password, ends_ms=ends_s * 1000)


@get("/api/calls/{party:str}/{index:int}/signal", responses=refuses(_NO_NUMBER), sync_to_thread=False)
def show_heard(desk: NamedDependency[ConsoleDesk], party: str, index: int) -> HeardValues:
    """Give the newest description of the other console that our node let pass, and what was refused."""
    heard = desk.backend.runtime.signalling.heard(_number(desk, party, index))
    theirs = heard.theirs
    return HeardValues(
        kind=None if theirs is None else _name(theirs.type),
        number=0 if theirs is None else theirs.number,
        sdp="" if theirs is None else theirs.text,
        refused_here=heard.refused_here,
        refused_there=heard.refused_there,
    )


@get("/api/calls/{party:str}/{index:int}/texts", responses=refuses(_NO_NUMBER, _NO_ENTRY))
async def list_texts(desk: NamedDependency[ConsoleDesk], party: str, index: int) -> list[TextValues]:
    """Give the newest messages that were written beside a call, the oldest of them first."""
    call = _number(desk, party, index)
    found = await desk.read(lambda look: look.mentions(call))
    return [_text(message) for message in reversed(found)]


@post(
    "/api/calls/{party:str}/{index:int}/signal",
    status_code=200,
    opt={"by_itself": True},  # a page says it, whoever sits before it: no session is prolonged by it
    responses=refuses(
        _NO_NUMBER,
        _NOT_LIVE,
        _HELD,
        UsageError("it is not for this page to say that of this call now", code="node.signalling.*"),
        UsageError("no way in it may be shown to the other side", code="node.media_policy.*"),
        PeerError("no browser writes this", code="wire.sdp.*"),
    ),
    sync_to_thread=False,
)
def describe(
    data: JSONBody[SignalRequest],
    desk: NamedDependency[ConsoleDesk],
    parts: NamedDependency[Parts],
    session: NamedDependency[Session],
    party: str,
    index: int,
) -> ToldValues:
    """Send a description of this page's media to the other console; the page holds the call from now on."""
    call = _number(desk, party, index)
    insist_live(desk, data.console, session)
    parts.rooms.insist(call, data.console, session.id)
    addresses = desk.backend.runtime.signalling.describe(
        call, _KINDS[data.kind], data.sdp, is_direct=data.direct
    )
    parts.rooms.hold(call, data.console, session.id)
    return ToldValues(addresses=addresses)


@post(
    "/api/calls/{party:str}/{index:int}/media",
    status_code=204,
    responses=refuses(
        _NO_NUMBER,
        _NOT_LIVE,
        _HELD,
        PolicyError("the call is not one that is spoken in", code="services.calls.*"),
        StoreError("the record cannot be written now", code="store.*"),
    ),
)
async def tell_media(
    data: JSONBody[MediaRequest],
    desk: NamedDependency[ConsoleDesk],
    parts: NamedDependency[Parts],
    session: NamedDependency[Session],
    party: str,
    index: int,
) -> None:
    """Say what became of the media: each is recorded as what our console says, by our node.

    Whoever speaks presses no key: as any act, it keeps his session from locking. A locked one speaks no more.
    """
    call = _number(desk, party, index)
    insist_live(desk, data.console, session)
    parts.rooms.insist(call, data.console, session.id)
    match data.state:
        case "lost":
            desk.backend.runtime.signalling.lose(call, LostCause.PATH_GONE)
        case "fingerprint":
            desk.backend.runtime.signalling.lose(call, LostCause.FINGERPRINT)
        case "connected" if data.way is not None and parts.rooms.is_new(call, _WAYS[data.way]):
            await desk.act(MediaConnected(call=call, path=_WAYS[data.way]))


def _name(kind: SignalType) -> Literal["offer", "answer"]:
    return "offer" if kind is SignalType.OFFER else "answer"


def _text(message: MessageStatus) -> TextValues:
    content = message.content
    chain = message.chain(message.to_posts[0].partition(".")[0])
    return TextValues(
        number=message.number,
        party=message.party,
        ours=message.ours,
        arrived_ms=message.arrived_ms,
        text="" if content is None else show(content.text).text,
        erased=message.erased is not None,
        is_on_their_record=chain.step(StepName.ON_THEIR_RECORD).done,
        is_taken=chain.step(StepName.TAKEN_BY).done,
    )


def _read_addresses(text: str) -> list[Address]:
    try:
        return [ip_address(each) for each in text.split(",")[:MAX_ADDRESSES] if each]
    except ValueError as error:
        raise UsageError(
            "one of the addresses is none",
            code="console.media.address",
            hint="Literal addresses, with commas between.",
        ) from error


def _number(desk: ConsoleDesk, party: str, index: int) -> MessageId:
    return parse_number(f"{party}/{index}", desk.folder.agreement.party_ids)


MEDIA_ROUTES: Final = (show_way, make_password, show_heard, list_texts, describe, tell_media)
