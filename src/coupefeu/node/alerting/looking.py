"""What stands now that people outside must know: the firebreak, and what rings at home. Reads; called in a thread."""

from collections.abc import Iterator, Sequence

from coupefeu.model.agreement import Agreement
from coupefeu.model.firebreak import GRAVITY, Level
from coupefeu.model.messages import format_number
from coupefeu.model.topics import Topic
from coupefeu.node.alerting.causes import Cause, Kind, bounded
from coupefeu.node.alerting.settings import Wanted
from coupefeu.node.desk import Desk
from coupefeu.services.firebreak.judged import Judged, Reason
from coupefeu.services.messages.status import StepName
from coupefeu.services.watch.unstaffed import Unstaffed

LOOKED_AT = 100


def look(
    desk: Desk, wanted: frozenset[Wanted], unstaffed: Sequence[Unstaffed], *, is_link_up: bool
) -> dict[str, Cause]:
    """Give the causes that stand, the gravest first; what the firebreak names already is no cause of its own."""
    judged = _judged(desk, is_link_up=is_link_up) if Wanted.FIREBREAK in wanted else None
    named = _Named(judged)
    found: list[Cause] = []
    if judged is not None:
        found += _firebreak(judged, desk.context().agreement)
    if Wanted.FLASH in wanted:
        found += (each for each in _flash(desk) if not named.has(_MESSAGES, each.numbers))
    if Wanted.UNSTAFFED in wanted:
        found += (each for each in _unstaffed(unstaffed) if not named.has(_WATCHES, each.posts))
    if Wanted.UNITS in wanted:
        found += (each for each in _units(desk) if not named.has(_UNITS, each.numbers))
    if Wanted.CONFLICTS in wanted:
        found += (
            each
            for each in _conflicts(desk, is_link_up=is_link_up)
            if not named.has(_CONFLICTS, each.numbers)
        )
    return bounded(found)


def _judged(desk: Desk, *, is_link_up: bool) -> Judged:
    return desk.firebreak.with_since(desk.firebreak.now(is_link_up=is_link_up))


_MESSAGES = frozenset({Topic.ACKNOWLEDGEMENT, Topic.OUTCOME})
_WATCHES = frozenset({Topic.WATCH})
_UNITS = frozenset({Topic.UNITS})
_CONFLICTS = frozenset({Topic.CONFLICT})


class _Named:
    """What the reasons of the firebreak name."""

    def __init__(self, judged: Judged | None) -> None:
        reasons = () if judged is None else judged.reasons
        self._words = [(each.topic, set(each.subject.split())) for each in reasons]

    def has(self, topics: frozenset[Topic], names: tuple[str, ...]) -> bool:
        """Whether a reason of one of these topics names all of these."""
        return any(topic in topics and set(names) <= words for topic, words in self._words)


def _firebreak(judged: Judged, agreement: Agreement) -> Iterator[Cause]:
    """Give the level, where it does not hold, and what raises it; of several rules about one thing the gravest."""
    if judged.level is not Level.HOLDING:
        since_ms = judged.since_ms
        is_known = since_ms is not None and since_ms > 0
        yield Cause(
            key="level",
            kind=Kind.LEVEL,
            state=judged.level.value,
            gravity=GRAVITY.index(judged.level),
            since_ms=since_ms if is_known else None,
        )
    parties = agreement.party_ids
    known = {*parties, *(each.id for each in agreement.posts)}
    gravest: dict[tuple[Topic, str], Reason] = {}
    for each in judged.reasons:
        gravest.setdefault((each.topic, each.subject), each)
    for each in gravest.values():
        yield Cause(
            key=f"{each.topic} {each.subject}",
            kind=Kind.REASON,
            state=f"{each.level} {each.rule}",
            gravity=GRAVITY.index(each.level),
            rule=each.rule,
            numbers=tuple(format_number(entry, parties) for entry in each.entries[-3:]),
            posts=tuple(name for name in each.subject.split("/") if name in known),
            since_ms=each.since_ms,
        )


def _flash(desk: Desk) -> Iterator[Cause]:
    """Give each FLASH that nobody took in the agreed time."""
    for status in desk.open_messages(LOOKED_AT).messages:
        is_late = any(
            step.name is StepName.TAKEN_BY and step.clock is not None and step.clock.overdue
            for _, step in status.waiting
        )
        if status.flash and is_late:
            yield Cause(
                key=f"flash {status.number}",
                kind=Kind.FLASH,
                state="not taken",
                numbers=(status.number,),
                posts=(status.from_post, *status.to_posts),
                since_ms=status.arrived_ms,
            )


def _unstaffed(desks: Sequence[Unstaffed]) -> Iterator[Cause]:
    for each in desks:
        yield Cause(
            key=f"unstaffed {each.post}",
            kind=Kind.UNSTAFFED,
            state=each.cause.value,
            posts=(each.post,),
            since_ms=each.since_ms,
        )


def _units(desk: Desk) -> Iterator[Cause]:
    """Give each notice whose lead time has begun, or that is stopped, with units that are not reached."""
    for each in desk.passing.listed(LOOKED_AT):
        if each.view.alarm:
            yield Cause(
                key=f"units {each.view.number}",
                kind=Kind.UNITS,
                state="stopped" if each.view.stops else "lead",
                gravity=1 if each.view.stops else 0,
                numbers=(each.view.number,),
                since_ms=each.view.lead_begins_ms,
            )


def _conflicts(desk: Desk, *, is_link_up: bool) -> Iterator[Cause]:
    """Give each conflict that raises an alarm at home."""
    for group in desk.conflicts.listed(LOOKED_AT, is_link_up=is_link_up).groups:
        for each in group.conflicts:
            if each.alarm is not None:
                numbers = (each.ours.number, each.theirs.number)
                yield Cause(
                    key=f"conflict {' '.join(numbers)}",
                    kind=Kind.CONFLICT,
                    state=each.alarm.value,
                    numbers=numbers,
                    since_ms=each.found_ms,
                )
