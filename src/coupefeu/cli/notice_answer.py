"""`coupefeu notice answer`, `counter`, `read-back`: what the other side says of a notice, and its author of that."""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from coupefeu.cli.acts import OfficerOption
from coupefeu.cli.notice_draft import (
    CircleOption,
    CorridorOption,
    FromOption,
    GeoJsonOption,
    LowerOption,
    PolygonOption,
    ToOption,
    TrackOption,
    Typed,
    UpperOption,
)
from coupefeu.cli.notice_file import FromPostOption, NumberArgument, WordsOption
from coupefeu.cli.notice_officer import NoticeOfficer
from coupefeu.cli.printing import JsonOption, LanguageOption, NodeOption
from coupefeu.errors import UsageError
from coupefeu.model.messages import parse_number
from coupefeu.model.notices import Answer
from coupefeu.services.notices.commands import AnswerCounter, AnswerNotice, ReadBackPositions
from coupefeu.services.notices.facts import encode_volumes
from coupefeu.services.notices.positions import key_positions
from coupefeu.words import say


class AnswerName(StrEnum):
    """The seven answers. RECEIVED and NOTED approve nothing."""

    RECEIVED = "received"
    NOTED = "noted"
    NO_OBJECTION = "no-objection"
    OBJECTION = "objection"
    AGREED = "agreed"
    DENIED = "denied"
    COUNTER_PROPOSAL = "counter-proposal"


class Verdict(StrEnum):
    """What is said of a counter-proposal."""

    ACCEPT = "accept"
    REFUSE = "refuse"


def register(group: typer.Typer) -> None:
    """Add the commands to `coupefeu notice`."""
    group.command("answer")(answer)
    group.command("counter")(counter)
    group.command("read-back")(read_back)


def answer(
    number: NumberArgument,
    given: Annotated[
        AnswerName,
        typer.Argument(metavar="ANSWER", case_sensitive=False, help=", ".join(AnswerName)),
    ],
    node: NodeOption,
    version: Annotated[
        str | None, typer.Option("--version", help="The version that is answered; the newest if not given.")
    ] = None,
    circle: CircleOption = None,
    polygon: PolygonOption = None,
    corridor: CorridorOption = None,
    track: TrackOption = None,
    geojson: GeoJsonOption = None,
    lower: LowerOption = None,
    upper: UpperOption = None,
    start: FromOption = None,
    end: ToOption = None,
    words: WordsOption = "",
    from_post: FromPostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer a notice of the other side; a counter-proposal names areas, or another band or window for its own."""
    desk = NoticeOfficer(node, language, number)
    proposed = b""
    if given is AnswerName.COUNTER_PROPOSAL and desk.found.fact is not None:
        typed = Typed(
            language=desk.written_language, circles=circle, polygons=polygon, corridors=corridor, tracks=track,
            geojson=geojson, lower=lower, upper=upper, start=start, end=end,
        )  # fmt: skip
        proposed = encode_volumes(typed.over(desk.found.fact).volumes)
    command = AnswerNotice(
        notice=desk.found.id,
        from_post=desk.post(from_post),
        answer=Answer[given.name],
        version=None if version is None else parse_number(version, desk.folder.agreement.party_ids),
        volumes=proposed,
        words=words,
        officer=officer,
    )
    desk.act(command, as_json=as_json)


def counter(
    number: Annotated[str, typer.Argument(help="Number of the counter-proposal: RU/7.")],
    verdict: Annotated[Verdict, typer.Argument(case_sensitive=False, help="accept or refuse")],
    node: NodeOption,
    words: WordsOption = "",
    from_post: FromPostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Accept a counter-proposal, which amends our notice to it in the same act; or refuse it."""
    desk = NoticeOfficer(node, language, number)
    command = AnswerCounter(
        notice=desk.found.id,
        from_post=desk.post(from_post),
        counter=parse_number(number, desk.folder.agreement.party_ids),
        is_accepted=verdict is Verdict.ACCEPT,
        words=words,
        officer=officer,
    )
    desk.act(command, as_json=as_json)


def read_back(
    number: NumberArgument,
    node: NodeOption,
    positions: Annotated[
        list[str] | None,
        typer.Option(
            "--position", help="A position as it is read, in any notation; in order, again for each."
        ),
    ] = None,
    words: WordsOption = "",
    from_post: FromPostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read the positions of a notice back; without --position each is asked for. What differs is shown."""
    desk = NoticeOfficer(node, language, number)
    command = ReadBackPositions(
        notice=desk.found.id,
        from_post=desk.post(from_post),
        positions=tuple(positions) if positions else _ask(desk, as_json=as_json),
        words=words,
        officer=officer,
    )
    desk.act(command, as_json=as_json)


def _ask(desk: NoticeOfficer, *, as_json: bool) -> tuple[str, ...]:
    """Ask for each key position at the terminal, showing none. Raises: UsageError: there is nobody to ask."""
    if as_json or not sys.stdin.isatty():
        raise UsageError(
            "no position is read back", code="cli.notice.no_position", hint="Give each with --position."
        )
    fact = desk.found.fact
    count = 0 if fact is None else len(key_positions(fact.volumes))
    name = say("notices-position", desk.language)
    return tuple(typer.prompt(f"{name} {number}/{count}") for number in range(1, count + 1))
