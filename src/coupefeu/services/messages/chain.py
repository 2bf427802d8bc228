"""The acknowledgement chain: from the rows of a message and its acts to what is shown, on the reader's clock.

Clocks start when the message was stored here: at its author's that is its sending, at its reader's its arrival. So
each side measures the agreed deadlines by itself, and what is overdue is overdue on both (protocol A9).
"""

from collections.abc import Mapping, Sequence

from coupefeu.model.agreement import Agreement, Deadlines
from coupefeu.model.entry import Kind
from coupefeu.model.erasure import Why
from coupefeu.model.messages import Content, Form, MessageId, format_number
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.services.base import Context
from coupefeu.services.messages.clocks import (
    CLOSING,
    STOPPED_BY,
    clock,
    deadline_s,
    is_step,
    stop_marks,
    time_marks,
)
from coupefeu.services.messages.effects import (
    Row,
    addressed_parties,
    addressed_posts,
    id_of,
    is_erased,
    is_flash,
    judge_act,
    judge_author,
)
from coupefeu.services.messages.enclosed import AttachmentView, attachment_views
from coupefeu.services.messages.facts import read_act
from coupefeu.services.messages.forms import critical_fields, read_content
from coupefeu.services.messages.readback import compare
from coupefeu.services.messages.status import (
    ActView,
    Clock,
    Erased,
    Evidence,
    MessageStatus,
    PartyChain,
    Step,
    StepName,
)

_NO_EVIDENCE = Evidence()
_CHAIN = (
    StepName.ON_THEIR_RECORD,
    StepName.SHOWN,
    StepName.TAKEN_BY,
    StepName.READ_BY,
    StepName.READ_BACK,
    StepName.PASSED_TO,
    StepName.OUTCOME,
)
_LINE_TEST_CHAIN = (StepName.ON_THEIR_RECORD, StepName.ANSWERED)


def message_status(
    message: Row, acts: Sequence[Row], context: Context, evidence: Evidence = _NO_EVIDENCE
) -> MessageStatus:
    """Say everything about one message: its row of `messages`, its rows of `message_facts` by arrival."""
    return _Reading(message, acts, context, evidence).status()


def inbox(
    messages: Sequence[Row],
    acts: Sequence[Row],
    context: Context,
    evidence: Mapping[MessageId, Evidence] | None = None,
) -> tuple[MessageStatus, ...]:
    """Say everything about many messages, newest arrival first; `acts` are those about any of them, by arrival."""
    by_message: dict[MessageId, list[Row]] = {}
    for act in acts:
        by_message.setdefault((act["message_log"], act["message_idx"]), []).append(act)
    known = evidence or {}
    ordered = sorted(messages, key=lambda row: row["arrival"], reverse=True)
    return tuple(
        message_status(row, by_message.get(id_of(row), ()), context, known.get(id_of(row), _NO_EVIDENCE))
        for row in ordered
    )


class _Reading:
    """One message being read: what its parts have in common."""

    def __init__(self, message: Row, acts: Sequence[Row], context: Context, evidence: Evidence) -> None:
        self.message = message
        self.context = context
        self.agreement: Agreement = context.agreement_of(message["agreement_version"])
        self.evidence = evidence
        self.content: Content | None = None
        self.is_erased = is_erased(message)
        if message["form"] is not None:
            self.content, _ = read_content(message["body"])
        self.about = _about(message, context)
        self.critical = critical_fields(self.content, self.about) if self.content else ()
        self.deadlines: Deadlines = self.agreement.deadlines_for(Precedence(message["precedence"]))
        self.acts, self.without_effect = self._judge(acts)
        self.cancelled_ms = min((a.when_ms for a in self.acts if a.form is Form.CANCELLATION), default=None)

    def status(self) -> MessageStatus:
        row = self.message
        form = Form(row["form"]) if row["form"] is not None else None
        original = self._original()
        chains = tuple(self._chain(party) for party in addressed_parties(row, self.agreement))
        confirmations = self._acts(Kind.CONTACT_CONFIRMED)
        return MessageStatus(
            id=id_of(row),
            number=format_number(id_of(row), self.context.parties),
            party=self._party(row["log"]),
            ours=bool(row["ours"]),
            kind=row["kind"],
            form=form,
            subject=Subject(row["subject"]) if row["subject"] is not None else None,
            precedence=Precedence(row["precedence"]),
            flash=is_flash(row),
            from_post=row["from_post"],
            to_posts=addressed_posts(row),
            language=row["language"],
            agreement_version=row["agreement_version"],
            arrived_ms=row["arrived_ms"],
            claimed_ms=row["written_ms"],
            time_marks=time_marks(row, self.evidence, self.deadlines, self.agreement.skew_s),
            content=self.content,
            body=row["body"],
            original=original,
            critical=self.critical,
            attachments=self._attachments(),
            effect=row["effect"] or judge_author(row, self.agreement),
            proof_follows=self.evidence.announced,
            about=self.about,
            corrected_by=self._numbers(Form.CORRECTION),
            cancelled_by=self._numbers(Form.CANCELLATION),
            replies=self._numbers(Form.REPLY),
            erased=self._erased(),
            one_sided=form is Form.CONTACT and not confirmations,
            say_again=self._acts(Kind.SAY_AGAIN),
            confirmations=confirmations,
            without_effect=self.without_effect,
            chains=chains,
            sounds=self._sounds(chains),
        )

    def _erased(self) -> Erased | None:
        if not self.is_erased:
            return None
        by = self.message["erased_log"], self.message["erased"]
        return Erased(by=format_number(by, self.context.parties), why=Why(self.message["erased_why"]))

    def _party(self, log: int) -> str:
        return self.context.party_of(log)

    def _attachments(self) -> tuple[AttachmentView, ...]:
        us = self.context.us
        return attachment_views(
            self.content,
            self.evidence.attachments_held,
            self.context.agreement.budgets.attachment_bytes,
            to_us=us in addressed_parties(self.message, self.agreement),
        )

    def _original(self) -> str:
        """Give the author's words exactly; of what cannot be read, the bytes as far as they are text."""
        if self.is_erased:
            return ""
        if self.content is not None:
            return self.content.text
        return bytes(self.message["body"]).decode("utf-8", "replace")

    def _judge(self, rows: Sequence[Row]) -> tuple[tuple[ActView, ...], tuple[ActView, ...]]:
        effective: list[Row] = []
        views: list[ActView] = []
        for row in rows:
            effect = judge_act(row, self.message, effective, self.agreement)
            if not effect:
                effective.append(row)
            views.append(self._view(row, effect))
        return tuple(v for v in views if not v.effect), tuple(v for v in views if v.effect)

    def _view(self, row: Row, effect: str) -> ActView:
        act, _ = read_act(row["kind"], row["body"]) if row["kind"] != Kind.MESSAGE else (None, "")
        content, _ = read_content(row["body"]) if row["kind"] == Kind.MESSAGE else (None, "")
        is_gone = self.is_erased or is_erased(row)
        is_read_back = row["kind"] == Kind.READ_BACK and not effect and not is_gone
        return ActView(
            id=id_of(row),
            number=format_number(id_of(row), self.context.parties),
            kind=row["kind"],
            party=self._party(row["log"]),
            post=row["from_post"],
            act=act or read_act(row["kind"], b"\xa0")[0],
            when_ms=row["arrived_ms"],
            claimed_ms=row["written_ms"],
            effect=effect,
            time_marks=(
                *time_marks(row, _NO_EVIDENCE, self.deadlines, self.agreement.skew_s),
                *stop_marks(act, self.message, self.agreement.skew_s),
            ),
            verdict=compare(self.critical, act.typed) if act and is_read_back else None,
            form=content.form if content else None,
            erased=is_erased(row),
        )

    def _acts(self, *kinds: int, party: str = "") -> tuple[ActView, ...]:
        return tuple(a for a in self.acts if a.kind in kinds and (not party or a.party == party))

    def _numbers(self, form: Form) -> tuple[str, ...]:
        return tuple(act.number for act in self.acts if act.form is form)

    def _chain(self, party: str) -> PartyChain:
        names = _LINE_TEST_CHAIN if self.message["kind"] == Kind.LINE_TEST else _CHAIN
        acts = tuple(act for act in self.acts if act.party == party)
        return PartyChain(party=party, steps=tuple(self._step(name, party, acts) for name in names))

    def _step(self, name: StepName, party: str, acts: tuple[ActView, ...]) -> Step:
        mine = tuple(act for act in acts if is_step(name, act.kind, act.act.outcome, act.form, self.message))
        done_ms = min(
            (act.when_ms for act in mine if act.verdict is None or act.verdict.matches), default=None
        )
        if name is StepName.ON_THEIR_RECORD:
            done_ms = self._receipt_ms(party)
        screens = [act.act.screens for act in mine if act.kind == Kind.SHOWN]
        return Step(
            name=name,
            done=done_ms is not None,
            when_ms=done_ms,
            acts=mine,
            clock=self._clock(name, party, acts, done_ms),
            screens=screens[-1] if screens else 0,
            idle=name is StepName.SHOWN and not any(map(_of_people, acts)),
        )

    def _receipt_ms(self, party: str) -> int | None:
        """At its holder, a message is on the record since it arrived; elsewhere since the holder's receipt."""
        if party == self.context.us:
            return int(self.message["arrived_ms"])
        return self.evidence.receipts_ms.get(party)

    def _clock(
        self, name: StepName, party: str, acts: tuple[ActView, ...], done_ms: int | None
    ) -> Clock | None:
        if self.is_erased:
            return None  # nothing is awaited of what is gone
        seconds = deadline_s(name, self.message, bool(self.critical), party, self.agreement)
        if not seconds:
            return None
        stops = [act.when_ms for act in acts if act.kind in STOPPED_BY[name]]
        stops += [time for time in (done_ms, self.cancelled_ms) if time is not None]
        return clock(self.message["arrived_ms"], seconds, min(stops, default=None), self.context.now.utc_ms)

    def _sounds(self, chains: tuple[PartyChain, ...]) -> bool:
        """Sound for an incoming FLASH until we act on it, and on both sides for an outcome clock run out."""
        if self.message["kind"] != Kind.MESSAGE or self.cancelled_ms is not None or self.is_erased:
            return False
        party = self.context.us
        ours = [act for act in self.acts if act.party == party and act.kind in CLOSING]
        waits = any(chain.party == party for chain in chains) and not ours
        if is_flash(self.message) and waits:
            return True
        if self.message["form"] != Form.WARNING:
            return False
        clocks = [chain.step(StepName.OUTCOME).clock for chain in chains]
        return any(c.running and c.overdue for c in clocks if c is not None)


def _of_people(act: ActView) -> bool:
    """Whether somebody acted: did what a step asks, confirmed, asked to say it again, or replied."""
    return act.kind in CLOSING or act.form is Form.REPLY


def _about(message: Row, context: Context) -> str:
    if message["about_log"] is None:
        return ""
    return format_number((message["about_log"], message["about_idx"]), context.parties)
