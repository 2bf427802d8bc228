"""`coupefeu inbox`: what is open, by precedence and by clock, and what is overdue; or one message with its chain.

Looking is no act: nothing is recorded and nobody is told. `coupefeu read` is the act of reading.
"""

import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from coupefeu.cli.enclosing import AWAITED_EXIT, save_attachments
from coupefeu.cli.officer import desk_of, find_message, language_of, open_folder
from coupefeu.cli.printing import JsonOption, LanguageOption, NodeOption, report
from coupefeu.errors import UsageError
from coupefeu.model.instant import format_date_time_group
from coupefeu.node.desk import Desk, OpenMessages
from coupefeu.node.folder import NodeFolder
from coupefeu.node.values import alarm_values, message_values
from coupefeu.services.base import Context
from coupefeu.services.messages import render_message
from coupefeu.services.messages.alarms import Alarm, alarms
from coupefeu.services.messages.enclosed import AttachmentState
from coupefeu.services.messages.render import (
    BAR,
    coded_lines,
    erased_words,
    form_words,
    post_words,
    precedence_words,
    subject_words,
)
from coupefeu.services.messages.render_chain import clock_words, effect_words, format_duration, step_words
from coupefeu.services.messages.status import MessageStatus
from coupefeu.words import label, say

WIDTH = 80


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("inbox")(inbox)


def inbox(
    node: NodeOption,
    message: Annotated[
        str | None, typer.Argument(help="Show this message (US/14) with its chain; nothing is recorded.")
    ] = None,
    number: Annotated[str | None, typer.Option("--message", help="The same, as an option.")] = None,
    save: Annotated[
        Path | None,
        typer.Option(
            "--save-attachments", help="Write its attachments, where they are here, into this folder."
        ),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="List the latest messages, what is closed too.")
    ] = False,
    limit: Annotated[
        int, typer.Option(min=1, max=10_000, help="How many to look at of each precedence.")
    ] = 100,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what is open, most urgent first; or show one message. Looking records nothing."""
    folder = open_folder(node)
    wanted = message or number
    if save is not None and wanted is None:
        raise UsageError(
            "attachments are saved of one message",
            code="cli.inbox.save_of",
            hint="Name the message: coupefeu inbox US/14 --save-attachments FOLDER",
        )
    with desk_of(folder) as desk:
        reader = language_of(folder, language)
        if wanted is not None:
            _show(folder, desk, wanted, save, reader, as_json=as_json)
        elif everything:
            _list_latest(folder, desk, limit, reader, as_json=as_json)
        else:
            _list_open(folder, desk, limit, reader, as_json=as_json)


def _show(
    folder: NodeFolder, desk: Desk, wanted: str, save: Path | None, language: str, *, as_json: bool
) -> None:
    status = find_message(desk, wanted)
    lines = message_lines(status, desk.context(), language)
    values = msgspec.to_builtins(message_values(status))
    if save is None:
        report(folder.banner(), lines, values, as_json=as_json)
        return
    saved = save_attachments(desk, status, save)
    lines += [say("attachment-saved", language, path=str(path)) for path in saved.files.values()]
    values["saved"] = {str(number): str(path) for number, path in saved.files.items()}
    report(folder.banner(), lines, values, as_json=as_json)
    if saved.awaited:
        raise typer.Exit(AWAITED_EXIT)


def message_lines(status: MessageStatus, context: Context, language: str) -> list[str]:
    """Give a message as it is read, without the exercise word, which `report` puts first."""
    lines = render_message(status, context, language).rstrip("\n").split("\n")
    return fold(lines[1:] if context.agreement.is_exercise else lines)


def fold(lines: Iterable[str]) -> list[str]:
    """Fold lines to the width of a terminal, the bar before an act's text on each; an author's stay as written."""
    folded: list[str] = []
    for line in lines:
        start, bar, _ = line.partition("| ")
        indent = " " * (len(line) - len(line.lstrip(" -")) + 4)
        indent = start + bar if bar and not start.strip() else indent
        whole = len(line) <= WIDTH or line.startswith(BAR)
        folded += (
            [line]
            if whole
            else textwrap.wrap(
                line, WIDTH, subsequent_indent=indent, break_on_hyphens=False, drop_whitespace=True
            )
        )
    return folded


def _list_open(folder: NodeFolder, desk: Desk, limit: int, language: str, *, as_json: bool) -> None:
    found = desk.open_messages(limit)
    context = desk.context()
    lines = [_title(found, language), ""]
    for status in found.messages:
        lines += [*summary_lines(status, context, language), ""]
    sounding = alarms(found.messages, context)
    lines += [flood_words(alarm, language) for alarm in sounding if alarm.count > 1]
    if found.truncated:
        lines.append(say("inbox-truncated", language, limit=limit))
    values = {
        "as_of_ms": found.as_of_ms,
        "looked_at": found.looked_at,
        "truncated": found.truncated,
        "open": [msgspec.to_builtins(message_values(each)) for each in found.messages],
        "overdue": [each.number for each in found.messages if each.overdue],
        "alarms": [msgspec.to_builtins(alarm_values(alarm, context.parties)) for alarm in sounding],
    }
    report(folder.banner(), lines[:-1] if lines[-1] == "" else lines, values, as_json=as_json)


def _title(found: OpenMessages, language: str) -> str:
    """Say what was compared, and when; an empty list is no promise."""
    overdue = sum(each.overdue for each in found.messages)
    time = format_date_time_group(found.as_of_ms)
    key = "inbox-open" if found.messages else "inbox-none"
    return say(key, language, open=len(found.messages), overdue=overdue, looked=found.looked_at, time=time)


def flood_words(alarm: Alarm, language: str) -> str:
    """Say how many messages of a party sound as one alarm, and how fast they came."""
    party, count, rate = alarm.party.upper(), alarm.count, alarm.per_minute
    return say("inbox-flood", language, party=party, count=count, rate=rate)


def _list_latest(folder: NodeFolder, desk: Desk, limit: int, language: str, *, as_json: bool) -> None:
    context = desk.context()
    latest = desk.inbox(limit)
    time = format_date_time_group(context.now.utc_ms)
    lines = [say("inbox-latest", language, count=len(latest), time=time)]
    for status in latest:
        lines += ["", *summary_lines(status, context, language)]
    values = {
        "as_of_ms": context.now.utc_ms,
        "messages": [msgspec.to_builtins(message_values(each)) for each in latest],
    }
    report(folder.banner(), lines, values, as_json=as_json)


def summary_lines(status: MessageStatus, context: Context, language: str) -> list[str]:
    """Give a message in a few lines: what it is, from whom and since when, what waits, how it begins."""
    now_ms = context.now.utc_ms
    head = [precedence_words(status, language), status.number, form_words(status, language)]
    head += [] if status.subject is None else [subject_words(status, language)]
    who = say("inbox-to" if status.ours else "inbox-from", language)
    posts = status.to_posts if status.ours else (status.from_post,)
    names = ", ".join(post_words(post, context, language) for post in posts)
    since = format_date_time_group(status.arrived_ms)
    age = format_duration(max(0, now_ms - status.arrived_ms))
    lines = ["  ".join(head), f"  {who} {names}", f"  {since} ({say('inbox-ago', language, time=age)})"]
    lines += _waiting_lines(status, language)
    lines += (
        [f"  {say('marked', language, reason=effect_words(status.effect, language))}"]
        if status.effect
        else []
    )
    return [*lines, *_said(status, language)]


def _said(status: MessageStatus, language: str) -> list[str]:
    """Give what it says: which message it is about, its coded fields, the author's first words."""
    lines = [label(say("header-reference", language), status.about, language)] if status.about else []
    if status.content is not None:
        lines += coded_lines(status.content, language)
    if status.attachments:
        held = sum(each.state is AttachmentState.HELD for each in status.attachments)
        lines.append(say("attachment-count", language, count=len(status.attachments), held=held))
    if status.erased is not None:
        lines.append(erased_words(status.erased, language))
    return [*fold(f"  {line}" for line in lines), *_beginning(status)]


def _waiting_lines(status: MessageStatus, language: str) -> list[str]:
    """Give all that is overdue, the next deadline, and the names of those after it."""
    steps = [(party, step, step.clock) for party, step in status.waiting if step.clock is not None]
    steps.sort(key=lambda each: each[2].due_ms)
    late = sum(clock.overdue for _, _, clock in steps)
    lines = [
        f"  {'!' if clock.overdue else '-'} {party.upper()} · "
        + label(step_words(step, language), clock_words(clock, language), language)
        for party, step, clock in steps[: late + 1]
    ]
    lines = fold(lines)
    names = ", ".join(step_words(step, language) for _, step, _ in steps[late + 1 :])
    return [*lines, *_wrap(f"{say('inbox-then', language)} {names}")] if names else lines


def _wrap(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="  - ", subsequent_indent="    ")


def _beginning(status: MessageStatus) -> list[str]:
    """Give the author's first words, behind a bar so that they cannot imitate a line of ours."""
    first = " ".join(status.shown.text.split())
    return [f"  | {textwrap.shorten(first, WIDTH - 4, placeholder=' …')}"] if first else []
