"""What officers ask of the notices: one command for each act; what a notice says comes as its body.

`content` is what `encode_notice` gives, `volumes` what `encode_volumes` gives: so a command crosses the control socket
as the same bytes that are signed.
"""

from dataclasses import dataclass
from typing import Self

from coupefeu.model.messages import MessageId
from coupefeu.model.notices import Answer, Settlement
from coupefeu.model.volumes import Volume
from coupefeu.services.base import Command
from coupefeu.services.notices.facts import NoticeFact, encode_notice, encode_volumes


@dataclass(frozen=True, slots=True, kw_only=True)
class FileNotice(Command):
    """File a notice; `to_posts` empty: to the duty desks of every other party."""

    from_post: str
    content: bytes
    to_posts: tuple[str, ...] = ()

    @classmethod
    def of(cls, fact: NoticeFact, from_post: str, to_posts: tuple[str, ...] = ()) -> Self:
        """Make it of what the notice says. Raises: UsageError: it is too long."""
        return cls(from_post=from_post, content=encode_notice(fact), to_posts=to_posts)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeCommand(Command):
    """An act about a notice, named by the entry that filed it."""

    notice: MessageId
    from_post: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendNotice(NoticeCommand):
    """Say all of it anew; what is asked of the other side is asked again unless the remarks alone are other ones."""

    content: bytes

    @classmethod
    def of(cls, notice: MessageId, fact: NoticeFact, from_post: str) -> Self:
        """Make it of what the notice now says. Raises: UsageError: it is too long."""
        return cls(notice=notice, from_post=from_post, content=encode_notice(fact))


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeAct(NoticeCommand):
    """An act with words; `officer` is a label beside the post."""

    words: str = ""
    officer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawNotice(NoticeAct):
    """Take a notice of ours back: it holds no longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteNotice(NoticeAct):
    """Say that what a notice of ours announced is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerNotice(NoticeAct):
    """Answer a notice of the other side. `version` None: the newest; `volumes`: of a counter-proposal alone."""

    answer: Answer
    version: MessageId | None = None
    volumes: bytes = b""

    @classmethod
    def countering(
        cls,
        notice: MessageId,
        volumes: tuple[Volume, ...],
        from_post: str,
        *,
        words: str = "",
        officer: str = "",
    ) -> Self:
        """Propose other volumes."""
        return cls(
            notice=notice,
            from_post=from_post,
            words=words,
            officer=officer,
            answer=Answer.COUNTER_PROPOSAL,
            volumes=encode_volumes(volumes),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCounter(NoticeAct):
    """Accept or refuse a counter-proposal of the other side; accepting amends our notice to it in the same act."""

    counter: MessageId
    is_accepted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBackPositions(NoticeAct):
    """Read the key positions of a notice back, each as it was typed, in the order of the notice."""

    positions: tuple[str, ...]
    version: MessageId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleConflict(NoticeAct):
    """Say what became of the conflict of `notice`, one of ours, with `other`; words: the measures, or the reason."""

    other: MessageId
    settlement: Settlement


COMMANDS: tuple[type[Command], ...] = (
    FileNotice, AmendNotice, WithdrawNotice, CompleteNotice, AnswerNotice, AnswerCounter, ReadBackPositions,
    SettleConflict,
)  # fmt: skip
