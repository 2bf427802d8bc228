"""`coupefeu watch show | hand-over | accept | roster`: how every desk stands, who relieves whom, who is planned."""

import sys
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from coupefeu.cli.acts import OfficerOption
from coupefeu.cli.officer import act, desk_of, language_of, open_folder
from coupefeu.cli.on_watch import HeardOption, PostOption, hear_alarm, post_of
from coupefeu.cli.printing import JsonOption, LanguageOption, NodeOption, report
from coupefeu.cli.roster_file import read_roster_file
from coupefeu.cli.watch_words import open_lines, roster_lines, standings_lines, thing_words, unstaffed_lines
from coupefeu.errors import PolicyError, UsageError
from coupefeu.model.instant import parse_instant
from coupefeu.model.messages import MessageId, format_number, parse_number
from coupefeu.node.desk import Desk
from coupefeu.node.folder import NodeFolder
from coupefeu.node.open_things import gather_open
from coupefeu.node.watch_values import StandingValues, standing_values, thing_values, unstaffed_values
from coupefeu.services.watch.facts import AcceptWatch, HandOverWatch, PlanRoster
from coupefeu.services.watch.standing import HandOverView
from coupefeu.words import say


def register(group: typer.Typer) -> None:
    """Add the commands to the group `watch`."""
    group.command("show")(show)
    group.command("hand-over")(hand_over)
    group.command("accept")(accept)
    group.command("roster")(roster)


def show(node: NodeOption, language: LanguageOption = None, as_json: JsonOption = False) -> None:
    """Show who is on watch on both sides, who relieves whom, who is planned, and what is open here."""
    folder = open_folder(node)
    reader = language_of(folder, language)
    with desk_of(folder) as desk:
        now_ms, names = desk.context().now.utc_ms, folder.agreement.party_ids
        standings = standings_of(desk)
        unstaffed = tuple(map(unstaffed_values, desk.staffing().unstaffed))
        found = gather_open(desk)
    things = tuple(thing_values(each, names) for each in found.things)
    values: dict[str, Any] = msgspec.to_builtins(
        {
            "as_of_ms": now_ms,
            "standings": standings,
            "unstaffed": unstaffed,
            "open": things,
            "count": found.count,
        }
    )
    lines = [
        *unstaffed_lines(values, reader),
        *standings_lines(standings, folder.party, now_ms, reader),
        *open_lines(things, found.count, now_ms, reader),
    ]
    report(folder.banner(), lines, values, as_json=as_json)


def hand_over(
    node: NodeOption,
    to: Annotated[
        str, typer.Option("--to", help="The watch or office that takes over, such as `second watch`.")
    ],
    remarks: Annotated[
        str, typer.Option("--remarks", help="A word for the next officer; the other side reads it too.")
    ] = "",
    from_post: PostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Offer the watch to the next officer, with the list of what is open. Until it is accepted you stand."""
    folder = open_folder(node)
    reader, post, names = (
        language_of(folder, language),
        post_of(folder, from_post),
        folder.agreement.party_ids,
    )
    with desk_of(folder) as desk:
        found, now_ms = gather_open(desk), desk.context().now.utc_ms
    sent = act(
        folder,
        HandOverWatch(
            from_post=post,
            to_officer=to,
            things=found.things,
            count=found.count,
            remarks=remarks,
            officer=officer,
        ),
    )
    things = tuple(thing_values(each, names) for each in found.things)
    lines = [
        say("recorded-as", reader, number=sent.number),
        say("watch-handed-over", reader, post=post),
        *open_lines(things, found.count, now_ms, reader),
        say("watch-accept-how", reader, command=f"coupefeu watch accept --node {folder.path}"),
    ]
    values = {
        "recorded": sent.number,
        "post": post,
        "open": msgspec.to_builtins(things),
        "count": found.count,
    }
    report(folder.banner(), lines, values, as_json=as_json)


def accept(
    node: NodeOption,
    seen: Annotated[
        list[str] | None,
        typer.Option(
            "--seen", help="An entry of the list that you have looked at; on a terminal each is asked."
        ),
    ] = None,
    heard: HeardOption = None,
    from_post: PostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Accept the watch that is handed over, having looked at each thing listed. The alarm is tried first."""
    folder = open_folder(node)
    reader, post, names = (
        language_of(folder, language),
        post_of(folder, from_post),
        folder.agreement.party_ids,
    )
    with desk_of(folder) as desk:
        offered, now_ms = find_offered(desk, post), desk.context().now.utc_ms
    looked_at = {parse_number(each, names) for each in seen or ()}
    looked_at |= _ask_for_each(offered, looked_at, names, now_ms, reader, as_json=as_json)
    is_heard = hear_alarm(heard, reader, as_json=as_json)
    command = AcceptWatch(
        from_post=post, hand_over=offered.id, heard=is_heard, seen=tuple(sorted(looked_at)), officer=officer
    )
    sent = act(folder, command)
    lines = [
        say("recorded-as", reader, number=sent.number),
        say("watch-taken", reader, post=post),
        say("watch-heard" if is_heard else "watch-not-heard", reader),
    ]
    values = {"recorded": sent.number, "post": post, "hand_over": offered.number, "heard": is_heard}
    report(folder.banner(), lines, values, as_json=as_json)


def roster(
    node: NodeOption,
    file: Annotated[
        Path | None,
        typer.Argument(
            help="One window a line: from, until, who. Without it the rosters of both sides are shown."
        ),
    ] = None,
    span_from: Annotated[
        str | None, typer.Option("--from", help="When the plan begins; with its first window if not given.")
    ] = None,
    span_until: Annotated[
        str | None, typer.Option("--until", help="When the plan ends; with its last window if not given.")
    ] = None,
    from_post: PostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say who will be at a desk and when; it replaces the roster before, and the other side reads it."""
    folder = open_folder(node)
    reader, post = language_of(folder, language), post_of(folder, from_post)
    recorded = None
    if file is not None:
        recorded = act(folder, plan_of(folder, file, span_from, span_until, post, officer)).number
    with desk_of(folder) as desk:
        planned = [each for each in standings_of(desk) if each.roster is not None]
    shown = [each for each in planned if recorded is None or each.post == post]
    lines = [] if recorded is None else [say("recorded-as", reader, number=recorded)]
    lines += [line for each in shown if each.roster for line in roster_lines(each.post, each.roster, reader)]
    if not shown:
        lines.append(say("watch-planned-none", reader))
    rows = [{"post": each.post, **msgspec.to_builtins(each.roster)} for each in shown]
    values = {"recorded": recorded, "rosters": rows}
    report(folder.banner(), lines, values, as_json=as_json)


def standings_of(desk: Desk) -> tuple[StandingValues, ...]:
    """Give how every desk stands now."""
    context = desk.context()
    return tuple(
        standing_values(each, context.parties, context.now.utc_ms) for each in desk.watch_standings()
    )


def find_offered(desk: Desk, post: str) -> HandOverView:
    """Find the hand-over of a post that waits. Raises: PolicyError `services.watch.no_hand_over`: there is none."""
    offered = next((each.hand_over for each in desk.watch_standings() if each.post == post), None)
    if offered is None:
        raise PolicyError(
            f"no hand-over of {post} waits to be accepted",
            code="services.watch.no_hand_over",
            hint="`coupefeu watch show` says how every desk stands; to take the watch is always possible.",
        )
    return offered


def plan_of(
    folder: NodeFolder, file: Path, span_from: str | None, span_until: str | None, post: str, officer: str
) -> PlanRoster:
    """Make the command of a roster file. Raises: UsageError."""
    now_ms = folder.clock().utc_ms
    windows = read_roster_file(file, now_ms)
    if not windows and (span_from is None or span_until is None):
        raise UsageError(
            f"{file} names nobody",
            code="cli.roster.empty",
            hint="To plan that nobody comes, say for which time: --from and --until.",
        )
    return PlanRoster(
        from_post=post,
        from_ms=windows[0].from_ms if span_from is None else parse_instant(span_from, now_ms),
        until_ms=max(each.until_ms for each in windows)
        if span_until is None
        else parse_instant(span_until, now_ms),
        windows=windows,
        officer=officer,
    )


def _ask_for_each(
    offered: HandOverView,
    looked_at: set[MessageId],
    names: tuple[str, ...],
    now_ms: int,
    language: str,
    *,
    as_json: bool,
) -> set[MessageId]:
    """Ask on a terminal whether what is listed was looked at; elsewhere the rules refuse what was not stated."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return set()
    confirmed = set()
    for thing in offered.things:
        if thing.entry in looked_at:
            continue
        typer.echo(thing_words(thing_values(thing, names), now_ms, language), err=as_json)
        number = format_number(thing.entry, names)
        if typer.confirm(say("watch-looked-at", language, number=number), err=as_json):
            confirmed.add(thing.entry)
    return confirmed
