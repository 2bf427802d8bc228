"""A report made of a trigger in one press, and the FLASH message that rings for one."""

from typing import Any

from coupefeu.model.agreement import Agreement
from coupefeu.model.incidents import Trigger
from coupefeu.model.messages import Content, Form, MessageId, format_number
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.services.incidents.commands import ReportIncident
from coupefeu.services.incidents.said import code_name
from coupefeu.services.messages.commands import Say
from coupefeu.words import say


def report_of(trigger: Trigger, from_post: str, agreement: Agreement, **stated: Any) -> ReportIncident:
    """Fill the form of a trigger: form, precedence, addressees; the time is that of the press.

    `stated`: what is known already, by the fields of `ReportIncident`. Nothing need be.
    """
    us = agreement.post(from_post).party
    to_posts = tuple(each for each in trigger.to if agreement.post(each).party != us)
    filled: dict[str, Any] = {"form": trigger.form, "precedence": trigger.precedence, "to_posts": to_posts}
    return ReportIncident(from_post=from_post, **(filled | stated))


def ringing(report: ReportIncident, incident: MessageId, agreement: Agreement) -> Say | None:
    """Give the message that goes beside a report of precedence FLASH, so that it rings and is acknowledged; else None.

    An incident is an entry of the ledger and rings nothing; a FLASH message does, and has the whole chain of
    acknowledgements. `incident`: the entry that reported it.
    """
    if report.precedence is not Precedence.FLASH:
        return None
    party = agreement.party(agreement.post(report.from_post).party)
    form = say(f"incident-form-{code_name(report.form)}", party.language)
    number = format_number(incident, agreement.party_ids)
    return Say(
        from_post=report.from_post,
        to_posts=report.to_posts,
        precedence=Precedence.FLASH,
        language=party.language,
        content=Content(
            form=Form.FREE_TEXT, subject=Subject.SAFETY, text=f"{form}: {number}", officer=report.officer
        ),
        about=incident,
    )
