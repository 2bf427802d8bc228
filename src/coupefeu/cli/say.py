"""`coupefeu say`: send a message of any form. It is durably on our record before anything is printed.

coupefeu say --node us --to ru "Our aircraft has strayed; it is turning back."
coupefeu say --node us --operative stop --place "36.61N 37.02E" --time now
"""

import asyncio
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from coupefeu.cli.officer import clock_of, desk_of, find_message, open_folder, with_node
from coupefeu.cli.printing import JsonOption, NodeOption, report
from coupefeu.errors import CoupefeuError, UsageError
from coupefeu.keys.files import SECRET_MODE, write_durably
from coupefeu.model.entry import MAX_BODY_BYTES
from coupefeu.model.instant import format_date_time_group, format_instant, parse_instant
from coupefeu.model.messages import (
    MINUTE_MS,
    Channel,
    Content,
    FieldKind,
    Form,
    Operative,
    Slot,
)
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.node.folder import NodeFolder
from coupefeu.node.folder_files import read_bytes
from coupefeu.node.node import Node, Receipt, Sent, choose_posts
from coupefeu.node.running import is_running
from coupefeu.services.base import Command
from coupefeu.services.messages.forms import FORM_RULES, LINE_TEST_TEMPLATES
from coupefeu.services.messages.phrases import PHRASES
from coupefeu.services.messages.rules import Say, SendLineTest
from coupefeu.services.messages.status import MessageStatus
from coupefeu.words import say as words

NO_RECEIPT_EXIT = 6
"""As for a path that failed: the message is on our record, and theirs has not signed for it in time."""


class FormName(StrEnum):
    """The forms, as people type them."""

    FREE_TEXT = "free-text"
    WARNING = "warning"
    SERVICE_MESSAGE = "service-message"
    REQUEST_FOR_EXPLANATION = "request-for-explanation"
    REPLY = "reply"
    CORRECTION = "correction"
    CANCELLATION = "cancellation"
    CONTACT = "contact"
    STANDARD_PHRASE = "phrase"
    LINE_TEST = "line-test"


class PrecedenceName(StrEnum):
    """How fast it is handled."""

    FLASH = "flash"
    IMMEDIATE = "immediate"
    PRIORITY = "priority"
    ROUTINE = "routine"


class SubjectName(StrEnum):
    """What it is about."""

    SAFETY = "safety"
    NOTICE = "notice"
    CLARIFICATION = "clarification"
    PROTEST = "protest"
    SERVICE = "service"


class OperativeName(StrEnum):
    """The operative word of a warning."""

    STOP = "stop"
    SPARE = "spare"


class ChannelName(StrEnum):
    """Where a contact outside this line took place."""

    TELEPHONE = "telephone"
    ATTACHE = "attache"
    LETTER = "letter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What was asked for on the command line, read but not judged."""

    form: Form
    subject: SubjectName | None
    precedence: PrecedenceName | None
    text: str
    critical: tuple[str, ...]
    operative: OperativeName | None
    place: str
    time: str | None
    numbers: tuple[str, ...]
    phrase: int | None
    slots: tuple[str, ...]
    channel: ChannelName | None
    counterpart: str
    officer: str


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("say")(say)


def say(
    node: NodeOption,
    words_said: Annotated[
        str | None, typer.Argument(metavar="[TEXT]", help="The text; `-` reads it from standard input.")
    ] = None,
    to: Annotated[
        list[str] | None, typer.Option("--to", help="The party (ru); all others if not given.")
    ] = None,
    form: Annotated[
        FormName | None,
        typer.Option(
            help="Form; without it, --operative makes a warning, --phrase a phrase, --channel a contact."
        ),
    ] = None,
    text: Annotated[str | None, typer.Option("--text", help="The text, as an option.")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="Read the text from this file (UTF-8).")] = None,
    precedence: Annotated[
        PrecedenceName | None,
        typer.Option(help="Routine if not given; flash for a warning; as what it is about for a correction."),
    ] = None,
    subject: Annotated[
        SubjectName | None, typer.Option(help="Safety if not given, where the form leaves a choice.")
    ] = None,
    critical: Annotated[
        list[str] | None, typer.Option("--critical", help="A passage of the text that must be read back.")
    ] = None,
    operative: Annotated[OperativeName | None, typer.Option(help="The operative word of a warning.")] = None,
    place: Annotated[str, typer.Option(help="Where.")] = "",
    time: Annotated[str | None, typer.Option(help='When, UTC: "0312Z", "240312Z MAR 22" or "now".')] = None,
    number: Annotated[
        list[str] | None, typer.Option("--number", help="A number that matters, digits only.")
    ] = None,
    about: Annotated[
        str | None, typer.Option(help="The message that is corrected, cancelled or answered (US/14).")
    ] = None,
    channel: Annotated[ChannelName | None, typer.Option(help="Where a contact took place.")] = None,
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
    wait: Annotated[bool, typer.Option("--wait", help="Wait until their node has signed for it.")] = False,
    timeout: Annotated[float, typer.Option(min=0, help="Seconds to wait at most.")] = 30.0,
    as_json: JsonOption = False,
) -> None:
    """Send a message. It is on our record when this returns, and leaves when the line is up."""
    folder = open_folder(node)
    chosen = _choose_form(form, operative, phrase, channel)
    if chosen is Form.LINE_TEST:
        _send(folder, SendLineTest(template=template), wait, timeout, as_json=as_json)
        return
    source = Source.of(words_said, text, file, needs_text="text" in FORM_RULES[chosen].must)
    try:
        wish = Wish(
            form=chosen,
            subject=subject,
            precedence=precedence,
            text=source.text,
            critical=tuple(critical or ()),
            operative=operative,
            place=place,
            time=time,
            numbers=tuple(number or ()),
            phrase=phrase,
            slots=tuple(slot or ()),
            channel=channel,
            counterpart=counterpart,
            officer=officer,
        )
        command = build(folder, wish, to or [], to_post or [], from_post, about, language)
        _send(folder, command, wait, timeout, as_json=as_json)
    except CoupefeuError as error:
        source.keep(folder, error)
        raise


def _choose_form(
    form: FormName | None, operative: Any, phrase: int | None, channel: ChannelName | None
) -> Form:
    """Follow what was named, or what only one form has."""
    if form is not None:
        return Form[form.name]
    if operative is not None:
        return Form.WARNING
    if phrase is not None:
        return Form.STANDARD_PHRASE
    return Form.FREE_TEXT if channel is None else Form.CONTACT


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The text and where it came from; what came from no file is kept when the message is refused."""

    text: str
    is_file: bool

    @classmethod
    def of(cls, said: str | None, option: str | None, file: Path | None, *, needs_text: bool) -> "Source":
        """Find the one text given, or read standard input. Raises: UsageError: several, or none."""
        given = [each for each in (said, option, file) if each is not None]
        if len(given) > 1:
            raise UsageError(
                "the text is given more than once",
                code="cli.say.text",
                hint="Give it as words, --text, --file or on standard input: one of them.",
            )
        if file is not None:
            return cls(text=_decode(read_bytes(file), str(file)).rstrip("\n"), is_file=True)
        if given and given[0] != "-":
            return cls(text=str(given[0]), is_file=False)
        return cls(text=_read_input() if needs_text or given else "", is_file=False)

    def keep(self, folder: NodeFolder, error: CoupefeuError) -> None:
        """Keep a text that was refused, and say where."""
        if self.is_file or not self.text:
            return
        unsent = folder.path / "unsent"
        unsent.mkdir(mode=0o700, exist_ok=True)
        stamp = format_instant(clock_of(folder)().utc_ms).replace(":", "").replace(".", "-")
        kept = unsent / f"{stamp}.txt"
        write_durably(kept, self.text.encode("utf-8", "surrogateescape") + b"\n", mode=SECRET_MODE)
        error.hint = f"{error.hint} The text is kept in {kept}.".strip()


def _read_input() -> str:
    if sys.stdin.isatty():
        typer.echo("Type the text; end it with Ctrl-D on a line of its own.", err=True)
    return _decode(sys.stdin.buffer.read(), "standard input").rstrip("\n")


def _decode(octets: bytes, name: str) -> str:
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{name} is not UTF-8 text, from byte {error.start:,} on",
            code="cli.say.encoding",
            hint="Save it as UTF-8, and send it again.",
        ) from error


def build(
    folder: NodeFolder,
    wish: Wish,
    to: list[str],
    to_posts: list[str],
    from_post: str | None,
    about: str | None,
    language: str | None,
) -> Say:
    """Make the command: defaults that a tired person means. Raises: UsageError."""
    earlier = _find(folder, about)
    ours = folder.agreement.party(folder.party)
    _check_text(wish)
    speaker = (from_post or ours.duty_desk).lower()
    precedence = _precedence(wish, earlier)
    return Say(
        content=_content(folder, wish, earlier),
        from_post=speaker,
        precedence=precedence,
        language=language or ours.language,
        to_posts=_addressed(folder, to, to_posts, speaker, precedence),
        about=None if earlier is None else earlier.id,
    )


def _find(folder: NodeFolder, about: str | None) -> MessageStatus | None:
    if about is None:
        return None
    with desk_of(folder) as desk:
        return find_message(desk, about)


def _check_text(wish: Wish) -> None:
    octets = len(wish.text.encode("utf-8", "surrogateescape"))
    if octets > MAX_BODY_BYTES - 256:
        raise UsageError(
            f"the text has {octets:,} bytes, a message carries {MAX_BODY_BYTES - 256:,} at most",
            code="cli.say.too_long",
            hint="Send it in parts, each a message.",
        )
    for passage in wish.critical:
        if passage not in wish.text:
            raise UsageError(
                f"the critical passage {passage[:60]!r} does not stand in the text",
                code="cli.say.critical",
                hint="Give it exactly as it stands there.",
            )


def _content(folder: NodeFolder, wish: Wish, earlier: MessageStatus | None) -> Content:
    now_ms = clock_of(folder)().utc_ms
    return Content(
        form=wish.form,
        subject=_subject(wish, earlier),
        officer=wish.officer,
        text=wish.text,
        passages=wish.critical,
        operative=None if wish.operative is None else Operative[wish.operative.name],
        place=wish.place,
        time_ms=None if wish.time is None else _minute(wish.time, now_ms),
        numbers=wish.numbers,
        phrase=wish.phrase,
        slots=_slots(wish, now_ms),
        channel=None if wish.channel is None else Channel[wish.channel.name],
        counterpart=wish.counterpart,
    )


def _subject(wish: Wish, earlier: MessageStatus | None) -> Subject:
    """Take what was named; else the form's only one, or that of the message it is about, or SAFETY."""
    if wish.subject is not None:
        return Subject[wish.subject.name]
    possible = FORM_RULES[wish.form].subjects
    if len(possible) == 1:
        return next(iter(possible))
    return earlier.subject if earlier is not None and earlier.subject is not None else Subject.SAFETY


def _precedence(wish: Wish, earlier: MessageStatus | None) -> Precedence:
    if wish.precedence is not None:
        return Precedence[wish.precedence.name]
    if wish.form is Form.WARNING:
        return Precedence.FLASH
    return Precedence.ROUTINE if earlier is None else earlier.precedence


def _slots(wish: Wish, now_ms: int) -> tuple[Slot, ...]:
    kinds = PHRASES.get(wish.phrase or 0, ())
    if wish.phrase is not None and (wish.phrase not in PHRASES or len(kinds) != len(wish.slots)):
        named = (
            words(f"phrase-{wish.phrase:02d}", "en", **{k.value: f"<{k.value}>" for k in kinds})
            if kinds
            else ""
        )
        raise UsageError(
            f"phrase {wish.phrase} needs {len(kinds)} values, {len(wish.slots)} are given"
            if wish.phrase in PHRASES
            else f"there is no phrase {wish.phrase}",
            code="cli.say.slots",
            hint=f"Give --slot once for each: {named}" if named else "There are phrases 1 to 24.",
        )
    return tuple(
        _minute(slot, now_ms) if kind is FieldKind.TIME else slot
        for kind, slot in zip(kinds, wish.slots, strict=False)
    )


def _minute(text: str, now_ms: int) -> int:
    time_ms = parse_instant(text, now_ms)
    return time_ms - time_ms % MINUTE_MS


def _addressed(
    folder: NodeFolder, to: list[str], to_posts: list[str], from_post: str, precedence: Precedence
) -> tuple[str, ...]:
    """Address the posts named; else the speaker's counterparts, or the desks, of the parties named or of all."""
    agreement = folder.agreement
    if to_posts:
        return tuple(agreement.post(post.lower()).id for post in to_posts)
    named = [agreement.party(party.lower()).id for party in to] or list(folder.counterparts)
    return choose_posts(agreement, from_post, named, precedence)


def _send(folder: NodeFolder, command: Command, wait: bool, timeout: float, *, as_json: bool) -> None:
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
        "recorded_ms": status.arrived_ms,
        "running": running,
        "receipt": None if receipt is None else {"holder": receipt.holder, "arrived_ms": receipt.arrived_ms},
    }
    report(folder.banner(), _lines(folder, status, receipt, running=running), values, as_json=as_json)
    if wait and receipt is None:
        raise typer.Exit(NO_RECEIPT_EXIT)


def _lines(folder: NodeFolder, status: MessageStatus, receipt: Receipt | None, *, running: bool) -> list[str]:
    subject = "" if status.subject is None else f" {status.subject.value}"
    first = (
        f"On our record as {status.number} since {format_date_time_group(status.arrived_ms)}: "
        f"{status.precedence.name}{subject}, to {', '.join(status.to_posts)}."
    )
    if receipt is not None:
        second = f"ON THEIR RECORD (machine): {receipt.holder.upper()} has signed for it."
    elif running:
        second = "Their node has not signed for it yet."
    else:
        second = "This node is stopped: the message leaves when it is up (`coupefeu up`)."
    return [first, second, f"Its chain: coupefeu inbox {status.number} --node {folder.path}"]
