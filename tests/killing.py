"""A record on which everything is done in seven batches, killed with -9 at chosen statements, reopened and finished.

    python -m tests.killing FOLDER quick|durable STEP...    a step is a statement's number, before or after it: 17b, 17a

Each step forks a child that dies there. The parent then checks: the record is clean, nothing acknowledged is lost,
what was signed is signed again with the same bytes, and doing the rest leaves nothing doubled. One line of JSON each.
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

from coupefeu.keys.notes import CosignSigner
from coupefeu.model.messages import Content, Form
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.record.leaf import leaf_hash
from coupefeu.record.statements import cosign_checkpoint
from coupefeu.services.messages.commands import Say
from coupefeu.services.messages.forms import read_content
from coupefeu.store.fsck import check_record
from coupefeu.store.jobs import Act, Acted, NameOverdue, Overdue, Received, TakeReceipt
from coupefeu.store.keeper import Keeper
from coupefeu.store.outgoing import load_frontier
from coupefeu.testing.author import Author
from coupefeu.testing.faults import Fault
from coupefeu.testing.line import private_key
from coupefeu.wire.packet import CosignatureItem
from tests.stores import AGREEMENT, moment, open_keeper

AGREED_S = AGREEMENT.deadlines_for(Precedence.ROUTINE).record_s
NEVER = 1 << 30


def say(text):
    content = Content(form=Form.FREE_TEXT, subject=Subject.SAFETY, text=text)
    desk = AGREEMENT.party("us").duty_desk
    return Act(command=Say(content=content, from_post=desk, precedence=Precedence.ROUTINE, language="en"))


def receipt(keeper, size):
    cosigner = CosignSigner(AGREEMENT.cosigner_name("ru"), private_key("ru", "cosigner"))
    state = keeper.states[0]
    root = state.root if state.size == size else load_frontier(keeper.connection, 0, size).root()
    origin = keeper.line.parties[0].origin
    signature = cosign_checkpoint(cosigner, origin, size, root, 1_700_000_000)
    return TakeReceipt(item=CosignatureItem(0, size, 1_700_000_000, signature), holder=1)


def make_batches() -> list[Callable[[Keeper], list]]:
    """Append, receive in order, overtake, withhold, receipt, fill, refuse, and a fork."""
    author, fork = Author(AGREEMENT, "ru"), Author(AGREEMENT, "ru")
    for number in range(8):
        author.say(f"theirs {number}", Precedence.FLASH if number == 5 else Precedence.ROUTINE)
    fork.say("another beginning")
    return [
        lambda _: [say("ours 0"), say("ours 1")],
        lambda _: [author.checkpoint(0, 3)],
        lambda _: [author.run(5, 6)],
        lambda _: [author.checkpoint(3, 5, leaf_only={4})],
        lambda keeper: [receipt(keeper, 2), NameOverdue()],
        lambda _: [say("ours 3"), author.checkpoint(4, 7, left_out={5}), fork.run(0, 1)],
        lambda _: [author.checkpoint(7, 8)],
    ]


BATCHES = make_batches()
OURS = ["ours 0", "ours 1", "REFUSED", "ours 3"]


def at(number: int):
    """Batches are so far apart that what is withheld is overdue in batch 4."""
    return moment(0 if number < 4 else number * (AGREED_S + 1))


def open_fast(path: Path, *, durable: bool) -> Keeper:
    """A killed process loses nothing that its system has: without fsync the small run is quick."""
    keeper = open_keeper(path)
    if not durable:
        keeper.connection.query("PRAGMA synchronous=OFF")
    return keeper


def play(path: Path, said: Path, fault: Fault, *, durable: bool) -> None:
    """Do all batches; what each was acknowledged with is written down before the next begins."""
    keeper = open_fast(path, durable=durable)
    fault.watch(keeper.connection)
    with said.open("a", buffering=1) as log:
        for number, batch in enumerate(BATCHES):
            outcomes = keeper.execute(batch(keeper), at(number))
            log.write(json.dumps({"batch": number, **acknowledged(outcomes)}) + "\n")
    keeper.close()


def acknowledged(outcomes) -> dict:
    entries, receipts = [], []
    for outcome in outcomes:
        assert not isinstance(outcome, Exception), outcome
        if isinstance(outcome, Acted | Overdue):
            entries += [stored.recorded.leaf_hash.hex() for stored in outcome.entries]
        if isinstance(outcome, Received):
            receipts += [receipt_text(each) for each in outcome.receipts]
    return {"entries": entries, "receipts": receipts}


def receipt_text(item) -> list:
    if isinstance(item, CosignatureItem):
        return ["cosignature", item.size, item.time_s, item.signature.hex()]
    return ["run", item.start, item.end, item.signature.hex()]


def stored_receipts(keeper) -> list:
    cosignatures = keeper.connection.query(
        "SELECT size, time_s, signature FROM cosignatures WHERE log = 1 AND holder = 0"
    )
    runs = keeper.connection.query(
        'SELECT start, "end", signature FROM run_receipts WHERE log = 1 AND holder = 0'
    )
    found = [["cosignature", size, time_s, signature.hex()] for size, time_s, signature in cosignatures]
    return found + [["run", start, end, signature.hex()] for start, end, signature in runs]


def check_clean(path: Path, keeper: Keeper) -> None:
    report = check_record(path, keeper.line.parties, 0, running=True)
    assert report.is_clean, report.findings


def die_at(path: Path, said: Path, step: str, *, durable: bool) -> bool:
    """Let a child die at a step; False when it came to its end."""
    child = os.fork()
    if child == 0:
        fault = Fault(at=int(step[:-1]), after=step[-1] == "a")
        play(path, said, fault, durable=durable)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def finish(path: Path, said: Path) -> dict:
    """Reopen after the death, check, do the rest, check again."""
    told = [json.loads(line) for line in said.read_text().splitlines()]
    keeper = open_fast(path, durable=False)
    check_clean(path, keeper)
    before = stored_receipts(keeper)
    for each in told:
        for text in each["receipts"]:
            assert text in before, ("an acknowledged receipt is lost", text)
    leaves = [leaf.hex() for leaf in hashes(keeper)]
    claimed = [leaf for each in told for leaf in each["entries"]]
    assert leaves[: len(claimed)] == claimed, "an acknowledged entry is lost"
    for number in range(len(told), len(BATCHES)):
        jobs = [job for job in BATCHES[number](keeper) if not is_there(keeper, job)]
        again = acknowledged(keeper.execute(jobs, at(number + 1)))["receipts"]
        if number == len(told):
            assert_same_statements(before, again)
    check_clean(path, keeper)
    found = {
        "texts": texts(keeper),
        "sizes": [(state.size, state.complete) for state in keeper.states.values()],
        "counts": [
            keeper.connection.query(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("entries", "evidence", "refusals", "messages")
        ],
    }
    keeper.close()
    return found


def assert_same_statements(before: list, again: list) -> None:
    """What was signed before the death and is signed again now has the same bytes, time included."""
    known = {(kind, *rest[:1]): each for each in before for kind, *rest in [each]}
    for kind, *rest in again:
        first = known.get((kind, *rest[:1]))
        assert first is None or first[0] == "run" or first == [kind, *rest], (first, rest)


def is_there(keeper, job) -> bool:
    return isinstance(job, Act) and job.command.content.text in texts(keeper)


def texts(keeper) -> list:
    found = []
    for (body,) in keeper.connection.query("SELECT body FROM entries WHERE log = 0 ORDER BY idx").fetchall():
        content, _ = read_content(body)
        found.append("REFUSED" if content is None else content.text)
    return found


def hashes(keeper) -> list:
    rows = keeper.connection.query("SELECT leaf FROM entries WHERE log = 0 ORDER BY idx").fetchall()
    return [leaf_hash(leaf) for (leaf,) in rows]


def count_steps(folder: Path) -> int:
    """Count the statements of a run that nothing disturbs."""
    fault = Fault(at=NEVER, after=False)
    play(folder / "whole.db", folder / "whole.said", fault, durable=False)
    return fault.seen


def run(folder: Path, steps: list[str], *, durable: bool) -> None:
    for step in steps:
        path, said = folder / f"{step}.db", folder / f"{step}.said"
        said.touch()
        died = die_at(path, said, step, durable=durable)
        sys.stdout.write(json.dumps({"step": step, "died": died, **finish(path, said)}) + "\n")
        for file in folder.glob(f"{step}.*"):
            file.unlink()


if __name__ == "__main__":
    run(Path(sys.argv[1]), sys.argv[3:], durable=sys.argv[2] == "durable")
