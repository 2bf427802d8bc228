"""Conflicts in words: what was compared, and each pair with its place, its time, its gaps and what clears it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from coupefeu.model.instant import format_date_time_group
from coupefeu.model.notices import Settlement
from coupefeu.model.places import Position
from coupefeu.model.volumes import Separation
from coupefeu.node.conflict_values import Compared, ConflictGroup, ConflictView, Measured
from coupefeu.node.places.gazetteer import Gazetteer
from coupefeu.node.places.restating import distance_words, restate
from coupefeu.services.notices.status import NoticeView, SettlementView
from coupefeu.words import say

if TYPE_CHECKING:
    from coupefeu.deconfliction import Clearing

MILE_M = 1_852
_DAY_MS = 86_400_000


def compared_words(compared: Compared, language: str) -> str:
    """Say what an answer rests on: "0 conflicts among 14 of ours and 9 of theirs, ...", or "NOT CHECKED SINCE"."""
    if compared.not_checked is not None:
        reason = say(f"conflicts-reason-{compared.not_checked.value}", language)
        if compared.since_ms is None:
            return say("conflicts-never-checked", language, reason=reason)
        time = _time_words(compared.since_ms, compared.as_of_ms)
        return say("conflicts-not-checked", language, time=time, reason=reason)
    newest = say("conflicts-newest-none", language)
    if compared.newest_theirs_ms is not None:
        newest = say(
            "conflicts-newest", language, time=_time_words(compared.newest_theirs_ms, compared.as_of_ms)
        )
    link = {None: "unknown", True: "up", False: "down"}[compared.is_link_up]
    return say(
        "conflicts-compared",
        language,
        conflicts=compared.conflicts,
        ours=compared.ours,
        theirs=compared.theirs,
        newest=newest,
        link=say(f"conflicts-link-{link}", language),
        minima=minima_words(compared.separation, language),
    )


def minima_words(separation: Separation, language: str) -> str:
    """Say minima as they were agreed: `5 NM / 300 m / 10 min`."""
    miles, rest = divmod(separation.distance_m, MILE_M)
    distance = distance_words(separation.distance_m, language)
    if not rest and miles:
        distance = say("conflicts-miles", language, miles=miles)
    altitude = say("places-metres", language, metres=separation.altitude_m)
    return " / ".join((distance, altitude, span_words(separation.time_s, language)))


def span_words(seconds: int, language: str) -> str:
    """Say how long something lasts."""
    if seconds % 60:
        return say("conflicts-seconds", language, seconds=seconds)
    if seconds >= 3_600:
        return say("conflicts-hours", language, hours=seconds // 3_600, minutes=seconds % 3_600 // 60)
    return say("conflicts-minutes", language, minutes=seconds // 60)


def _time_words(ms: int, now_ms: int) -> str:
    """Say an instant: the clock's face of the same UTC day, else the whole date-time group."""
    group = format_date_time_group(ms)
    return f"{group[2:4]}:{group[4:7]}" if ms // _DAY_MS == now_ms // _DAY_MS else group


def group_lines(group: ConflictGroup, language: str) -> Iterator[str]:
    """Say what a movement's conflicts have in common."""
    if group.movement:
        yield say("conflicts-movement", language, movement=group.movement)
    if group.alarm is not None:
        yield say(f"conflicts-alarm-{group.alarm.value}", language)


def conflict_lines(conflict: ConflictView, gazetteer: Gazetteer, language: str) -> Iterator[str]:
    """Say one conflict."""
    yield say(
        "conflicts-pair",
        language,
        ours=conflict.ours.number,
        title=_title(conflict.ours),
        theirs=conflict.theirs.number,
        other=_title(conflict.theirs),
    )
    measured = conflict.measured
    yield "  " + _window_words(measured, language)
    yield "  " + _gap_words(measured, language)
    places = [("conflicts-place", measured.place)]
    if measured.other_place != measured.place:
        places.append(("conflicts-other-place", measured.other_place))
    for key, place in places:
        yield "  " + say(key, language, place=_place_words(place, gazetteer, language))
    yield from ("  " + _said_words(each, language) for each in conflict.said)
    settlement = "conflicts-open" if conflict.settlement is None else _settlement_key(conflict.settlement)
    yield "  " + say("conflicts-stands", language, settlement=say(settlement, language))


def _title(notice: NoticeView) -> str:
    return "" if notice.fact is None else notice.fact.title


def _settlement_key(settlement: Settlement) -> str:
    return f"notices-settlement-{int(settlement)}"


def _said_words(said: SettlementView, language: str) -> str:
    assert said.settlement is not None
    settlement = say(_settlement_key(said.settlement), language)
    words = say("conflicts-said", language, party=said.party.upper(), settlement=settlement, words=said.words)
    return words.rstrip(" :\u202f")


def _place_words(place: Position, gazetteer: Gazetteer, language: str) -> str:
    return restate(place, gazetteer, language).words(language)


def _window_words(measured: Measured, language: str) -> str:
    start, end = (
        say("conflicts-no-bound", language) if each is None else format_date_time_group(each)
        for each in (measured.start_ms, measured.end_ms)
    )
    return say("conflicts-window", language, start=start, end=end)


def _gap_words(measured: Measured, language: str) -> str:
    altitude = say("places-metres", language, metres=round(measured.altitude_gap_m))
    if measured.is_at_least:
        altitude = say("conflicts-at-least", language, altitude=altitude)
    return say(
        "conflicts-gaps",
        language,
        distance=distance_words(round(measured.distance_m), language),
        altitude=altitude,
        time=span_words(round(measured.time_gap_s), language),
    )


def clearing_words(clearing: "Clearing", language: str) -> str:
    """Say what of our notice alone could be changed: each way is sufficient by itself."""
    ways = [
        say(f"conflicts-{name}", language, time=span_words(seconds, language))
        for name, seconds in (("earlier", clearing.earlier_s), ("later", clearing.later_s))
        if seconds is not None
    ]
    ways += [
        say(f"conflicts-{name}", language, altitude=say("places-metres", language, metres=metres))
        for name, metres in (("lower", clearing.lower_m), ("higher", clearing.raise_m))
        if metres is not None
    ]
    if clearing.move is not None:
        bearing, metres = clearing.move
        distance = distance_words(metres, language)
        ways.append(say("conflicts-moved", language, distance=distance, bearing=bearing))
    if not ways:
        return say("conflicts-no-way", language)
    return say("conflicts-cleared-by", language, ways=", ".join(ways))
