"""The suite that every store must pass. Give a way to open one record of US; run each check on a fresh one.

    @pytest.mark.parametrize("check", STORE_CHECKS)
    def test_contract(check, tmp_path):
        check(StoreUnderTest(open=..., read=...))

The checks go by need: entries, heads, receipts, outbox, views, atomicity, order, restart, attachments.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol, TypeAlias, TypeVar

from coupefeu.errors import CoupefeuError, PeerError
from coupefeu.keys.notes import CosignSigner
from coupefeu.model.attachments import PART_BYTES, Attachment
from coupefeu.model.instant import Moment
from coupefeu.model.messages import Content, Form
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.record.leaf import leaf_hash
from coupefeu.record.statements import cosign_checkpoint, verify_cosignature
from coupefeu.services.messages.commands import Say, Take
from coupefeu.services.messages.views import SELECT_LATEST_MESSAGES
from coupefeu.store.highwater import Marks
from coupefeu.store.jobs import (
    Act,
    Acted,
    FindWanted,
    Job,
    KeepAttachment,
    Kept,
    Outcome,
    Part,
    ReadPart,
    Receipted,
    Received,
    TakeReceipt,
    Wanted,
    WantedAttachment,
)
from coupefeu.store.line import Line
from coupefeu.store.outgoing import cosigned_size, load_frontier, load_pending
from coupefeu.store.reader import Reader
from coupefeu.store.state import LogState
from coupefeu.testing.author import Author
from coupefeu.testing.clock import START_UTC_MS
from coupefeu.testing.line import make_agreement, private_key
from coupefeu.wire.packet import CosignatureItem, RunReceiptItem

AGREEMENT: Final = make_agreement()
OURS, THEIRS = 0, 1
_Kind = TypeVar("_Kind")


class Store(Protocol):
    """What the writer's thread and the node ask of a store (`store.keeper.Keeper`)."""

    line: Line
    states: dict[int, LogState]

    def execute(self, jobs: Sequence[Job], now: Moment) -> list[Outcome]:
        """Do all jobs in one transaction."""
        ...

    def marks(self) -> Marks:
        """Say how far this node has signed."""
        ...

    def close(self) -> None:
        """Close what is open."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreUnderTest:
    """`open` gives the record of US (line of `make_agreement`), empty at first and the same again; `read` reads it."""

    open: Callable[[], Store]
    read: Callable[[], Reader]


Check: TypeAlias = Callable[[StoreUnderTest], None]


def keeps_entries_as_they_are(under: StoreUnderTest) -> None:
    """Require that what was written and what came is read back byte by byte, each under its index."""
    store, author = under.open(), _author(3)
    acted = _one(store, _say("ours"), Acted)
    _one(store, author.checkpoint(0, 3), Received)
    with under.read() as reader:
        (ours,) = reader.entries(OURS, 0, 10)
        assert leaf_hash(ours["leaf"]) == acted.entries[0].recorded.leaf_hash
        theirs = reader.entries(THEIRS, 0, 10)
        sent = [author.packed(index) for index in range(3)]
        assert [row["body"] for row in theirs] == [each.body for each in sent]
        assert [row["seed"] for row in theirs] == [each.seed for each in sent]
        assert [row["idx"] for row in theirs] == [0, 1, 2]
    store.close()


def moves_heads_only_with_their_entries(under: StoreUnderTest) -> None:
    """Require compare-and-swap: a head moves from where it stands, with the entries, and never back or aside."""
    store, author = under.open(), _author(5)
    _one(store, author.checkpoint(0, 2), Received)
    assert _one(store, author.checkpoint(3, 5), Received).missing == ((2, 3),)
    assert store.states[THEIRS].size == 2
    other = Author(AGREEMENT, "ru")
    for number in range(4):
        other.say(f"another {number}")
    assert _one(store, other.checkpoint(0, 4), Received).evidence
    assert isinstance(_do(store, other.checkpoint(2, 4)), CoupefeuError)
    smaller = _one(store, author.checkpoint(0, 1), Received)
    assert [getattr(each, "size", None) for each in smaller.receipts] == [2], (
        "no smaller size is cosigned later"
    )
    assert _one(store, author.checkpoint(2, 3), Received).held.complete == 5
    with under.read() as reader:
        assert [row["size"] for row in reader.logs()] == [0, 5]
        assert load_frontier(reader.connection, THEIRS, 5).root() == store.states[THEIRS].root
        assert len(reader.entries(THEIRS, 0, 10)) == 5
    store.close()


def signs_for_what_it_holds(under: StoreUnderTest) -> None:
    """Require receipts that verify, and the same bytes when asked again, also after a start."""
    store, author = under.open(), _author(3)
    first = _one(store, author.checkpoint(0, 3), Received).receipts
    (item,) = first
    assert isinstance(item, CosignatureItem)
    line = store.line
    key, origin = line.parties[OURS].cosigner_key, line.parties[THEIRS].origin
    verify_cosignature(key, origin, 3, store.states[THEIRS].root, item.time_s, item.signature)
    assert _one(store, author.checkpoint(0, 3), Received, at_s=9).receipts == first
    store.close()
    store = under.open()
    assert _one(store, author.checkpoint(0, 3), Received, at_s=99).receipts == first
    assert store.marks()[THEIRS][0] == 3
    store.close()


def overtakes_by_runs(under: StoreUnderTest) -> None:
    """Require that a run is kept and receipted at once, and that its gap may close later."""
    store, author = under.open(), _author(5)
    received = _one(store, author.run(4, 5), Received)
    assert [each.index for each in received.recorded] == [4]
    assert [type(each) for each in received.receipts] == [RunReceiptItem]
    assert (received.held.complete, received.held.beyond) == (0, ((4, 5),))
    store.close()
    store = under.open()
    assert store.states[THEIRS].held(THEIRS).beyond == ((4, 5),)
    closed = _one(store, author.checkpoint(0, 5, left_out={4}), Received)
    assert (closed.held.complete, closed.held.beyond) == (5, ())
    assert [each.index for each in closed.recorded] == [0, 1, 2, 3]
    with under.read() as reader:
        assert reader.coverage(THEIRS, 4) == "checkpoint"
    store.close()


def keeps_what_has_still_to_leave(under: StoreUnderTest) -> None:
    """Require that exactly what is not receipted is pending, in order, also after a start."""
    store = under.open()
    for number in range(4):
        _one(store, _say(f"ours {number}"), Acted)
    receipt = _one(store, _cosignature(store, 4), Receipted)
    assert (receipt.start, receipt.end, receipt.holder) == (0, 4, THEIRS)
    for number in range(4, 6):
        _one(store, _say(f"ours {number}"), Acted)
    assert isinstance(_do(store, _cosignature(store, 6, forged=True)), CoupefeuError)
    store.close()
    store = under.open()
    with under.read() as reader:
        start = cosigned_size(reader.connection, OURS, THEIRS)
        assert [each.index for each in load_pending(reader.connection, OURS, start)] == [4, 5]
        assert reader.receipts(OURS, 3)
        assert not reader.receipts(OURS, 4)
    store.close()


def shows_in_the_same_transaction(under: StoreUnderTest) -> None:
    """Require that an entry is in the view when its job is done, and that a refused one is in neither."""
    store, author = under.open(), _author(2)
    outcomes = store.execute(
        [_say("ours"), author.checkpoint(0, 2), _take((THEIRS, 9)), _take((THEIRS, 0))], _at(0)
    )
    assert [isinstance(each, Exception) for each in outcomes] == [False, False, True, False]
    with under.read() as reader:
        assert len(_messages(reader)) == 3
        assert len(reader.entries(OURS, 0, 10)) == 2
    store.close()


def refuses_without_a_trace(under: StoreUnderTest) -> None:
    """Require that a refused job changes nothing, and that the others of its batch are done."""
    store, author = under.open(), _author(2)
    other = Author(AGREEMENT, "us")
    other.say("in our name")
    bad = _cosignature(store, 0, forged=True)
    outcomes = store.execute(
        [_say("one"), other.checkpoint(0, 1), bad, author.checkpoint(0, 2), _say("two")], _at(0)
    )
    assert [isinstance(each, CoupefeuError) for each in outcomes] == [False, True, True, False, False]
    with under.read() as reader:
        assert [row["size"] for row in reader.logs()] == [2, 2]
        assert len(_messages(reader)) == 4
    store.close()


def keeps_the_order_of_arrival(under: StoreUnderTest) -> None:
    """Require numbers that ascend as entries came, of all logs together, on over a start."""
    store, author = under.open(), _author(4)
    store.execute([author.checkpoint(0, 1), _say("ours 0"), author.run(3, 4)], _at(0))
    store.close()
    store = under.open()
    store.execute([_say("ours 1"), author.checkpoint(1, 3)], _at(1))
    with under.read() as reader:
        rows = [*reader.entries(OURS, 0, 10), *reader.entries(THEIRS, 0, 10)]
    came = [(row["log"], row["idx"]) for row in sorted(rows, key=lambda row: row["arrival"])]
    assert came == [(THEIRS, 0), (OURS, 0), (THEIRS, 3), (OURS, 1), (THEIRS, 1), (THEIRS, 2)]
    store.close()


def starts_where_it_stood(under: StoreUnderTest) -> None:
    """Require the same state after a start: sizes, trees, what is held beyond, what is withheld, what was signed."""
    store, author = under.open(), _author(6)
    jobs: list[Job] = [
        _say("ours"),
        author.checkpoint(0, 3, leaf_only={1}),
        author.run(5, 6),
        author.run(4, 5, leaf_only={4}),
    ]
    store.execute(jobs, _at(0))
    before = {log: _standing(state) for log, state in store.states.items()}
    marks = dict(store.marks())
    store.close()
    store = under.open()
    assert {log: _standing(state) for log, state in store.states.items()} == before
    assert dict(store.marks()) == marks
    assert before[THEIRS]["withheld"] == {1, 4}
    store.close()


def gives_parts_to_those_addressed(under: StoreUnderTest) -> None:
    """Require that what we attach is there from its message on, part by part, for a party addressed alone."""
    store = under.open()
    content = bytes(range(256)) * (PART_BYTES // 128) + b"end"
    said = _say("with a map", Attachment(name="map.png", content=content), Attachment(name="b", content=b"2"))
    index = _one(store, said, Acted).entries[0].recorded.index
    store.close()
    store = under.open()
    sizes = (0, PART_BYTES, 2 * PART_BYTES, 2 * PART_BYTES + 2, len(content), 1 << 62, -1)
    parts = [_part(store, index, offset) for offset in sizes]
    assert b"".join(parts[:3]) == content
    assert parts[3:] == [b"d", b"", b"", b""]
    assert _part(store, index, 5) == content[5 : 5 + PART_BYTES]
    assert _part(store, index, 0, number=1) == b"2"
    assert _part(store, index, 0, holder=OURS) == b""
    assert not any((_part(store, index, 0, number=2), _part(store, 9, 0), _part(store, 0, 0, log=THEIRS)))
    assert _one(store, FindWanted(log=OURS), Wanted).items == ()
    store.close()


def keeps_what_was_promised_to_us(under: StoreUnderTest) -> None:
    """Require that exactly what was committed and promised to us is kept, and that the rest stays wanted."""
    store, author = under.open(), Author(AGREEMENT, "ru")
    agreed = AGREEMENT.budgets.attachment_bytes
    author.say("without")
    author.attach(b"first", b"second")
    author.attach(b"too large", says=agreed + 1)
    author.attach(b"for themselves", head=replace(author.head(), to_posts=(author.head().from_post,)))
    author.attach(b"largest", says=agreed)
    received = _one(store, author.checkpoint(0, author.size), Received)
    assert received.promised
    author.say("without")
    assert not _one(store, author.checkpoint(author.size - 1, author.size), Received).promised
    first, second, largest = _one(store, FindWanted(log=THEIRS), Wanted).items
    arrival = received.recorded[1].arrival
    assert first == WantedAttachment(log=THEIRS, index=1, arrival=arrival, number=0, size=5)
    assert _one(store, FindWanted(log=OURS), Wanted).items == ()
    behind = FindWanted(log=THEIRS, after_arrival=arrival, after_number=0)
    assert _one(store, behind, Wanted).items == (second, largest)
    assert _one(store, replace(behind, after_number=1), Wanted).items == (largest,)
    assert (second.number, second.size, largest.index, largest.size) == (1, 6, 4, agreed)
    for index, number, content in ((1, 0, b"First"), (1, 1, b"first"), (2, 0, b"too large"), (9, 0, b"?")):
        assert isinstance(_do(store, _keep(index, number, content)), PeerError)
    assert isinstance(_do(store, _keep(3, 0, b"for themselves")), PeerError)
    assert _one(store, _keep(1, 0, b"first"), Kept) == Kept(log=THEIRS, index=1, number=0)
    assert _one(store, _keep(1, 0, b"first"), Kept)
    store.close()
    store = under.open()
    assert _one(store, FindWanted(log=THEIRS), Wanted).items == (second, largest)
    with under.read() as reader:
        assert reader.attachment(THEIRS, 1, 0) == b"first"
        assert reader.attachment(THEIRS, 1, 1) is None
    assert _part(store, 1, 0, log=THEIRS) == b"", "what came to us is not ours to pass on"
    store.close()


STORE_CHECKS: Final[tuple[Check, ...]] = (
    keeps_entries_as_they_are,
    moves_heads_only_with_their_entries,
    signs_for_what_it_holds,
    overtakes_by_runs,
    keeps_what_has_still_to_leave,
    shows_in_the_same_transaction,
    refuses_without_a_trace,
    keeps_the_order_of_arrival,
    starts_where_it_stood,
    gives_parts_to_those_addressed,
    keeps_what_was_promised_to_us,
)


def _at(seconds: int) -> Moment:
    return Moment(utc_ms=START_UTC_MS + seconds * 1000, mono_ms=seconds * 1000)


def _do(store: Store, job: Job, at_s: int = 0) -> Outcome:
    (outcome,) = store.execute([job], _at(at_s))
    return outcome


def _one(store: Store, job: Job, kind: type[_Kind], at_s: int = 0) -> _Kind:
    outcome = _do(store, job, at_s)
    assert isinstance(outcome, kind), outcome
    return outcome


def _author(count: int) -> Author:
    author = Author(AGREEMENT, "ru")
    for number in range(count):
        author.say(f"theirs {number}")
    return author


def _say(text: str, *attachments: Attachment) -> Act:
    said = Say(
        content=Content(form=Form.FREE_TEXT, subject=Subject.SAFETY, text=text),
        from_post=AGREEMENT.parties[OURS].duty_desk,
        precedence=Precedence.ROUTINE,
        language="en",
        attachments=attachments,
    )
    return Act(command=said)


def _part(
    store: Store, index: int, offset: int, *, log: int = OURS, number: int = 0, holder: int = THEIRS
) -> bytes:
    job = ReadPart(log=log, index=index, number=number, offset=offset, holder=holder)
    return _one(store, job, Part).data


def _keep(index: int, number: int, content: bytes) -> KeepAttachment:
    return KeepAttachment(log=THEIRS, index=index, number=number, content=content)


def _take(message: tuple[int, int]) -> Act:
    return Act(command=Take(message=message, from_post=AGREEMENT.parties[OURS].duty_desk))


def _cosignature(store: Store, size: int, *, forged: bool = False) -> TakeReceipt:
    cosigner = CosignSigner(AGREEMENT.cosigner_name("ru"), private_key("ru", "cosigner"))
    root = bytes(32) if forged else store.states[OURS].root
    signature = cosign_checkpoint(cosigner, store.line.parties[OURS].origin, size, root, 1_700_000_000)
    return TakeReceipt(item=CosignatureItem(OURS, size, 1_700_000_000, signature), holder=THEIRS)


def _messages(reader: Reader) -> Sequence[Mapping[str, Any]]:
    return reader.view(SELECT_LATEST_MESSAGES, {"limit": 100})


def _standing(state: LogState) -> dict[str, Any]:
    return {
        "size": state.size,
        "complete": state.complete,
        "root": state.root,
        "beyond": set(state.beyond),
        "withheld": set(state.withheld),
        "receipt": state.receipt,
    }
