"""Line tests heard before their proof (protocol B9): durable, shown as *proof follows*, never receipted.

The entry itself follows under a checkpoint like any other; once it is here, it alone counts.
"""

from sqlalchemy import insert

from coupefeu.errors import PeerError
from coupefeu.store import tables
from coupefeu.store.jobs import Received, ReceiveLineTest
from coupefeu.store.transaction import Transaction

_INSERT = insert(tables.announced).prefix_with("OR IGNORE")
ANNOUNCED_AHEAD = 1 << 16
"""A line test further than this beyond the verified size is refused."""


def receive_line_test(transaction: Transaction, job: ReceiveLineTest) -> Received:
    """Keep an announced line test.

    Raises: PeerError: it stands for no entry that may come.
    """
    item = job.item
    if transaction.line.is_ours(item.log) or item.log not in transaction.states:
        raise PeerError(f"a line test for log {item.log}, not theirs to send", code="store.receive.wrong_log")
    state = transaction.states[item.log]
    if item.index > state.size + ANNOUNCED_AHEAD:
        raise PeerError(f"a line test at {item.index:,}, too far ahead", code="store.receive.run_reach")
    transaction.write(
        _INSERT,
        {
            "log": item.log,
            "idx": item.index,
            "template": item.template,
            "written_ms": item.written_ms,
            "answers": item.answers,
            "arrived_ms": transaction.context.now.utc_ms,
        },
    )
    return Received(recorded=(), receipts=(), held=state.held(item.log))
