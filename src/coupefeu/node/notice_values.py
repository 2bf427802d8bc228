"""A notice as JSON, for `--json`: what it says with its areas as GeoJSON, and how it stands."""

from typing import Any

import msgspec

from coupefeu.model.volumes import Volume
from coupefeu.node.importing.judging import form_name
from coupefeu.services.notices.forms import FORMS
from coupefeu.services.notices.status import AnswerView, NoticeView
from coupefeu.wire.geojson import write_feature


def notice_values(view: NoticeView) -> dict[str, Any]:
    """Give a notice; times are UTC ms, null is not stated."""
    fact = view.fact
    return {
        "number": view.number,
        "party": view.party,
        "ours": view.ours,
        "from_post": view.from_post,
        "to_posts": list(view.to_posts),
        "state": view.state.value,
        "effect": view.effect,
        "form": None if view.form is None else form_name(view.form),
        "title": None if fact is None else fact.title,
        "start_ms": view.start_ms,
        "end_ms": view.end_ms,
        "until_ms": view.until_ms,
        "heard_ms": view.heard_ms,
        "left_plan_ms": view.left_ms,
        "not_heard_of": view.is_unheard,
        "ahead": _areas(view.ahead),
        "lead_s": view.lead_s,
        "short_notice": view.is_short_notice,
        "asks": view.asks,
        "requests": {party: request.value for party, request in view.requests},
        "answer_due_ms": view.answer_due_ms,
        "overdue": view.is_answer_overdue,
        "changed_since_acknowledged": view.has_changed_since_acknowledged,
        "changed": [each.field for each in view.unseen],
        "missing": _names(view),
        "areas": [] if fact is None else _areas(fact.volumes),
        "fields": {} if fact is None else _fields(view),
        "movement": None if fact is None else fact.movement,
        "check_points": [] if fact is None else msgspec.to_builtins(fact.check_points),
        "units": [] if fact is None else list(fact.units),
        "remarks": None if fact is None else fact.remarks,
        "conflicts_known": view.conflicts_known,
        "versions": [
            {
                "id": each.number,
                "written_ms": each.written_ms,
                "arrived_ms": each.arrived_ms,
                "changed": [change.field for change in each.changes],
                "reopens": each.reopens,
                "short_notice": each.is_short_notice,
                "effect": each.effect,
            }
            for each in view.versions
        ],
        "answers": [_answer(each) for each in view.answers],
        "read_backs": [_plain(each) for each in view.read_backs],
        "settlements": [_plain(each) for each in view.settlements],
        "closing": None if view.closing is None else _plain(view.closing),
        "written_ms": view.written_ms,
        "arrived_ms": view.arrived_ms,
    }


def _areas(volumes: tuple[Volume, ...]) -> list[dict[str, Any]]:
    return [write_feature(str(number), each, {}) for number, each in enumerate(volumes, 1)]


def _fields(view: NoticeView) -> dict[str, Any]:
    assert view.fact is not None
    known = {each.number: each.name for each in FORMS[view.fact.form].fields}
    return {known.get(number, str(number)): value for number, value in view.fact.fields.items()}


def _names(view: NoticeView) -> list[str]:
    known = {} if view.form is None else {each.number: each.name for each in FORMS[view.form].fields}
    return [known[each] for each in view.missing]


def _answer(answer: AnswerView) -> dict[str, Any]:
    values = _plain(answer)
    values["answer"] = None if answer.answer is None else answer.answer.name
    values["areas"] = _areas(answer.volumes)
    del values["volumes"]
    return values


def _plain(view: Any) -> dict[str, Any]:
    """Give a part of a view as it is, enumerations by name, numbers of entries as they are written."""
    return {
        name: msgspec.to_builtins(getattr(view, name))
        for name in view.__slots__
        if name not in {"id", "version", "other_version"}
    }
