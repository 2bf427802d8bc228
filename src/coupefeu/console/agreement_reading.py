"""The agreement structured for reading: every term of it, under the names that the page puts into words."""

from coupefeu.console.agreement_values import (
    AgreedCallsValues,
    AgreedFirebreakValues,
    AgreedFormValues,
    AgreedNoticesValues,
    AgreedRuleValues,
    AgreedRungValues,
    AgreedWitnessValues,
    BudgetValues,
    DeadlineValues,
    LadderValues,
    LineTestValues,
    PairValues,
    TermsValues,
)
from coupefeu.console.standing import party_values, words_values
from coupefeu.model.agreement import Agreement, NoticeTerms
from coupefeu.model.firebreak import FirebreakTerms
from coupefeu.model.notices import NoticeForm
from coupefeu.model.precedence import Precedence
from coupefeu.services.messages.display import show_line


def terms_values(agreement: Agreement) -> TermsValues:
    """Give one version of the agreement; durations are whole seconds."""
    return TermsValues(
        name=show_line(agreement.name),
        version=agreement.version,
        status=agreement.status.value,
        in_force_ms=agreement.in_force_ms,
        languages=agreement.languages,
        record_mode=agreement.record_mode.value,
        content_age_s=agreement.content_age_s,
        classical_until_ms=agreement.classical_until_ms,
        skew_s=agreement.skew_s,
        dictionary=agreement.dictionary_sha256.hex(),
        parties=party_values(agreement),
        clock_shifts_ms={each.id: each.clock_shift_ms for each in agreement.parties},
        pairs=tuple(
            PairValues(posts=each.posts, contact_every_s=each.contact_every_s) for each in agreement.pairs
        ),
        ladders=tuple(
            LadderValues(
                post=each.post,
                rungs=tuple(AgreedRungValues(posts=rung.posts, wait_s=rung.wait_s) for rung in each.rungs),
            )
            for each in agreement.ladders
        ),
        calls=AgreedCallsValues(
            ring_s=agreement.calls.ring_s,
            arrange_answer_s=agreement.calls.arrange_answer_s,
            per_minute=agreement.calls.per_minute,
        ),
        watch_grace_s=agreement.watch_grace_s,
        notices=_notices(agreement.notices),
        firebreak=_firebreak(agreement.firebreak),
        deadlines=tuple(_deadlines(agreement, each) for each in Precedence),
        line_tests=tuple(
            LineTestValues(
                party=each.party,
                every_s=each.every_s,
                at_s=each.at_s,
                answer_within_s=each.answer_within_s,
            )
            for each in agreement.line_tests
        ),
        budgets=_budgets(agreement),
        witnesses=tuple(
            AgreedWitnessValues(name=each.name, key=show_line(each.key)) for each in agreement.witnesses
        ),
    )


def _notices(terms: NoticeTerms) -> AgreedNoticesValues:
    return AgreedNoticesValues(
        distance_m=terms.separation.distance_m,
        altitude_m=terms.separation.altitude_m,
        time_s=terms.separation.time_s,
        forms=tuple(
            AgreedFormValues(form=int(form), lead_s=terms.of(form).lead_s, answer_s=terms.of(form).answer_s)
            for form in NoticeForm
        ),
        emergency_lead_s=terms.emergency_lead_s,
        sea_entry_lead_s=terms.sea_entry_lead_s,
    )


def _firebreak(terms: FirebreakTerms) -> AgreedFirebreakValues:
    return AgreedFirebreakValues(
        rules=tuple(
            AgreedRuleValues(
                id=rule.id,
                level=rule.level,
                watches=rule.watches,
                sentence=words_values(rule.sentence),
                posts=rule.posts,
                precedences=tuple(each.name for each in rule.precedences),
                after_s=rule.after_s,
                count=rule.count,
                within_s=rule.within_s,
            )
            for rule in terms.rules
        ),
        unknown_after_s=terms.unknown_after_s,
        mediator=show_line(terms.mediator),
    )


def _deadlines(agreement: Agreement, precedence: Precedence) -> DeadlineValues:
    agreed = agreement.deadlines_for(precedence)
    return DeadlineValues(
        precedence=precedence.name,
        record_s=agreed.record_s,
        shown_s=agreed.shown_s,
        taken_s=agreed.taken_s,
        read_s=agreed.read_s,
        read_back_s=agreed.read_back_s,
        passed_to_s=agreed.passed_to_s,
        outcome_s=agreed.outcome_s,
        reply_s=agreed.reply_s,
    )


def _budgets(agreement: Agreement) -> BudgetValues:
    agreed = agreement.budgets
    return BudgetValues(
        entries_per_minute=agreed.entries_per_minute,
        flash_per_minute=agreed.flash_per_minute,
        alarms_per_minute=agreed.alarms_per_minute,
        attachment_bytes=agreed.attachment_bytes,
    )
