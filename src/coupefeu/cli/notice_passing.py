"""`coupefeu notice pass-down | reached | stop | resume | check-in | gaps`: who below the desk has a notice.

coupefeu notice pass-down US/14 --node ru --unit "2nd battalion" --telephone "2nd battalion=Ops room, 2214"
coupefeu notice link RU/14 "2nd battalion" --node us
coupefeu notice reached US/14 "2nd battalion" --node ru --spoken-to "Capt. Weiss" --officer "second watch" --at 0312Z
coupefeu notice stop US/14 "Fire ahead of the convoy." --node ru
coupefeu notice check-in US/14 "Hold point" held --node us --words "The gate is closed."
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from coupefeu.cli.acts import OfficerOption
from coupefeu.cli.notice_passing_words import gap_list_lines, passing_lines
from coupefeu.cli.officer import act, desk_of, language_of, open_folder
from coupefeu.cli.printing import JsonOption, Language, LanguageOption, NodeOption, report
from coupefeu.errors import UsageError
from coupefeu.keys import ed25519
from coupefeu.model.instant import parse_last
from coupefeu.model.messages import parse_number
from coupefeu.model.notices import CheckIn, Level
from coupefeu.node.desk import Desk
from coupefeu.node.folder import NodeFolder
from coupefeu.node.passing.acting import Acting
from coupefeu.node.passing.desk import Passing
from coupefeu.node.passing.directory import note_telephone, read_directory
from coupefeu.node.passing.values import PassingValues, passing_values
from coupefeu.services.passing.commands import PassingCommand
from coupefeu.services.passing.facts import NamedUnit
from coupefeu.words import say

NumberArgument = Annotated[str, typer.Argument(help="Number of the notice, or of any act about it: US/14.")]
UnitArgument = Annotated[
    str, typer.Argument(metavar="UNIT", help="The unit, as the notice was passed down to it.")
]
PostOption = Annotated[
    str | None, typer.Option("--from-post", help="Our post that acts; our duty desk if not given.")
]
WordsOption = Annotated[str, typer.Option("--words", help="What is said beside it, at most 280 characters.")]
AtOption = Annotated[
    str, typer.Option("--at", help='When it happened, UTC: "0312Z", "240312Z MAR 22", "now".')
]


class CheckInName(StrEnum):
    """What is said of a movement on its way."""

    PASSED = "passed"
    HELD = "held"
    RELEASED = "released"
    IMPEDED = "impeded"


def register(group: typer.Typer) -> None:
    """Add the commands to the group `notice`."""
    group.command("pass-down")(pass_down)
    group.command("reached")(reached)
    group.command("stop")(stop)
    group.command("resume")(resume)
    group.command("check-in")(check_in)
    group.command("gaps")(gaps)


def pass_down(
    number: NumberArgument,
    node: NodeOption,
    unit: Annotated[
        list[str] | None,
        typer.Option("--unit", help="A unit that is to have it, by the name that both sides read."),
    ] = None,
    command: Annotated[
        list[str] | None, typer.Option("--command", help="A command that is to have it.")
    ] = None,
    no_longer: Annotated[
        list[str] | None, typer.Option("--no-longer", help="A unit that is listed no longer.")
    ] = None,
    telephone: Annotated[
        list[str] | None,
        typer.Option(
            "--telephone",
            help='Whom to ring there: "2nd battalion=Ops room, 2214". In order; stays with this node.',
        ),
    ] = None,
    key: Annotated[
        list[str] | None,
        typer.Option(
            "--key", help='Key by which a unit signs its replies, in hexadecimal: "2nd battalion=9f...".'
        ),
    ] = None,
    words: WordsOption = "",
    from_post: PostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """List commands and units that are to have a notice. Both sides see the list; nobody but us sees whom we ring."""
    keys = {name: bytes.fromhex(_hexadecimal(value)) for name, value in map(_pair, key or ())}
    named = [(Level.COMMAND, each) for each in command or ()] + [(Level.UNIT, each) for each in unit or ()]
    units = [NamedUnit(name=name, level=level, key=keys.get(name, b"")) for level, name in named]
    units += [NamedUnit(name=name, level=None) for name in no_longer or ()]
    numbers: dict[str, tuple[str, ...]] = {}
    for name, person in map(_pair, telephone or ()):
        numbers[name] = (*numbers.get(name, ()), person)
    desk = PassingCommands(node, language, number, from_post, officer)
    desk.act(desk.acting.pass_down(tuple(units), words), as_json=as_json, numbers=numbers)


def reached(
    number: NumberArgument,
    unit: UnitArgument,
    node: NodeOption,
    spoken_to: Annotated[str, typer.Option("--spoken-to", help="Who was spoken to there.")],
    officer: Annotated[str, typer.Option("--officer", help="Which officer of the desk told it: a label.")],
    at: AtOption = "now",
    words: WordsOption = "",
    from_post: PostOption = None,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Report that the desk told a unit by voice what stands now. It never reads as the unit's own acknowledgement."""
    desk = PassingCommands(node, language, number, from_post, officer)
    desk.act(desk.acting.reached(unit, parse_last(at, desk.now_ms), spoken_to, words), as_json=as_json)


def stop(
    number: NumberArgument,
    words: Annotated[str, typer.Argument(metavar="WHY", help="Why: it is read to every unit.")],
    node: NodeOption,
    from_post: PostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say STOP to what a notice announces, ours or theirs. Every unit listed must acknowledge it anew."""
    desk = PassingCommands(node, language, number, from_post, officer)
    desk.act(desk.acting.stop(words), as_json=as_json)


def resume(
    number: NumberArgument,
    node: NodeOption,
    words: WordsOption = "",
    from_post: PostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take our own STOP back. A STOP of the other side stands until the other side takes it back."""
    desk = PassingCommands(node, language, number, from_post, officer)
    desk.act(desk.acting.resume(words), as_json=as_json)


def check_in(
    number: NumberArgument,
    point: Annotated[
        str, typer.Argument(metavar="POINT", help="Check point, as the notice names it, or another.")
    ],
    said: Annotated[
        CheckInName, typer.Argument(case_sensitive=False, help="What became of the movement there.")
    ],
    node: NodeOption,
    at: AtOption = "now",
    words: WordsOption = "",
    from_post: PostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what became of a movement at a point; held and impeded need words."""
    desk = PassingCommands(node, language, number, from_post, officer)
    command = desk.acting.check_in(point, CheckIn[said.name], parse_last(at, desk.now_ms), words)
    desk.act(command, as_json=as_json)


def gaps(
    node: NodeOption,
    number: Annotated[
        str | None, typer.Argument(help="One notice with its thread; every notice in force if not given.")
    ] = None,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show who is not reached, whom to telephone next, and how long is left; STOP, holds and overdue check-ins."""
    folder = open_folder(node)
    reader = language_of(folder, language)
    if number is not None:
        values = PassingCommands(node, language, number, None, "").values()
        report(folder.banner(), passing_lines(values, reader), msgspec.to_builtins(values), as_json=as_json)
        return
    with desk_of(folder) as desk:
        found, now_ms = desk.passing.listed(), desk.context().now.utc_ms
        rows = [_values(folder, each) for each in found]
    listed: dict[str, Any] = {"notices": msgspec.to_builtins(rows), "as_of_ms": now_ms}
    report(folder.banner(), gap_list_lines(rows, now_ms, reader), listed, as_json=as_json)


class PassingCommands:
    """One notice at one node, and who acts there."""

    def __init__(
        self, node: Path, language: Language | None, number: str, from_post: str | None, officer: str
    ) -> None:
        self.folder = open_folder(node)
        self.language = language_of(self.folder, language)
        self._number = number
        with self._look() as desk:
            self.now_ms = desk.context().now.utc_ms
            self.found = self._find(desk)
        post = from_post or self.folder.agreement.party(self.folder.party).duty_desk
        self.acting = Acting(found=self.found, from_post=post.lower(), officer=officer)

    def act(
        self, command: PassingCommand, *, as_json: bool, numbers: dict[str, tuple[str, ...]] | None = None
    ) -> None:
        """Have it recorded, and print how the notice stands below the desks now. Raises: UsageError, PolicyError."""
        sent = act(self.folder, command)
        if numbers:
            note_telephone(self.folder.path, numbers)
        values = self.values()
        lines = [say("recorded-as", self.language, number=sent.number), *passing_lines(values, self.language)]
        given = {"recorded": sent.number, **msgspec.to_builtins(values)}
        report(self.folder.banner(), lines, given, as_json=as_json)

    def values(self) -> PassingValues:
        """Look at it now."""
        with self._look() as desk:
            return _values(self.folder, self._find(desk))

    def _look(self) -> Any:
        return desk_of(self.folder)

    def _find(self, desk: Desk) -> Passing:
        return desk.passing.get(parse_number(self._number, self.folder.agreement.party_ids))


def _values(folder: NodeFolder, found: Passing) -> PassingValues:
    return passing_values(found, read_directory(folder.path), folder.agreement.party_ids)


def _pair(text: str) -> tuple[str, str]:
    name, is_pair, value = text.partition("=")
    if not is_pair:
        raise UsageError(
            f"{text!r} does not say of which unit",
            code="cli.notice_passing.pair",
            hint='Write "2nd battalion=..." with the name of the unit first.',
        )
    return name.strip(), value.strip()


def _hexadecimal(value: str) -> str:
    if len(value) != 2 * ed25519.KEY_BYTES or not set(value.lower()) <= set("0123456789abcdef"):
        raise UsageError(
            "a key of a unit is 64 hexadecimal digits",
            code="cli.notice_passing.key",
            hint="`coupefeu notice unit-key FILE` makes one and prints it.",
        )
    return value
