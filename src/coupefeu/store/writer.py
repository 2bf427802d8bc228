"""The one writer thread: what waits is done in one transaction, one commit (group commit), in turns."""

import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from coupefeu.errors import CoupefeuError, StoreError
from coupefeu.model.instant import Moment
from coupefeu.store.jobs import Job, Outcome
from coupefeu.store.turns import Turns

Done = Callable[[Outcome], None]


class Executor(Protocol):
    """What the writer drives (`keeper.Keeper`)."""

    def execute(self, jobs: Sequence[Job], now: Moment) -> list[Outcome]:
        """Do all jobs in one transaction."""
        ...

    def close(self) -> None:
        """Close what is open."""
        ...


class Writer:
    """Takes jobs from one loop, hands outcomes back to it in the order in which they were done."""

    def __init__(
        self,
        open_keeper: Callable[[], Executor],
        clock: Callable[[], Moment],
        deliver: Callable[[Callable[[], None]], object],
        after_batch: Callable[[], None],
        defect: Callable[[Exception], StoreError],
    ) -> None:
        """`deliver` runs a function on the caller's loop; `after_batch` runs there when a batch was handed back.

        `defect` makes of an error that nobody foresaw what the callers are told.
        """
        self._open_keeper = open_keeper
        self._clock = clock
        self._deliver = deliver
        self._after_batch = after_batch
        self._defect = defect
        self._turns: Turns[Done] = Turns()
        self._thread = threading.Thread(target=self._run, name="coupefeu-writer", daemon=True)
        self._thread.start()

    def submit(self, job: Job, done: Done) -> None:
        """Queue a job; `done(outcome)` is called on the loop after the commit."""
        self._turns.put(job, done)

    def close(self) -> None:
        """Finish what is queued, then close; blocks until durable."""
        self._turns.close()
        self._thread.join()

    def _run(self) -> None:
        keeper = self._open_keeper()
        try:
            while batch := self._turns.take():
                self._execute(keeper, batch)
        finally:
            keeper.close()

    def _execute(self, keeper: Executor, batch: list[tuple[Job, Done]]) -> None:
        try:
            outcomes = keeper.execute([job for job, _ in batch], self._clock())
        except CoupefeuError as error:
            outcomes = [error] * len(batch)
        except Exception as error:  # noqa: BLE001 - a defect must not end the only writer silently
            failure = self._defect(error)
            outcomes = [failure] * len(batch)

        def hand_back() -> None:
            for (_, done), outcome in zip(batch, outcomes, strict=True):
                done(outcome)
            self._after_batch()

        self._deliver(hand_back)
