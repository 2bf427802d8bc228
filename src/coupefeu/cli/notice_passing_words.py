"""What `coupefeu notice gaps` and the acts beside it print: gaps first, each with whom to telephone, then the rest.

What a unit did itself begins with `[*]`, what its desk reports by voice with `(v)`: they never look alike.
"""

from collections.abc import Iterator, Sequence

from coupefeu.model.duration import format_duration
from coupefeu.model.instant import format_date_time_group
from coupefeu.node.passing.values import (
    GapValues,
    HoldStatisticsValues,
    HoldValues,
    PassedUnitValues,
    PassingStep,
    PassingValues,
    PointValues,
    ReachedValues,
)
from coupefeu.services.messages.display import show_line
from coupefeu.services.passing.rules import effect_words
from coupefeu.words import say

_MARKS = {"link": "[*]", "reply": "[*]", "voice": "(v)"}


def passing_lines(values: PassingValues, language: str) -> list[str]:
    """Say how one notice stands below the desks."""
    lines = [*_head(values, language), *_stops(values, language)]
    lines += [f"  {each}" for gap in values.gaps for each in _gap(gap, values.as_of_ms, language)]
    if not values.gaps:
        lines.append(f"  {_no_gaps(values, language)}")
    lines += [f"  {each}" for unit in values.units for each in _unit(unit, language)]
    lines += [f"  {_point(each, language)}" for each in values.points]
    lines += [f"  {_hold(each, language)}" for each in values.holds]
    if values.holds:
        lines.append(f"  {statistics_line(values.statistics, language)}")
    if values.steps:
        lines.append(say("passing-thread", language))
    return lines + [f"  {each}" for step in values.steps for each in _step(step, language)]


def gap_list_lines(rows: Sequence[PassingValues], now_ms: int, language: str) -> list[str]:
    """Say of each notice with gaps, a STOP, a hold or an overdue check-in what is open, the next to begin first."""
    lines: list[str] = []
    for values in rows:
        overdue = [each for each in values.points if each.overdue_ms is not None]
        if not (values.gaps or values.stopped or values.held or values.impeded or overdue):
            continue
        lines += [*_head(values, language), *_stops(values, language)]
        lines += [f"  {each}" for gap in values.gaps for each in _gap(gap, now_ms, language)]
        lines += [f"  {_point(each, language)}" for each in overdue]
        lines += [f"  {_hold(each, language)}" for each in values.holds if each.ended_ms is None]
    time = format_date_time_group(now_ms)
    return lines or [say("passing-list-empty", language, count=len(rows), time=time)]


def _head(values: PassingValues, language: str) -> Iterator[str]:
    title = f"{values.number}  {show_line(values.title)}"
    yield f"{title}  {countdown(values.start_ms, values.as_of_ms, language)}".rstrip()
    if values.alarm:
        yield f"!! {say('passing-alarm', language)}"


def countdown(start_ms: int | None, now_ms: int, language: str) -> str:
    """Say how long is left until it begins."""
    if start_ms is None:
        return ""
    span = format_duration(abs(start_ms - now_ms) // 60_000 * 60)
    return say("passing-begins" if start_ms > now_ms else "passing-begun", language, span=span)


def _stops(values: PassingValues, language: str) -> Iterator[str]:
    for each in values.orders:
        if each.in_force:
            time = format_date_time_group(each.said_ms)
            yield say(
                "passing-stop-line",
                language,
                party=each.party.upper(),
                words=show_line(each.words),
                time=time,
                number=each.number,
            )


def _gap(gap: GapValues, now_ms: int, language: str) -> Iterator[str]:
    party = f"{gap.party.upper()} · " if gap.party else ""
    since = "" if gap.since_ms is None else f" ({format_duration((now_ms - gap.since_ms) // 60_000 * 60)})"
    why = say(f"passing-why-{gap.why.replace('_', '-')}", language)
    yield f"-- {party}{show_line(gap.unit)}: {why}{since}"
    if gap.ours or not gap.party:
        key = "passing-next" if gap.next else "passing-next-unknown"
        yield f"   {say(key, language, who=show_line(gap.next))}"


def _no_gaps(values: PassingValues, language: str) -> str:
    time = format_date_time_group(values.as_of_ms)
    return say("passing-no-gaps", language, count=len(values.units), time=time)


def _unit(unit: PassedUnitValues, language: str) -> Iterator[str]:
    if unit.reached is not None:
        yield f"{_MARKS[unit.reached.proof]} {_reached(unit, unit.reached, language)}"
    elif unit.earlier is not None:
        yield f"... {_reached(unit, unit.earlier, language)} · {say('passing-of-earlier', language)}"


def _reached(unit: PassedUnitValues, reached: ReachedValues, language: str) -> str:
    said = say(f"passing-proof-{reached.proof}", language)
    voice = ""
    if reached.proof == "voice":
        spoken, officer = show_line(reached.spoken_to), show_line(reached.officer)
        voice = f", {say('passing-spoken', language, spoken=spoken, officer=officer)}"
    time = format_date_time_group(reached.at_ms)
    return f"{unit.party.upper()} · {show_line(unit.name)}: {said}, {time}{voice} [{reached.number}]"


def _point(point: PointValues, language: str) -> str:
    planned = "" if point.planned_ms is None else f" ({format_date_time_group(point.planned_ms)})"
    said = "" if point.check_in is None else say(f"passing-check-in-{point.check_in}", language)
    at = "" if point.at_ms is None else f" {format_date_time_group(point.at_ms)}"
    line = f"> {show_line(point.name)}{planned}: {said}{at}"
    if point.overdue_ms is None:
        return line if said else f"> {show_line(point.name)}{planned}"
    late = say("passing-overdue", language, span=format_duration(point.overdue_ms // 60_000 * 60))
    return f"{line} {late}".replace(":  ", ": ")


def _hold(hold: HoldValues, language: str) -> str:
    span = format_duration(hold.lasted_ms // 60_000 * 60)
    key = "passing-hold" if hold.ended_by is not None else "passing-hold-running"
    ended = "" if hold.ended_by is None else say(f"passing-check-in-{hold.ended_by}", language)
    return "|| " + say(
        key,
        language,
        point=show_line(hold.point),
        span=span,
        reason=show_line(hold.reason),
        ended=ended,
        party=hold.party.upper(),
    )


def statistics_line(counted: HoldStatisticsValues, language: str) -> str:
    """Say how often and how long."""
    total, longest, median = (
        format_duration(each // 60_000 * 60)
        for each in (counted.total_ms, counted.longest_ms, counted.median_ms)
    )
    return say(
        "passing-statistics",
        language,
        holds=counted.holds,
        total=total,
        longest=longest,
        median=median,
        impeded=counted.impeded,
    )


def _step(step: PassingStep, language: str) -> Iterator[str]:
    kinds = {
        "NOTICE_STOPPED": 135,
        "NOTICE_RESUMED": 136,
        "NOTICE_PASSED_DOWN": 137,
        "UNIT_REACHED": 138,
        "CHECKED_IN": 139,
    }
    who = show_line(step.post) + (f" ({show_line(step.officer)})" if step.officer else "")
    what = say(f"passing-step-{kinds[step.kind]}", language)
    if step.check_in is not None:
        what = f"{say(f'passing-check-in-{step.check_in}', language)} {show_line(step.point)}"
    if step.proof:
        what = f"{show_line(step.units[0])}: {say(f'passing-proof-{step.proof}', language)}"
    elif step.units:
        what += f": {', '.join(map(show_line, step.units))}"
    yield f"{format_date_time_group(step.at_ms)}  {step.party.upper()} · {who}  {what}  [{step.number}]"
    if step.words:
        yield f"    | {show_line(step.words)}"
    if step.effect:
        yield f"    {say('passing-no-effect', language, why=effect_words(step.effect, language))}"
