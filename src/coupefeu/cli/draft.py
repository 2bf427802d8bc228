"""What was asked for on the command line becomes a message: its form, its text, and defaults that people mean."""

import sys
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import typer

from coupefeu.cli.officer import desk_of, find_message
from coupefeu.errors import CoupefeuError, UsageError
from coupefeu.keys.files import SECRET_MODE, write_durably
from coupefeu.model.entry import MAX_BODY_BYTES
from coupefeu.model.instant import format_instant, parse_instant
from coupefeu.model.messages import MINUTE_MS, Channel, Content, FieldKind, Form, Operative, Slot
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.node.folder import NodeFolder
from coupefeu.node.folder_files import read_given
from coupefeu.node.node import choose_posts
from coupefeu.services.messages.commands import Say
from coupefeu.services.messages.forms import FORM_RULES
from coupefeu.services.messages.phrases import PHRASES
from coupefeu.services.messages.status import MessageStatus
from coupefeu.words import say as words

ROOM_BYTES = 256
"""Kept free in a body for everything that is not the text; the rule that counts the whole has the last word."""

MAX_KEPT = 20
"""Refused texts that are kept; the oldest goes when one more comes."""


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


def choose_form(
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
            return cls(text=_decode(read_given(file), str(file)), is_file=True)
        if given and given[0] != "-":
            return cls(text=str(given[0]), is_file=False)
        return cls(text=_read_input() if needs_text or given else "", is_file=False)

    def keep(self, folder: NodeFolder, error: CoupefeuError) -> None:
        """Keep a text that was refused, and say where."""
        if self.is_file or not self.text:
            return
        unsent = folder.path / "unsent"
        unsent.mkdir(mode=0o700, exist_ok=True)
        stamp = format_instant(folder.clock().utc_ms).replace(":", "").replace(".", "-")
        kept = unsent / f"{stamp}.txt"
        write_durably(kept, self.text.encode("utf-8", "surrogateescape"), mode=SECRET_MODE)
        hint = error.hint if not error.hint or error.hint.endswith((".", "?")) else f"{error.hint}."
        error.hint = f"{hint} The text is kept in {kept}.".strip()
        for oldest in _kept_texts(folder)[:-MAX_KEPT]:
            oldest.unlink(missing_ok=True)

    def forget(self, folder: NodeFolder) -> None:
        """Remove what was kept of a text that is sent now; a failure to tidy up is no failure to send."""
        octets = self.text.encode("utf-8", "surrogateescape")
        with suppress(OSError):
            for kept in _kept_texts(folder):
                if kept.stat().st_size == len(octets) and kept.read_bytes() == octets:
                    kept.unlink()


def _kept_texts(folder: NodeFolder) -> list[Path]:
    """List them, the oldest first."""
    return sorted((folder.path / "unsent").glob("*.txt"))


_GIVE = {
    "text": "Give the text as words, with --text, --file or on standard input.",
    "operative": "Give --operative stop or --operative spare.",
    "place": 'Give --place, such as --place "36.1 N 38.0 E".',
    "time_ms": "Give --time, such as --time 0312Z or --time now.",
    "numbers": "Give --number in digits, such as --number 12, once for each.",
    "phrase": "Give --phrase (1 to 24), and --slot for each of its values; a number is written in digits.",
    "slots": "Give --slot for each value of the phrase, in the order of its words; a number is written in digits.",
    "channel": "Give --channel telephone, attache or letter.",
    "counterpart": 'Give --counterpart, such as --counterpart "their duty desk".',
    "passages": "Give --critical, a passage exactly as it stands in the text.",
    "reference": "Name the message that it is about, such as --about US/14.",
}


def hint_for(error: CoupefeuError) -> str:
    """Say which option mends a form; "" where the error is about something else."""
    family, _, part = error.code.removeprefix("services.messages.").partition("_")
    if part not in _GIVE:
        return ""
    if family == "unexpected":
        return "Leave that option out, or choose another --form."
    return _GIVE[part] if family in {"missing", "bad"} else ""


def _read_input() -> str:
    if sys.stdin.isatty():
        typer.echo("Type the text; end it with Ctrl-D on a line of its own.", err=True)
    return _decode(sys.stdin.buffer.read(), "standard input")


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
    if octets > MAX_BODY_BYTES - ROOM_BYTES:
        raise UsageError(
            f"the text has {octets:,} bytes, a message carries {MAX_BODY_BYTES - ROOM_BYTES:,} at most",
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
    now_ms = folder.clock().utc_ms
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
            f"phrase {wish.phrase} has {len(kinds)} to fill in, {len(wish.slots)} given with --slot"
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
