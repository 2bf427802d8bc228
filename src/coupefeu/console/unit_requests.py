"""What the page of a unit asks, as frozen values with their limits; who asks is said by the link's key alone."""

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from coupefeu.console.unit_links import MAX_KEY_CHARACTERS

Key = Annotated[str, Meta(max_length=MAX_KEY_CHARACTERS)]
Mark = Annotated[str, Meta(max_length=64)]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitLookRequest:
    """Show what stands. `key`: what stands behind the # of the link."""

    key: Key


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPressRequest:
    """Acknowledge what `mark` of the page names."""

    key: Key
    mark: Mark
