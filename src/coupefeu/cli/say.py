"""`coupefeu say`: send a message of any form. It is durably on our record before anything is printed.

coupefeu say --node us --to ru "Our aircraft has strayed; it is turning back."
coupefeu say --node us --operative stop --place "36.61N 37.02E" --time now
"""

import asyncio
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from coupefeu.cli.draft import (
    ChannelName,
    FormName,
    OperativeName,
    PrecedenceName,
    Source,
    SubjectName,
    choose_form,
    hint_for,
)
from coupefeu.cli.enclosing import read_attachments
from coupefeu.cli.inbox import fold
from coupefeu.cli.officer import desk_of, language_of, open_folder, with_node
from coupefeu.cli.printing import JsonOption, NodeOption, report
from coupefeu.errors import CoupefeuError, UsageError
from coupefeu.model.instant import format_date_time_group
from coupefeu.model.messages import Channel, Form, MessageId, Operative, parse_number
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.node.draft import Wish, draft_message, what_about
from coupefeu.node.folder import NodeFolder
from coupefeu.node.node import Node, Receipt, Sent
from coupefeu.node.running import is_running
from coupefeu.node.values import attachment_values
from coupefeu.services.base import Command
from coupefeu.services.messages.commands import SendLineTest
from coupefeu.services.messages.forms import FORM_RULES, LINE_TEST_TEMPLATES
from coupefeu.services.messages.render import (
    attachment_lines,
    mode_words,
    precedence_words,
    subject_words,
)
from coupefeu.services.messages.status import MessageStatus
from coupefeu.words import label
from coupefeu.words import say as words

NO_RECEIPT_EXIT = 6
"""As for a path that failed: the message is on our record, and theirs has not signed for it in time."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("say")(say)


def say(
    node: NodeOption,
    words_said: Annotated[
        str | None, typer.Argument(metavar="TEXT", help="The text; `-` reads it from standard input.")
    ] = None,
    to: Annotated[
        list[str] | None, typer.Option("--to", help="The party (ru); all others if not given.")
    ] = None,
    form: Annotated[
        FormName | None,
        typer.Option(
            case_sensitive=False,
            help="Form; without it, --operative makes a warning, --phrase a phrase, --channel a contact.",
        ),
    ] = None,
    text: Annotated[str | None, typer.Option("--text", help="The text, as an option.")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="Read the text from this file (UTF-8).")] = None,
    precedence: Annotated[
        PrecedenceName | None,
        typer.Option(
            case_sensitive=False,
            help="Routine if not given; flash for a warning; as what it is about for a correction.",
        ),
    ] = None,
    subject: Annotated[
        SubjectName | None,
        typer.Option(case_sensitive=False, help="Safety if not given, where the form leaves a choice."),
    ] = None,
    critical: Annotated[
        list[str] | None, typer.Option("--critical", help="A passage of the text that must be read back.")
    ] = None,
    operative: Annotated[
        OperativeName | None, typer.Option(case_sensitive=False, help="The operative word of a warning.")
    ] = None,
    attach: Annotated[
        list[Path] | None,
        typer.Option("--attach", help="Send this file with it; it goes after everything else."),
    ] = None,
    place: Annotated[str, typer.Option(help="Where.")] = "",
    time: Annotated[str | None, typer.Option(help='When, UTC: "0312Z", "240312Z MAR 22" or "now".')] = None,
    number: Annotated[
        list[str] | None, typer.Option("--number", help="A number that matters, digits only.")
    ] = None,
    about: Annotated[
        str | None,
        typer.Option(
            help="The message that is corrected, cancelled or answered (US/14); or a call that it is written beside."
        ),
    ] = None,
    channel: Annotated[
        ChannelName | None, typer.Option(case_sensitive=False, help="Where a contact took place.")
    ] = None,
    counterpart: Annotated[str, typer.Option(help="With whom a contact took place.")] = "",
    phrase: Annotated[int | None, typer.Option(help="Number of a standard phrase (1 to 24).")] = None,
    slot: Annotated[
        list[str] | None, typer.Option("--slot", help="A value of the phrase, in the order of its words.")
    ] = None,
    template: Annotated[
        int, typer.Option(min=1, max=LINE_TEST_TEMPLATES, help="Which text a line test sends.")
    ] = 1,
    from_post: Annotated[
        str | None, typer.Option(help="The post that speaks; our duty desk if not given.")
    ] = None,
    to_post: Annotated[
        list[str] | None, typer.Option("--to-post", help="A post addressed; their duty desk if not given.")
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="Language of the text; our party's own if not given.")
    ] = None,
    officer: Annotated[str, typer.Option(help="A label beside the post; it proves no person.")] = "",
    wait: Annotated[
        bool,
        typer.Option("--wait", help="Wait until their node has signed for it; exit 6 if it has not in time."),
    ] = False,
    timeout: Annotated[float, typer.Option(min=0, help="Seconds to wait at most.")] = 30.0,
    as_json: JsonOption = False,
) -> None:
    """Send a message. It is on our record when this returns, and leaves when the line is up.

    Its first line says what this line's record keeps: everything, or the fact alone (`coupefeu status` says it too).
    """
    folder = open_folder(node)
    show_mode(folder, as_json=as_json)
    chosen = choose_form(form, operative, phrase, channel)
    attachments = read_attachments(attach or [], folder.agreement.budgets.attachment_bytes)
    if chosen is Form.LINE_TEST:
        if attachments:
            raise UsageError(
                "a line test carries no attachment", code="cli.say.line_test", hint="Leave --attach out."
            )
        if not _send(folder, SendLineTest(template=template), wait, timeout, as_json=as_json):
            raise typer.Exit(NO_RECEIPT_EXIT)
        return
    source = Source.of(words_said, text, file, needs_text="text" in FORM_RULES[chosen].must)
    try:
        wish = Wish(
            form=chosen,
            subject=None if subject is None else Subject[subject.name],
            precedence=None if precedence is None else Precedence[precedence.name],
            text=source.text,
            critical=tuple(critical or ()),
            operative=None if operative is None else Operative[operative.name],
            place=place,
            time=time,
            numbers=tuple(number or ()),
            phrase=phrase,
            slots=tuple(slot or ()),
            channel=None if channel is None else Channel[channel.name],
            counterpart=counterpart,
            officer=officer,
            to=tuple(to or ()),
            to_posts=tuple(to_post or ()),
            from_post=from_post,
            language=language,
        )
        earlier, beside = _find(folder, about, chosen)
        command = draft_message(folder, wish, earlier, attachments, beside)
        is_done = _send(folder, command, wait, timeout, as_json=as_json)
    except CoupefeuError as error:
        error.hint = hint_for(error) or error.hint
        source.keep(folder, error)
        raise
    source.forget(folder)
    if not is_done:
        raise typer.Exit(NO_RECEIPT_EXIT)


def show_mode(folder: NodeFolder, *, as_json: bool) -> None:
    """Say what the record keeps, before anything is written; programs read it in `record_mode`."""
    if not as_json:
        lines = fold([mode_words(folder.agreement, language_of(folder, None))])
        report(folder.banner(), lines, {}, as_json=False)


def _find(folder: NodeFolder, about: str | None, form: Form) -> tuple[MessageStatus | None, MessageId | None]:
    if about is None:
        return None, None
    with desk_of(folder) as desk:
        return what_about(desk, parse_number(about, desk.context().parties), form)


def _send(folder: NodeFolder, command: Command, wait: bool, timeout: float, *, as_json: bool) -> bool:
    """Send, and print what came of it; False if a receipt was waited for and did not come."""
    running = is_running(folder)

    async def do(node: Node) -> tuple[Sent, Receipt | None]:
        (sent,) = await node.act(command)
        if not (wait and running):
            return sent, None
        try:
            return sent, await asyncio.wait_for(sent.receipt(), timeout)
        except TimeoutError:
            return sent, None

    sent, receipt = with_node(folder, do)
    with desk_of(folder) as desk:
        status = desk.message(sent.id)
    values = {
        "message": sent.number,
        "index": sent.id[1],
        "precedence": status.precedence.name,
        "subject": None if status.subject is None else status.subject.value,
        "to_posts": list(status.to_posts),
        "attachments": [msgspec.to_builtins(attachment_values(each)) for each in status.attachments],
        "recorded_ms": status.arrived_ms,
        "record_mode": folder.agreement.record_mode.value,
        "running": running,
        "receipt": None if receipt is None else {"holder": receipt.holder, "arrived_ms": receipt.arrived_ms},
    }
    lines = _lines(folder, status, receipt, running=running)
    report(folder.banner() if as_json else None, lines, values, as_json=as_json)
    return receipt is not None or not wait


def _lines(folder: NodeFolder, status: MessageStatus, receipt: Receipt | None, *, running: bool) -> list[str]:
    language = language_of(folder, None)
    what = precedence_words(status, language)
    what += "" if status.subject is None else f" {subject_words(status, language)}"
    said = {
        "number": status.number,
        "time": format_date_time_group(status.arrived_ms),
        "what": what,
        "posts": ", ".join(status.to_posts),
    }
    if receipt is not None:
        step = f"{words('step-on-their-record', language)} ({words('machine', language)})"
        second = label(step, words("said-signed", language, party=receipt.holder.upper()), language)
    else:
        second = words("said-unsigned" if running else "said-stopped", language)
    command = f"coupefeu inbox {status.number} --node {folder.path}"
    attached = attachment_lines(status, folder.agreement.budgets.attachment_bytes, language)
    return [
        words("said", language, **said),
        *attached,
        second,
        words("said-chain", language, command=command),
    ]
