"""`coupefeu call | answer | decline | defer | withdraw | hang-up | calls`: RING NOW from a terminal, by text.

Voice and video are held at a console page; every act here is an entry on our own record, signed by our node.
"""

import asyncio
import json
from contextlib import aclosing
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from coupefeu.cli.acts import OfficerOption
from coupefeu.cli.call_words import call_lines, indent, state_words, summary_lines
from coupefeu.cli.inbox import fold
from coupefeu.cli.officer import act_first, desk_of, language_of, open_folder
from coupefeu.cli.printing import JsonOption, Language, LanguageOption, NodeOption, report
from coupefeu.errors import ConfigError
from coupefeu.model.calls import CallState, DeclineReason, Outcome
from coupefeu.model.instant import parse_next
from coupefeu.model.messages import parse_number
from coupefeu.model.precedence import Precedence
from coupefeu.node.calling.spoken import our_post, talking_ms
from coupefeu.node.calling.values import call_values, diagnosis_values
from coupefeu.node.desk import Desk
from coupefeu.node.folder import NodeFolder
from coupefeu.node.running import is_running
from coupefeu.node.standing import read_line
from coupefeu.services.calls.commands import (
    AnswerCall,
    CallAct,
    DeclineCall,
    DeferCall,
    HangUp,
    PlaceCall,
    WithdrawCall,
)
from coupefeu.services.calls.listed import CallFilter
from coupefeu.services.calls.status import CallView
from coupefeu.services.diagnosed import diagnosis_lines
from coupefeu.words import say

CallArgument = Annotated[str, typer.Argument(help="Number of the call, such as RU/14.")]
PostOption = Annotated[
    str | None,
    typer.Option("--from-post", help="The post that acts; the one that is in the call if not given."),
]
WordsOption = Annotated[str, typer.Option("--words", help="What is said beside it, at most 280 characters.")]
DECIDED = (CallState.IN_CALL, CallState.ENDED)


class ReasonName(StrEnum):
    """Why a call is declined."""

    BUSY_HERE = "busy-here"
    NOT_NOW = "not-now"
    NOT_COMPETENT = "not-competent"
    NO_INTERPRETER = "no-interpreter"
    NOT_AUTHORISED = "not-authorised"
    REFUSED = "refused"
    OTHER = "other"


class OutcomeName(StrEnum):
    """What became of an attempt."""

    ANSWERED = "answered"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"
    NOT_STAFFED = "not_staffed"
    BUSY = "busy"
    LINE_DOWN = "line_down"
    DEFERRED = "deferred"
    WITHDRAWN = "withdrawn"
    OTHER_CHANNEL = "other_channel"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("call")(call)
    app.command("answer")(answer)
    app.command("decline")(decline)
    app.command("defer")(defer)
    app.command("withdraw")(withdraw)
    app.command("hang-up")(hang_up)
    app.command("calls")(calls)


def call(
    called: Annotated[str, typer.Argument(metavar="POST|PARTY", help="ru.chief, or RU for its duty desk.")],
    node: NodeOption,
    flash: Annotated[bool, typer.Option("--flash", help="Ring every post of its ladder at once.")] = False,
    wait: Annotated[
        bool,
        typer.Option(
            "--wait", help="Wait until somebody acts, or nobody did. Ctrl-C leaves the call standing."
        ),
    ] = False,
    words: WordsOption = "",
    from_post: Annotated[
        str | None, typer.Option("--from-post", help="The post that calls; our duty desk if not given.")
    ] = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Call a post of the other side now. The attempt stands on our record at once, whatever becomes of it."""
    folder = open_folder(node)
    reader = language_of(folder, language)
    command = PlaceCall(
        from_post=(from_post or folder.agreement.party(folder.party).duty_desk).lower(),
        to_post=_called_post(folder, called),
        precedence=Precedence.FLASH if flash else Precedence.IMMEDIATE,
        words=words,
        officer=officer,
    )
    if wait:
        _need_running(folder)
        asyncio.run(_call_and_wait(folder, command, reader, as_json=as_json))
        return
    sent = act_first(folder, command)
    view = _look(folder, sent.number)
    lines = [say("recorded-as", reader, number=sent.number), *call_lines(view, reader)]
    if not is_running(folder):
        lines += ["", *fold([say("calls-text-stopped", reader)])]
    lines += [
        "",
        say("calls-text-to-withdraw", reader, command=f"coupefeu withdraw {sent.number} --node {node}"),
    ]
    report(folder.banner(), lines, call_values(view), as_json=as_json)


def answer(
    number: CallArgument,
    node: NodeOption,
    from_post: PostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer a call by text: it stops ringing everywhere. Voice and video are answered at a console."""
    desk = Caller(node, number, from_post, officer, language)
    desk.act(AnswerCall(**desk.common), as_json=as_json)


def decline(
    number: CallArgument,
    node: NodeOption,
    reason: Annotated[ReasonName, typer.Option("--reason", case_sensitive=False, help="Why.")],
    words: WordsOption = "",
    from_post: PostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Decline a call, with a reason. It is on both records, and is never taken for silence."""
    desk = Caller(node, number, from_post, officer, language)
    command = DeclineCall(**desk.common, reason=DeclineReason[reason.name], words=words)
    desk.act(command, as_json=as_json)


def defer(
    number: CallArgument,
    node: NodeOption,
    to_post: Annotated[
        str | None, typer.Option("--to-post", help="Another post of ours, who answers.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="To which time, UTC: 0312Z, 240312Z MAR 22, ISO 8601.")
    ] = None,
    words: WordsOption = "",
    from_post: PostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put a call off: to another post, to another time, or both."""
    desk = Caller(node, number, from_post, officer, language)
    to_ms = None if until is None else parse_next(until, desk.folder.clock().utc_ms)
    post = None if to_post is None else to_post.lower()
    desk.act(DeferCall(**desk.common, to_post=post, to_ms=to_ms, words=words), as_json=as_json)


def withdraw(
    number: CallArgument,
    node: NodeOption,
    words: WordsOption = "",
    from_post: PostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take back a call of ours that nobody has answered."""
    desk = Caller(node, number, from_post, officer, language)
    desk.act(WithdrawCall(**desk.common, words=words), as_json=as_json)


def hang_up(
    number: CallArgument,
    node: NodeOption,
    from_post: PostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """End a call that was answered."""
    desk = Caller(node, number, from_post, officer, language)
    duration_ms = talking_ms(desk.view, desk.folder.clock().utc_ms)
    desk.act(HangUp(**desk.common, duration_ms=duration_ms), as_json=as_json)


def calls(
    node: NodeOption,
    number: Annotated[
        str | None, typer.Argument(metavar="CALL", help="Show this call (US/14) with every entry about it.")
    ] = None,
    outcome: Annotated[
        OutcomeName | None,
        typer.Option("--outcome", case_sensitive=False, help="Those with this outcome alone."),
    ] = None,
    party: Annotated[str | None, typer.Option("--party", help="Those that this party placed.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many, the newest first.")] = 100,
    language: LanguageOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a JSON list of attempts; of one CALL, one JSON object.")
    ] = False,
) -> None:
    """List the attempts of both sides, those by another channel too, each with its outcome; --json prints a list."""
    folder = open_folder(node)
    reader = language_of(folder, language)
    with desk_of(folder) as desk:
        if number is not None:
            _show(folder, desk, number, reader, as_json=as_json)
            return
        wanted = CallFilter(
            outcome=None if outcome is None else Outcome(outcome.value),
            caller=None if party is None else folder.agreement.party(party.lower()).id,
        )
        listed = desk.calls(wanted, 0, limit)
        views = tuple(desk.call(view.id) if view.ours else view for view in listed.calls)  # with its receipt
    if as_json:
        marked = [{"exercise": bool(folder.banner()), **call_values(each)} for each in views]
        typer.echo(json.dumps(marked, ensure_ascii=False))
        return
    report(folder.banner(), _list_lines(views, listed.total, reader), {}, as_json=False)


# --- what they share ----------------------------------------------------------------------------------------


class Caller:
    """Somebody who acts about a call: which node, which call, from which post, in which language."""

    def __init__(
        self, node: Path, number: str, from_post: str | None, officer: str, language: Language | None
    ) -> None:
        self.folder = open_folder(node)
        self.language = language_of(self.folder, language)
        self.view = _look(self.folder, number)
        post = our_post(self.view) if from_post is None else from_post.lower()
        self.common: dict[str, Any] = {"call": self.view.id, "from_post": post, "officer": officer}

    def act(self, command: CallAct, *, as_json: bool) -> None:
        """Record it, and show the call as it is now."""
        sent = act_first(self.folder, command)
        view = _look(self.folder, self.view.number)
        lines = [say("recorded-as", self.language, number=sent.number), *call_lines(view, self.language)]
        values = {"recorded": sent.number, "call": call_values(view)}
        report(self.folder.banner(), lines, values, as_json=as_json)


def _show(folder: NodeFolder, desk: Desk, number: str, language: str, *, as_json: bool) -> None:
    """Show one attempt, every entry about it, and what is shown of it."""
    view = desk.call(parse_number(number, desk.context().parties))
    diagnosis = desk.diagnosis(view.id, alive=_is_alive(folder, view.called))
    lines = call_lines(view, language)
    if diagnosis is not None:
        lines += ["", *indent(diagnosis_lines(diagnosis, language))]
    values = call_values(view) | {"diagnosis": None if diagnosis is None else diagnosis_values(diagnosis)}
    report(folder.banner(), lines, values, as_json=as_json)


def _is_alive(folder: NodeFolder, party: str) -> bool | None:
    """Say whether their node answers now; None where this node is stopped, or the party is our own."""
    line = asyncio.run(read_line(folder)).get(party)
    return None if line is None else bool(line["alive"])


def _list_lines(views: tuple[CallView, ...], total: int, language: str) -> list[str]:
    if not views:
        return [say("calls-text-none", language)]
    lines = [say("calls-text-count", language, shown=len(views), total=total)]
    for view in views:
        lines += ["", *summary_lines(view, language)]
    return lines


async def _call_and_wait(folder: NodeFolder, command: PlaceCall, reader: str, *, as_json: bool) -> None:
    """Place it, and say each change until somebody acts or nobody did."""
    from coupefeu.node.node import Node  # noqa: PLC0415 - looking at a record needs no node

    if folder.banner() and not as_json:
        typer.echo(folder.banner())
    async with Node.open(folder.path, online=False) as node:
        placed = node.call((await node.act(command))[0].id)
        async with aclosing(placed.changes()) as changes:
            async for view in changes:
                if not as_json:
                    typer.echo(f"{view.number}  {state_words(view, reader)}")
                if view.state in DECIDED:
                    break
    report(
        None if not as_json else folder.banner(),
        ["", *call_lines(view, reader)],
        call_values(view),
        as_json=as_json,
    )


def _need_running(folder: NodeFolder) -> None:
    """Insist on a running node. Raises: ConfigError: nothing could come."""
    if not is_running(folder):
        raise ConfigError(
            "this node is stopped, so that nothing can come; nothing was recorded",
            code="cli.call.stopped",
            hint=f"Start it in another terminal: coupefeu up --node {folder.path}; or call without --wait.",
        )


def _called_post(folder: NodeFolder, called: str) -> str:
    """Give the post that is meant: a party's name means its duty desk."""
    name = called.lower()
    return folder.agreement.desk(name).id if name in folder.agreement.party_ids else name


def _look(folder: NodeFolder, number: str) -> CallView:
    with desk_of(folder) as desk:
        return desk.call(parse_number(number, desk.context().parties))
