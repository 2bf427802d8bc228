"""`coupefeu notice file`, `amend`, `withdraw`, `complete`: what the author of a notice does."""

from typing import Annotated

import typer

from coupefeu.cli.acts import OfficerOption
from coupefeu.cli.notice_draft import (
    AskOption,
    CheckPointOption,
    CircleOption,
    CorridorOption,
    FromOption,
    GeoJsonOption,
    LowerOption,
    MovementOption,
    PolygonOption,
    RemarksOption,
    SetOption,
    TitleOption,
    ToOption,
    TrackOption,
    Typed,
    UnitOption,
    UpperOption,
)
from coupefeu.cli.notice_officer import NoticeOfficer
from coupefeu.cli.printing import JsonOption, LanguageOption, NodeOption
from coupefeu.errors import PolicyError
from coupefeu.node.importing.judging import read_form
from coupefeu.services.notices.commands import AmendNotice, CompleteNotice, FileNotice, WithdrawNotice
from coupefeu.services.notices.facts import NoticeFact
from coupefeu.services.notices.forms import FORMS

NumberArgument = Annotated[str, typer.Argument(help="Number of the notice, or of any entry about it: US/12.")]
FromPostOption = Annotated[
    str | None, typer.Option("--from-post", help="Our post that acts; our duty desk if not given.")
]
WordsOption = Annotated[str, typer.Option("--words", help="What is said beside it, at most 560 characters.")]


def register(group: typer.Typer) -> None:
    """Add the commands to `coupefeu notice`."""
    group.command("file")(file)
    group.command("amend")(amend)
    group.command("withdraw")(withdraw)
    group.command("complete")(complete)


def file(
    form: Annotated[
        str, typer.Argument(metavar="FORM", help="flight-safety, or its number; `notice forms`.")
    ],
    node: NodeOption,
    title: TitleOption = None,
    circle: CircleOption = None,
    polygon: PolygonOption = None,
    corridor: CorridorOption = None,
    track: TrackOption = None,
    geojson: GeoJsonOption = None,
    lower: LowerOption = None,
    upper: UpperOption = None,
    start: FromOption = None,
    end: ToOption = None,
    fields: SetOption = None,
    movement: MovementOption = None,
    check_point: CheckPointOption = None,
    ask: AskOption = None,
    unit: UnitOption = None,
    remarks: RemarksOption = None,
    to: Annotated[
        list[str] | None,
        typer.Option("--to-post", help="Posts of the other side; its duty desk if not given."),
    ] = None,
    from_post: FromPostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """File a notice: where and when to keep apart. It is compared with the other side's at once."""
    desk = NoticeOfficer(node, language)
    typed = Typed(
        language=desk.written_language, title=title, circles=circle, polygons=polygon, corridors=corridor,
        tracks=track, geojson=geojson, lower=lower, upper=upper, start=start, end=end, fields=fields,
        movement=movement, check_points=check_point, asks=ask, units=unit, remarks=remarks, officer=officer,
    )  # fmt: skip
    chosen = read_form(form)
    fact = typed.over(NoticeFact(form=chosen, title="", volumes=(), wants_answer=FORMS[chosen].must_ask))
    to_posts = tuple(each.lower() for each in to or ())
    desk.act(FileNotice.of(fact, desk.post(from_post), to_posts), as_json=as_json)


def amend(
    number: NumberArgument,
    node: NodeOption,
    title: TitleOption = None,
    circle: CircleOption = None,
    polygon: PolygonOption = None,
    corridor: CorridorOption = None,
    track: TrackOption = None,
    geojson: GeoJsonOption = None,
    lower: LowerOption = None,
    upper: UpperOption = None,
    start: FromOption = None,
    end: ToOption = None,
    fields: SetOption = None,
    movement: MovementOption = None,
    check_point: CheckPointOption = None,
    ask: AskOption = None,
    unit: UnitOption = None,
    remarks: RemarksOption = None,
    from_post: FromPostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Amend a notice of ours: what is not given stays; all but remarks has to be acknowledged again."""
    desk = NoticeOfficer(node, language, number)
    typed = Typed(
        language=desk.written_language, title=title, circles=circle, polygons=polygon, corridors=corridor,
        tracks=track, geojson=geojson, lower=lower, upper=upper, start=start, end=end, fields=fields,
        movement=movement, check_points=check_point, asks=ask, units=unit, remarks=remarks, officer=officer,
    )  # fmt: skip
    if desk.found.fact is None:
        raise PolicyError(
            f"what {desk.found.number} said is not here any more",
            code="services.notices.erased",
            hint="File another notice.",
        )
    fact = typed.over(desk.found.fact)
    desk.act(AmendNotice.of(desk.found.id, fact, desk.post(from_post)), as_json=as_json)


def withdraw(
    number: NumberArgument,
    node: NodeOption,
    words: WordsOption = "",
    from_post: FromPostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Withdraw a notice of ours: it holds no longer."""
    desk = NoticeOfficer(node, language, number)
    command = WithdrawNotice(
        notice=desk.found.id, from_post=desk.post(from_post), words=words, officer=officer
    )
    desk.act(command, as_json=as_json)


def complete(
    number: NumberArgument,
    node: NodeOption,
    words: WordsOption = "",
    from_post: FromPostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that what a notice of ours announced is over."""
    desk = NoticeOfficer(node, language, number)
    command = CompleteNotice(
        notice=desk.found.id, from_post=desk.post(from_post), words=words, officer=officer
    )
    desk.act(command, as_json=as_json)
