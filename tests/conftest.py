"""Property tests draw the same examples on every run; `HYPOTHESIS_PROFILE=soak` draws many more, at random."""

import os
import signal

import pytest
from hypothesis import settings

settings.register_profile("seeded", derandomize=True, deadline=None, max_examples=100)
settings.register_profile("soak", deadline=None, max_examples=1_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "seeded"))

# What runs in the background of a shell ignores SIGINT, and so would the programs that tests end by it.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def _played_line(tmp_path_factory):
    from tests.communiques import play_line

    return play_line(tmp_path_factory.mktemp("played-line"))


@pytest.fixture(scope="module")
def played_line(_played_line, tmp_path_factory):
    """A line on which everything has happened, played once and copied for each module (tests/communiques.py)."""
    return _played_line.copy_to(tmp_path_factory.mktemp("line"))
