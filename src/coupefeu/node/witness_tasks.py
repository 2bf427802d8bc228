"""The witnesses of a running node, each asked by a task of its own, so that a slow one holds up no other."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final

from coupefeu.errors import ConfigError
from coupefeu.model.instant import Moment
from coupefeu.node.assembly import signers_of
from coupefeu.node.events import Trouble
from coupefeu.node.exchange import post
from coupefeu.node.folder import NodeFolder
from coupefeu.node.heads import RecordHeads
from coupefeu.node.witness_settings import WitnessSettings, read_witnesses
from coupefeu.node.witness_standing import WitnessStanding, witness_standing
from coupefeu.node.witnessing import UNSEEN_AFTER_INTERVALS, Exchange, Witnessing
from coupefeu.services.witnessed.facts import TellWitness
from coupefeu.store.highwater import Marks
from coupefeu.store.jobs import Job, KeepWitnessed, Outcome
from coupefeu.store.reader import Reader
from coupefeu.store.witnessed import LastWord

AFTER_DEFECT_S: Final = 1.0


class WitnessTasks:
    """Keeps asking; `follow` when folder or agreement are others than before."""

    def __init__(
        self,
        *,
        our_log: int,
        marks: Callable[[], Marks],
        submit: Callable[[Job, Callable[[Outcome], None]], None],
        tell: Callable[[Trouble], None],
        clock: Callable[[], Moment],
        defect: Callable[[BaseException], object],
        say: Callable[[TellWitness, Callable[[Outcome], None]], None],
        exchange: Exchange = post,
    ) -> None:
        """`say` puts on our own log that a witness is not heard, or is heard again."""
        self._our_log = our_log
        self._say = say
        self._marks = marks
        self._submit = submit
        self._tell = tell
        self._clock = clock
        self._defect = defect
        self._exchange = exchange
        self._folder: NodeFolder | None = None
        self._settings: tuple[WitnessSettings, ...] = ()
        self._asking: list[Witnessing] = []
        self._words: dict[tuple[str, int], LastWord] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._said: dict[str, bool] = {}
        """By witness: what this process said last; the record keeps it from being said twice."""
        self._began_ms = clock().mono_ms

    def follow(self, folder: NodeFolder) -> None:
        """Ask the witnesses that this folder and its agreement name; those of before are left."""
        if folder is self._folder:
            return
        self._folder = folder
        for task in self._tasks:
            task.cancel()
        try:
            self._settings = read_witnesses(folder.path, folder.agreement, folder.witnesses)
        except ConfigError as error:
            self._tell(Trouble(party=None, code=error.code, detail=f"{error.message}. {error.hint}"))
            return
        self._read_words(folder)
        source = RecordHeads(
            folder.record_path,
            self._our_log,
            lambda: self._marks()[self._our_log],
            lambda: signers_of(folder)[0],
            lambda: folder.parties,
        )
        self._asking = [
            Witnessing(
                settings,
                source,
                self._clock(),
                keep=self._keep,
                tell=self._tell,
                clock=self._clock,
                exchange=self._exchange,
                our_log=self._our_log,
            )
            for settings in self._settings
        ]
        self._tasks += [asyncio.ensure_future(self._keep_asking(each)) for each in self._asking]

    async def ask_now(self) -> None:
        """Ask each once, outside its schedule: to measure it, never on a line in use (protocol A16)."""
        for each in self._asking:
            await each.attend()
            self._say_of(each.settings)

    def standing(self) -> tuple[WitnessStanding, ...]:
        """Say when each was last heard, as `coupefeu status` does, without a look at the record."""
        if self._folder is None:
            return ()
        now_ms = self._clock().utc_ms
        return witness_standing(self._settings, self._folder.agreement, self._words.values(), now_ms)

    def _read_words(self, folder: NodeFolder) -> None:
        with Reader(folder.record_path, running=True) as reader:
            self._words = {(word.witness, word.log): word for word in reader.last_words()}

    async def close(self) -> None:
        """End all."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._tasks.clear()

    async def _keep_asking(self, witnessing: Witnessing) -> None:
        while True:
            await asyncio.sleep(max(0, witnessing.next_ms - self._clock().mono_ms) / 1_000)
            try:
                await witnessing.attend()
                self._say_of(witnessing.settings)
            except Exception as error:  # noqa: BLE001 - whatever nobody foresaw; the next time comes
                self._defect(error)
                await asyncio.sleep(AFTER_DEFECT_S)

    def _say_of(self, settings: WitnessSettings) -> None:
        """Put on record that a witness of the agreement has fallen silent, or is heard again: only what changes."""
        folder, name = self._folder, settings.name
        if folder is None or name not in {each.name for each in folder.agreement.witnesses}:
            return
        standing = next(each for each in self.standing() if each.name == name)
        silent_ms = self._clock().mono_ms - self._began_ms
        is_new = standing.heard_ms is None and silent_ms < 1_000 * settings.every_s * UNSEEN_AFTER_INTERVALS
        if is_new or self._said.get(name) is (not standing.unseen):
            return
        self._said[name] = not standing.unseen
        size = dict(standing.sizes).get(self._our_log, 0)
        command = TellWitness(name=name, is_heard=not standing.unseen, size=size, heard_ms=standing.heard_ms)
        self._say(command, lambda outcome: self._forget(name, outcome))

    def _forget(self, name: str, outcome: Outcome) -> None:
        """Say it again the next time, where it could not be recorded."""
        if isinstance(outcome, Exception):
            self._said.pop(name, None)

    async def _keep(self, job: KeepWitnessed) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def done(outcome: Outcome) -> None:
            if future.done():
                return
            if isinstance(outcome, Exception):
                future.set_exception(outcome)
            else:
                future.set_result(None)

        self._submit(job, done)
        await future
        self._words[job.witness, job.log] = LastWord(
            witness=job.witness,
            log=job.log,
            size=job.size,
            time_s=job.lines[0].time_s,
            arrived_ms=self._clock().utc_ms,
        )
