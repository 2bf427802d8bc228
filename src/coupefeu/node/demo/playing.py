"""Plays March 2022 on a jumping clock, through the services of both nodes; what it claims of an event is then read.

played = play_march(folder / "us", folder / "ru")       two paired folders; both are free again when this returns
"""

import asyncio
import io
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, assert_never

from coupefeu.model.calls import CallState, Outcome
from coupefeu.model.messages import MINUTE_MS, Channel, Content, Form, MessageId
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.node.communique.choosing import Disclosing, Query
from coupefeu.node.communique.issuing import Wish, draft_communique
from coupefeu.node.demo.jumping import Player
from coupefeu.node.demo.march import (
    BEGINS,
    LINE_TESTED_AT,
    MARCH,
    Attempt,
    Dark,
    Issued,
    Noted,
    ReadBackMessage,
    StoryEvent,
    Telephoned,
    Watch,
)
from coupefeu.node.demo.played import PlayedNode
from coupefeu.node.demo.terms import RUNS_ON, at
from coupefeu.node.demo.texts import choose_critical
from coupefeu.node.demo.watching import insist
from coupefeu.node.folder import NodeFolder
from coupefeu.node.presence import fresh_salt
from coupefeu.record.communique import verify_communique
from coupefeu.record.selection import Disclosed
from coupefeu.services.bodies import promised_in
from coupefeu.services.calls.commands import DeclineCall, PlaceCall
from coupefeu.services.messages.commands import Read, ReadBack, Say, Take
from coupefeu.services.presence.facts import EnterReport
from coupefeu.services.watch.facts import LeaveWatch, TakeWatch
from coupefeu.store.reader import Reader

DAY_MS: Final = 86_400_000
COMMUNIQUE: Final = "communique-2022-03-23.html"
_ACTS_AFTER_S: Final = 40
"""So long a person takes to act."""
_RINGS_WITHIN_S: Final = 5
_STEP_S: Final = 5
_CONCLUDES_WITHIN_S: Final = 900

Tell = Callable[[StoryEvent], None]


@dataclass(slots=True)
class Played:
    """What was played: by event its entry, where it made one; and the communique, verified."""

    entries: dict[StoryEvent, MessageId] = field(default_factory=dict)
    communique: Path | None = None
    proved: int = 0
    """Entries that the communique proves."""

    def of(self, kind: type) -> list[MessageId]:
        """Give the entries of the events of one kind, in their order."""
        return [number for event, number in self.entries.items() if isinstance(event.event, kind)]


def play_march(us: Path, ru: Path, tell: Tell = lambda _event: None) -> Played:
    """Play all of it in two paired folders; both nodes have then signed for all that the other has.

    Raises: VerificationError `node.demo.failed`: something is not as it was to become; and what a node refuses.
    """
    played = Played()
    with Player(NodeFolder.open(us), NodeFolder.open(ru), at(BEGINS)) as player:
        player.jump(at(BEGINS))
        player.settle()
        for event in MARCH:
            _test_daily(player, event.at_ms)
            player.jump(event.at_ms)
            _Scene(player, event, played).play()
            _go_quiet(player)
            tell(event)
        player.jump(at(RUNS_ON) - MINUTE_MS)
        player.settle()
        _insist_alike(player, played)
    return played


async def play_apart(us: Path, ru: Path, tell: Tell = lambda _event: None) -> Played:
    """Play it on a thread; when this is cancelled, the playing ends with the event at hand. Raises: as `play_march`."""
    is_ended = threading.Event()

    def told(event: StoryEvent) -> None:
        if is_ended.is_set():
            raise asyncio.CancelledError
        tell(event)

    try:
        return await asyncio.to_thread(play_march, us, ru, told)
    finally:
        is_ended.set()


def _insist_alike(player: Player, played: Played) -> None:
    """See that both records say the same of every attempt."""
    for number in played.of(Attempt):
        ours, theirs = (node.desk.call(number) for node in player.nodes.values())
        insist(
            (ours.outcome, ours.rung_posts) == (theirs.outcome, theirs.rung_posts),
            f"both records say the same of {ours.number}",
        )


def _test_daily(player: Player, until_ms: int) -> None:
    """Let both nodes do what they do by themselves each day: they test the line, and name what is overdue."""
    hour_ms = at(BEGINS.partition("T")[0] + LINE_TESTED_AT) % DAY_MS
    next_ms = (player.now_ms - hour_ms) // DAY_MS * DAY_MS + DAY_MS + hour_ms
    for day_ms in range(next_ms, until_ms, DAY_MS):
        player.jump(day_ms)
        _go_quiet(player)


def _go_quiet(player: Player) -> None:
    if all(node.is_up for node in player.nodes.values()):
        player.settle()
    else:
        player.run(seconds=_STEP_S)


class _Scene:
    """One event on both nodes."""

    def __init__(self, player: Player, event: StoryEvent, played: Played) -> None:
        self._player = player
        self._event = event
        self._label = event.label
        self._played = played

    def play(self) -> None:
        match self._event.event:
            case Watch() as watch:
                self._watch(watch)
            case ReadBackMessage() as message:
                self._read_back(message)
            case Attempt() as attempt:
                self._attempt(attempt)
            case Telephoned() as telephoned:
                self._telephone(telephoned)
            case Dark() as dark:
                (self._player.lighten if dark.is_back else self._player.darken)(dark.party)
            case Noted() as noted:
                self._note(noted)
            case Issued() as issued:
                self._issue(issued)
            case other:
                assert_never(other)

    def _watch(self, watch: Watch) -> None:
        post, node = watch.post, self._node(watch.post)
        if watch.is_taken:
            self._keep(node.act(TakeWatch(from_post=post, heard=True, officer=self._label)))
        else:
            self._keep(node.act(LeaveWatch(from_post=post, officer=self._label)))

    def _read_back(self, message: ReadBackMessage) -> None:
        critical = choose_critical(message.text)
        content = self._content(
            Content(form=Form.FREE_TEXT, subject=Subject.SAFETY, text=message.text, passages=critical)
        )
        number = self._say(message.from_post, message.to_post, content)
        self._player.settle()
        reader, post = self._node(message.to_post), message.to_post
        for act in (Take, Read):
            self._player.run(seconds=_ACTS_AFTER_S)
            reader.act(act(message=number, from_post=post, officer=self._label))
        self._player.run(seconds=_ACTS_AFTER_S)
        reader.act(ReadBack(message=number, from_post=post, officer=self._label, typed=critical))

    def _attempt(self, attempt: Attempt) -> None:
        caller, called = self._node(attempt.from_post), self._node(attempt.to_post)
        number = self._keep(
            caller.act(PlaceCall(from_post=attempt.from_post, to_post=attempt.to_post, officer=self._label))
        )
        if attempt.ends is Outcome.DECLINED:
            self._player.run(seconds=_RINGS_WITHIN_S)
            insist(called.desk.call(number).state is CallState.RINGING, "the call rings at the other side")
            self._player.run(seconds=_ACTS_AFTER_S)
            called.act(
                DeclineCall(
                    call=number, from_post=attempt.to_post, reason=attempt.reason, officer=self._label
                )
            )
            self._player.run(seconds=_RINGS_WITHIN_S)
        for _ in range(_CONCLUDES_WITHIN_S // _STEP_S):
            if caller.desk.call(number).state is CallState.ENDED:
                break
            self._player.run(seconds=_STEP_S)
        outcome = caller.desk.call(number).outcome
        insist(
            outcome is attempt.ends, f"the attempt of {self._event.when} ends as {attempt.ends}: {outcome}"
        )

    def _telephone(self, telephoned: Telephoned) -> None:
        title = self._player.us.folder.agreement.post(telephoned.to_post).title.en
        content = Content(
            form=Form.CONTACT,
            subject=Subject.SERVICE,
            channel=Channel.TELEPHONE,
            time_ms=self._event.at_ms - 10 * MINUTE_MS,
            counterpart=title,
            text=telephoned.text,
        )
        self._say(telephoned.from_post, telephoned.to_post, self._content(content))

    def _note(self, noted: Noted) -> None:
        node = self._node(noted.from_post)
        report = EnterReport(
            kind=noted.kind,
            from_post=noted.from_post,
            report=noted.report,
            language="en",
            salt=fresh_salt(),
            officer=self._label,
        )
        self._keep(node.act(report))

    def _issue(self, issued: Issued) -> None:
        """Put every attempt, with what became of it, into a file that a stranger can verify; and verify it."""
        node = self._player.nodes[issued.party]
        self._player.settle()
        calls, others = self._played.of(Attempt), self._played.of(Telephoned)
        steps = [step.id for call in calls for step in node.desk.call(call).steps]
        wish = Wish(
            query=Query(entries=tuple(sorted({*calls, *others, *steps}))),
            disclosing=Disclosing(default=Disclosed.ALL),
            words=issued.words,
            made_ms=self._player.now_ms,
        )
        with Reader(node.folder.record_path, running=True) as reader:
            octets = draft_communique(node.folder, reader, wish).sign(node.folder)
        proved = verify_communique(io.BytesIO(octets).readline, promised_in)
        self._played.communique = node.folder.path.parent / COMMUNIQUE
        self._played.communique.write_bytes(octets)
        self._played.proved = len(proved.entries)

    # --- what events share --------------------------------------------------------------------------------

    def _node(self, post: str) -> PlayedNode:
        return self._player.nodes[post.partition(".")[0]]

    def _content(self, content: Content) -> Content:
        return replace(content, officer=self._label)

    def _say(
        self, from_post: str, to_post: str, content: Content, precedence: Precedence = Precedence.ROUTINE
    ) -> MessageId:
        node = self._node(from_post)
        language = node.folder.agreement.party(node.folder.party).language
        return self._keep(
            node.act(
                Say(
                    content=content,
                    from_post=from_post,
                    to_posts=(to_post,),
                    precedence=precedence,
                    language=language,
                )
            )
        )

    def _keep(self, number: MessageId) -> MessageId:
        self._played.entries[self._event] = number
        return number
