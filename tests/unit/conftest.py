"""What several tests of the link begin with."""

import pytest

from coupefeu.link.phase import Phase
from coupefeu.testing.lossy import TwoLinks


@pytest.fixture
def two():
    """Two links that have been up for a while."""
    world = TwoLinks(1)
    world.connect()
    assert world.run(1_000, lambda: all(end.link.state().phase is Phase.OPEN for end in world.ends))
    world.run(200)
    world.wire.carried.clear()
    for end in world.ends:
        end.events.clear()
    return world
