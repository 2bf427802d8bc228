"""`coupefeu notice conflicts | settle`: which plans would meet, what clears it, and what became of it.

coupefeu notice conflicts --node FOLDER
coupefeu notice settle US/14 RU/9 --as accepted --words "They stay below 1,000 m until 0600Z." --node FOLDER
"""

import asyncio
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any

import typer

from coupefeu.cli.acts import OfficerOption
from coupefeu.cli.conflict_words import clearing_words, compared_words, conflict_lines, group_lines
from coupefeu.cli.officer import act_first, desk_of, language_of, open_folder
from coupefeu.cli.printing import JsonOption, LanguageOption, NodeOption, report
from coupefeu.model.messages import parse_number
from coupefeu.model.notices import Settlement
from coupefeu.node.conflict_desk import ConflictDesk
from coupefeu.node.conflict_values import Compared, ConflictGroup, ConflictView
from coupefeu.node.folder import NodeFolder
from coupefeu.node.places.gazetteer import Gazetteer
from coupefeu.node.running import is_running
from coupefeu.node.standing import read_line
from coupefeu.services.notices.commands import SettleConflict
from coupefeu.words import say

MOST_CLEARED = 20
"""What clears a conflict is computed for so many of them: some milliseconds each."""


class SettlementName(StrEnum):
    """What became of a conflict."""

    RESOLVED = "resolved"
    ACCEPTED = "accepted"
    DISPUTED = "disputed"


_SETTLEMENTS = {
    SettlementName.RESOLVED: Settlement.RESOLVED,
    SettlementName.ACCEPTED: Settlement.ACCEPTED_WITH_MEASURES,
    SettlementName.DISPUTED: Settlement.DISPUTED,
}


def register(group: typer.Typer) -> None:
    """Add the commands to `coupefeu notice`."""
    group.command("conflicts")(conflicts)
    group.command("settle")(settle)


def conflicts(
    node: NodeOption,
    notice: Annotated[
        str | None, typer.Argument(metavar="NUMBER", help="Of this notice alone, such as US/14.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", help="So many at most.", min=1, max=10_000)] = 100,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the conflicts that stand, by movement: place, time, gaps, what clears each; last, what was compared.

    An empty list says what it rests on, or NOT CHECKED SINCE.
    """
    folder = open_folder(node)
    reader = language_of(folder, language)
    with desk_of(folder) as desk:
        listed = desk.conflicts.listed(limit, is_link_up=_is_link_up(folder))
        groups = listed.groups
        if notice is not None:
            wanted = desk.conflicts.of(parse_number(notice, folder.agreement.party_ids))
            groups = (ConflictGroup(movement="", title="", conflicts=wanted, alarm=None),) if wanted else ()
        lines = list(_lines(groups, desk.conflicts, Gazetteer.of(folder.path), reader))
        shown = sum(len(each.conflicts) for each in groups)
        if notice is None and listed.total > shown:
            lines += [say("conflicts-more", reader, count=listed.total - shown), ""]
        lines.append(compared_words(listed.compared, reader))
        values = {
            "groups": [_group_values(each, desk.conflicts) for each in groups],
            "total": listed.total,
            "compared": compared_values(listed.compared),
        }
    report(folder.banner(), lines, values, as_json=as_json)


def settle(
    ours: Annotated[str, typer.Argument(metavar="OURS", help="Number of our notice, such as US/14.")],
    theirs: Annotated[str, typer.Argument(metavar="THEIRS", help="Number of theirs, such as RU/9.")],
    node: NodeOption,
    as_: Annotated[
        SettlementName, typer.Option("--as", case_sensitive=False, help="What we say became of it.")
    ],
    words: Annotated[
        str, typer.Option("--words", help="The measures, or the reason, at most 560 characters.")
    ] = "",
    from_post: Annotated[
        str | None, typer.Option("--from-post", help="The post that says it; our duty desk if not given.")
    ] = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say on the record what became of a conflict. The other side says its own; the weaker of both stands."""
    folder = open_folder(node)
    reader = language_of(folder, language)
    parties = folder.agreement.party_ids
    command = SettleConflict(
        notice=parse_number(ours, parties),
        other=parse_number(theirs, parties),
        settlement=_SETTLEMENTS[as_],
        words=words,
        officer=officer,
        from_post=(from_post or folder.agreement.party(folder.party).duty_desk).lower(),
    )
    sent = act_first(folder, command)
    report(
        folder.banner(),
        [say("recorded-as", reader, number=sent.number)],
        {"number": sent.number},
        as_json=as_json,
    )


def _is_link_up(folder: NodeFolder) -> bool | None:
    """Say whether the line is up; None where no node runs that knows."""
    if not is_running(folder):
        return None
    lines = asyncio.run(read_line(folder))
    return all(bool(each["alive"]) for each in lines.values()) if lines else None


def _lines(
    groups: tuple[ConflictGroup, ...], desk: ConflictDesk, gazetteer: Gazetteer, language: str
) -> Iterator[str]:
    cleared = 0
    for group in groups:
        yield from group_lines(group, language)
        for conflict in group.conflicts:
            yield from conflict_lines(conflict, gazetteer, language)
            if cleared < MOST_CLEARED:
                clearing = desk.clearing(conflict.ours.id, conflict.theirs.id)
                if clearing is not None:
                    yield "  " + clearing_words(clearing, language)
                cleared += 1
            yield ""


def compared_values(compared: Compared) -> dict[str, Any]:
    """Give what was compared as JSON says it."""
    return {
        "ours": compared.ours,
        "theirs": compared.theirs,
        "conflicts": compared.conflicts,
        "newest_theirs_ms": compared.newest_theirs_ms,
        "link_up": compared.is_link_up,
        "minima": {
            "distance_m": compared.separation.distance_m,
            "altitude_m": compared.separation.altitude_m,
            "time_s": compared.separation.time_s,
        },
        "not_checked": None if compared.not_checked is None else compared.not_checked.value,
        "since_ms": compared.since_ms,
        "as_of_ms": compared.as_of_ms,
    }


def _group_values(group: ConflictGroup, desk: ConflictDesk) -> dict[str, Any]:
    return {
        "movement": group.movement,
        "alarm": None if group.alarm is None else group.alarm.value,
        "conflicts": [_conflict_values(each, desk) for each in group.conflicts],
    }


def _conflict_values(conflict: ConflictView, desk: ConflictDesk) -> dict[str, Any]:
    measured = conflict.measured
    clearing = desk.clearing(conflict.ours.id, conflict.theirs.id)
    return {
        "ours": conflict.ours.number,
        "theirs": conflict.theirs.number,
        "distance_m": round(measured.distance_m, 1),
        "altitude_gap_m": measured.altitude_gap_m,
        "time_gap_s": measured.time_gap_s,
        "place": {"lat": measured.place.lat, "lon": measured.place.lon},
        "other_place": {"lat": measured.other_place.lat, "lon": measured.other_place.lon},
        "start_ms": measured.start_ms,
        "end_ms": measured.end_ms,
        "found_ms": conflict.found_ms,
        "alarm": None if conflict.alarm is None else conflict.alarm.value,
        "settlement": None if conflict.settlement is None else conflict.settlement.name.lower(),
        "said": [
            {"party": each.party, "settlement": each.settlement.name.lower(), "words": each.words}
            for each in conflict.said
            if each.settlement is not None
        ],
        "cleared_by": None
        if clearing is None
        else {
            "earlier_s": clearing.earlier_s,
            "later_s": clearing.later_s,
            "lower_m": clearing.lower_m,
            "raise_m": clearing.raise_m,
            "move": None
            if clearing.move is None
            else {"bearing_deg": clearing.move[0], "distance_m": clearing.move[1]},
        },
    }
