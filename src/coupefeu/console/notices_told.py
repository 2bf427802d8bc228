"""Notices as the console gives them: every text of an author safe to look at, codes by their names."""

from collections.abc import Mapping
from dataclasses import dataclass

from coupefeu.console.notices_changes import change_values, instant_words
from coupefeu.console.notices_places import check_point_values, position_values, volume_values
from coupefeu.console.notices_values import (
    ComparedValues,
    ConflictValues,
    NoticeAnswer,
    NoticeClosing,
    NoticeField,
    NoticeLine,
    NoticeReadBack,
    NoticeValues,
    NoticeVersion,
    ReadBackDifference,
)
from coupefeu.model.agreement import Agreement
from coupefeu.model.messages import MessageId, format_number
from coupefeu.node.places.gazetteer import Gazetteer
from coupefeu.services.messages.display import show, show_line
from coupefeu.services.notices.facts import FieldValue, NoticeFact
from coupefeu.services.notices.forms import FORMS, FieldKind
from coupefeu.services.notices.positions import key_positions
from coupefeu.services.notices.status import (
    AnswerView,
    ClosingView,
    NoticeState,
    NoticeView,
    ReadBackView,
    VersionView,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What other services know of notices: how many conflicts stand, how many units are not reached."""

    conflicts: Mapping[MessageId, int]
    gaps: Mapping[MessageId, int]


def notice_line(view: NoticeView, counted: Counted) -> NoticeLine:
    """Give a notice on one line."""
    answer = next((each for each in reversed(view.answers) if not each.effect), None)
    newest = view.versions[-1] if view.versions else None
    return NoticeLine(
        number=view.number,
        party=view.party,
        ours=view.ours,
        form=0 if view.form is None else int(view.form),
        title="" if view.fact is None else show_line(view.fact.title),
        movement="" if view.fact is None else show_line(view.fact.movement),
        state=view.state.value,
        from_post=show_line(view.from_post),
        start_ms=view.start_ms,
        end_ms=view.end_ms,
        until_ms=view.until_ms,
        heard_ms=view.heard_ms,
        left_ms=view.left_ms,
        unheard=view.is_unheard,
        lead_s=None if newest is None else newest.lead_s,
        agreed_lead_s=view.lead_s,
        short=view.is_short_notice,
        wants_answer=view.asks,
        answer="" if answer is None or answer.answer is None else answer.answer.name.lower(),
        answer_new=answer is not None and answer.is_about_newest,
        answer_due_ms=view.answer_due_ms,
        overdue=view.is_answer_overdue,
        changed=view.has_changed_since_acknowledged,
        versions=len(view.versions),
        conflicts=counted.conflicts.get(view.id, 0),
        gaps=counted.gaps.get(view.id, 0),
        arrived_ms=view.arrived_ms,
        changed_ms=max((each.arrived_ms for each in view.versions), default=view.arrived_ms),
        effect=view.effect,
        erased=view.state is NoticeState.ERASED,
    )


def notice_values(
    view: NoticeView,
    counted: Counted,
    conflicts: tuple[ConflictValues, ...],
    compared: ComparedValues,
    gazetteer: Gazetteer,
    agreement: Agreement,
    messages: tuple[str, ...],
    now_ms: int,
) -> NoticeValues:
    """Give one notice with everything that was said of it."""
    fact = view.fact
    return NoticeValues(
        line=notice_line(view, counted),
        to_posts=tuple(map(show_line, view.to_posts)),
        officer="" if fact is None else show_line(fact.officer),
        fields=() if fact is None else tuple(_fields(fact)),
        volumes=() if fact is None else tuple(volume_values(each, gazetteer) for each in fact.volumes),
        check_points=(
            () if fact is None else tuple(check_point_values(each, gazetteer) for each in fact.check_points)
        ),
        units=() if fact is None else tuple(map(show_line, fact.units)),
        remarks="" if fact is None else show(fact.remarks).text,
        missing=view.missing,
        unseen=tuple(change_values(each, fact) for each in view.unseen),
        versions=tuple(_version(each, view.lead_s) for each in view.versions),
        answers=tuple(_answer(each, gazetteer, agreement) for each in view.answers),
        read_backs=tuple(_read_back(each, agreement) for each in view.read_backs),
        key_positions=(
            ()
            if fact is None
            else tuple(position_values(each, gazetteer) for each in key_positions(fact.volumes))
        ),
        known=tuple(format_number(each, agreement.party_ids) for each in view.conflicts_named),
        known_total=view.conflicts_known,
        conflicts=conflicts,
        compared=compared,
        closing=None if view.closing is None else _closing(view.closing),
        messages=messages,
        as_of_ms=now_ms,
    )


def _fields(fact: NoticeFact) -> list[NoticeField]:
    rule = FORMS[fact.form]
    found = []
    for number, value in fact.fields.items():
        asked = rule.field(number)
        kind = FieldKind.TEXT if asked is None else asked.kind
        found.append(NoticeField(number=number, kind=kind.value, text=_text(value, kind)))
    return found


def _text(value: FieldValue, kind: FieldKind) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return instant_words(value) if kind is FieldKind.TIME else str(value)
    return show(value).text


def _version(version: VersionView, agreed_lead_s: int) -> NoticeVersion:
    return NoticeVersion(
        number=version.number,
        post=show_line(version.from_post),
        officer=show_line(version.officer),
        arrived_ms=version.arrived_ms,
        lead_s=version.lead_s,
        agreed_lead_s=agreed_lead_s,
        short=version.is_short_notice,
        changes=tuple(change_values(each, version.fact) for each in version.changes),
        effect=version.effect,
    )


def _answer(answer: AnswerView, gazetteer: Gazetteer, agreement: Agreement) -> NoticeAnswer:
    return NoticeAnswer(
        number=answer.number,
        party=answer.party,
        ours=answer.ours,
        answer="" if answer.answer is None else answer.answer.name.lower(),
        version=format_number(answer.version, agreement.party_ids),
        newest=answer.is_about_newest,
        post=show_line(answer.from_post),
        officer=show_line(answer.officer),
        words=show(answer.words).text,
        volumes=tuple(volume_values(each, gazetteer) for each in answer.volumes),
        counter="" if answer.counter_state is None else answer.counter_state.value,
        late=answer.is_late,
        arrived_ms=answer.arrived_ms,
        effect=answer.effect,
    )


def _read_back(read: ReadBackView, agreement: Agreement) -> NoticeReadBack:
    return NoticeReadBack(
        number=read.number,
        party=read.party,
        ours=read.ours,
        post=show_line(read.from_post),
        officer=show_line(read.officer),
        version=format_number(read.version, agreement.party_ids),
        newest=read.is_about_newest,
        understood=read.is_understood,
        positions=tuple(map(show_line, read.positions)),
        differences=tuple(
            ReadBackDifference(
                number=each.number, read=show_line(each.read), reason=each.reason, apart_m=each.distance_m
            )
            for each in read.differences
        ),
        words=show(read.words).text,
        arrived_ms=read.arrived_ms,
        effect=read.effect,
    )


def _closing(closing: ClosingView) -> NoticeClosing:
    return NoticeClosing(
        number=closing.number,
        state=closing.state.value,
        post=show_line(closing.from_post),
        officer=show_line(closing.officer),
        words=show(closing.words).text,
        arrived_ms=closing.arrived_ms,
    )
