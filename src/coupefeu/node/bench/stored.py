"""A record of a million entries: made once and kept for the next run."""

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from coupefeu.errors import CoupefeuError
from coupefeu.model.entry import Kind
from coupefeu.model.messages import Content, Form
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.node.assembly import line_of, open_keeper, parties_of
from coupefeu.node.bench.figures import Bench
from coupefeu.node.bench.line import make_text
from coupefeu.node.clock import Clock
from coupefeu.node.exercise import LOOPBACK, free_port, pair_exercise
from coupefeu.node.export import export_record
from coupefeu.node.folder import NodeFolder
from coupefeu.node.folder_files import write_node_file
from coupefeu.record.statements import cosign_checkpoint
from coupefeu.services.base import Command, Context, Draft, Recorded, Rows, Statement
from coupefeu.services.every import SERVICES
from coupefeu.services.messages.forms import encode_content
from coupefeu.store.highwater import write_high_water
from coupefeu.store.jobs import Act, Job, TakeReceipt
from coupefeu.store.keeper import Keeper
from coupefeu.store.reader import Reader
from coupefeu.store.rebuild import views_digest
from coupefeu.store.tables import SCHEMA_VERSION
from coupefeu.wire.packet import CosignatureItem

BATCH = 2_048


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRecord:
    """Two paired folders, US with a full log that RU has co-signed, and its export; `made_s`: None when kept."""

    us: Path
    ru: Path
    export: Path
    size: int
    made_s: float | None


def stored_record(bench: Bench) -> StoredRecord:
    """Give the record of `bench.sizes.entries`, made now or by an earlier run.

    One that another version made is not used: its node would build the views anew at its first start.
    """
    entries = bench.sizes.entries
    kept = (
        bench.cache / f"{SCHEMA_VERSION}-{views_digest()[:8]}-{entries}"
    )  # a socket's path must fit below it
    made_s = None
    if not kept.exists():
        started = time.perf_counter()
        making = bench.cache / f"making-{entries}"
        for old in (making, *bench.cache.glob(f"*-*-{entries}")):
            shutil.rmtree(old, ignore_errors=True)
        making.mkdir(parents=True)
        _make(bench, making, entries)
        making.rename(kept)
        made_s = time.perf_counter() - started
    listen_anew(kept / "us")
    return StoredRecord(us=kept / "us", ru=kept / "ru", export=kept / "export", size=entries, made_s=made_s)


def listen_anew(path: Path) -> None:
    """Give a kept node a port that is free now, and nobody to dial."""
    folder = NodeFolder.open(path)
    address = f"{LOOPBACK}:{free_port()}"
    write_node_file(path, party=folder.party, listen=address, address=address, peers={})


def _make(bench: Bench, folder: Path, entries: int) -> None:
    us, ru = pair_exercise(folder / "us", folder / "ru")
    with _filled(bench, us, entries) as keeper:
        _cosign(keeper, us, ru)
    with Reader(us.record_path, running=False) as reader:
        export_record(
            reader,
            parties_of(us),
            us.log_number,
            folder / "export",
            lambda done, size: bench.progress("exporting", done, size),
        )


def fill_record(bench: Bench, us: NodeFolder, entries: int) -> None:
    """Write messages into a node's own log, durably and receipted by nobody, until it has so many entries."""
    with _filled(bench, us, entries):
        pass


@contextmanager
def _filled(bench: Bench, us: NodeFolder, entries: int) -> Iterator[Keeper]:
    open_keeper(us, Clock()()).close()
    keeper = Keeper(us.record_path, line_of(us), (*SERVICES, _Filler()), us.agreement)
    try:
        _fill(bench, keeper, us, entries)
        yield keeper
        write_high_water(us.high_water_path, keeper.marks())
    finally:
        keeper.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fill(Command):
    """Append this draft so many times: entries differ by seed, and so by leaf."""

    draft: Draft
    count: int


class _Filler:
    """A service that appends many entries by one command, as no officer can."""

    kinds: frozenset[int] = frozenset()
    commands: tuple[type[Command], ...] = (_Fill,)

    def needs(self, _command: Command) -> tuple[Statement, ...]:
        return ()

    def decide(self, command: Command, _known: Sequence[Rows], _context: Context) -> tuple[Draft, ...]:
        assert isinstance(command, _Fill)
        return (command.draft,) * command.count

    def apply(self, _recorded: Recorded, _context: Context) -> tuple[Statement, ...]:
        return ()


def _fill(bench: Bench, keeper: Keeper, us: NodeFolder, entries: int) -> None:
    """Write messages through the store until the log has that many entries."""
    start = keeper.states[us.log_number].size
    for first in range(start, entries, BATCH):
        count = min(BATCH, entries - first)
        _do(keeper, [Act(command=_Fill(draft=_draft(us, first), count=count))])
        bench.progress("writing", first + count, entries)


def _draft(us: NodeFolder, number: int) -> Draft:
    content = Content(form=Form.FREE_TEXT, subject=Subject.SERVICE, text=make_text("kept", number))
    return Draft(
        kind=Kind.MESSAGE,
        from_post=us.agreement.party(us.party).duty_desk,
        to_posts=("ru.duty",),
        precedence=Precedence.ROUTINE,
        language="en",
        body=encode_content(content),
    )


def _cosign(keeper: Keeper, us: NodeFolder, ru: NodeFolder) -> None:
    """Let RU's cosigner sign for the whole log, as it does when it holds it."""
    state, time_s = keeper.states[us.log_number], time.time_ns() // 10**9
    cosigner = line_of(ru).cosigner
    signature = cosign_checkpoint(cosigner, us.origin(us.party), state.size, state.root, time_s)
    item = CosignatureItem(us.log_number, state.size, time_s, signature)
    _do(keeper, [TakeReceipt(item=item, holder=ru.log_number)])


def _do(keeper: Keeper, jobs: list[Job]) -> None:
    for outcome in keeper.execute(jobs, Clock()()):
        if isinstance(outcome, CoupefeuError):
            raise outcome
