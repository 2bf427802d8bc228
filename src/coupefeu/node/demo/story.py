"""The story, step by step: what an officer would do, and what must then be true.

pair -> March 2022 on a jumping clock -> both run on as processes -> message, read back -> FLASH STOP, outcome
     -> line test -> calls -> notices, one conflict -> kill -9 -> FLASH over a backlog -> verify
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

from coupefeu.model.instant import format_date_time_group
from coupefeu.model.messages import MINUTE_MS, Content, Form, MessageId, Operative, OutcomeCode
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.node.assembly import parties_of
from coupefeu.node.demo.calls import RING, hold_calls
from coupefeu.node.demo.level import answer_at_last, see_broken
from coupefeu.node.demo.line import pair_story
from coupefeu.node.demo.loading import Tell, describe
from coupefeu.node.demo.march import MARCH, Attempt
from coupefeu.node.demo.notices import conflicts_of, file_plans, load_files, settle_conflict
from coupefeu.node.demo.playing import play_apart
from coupefeu.node.demo.summary import Step, Summary, VerifiedRecord
from coupefeu.node.demo.terms import RUNS_ON, at
from coupefeu.node.demo.texts import choose_critical, split_text
from coupefeu.node.demo.watching import (
    STEP_WITHIN_S,
    insist,
    is_held,
    is_settled,
    is_up,
    size_of,
    wait_until,
)
from coupefeu.node.exercise import NodeProcess
from coupefeu.node.export import export_record
from coupefeu.node.folder import NodeFolder
from coupefeu.node.node import Node, Sent
from coupefeu.record.audit import audit_record
from coupefeu.services.messages.commands import GiveOutcome, Read, ReadBack, SendLineTest, Take
from coupefeu.services.messages.status import MessageStatus, StepName
from coupefeu.store.reader import Reader

STOP_PLACE: Final = "35 19 N 40 08 E"
STOP_TEXT: Final = "The positions under fire are not those you take them for."
BACKLOG: Final = 1_000
STORY_RUNS_ON_MS: Final = 600_000
"""So long it may take at most until both are up."""


class Demo:
    """Plays the story in `folder`, an empty folder; `tell` hears of each step as it ends."""

    def __init__(
        self,
        folder: Path,
        text: str,
        tell: Callable[[Step], None],
        *,
        backlog: int = BACKLOG,
        notices: Sequence[Path] = (),
        told: Tell = lambda _place, _size: None,
    ) -> None:
        self.summary = Summary()
        self._backlog = backlog
        self._folder = folder
        self._parts = split_text(text)
        self._tell = tell
        self._notices = notices
        self._told = told
        self._sent: list[str] = []
        self._begun = 0
        """Entries of US that the story has left on the record."""

    async def run(self) -> Summary:
        """Play all steps, or all up to the first that does not hold; the nodes are stopped when this returns."""
        async with AsyncExitStack() as stack:
            steps: tuple[tuple[str, Callable[[], Awaitable[str]]], ...] = (
                ("pair", self._pair),
                ("march-2022", self._play_march),
                ("firebreak-broken", self._see_broken),
                ("run-on", lambda: self._run_on(stack)),
                ("answered-at-last", self._answer),
                ("message-read-back", self._read_back),
                ("flash-stop-outcome", self._stop),
                ("line-test", self._line_test),
                ("calls", self._call),
                ("conflict-settled", self._notify),
                *((("notices-loaded", self._load),) if self._notices else ()),
                ("kill-and-restart", self._kill),
                ("flash-overtakes-backlog", self._overtake),
                ("nothing-lost-or-doubled", self._count),
                ("records-verified", self._verify),
            )
            for name, play in steps:
                if not await self._play(name, play):
                    break
        return self.summary

    async def _play(self, name: str, play: Callable[[], Awaitable[str]]) -> bool:
        started = time.monotonic()
        try:
            async with asyncio.timeout(STEP_WITHIN_S):
                detail, ok = await play(), True
        except TimeoutError:
            detail, ok = f"not seen within {STEP_WITHIN_S:.0f} s", False
        except Exception as error:  # noqa: BLE001 - whatever goes wrong, the summary says at which step
            detail, ok = str(error) or type(error).__name__, False
        step = Step(name=name, ok=ok, seconds=round(time.monotonic() - started, 3), detail=detail)
        self.summary.steps.append(step)
        self._tell(step)
        return ok

    # --- the steps ----------------------------------------------------------------------------------------

    async def _pair(self) -> str:
        us, ru = await asyncio.to_thread(pair_story, self._folder, {"ring": RING})
        self._us, self._ru = NodeProcess(us.path), NodeProcess(ru.path)
        return f"two folders, {us.path.name.upper()} and {ru.path.name.upper()}, of one EXERCISE line"

    async def _play_march(self) -> str:
        """Play the article's events on a jumping clock, through both nodes' own services."""
        played = await play_apart(self._us.folder, self._ru.folder)
        insist(played.communique is not None, "a communique is issued")
        self._begun = size_of(self._ru.folder)
        calls = len(played.of(Attempt))
        return (
            f"{len(MARCH)} events; {calls} calls of the Secretary and the Chairman, in vain, as both records say; "
            f"the communique of 23 March proves {played.proved} entries"
        )

    async def _see_broken(self) -> str:
        """Read the level at the end of the story from both records."""
        return await asyncio.to_thread(
            see_broken, [NodeFolder.open(each.folder) for each in (self._us, self._ru)]
        )

    async def _answer(self) -> str:
        """Let the two principals speak: the level follows on both sides."""
        async with Node.open(self._us.folder) as us, Node.open(self._ru.folder) as ru:
            return await answer_at_last(us, ru)

    async def _run_on(self, stack: AsyncExitStack) -> str:
        """Run both nodes as processes, whose clocks go on from the end of the story."""
        for process in (self._us, self._ru):
            stack.push_async_callback(process.stop)
        await asyncio.gather(self._us.start(), self._ru.start())
        async with Node.open(self._us.folder) as node:
            await wait_until(lambda: is_up(node, "ru"), "the line is up")
            now_ms = node.context().now.utc_ms
        insist(0 <= now_ms - at(RUNS_ON) < STORY_RUNS_ON_MS, "the clocks go on from the end of the story")
        return f"two processes on one line; it is {format_date_time_group(now_ms)}, by both their clocks"

    async def _read_back(self) -> str:
        """Send the message; it is receipted, taken, read, read back with a slip, and read back rightly."""
        async with Node.open(self._us.folder) as us, Node.open(self._ru.folder) as ru:
            sent = [await self._send(us, part) for part in self._parts]
            first = sent[0]
            await asyncio.gather(*(each.receipt() for each in sent))
            arrived = [await self._arrived(ru, each.id) for each in sent]
            insist("".join(_text(each) for each in arrived) == "".join(self._parts), "the text is the same")
            await ru.act(Take(message=first.id, from_post=_desk(ru)))
            await ru.act(Read(message=first.id, from_post=_desk(ru)))
            asked = tuple(critical.value for critical in arrived[0].critical)
            if not asked:
                await self._seen(us, first.id, StepName.READ_BY)
                return f"{first.number}: receipted, taken, read; nothing in it can be typed anew"
            await ru.act(
                ReadBack(message=first.id, from_post=_desk(ru), typed=tuple(f"{each} not" for each in asked))
            )
            await ru.act(ReadBack(message=first.id, from_post=_desk(ru), typed=asked))
            chain = (await self._seen(us, first.id, StepName.READ_BACK)).chains[0]
            verdicts = [act.verdict for act in chain.step(StepName.READ_BACK).acts]
            insist(
                [bool(v and v.matches) for v in verdicts] == [False, True], "a slip was marked, then mended"
            )
        return f"{first.number}: receipted, taken, read, read back (a slip was marked first)"

    async def _stop(self) -> str:
        """Send a WARNING at FLASH: that the desk takes it does not stop the outcome clock; the outcome does."""
        async with Node.open(self._us.folder) as us, Node.open(self._ru.folder) as ru:
            stop = Content(
                form=Form.WARNING, subject=Subject.SAFETY, operative=Operative.STOP, place=STOP_PLACE,
                time_ms=_minute_ms(us), numbers=("15",), text=STOP_TEXT,
            )  # fmt: skip
            sent = await us.line("ru").say(stop, precedence=Precedence.FLASH)
            await sent.receipt()
            await self._arrived(ru, sent.id)
            await ru.act(Take(message=sent.id, from_post=_desk(ru)))
            taken = await self._seen(us, sent.id, StepName.TAKEN_BY)
            clock = taken.chains[0].step(StepName.OUTCOME).clock
            insist(clock is not None and clock.running, "taking does not stop the outcome clock")
            outcome = OutcomeCode.STOPPED_AT
            await ru.act(
                GiveOutcome(message=sent.id, from_post=_desk(ru), outcome=outcome, time_ms=_minute_ms(ru))
            )
            done = await self._seen(us, sent.id, StepName.OUTCOME)
            clock = done.chains[0].step(StepName.OUTCOME).clock
            insist(clock is not None and not clock.running, "the outcome stops the clock")
        return f"{sent.number}: FLASH WARNING STOP, taken by the desk, STOPPED AT"

    async def _line_test(self) -> str:
        async with Node.open(self._us.folder) as us:
            (test,) = await us.act(SendLineTest(template=1))
            await self._seen(us, test.id, StepName.ANSWERED)
        return f"{test.number}: answered by the other node"

    async def _call(self) -> str:
        """Hold calls that end in six ways, alike on both records."""
        async with Node.open(self._us.folder) as us, Node.open(self._ru.folder) as ru:
            return await hold_calls(us, ru)

    async def _notify(self) -> str:
        """File a dozen notices; both find the one conflict among them, and settle it."""
        async with Node.open(self._us.folder) as us, Node.open(self._ru.folder) as ru:
            return await settle_conflict(us, ru, await file_plans(us, ru))

    async def _load(self) -> str:
        """File what the files hold that were given; both sides find the same conflicts."""
        async with Node.open(self._us.folder) as us, Node.open(self._ru.folder) as ru:
            self.summary.loaded = await load_files(self._notices, us, ru, self._told)
            counts = conflicts_of(us, ru)
        insist(len(set(counts.values())) == 1, f"both sides find the same conflicts: {dict(counts)}")
        return f"{describe(self.summary.loaded)}; {counts['us']:,} conflicts, on both sides"

    async def _kill(self) -> str:
        """Kill RU while messages arrive, and start it again; its record goes on where it stopped."""
        async with Node.open(self._us.folder) as us:
            enough = size_of(self._ru.folder) + 50
            sending = asyncio.ensure_future(
                self._send_many(us, "before and after the kill", self._backlog // 2)
            )
            await wait_until(lambda: size_of(self._ru.folder) >= enough, "messages arrive")
            await self._ru.kill()
            held = size_of(self._ru.folder)
            last = (await sending)[-1]
            await self._ru.start()
            await last.receipt()
        return (
            f"RU killed with {held:,} entries of US on its record; the last message came without another one"
        )

    async def _overtake(self) -> str:
        """Queue a backlog and then a FLASH while RU is down; the FLASH is the first that RU records when it is back."""
        await self._ru.kill()
        async with Node.open(self._us.folder) as us:
            backlog = await self._send_many(us, "in the backlog", self._backlog)
            flash = await self._send(
                us, "This FLASH was sent behind the backlog.", precedence=Precedence.FLASH
            )
            await self._ru.start()
            await flash.receipt()
            await backlog[-1].receipt()
        with Reader(self._ru.folder / "record.db", running=True) as reader:
            arrival = reader.entry(*flash.id)["arrival"]
            overtaken = sum(reader.entry(*each.id)["arrival"] > arrival for each in backlog)
        insist(overtaken == len(backlog), f"the FLASH overtook {overtaken:,} of {len(backlog):,}")
        return f"{flash.number} overtook all {overtaken:,} messages queued before it"

    async def _count(self) -> str:
        async with Node.open(self._ru.folder) as ru:
            received = Counter(
                each.content.text
                for each in ru.inbox(len(self._sent) + 1_000)
                if not each.ours and each.content is not None and each.form is Form.FREE_TEXT
                if each.id[1] >= self._begun
            )
        sent = Counter(self._sent)
        self.summary.lost = (sent - received).total()
        self.summary.doubled = (received - sent).total()
        insist(not self.summary.lost, f"{self.summary.lost} were lost")
        insist(not self.summary.doubled, f"{self.summary.doubled} were doubled")
        return f"{sent.total():,} texts sent, each received once"

    async def _verify(self) -> str:
        """End both nodes; from each, export both records and verify them as a stranger would."""
        await self._settle()
        await asyncio.gather(self._us.stop(), self._ru.stop())
        roots: dict[str, set[bytes]] = {}
        for process in (self._us, self._ru):
            folder = NodeFolder.open(process.folder)
            for log, party in enumerate(folder.agreement.party_ids):
                root, record = await asyncio.to_thread(self._audit, folder, log, party)
                roots.setdefault(party, set()).add(root)
                self.summary.records.append(record)
        insist(all(len(seen) == 1 for seen in roots.values()), "both nodes hold the same records")
        return "both records, as each node holds them: hashes, tree, signatures, co-signatures"

    # --- what steps share ---------------------------------------------------------------------------------

    def _audit(self, folder: NodeFolder, log: int, party: str) -> tuple[bytes, VerifiedRecord]:
        parties = parties_of(folder)
        to = self._folder / "exports" / f"{party}-as-held-by-{folder.party}"
        with Reader(folder.record_path, running=False) as reader:
            cosigned = export_record(reader, parties, log, to)
            size = reader.logs()[log]["size"]
        holders = [party.cosigner_key for number, party in enumerate(parties) if number != log]
        audit = audit_record(lambda path: _read(to / path), parties[log].log_key, holders, deep=True)
        insist(bool(audit.cosigned), f"the record of {party.upper()} is co-signed by the counterpart")
        insist(audit.size == size, f"all {size:,} entries of {party.upper()} are co-signed")
        return audit.root, VerifiedRecord(node=folder.party, party=party, size=size, cosigned=cosigned)

    async def _settle(self) -> None:
        """Wait until each side has co-signed all that the other has."""
        await wait_until(lambda: is_settled((self._us.folder, self._ru.folder)), "all entries are co-signed")

    async def _send(self, node: Node, text: str, precedence: Precedence = Precedence.ROUTINE) -> Sent:
        self._sent.append(text)
        return await node.line("ru").send(
            text, subject=Subject.SAFETY, precedence=precedence, critical=choose_critical(text)
        )

    async def _send_many(self, node: Node, what: str, count: int) -> list[Sent]:
        return list(
            await asyncio.gather(
                *(self._send(node, f"Message {number} {what}.") for number in range(1, count + 1))
            )
        )

    async def _arrived(self, node: Node, message: MessageId) -> MessageStatus:
        await wait_until(lambda: is_held(node, message), "the message arrives")
        return node.message(message)

    async def _seen(self, node: Node, message: MessageId, step: StepName) -> MessageStatus:
        await wait_until(lambda: node.message(message).chains[0].step(step).done, f"{step} is seen")
        return node.message(message)


def _text(status: MessageStatus) -> str:
    return "" if status.content is None else status.content.text


def _desk(node: Node) -> str:
    return node.folder.agreement.party(node.folder.party).duty_desk


def _minute_ms(node: Node) -> int:
    return node.context().now.utc_ms // MINUTE_MS * MINUTE_MS


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
