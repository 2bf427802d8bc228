"""What a file of notices holds, whatever its format: features, and rejects that say what to mend.

A reader yields one of the two for everything that stands in its file, in the order of the file: nothing is lost, and
nothing bad stands in the way of what comes behind it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from coupefeu.errors import CoupefeuError
from coupefeu.model.volumes import Volume

MAX_SEEN_CHARACTERS: Final = 60
TEXTS: Final = ("title", "form", "movement", "remarks", "wants_answer", "units", "exercise")
"""Properties that every format knows; those of a form are named `field.NAME` beside them."""
FIELD: Final = "field."


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One notice as a file has it: `at` its line, or its number in the file, from 1; `id` "": it has none."""

    at: int
    id: str
    volumes: tuple[Volume, ...]
    properties: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """What is wrong in one field: a stable code, what was seen there, why it is refused, and what to write."""

    code: str
    field: str
    seen: str
    reason: str
    hint: str

    @classmethod
    def of(cls, error: CoupefeuError, field: str, seen: str) -> Self:
        """Say of an error in which field it arose."""
        return cls(
            code=error.code,
            field=field,
            seen=seen[:MAX_SEEN_CHARACTERS],
            reason=error.message,
            hint=error.hint,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """What could not be read, whole, so that it can be mended and given again."""

    at: int
    id: str
    defects: tuple[Defect, ...]
    raw: str
