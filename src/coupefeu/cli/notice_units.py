"""`coupefeu notice link | telephone | challenge | reply | unit-key | unit-sign`: how units answer, and whom to ring.

coupefeu notice link US/14 "2nd battalion" --node us          a one-time link, printed once
coupefeu notice telephone "2nd battalion" "Ops room, 2214" "Maj. Weiss, 0170 ..." --node us
coupefeu notice unit-key ops.key                              at the unit: its key; the public half goes to its desk
coupefeu notice challenge US/14 "2nd battalion" --node us     what the unit signs
coupefeu notice unit-sign ops.key CHALLENGE                   at the unit: its signature
coupefeu notice reply US/14 "2nd battalion" SIGNATURE --node us
"""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from coupefeu.cli.console_link import ask_console
from coupefeu.cli.notice_passing import NumberArgument, PassingCommands, PostOption, UnitArgument
from coupefeu.cli.officer import desk_of, language_of, open_folder
from coupefeu.cli.printing import JsonOption, LanguageOption, NodeOption, report
from coupefeu.errors import UsageError
from coupefeu.keys import ed25519
from coupefeu.keys.files import read_secrets, write_secrets
from coupefeu.model.instant import format_instant
from coupefeu.model.messages import MessageId
from coupefeu.node.desk import Desk
from coupefeu.node.passing.acting import named_entries, octets_to_sign
from coupefeu.node.passing.desk import Passing
from coupefeu.node.passing.directory import note_telephone, read_directory
from coupefeu.record.leaf import leaf_hash
from coupefeu.services.messages.display import show_line
from coupefeu.services.passing.acts import REPLY_DOMAIN
from coupefeu.words import say

_SAYS = "# The key of a unit. Whoever has it can acknowledge for it."
_KEY = "ed25519"
_REQUEST = "unit-link"
"""What the console answers on the control socket."""


def register(group: typer.Typer) -> None:
    """Add the commands to the group `notice`."""
    group.command("link")(link)
    group.command("telephone")(telephone)
    group.command("challenge")(challenge)
    group.command("reply")(reply)
    group.command("unit-key")(unit_key)
    group.command("unit-sign")(unit_sign)


def link(
    number: NumberArgument,
    unit: UnitArgument,
    node: NodeOption,
    end: Annotated[bool, typer.Option("--end", help="End the link that there is; none is made.")] = False,
    from_post: PostOption = None,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make the link by which a unit acknowledges by itself, printed once; the one before ends."""
    folder = open_folder(node)
    reader = language_of(folder, language)
    asked = {"notice": number, "unit": unit, "post": from_post and from_post.lower(), "end": end}
    values = asyncio.run(ask_console(folder, asked, _REQUEST))
    if end:
        lines = [
            say(
                "passing-link-ended" if values["ended"] else "passing-link-none", reader, unit=show_line(unit)
            )
        ]
    else:
        until = format_instant(values["expires_ms"])
        lines = [values["link"], say("passing-link-made", reader, unit=show_line(unit), until=until)]
    report(folder.banner(), lines, values, as_json=as_json)


def telephone(
    node: NodeOption,
    unit: Annotated[str | None, typer.Argument(help="A unit of ours; all are listed if not given.")] = None,
    persons: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PERSON]...", help="Whom to ring, in this order: who, and the number."),
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Note nobody for this unit any more.")] = False,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Note whom to telephone to reach a unit of ours, or show it. It stays with this node, on no record."""
    folder = open_folder(node)
    reader = language_of(folder, language)
    if unit is not None and (persons or clear):
        note_telephone(folder.path, {unit: () if clear else tuple(persons or ())})
    noted = {name: kept for name, kept in read_directory(folder.path).items() if unit is None or name == unit}
    lines = [f"{show_line(name)}: {'; '.join(map(show_line, kept))}" for name, kept in noted.items()]
    report(
        folder.banner(),
        lines or [say("passing-telephone-none", reader)],
        {"units": {name: list(kept) for name, kept in noted.items()}},
        as_json=as_json,
    )


def challenge(
    number: NumberArgument,
    unit: UnitArgument,
    node: NodeOption,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print what a unit signs to acknowledge what stands now: hexadecimal, to be carried to it by any way."""
    desk = PassingCommands(node, language, number, None, "")
    with desk_of(desk.folder) as look:
        octets = octets_to_sign(desk.found, unit, _leaves(look, desk.found))
    report(desk.folder.banner(), [octets.hex()], {"challenge": octets.hex(), "unit": unit}, as_json=as_json)


def reply(
    number: NumberArgument,
    unit: UnitArgument,
    signature: Annotated[str, typer.Argument(help="What the unit's `unit-sign` printed.")],
    node: NodeOption,
    from_post: PostOption = None,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put a unit's signed reply on record: both sides verify it, and no desk can make one."""
    desk = PassingCommands(node, language, number, from_post, "")
    with desk_of(desk.folder) as look:
        leaves = _leaves(look, desk.found)
    command = desk.acting.reply(unit, _octets(signature, "signature", ed25519.SIGNATURE_BYTES), leaves)
    desk.act(command, as_json=as_json)


def unit_key(
    file: Annotated[Path, typer.Argument(help="Where the unit keeps its key; never overwritten.")],
    as_json: JsonOption = False,
) -> None:
    """Make a unit its own key, at the unit; print the public half, by which its desk lists it."""
    private = ed25519.generate()
    write_secrets(file, _SAYS, {_KEY: private})
    public = ed25519.public(private).hex()
    report(None, [public], {"public": public}, as_json=as_json)


def unit_sign(
    file: Annotated[Path, typer.Argument(help="The unit's key.")],
    challenge: Annotated[str, typer.Argument(help="What the desk's `challenge` printed.")],
    as_json: JsonOption = False,
) -> None:
    """Sign, at the unit, what its desk asks it to acknowledge."""
    octets = _octets(challenge, "challenge")
    if not octets.startswith(REPLY_DOMAIN):
        raise UsageError(
            "this is no challenge to a unit",
            code="cli.notice_units.challenge",
            hint="`coupefeu notice challenge` prints it; a key of a unit signs nothing else.",
        )
    private = read_secrets(file, {_KEY: ed25519.KEY_BYTES})[_KEY]
    signature = ed25519.sign(private, octets).hex()
    report(None, [signature], {"signature": signature}, as_json=as_json)


def _leaves(desk: Desk, found: Passing) -> dict[MessageId, bytes]:
    return {each: leaf_hash(desk.reader.entry(*each)["leaf"]) for each in named_entries(found)}


def _octets(text: str, what: str, length: int | None = None) -> bytes:
    try:
        octets = bytes.fromhex(text.strip())
    except ValueError:
        octets = b""
    if not octets or length not in {None, len(octets)}:
        raise UsageError(
            f"the {what} is not hexadecimal as it was printed",
            code=f"cli.notice_units.{what}",
            hint="Copy it whole.",
        )
    return octets
