"""The acts of an officer about a message: take, read, read-back, say-again, pass-to, outcome, confirm.

Each is an entry on our own record, signed by our node, and goes to the other side. None waits for another one.
"""

from enum import StrEnum
from typing import Annotated, Any

import msgspec
import typer

from coupefeu.cli.inbox import fold
from coupefeu.cli.officer import act, desk_of, find_message, find_post, language_of, open_folder
from coupefeu.cli.printing import JsonOption, Language, LanguageOption, NodeOption, report
from coupefeu.errors import UsageError
from coupefeu.model.instant import parse_last
from coupefeu.model.messages import OutcomeCode
from coupefeu.node.folder import NodeFolder
from coupefeu.node.node import Sent
from coupefeu.node.values import message_values, verdict_values
from coupefeu.services.messages.commands import (
    ActCommand,
    ConfirmContact,
    GiveOutcome,
    PassTo,
    Read,
    ReadBack,
    SayAgain,
    Take,
)
from coupefeu.services.messages.readback import Verdict
from coupefeu.services.messages.render import header_lines, remark_lines
from coupefeu.services.messages.render_chain import chain_lines, verdict_lines
from coupefeu.services.messages.status import MessageStatus
from coupefeu.words import say

MessageArgument = Annotated[str, typer.Argument(help="Number of the message, such as US/14.")]
PostOption = Annotated[
    str | None, typer.Option("--from-post", help="The post that acts; the addressed one if not given.")
]
OfficerOption = Annotated[
    str, typer.Option("--officer", help="A label beside the post, such as a watch; it proves no person.")
]


class OutcomeName(StrEnum):
    """What became of a message."""

    PASSED_TO = "passed-to"
    STOPPED_AT = "stopped-at"
    CANNOT = "cannot"
    NOT_OURS = "not-ours"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("take")(take)
    app.command("read")(read)
    app.command("read-back")(read_back)
    app.command("say-again")(say_again)
    app.command("pass-to")(pass_to)
    app.command("outcome")(outcome)
    app.command("confirm")(confirm)


def take(
    message: MessageArgument,
    node: NodeOption,
    from_post: PostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a message: this post deals with it. The outcome of a WARNING is still awaited."""
    desk = Officer(node, message, from_post, officer, language)
    sent = desk.act(Take(**desk.common))
    desk.report_act(sent, as_json=as_json)


def read(
    message: MessageArgument,
    node: NodeOption,
    from_post: PostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print a message in full, and put on record that this post has read it."""
    desk = Officer(node, message, from_post, officer, language)
    if as_json:
        sent = desk.act(Read(**desk.common))
        desk.report_act(sent, as_json=True)
        return
    with desk_of(desk.folder) as record:
        lines = fold(header_lines(desk.status, record.context(), desk.language))
    report(desk.folder.banner(), lines, {}, as_json=False)
    sent = desk.act(Read(**desk.common))
    report(None, ["", *desk.act_lines(sent)], {}, as_json=False)


def read_back(
    message: MessageArgument,
    node: NodeOption,
    typed: Annotated[
        list[str] | None,
        typer.Option("--typed", help="What was typed anew, once for each critical field, in their order."),
    ] = None,
    from_post: PostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Type the critical fields anew; they are compared with what was sent. A mismatch is recorded too."""
    desk = Officer(node, message, from_post, officer, language)
    texts = tuple(typed) if typed else desk.ask_fields(as_json=as_json)
    sent = desk.act(ReadBack(**desk.common, typed=texts))
    verdict = desk.verdict_of(sent)
    lines = fold(verdict_lines(verdict, desk.language))
    if not verdict.matches:
        command = f"coupefeu say-again {desk.status.number} --node {node}"
        lines.append(say("ask-again", desk.language, command=command))
    desk.report_act(sent, lines, {"verdict": msgspec.to_builtins(verdict_values(verdict))}, as_json=as_json)


def say_again(
    message: MessageArgument,
    node: NodeOption,
    field: Annotated[
        int | None, typer.Option(min=1, help="Which critical field, from 1; the whole message if not given.")
    ] = None,
    remark: Annotated[str, typer.Option(help="What is not clear.")] = "",
    from_post: PostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask the other side to say it again, or ask them to read it back again. Always possible."""
    desk = Officer(node, message, from_post, officer, language)
    index = None if field is None else field - 1
    sent = desk.act(SayAgain(**desk.common, field=index, remark=remark))
    desk.report_act(sent, as_json=as_json)


def pass_to(
    message: MessageArgument,
    recipient: Annotated[str, typer.Argument(help="To whom it was passed: a post or a unit.")],
    node: NodeOption,
    from_post: PostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put on record to whom a message was passed."""
    desk = Officer(node, message, from_post, officer, language)
    sent = desk.act(PassTo(**desk.common, recipient=recipient))
    desk.report_act(sent, as_json=as_json)


def outcome(
    message: MessageArgument,
    result: Annotated[OutcomeName, typer.Argument(case_sensitive=False, help="What became of it.")],
    node: NodeOption,
    text: Annotated[
        str, typer.Option("--text", help="To whom it was passed, why it cannot be done, or a remark.")
    ] = "",
    at: Annotated[
        str | None, typer.Option("--at", help="When it was stopped, UTC (0312Z); now if not given.")
    ] = None,
    from_post: PostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put on record what became of a message: it stops the outcome clock on both sides."""
    desk = Officer(node, message, from_post, officer, language)
    code = OutcomeCode[result.name]
    when = at or ("now" if code is OutcomeCode.STOPPED_AT else None)
    time_ms = None if when is None else parse_last(when, desk.folder.clock().utc_ms)
    sent = desk.act(GiveOutcome(**desk.common, outcome=code, text=text, time_ms=time_ms))
    desk.report_act(sent, as_json=as_json)


def confirm(
    message: MessageArgument,
    node: NodeOption,
    remark: Annotated[str, typer.Option(help="What to add.")] = "",
    from_post: PostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Confirm that a contact by another channel, reported by the other side, took place."""
    desk = Officer(node, message, from_post, officer, language)
    sent = desk.act(ConfirmContact(**desk.common, remark=remark))
    desk.report_act(sent, as_json=as_json)


_OPTIONS = {
    "missing_reason": 'Say why it cannot be done: --text "no contact with the unit".',
    "missing_recipient": 'Say to whom: --text "air defence, sector 3".',
}


class Officer:
    """Somebody who acts about one message: which node, which message, from which post, in which language."""

    def __init__(
        self, node: Any, message: str, from_post: str | None, officer: str, language: Language | None
    ) -> None:
        self.folder: NodeFolder = open_folder(node)
        with desk_of(self.folder) as desk:
            self.status: MessageStatus = find_message(desk, message)
        self.language = language_of(self.folder, language)
        self.common: dict[str, Any] = {
            "message": self.status.id,
            "from_post": find_post(self.folder, self.status, from_post),
            "officer": officer,
        }

    def act(self, command: ActCommand) -> Sent:
        """Record it; what is missing is named as the option that gives it."""
        try:
            return act(self.folder, command)
        except UsageError as error:
            error.hint = _OPTIONS.get(error.code.rpartition(".")[2], error.hint)
            raise

    def ask_fields(self, *, as_json: bool) -> tuple[str, ...]:
        """Ask for each critical field; what was sent is not shown meanwhile."""
        if not self.status.critical:
            raise UsageError(
                f"{self.status.number} has no critical field to read back",
                code="cli.read_back.nothing",
                hint=f"`coupefeu read {self.status.number}` says that it was read.",
            )
        if self.folder.banner() and not as_json:
            typer.echo(self.folder.banner())
        total = len(self.status.critical)
        return tuple(
            typer.prompt(
                f"{say(f'field-{field.kind}', self.language)} ({number}/{total})",
                default="",
                show_default=False,
                err=as_json,
            )
            for number, field in enumerate(self.status.critical, 1)
        )

    def verdict_of(self, sent: Sent) -> Verdict:
        """Find how our read-back compares."""
        status = self.look()
        acts = [each for chain in status.chains for step in chain.steps for each in step.acts]
        return next(each.verdict for each in acts if each.id == sent.id and each.verdict is not None)

    def look(self) -> MessageStatus:
        """See the message as it is now."""
        with desk_of(self.folder) as desk:
            return desk.message(self.status.id)

    def act_lines(self, sent: Sent) -> list[str]:
        """Say what was recorded, and how the chain stands now."""
        status = self.look()
        lines = [say("recorded-as", self.language, number=sent.number)]
        if status.confirmations or status.one_sided:
            lines += ["", *fold(remark_lines(status, self.language))]
        for chain in status.chains:
            lines += ["", *fold(chain_lines(chain, status, self.language))]
        return lines

    def report_act(
        self,
        sent: Sent,
        before: list[str] | None = None,
        extra: dict[str, Any] | None = None,
        *,
        as_json: bool,
    ) -> None:
        """Print the end of an act."""
        values = {
            "recorded": sent.number,
            **(extra or {}),
            "message": msgspec.to_builtins(message_values(self.look())),
        }
        lines = [*(before or []), *self.act_lines(sent)]
        report(self.folder.banner(), lines, values, as_json=as_json)
