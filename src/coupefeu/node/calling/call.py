"""A call as a program holds it: `call = await node.line("RU").call()`, then `await call.until(Outcome.ANSWERED)`.

call = await node.line("RU").call(precedence=coupefeu.Precedence.FLASH, words="About the bridge.")
view = await call.until(coupefeu.CallState.IN_CALL, coupefeu.CallState.ENDED)
print(view.outcome, view.answered_by)
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING

from coupefeu.model.calls import CallRole, CallState, DeclineReason, Media, Outcome
from coupefeu.model.entry import Kind
from coupefeu.model.messages import MessageId
from coupefeu.node.calling.spoken import our_post, talking_ms
from coupefeu.node.following import EntrySeen, Events, EventsMissed, ReceiptSeen
from coupefeu.services.calls.commands import (
    AnswerCall,
    CallAct,
    DeclineCall,
    DeferCall,
    HangUp,
    JoinCall,
    WithdrawCall,
)
from coupefeu.services.calls.status import CallView

if TYPE_CHECKING:
    from coupefeu.node.node import Node, Sent


class Call:
    """An attempt of either side that stands on the record here; `number` is how people name it (US/14).

    Every act is an entry that is durable when this returns. Raises, each of them: PolicyError, UsageError: what was
    refused, and why; nothing was recorded.
    """

    def __init__(self, node: "Node", call: MessageId, number: str) -> None:
        self._node = node
        self.id = call
        self.number = number

    def view(self) -> CallView:
        """Give it as it is now."""
        return self._node.call_view(self.id)

    async def changes(self) -> AsyncGenerator[CallView]:
        """Give it as it is now, and again whenever something changes; ends when it has ended.

        Raises: PeerError: the node that was followed went away.
        """
        before = None
        async with self._node.events() as events:
            while before is None or before.state is not CallState.ENDED:
                view = self.view()
                if view != before:
                    yield view
                    before = view
                elif view.state is not CallState.ENDED:
                    await _next_about(self.number, events)

    async def until(self, *reached: CallState | Outcome) -> CallView:
        """Wait until it is in one of these states or has one of these outcomes, or has ended otherwise.

        A state that was passed counts: what was answered did ring. It may never be (cancel to stop waiting). Raises: as
        `changes`.
        """
        async with aclosing(self.changes()) as changes:
            async for view in changes:
                if _has_reached(view, reached):
                    break
        return view

    async def answer(
        self,
        *,
        from_post: str | None = None,
        media: Media = Media.TEXT,
        fingerprint: bytes | None = None,
        officer: str = "",
    ) -> "Sent":
        """Answer it, as the post that was called unless another one speaks; `fingerprint`: with voice and video."""
        post = from_post or self.view().to_post
        command = AnswerCall(
            call=self.id, from_post=post, media=media, fingerprint=fingerprint, officer=officer
        )
        return await self._act(command)

    async def decline(
        self, reason: DeclineReason, *, words: str = "", from_post: str | None = None, officer: str = ""
    ) -> "Sent":
        """Decline it, with a reason; `words` stand beside it."""
        post = from_post or self.view().to_post
        command = DeclineCall(call=self.id, from_post=post, reason=reason, words=words, officer=officer)
        return await self._act(command)

    async def defer(
        self,
        *,
        to_post: str | None = None,
        to_ms: int | None = None,
        words: str = "",
        from_post: str | None = None,
        officer: str = "",
    ) -> "Sent":
        """Put it off: to another post of ours, to another time (UTC ms), or both."""
        post = from_post or self.view().to_post
        command = DeferCall(
            call=self.id, from_post=post, to_post=to_post, to_ms=to_ms, words=words, officer=officer
        )
        return await self._act(command)

    async def withdraw(self, *, words: str = "", from_post: str | None = None, officer: str = "") -> "Sent":
        """Take back one of ours that nobody has answered."""
        post = from_post or self.view().from_post
        return await self._act(WithdrawCall(call=self.id, from_post=post, words=words, officer=officer))

    async def hang_up(self, *, from_post: str | None = None, officer: str = "") -> "Sent":
        """End it, once it was answered; how long it was is taken from our own clock."""
        view = self.view()
        post = from_post or our_post(view)
        duration_ms = talking_ms(view, self._node.context().now.utc_ms)
        return await self._act(HangUp(call=self.id, from_post=post, officer=officer, duration_ms=duration_ms))

    async def join(
        self, role: CallRole, name: str, *, from_post: str | None = None, officer: str = ""
    ) -> "Sent":
        """Say that somebody else is in the room, in which role; `name`: a post or a label."""
        post = from_post or our_post(self.view())
        return await self._act(JoinCall(call=self.id, from_post=post, role=role, name=name, officer=officer))

    async def _act(self, command: CallAct) -> "Sent":
        return (await self._node.act(command))[0]


def _has_reached(view: CallView, reached: tuple[CallState | Outcome, ...]) -> bool:
    passed = {CallState.PLACED, view.state, *(step.state for step in view.steps)}
    if view.on_their_record_ms is not None:
        passed.add(CallState.ON_THEIR_NODE)
    return any(each == view.outcome or each in passed for each in reached)


async def _next_about(number: str, events: Events) -> None:
    """Wait for something that may change a call; an entry that answers many names more than an event does."""
    async for event in events:
        if isinstance(event, EntrySeen) and not _may_name(event, number):
            continue
        if isinstance(event, EntrySeen | ReceiptSeen | EventsMissed):
            return


def _may_name(event: EntrySeen, number: str) -> bool:
    return number in event.about or event.kind == Kind.CALL_UNANSWERED
