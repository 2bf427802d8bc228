"""The table of a link's life: complete where it must be, closed elsewhere. Its drawing is in docs/spec/link.md."""

import pytest

from coupefeu.errors import UsageError
from coupefeu.link.phase import TRANSITIONS, Change, Phase, next_phase


def test_every_phase_can_be_reached_and_left():
    for phase in Phase:
        assert any(to is phase and at is not phase for (at, _), to in TRANSITIONS.items())
        assert any(at is phase and to is not phase for (at, _), to in TRANSITIONS.items())


def test_every_change_happens_somewhere():
    assert {change for _, change in TRANSITIONS} == set(Change)


def test_a_pair_that_is_not_in_the_table_is_our_error():
    with pytest.raises(UsageError):
        next_phase(Phase.NO_PATH, Change.HEARD)


def test_losing_the_last_path_always_leads_to_none():
    for phase in set(Phase) - {Phase.NO_PATH}:
        assert next_phase(phase, Change.PATHS_GONE) is Phase.NO_PATH
