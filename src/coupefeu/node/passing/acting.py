"""The acts about a notice, made of what stands on the record when the officer acts: its version, and the orders."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from coupefeu.errors import CoupefeuError, UsageError
from coupefeu.keys import ed25519
from coupefeu.model.messages import MessageId
from coupefeu.model.notices import CheckIn
from coupefeu.node.passing.desk import Passing, require_live
from coupefeu.services.passing.acts import reply_octets
from coupefeu.services.passing.commands import (
    AcknowledgeAsUnit,
    PassDown,
    ReportByVoice,
    ReportCheckIn,
    ResumeNotice,
    StopNotice,
)
from coupefeu.services.passing.facts import NamedUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """Who acts, and about what as it stands. `officer`: a label beside the post."""

    found: Passing
    from_post: str
    officer: str = ""

    def pass_down(self, units: tuple[NamedUnit, ...], words: str = "") -> PassDown:
        """List units. Raises: UsageError: the notice is not in force."""
        require_live(self.found)
        return PassDown(**self._common(words), units=units)

    def reached(self, unit: str, at_ms: int, spoken_to: str, words: str = "") -> ReportByVoice:
        """Report that a unit was told what stands now. Raises: UsageError: the notice is not in force."""
        require_live(self.found)
        orders = self.found.view.must_know
        return ReportByVoice(
            **self._common(words), unit=unit, at_ms=at_ms, spoken_to=spoken_to, orders=orders
        )

    def stop(self, words: str) -> StopNotice:
        """Say STOP. Raises: UsageError: the notice is not in force."""
        require_live(self.found)
        return StopNotice(**self._common(words))

    def resume(self, words: str = "") -> ResumeNotice:
        """Take our STOP back."""
        return ResumeNotice(**self._common(words))

    def check_in(self, point: str, said: CheckIn, at_ms: int, words: str = "") -> ReportCheckIn:
        """Say what became of a movement, also when its notice is over."""
        return ReportCheckIn(**self._common(words), point=point, check_in=said, at_ms=at_ms)

    def reply(self, unit: str, signature: bytes, leaves: Mapping[MessageId, bytes]) -> AcknowledgeAsUnit:
        """Put a unit's signed reply on record. `leaves`: the leaf hash of each entry that it names.

        Raises: UsageError: `node.passing.reply`: it is not of this unit's key and of what stands now.
        """
        require_live(self.found)
        listed = [each for each in self.found.view.units if each.ours and each.name == unit]
        octets = octets_to_sign(self.found, unit, leaves)
        if not listed or not _holds(listed[0].key, octets, signature):
            raise UsageError(
                f"this is no reply of {unit!r} to what stands now",
                code="node.passing.reply",
                hint="A unit listed with its key signs what `coupefeu notice challenge` prints, anew for each version.",
            )
        common = {name: value for name, value in self._common("").items() if name != "officer"}
        return AcknowledgeAsUnit(**common, unit=unit, orders=self.found.view.must_know, signature=signature)

    def _common(self, words: str) -> dict[str, Any]:
        return {
            "notice": self.found.notice.id,
            "version": self.found.view.version,
            "from_post": self.from_post,
            "words": words,
            "officer": self.officer,
        }


def octets_to_sign(found: Passing, unit: str, leaves: Mapping[MessageId, bytes]) -> bytes:
    """Give what a unit signs of what stands now."""
    view = found.view
    orders = tuple(leaves[each] for each in view.must_know)
    return reply_octets(leaves[view.id], leaves[view.version], orders, unit)


def named_entries(found: Passing) -> tuple[MessageId, ...]:
    """Name the entries whose leaf hashes a reply signs."""
    view = found.view
    return tuple(dict.fromkeys((view.id, view.version, *view.must_know)))


def _holds(key: bytes, octets: bytes, signature: bytes) -> bool:
    if not key:
        return False
    try:
        ed25519.verify(key, octets, signature)
    except CoupefeuError:
        return False
    return True
