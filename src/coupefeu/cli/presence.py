"""`coupefeu presence`: last direct contacts, questions whether a post is there, and sightings apart from claims.

coupefeu presence show --node us
coupefeu presence ask ru.minister --node us --from-post us.secretary
coupefeu presence sighting "Seen at a meeting." --post ru.minister --when 2022-03-11 --source "an agency" \
    --medium press --date-proof publisher --grade B2 --node us
coupefeu presence claim "He has just reported." --by "a spokesman" --post ru.minister --when 2022-03-24 \
    --source "an agency" --medium statement --grade C6 --node us
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer

from coupefeu.cli.acts import OfficerOption
from coupefeu.cli.inbox import fold
from coupefeu.cli.officer import act, desk_of, language_of, open_folder
from coupefeu.cli.presence_words import presence_lines, question_lines
from coupefeu.cli.printing import JsonOption, LanguageOption, NodeOption, report
from coupefeu.errors import UsageError
from coupefeu.model.messages import parse_number
from coupefeu.model.presence import (
    Bearing,
    Corroboration,
    Credibility,
    DateProof,
    Grade,
    Medium,
    Reliability,
    Report,
    ReportKind,
)
from coupefeu.node.folder import NodeFolder
from coupefeu.node.presence import find_question, fresh_salt, look_at_presence
from coupefeu.node.presence_values import presence_values, question_values
from coupefeu.services.base import Command
from coupefeu.services.presence.facts import AskPresence, EnterReport, WithdrawReport
from coupefeu.services.presence.when import parse_when
from coupefeu.words import say

FromOption = Annotated[
    str | None, typer.Option("--from-post", help="Our post that acts; our duty desk if not given.")
]
WhatArgument = Annotated[str, typer.Argument(metavar="TEXT", help="In words, at most 560 characters.")]
WhenOption = Annotated[
    str, typer.Option("--when", help="UTC: 2022-03-11, 2022-03-11/2022-03-13, or 2022-03-24T18:00Z.")
]
SourceOption = Annotated[str, typer.Option("--source", help="Where it is published, or who told us.")]
GradeOption = Annotated[
    str,
    typer.Option("--grade", help="Reliability of the source A to F, credibility of the content 1 to 6: C3."),
]
PostsOption = Annotated[
    list[str] | None, typer.Option("--post", help="A post that it concerns; eight at most.")
]
DateWordsOption = Annotated[str, typer.Option("--date-words", help="What proves the date, in words.")]
OthersOption = Annotated[str, typer.Option("--corroboration-words", help="Who else has it, in words.")]
AmendsOption = Annotated[
    str | None, typer.Option("--amends", help="The note that this takes the place of, such as US/12.")
]
WrittenOption = Annotated[
    str | None, typer.Option("--in", help="The language of what is written; our party's if not given.")
]


class MediumName(StrEnum):
    """By which it came."""

    EYEWITNESS = "eyewitness"
    LIVE = "live"
    VIDEO = "video"
    PHOTOGRAPH = "photograph"
    SOUND = "sound"
    PRESS = "press"
    STATEMENT = "statement"


class DateProofName(StrEnum):
    """What proves the date."""

    NONE = "none"
    PUBLISHER = "publisher"
    CONTENT = "content"
    WATCHED = "watched"
    INDEPENDENT = "independent"


class CorroborationName(StrEnum):
    """Who else has it."""

    NONE = "none"
    REPEATED = "repeated"
    ONE_SOURCE = "one-source"
    SEVERAL_SOURCES = "several-sources"


class BearingName(StrEnum):
    """What a sighting does to a claim."""

    SUPPORTS = "supports"
    CONTRADICTS = "contradicts"


MediumOption = Annotated[
    MediumName, typer.Option("--medium", case_sensitive=False, help="By which it came to us.")
]
DateProofOption = Annotated[
    DateProofName, typer.Option("--date-proof", case_sensitive=False, help="What proves that it was then.")
]
CorroborationOption = Annotated[
    CorroborationName,
    typer.Option("--corroboration", case_sensitive=False, help="Who else has it, from a source of his own."),
]
_NOTHING: Final = DateProofName.NONE
_NOBODY: Final = CorroborationName.NONE


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Whether posts are there: direct contacts, sightings, claims.")
    group.command("show")(show)
    group.command("ask")(ask)
    group.command("show-answer")(show_answer)
    group.command("sighting")(sighting)
    group.command("claim")(claim)
    group.command("withdraw")(withdraw)
    app.add_typer(group, name="presence")


def show(node: NodeOption, language: LanguageOption = None, as_json: JsonOption = False) -> None:
    """Show the last direct contact of each pair of posts, what was asked, and claims and evidence apart."""
    folder = open_folder(node)
    with desk_of(folder) as desk:
        values = presence_values(look_at_presence(desk))
    lines = fold(list(presence_lines(values, language_of(folder, language))))
    report(folder.banner(), lines, msgspec.to_builtins(values), as_json=as_json)


def ask(
    post: Annotated[str, typer.Argument(metavar="POST", help="A post of the other side: ru.minister.")],
    node: NodeOption,
    from_post: FromOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask a post of the other side to show that a person is there, by its passkey. Nothing waits for an answer."""
    folder = open_folder(node)
    command = AskPresence(from_post=_post(folder, from_post), to_post=post.lower(), officer=officer)
    sent = act(folder, command)
    reader = language_of(folder, language)
    lines = [say("recorded-as", reader, number=sent.number), say("presence-asked", reader, post=post.lower())]
    values = {"recorded": sent.number, "to_post": post.lower()}
    report(folder.banner(), lines, values, as_json=as_json)


def show_answer(
    question: Annotated[str, typer.Argument(metavar="NUMBER", help="The question, such as US/14.")],
    node: NodeOption,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a question of presence with its answers, and why one shows nothing."""
    folder = open_folder(node)
    with desk_of(folder) as desk:
        found = question_values(find_question(desk, parse_number(question, folder.agreement.party_ids)))
        now_ms = desk.context().now.utc_ms
    lines = fold(list(question_lines(found, now_ms, language_of(folder, language))))
    report(folder.banner(), lines, msgspec.to_builtins(found), as_json=as_json)


def sighting(
    text: WhatArgument,
    node: NodeOption,
    when: WhenOption,
    source: SourceOption,
    grade: GradeOption,
    medium: MediumOption,
    post: PostsOption = None,
    date_proof: DateProofOption = _NOTHING,
    date_words: DateWordsOption = "",
    corroboration: CorroborationOption = _NOBODY,
    corroboration_words: OthersOption = "",
    about: Annotated[
        str | None, typer.Option("--about", help="A claim of our record that it bears on, such as US/12.")
    ] = None,
    bearing: Annotated[
        BearingName | None,
        typer.Option("--bearing", case_sensitive=False, help="What it does to that claim."),
    ] = None,
    amends: AmendsOption = None,
    written: WrittenOption = None,
    from_post: FromOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Note that a post was seen in public: evidence. The other side gets a hash of it and no word."""
    noter = _Noter(node, from_post, written)
    seen = Report(
        posts=noter.posts(post),
        when_ms=noter.when(when),
        what=text,
        source=source,
        medium=Medium[medium.name],
        date_proof=DateProof[date_proof.name],
        date_words=date_words,
        corroboration=Corroboration[corroboration.name],
        corroboration_words=corroboration_words,
        grade=parse_grade(grade),
    )
    command = EnterReport(
        kind=ReportKind.SIGHTING,
        report=seen,
        claim=noter.number(about),
        bearing=None if bearing is None else Bearing[bearing.name],
        amends=noter.number(amends),
        officer=officer,
        **noter.common,
    )
    _record(noter.folder, command, language_of(noter.folder, language), as_json=as_json)


def claim(
    text: WhatArgument,
    node: NodeOption,
    by: Annotated[str, typer.Option("--by", help="Who says so.")],
    when: WhenOption,
    source: SourceOption,
    grade: GradeOption,
    medium: MediumOption = MediumName.STATEMENT,
    post: PostsOption = None,
    date_proof: DateProofOption = _NOTHING,
    date_words: DateWordsOption = "",
    corroboration: CorroborationOption = _NOBODY,
    corroboration_words: OthersOption = "",
    amends: AmendsOption = None,
    written: WrittenOption = None,
    from_post: FromOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Note what somebody says: a claim, kept apart from evidence. The other side gets a hash of it and no word."""
    noter = _Noter(node, from_post, written)
    said = Report(
        posts=noter.posts(post),
        when_ms=noter.when(when),
        what=text,
        source=source,
        medium=Medium[medium.name],
        date_proof=DateProof[date_proof.name],
        date_words=date_words,
        corroboration=Corroboration[corroboration.name],
        corroboration_words=corroboration_words,
        grade=parse_grade(grade),
        speaker=by,
    )
    command = EnterReport(
        kind=ReportKind.CLAIM,
        report=said,
        amends=noter.number(amends),
        officer=officer,
        **noter.common,
    )
    _record(noter.folder, command, language_of(noter.folder, language), as_json=as_json)


def withdraw(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="The newest note of it, such as US/12.")],
    why: Annotated[str, typer.Argument(metavar="WHY", help="Why it counts no more.")],
    node: NodeOption,
    from_post: FromOption = None,
    written: WrittenOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take back a sighting or a claim. What was noted stays on the record, and counts no more."""
    noter = _Noter(node, from_post, written)
    place = parse_number(number, noter.folder.agreement.party_ids)
    command = WithdrawReport(withdraws=place, why=why, officer=officer, **noter.common)
    _record(noter.folder, command, language_of(noter.folder, language), as_json=as_json)


def parse_grade(text: str) -> Grade:
    """Read `C3`. Raises: UsageError."""
    reliability, credibility = text[:1].upper(), text[1:]
    if reliability in Reliability.__members__ and credibility in {str(int(each)) for each in Credibility}:
        return Grade(reliability=Reliability[reliability], credibility=Credibility(int(credibility)))
    raise UsageError(
        f"{text[:40]!r} is no grade",
        code="cli.presence.grade",
        hint="Give the reliability of the source, A to F, and the credibility of the content, 1 to 6: C3.",
    )


class _Noter:
    """An officer who notes something: at which node, by which post, in which language."""

    def __init__(self, node: Path, from_post: str | None, written: str | None) -> None:
        self.folder = open_folder(node)
        self.common: dict[str, Any] = {
            "from_post": _post(self.folder, from_post),
            "language": written or self.folder.agreement.party(self.folder.party).language,
            "salt": fresh_salt(),
        }

    def posts(self, asked: list[str] | None) -> tuple[str, ...]:
        """Give the posts concerned."""
        return tuple(each.lower() for each in asked or ())

    def when(self, text: str) -> tuple[int, int]:
        """Read a time as it was typed. Raises: UsageError."""
        return parse_when(text, self.folder.clock().utc_ms)

    def number(self, text: str | None) -> tuple[int, int] | None:
        """Read the number of another note. Raises: UsageError."""
        return None if text is None else parse_number(text, self.folder.agreement.party_ids)


def _record(folder: NodeFolder, command: Command, reader: str, *, as_json: bool) -> None:
    sent = act(folder, command)
    lines = [say("recorded-as", reader, number=sent.number), say("presence-kept", reader)]
    report(folder.banner(), lines, {"recorded": sent.number}, as_json=as_json)


def _post(folder: NodeFolder, asked: str | None) -> str:
    return folder.agreement.party(folder.party).duty_desk if asked is None else asked.lower()
