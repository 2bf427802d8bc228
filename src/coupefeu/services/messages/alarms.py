"""What sounds, and how a flood becomes one line with a count (protocol B8, invariant 10).

    a FLASH on which we have not acted       since it arrived
    an outcome clock that has run out        since its deadline

The agreement says how many alarms a party may cause in a minute. Those sound one by one; whatever that party causes
beyond them is one alarm with a count, so that officers can still hear, and see, everything else.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from coupefeu.model.messages import MessageId
from coupefeu.services.base import Context
from coupefeu.services.messages.status import MessageStatus, StepName

_MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One thing that sounds. `party` wrote the messages; `first_ms` and `last_ms`: when they began to sound here."""

    party: str
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


def alarms(statuses: Iterable[MessageStatus], context: Context) -> tuple[Alarm, ...]:
    """Say what sounds of these messages, oldest first; at most one alarm of each party stands for several messages."""
    sounding = sorted((_since_ms(status, context), status.id) for status in statuses if status.sounds)
    alone: list[Alarm] = []
    beyond: dict[int, list[tuple[int, MessageId]]] = {}
    recent: dict[int, deque[int]] = {}
    for since_ms, message in sounding:
        log = message[0]
        window = recent.setdefault(log, deque(maxlen=context.agreement.budgets.alarms_per_minute))
        if len(window) == window.maxlen and since_ms - window[0] < _MINUTE_MS:
            beyond.setdefault(log, []).append((since_ms, message))
            continue
        window.append(since_ms)
        alone.append(_alarm([(since_ms, message)], context))
    collapsed = [_alarm(found, context) for found in beyond.values()]
    return tuple(sorted([*alone, *collapsed], key=lambda alarm: alarm.first_ms))


def _alarm(found: list[tuple[int, MessageId]], context: Context) -> Alarm:
    log = found[0][1][0]
    return Alarm(
        party=context.parties[log] if 0 <= log < len(context.parties) else "",
        messages=tuple(message for _, message in found),
        first_ms=found[0][0],
        last_ms=found[-1][0],
    )


def _since_ms(status: MessageStatus, context: Context) -> int:
    """Say when it began to sound: on its arrival while we have not acted, else when its outcome clock ran out."""
    us = context.parties[context.our_log]
    if any(chain.party == us and chain.step(StepName.SHOWN).idle for chain in status.chains) and status.flash:
        return status.arrived_ms
    clocks = [step.clock for chain in status.chains for step in chain.steps if step.name is StepName.OUTCOME]
    return min(
        (clock.due_ms for clock in clocks if clock is not None and clock.running), default=status.arrived_ms
    )
