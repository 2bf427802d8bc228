"""`coupefeu notice list`, `show`, `forms`: which notices there are, how one stands, what each form carries."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from coupefeu.cli.inbox import fold
from coupefeu.cli.notice_file import NumberArgument
from coupefeu.cli.notice_officer import NoticeOfficer
from coupefeu.cli.notice_words import form_lines, summary_lines
from coupefeu.cli.officer import desk_of
from coupefeu.cli.printing import JsonOption, LanguageOption, NodeOption, report
from coupefeu.model.agreement import NoticeTerms
from coupefeu.node.importing.judging import form_name, read_form
from coupefeu.node.notice_values import notice_values
from coupefeu.services.notices.forms import FORMS, FormRule
from coupefeu.services.notices.listed import NoticeFilter
from coupefeu.services.notices.status import NoticeState
from coupefeu.words import say

LISTED = 50


class StateName(StrEnum):
    """How a notice stands."""

    LIVE = "live"
    LATE = "late"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    COMPLETED = "completed"
    ERASED = "erased"


class SideName(StrEnum):
    """Whose notices."""

    OURS = "ours"
    THEIRS = "theirs"


def register(group: typer.Typer) -> None:
    """Add the commands to `coupefeu notice`."""
    group.command("list")(list_)
    group.command("show")(show)
    group.command("forms")(forms)


def list_(
    node: NodeOption,
    state: Annotated[
        StateName | None, typer.Option("--state", case_sensitive=False, help="Only these.")
    ] = None,
    side: Annotated[SideName | None, typer.Option("--side", case_sensitive=False, help="Only these.")] = None,
    form: Annotated[str | None, typer.Option("--form", help="Only this form.")] = None,
    movement: Annotated[str, typer.Option("--movement", help="Only this movement.")] = "",
    words: Annotated[str, typer.Option("--words", help="Only those with this in their subject.")] = "",
    asking: Annotated[bool, typer.Option("--asking", help="Only those that ask for an answer.")] = False,
    offset: Annotated[int, typer.Option("--offset", min=0, help="Leave out so many.")] = 0,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1_000, help="So many at most.")] = LISTED,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """List notices of both sides, newest first."""
    officer = NoticeOfficer(node, language)
    wanted = NoticeFilter(
        ours=None if side is None else side is SideName.OURS,
        state=None if state is None else NoticeState(state.value),
        form=None if form is None else read_form(form),
        movement=movement,
        words=words,
        only_asking=asking,
    )
    with desk_of(officer.folder) as desk:
        found = desk.notices.listed(wanted, offset, limit)
    lines = [line for view in found.notices for line in summary_lines(view, found.as_of_ms, officer.language)]
    lines += ["", say("notices-listed", officer.language, shown=len(found.notices), total=found.total)]
    lines.append(say("notices-protection", officer.language))
    values: dict[str, Any] = {
        "notices": [notice_values(each) for each in found.notices],
        "total": found.total,
        "as_of_ms": found.as_of_ms,
    }
    report(officer.folder.banner(), fold(lines), values, as_json=as_json)


def show(
    number: NumberArgument, node: NodeOption, language: LanguageOption = None, as_json: JsonOption = False
) -> None:
    """Print one notice: what it says, who answered what, what changed, and what is still owed."""
    NoticeOfficer(node, language, number).report(as_json=as_json)


def forms(node: NodeOption, language: LanguageOption = None, as_json: JsonOption = False) -> None:
    """List the forms: their fields, lead time, time for an answer, as agreed on this line."""
    officer = NoticeOfficer(node, language)
    terms = officer.folder.agreement.notices
    lines = [line for rule in FORMS.values() for line in form_lines(rule, terms, officer.language)]
    values = {"forms": [_form_values(rule, terms) for rule in FORMS.values()]}
    report(officer.folder.banner(), fold(lines), values, as_json=as_json)


def _form_values(rule: FormRule, terms: NoticeTerms) -> dict[str, Any]:
    return {
        "form": form_name(rule.form),
        "number": int(rule.form),
        "lead_s": terms.of(rule.form).lead_s,
        "answer_s": terms.of(rule.form).answer_s,
        "may_ask": rule.may_ask or rule.must_ask,
        "needs_window": rule.needs_window,
        "fields": [
            {
                "name": each.name,
                "number": each.number,
                "kind": each.kind.value,
                "required": each.is_required,
                "choices": each.choices,
            }
            for each in rule.fields
        ],
    }
