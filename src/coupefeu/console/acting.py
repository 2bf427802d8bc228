"""What a page asks for becomes a command: by the post and under the label of its session, judged as any command is."""

from collections.abc import Callable
from enum import Enum
from typing import Any, Final, TypeVar

from coupefeu.console.requests import ActName, ActRequest, SayRequest
from coupefeu.console.sessions import Session
from coupefeu.errors import UsageError
from coupefeu.model.attachments import Attachment
from coupefeu.model.instant import parse_last
from coupefeu.model.messages import Channel, Form, MessageId, Operative, OutcomeCode
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.node.draft import Wish, draft_message
from coupefeu.node.folder import NodeFolder
from coupefeu.services.base import Command
from coupefeu.services.messages.commands import (
    ActCommand,
    ConfirmContact,
    GiveOutcome,
    PassTo,
    Read,
    ReadBack,
    SayAgain,
    SendLineTest,
    Take,
)
from coupefeu.services.messages.status import MessageStatus

Named = TypeVar("Named", bound=Enum)


def say_command(
    folder: NodeFolder,
    asked: SayRequest,
    session: Session,
    earlier: MessageStatus | None,
    beside: MessageId | None = None,
) -> Command:
    """Make the command that sends a message. Raises: UsageError, PolicyError.

    `earlier`, `beside`: what it is about (`node.draft.what_about`).
    """
    form = one_of(Form, asked.form, "form")
    if form is Form.LINE_TEST:
        return SendLineTest(template=asked.template or 1)
    wish = Wish(
        form=form,
        subject=None if asked.subject is None else one_of(Subject, asked.subject, "subject"),
        precedence=None if asked.precedence is None else one_of(Precedence, asked.precedence, "precedence"),
        text=asked.text,
        critical=asked.passages,
        operative=None if asked.operative is None else one_of(Operative, asked.operative, "operative"),
        place=asked.place,
        time=asked.time,
        numbers=asked.numbers,
        phrase=asked.phrase,
        slots=asked.slots,
        channel=None if asked.channel is None else one_of(Channel, asked.channel, "channel"),
        counterpart=asked.counterpart,
        officer=session.officer,
        to=asked.to,
        to_posts=asked.to_posts,
        from_post=session.post,
        language=asked.language,
    )
    attachments = [Attachment(name=each.name, content=each.content) for each in asked.attachments]
    return draft_message(folder, wish, earlier, attachments, beside)


def act_command(asked: ActRequest, message: MessageId, session: Session, now_ms: int) -> ActCommand:
    """Make the command of an act about a message. Raises: UsageError."""
    command, stated = _ACTS[asked.act]
    return command(message=message, from_post=session.post, officer=session.officer, **stated(asked, now_ms))


def _again(asked: ActRequest, _now_ms: int) -> dict[str, Any]:
    return {"field": None if asked.field is None else asked.field - 1, "remark": asked.text}


def _outcome(asked: ActRequest, now_ms: int) -> dict[str, Any]:
    outcome = one_of(OutcomeCode, asked.outcome or "", "outcome")
    when = asked.time or ("now" if outcome is OutcomeCode.STOPPED_AT else None)
    time_ms = None if when is None else parse_last(when, now_ms)
    return {"outcome": outcome, "text": asked.text, "time_ms": time_ms}


_ACTS: Final[dict[ActName, tuple[type[ActCommand], Callable[[ActRequest, int], dict[str, Any]]]]] = {
    ActName.TAKE: (Take, lambda _asked, _now_ms: {}),
    ActName.READ: (Read, lambda _asked, _now_ms: {}),
    ActName.READ_BACK: (ReadBack, lambda asked, _now_ms: {"typed": asked.typed}),
    ActName.SAY_AGAIN: (SayAgain, _again),
    ActName.PASS_TO: (PassTo, lambda asked, _now_ms: {"recipient": asked.text}),
    ActName.OUTCOME: (GiveOutcome, _outcome),
    ActName.CONFIRM: (ConfirmContact, lambda asked, _now_ms: {"remark": asked.text}),
}


def one_of(known: type[Named], name: str, field: str) -> Named:
    """Find what a name names; case makes no difference, nor a hyphen for a blank. Raises: UsageError."""
    found = known.__members__.get(name.upper().replace("-", "_"))
    if found is None:
        names = ", ".join(each.lower().replace("_", "-") for each in known.__members__)
        raise UsageError(
            f"there is no {field} {name[:40]!r}",
            code=f"console.request.{field}",
            hint=f"There are: {names}.",
        )
    return found
