"""Python's cyclic collector, for a process that is a node."""

import gc
from typing import Final

YOUNG_OBJECTS: Final = 20_000
"""A batch of messages makes fewer than this; nearly all die by reference count before the collector looks."""


def calm_collector() -> None:
    """Let the collector pass over what was loaded at the start, and look at the young more seldom.

    To be called when all modules are loaded, and again when more were: a full walk over them stops every thread for
    tens of milliseconds and finds nothing.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 20, 20)
