"""Whose job is next: what our officers ask first, then each other party in its turn, within a budget for one commit.

    officers   | act act |                 all that wait, at most BATCH_JOBS
    US         | batch | receipt | batch   PARTY_COST of each party, or one job that costs more
    FR         | batch |

The order within one queue is kept. No officer of ours waits behind what another party sent, except for the commit that
is under way when he asks, and for one share of each party in his own.
"""

from collections import deque
from queue import SimpleQueue
from typing import Generic, TypeVar

from coupefeu.store.jobs import (
    Act,
    Job,
    KeepAttachment,
    KeepMlDsa,
    ReadMlDsa,
    ReadPart,
    Receive,
    ReceiveLineTest,
    TakeFork,
    TakeReceipt,
)
from coupefeu.store.recovery_jobs import TakeBack, TellLog
from coupefeu.wire.batch import LeftOut
from coupefeu.wire.packet import RunReceiptItem

BATCH_JOBS = 512
"""Jobs in one transaction at most."""
PARTY_COST = 256
"""What one party may have done in one commit: two common batches of messages, or a dear one."""
_ROOT_COST = 4
_BYTES_A_UNIT = 4_096
_TELL_COST = 64
_OURS = -1

Item = TypeVar("Item")


class Turns(Generic[Item]):
    """Queues of jobs, each with what its caller gave beside it. Any thread may put; one takes, and puts in order."""

    def __init__(self) -> None:
        self._came: SimpleQueue[tuple[Job, Item] | None] = SimpleQueue()
        self._acts: deque[tuple[Job, Item]] = deque()
        self._parties: dict[int, deque[tuple[Job, Item]]] = {}
        self._is_closed = False

    def put(self, job: Job, item: Item) -> None:
        """Queue a job."""
        self._came.put((job, item))

    def close(self) -> None:
        """Let `take` end when everything has been taken."""
        self._came.put(None)

    def take(self) -> list[tuple[Job, Item]]:
        """Wait for jobs, and give those of the next commit; none means that all are taken and nothing comes."""
        if not (self._acts or self._parties or self._is_closed):
            self._sort(self._came.get())
        while not self._came.empty():
            self._sort(self._came.get())
        taken = [self._acts.popleft() for _ in range(min(len(self._acts), BATCH_JOBS))]
        for party in tuple(self._parties):
            self._take_share(party, taken)
        return taken

    def _sort(self, came: tuple[Job, Item] | None) -> None:
        if came is None:
            self._is_closed = True
        elif isinstance(came[0], Act):
            self._acts.append(came)
        else:
            self._parties.setdefault(party_of(came[0]), deque()).append(came)

    def _take_share(self, party: int, taken: list[tuple[Job, Item]]) -> None:
        """Take a party's share; who has more waiting goes to the end of the row."""
        queue, left = self._parties.pop(party), PARTY_COST
        first = queue[0]
        while queue:
            left -= cost_of(queue[0][0])
            if queue[0] is not first and (left < 0 or len(taken) >= BATCH_JOBS):
                break
            taken.append(queue.popleft())
        if queue:
            self._parties[party] = queue


def party_of(job: Job) -> int:
    """Return the party whose doing a job is, by its log; what the node does of itself has a turn of its own."""
    match job:
        case Receive(batch=batch):
            return batch.log
        case ReceiveLineTest(item=item):
            return item.log
        case (
            TakeReceipt(holder=holder)
            | ReadPart(holder=holder)
            | TellLog(holder=holder)
            | TakeFork(holder=holder)
            | TakeBack(holder=holder)
        ):
            return holder
        case KeepAttachment(log=log):
            return log
        case ReadMlDsa(peer=peer) | KeepMlDsa(peer=peer):
            return peer
        case _:
            return _OURS


def cost_of(job: Job) -> int:
    """Weigh a job by what it makes the writer do: entries, hashes and roots to find, content to write."""
    match job:
        case Receive(batch=batch):
            missing = LeftOut(batch.entries)
            return len(batch.entries) + missing.hashes + _ROOT_COST * len(missing.roots)
        case TakeReceipt(item=RunReceiptItem(start=start, end=end)):
            return max(1, end - start)
        case TellLog():
            return _TELL_COST
        case TakeBack(answer=answer):
            return 1 + len(answer.entries)
        case KeepAttachment(content=content):
            return 1 + len(content) // _BYTES_A_UNIT
        case _:
            return 1
