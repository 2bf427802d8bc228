"""What filing a draft now would mean: its defects, its lead time, which notices of the other side it would meet."""

from coupefeu.console.notices_conflicts import compared_values, draft_conflict
from coupefeu.console.notices_places import volume_values
from coupefeu.console.notices_reading import ReadDraft
from coupefeu.console.notices_values import CheckedDraft, ConflictValues
from coupefeu.node.desk import Desk
from coupefeu.node.places.gazetteer import Gazetteer
from coupefeu.services.notices.facts import NoticeFact
from coupefeu.services.notices.forms import asks_for_answer, is_compared, lead_s_of
from coupefeu.services.notices.windows import window_of


def checked_draft(
    look: Desk, read: ReadDraft, gazetteer: Gazetteer, *, is_ours: bool, is_link_up: bool
) -> CheckedDraft:
    """Judge a draft. `is_ours`: it would be a notice of ours; else a counter-proposal to one of theirs."""
    context = look.context()
    now_ms, terms, fact = context.now.utc_ms, context.agreement.notices, read.fact
    start_ms = None if fact is None else window_of(fact.volumes)[0]
    lead_s = None if start_ms is None else (start_ms - now_ms) // 1000
    agreed_s = 0 if fact is None else lead_s_of(fact, terms)
    is_asking = fact is not None and asks_for_answer(fact)
    return CheckedDraft(
        defects=read.defects,
        volumes=() if fact is None else tuple(volume_values(each, gazetteer) for each in fact.volumes),
        lead_s=lead_s,
        agreed_lead_s=agreed_s,
        short=lead_s is not None and lead_s < agreed_s,
        answer_s=terms.of(fact.form).answer_s if fact is not None and is_asking else None,
        conflicts=() if fact is None else _conflicts(look, fact, gazetteer, is_ours=is_ours),
        compared=compared_values(look.conflicts.compared(is_link_up=is_link_up)),
        as_of_ms=now_ms,
    )


def _conflicts(
    look: Desk, fact: NoticeFact, gazetteer: Gazetteer, *, is_ours: bool
) -> tuple[ConflictValues, ...]:
    if not fact.volumes or not is_compared(fact):
        return ()
    found = look.conflicts.check(fact.volumes, ours=is_ours)
    return tuple(draft_conflict(each, fact.volumes, gazetteer, look.context()) for each in found)
