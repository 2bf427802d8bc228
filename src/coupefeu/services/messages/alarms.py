"""What sounds, and how a flood becomes one line with a count (protocol B8, invariant 10).

    a FLASH on which we have not acted       since it arrived
    an outcome clock that has run out        since its deadline

The agreement says how many alarms a party may cause in a minute. Those sound one by one; whatever that party causes
beyond them is one alarm of each cause with a count, so that officers can still hear, and see, everything else; and
nothing that only awaits its outcome is ever called a FLASH that nobody has taken.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from coupefeu.model.messages import MessageId
from coupefeu.services.base import Context
from coupefeu.services.messages.status import MessageStatus, StepName

_MINUTE_MS = 60_000


class AlarmCause(StrEnum):
    """Why something sounds; nothing else may."""

    FLASH = "flash"
    OUTCOME = "outcome"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One thing that sounds. `party` wrote the messages; `first_ms` and `last_ms`: when they began to sound here."""

    party: str
    cause: AlarmCause
    messages: tuple[MessageId, ...]
    first_ms: int
    last_ms: int

    @property
    def count(self) -> int:
        """How many messages sound as this one alarm."""
        return len(self.messages)

    @property
    def per_minute(self) -> int:
        """How fast they came; a time shorter than a minute counts as one."""
        return self.count * _MINUTE_MS // max(_MINUTE_MS, self.last_ms - self.first_ms)


_Sounding = tuple[int, MessageId, AlarmCause]
"""Since when, which, why."""


def alarms(statuses: Iterable[MessageStatus], context: Context) -> tuple[Alarm, ...]:
    """Say what sounds of these messages, oldest first; one alarm of a party and a cause may stand for several."""
    sounding = sorted(_sounding(status, context) for status in statuses if status.sounds)
    alone: list[Alarm] = []
    beyond: dict[tuple[str, AlarmCause], list[_Sounding]] = {}
    recent: dict[str, deque[int]] = {}
    for each in sounding:
        since_ms, message, cause = each
        party = context.party_of(message[0])
        window = recent.setdefault(party, deque(maxlen=context.agreement.budgets.alarms_per_minute))
        if len(window) == window.maxlen and since_ms - window[0] < _MINUTE_MS:
            beyond.setdefault((party, cause), []).append(each)
            continue
        window.append(since_ms)
        alone.append(_alarm([each], context))
    collapsed = [_alarm(found, context) for found in beyond.values()]
    return tuple(sorted([*alone, *collapsed], key=lambda alarm: alarm.first_ms))


def _alarm(found: list[_Sounding], context: Context) -> Alarm:
    first_ms, (log, _), cause = found[0]
    return Alarm(
        party=context.party_of(log),
        cause=cause,
        messages=tuple(message for _, message, _ in found),
        first_ms=first_ms,
        last_ms=found[-1][0],
    )


def _sounding(status: MessageStatus, context: Context) -> _Sounding:
    """Say when it began to sound: on its arrival while we have not acted, else when its outcome clock ran out."""
    us = context.us
    if any(chain.party == us and chain.step(StepName.SHOWN).idle for chain in status.chains) and status.flash:
        return status.arrived_ms, status.id, AlarmCause.FLASH
    clocks = [step.clock for chain in status.chains for step in chain.steps if step.name is StepName.OUTCOME]
    since_ms = min(
        (clock.due_ms for clock in clocks if clock is not None and clock.running), default=status.arrived_ms
    )
    return since_ms, status.id, AlarmCause.OUTCOME
