"""What a page asks about a notice becomes a command, by the post and under the label of its session."""

from collections.abc import Callable
from typing import Any, Final

from coupefeu.console.acting import one_of
from coupefeu.console.notices_reading import ReadDraft, Reader, read_volumes
from coupefeu.console.notices_requests import NoticeActName, NoticeActRequest, NoticeDraft
from coupefeu.console.notices_values import DraftDefect
from coupefeu.console.sessions import Session
from coupefeu.errors import UsageError
from coupefeu.model.messages import MessageId, parse_number
from coupefeu.model.notices import Answer, Settlement
from coupefeu.services.base import Command
from coupefeu.services.notices.commands import (
    AmendNotice,
    AnswerCounter,
    AnswerNotice,
    CompleteNotice,
    FileNotice,
    NoticeAct,
    ReadBackPositions,
    SettleConflict,
    WithdrawNotice,
)
from coupefeu.services.notices.facts import encode_volumes
from coupefeu.services.notices.status import NoticeView


def file_command(
    read: ReadDraft, draft: NoticeDraft, amends: MessageId | None, session: Session
) -> FileNotice | AmendNotice:
    """Make the command that files or amends a notice. Raises: UsageError: the first defect, by its field."""
    if read.fact is None or read.defects:
        raise refusal_of(read.defects[0])
    if amends is not None:
        return AmendNotice.of(amends, read.fact, session.post)
    return FileNotice.of(read.fact, session.post, draft.to_posts)


def refusal_of(defect: DraftDefect) -> UsageError:
    """Make the refusal of what was typed."""
    return UsageError(f"{defect.field}: {defect.message}", code=defect.code, hint=defect.hint)


def act_command(
    asked: NoticeActRequest,
    view: NoticeView,
    session: Session,
    now_ms: int,
    parties: tuple[str, ...],
    language: str,
) -> Command:
    """Make the command of an act. Raises: UsageError: what was typed cannot be read, or names what there is not."""
    command, stated = _ACTS[asked.act]
    return command(
        notice=view.id,
        from_post=session.post,
        words=asked.words.strip(),
        officer=session.officer,
        **stated(asked, _Known(now_ms=now_ms, parties=parties, language=language)),
    )


class _Known:
    """What reading an act needs."""

    def __init__(self, *, now_ms: int, parties: tuple[str, ...], language: str) -> None:
        self.now_ms = now_ms
        self.language = language
        self._parties = parties

    def number(self, text: str | None, what: str) -> MessageId:
        """Read a number that an act cannot do without. Raises: UsageError."""
        if text is None:
            raise UsageError(
                f"it is not said which {what}", code=f"console.notices.{what}", hint="Give its number: RU/9."
            )
        return parse_number(text, self._parties)

    def version(self, asked: NoticeActRequest) -> MessageId | None:
        """Read which version was looked at; None: the newest."""
        return None if asked.version is None else parse_number(asked.version, self._parties)


def _answer(asked: NoticeActRequest, known: _Known) -> dict[str, Any]:
    answer = one_of(Answer, asked.answer or "", "answer")
    volumes = b""
    if answer is Answer.COUNTER_PROPOSAL:
        reader = Reader(now_ms=known.now_ms, language=known.language)
        read = read_volumes(reader, asked.volumes)
        if reader.defects:
            raise refusal_of(reader.defects[0])
        volumes = encode_volumes(tuple(each for each in read if each is not None))
    return {"answer": answer, "version": known.version(asked), "volumes": volumes}


def _counter(*, is_accepted: bool) -> Callable[[NoticeActRequest, _Known], dict[str, Any]]:
    def stated(asked: NoticeActRequest, known: _Known) -> dict[str, Any]:
        return {"counter": known.number(asked.counter, "counter"), "is_accepted": is_accepted}

    return stated


def _read_back(asked: NoticeActRequest, known: _Known) -> dict[str, Any]:
    return {"positions": tuple(each.strip() for each in asked.typed), "version": known.version(asked)}


def _settle(asked: NoticeActRequest, known: _Known) -> dict[str, Any]:
    return {
        "other": known.number(asked.other, "other"),
        "settlement": one_of(Settlement, asked.settlement or "", "settlement"),
    }


def _nothing(_asked: NoticeActRequest, _known: _Known) -> dict[str, Any]:
    return {}


_Stated = Callable[[NoticeActRequest, _Known], dict[str, Any]]
_ACTS: Final[dict[NoticeActName, tuple[type[NoticeAct], _Stated]]] = {
    NoticeActName.ANSWER: (AnswerNotice, _answer),
    NoticeActName.ACCEPT: (AnswerCounter, _counter(is_accepted=True)),
    NoticeActName.REFUSE: (AnswerCounter, _counter(is_accepted=False)),
    NoticeActName.READ_BACK: (ReadBackPositions, _read_back),
    NoticeActName.WITHDRAW: (WithdrawNotice, _nothing),
    NoticeActName.COMPLETE: (CompleteNotice, _nothing),
    NoticeActName.SETTLE: (SettleConflict, _settle),
}
