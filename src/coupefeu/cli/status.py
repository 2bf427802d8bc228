"""`coupefeu status`: the line, both records, what is overdue, what was found wrong. Looking changes nothing."""

import asyncio
import textwrap
from typing import Any

import typer

from coupefeu.cli.calls_seen import flood_words
from coupefeu.cli.officer import open_folder
from coupefeu.cli.printing import JsonOption, NodeOption, report
from coupefeu.cli.shared_secret import describe_protection, describe_secret
from coupefeu.cli.watch_words import unstaffed_lines
from coupefeu.model.duration import format_shift
from coupefeu.model.instant import format_date_time_group
from coupefeu.node.folder import NodeFolder
from coupefeu.node.standing import read_standing
from coupefeu.services.messages.render import mode_words
from coupefeu.services.messages.render_chain import format_duration
from coupefeu.words import say

MOST_NAMED = 10


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("status")(status)


def status(node: NodeOption, as_json: JsonOption = False) -> None:
    """Show the line, both records, what is overdue and what was found wrong."""
    folder = open_folder(node)
    values = asyncio.run(read_standing(folder))
    report(folder.banner(), status_lines(folder, values), values, as_json=as_json)


def status_lines(folder: NodeFolder, values: dict[str, Any]) -> list[str]:
    """Give the standing of a node in words; facts and ages, no verdict."""
    state = "is up" if values["running"] else "is stopped"
    agreed = f"Agreement {values['agreement']['name']}, version {values['agreement']['version']}."
    lines = [f"{folder.party.upper()} {state}, as of {format_date_time_group(values['as_of_ms'])}. {agreed}"]
    if shift := folder.clock.shift_ms:
        lines.append(f"Its clock is shifted by {format_shift(shift)}, as agreed for this exercise.")
    lines += _mode_lines(folder, values)
    lines += _recovering_lines(values)
    lines.append(_backup_line(values["backup"], values["as_of_ms"]))
    for party in folder.counterparts:
        secret = describe_secret(folder, party, values["as_of_ms"])
        lines += ["", *_line_lines(party, values["lines"].get(party), values)]
        lines.append(f"  shared secret           {secret}")
        if not folder.in_person(party):
            says = f"{describe_protection(folder, party)}."
            lines += textwrap.wrap(says, 80, initial_indent="  ", subsequent_indent="  ")
    lines += ["", *_declared_lines(values), *_watch_lines(folder, values)]
    lines += [line for each in values["witnesses"] for line in _witness_lines(each, values["as_of_ms"])]
    lines += _call_lines(values["calls"], folder.agreement.calls.per_minute)
    lines += ["", "record        size   co-signed   post-quantum  last entry"]
    for log in values["records"].values():
        lines += [_record_line(each, values["as_of_ms"]) for each in (*log["earlier"], log)]
    lines += _disowned_lines(values)
    lines += _classical_lines(folder.agreement.classical_until_ms, values)
    return [*lines, "", *_open_lines(values), *_evidence_lines(values), *_not_whole_lines(values)]


def _call_lines(calls: dict[str, Any] | None, limit: int) -> list[str]:
    """Name the calls that ring here, and those that did not for there were too many."""
    if calls is None:
        return []
    lines = [f"! RINGS HERE: {number}: coupefeu answer {number}" for number in calls["ringing"]]
    for flood in calls["floods"]:
        lines += textwrap.wrap(flood_words(flood, limit, "en"), 80, subsequent_indent="  ")
    return lines


def _disowned_lines(values: dict[str, Any]) -> list[str]:
    """Name each log that its party closed below what another has co-signed of it."""
    logs = [each for log in values["records"].values() for each in log["earlier"]]
    return [
        f"! {each['name']} was closed at {each['closed_at']:,} entries; {each['cosigned']:,} were co-signed, and stand."
        for each in logs
        if (each["cosigned"] or 0) > (each["closed_at"] or 0)
    ]


def _classical_lines(until_ms: int | None, values: dict[str, Any]) -> list[str]:
    """Say which entries no ML-DSA-44 signature of both sides covers, and until when that counts."""
    logs = [each for log in values["records"].values() for each in (*log["earlier"], log)]
    behind = [
        f"{each['name']} from {each['covered']:,} on" for each in logs if each["covered"] < each["size"]
    ]
    if not behind:
        return []
    lines = [f"Classical only so far (Ed25519, not ML-DSA-44): {', '.join(behind)}."]
    if until_ms is None:
        return lines
    instant = format_date_time_group(until_ms)
    if values["as_of_ms"] < until_ms:
        return [
            *lines,
            f"  That counts until {instant}, as agreed: in {_age(until_ms - values['as_of_ms'])}.",
        ]
    return [*lines, f"  ! THAT COUNTS NO LONGER: it was agreed to count until {instant}."]


def _mode_lines(folder: NodeFolder, values: dict[str, Any]) -> list[str]:
    """Say what the record keeps, and what will lose its content soon."""
    lines = textwrap.wrap(mode_words(folder.agreement, "en"), 80, subsequent_indent="  ")
    if (due := values["to_be_erased"]) is not None:
        least = "At least " if due["truncated"] else ""
        first = format_date_time_group(due["first_ms"])
        lines.append(
            f"{least}{due['entries']:,} entries will lose their content within a week, the first on {first}."
        )
    return lines


def _recovering_lines(values: dict[str, Any]) -> list[str]:
    """Say why the node signs nothing, what it awaits, and what to do."""
    if not values["recovering"]:
        return []
    lines = [f"RECOVERING: {values['recovering']}. It reads, and signs nothing."]
    recovery = values.get("recovery")
    if recovery is None:
        return [
            *lines,
            "  Run it (coupefeu up): it asks the other side how far it had signed, and goes on by itself.",
        ]
    lines.append(f"  {say('recovering-' + recovery['stage'], 'en')}")
    wrong = [f"{party.upper()}: {words}" for party, words in recovery["said"].items()]
    for text in (*([recovery["detail"]] if recovery["detail"] else []), *wrong):
        lines += textwrap.wrap(text, 80, initial_indent="  ", subsequent_indent="    ")
    return lines


def _backup_line(backup: dict[str, Any] | None, as_of_ms: int) -> str:
    """Say when the last backup was made from this folder; where it is now, nobody here knows."""
    if backup is None:
        return "No backup was made from this folder: coupefeu backup --node FOLDER --to FILE."
    when = format_date_time_group(backup["made_ms"])
    return f"Last backup made {when}, {_age(as_of_ms - backup['made_ms'])} ago, to {backup['to']}."


def _line_lines(party: str, line: dict[str, Any] | None, values: dict[str, Any]) -> list[str]:
    """Say three things apart: our link, their node's heartbeat, and when their side was last on our record."""
    name = party.upper()
    last = values["records"][party]["last_ms"]
    heard = "nothing yet" if last is None else f"{_age(values['as_of_ms'] - last)} ago"
    if line is None:
        return [f"Line to {name}: not known, this node is stopped.", f"  last entry of theirs    {heard}"]
    alive = "their node answers" if line["alive"] else "their node does not answer"
    state = "up" if line["up"] else "down"
    since = "since this node started" if line["since_ms"] is None else f"for {_age(line['since_ms'])}"
    lines = [
        f"Line to {name}: {state} {since}; {alive}.",
        f"  last entry of theirs    {heard}",
        f"  waiting to go           {line['queued']:,}; under way {line['in_flight']:,}",
    ]
    if line["round_trip_ms"] is not None:
        lines.append(f"  round trip              {line['round_trip_ms']} ms")
    if line["their_clock_offset_ms"] is not None:
        lines.append(f"  their clock minus ours  {line['their_clock_offset_ms']} ms")
    if line["their_node_busy"]:
        lines.append("  their node says that it is busy: it takes our entries up later")
    if line["fetching"]:
        fetched = "{message}, attachment {number}: {here:,} of {size:,} bytes".format(**line["fetching"])
        lines.append(f"  being fetched           {fetched}")
    if line["refused"]:
        lines.append(f"  datagrams refused       {line['refused']:,}")
    if line["beyond_rate"]:
        lines.append(f"  beyond the agreed rate  {line['beyond_rate']:,} dropped in the last minute")
    if fetching := line["fetching"]:
        which = f"attachment {fetching['number']} of {fetching['message']}"
        lines.append(f"  on its way here         {which}, {fetching['here']:,} of {fetching['size']:,} bytes")
    return lines


def _declared_lines(values: dict[str, Any]) -> list[str]:
    """Say who holds the line otherwise than open, as declared; whether it is up stands above."""
    declared = values["line_state"]
    lines = []
    for each in () if declared is None else declared["parties"]:
        party, said, coming = each["party"].upper(), each["declared"], each["next"]
        if said is not None and each["state"] != "open":
            since = format_date_time_group(said["begins_ms"])
            lines.append(
                f"! {party} holds the line {each['state'].upper()} since {since} [{said['number']}]."
            )
        if coming is not None:
            begins = format_date_time_group(coming["begins_ms"])
            lines.append(
                f"! {party} will hold the line {coming['state'].upper()} from {begins} [{coming['number']}]."
            )
    return lines


def _watch_lines(folder: NodeFolder, values: dict[str, Any]) -> list[str]:
    """Say who is on watch: of the other side, what their node says."""
    lines = list(unstaffed_lines(values, "en"))
    for party in folder.agreement.party_ids:
        found = [each for each in values["watches"] if each["party"] == party]
        if not found:
            lines.append(f"Watch of {party.upper()}: nobody has said that one is kept.")
        for each in found:
            says = "" if party == folder.party else "they say: "
            since = format_date_time_group(each["since_ms"])
            alarm = "the alarm was heard there" if each["heard"] else "THE ALARM WAS NOT HEARD there"
            officer = f" | {each['officer']}" if each["officer"] else ""
            lines.append(f"Watch of {party.upper()}: {says}{each['post']} since {since}; {alarm}.{officer}")
    return lines


def _witness_lines(witness: dict[str, Any], as_of_ms: int) -> list[str]:
    """Say when a neutral witness last signed, and how far: it is a third party's node, on nobody's side."""
    if not witness["asked"]:
        says = "agreed, and not asked: node.toml has no address of it."
    elif witness["heard_ms"] is None:
        says = "NO WORD FROM IT YET."
    else:
        said = "UNSEEN for {}" if witness["unseen"] else "last word {} ago"
        sizes = ", ".join(f"{log} to {size:,}" for log, size in witness["sizes"].items())
        says = f"{said.format(_age(as_of_ms - witness['heard_ms']))}; it has co-signed {sizes}."
    return textwrap.wrap(f"Witness {witness['name'].upper()}: {says}", 80, subsequent_indent="  ")


def _record_line(log: dict[str, Any], as_of_ms: int) -> str:
    cosigned = "nothing" if log["cosigned"] is None else f"{log['cosigned']:,}"
    last = "none" if log["last_ms"] is None else f"{_age(as_of_ms - log['last_ms'])} ago"
    return f"{log['name']:<8}{log['size']:>10,}  {cosigned:>10}  {log['covered'] or 'nothing':>13}  {last}"


def _open_lines(values: dict[str, Any]) -> list[str]:
    looked = f"of the {values['looked_at']:,} latest messages"
    if not values["open"]:
        return [f"Nothing is open {looked}."]
    lines = [f"{values['open']:,} open, {len(values['overdue']):,} overdue, {looked}."]
    for each in values["overdue"][:MOST_NAMED]:
        steps = ", ".join(map(_step_words, each["steps"]))
        lines += textwrap.wrap(
            f"{each['precedence']} {each['message']}: {steps}",
            80,
            initial_indent="  ! ",
            subsequent_indent="    ",
        )
    unnamed = len(values["overdue"]) - MOST_NAMED
    return [*lines, f"  ! and {unnamed:,} more: coupefeu inbox"] if unnamed > 0 else lines


def _step_words(step: str) -> str:
    """Name a step as the chain does; `ru shown` is the step SHOWN at RU."""
    party, _, name = step.partition(" ")
    return f"{party.upper()} {say(f'step-{name}', 'en', screens=0)}"


def _evidence_lines(values: dict[str, Any]) -> list[str]:
    if not values["evidence"]:
        return []
    lines = ["", "EVIDENCE HELD: two signed statements that cannot both be true."]
    lines += [
        f"  {each['entry']}: {each['what']}, found {format_date_time_group(each['found_ms'])}"
        for each in values["evidence"]
    ]
    lines.append("  For strangers: coupefeu export equivocation --to FOLDER")
    owing = {each["party"] for each in values["evidence"] if each["open"]}
    if values["party"] in owing:
        lines += [
            "  OUR OWN LOG HAS TWO BRANCHES. Stop the node; the officer in charge opens a new",
            "  one: coupefeu incarnation open --identity FILE",
        ]
    return lines + [
        f"  {party.upper()} was asked for a new log; until it comes, the first branch stands."
        for party in sorted(owing - {values["party"]})
    ]


def _not_whole_lines(values: dict[str, Any]) -> list[str]:
    """Name what came late or not at all, the newest first; it may have come since."""
    newest = values["not_whole"][::-1]
    if not newest:
        return []
    lines = ["", "NAMED AS NOT HELD WHOLE IN THE AGREED TIME (it may have come since):"]
    for each in newest[:MOST_NAMED]:
        text = f"{each['entries']}: {each['what']}; named in {each['named_in']}"
        lines += textwrap.wrap(text, 80, initial_indent="  ", subsequent_indent="    ")
    unnamed = len(newest) - MOST_NAMED
    return [*lines, f"  and {unnamed:,} earlier"] if unnamed > 0 else lines


def _age(milliseconds: int) -> str:
    return format_duration(max(0, milliseconds))
