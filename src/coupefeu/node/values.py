"""A message and its chain as values for programs and pages: keys are stable, instants are UTC milliseconds.

`coupefeu ... --json` prints them with every text exactly as its author wrote it; the console gives `text=show_line`, so
that no string of an author leaves the node without having been made safe to look at. Codes travel; words are made
where they are read.
"""

from collections.abc import Callable
from dataclasses import dataclass

from coupefeu.model.entry import Kind
from coupefeu.model.messages import (
    Channel,
    Content,
    FieldKind,
    Form,
    Operative,
    OutcomeCode,
    Slot,
    format_number,
)
from coupefeu.model.precedence import Subject
from coupefeu.services.messages.alarms import Alarm, AlarmCause
from coupefeu.services.messages.display import Warned
from coupefeu.services.messages.enclosed import AttachmentState, AttachmentView
from coupefeu.services.messages.readback import Difference, DifferenceKind, FieldVerdict, Verdict
from coupefeu.services.messages.status import (
    ActView,
    Clock,
    MessageStatus,
    PartyChain,
    Step,
    StepName,
    TimeMark,
)

Text = Callable[[str], str]
"""What becomes of each string that an author chose."""


def exactly(text: str) -> str:
    """Leave a text as it was written: for programs, which show nothing."""
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkValues:
    """One thing that was marked in a text: what, and its name in Unicode."""

    what: Warned
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentValues:
    """One attachment that a message promises: its number from 0, its size in bytes, its commitment in hexadecimal."""

    number: int
    name: str
    size: int
    commitment: str
    state: AttachmentState


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockValues:
    """A deadline; `left_ms` is negative once it is overdue."""

    started_ms: int
    due_ms: int
    left_ms: int
    running: bool
    overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceValues:
    """One difference of a read-back: where in the sent text (from 0), and both characters by their Unicode names."""

    kind: DifferenceKind
    position: int
    sent: str
    typed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldValues:
    """One critical field of a read-back: what was sent, what was typed, and how they differ."""

    kind: FieldKind
    sent: str
    typed: str
    differences: tuple[DifferenceValues, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictValues:
    """A read-back, field by field. `surplus`: texts typed for which there is no field."""

    matches: bool
    fields: tuple[FieldValues, ...]
    surplus: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActValues:
    """One act about a message. `field` counts from 1; `effect`: why it has none ("" when it has)."""

    number: str
    kind: str
    party: str
    post: str
    officer: str | None
    text: str | None
    outcome: str | None
    time_ms: int | None
    field: int | None
    screens: int | None
    when_ms: int
    claimed_ms: int
    time_marks: tuple[TimeMark, ...]
    effect: str
    verdict: VerdictValues | None
    erased: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StepValues:
    """One step of a chain. `machine`: a fact about machines, where the others are acts of people."""

    step: StepName
    machine: bool
    done: bool
    when_ms: int | None
    screens: int
    idle: bool
    clock: ClockValues | None
    acts: tuple[ActValues, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentValues:
    """The coded fields of a message; null or empty where the form has no such field or cannot be read."""

    officer: str | None = None
    operative: str | None = None
    place: str | None = None
    time_ms: int | None = None
    numbers: tuple[str, ...] = ()
    passages: tuple[str, ...] = ()
    phrase: int | None = None
    slots: tuple[Slot, ...] = ()
    channel: str | None = None
    counterpart: str | None = None
    template: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasedValues:
    """The content of a message is gone from our record: by which entry of ours, and why."""

    by: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageValues(ContentValues):
    """One message. `text` is exactly what was written, `shown` what is safe to put on a screen.

    On a page `text` is what is shown, too. `party` wrote it; `kind` is the kind of entry; `form` is null where it
    cannot be read; `flash`: it is handled as FLASH. `chains`: by addressed party, the steps in their order. Of
    very many acts some are left out, and `acts_left_out` says how many.
    """

    number: str
    party: str
    ours: bool
    kind: str
    form: str | None
    subject: Subject | None
    precedence: str
    flash: bool
    from_post: str
    to_posts: tuple[str, ...]
    language: str
    agreement_version: int
    arrived_ms: int
    claimed_ms: int
    time_marks: tuple[TimeMark, ...]
    text: str
    shown: str
    marked: tuple[MarkValues, ...]
    critical: tuple[FieldKind, ...]
    attachments: tuple[AttachmentValues, ...]
    effect: str
    proof_follows: bool
    about: str | None
    corrected_by: tuple[str, ...]
    cancelled_by: tuple[str, ...]
    replies: tuple[str, ...]
    one_sided: bool
    open: bool
    overdue: bool
    sounds: bool
    say_again: tuple[ActValues, ...]
    confirmations: tuple[ActValues, ...]
    without_effect: tuple[ActValues, ...]
    chains: dict[str, tuple[StepValues, ...]]
    acts_left_out: int
    erased: ErasedValues | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmValues:
    """One thing that sounds; more than one message is a flood of that party's, collapsed."""

    cause: AlarmCause
    party: str
    messages: tuple[str, ...]
    first_ms: int
    last_ms: int
    per_minute: int


class _Acts:
    """Gives acts, at most so many in one place: the first half and the last; counts what it leaves out."""

    def __init__(self, text: Text, at_most: int | None) -> None:
        self._text = text
        self._at_most = at_most
        self.left_out = 0

    def __call__(self, views: tuple[ActView, ...]) -> tuple[ActValues, ...]:
        at_most = self._at_most
        if at_most is not None and len(views) > at_most:
            self.left_out += len(views) - at_most
            views = views[: at_most // 2] + views[len(views) - at_most + at_most // 2 :]
        return tuple(act_values(each, self._text) for each in views)

    def steps(self, chain: PartyChain) -> tuple[StepValues, ...]:
        return tuple(self._step(step) for step in chain.steps)

    def _step(self, step: Step) -> StepValues:
        return StepValues(
            step=step.name,
            machine=step.machine,
            done=step.done,
            when_ms=step.when_ms,
            screens=step.screens,
            idle=step.idle,
            clock=None if step.clock is None else clock_values(step.clock),
            acts=self(step.acts),
        )


def message_values(
    status: MessageStatus, text: Text = exactly, *, acts_at_most: int | None = None
) -> MessageValues:
    """Give one message; `text` is applied to every string that an author chose.

    `acts_at_most`: of each step and list; a peer may write as many as it likes.
    """
    shown = status.shown
    acts = _Acts(text, acts_at_most)
    coded = content_values(status.content, text)
    return MessageValues(
        **{name: getattr(coded, name) for name in ContentValues.__dataclass_fields__},
        number=status.number,
        party=status.party,
        ours=status.ours,
        kind=kind_name(status.kind),
        form=form_name(status.form),
        subject=status.subject,
        precedence=status.precedence.name,
        flash=status.flash,
        from_post=text(status.from_post),
        to_posts=tuple(map(text, status.to_posts)),
        language=text(status.language),
        agreement_version=status.agreement_version,
        arrived_ms=status.arrived_ms,
        claimed_ms=status.claimed_ms,
        time_marks=status.time_marks,
        text=status.original if text is exactly else shown.text,
        shown=shown.text,
        marked=tuple(MarkValues(what=each.what, name=each.name) for each in shown.findings),
        critical=tuple(each.kind for each in status.critical),
        attachments=tuple(attachment_values(each, text) for each in status.attachments),
        effect=status.effect,
        proof_follows=status.proof_follows,
        about=status.about or None,
        corrected_by=status.corrected_by,
        cancelled_by=status.cancelled_by,
        replies=status.replies,
        one_sided=status.one_sided,
        open=bool(status.waiting),
        overdue=status.overdue,
        sounds=status.sounds,
        say_again=acts(status.say_again),
        confirmations=acts(status.confirmations),
        without_effect=acts(status.without_effect),
        chains={chain.party: acts.steps(chain) for chain in status.chains},
        acts_left_out=acts.left_out,
        erased=None
        if status.erased is None
        else ErasedValues(by=status.erased.by, why=status.erased.why.word),
    )


def content_values(content: Content | None, text: Text = exactly) -> ContentValues:
    """Give the coded fields of a message."""
    if content is None:
        return ContentValues()
    return ContentValues(
        officer=text(content.officer) or None,
        operative=None if content.operative is None else Operative(content.operative).name,
        place=text(content.place) or None,
        time_ms=content.time_ms,
        numbers=tuple(map(text, content.numbers)),
        passages=tuple(map(text, content.passages)),
        phrase=content.phrase,
        slots=tuple(text(slot) if isinstance(slot, str) else slot for slot in content.slots),
        channel=None if content.channel is None else Channel(content.channel).name,
        counterpart=text(content.counterpart) or None,
        template=content.template,
    )


def attachment_values(attachment: AttachmentView, text: Text = exactly) -> AttachmentValues:
    """Give one attachment that a message promises."""
    return AttachmentValues(
        number=attachment.number,
        name=text(attachment.name),
        size=attachment.size,
        commitment=attachment.commitment.hex(),
        state=attachment.state,
    )


def clock_values(clock: Clock) -> ClockValues:
    """Give a deadline."""
    return ClockValues(
        started_ms=clock.started_ms,
        due_ms=clock.due_ms,
        left_ms=clock.left_ms,
        running=clock.running,
        overdue=clock.overdue,
    )


def act_values(view: ActView, text: Text = exactly) -> ActValues:
    """Give one act about a message."""
    act = view.act
    return ActValues(
        number=view.number,
        kind=kind_name(view.kind),
        party=view.party,
        post=text(view.post),
        officer=text(act.officer) or None,
        text=text(act.text) or None,
        outcome=None if act.outcome is None else OutcomeCode(act.outcome).name,
        time_ms=act.time_ms,
        field=None if act.field is None else act.field + 1,
        screens=act.screens or None,
        when_ms=view.when_ms,
        claimed_ms=view.claimed_ms,
        time_marks=view.time_marks,
        effect=view.effect,
        verdict=None if view.verdict is None else verdict_values(view.verdict, text),
        erased=view.erased,
    )


def verdict_values(verdict: Verdict, text: Text = exactly) -> VerdictValues:
    """Give a read-back, field by field."""
    return VerdictValues(
        matches=verdict.matches,
        fields=tuple(_field_values(field, text) for field in verdict.fields),
        surplus=tuple(map(text, verdict.surplus)),
    )


def _field_values(verdict: FieldVerdict, text: Text) -> FieldValues:
    return FieldValues(
        kind=verdict.field.kind,
        sent=text(verdict.field.value),
        typed=text(verdict.typed),
        differences=tuple(map(_difference_values, verdict.differences)),
    )


def _difference_values(difference: Difference) -> DifferenceValues:
    """Name both characters; their names in Unicode hold no character that deceives."""
    sent, typed = difference.names
    return DifferenceValues(kind=difference.kind, position=difference.position, sent=sent, typed=typed)


def alarm_values(alarm: Alarm, parties: tuple[str, ...]) -> AlarmValues:
    """Give one thing that sounds."""
    return AlarmValues(
        cause=alarm.cause,
        party=alarm.party,
        messages=tuple(format_number(message, parties) for message in alarm.messages),
        first_ms=alarm.first_ms,
        last_ms=alarm.last_ms,
        per_minute=alarm.per_minute,
    )


def form_name(form: Form | None) -> str | None:
    """Give the name of a form as `--form` has it; None for one that is not known."""
    return None if form is None else form.name.lower().replace("_", "-")


def kind_name(kind: int | None) -> str:
    """Name a kind of entry."""
    if kind is None:
        return "UNREADABLE"
    return Kind(kind).name if kind in set(Kind) else f"UNKNOWN {kind}"
