"""One thread writes, whatever waits is one commit, and what a commit returned is on the disk (design: store)."""

import threading

import pytest
from tests.stores import AGREEMENT, moment, open_keeper

from coupefeu.errors import StoreError
from coupefeu.model.messages import Content, Form
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.services.messages.commands import Say
from coupefeu.store.jobs import Act
from coupefeu.store.turns import BATCH_JOBS
from coupefeu.store.writer import Writer

WITHIN_S = 60


def say(text):
    content = Content(form=Form.FREE_TEXT, subject=Subject.SAFETY, text=text)
    desk = AGREEMENT.party("us").duty_desk
    return Act(command=Say(content=content, from_post=desk, precedence=Precedence.ROUTINE, language="en"))


class Watched:
    """A keeper whose first batch waits until it may go on; threads and sizes of its batches are noted."""

    def __init__(self, keeper):
        self.keeper = keeper
        self.threads = []
        self.batches = []
        self.commits = []
        self.has_begun, self.may_go_on = threading.Event(), threading.Event()
        keeper.connection.raw.set_trace_callback(
            lambda text: self.commits.append(text) if text == "COMMIT" else None
        )

    def execute(self, jobs, now):
        self.threads.append(threading.current_thread())
        self.batches.append(len(jobs))
        self.has_begun.set()
        assert self.may_go_on.wait(WITHIN_S)
        return self.keeper.execute(jobs, now)

    def close(self):
        self.threads.append(threading.current_thread())
        self.keeper.close()


@pytest.mark.parametrize(
    ("waiting", "batches"), [(20, [1, 20]), (BATCH_JOBS + 3, [1, BATCH_JOBS, 3])], ids=["few", "many"]
)
def test_what_waits_is_one_commit_by_the_one_thread_and_answered_in_order(tmp_path, waiting, batches):
    watched = Watched(open_keeper(tmp_path / "record.db"))
    outcomes = []
    writer = Writer(lambda: watched, moment, lambda hand_back: hand_back(), lambda: None, StoreError)
    writer.submit(say("first"), outcomes.append)
    assert watched.has_begun.wait(WITHIN_S)
    for number in range(waiting):
        writer.submit(say(f"{number}"), outcomes.append)
    watched.may_go_on.set()
    writer.close()
    assert watched.batches == batches
    assert len(watched.commits) == len(batches)
    (thread,) = set(watched.threads)
    assert thread is not threading.current_thread()
    assert [each.entries[0].recorded.index for each in outcomes] == list(range(waiting + 1))


def test_a_commit_waits_for_the_disk(tmp_path):
    keeper = open_keeper(tmp_path / "record.db")
    assert keeper.connection.query("PRAGMA synchronous").fetchone() == (2,), "FULL"
    assert keeper.connection.query("PRAGMA journal_mode").fetchone() == ("wal",)
    keeper.close()
