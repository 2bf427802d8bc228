"""`coupefeu watch`: a terminal as a screen of the desk. It prints what comes and puts on record what it has shown.

SHOWN is a fact about a machine, so it is recorded only where there is a screen: on a terminal, or with --screens. The
bell rings for a FLASH that nobody has acted on, a call that rings and an outcome clock that has run out, and stops when
that ends; however many there are, it is one bell.
"""

import asyncio
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any, assert_never

import msgspec
import typer

from coupefeu.cli import watch_desk
from coupefeu.cli.calls_seen import CallsSeen
from coupefeu.cli.inbox import message_lines, summary_lines
from coupefeu.cli.officer import language_of, open_folder
from coupefeu.cli.printing import LanguageOption
from coupefeu.cli.up import describe
from coupefeu.errors import ConfigError, UsageError
from coupefeu.model.entry import Kind
from coupefeu.model.instant import format_date_time_group
from coupefeu.model.messages import Form, MessageId
from coupefeu.node.desk import OpenMessages
from coupefeu.node.folder import NodeFolder
from coupefeu.node.following import (
    AttachmentSeen,
    EntrySeen,
    Event,
    Events,
    EventsMissed,
    LineSeen,
    ReceiptSeen,
    RecoveringSeen,
    StaffingSeen,
    TermsSeen,
    TroubleSeen,
)
from coupefeu.node.node import Node
from coupefeu.node.running import is_running
from coupefeu.node.values import kind_name, message_values
from coupefeu.node.watch_values import unstaffed_values
from coupefeu.services.communique.reading import kind_words
from coupefeu.services.messages.alarms import alarms
from coupefeu.services.messages.commands import RecordShown
from coupefeu.services.messages.facts import MAX_SHOWN_MESSAGES
from coupefeu.services.messages.render_chain import clock_words, step_words
from coupefeu.services.messages.status import MessageStatus, StepName
from coupefeu.words import label, say

LOOK_EVERY_S = 3.0
"""How often clocks are looked at, and how often the bell rings while there is a reason."""
MESSAGES = frozenset({Kind.MESSAGE, Kind.LINE_TEST})


_NOTICES = {
    TroubleSeen: "trouble",
    TermsSeen: "terms",
    RecoveringSeen: "recovering",
    StaffingSeen: "staffing",
}
"""What is printed as the node says it."""


def register(app: typer.Typer) -> None:
    """Add the group: without a command of its own it follows the line."""
    group = typer.Typer(rich_markup_mode=None)
    group.callback(invoke_without_command=True)(watch)
    watch_desk.register(group)
    app.add_typer(group, name="watch")


def watch(
    context: typer.Context,
    node: Annotated[Path | None, typer.Option("--node", help="Folder of the node to follow.")] = None,
    screens: Annotated[
        int | None,
        typer.Option(min=0, max=10_000, help="On how many screens this is seen; 1 on a terminal, else 0."),
    ] = None,
    language: LanguageOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """Follow the line until Ctrl-C; or the desk: show, hand-over, accept, roster.

    Without a command it prints messages as they come, and puts on record that they were shown.
    """
    if context.invoked_subcommand is not None:
        _insist_on_no_options(context)
        return
    if node is None:
        raise UsageError(
            "it is not said which node is followed",
            code="cli.watch.node",
            hint="Name its folder: coupefeu watch --node FOLDER",
        )
    folder = open_folder(node)
    if not is_running(folder):
        raise ConfigError(
            "this node is stopped, so that nothing can come",
            code="cli.watch.stopped",
            hint=f"Start it in another terminal: coupefeu up --node {node}",
        )
    seen_on = int(sys.stdout.isatty()) if screens is None else screens
    screen = Screen(folder, language_of(folder, language), seen_on, as_json=as_json)
    try:
        asyncio.run(_follow(folder, screen))
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


def _insist_on_no_options(context: typer.Context) -> None:
    """Refuse what was said before the name of a command: it would be passed over. Raises: UsageError."""
    given = [name for name, value in context.params.items() if value not in {None, False}]
    if given:
        raise UsageError(
            f"`watch {context.invoked_subcommand}` was given an option before its name: {', '.join(sorted(given))}",
            code="cli.watch.before",
            hint=f"Put it behind: coupefeu watch {context.invoked_subcommand} --node FOLDER",
        )


async def _follow(folder: NodeFolder, screen: "Screen") -> None:
    async with Node.open(folder.path) as node, node.events() as events:
        await screen.begin(node)
        clocks = asyncio.ensure_future(screen.keep_clocks(node))
        try:
            await screen.take_all(node, events)
        finally:
            clocks.cancel()


class Screen:
    """What is printed, what was shown and is not on record yet, what was already said to be overdue."""

    def __init__(self, folder: NodeFolder, language: str, screens: int, *, as_json: bool) -> None:
        self._folder = folder
        self._language = language
        self._screens = screens
        self._as_json = as_json
        self._displayed: list[MessageId] = []
        self._unsigned: set[int] = set()
        self._late: set[tuple[str, str, StepName]] = set()
        self._lines: dict[str, str] = {}
        self._calls = CallsSeen(folder.path, language)

    async def begin(self, node: Node) -> None:
        """Print what is open, the most urgent last: it must be the one that the screen still shows."""
        found = node.open_messages()
        key = "inbox-open" if found.messages else "inbox-none"
        overdue = sum(each.overdue for each in found.messages)
        time = format_date_time_group(found.as_of_ms)
        counts = {"open": len(found.messages), "overdue": overdue, "looked": found.looked_at}
        self._print(
            [say(key, self._language, **counts, time=time)], {"what": "begin", "as_of_ms": found.as_of_ms}
        )
        if unstaffed := node.unstaffed():
            said = {
                "what": "staffing",
                "unstaffed": msgspec.to_builtins(tuple(map(unstaffed_values, unstaffed))),
            }
            self._print(["", describe(said, self._language)], said)
        for status in reversed(found.messages):
            lines = ["", *summary_lines(status, node.context(), self._language)]
            if not status.ours and not _was_shown(status):
                lines = ["", *self._message(node, status)]
                self._displayed.append(status.id)
            self._print(lines, {"what": "open", "message": msgspec.to_builtins(message_values(status))})
        for number in (await node.backend.status())["calls"]["ringing"]:
            self._print(*self._calls.news(node.call(number).view()))
        self._note_late(found, quietly=True)
        await self._record_shown(node)

    async def take_all(self, node: Node, events: Events) -> None:
        """Print what happens. What was shown goes on record once nothing more waits to be printed."""
        async for event in events:
            self._take(node, event)
            if not events.waiting or len(self._displayed) >= MAX_SHOWN_MESSAGES:
                await self._record_shown(node)

    async def keep_clocks(self, node: Node) -> None:
        """Say what becomes overdue, and ring while there is a reason."""
        while True:
            found = node.open_messages()
            self._note_late(found, quietly=False)
            calls = (await node.backend.status())["calls"]
            limit = node.context().agreement.calls.per_minute
            for news in self._calls.flood_news(calls["floods"], found.as_of_ms, limit):
                self._print(*news)
            sounds = alarms(found.messages, node.context()) or calls["ringing"]
            if sounds and not self._as_json and sys.stdout.isatty():
                sys.stdout.write("\a")
                sys.stdout.flush()
            await asyncio.sleep(LOOK_EVERY_S)

    def _take(self, node: Node, event: Event) -> None:
        match event:
            case EntrySeen(kind=kind) if kind in MESSAGES:
                self._take_message(node, event)
            case EntrySeen():
                news = self._calls.heed(node, event)
                if news is None:
                    self._take_act(event)
                elif news[0] or self._as_json:
                    self._print(*news)
            case ReceiptSeen(holder=holder, start=start, end=end):
                self._take_receipt(holder, start, end)
            case AttachmentSeen(number=message, attachment=attachment):
                line = say("attachment-arrived", self._language, message=message, number=attachment)
                said = {"what": "attachment", "message": message, "number": attachment}
                self._print([line], said)
            case LineSeen(party=party, up=up, alive=alive):
                self._take_line({"what": "line", "party": party, "up": up, "alive": alive})
            case TroubleSeen() | TermsSeen() | RecoveringSeen() | StaffingSeen():
                said = {"what": _NOTICES[type(event)], **msgspec.to_builtins(event)}
                self._print(["", describe(said, self._language)], said)
            case EventsMissed(count=count):
                line = say("events-missed", self._language, count=count)
                self._print(["", line], {"what": "missed", "count": count})
            case _:
                assert_never(event)

    def _take_line(self, said: dict[str, Any]) -> None:
        words = describe(said, self._language)
        if self._lines.get(said["party"]) != words:
            self._lines[said["party"]] = words
            self._print(["", words], said)

    def _take_message(self, node: Node, event: EntrySeen) -> None:
        status = node.message(event.number)
        values = {"what": "message", "message": msgspec.to_builtins(message_values(status))}
        if status.ours:
            self._unsigned.add(event.index)
        if status.ours or status.form is Form.LINE_TEST:
            self._print(["", *summary_lines(status, node.context(), self._language)[:2]], values)
            return
        self._print(["", *self._message(node, status)], values)
        self._displayed.append(status.id)

    def _message(self, node: Node, status: MessageStatus) -> list[str]:
        """Give the whole message without its chain: what is put on record as shown was all there to read."""
        lines = message_lines(status, node.context(), self._language)
        end = f"7. {say('header-end', self._language, number=status.number)}"
        lines = lines[: lines.index(end) + 1]
        if status.sounds:
            command = f"coupefeu take {status.number} --node {self._folder.path}"
            lines.append(say("take-it", self._language, command=command))
        return lines

    def _take_act(self, event: EntrySeen) -> None:
        if event.kind == Kind.SHOWN and event.party == self._folder.party:
            return
        about = f": {', '.join(event.about)}" if event.about else ""
        time = format_date_time_group(event.arrived_ms)
        what = kind_words(event.kind, self._language) if event.kind in _ACTS else kind_name(event.kind)
        values = {
            "what": "act",
            "entry": event.number,
            "party": event.party,
            "kind": kind_name(event.kind),
            "about": list(event.about),
            "arrived_ms": event.arrived_ms,
        }
        self._print([f"{time}  {event.party.upper()}  {what}{about}  [{event.number}]"], values)

    def _take_receipt(self, holder: str, start: int, end: int) -> None:
        """Say which of our messages that were sent meanwhile are on their record; acts need no such news."""
        held = [index for index in self._unsigned if start <= index < end]
        if not held:
            return
        self._unsigned.difference_update(held)
        party = self._folder.party.upper()
        entries = ", ".join(f"{party}/{index}" for index in sorted(held))
        step = f"{say('step-on-their-record', self._language)} ({say('machine', self._language)})"
        line = f"{holder.upper()}  {label(step, entries, self._language)}"
        self._print([line], {"what": "receipt", "holder": holder, "start": start, "end": end})

    def _note_late(self, found: OpenMessages, *, quietly: bool) -> None:
        for status in found.messages:
            for party, step in status.waiting:
                key = (status.number, party, step.name)
                if step.clock is None or not step.clock.overdue or key in self._late:
                    continue
                self._late.add(key)
                state = clock_words(step.clock, self._language)
                words = label(step_words(step, self._language), state, self._language)
                values = {
                    "what": "overdue",
                    "message": status.number,
                    "party": party,
                    "step": step.name.value,
                }
                if not quietly:
                    self._print([f"! {status.number}  {party.upper()} · {words}"], values)

    async def _record_shown(self, node: Node) -> None:
        shown, self._displayed = self._displayed, []
        rang, self._calls.rang = self._calls.rang, []
        if not self._screens:
            return
        if rang:
            await node.calls_shown(*rang)
        for start in range(0, len(shown), MAX_SHOWN_MESSAGES):
            messages = tuple(shown[start : start + MAX_SHOWN_MESSAGES])
            await node.act(RecordShown(messages=messages, screens=self._screens))

    def _print(self, lines: Sequence[str], values: dict[str, Any]) -> None:
        banner = self._folder.banner()
        if self._as_json:
            typer.echo(json.dumps({"exercise": bool(banner), **values}, ensure_ascii=False))
        else:
            _write(banner, lines)
        sys.stdout.flush()


_ACTS = (
    frozenset(Kind)
    - MESSAGES
    - {
        Kind.AGREEMENT,
        Kind.AMENDMENT_PROPOSED,
        Kind.AMENDMENT_ACCEPTED,
        Kind.REFUSED,
        Kind.KEYS_PUBLISHED,
        Kind.INCARNATION_OPENED,
    }
)


def _write(banner: str, lines: Iterable[str]) -> None:
    """Print a piece of news, the exercise word before it: a screen that is looked at for a moment shows it too."""
    rest = list(lines)
    if rest and not rest[0]:
        typer.echo("")
        rest = rest[1:]
    if banner:
        typer.echo(banner)
    for line in rest:
        typer.echo(line)


def _was_shown(status: MessageStatus) -> bool:
    return any(step.screens for chain in status.chains for step in chain.steps)
