"""What was asked for on the command line: its form, its text, and which option mends what is refused."""

import sys
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import typer

from coupefeu.errors import CoupefeuError, UsageError
from coupefeu.model.messages import Form
from coupefeu.node.folder import NodeFolder
from coupefeu.node.folder_files import read_given
from coupefeu.node.unsent import forget_unsent, keep_unsent


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
        kept = keep_unsent(folder, self.text)
        hint = error.hint if not error.hint or error.hint.endswith((".", "?")) else f"{error.hint}."
        error.hint = f"{hint} The text is kept in {kept}.".strip()

    def forget(self, folder: NodeFolder) -> None:
        """Remove what was kept of a text that is sent now; a failure to tidy up is no failure to send."""
        with suppress(OSError):
            forget_unsent(folder, [self.text])


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
    if error.code == "node.draft.slots":
        return f"{error.hint} Give --slot once for each, in this order."
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
