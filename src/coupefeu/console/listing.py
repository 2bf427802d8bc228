"""A message on one line of a list, every text of its author safe to look at; and what a list may be filtered by."""

from coupefeu.console.acting import one_of
from coupefeu.console.values import MessageLine
from coupefeu.model.agreement import Agreement
from coupefeu.model.messages import Form
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.node.values import content_values, form_name, kind_name
from coupefeu.services.messages.display import show_line
from coupefeu.services.messages.listed import MessageFilter
from coupefeu.services.messages.status import MessageStatus, Step, StepName

BEGINNING_CHARACTERS = 160
"""Of what was written; marks make the rendering longer."""


def message_line(status: MessageStatus) -> MessageLine:
    """Give one line of a list."""
    coded = content_values(status.content, show_line)
    due = _next_due(status)
    return MessageLine(
        number=status.number,
        party=status.party,
        ours=status.ours,
        kind=kind_name(status.kind),
        form=form_name(status.form),
        subject=status.subject,
        precedence=status.precedence.name,
        flash=status.flash,
        from_post=show_line(status.from_post),
        to_posts=tuple(map(show_line, status.to_posts)),
        language=show_line(status.language),
        arrived_ms=status.arrived_ms,
        operative=coded.operative,
        place=coded.place,
        phrase=coded.phrase,
        slots=coded.slots,
        channel=coded.channel,
        template=coded.template,
        beginning=beginning_of(status.original),
        attachments=len(status.attachments),
        about=status.about or None,
        open=bool(status.waiting),
        overdue=status.overdue,
        due_ms=None if due is None else due[0],
        next_step=None if due is None else due[2].name,
        next_party=None if due is None else due[1],
        sounds=status.sounds,
        effect=status.effect,
        cancelled=bool(status.cancelled_by),
        shown_ms=_first_ms(status, StepName.SHOWN),
        taken_ms=_first_ms(status, StepName.TAKEN_BY),
        erased=status.erased is not None,
    )


def beginning_of(text: str) -> str:
    """Run the first lines together: an end of line deceives nobody in a list. An ellipsis says that there is more."""
    cut = text[:BEGINNING_CHARACTERS].replace("\r\n", " ").replace("\n", " ")
    return show_line(cut) + "…" * (len(text) > BEGINNING_CHARACTERS)


def read_filter(
    agreement: Agreement,
    precedence: str | None,
    party: str | None,
    form: str | None,
    subject: str | None,
    text: str,
) -> MessageFilter:
    """Read what a page asks of a list, by the names of MessageLine. Raises: UsageError: there is no such thing."""
    return MessageFilter(
        precedence=None if not precedence else one_of(Precedence, precedence, "precedence"),
        log=None if not party else agreement.log_number(party.lower()),
        parties=len(agreement.parties),
        form=None if not form else one_of(Form, form, "form"),
        subject=None if not subject else one_of(Subject, subject, "subject"),
        text=text,
    )


def _next_due(status: MessageStatus) -> tuple[int, str, Step] | None:
    """Find the deadline that comes, or came, first: when, at which party, of which step."""
    waiting = [(step.clock.due_ms, party, step) for party, step in status.waiting if step.clock is not None]
    return min(waiting, key=lambda each: each[0], default=None)


def _first_ms(status: MessageStatus, name: StepName) -> int | None:
    times = [
        step.when_ms
        for chain in status.chains
        for step in chain.steps
        if step.name is name and step.when_ms is not None
    ]
    return min(times, default=None)
