"""Has a witness co-sign the newest heads of this line, at a fixed interval, whatever happens (protocol A16).

    at each time of the schedule:   heads -> request -> witness -> answer, verified -> record

The schedule has no jitter and no haste: a time that was missed is not made up for, and after a failure whole intervals
are left out. So a witness, and whoever watches it, sees origins, sizes and roots, and no rhythm. Nothing here is waited
for by the line: heads and paths are read in another thread, and the network has ten seconds.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from coupefeu.errors import BearerError, CoupefeuError, PeerError, VerificationError
from coupefeu.model.instant import Moment
from coupefeu.node.events import Trouble
from coupefeu.node.exchange import Reply, post
from coupefeu.node.witness_settings import WitnessSettings
from coupefeu.record.witnessed import verify_answer
from coupefeu.store.jobs import KeepWitnessed
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.wire.witness import ADD_CHECKPOINT, SIZE_TYPE, format_submission, parse_size

MAX_BACK_OFF: Final = 8
"""Intervals from one attempt to the next, after failures."""
MAX_EXCHANGES: Final = 3
"""With one witness about one head: to learn its size, and again when another asker was faster."""
UNSEEN_AFTER_INTERVALS: Final = 15
TOLD_AGAIN_MS: Final = 3_600_000

Exchange = Callable[[str, bytes], Awaitable[Reply]]
"""Sends a body to an address. Raises: BearerError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedHead:
    """The newest head of one log that we hold, under its own signatures. `signature`: the 64 bytes of its log key."""

    log: int
    checkpoint: Checkpoint
    signature: bytes
    note: bytes


class HeadSource(Protocol):
    """Where heads and paths come from; both block, and are called in another thread."""

    def heads(self) -> Sequence[SignedHead]:
        """Give the newest head of each log that is signed, our own first."""
        ...

    def path(self, head: SignedHead, old_size: int) -> tuple[bytes, ...]:
        """Give the path from a smaller size to a head."""
        ...


class Witnessing:
    """Asks one witness; `attend` when `next_ms` has come."""

    def __init__(
        self,
        settings: WitnessSettings,
        source: HeadSource,
        now: Moment,
        *,
        keep: Callable[[KeepWitnessed], Awaitable[None]],
        tell: Callable[[Trouble], None],
        clock: Callable[[], Moment],
        exchange: Exchange = post,
        our_log: int,
    ) -> None:
        """`keep(job)` returns when the co-signatures are durable; `tell` tells people."""
        self.settings = settings
        self.next_ms = now.mono_ms
        self._source = source
        self._keep = keep
        self._tell = tell
        self._clock = clock
        self._exchange = exchange
        self._our_log = our_log
        self._told_sizes: dict[int, int] = {}
        """By log: the size that the witness named last, or cosigned."""
        self._failures = 0
        self._seen_ms = now.mono_ms
        self._told_ms: dict[str, int] = {}

    async def attend(self) -> None:
        """Ask about every head once; what fails is told, and never raised."""
        failed = True
        try:
            failed = await self._ask_about_all()
        finally:
            self._set_next(failed=failed)

    async def _ask_about_all(self) -> bool:
        """Say whether anything failed."""
        failed = False
        for head in await self._read_heads():
            try:
                await self._ask_about(head)
            except BearerError as error:
                self._note_unseen(error)
                return True  # there is no use in asking it about the next
            except CoupefeuError as error:
                failed = True
                self._tell_once(error.code, head.log, f"{error.message}. {error.hint}")
        return failed

    async def _read_heads(self) -> Sequence[SignedHead]:
        try:
            return await asyncio.to_thread(self._source.heads)
        except CoupefeuError as error:
            self._tell_once(error.code, None, error.message)
            return ()

    def _set_next(self, *, failed: bool) -> None:
        """Keep to the grid of the first time: failures and a slow answer leave whole intervals out."""
        self._failures = self._failures + 1 if failed else 0
        every_ms = 1_000 * self.settings.every_s
        skipped = min(1 << max(0, self._failures - 1), MAX_BACK_OFF)
        late = max(0, self._clock().mono_ms - self.next_ms) // every_ms
        self.next_ms += every_ms * (skipped + late)

    # --- one head -----------------------------------------------------------------------------------------

    async def _ask_about(self, head: SignedHead) -> None:
        """Send one head, from the size that the witness stands at. Raises: BearerError and others."""
        size = head.checkpoint.size
        old_size = min(self._told_sizes.get(head.log, 0), size)
        for _ in range(MAX_EXCHANGES):
            path = await asyncio.to_thread(self._source.path, head, old_size)
            body = format_submission(old_size, path, head.note)
            reply = await self._exchange(f"{self.settings.url}{ADD_CHECKPOINT}", body)
            if reply.status == 200:
                await self._take(head, reply)
                return
            old_size, before = self._named_size(head, reply), old_size
            if old_size > size or old_size == before:
                self._judge_size(head, old_size, before)
                return
        raise _refused("busy", "it names another size each time that it is asked")

    async def _take(self, head: SignedHead, reply: Reply) -> None:
        lines = verify_answer(self.settings.keys, head.checkpoint, reply.body)
        self._told_sizes[head.log] = head.checkpoint.size
        await self._keep(
            KeepWitnessed(
                log=head.log,
                size=head.checkpoint.size,
                root=head.checkpoint.root,
                signature=head.signature,
                witness=self.settings.name,
                lines=lines,
            )
        )
        self._seen_ms = self._clock().mono_ms

    def _named_size(self, head: SignedHead, reply: Reply) -> int:
        """Read the size that a witness names instead of cosigning. Raises: what its status means."""
        if reply.status == 409 and reply.content_type == SIZE_TYPE:
            size = parse_size(reply.body)
            self._told_sizes[head.log] = size
            return size
        origin, size = head.checkpoint.origin, head.checkpoint.size
        if reply.status in {409, 422}:
            raise VerificationError(
                f"the witness {self.settings.name} has cosigned another tree of {origin} than the one of size {size:,}"
                " that is held here",
                code="node.witnessing.fork",
                hint="Keep this record and ask the witness for its checkpoint: together they may prove a fork.",
            )
        if reply.status == 404:
            raise _refused(
                "unknown_log", f"it does not know the log {origin}", "Have its operator trust log.vkey."
            )
        if reply.status == 403:
            raise _refused(
                "untrusted", f"it does not trust the key of {origin}", "Give its operator the newest keys."
            )
        if reply.status in {429, 500, 502, 503, 504}:
            raise BearerError(
                f"it answered {reply.status}",
                code="node.witnessing.unready",
                hint="It is asked again by itself; if it stays so, ask its operator.",
            )
        raise _refused("status", f"it answered {reply.status}, which is no answer of a witness")

    def _judge_size(self, head: SignedHead, named: int, asked: int) -> None:
        """Take a larger log of theirs for what has not come yet; a larger one of ours is a record that was lost."""
        size = head.checkpoint.size
        if named == asked:
            raise _refused("size", f"it refused to go on from size {asked:,} and named that size itself")
        self._seen_ms = self._clock().mono_ms
        if head.log == self._our_log:
            raise VerificationError(
                f"the witness {self.settings.name} has cosigned {named:,} entries of our own log, and we hold {size:,}",
                code="node.witnessing.ahead",
                hint="This record is older than what was signed: stop the node and see docs/operators.md, recovering.",
            )

    # --- what people are told -----------------------------------------------------------------------------

    def _note_unseen(self, error: BearerError) -> None:
        """Tell of a witness that cannot be reached only when it has been so for long: one minute is no news."""
        unseen_ms = self._clock().mono_ms - self._seen_ms
        if unseen_ms >= 1_000 * self.settings.every_s * UNSEEN_AFTER_INTERVALS:
            minutes = unseen_ms // 60_000
            says = f"the witness {self.settings.name} has not been heard for {minutes:,} min: {error.message}"
            self._tell_once("node.witnessing.unseen", None, says)

    def _tell_once(self, code: str, log: int | None, says: str) -> None:
        """Tell the same thing once an hour at most."""
        now_ms = self._clock().mono_ms
        key = f"{code} {log}"
        if now_ms - self._told_ms.get(key, -TOLD_AGAIN_MS) >= TOLD_AGAIN_MS:
            self._told_ms[key] = now_ms
            party = None if log == self._our_log else log
            self._tell(
                Trouble(party=party, code=code, detail=f"Witness {self.settings.name}: {says}".strip())
            )


def _refused(defect: str, says: str, hint: str = "") -> PeerError:
    return PeerError(says, code=f"node.witnessing.{defect}", hint=hint)
