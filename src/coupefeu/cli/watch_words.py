"""How the command line says the watch: who sits where, who relieves whom, who is planned, which desk is empty.

What people of the other side wrote stands at the end of its line, behind a bar, so that it can imitate nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from coupefeu.model.instant import format_date_time_group
from coupefeu.node.watch_values import (
    OfferedValues,
    OnWatchValues,
    OpenThingValues,
    PlannedValues,
    RosterValues,
    StandingValues,
)
from coupefeu.services.messages.render import BAR
from coupefeu.services.messages.render_chain import format_duration
from coupefeu.words import label, say

_INDENT = "    "


def unstaffed_lines(values: Mapping[str, Any], language: str) -> Iterator[str]:
    """Say which desks of ours are unstaffed (`node.watch_values.UnstaffedValues`), each marked as an alarm."""
    for each in values["unstaffed"]:
        yield f"! {unstaffed_words(each, language)}"


def unstaffed_words(unstaffed: Mapping[str, Any], language: str) -> str:
    """Say of one desk of ours that nobody is there, since when, and whom its roster names."""
    post = unstaffed["post"]
    if unstaffed["cause"] == "gap":
        return say(
            "unstaffed-gap", language, post=post, time=format_date_time_group(unstaffed["gap_until_ms"])
        )
    since = format_date_time_group(unstaffed["since_ms"])
    if not unstaffed["planned"]:
        return say("unstaffed-nobody", language, post=post, time=since)
    return say("unstaffed-planned", language, post=post, time=since, who=", ".join(unstaffed["planned"]))


def standings_lines(
    standings: Iterable[StandingValues], us: str, now_ms: int, language: str
) -> Iterator[str]:
    """Say how every desk stands, party by party."""
    party = ""
    for standing in standings:
        if standing.party != party:
            party = standing.party
            says = "watch-we-say" if party == us else "watch-they-say"
            yield say(says, language, party=party.upper())
        yield from (f"  {line}" for line in standing_lines(standing, now_ms, language))


def standing_lines(standing: StandingValues, now_ms: int, language: str) -> Iterator[str]:
    """Say how one desk stands."""
    yield _who(standing, language)
    if standing.watch is not None and standing.watch.hand_over is not None:
        crossed = standing.watch.crossed.replace("_", "-")
        key = f"watch-crossed-{crossed}" if crossed else "watch-relieved"
        yield _INDENT + say(key, language, number=standing.watch.hand_over)
    if standing.hand_over is not None:
        yield from (_INDENT + line for line in _offered_lines(standing.hand_over, language))
    if standing.planned is None:
        yield _INDENT + say("watch-planned-none", language)
    else:
        yield from (_INDENT + line for line in _planned_lines(standing.planned, language))
    if standing.said_ms is not None:
        age = format_duration(max(0, now_ms - standing.said_ms))
        yield _INDENT + say("watch-said", language, time=age)


def open_lines(things: Iterable[OpenThingValues], count: int, now_ms: int, language: str) -> Iterator[str]:
    """Say what is open, the most urgent first."""
    yield say("watch-open", language, count=count)
    listed = 0
    for thing in things:
        listed += 1
        yield f"  {thing_words(thing, now_ms, language)}"
    if count > listed:
        yield f"  {say('watch-open-more', language, count=count - listed)}"


def thing_words(thing: OpenThingValues, now_ms: int, language: str) -> str:
    """Say of something open what it is, and how its next clock stands."""
    named = f"{thing.number}  {say(f'watch-what-{thing.what}', language)}"
    if thing.due_ms is None:
        return named
    key = "watch-due" if thing.due_ms >= now_ms else "watch-overdue"
    return f"{named}; {say(key, language, time=format_duration(abs(thing.due_ms - now_ms)))}"


def roster_lines(post: str, roster: RosterValues, language: str) -> Iterator[str]:
    """Say a roster whole: who sits when, and when nobody does, in the order of time."""
    span = {
        "from": format_date_time_group(roster.from_ms),
        "until": format_date_time_group(roster.until_ms),
    }
    yield say("watch-roster-is", language, post=post, **span)
    rows = [(each.from_ms, each.until_ms, each.officer) for each in roster.windows]
    rows += [(each.from_ms, each.until_ms, "") for each in roster.gaps]
    for from_ms, until_ms, officer in sorted(rows):
        times = {"from": format_date_time_group(from_ms), "until": format_date_time_group(until_ms)}
        if officer:
            yield f"  {say('watch-roster-window', language, **times)}{BAR}{officer}"
        else:
            yield f"  ! {say('watch-roster-gap', language, **times)}"


def _who(standing: StandingValues, language: str) -> str:
    watch = standing.watch
    if watch is not None:
        return _on_watch(standing.post, watch, language)
    if standing.left_ms is None:
        return say("watch-who-never", language, post=standing.post)
    return say("watch-who-left", language, post=standing.post, time=format_date_time_group(standing.left_ms))


def _on_watch(post: str, watch: OnWatchValues, language: str) -> str:
    since = say("watch-who-on", language, post=post, time=format_date_time_group(watch.since_ms))
    heard = say("watch-alarm-heard" if watch.heard else "watch-alarm-not-heard", language)
    return f"{since}; {heard}" + _named(watch.officer)


def _offered_lines(offered: OfferedValues, language: str) -> Iterator[str]:
    since = format_date_time_group(offered.since_ms)
    yield say("watch-offered", language, number=offered.number, time=since, count=offered.count)
    for key, value in (
        ("watch-offered-by", offered.officer),
        ("watch-offered-to", offered.to_officer),
        ("watch-remarks", offered.remarks),
    ):
        if value:
            yield f"  {label(say(key, language), f'{BAR.strip()} {value}', language)}"


def _planned_lines(planned: PlannedValues, language: str) -> Iterator[str]:
    for window in planned.now:
        yield say("watch-planned-now", language, time=format_date_time_group(window.until_ms)) + _named(
            window.officer
        )
    if planned.gap is not None:
        yield "! " + say("watch-planned-gap", language, time=format_date_time_group(planned.gap.until_ms))
    elif not planned.is_planned:
        yield say("watch-planned-nothing", language)
    if (then := planned.then) is not None:
        times = {
            "from": format_date_time_group(then.from_ms),
            "until": format_date_time_group(then.until_ms),
        }
        yield say("watch-planned-then", language, **times) + _named(then.officer)


def _named(officer: str) -> str:
    return f"{BAR}{officer}" if officer else ""
