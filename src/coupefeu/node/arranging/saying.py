"""An act about an arranged call, and the words that go with it: in the entry, or apart where words are erased.

On a line whose content has an age nothing that is written may stand in an entry that stands for ever: the act goes
first, and then what was said beside it as a message about it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from coupefeu.model.agreement import Agreement
from coupefeu.model.messages import Content, Form, MessageId
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.services.arranged.commands import ArrangeCommand, ProposeCall
from coupefeu.services.arranged.status import ArrangementView
from coupefeu.services.base import Command
from coupefeu.services.messages.commands import Say

Act = Callable[[Command], Awaitable[list[MessageId]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was recorded: the act, and the message that carries its words where they went apart."""

    entry: MessageId
    message: MessageId | None


async def act_about(
    act: Act, command: ProposeCall | ArrangeCommand, agreement: Agreement, their_post: str
) -> Said:
    """Have an act recorded, and its words where they may be; `their_post`: who is written to.

    Raises: UsageError, PolicyError: refused, and nothing was recorded.
    """
    if not command.words.strip() or agreement.content_age_s is None:
        (entry,) = await act(command)
        return Said(entry=entry, message=None)
    (entry,) = await act(replace(command, words=""))
    beside = message_about(
        entry, command.words, command.from_post, (their_post,), agreement, officer=command.officer
    )
    (message,) = await act(beside)
    return Said(entry=entry, message=message)


def fallback(
    view: ArrangementView, words: str, from_post: str, agreement: Agreement, us: str, *, officer: str = ""
) -> Say:
    """Make the written message that goes where a call does not: to who was to speak, and to the duty desk there."""
    theirs = their_post(view, us)
    desk = agreement.party(theirs.partition(".")[0]).duty_desk
    to_posts = tuple(dict.fromkeys((theirs, desk)))
    return message_about(view.id, words, from_post, to_posts, agreement, officer=officer)


def their_post(view: ArrangementView, us: str) -> str:
    """Name the post of the other side that is to speak."""
    first, second = view.speakers
    return second if view.proposer == us else first


def message_about(
    entry: MessageId,
    words: str,
    from_post: str,
    to_posts: tuple[str, ...],
    agreement: Agreement,
    *,
    officer: str,
) -> Say:
    """Make a FREE TEXT that is written beside an entry."""
    speaks = agreement.party(agreement.post(from_post).party)
    content = Content(form=Form.FREE_TEXT, subject=Subject.SAFETY, text=words, officer=officer)
    return Say(
        content=content,
        from_post=from_post,
        to_posts=to_posts,
        precedence=Precedence.PRIORITY,
        language=speaks.language,
        about=entry,
    )
