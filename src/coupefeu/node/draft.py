"""What somebody wishes to say becomes a command: defaults that a tired person means, for command line and console."""

from collections.abc import Sequence
from dataclasses import dataclass

from coupefeu.errors import UsageError
from coupefeu.model.attachments import Attachment
from coupefeu.model.entry import MAX_BODY_BYTES
from coupefeu.model.instant import parse_instant
from coupefeu.model.messages import MINUTE_MS, Channel, Content, FieldKind, Form, MessageId, Operative, Slot
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.node.desk import Desk
from coupefeu.node.folder import NodeFolder
from coupefeu.node.node import choose_posts
from coupefeu.services.messages.commands import Say
from coupefeu.services.messages.forms import FORM_RULES
from coupefeu.services.messages.phrases import PHRASES
from coupefeu.services.messages.status import MessageStatus
from coupefeu.words import say as words

ROOM_BYTES = 256
"""Kept free in a body for everything that is not the text; the rule that counts the whole has the last word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What was asked for, read but not judged; `time`, and a slot that is a time, as it was typed.

    `to`: parties, all others if none; `to_posts`: posts, which go before that. `from_post` None: our duty desk.
    """

    form: Form
    subject: Subject | None = None
    precedence: Precedence | None = None
    text: str = ""
    critical: tuple[str, ...] = ()
    operative: Operative | None = None
    place: str = ""
    time: str | None = None
    numbers: tuple[str, ...] = ()
    phrase: int | None = None
    slots: tuple[str, ...] = ()
    channel: Channel | None = None
    counterpart: str = ""
    officer: str = ""
    to: tuple[str, ...] = ()
    to_posts: tuple[str, ...] = ()
    from_post: str | None = None
    language: str | None = None


def what_about(
    desk: Desk, number: MessageId | None, form: Form
) -> tuple[MessageStatus | None, MessageId | None]:
    """Find what a message is about: another message, or an entry of another kind that it is written beside.

    Raises: UsageError: it is not on the record here, or the form names a message and that is none.
    """
    if number is None:
        return None, None
    found = desk.find_message(number)
    if found is not None or FORM_RULES[form].refers:
        return found or desk.message(number), None
    desk.reader.entry(*number)
    return None, number


def draft_message(
    folder: NodeFolder,
    wish: Wish,
    earlier: MessageStatus | None = None,
    attachments: Sequence[Attachment] = (),
    beside: MessageId | None = None,
) -> Say:
    """Make the command. Raises: UsageError.

    `earlier`: the message that it is about; `beside`: another entry that it is written beside, such as a call.
    """
    ours = folder.agreement.party(folder.party)
    _check_text(wish)
    speaker = (wish.from_post or ours.duty_desk).lower()
    precedence = _precedence(wish, earlier)
    return Say(
        content=_content(folder, wish, earlier),
        from_post=speaker,
        precedence=precedence,
        language=wish.language or ours.language,
        to_posts=_addressed(folder, wish, speaker, precedence),
        about=beside if earlier is None else earlier.id,
        attachments=tuple(attachments),
    )


def _check_text(wish: Wish) -> None:
    octets = len(wish.text.encode("utf-8", "surrogateescape"))
    if octets > MAX_BODY_BYTES - ROOM_BYTES:
        raise UsageError(
            f"the text has {octets:,} bytes, a message carries {MAX_BODY_BYTES - ROOM_BYTES:,} at most",
            code="node.draft.too_long",
            hint="Send it in parts, each a message.",
        )
    for passage in wish.critical:
        if passage not in wish.text:
            raise UsageError(
                f"the critical passage {passage[:60]!r} does not stand in the text",
                code="node.draft.critical",
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
        operative=wish.operative,
        place=wish.place,
        time_ms=None if wish.time is None else _minute(wish.time, now_ms),
        numbers=wish.numbers,
        phrase=wish.phrase,
        slots=_slots(wish, now_ms),
        channel=wish.channel,
        counterpart=wish.counterpart,
    )


def _subject(wish: Wish, earlier: MessageStatus | None) -> Subject:
    """Take what was named; else the form's only one, or that of the message it is about, or SAFETY."""
    if wish.subject is not None:
        return wish.subject
    possible = FORM_RULES[wish.form].subjects
    if len(possible) == 1:
        return next(iter(possible))
    return earlier.subject if earlier is not None and earlier.subject is not None else Subject.SAFETY


def _precedence(wish: Wish, earlier: MessageStatus | None) -> Precedence:
    if wish.precedence is not None:
        return wish.precedence
    if wish.form is Form.WARNING:
        return Precedence.FLASH
    return Precedence.ROUTINE if earlier is None else earlier.precedence


def _slots(wish: Wish, now_ms: int) -> tuple[Slot, ...]:
    kinds = PHRASES.get(wish.phrase or 0, ())
    if wish.phrase is not None and (wish.phrase not in PHRASES or len(kinds) != len(wish.slots)):
        raise _wrong_slots(wish, kinds)
    return tuple(
        _minute(slot, now_ms) if kind is FieldKind.TIME else slot
        for kind, slot in zip(kinds, wish.slots, strict=False)
    )


def _wrong_slots(wish: Wish, kinds: tuple[FieldKind, ...]) -> UsageError:
    if wish.phrase not in PHRASES:
        return UsageError(
            f"there is no phrase {wish.phrase}",
            code="node.draft.slots",
            hint=f"There are phrases 1 to {max(PHRASES)}.",
        )
    named = words(f"phrase-{wish.phrase:02d}", "en", **{kind.value: f"<{kind.value}>" for kind in kinds})
    return UsageError(
        f"phrase {wish.phrase} has {len(kinds)} to fill in, {len(wish.slots)} given",
        code="node.draft.slots",
        hint=f"Fill in: {named}" if kinds else "It has nothing to fill in.",
    )


def _minute(text: str, now_ms: int) -> int:
    time_ms = parse_instant(text, now_ms)
    return time_ms - time_ms % MINUTE_MS


def _addressed(folder: NodeFolder, wish: Wish, from_post: str, precedence: Precedence) -> tuple[str, ...]:
    """Address the posts named; else the speaker's counterparts, or the desks, of the parties named or of all."""
    agreement = folder.agreement
    if wish.to_posts:
        return tuple(agreement.post(post.lower()).id for post in wish.to_posts)
    named = [agreement.party(party.lower()).id for party in wish.to] or list(folder.counterparts)
    return choose_posts(agreement, from_post, named, precedence)
