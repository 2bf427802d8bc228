"""Why the content of an entry is gone."""

from enum import IntEnum


class Why(IntEnum):
    """Why content was erased; words for readers are `erased-why-*` in words/."""

    RETENTION = 1
    """It was older than the agreement lets content be."""
    ORDER = 2
    """An officer ordered it."""
    FACT_ONLY = 3
    """The line records facts only."""

    @property
    def word(self) -> str:
        """Name it as words and values do: `fact-only`."""
        return self.name.lower().replace("_", "-")
