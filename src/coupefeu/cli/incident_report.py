"""`coupefeu incident report`, `amend`, `triggers`: the form in one press, and all of it anew when more is known."""

from enum import StrEnum
from typing import Annotated

import msgspec
import typer

from coupefeu.cli.acts import OfficerOption
from coupefeu.cli.inbox import fold
from coupefeu.cli.incident_officer import FromPostOption, IncidentOfficer
from coupefeu.cli.incident_typed import (
    AboutOption,
    AltitudeOption,
    CasualtiesOption,
    ContactOption,
    CoordinatedOption,
    DamageOption,
    ForcesOption,
    MeasuresOption,
    NoticeOption,
    OtherPlatformOption,
    OurPlatformOption,
    PlaceOption,
    PositionOption,
    ProvisionOption,
    SaidOption,
    UncertaintyOption,
    WhenOption,
    held_of,
    notice_of,
    over,
    typed_version,
)
from coupefeu.cli.officer import desk_of
from coupefeu.cli.printing import JsonOption, LanguageOption, NodeOption, report
from coupefeu.model.incidents import IncidentForm, Trigger
from coupefeu.model.precedence import Precedence
from coupefeu.node.incident_acting import report_of, ringing
from coupefeu.node.incident_values import trigger_values
from coupefeu.services.incidents.commands import AmendIncident
from coupefeu.services.incidents.said import code_name
from coupefeu.services.incidents.typed import read_form
from coupefeu.words import say


class PrecedenceName(StrEnum):
    """How urgently it is sent."""

    FLASH = "flash"
    IMMEDIATE = "immediate"
    PRIORITY = "priority"
    ROUTINE = "routine"


WhatArgument = Annotated[
    str,
    typer.Argument(
        metavar="WHAT",
        help="A trigger of the agreement (`incident triggers`), or a form: dangerous-approach.",
    ),
]
PrecedenceOption = Annotated[
    PrecedenceName | None,
    typer.Option("--precedence", case_sensitive=False, help="As the trigger says if not given."),
]
ToPostsOption = Annotated[
    list[str] | None, typer.Option("--to", help="A post of the other side; its duty desk if not given.")
]


def register(group: typer.Typer) -> None:
    """Add the commands to `coupefeu incident`."""
    group.command("report")(report_)
    group.command("amend")(amend)
    group.command("triggers")(triggers)


def report_(
    what: WhatArgument,
    node: NodeOption,
    precedence: PrecedenceOption = None,
    to: ToPostsOption = None,
    when: WhenOption = None,
    about: AboutOption = False,
    position: PositionOption = None,
    uncertainty: UncertaintyOption = None,
    place: PlaceOption = None,
    altitude: AltitudeOption = None,
    our_platform: OurPlatformOption = None,
    other_platform: OtherPlatformOption = None,
    forces: ForcesOption = None,
    damage: DamageOption = None,
    casualties: CasualtiesOption = None,
    coordinated: CoordinatedOption = None,
    measures: MeasuresOption = None,
    contact: ContactOption = None,
    provision: ProvisionOption = None,
    notice: NoticeOption = None,
    words: SaidOption = None,
    from_post: FromPostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Report an incident before it is explained: what is not given is not stated. FLASH rings at the other desk."""
    desk = IncidentOfficer(node, language)
    stated = typed_version(
        desk,
        when=when, about=about, position=position, uncertainty=uncertainty, place=place, altitude=altitude,
        our_platform=our_platform, other_platform=other_platform, forces=forces, damage=damage,
        casualties=casualties, coordinated=coordinated, measures=measures, contact=contact, provision=provision,
        words=words,
    )  # fmt: skip
    stated |= {} if precedence is None else {"precedence": Precedence[precedence.name]}
    stated |= ({"to_posts": tuple(each.lower() for each in to)} if to else {}) | {"officer": officer}
    stated |= {} if notice is None else held_of(desk, notice)
    command = report_of(_trigger(desk, what), desk.post(from_post), desk.folder.agreement, **stated)
    recorded = desk.record(command)
    beside = ringing(command, recorded[0][0], desk.folder.agreement)
    lines: list[str] = []
    if beside is not None:
        rung = desk.record(beside)
        recorded += rung
        lines.append(say("incident-ringing", desk.language, number=rung[0][1]))
    desk.show(recorded, lines, as_json=as_json)


def amend(
    number: Annotated[str, typer.Argument(help="Number of our incident: US/12.")],
    node: NodeOption,
    form: Annotated[str | None, typer.Option("--form", help="Another form.")] = None,
    when: WhenOption = None,
    about: AboutOption = False,
    position: PositionOption = None,
    uncertainty: UncertaintyOption = None,
    place: PlaceOption = None,
    altitude: AltitudeOption = None,
    our_platform: OurPlatformOption = None,
    other_platform: OtherPlatformOption = None,
    forces: ForcesOption = None,
    damage: DamageOption = None,
    casualties: CasualtiesOption = None,
    coordinated: CoordinatedOption = None,
    measures: MeasuresOption = None,
    contact: ContactOption = None,
    provision: ProvisionOption = None,
    notice: NoticeOption = None,
    words: SaidOption = None,
    from_post: FromPostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change our version of an incident: what is given takes the place of what it said, the rest of it stays."""
    desk = IncidentOfficer(node, language, number)
    typed = typed_version(
        desk,
        when=when, about=about, position=position, uncertainty=uncertainty, place=place, altitude=altitude,
        our_platform=our_platform, other_platform=other_platform, forces=forces, damage=damage,
        casualties=casualties, coordinated=coordinated, measures=measures, contact=contact, provision=provision,
        words=words,
    )  # fmt: skip
    view = desk.found
    stated = over(view.fact, typed) | {"officer": officer}
    if form is not None:
        stated["form"] = read_form(form)
    stated |= notice_of(view) if notice is None else held_of(desk, notice)
    command = AmendIncident(
        incident=view.id,
        from_post=desk.post(from_post),
        precedence=view.precedence,
        to_posts=view.to_posts,
        **stated,
    )
    desk.act(command, as_json=as_json)


def triggers(node: NodeOption, language: LanguageOption = None, as_json: JsonOption = False) -> None:
    """List the events that are agreed, each with its form: `incident report ID` sends it in one press."""
    officer = IncidentOfficer(node, language)
    found = officer.folder.agreement.triggers
    lines = [_trigger_line(each, officer.language) for each in found]
    values = {"triggers": [msgspec.to_builtins(trigger_values(each)) for each in found]}
    report(officer.folder.banner(), fold(lines), values, as_json=as_json)


def _trigger(desk: IncidentOfficer, what: str) -> Trigger:
    """Find a trigger by its id, or make one of a form that is named. Raises: UsageError: it is neither."""
    wanted = what.strip().lower().replace("_", "-")
    forms = {code_name(each): each for each in IncidentForm}
    with desk_of(desk.folder) as sat:
        known = {each.id for each in sat.incidents.triggers()}
        if wanted in known or wanted not in forms:
            return sat.incidents.trigger(wanted)
    return Trigger(
        id=wanted, form=forms[wanted], precedence=Precedence.IMMEDIATE, to=(), en=wanted, fr=wanted, ru=wanted
    )


def _trigger_line(trigger: Trigger, language: str) -> str:
    form = say(f"incident-form-{code_name(trigger.form)}", language)
    precedence = say(f"precedence-{trigger.precedence.name.lower()}", language)
    return f"{trigger.id}  {trigger.in_language(language)}  {precedence}  {form}  {', '.join(trigger.to)}".rstrip()
