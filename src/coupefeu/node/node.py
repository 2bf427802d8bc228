"""The Python API: `async with coupefeu.Node.open(folder) as node: await node.line("RU").send("...")`.

import coupefeu

async with coupefeu.Node.open("nodes/us") as node:
    sent = await node.line("RU").send("Our aircraft has turned back.", precedence=coupefeu.Precedence.FLASH)
    receipt = await sent.receipt()
    taken = await sent.until(coupefeu.StepName.TAKEN_BY)
    print(receipt.holder, taken.acts[0].post)
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coupefeu.errors import UsageError
from coupefeu.model.agreement import Agreement
from coupefeu.model.attachments import Attachment
from coupefeu.model.calls import Media
from coupefeu.model.messages import Content, Form, MessageId, format_number, parse_number
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.node.arranging.looking import Arrangement, find_arrangement, list_arrangements
from coupefeu.node.backend import Backend
from coupefeu.node.calling.call import Call
from coupefeu.node.desk import Desk, OpenMessages
from coupefeu.node.folder import NodeFolder
from coupefeu.node.folder_files import list_versions
from coupefeu.node.following import EntrySeen, Events, EventsMissed, ReceiptSeen
from coupefeu.node.passing.desk import Passing
from coupefeu.node.reach import reach_node
from coupefeu.node.standing import record_standing, running_standing
from coupefeu.services.base import Command, Context
from coupefeu.services.calls.commands import PlaceCall
from coupefeu.services.calls.listed import CallFilter
from coupefeu.services.calls.status import CallView
from coupefeu.services.messages.commands import Say
from coupefeu.services.messages.status import MessageStatus, Step, StepName
from coupefeu.services.watch.standing import WatchStanding, WatchView
from coupefeu.services.watch.unstaffed import Unstaffed

if TYPE_CHECKING:
    from coupefeu.node.communique.choosing import Disclosing, Query
    from coupefeu.node.conflict_desk import ConflictDesk
    from coupefeu.node.notice_desk import ListedNotices
    from coupefeu.services.firebreak.judged import Judged, LevelSpan
    from coupefeu.services.notices.listed import NoticeFilter
    from coupefeu.services.notices.status import NoticeView


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The other side has signed that it durably holds the entry; `arrived_ms`: when that was verified here."""

    holder: str
    arrived_ms: int


class Sent:
    """An entry that is durably on our record; `number` is how people call it (US/14)."""

    def __init__(self, node: "Node", entry: MessageId, number: str) -> None:
        self._node = node
        self.id = entry
        self.number = number

    async def receipt(self) -> Receipt:
        """Wait until a counterpart has signed for it; for ever, if it never does (cancel to stop waiting)."""
        holder, arrived_ms = await self._node.backend.receipt(self.id[1])
        return Receipt(holder=holder, arrived_ms=arrived_ms)

    async def until(self, step: StepName, *, party: str | None = None) -> Step:
        """Wait until a step of this message's chain is done, by `party` or by any: `StepName.TAKEN_BY`."""
        return await self._node.until(self.id, step, party=party)

    def status(self) -> MessageStatus:
        """Give this message with its chain and clocks as they are now."""
        return self._node.message(self.id)


class LineTo:
    """The line to one other party, from our duty desk unless another post is named."""

    def __init__(self, node: "Node", party: str) -> None:
        self._node = node
        self.party = party

    async def send(
        self,
        text: str,
        *,
        precedence: Precedence = Precedence.ROUTINE,
        subject: Subject = Subject.SAFETY,
        from_post: str | None = None,
        language: str | None = None,
        critical: tuple[str, ...] = (),
        attachments: Sequence[Attachment] = (),
    ) -> Sent:
        """Send a FREE TEXT. It is durably on our record when this returns; `critical` passages are to be read back.

        Raises: UsageError, PolicyError: what was refused, and why; nothing was recorded.
        """
        content = Content(form=Form.FREE_TEXT, subject=subject, text=text, passages=critical)
        return await self.say(
            content, precedence=precedence, from_post=from_post, language=language, attachments=attachments
        )

    async def say(
        self,
        content: Content,
        *,
        precedence: Precedence = Precedence.ROUTINE,
        from_post: str | None = None,
        language: str | None = None,
        about: MessageId | None = None,
        attachments: Sequence[Attachment] = (),
    ) -> Sent:
        """Send a message of any form (`coupefeu.Content`); the store commits to `attachments`. Raises: as `send`."""
        agreement = self._node.folder.agreement
        ours = agreement.party(self._node.folder.party)
        speaker = from_post or ours.duty_desk
        command = Say(
            content=content,
            from_post=speaker,
            to_posts=choose_posts(agreement, speaker, (self.party,), precedence),
            precedence=precedence,
            language=language or ours.language,
            about=about,
            attachments=tuple(attachments),
        )
        (sent,) = await self._node.act(command)
        return sent

    async def call(
        self,
        *,
        to_post: str | None = None,
        precedence: Precedence = Precedence.IMMEDIATE,
        media: Media = Media.TEXT,
        fingerprint: bytes | None = None,
        words: str = "",
        from_post: str | None = None,
        officer: str = "",
    ) -> Call:
        """RING NOW: call the duty desk there, or another post; FLASH rings every post of its ladder at once.

        The attempt stands on our record when this returns; `Call.until` waits for what becomes of it.

        Raises: as `send`.
        """
        agreement = self._node.folder.agreement
        command = PlaceCall(
            from_post=from_post or agreement.party(self._node.folder.party).duty_desk,
            to_post=to_post or agreement.party(self.party).duty_desk,
            precedence=precedence,
            media=media,
            fingerprint=fingerprint,
            words=words,
            officer=officer,
        )
        sent = (await self._node.act(command))[0]
        return Call(self._node, sent.id, sent.number)


def choose_posts(
    agreement: Agreement, from_post: str, parties: Sequence[str], precedence: Precedence
) -> tuple[str, ...]:
    """Address a post's counterparts at these parties; a FLASH, and a post without any, the duty desks there."""
    desks = tuple(agreement.desk(party).id for party in parties)
    paired = tuple(post.id for post in agreement.counterparts(from_post) if post.party in parties)
    return desks if precedence is Precedence.FLASH else paired or desks


class Node:
    """One node, either run by this process or reached where it is already running."""

    def __init__(self, folder: NodeFolder, backend: Backend) -> None:
        self.folder = folder
        self.backend = backend
        self._desk = Desk.open(folder, running=True)

    @classmethod
    @asynccontextmanager
    async def open(cls, folder: str | Path, *, online: bool = True) -> AsyncIterator["Node"]:
        """Reach the node of `folder` if it is running; run it here otherwise (`online=False`: without the line).

        Raises: ConfigError: the folder is no paired node, or it is recovering; StoreError.
        """
        opened = NodeFolder.open(folder)
        opened.need_line()
        backend = await reach_node(opened, online=online)
        try:
            node = cls(opened, backend)
            try:
                yield node
            finally:
                node._desk.close()
        finally:
            await backend.close()

    def _look(self) -> Desk:
        """Read by the agreement in force now: the running node may have brought another into force."""
        if list_versions(self.folder.path)[-1] != self.folder.agreement.version:
            self.folder = NodeFolder.open(self.folder.path)
            self._desk.close()
            self._desk = Desk.open(self.folder, running=True)
        return self._desk

    def line(self, party: str) -> LineTo:
        """Give the line to a party ("RU"). Raises: UsageError: it is not on this line, or it is ourselves."""
        name = party.lower()
        self.folder.agreement.party(name)
        if name == self.folder.party:
            raise UsageError(
                f"{party} is this node's own party", code="node.node.own_party", hint="Name the other one."
            )
        return LineTo(self, name)

    def number(self, text: str) -> MessageId:
        """Read `US/14`. Raises: UsageError."""
        return parse_number(text, self.folder.agreement.party_ids)

    async def act(self, command: Command) -> tuple[Sent, ...]:
        """Do a command (`coupefeu.Take`, `coupefeu.ReadBack`, ...); its entries are durable when this returns.

        Raises: UsageError, PolicyError: refused, nothing was recorded; StoreError.
        """
        parties = self.folder.agreement.party_ids
        return tuple(
            Sent(self, entry, format_number(entry, parties)) for entry in await self.backend.act(command)
        )

    def inbox(self, limit: int = 100) -> tuple[MessageStatus, ...]:
        """Give the latest messages of both sides, newest first, each with its chain and clocks."""
        return self._look().inbox(limit)

    def open_messages(self, limit: int = 100) -> OpenMessages:
        """Give what is open among the latest `limit` messages of each precedence, most urgent first."""
        return self._look().open_messages(limit)

    def watches(self) -> tuple[WatchView, ...]:
        """Say which posts of both sides are on watch, as each party says of its own."""
        return self._look().watches()

    def watch_standings(self) -> tuple[WatchStanding, ...]:
        """Say of every post of both sides who is there, who relieves whom and who is planned, as its party says."""
        return self._look().watch_standings()

    def unstaffed(self) -> tuple[Unstaffed, ...]:
        """Say which desks of ours nobody is at, though somebody must be."""
        return self._look().staffing().unstaffed

    def context(self) -> Context:
        """Say by which agreement and clock messages are judged."""
        return self._look().context()

    def message(self, number: str | MessageId) -> MessageStatus:
        """Give one message by its number. Raises: UsageError."""
        return self._look().message(self.number(number) if isinstance(number, str) else number)

    def calls(self, limit: int = 100) -> tuple[CallView, ...]:
        """Give the latest attempts of both sides, newest first, also those by another channel."""
        return self._look().calls(CallFilter(), 0, limit).calls

    def passing(self, number: str | MessageId) -> Passing:
        """Give a notice as it stands below the desks: units reached, gaps, STOP, holds. Raises: UsageError."""
        return self._look().passing.get(self.number(number) if isinstance(number, str) else number)

    def passing_gaps(self) -> tuple[Passing, ...]:
        """Give the live notices as they stand below the desks, the next to begin first."""
        return self._look().passing.listed()

    def firebreak(self, at_ms: int | None = None, *, known: bool = False) -> "Judged":
        """Say whether direct contact holds, now or at an instant, and why not; `known`: by what was here then.

        Raises: UsageError: that instant is still to come.
        """
        desk = self._look().firebreak
        if at_ms is None:
            return desk.now()
        return desk.known_at(at_ms) if known else desk.at(at_ms)

    def firebreak_history(self, from_ms: int, to_ms: int, *, known: bool = False) -> "tuple[LevelSpan, ...]":
        """Give the level over a span of time, stretch by stretch. Raises: UsageError: it is none."""
        return self._look().firebreak.history(from_ms, to_ms, known=known)

    def arrangements(self, limit: int = 50) -> tuple[Arrangement, ...]:
        """Give the newest calls that each side proposed to arrange, what changed last first."""
        return list_arrangements(self._look(), limit)

    def arrangement(self, number: str | MessageId) -> Arrangement:
        """Give an arranged call, by its number or that of any act about it. Raises: UsageError: there is none."""
        return find_arrangement(self._look(), self.number(number) if isinstance(number, str) else number)

    def notices(
        self, wanted: "NoticeFilter | None" = None, offset: int = 0, limit: int = 100
    ) -> "ListedNotices":
        """Give a window of the notices of both sides, newest first unless the filter says otherwise."""
        from coupefeu.services.notices import listed  # noqa: PLC0415 - only who asks for notices loads them

        return self._look().notices.listed(wanted or listed.NoticeFilter(), offset, limit)

    def notice(self, number: str | MessageId) -> "NoticeView":
        """Give a notice, by its number or that of any entry about it. Raises: UsageError: there is none."""
        return self._look().notices.get(self.number(number) if isinstance(number, str) else number)

    @property
    def conflicts(self) -> "ConflictDesk":
        """Which notices of ours would meet which of the other side: `listed`, `of`, `check`, `clearing`."""
        return self._look().conflicts

    def call(self, number: str | MessageId) -> Call:
        """Give an attempt by its number, to act on it or to wait. Raises: UsageError: it is not on the record here."""
        view = self.call_view(self.number(number) if isinstance(number, str) else number)
        return Call(self, view.id, view.number)

    def find_call(self, call: MessageId) -> CallView | None:
        """Give an attempt as it is now; None when it is not on the record here."""
        return self._look().find_call(call)

    async def calls_shown(self, *calls: str | MessageId) -> None:
        """Say that a screen shows these calls while they ring: else the node's alarm command runs after 10 seconds."""
        named = [self.number(each) if isinstance(each, str) else each for each in calls]
        await self.backend.calls_shown(named)

    def call_view(self, call: MessageId) -> CallView:
        """Give an attempt as it is now. Raises: UsageError: it is not on the record here."""
        return self._look().call(call)

    def attachment(self, message: str | MessageId, number: int = 0) -> Attachment:
        """Give an attachment of a message, numbered from 0. Raises: UsageError: there is none, or it is not here."""
        return self._look().attachment(self.number(message) if isinstance(message, str) else message, number)

    async def status(self) -> dict[str, Any]:
        """Give how the node stands, as `coupefeu status --json` prints it."""
        line = await self.backend.status()
        record = await asyncio.to_thread(record_standing, self.folder)
        return record | running_standing(line)

    async def sign_post_quantum(self, within_s: float = 5.0) -> dict[str, int]:
        """Have our log signed with ML-DSA-44 at once, by us and whoever is on the line, before it is shown to others.

        Gives by party how many of its entries both have signed so; what is less after `within_s` comes later.
        """
        return await self.backend.sign_post_quantum(within_s)

    async def communique(
        self,
        query: "Query",
        disclosing: "Disclosing | None" = None,
        *,
        embargo_ms: int | None = None,
        words: str = "",
    ) -> bytes:
        """Give a communique, signed as a whole: these entries with their proofs, as one HTML file.

        `disclosing`: heads alone, if not given. What is classical only so far is signed with ML-DSA-44 before, where
        the line is up.

        Raises: UsageError: nothing was found, too much, or what cannot be proved yet; PolicyError, ConfigError: this
        node may sign nothing now.
        """
        from coupefeu.node.communique import asking  # noqa: PLC0415 - of those that show something to strangers

        await self.sign_post_quantum()
        wish = asking.wish_of(query, disclosing, embargo_ms, words)
        return await asyncio.to_thread(asking.issue_communique, self.folder, wish)

    async def propose_communique(
        self,
        query: "Query",
        disclosing: "Disclosing | None" = None,
        *,
        embargo_ms: int | None = None,
        words: str = "",
        from_post: str | None = None,
    ) -> Sent:
        """Propose on the record that these entries may be shown to anybody, so much of each; the other side answers.

        Raises: as `communique`; UsageError: they are too many stretches of entries.
        """
        from coupefeu.node.communique import asking  # noqa: PLC0415 - as above

        wish = asking.wish_of(query, disclosing, embargo_ms, words)
        command = await asyncio.to_thread(asking.propose_wish, self.folder, wish, self._speaker(from_post))
        (sent,) = await self.act(command)
        return sent

    async def answer_communique(
        self, proposal: str | MessageId, *, consents: bool, reason: str = "", from_post: str | None = None
    ) -> Sent:
        """Consent to a proposal of the other side, once its entries are found to be those that we hold; or refuse it.

        Raises: PolicyError: there is no such proposal, it names other entries than ours, or it was answered.
        """
        from coupefeu.node.communique import asking  # noqa: PLC0415 - as above

        number = self.number(proposal) if isinstance(proposal, str) else proposal
        post = self._speaker(from_post)
        command = await asyncio.to_thread(
            asking.answer_proposal, self.folder, number, post, consents=consents, reason=reason
        )
        (sent,) = await self.act(command)
        return sent

    def _speaker(self, from_post: str | None) -> str:
        return from_post or self.folder.agreement.party(self.folder.party).duty_desk

    def events(self) -> Events:
        """Follow what happens: `async with node.events() as events`, then `async for event in events`."""
        return Events(self.backend)

    async def until(self, message: str | MessageId, step: StepName, *, party: str | None = None) -> Step:
        """Wait until a step of a message's chain is done, by `party` or by any; for ever, if it never is.

        Raises: UsageError: no such message; PeerError: the node that was followed went away.
        """
        number = self.message(message).number
        async with self.events() as events:
            while (done := self._done(number, step, party)) is None:
                await _next_about(number, events)
        return done

    def _done(self, number: str, name: StepName, party: str | None) -> Step | None:
        chains = [each for each in self.message(number).chains if party in {None, each.party}]
        steps = [step for chain in chains for step in chain.steps if step.name is name]
        return next((step for step in steps if step.done), None)


async def _next_about(number: str, events: Events) -> None:
    """Wait for something that may change a message's chain."""
    async for event in events:
        if isinstance(event, EntrySeen) and number not in event.about:
            continue
        if isinstance(event, EntrySeen | ReceiptSeen | EventsMissed):
            return
