"""A record is opened by one thread while another closes it, as when a node stops and somebody reads: nobody may hang.

SQLite 3.51.0 and 3.51.1 lock two of their mutexes in both orders there and wait for ever, beyond the reach of any
time-out of ours; the processes of this test are therefore killed from outside.
"""

import subprocess
import sys

import pytest
from pysqlite3 import dbapi2
from tests.sizes import size

ROUNDS = size(small=600, full=50_000)
PROGRAM = """
import sys, threading
from pathlib import Path
from coupefeu.store.sqlite import open_for_writing, open_for_reading

path, rounds = Path(sys.argv[1]), int(sys.argv[2])
ended = threading.Event()

def write():
    for _ in range(rounds):
        open_for_writing(path).close()
    ended.set()

def read():
    while not ended.is_set():
        open_for_reading(path, running=True).close()

open_for_writing(path).close()
threads = [threading.Thread(target=each) for each in (write, read, read)]
for each in threads:
    each.start()
for each in threads:
    each.join()
"""


def test_a_record_that_opens_here_and_closes_there_hangs_nobody(tmp_path):
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "record.db"), str(ROUNDS)]
    try:
        subprocess.run(command, timeout=90, check=True, capture_output=True)
    except subprocess.TimeoutExpired:
        pytest.fail("SQLite hangs where a record is opened and closed at once")


def test_the_sqlite_that_comes_with_us_is_none_of_those():
    assert dbapi2.sqlite_version_info >= (3, 51, 2)
