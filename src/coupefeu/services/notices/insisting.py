"""What is required of our own officers: each function refuses by a stable reason, or gives what was insisted on."""

from collections.abc import Iterable
from typing import NoReturn

from coupefeu.errors import PolicyError, UsageError
from coupefeu.model.entry import Kind
from coupefeu.model.messages import MessageId
from coupefeu.model.volumes import Volume
from coupefeu.services.base import Command, Context
from coupefeu.services.notices.acts import Row
from coupefeu.services.notices.facts import ActFact, NoticeFact, encode_act, read_notice
from coupefeu.services.notices.forms import FORMS, lacking, odd_fields
from coupefeu.services.notices.limits import Defect, act_defects, defects
from coupefeu.services.notices.render import effect_words, field_words
from coupefeu.services.notices.status import AnswerView, CounterState, NoticeState, NoticeView
from coupefeu.services.notices.tables import MAX_ACTS


def notice_defects(fact: NoticeFact) -> Iterable[Defect]:
    """Name everything that keeps a notice of ours from being filed, in the order of its fields."""
    rule = FORMS[fact.form]
    yield from defects(fact)
    for number, volume in enumerate(fact.volumes, 1):
        if rule.needs_window and (volume.start_ms is None or volume.end_ms is None):
            yield Defect(code="missing_window", field=f"volumes.{number}.window")
    yield from (Defect(code="missing_field", field=f"fields.{each}") for each in lacking(fact))
    yield from (Defect(code="odd_field", field=f"fields.{each}") for each in odd_fields(fact))
    if fact.wants_answer and not rule.may_ask:
        yield Defect(code="cannot_ask", field="wants_answer")


def insist_ours(post: str, context: Context) -> None:
    """Insist on a post of ours. Raises: PolicyError: `foreign_post`."""
    if context.agreement.post(post).party != context.us:
        refuse("foreign_post", "Speak from a post of your own party.")


def insist_author(view: NoticeView) -> None:
    """Insist on a notice of ours that is not closed. Raises: PolicyError: `not_author`, `closed`."""
    if not view.ours:
        refuse("not_author", "Answer it instead: `coupefeu notice answer`.")
    if view.closing is not None:
        refuse("closed", "File another notice.")


def insist_room(rows: Iterable[Row], context: Context, *, stands: bool, spared: int = 0) -> None:
    """Insist that one entry more of ours counts; `spared`: places that are kept for others.

    Raises: PolicyError: `too_many_acts`.
    """
    if (
        sum(row["log"] == context.our_log and bool(row["stands"]) is stands for row in rows)
        >= MAX_ACTS - spared
    ):
        refuse("too_many_acts", "Withdraw the notice, and file another.")


def insist_addressed(view: NoticeView, context: Context) -> None:
    """Insist on a notice to us that holds. Raises: PolicyError: `own_notice`, `not_addressed`, `closed`, `expired`."""
    if view.ours:
        refuse("own_notice", "Amend it, withdraw it, or say that it is completed.")
    if all(party != context.us for party, _ in view.requests):
        refuse("not_addressed", "Only those to whom it goes answer it.")
    if view.closing is not None:
        refuse("closed", "Nothing holds any more that could be answered.")
    if view.state is NoticeState.EXPIRED:
        refuse("expired", "Nothing holds any more that could be answered.")


def insist_version(version: MessageId | None, view: NoticeView) -> MessageId:
    """Give the version that is spoken of: the newest, or another one that has effect."""
    if version is None:
        return view.version
    if not any(each.id == version and not each.effect for each in view.versions):
        refuse("no_such_version", f"`coupefeu notice show {view.number}` lists them.")
    return version


def insist_counter(counter: MessageId, view: NoticeView) -> AnswerView:
    """Give a counter-proposal that awaits its answer. Raises: PolicyError: `no_such_counter`, `counter_settled`."""
    found = next((each for each in view.answers if each.id == counter), None)
    if found is None or found.counter_state is None:
        refuse("no_such_counter", f"`coupefeu notice show {view.number}` lists the answers.")
    if found.counter_state is not CounterState.AWAITED:
        refuse("counter_settled", "It is answered once.")
    return found


def insist_notice(kind: Kind, content: bytes) -> NoticeFact:
    """Read a version of ours, whole and possible. Raises: UsageError: by its first field that is not."""
    fact, defect = read_notice(kind, content)
    if fact is None:
        refuse_form(Defect(code=defect, field="content"))
    insist_form(notice_defects(fact))
    if defect:
        refuse_form(Defect(code=defect, field="content"))
    insist_areas(fact.volumes)
    return fact


def insist_areas(volumes: Iterable[Volume]) -> None:
    """Insist on areas that can be: no ring crosses itself, no edge lies between antipodes. Raises: UsageError."""
    from coupefeu.deconfliction import require_valid  # noqa: PLC0415 - geometry is loaded by the first notice

    for number, volume in enumerate(volumes, 1):
        try:
            require_valid(volume)
        except UsageError as error:
            error.message = f"{field_words(f'volumes.{number}', 'en')}: {error.message}"
            raise


def insist_form(found: Iterable[Defect]) -> None:
    """Refuse the first of what is wrong. Raises: UsageError."""
    for defect in found:
        refuse_form(defect)


def refuse_form(defect: Defect) -> NoReturn:
    """Refuse what is wrong with a field, and name it. Raises: UsageError."""
    raise UsageError(
        f"{field_words(defect.field, 'en')}: {effect_words(defect.code, 'en')}",
        code=f"services.notices.{defect.code}",
        hint="`coupefeu notice forms` lists what each form carries.",
    )


def insist_words(words: str) -> None:
    """Insist on words. Raises: UsageError: `missing_words`."""
    if not words.strip():
        raise UsageError(
            effect_words("missing_words", "en"),
            code="services.notices.missing_words",
            hint="Say why, or which measures were agreed.",
        )


def said(kind: Kind, fact: ActFact) -> bytes:
    """Write the body of an act within its limits. Raises: UsageError."""
    insist_form(act_defects(kind, fact))
    return encode_act(fact)


def unknown(command: Command) -> UsageError:
    """Say that this is no command of notices."""
    return UsageError(
        f"{type(command).__name__} is no command of the notices",
        code="services.notices.unknown_command",
        hint="Check its type.",
    )


def refuse(reason: str, hint: str) -> NoReturn:
    """Refuse what would have no effect. Raises: PolicyError."""
    words = effect_words(reason, "en")
    raise PolicyError(f"{words[0].upper()}{words[1:]}.", code=f"services.notices.{reason}", hint=hint)
