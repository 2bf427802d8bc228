"""Presence as JSON has it, for `--json` and the console: every text safe to put on a screen.

All `_ms` are UTC milliseconds by our own clock, but `claimed_ms`, its author's, and `from_ms`, `to_ms`, which a watch
officer gave. Codes are those of `ui-said-report-*` in words/.
"""

from dataclasses import dataclass
from typing import Literal

from coupefeu.model.calls import Outcome
from coupefeu.node.presence import AnswerView, Contact, ContactWay, PairView, Presence, QuestionView
from coupefeu.services.messages.display import show, show_line
from coupefeu.services.presence.reports import ReportView, Standing, Version

KindOfReport = Literal["sighting", "claim"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactValues:
    """A direct contact: how, by which post of the two, between which instants, and the entries that prove it."""

    way: ContactWay
    by: str
    after_ms: int | None
    at_ms: int
    entries: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptsValues:
    """How many calls of ours had this outcome."""

    outcome: Outcome
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PresencePairValues:
    """A pair of posts, the newest contact first; `attempts`: calls of ours to the other post since then.

    `truncated`: there are more read-backs or answers than the newest that were judged.
    """

    ours: str
    theirs: str
    contacts: tuple[ContactValues, ...]
    attempts: tuple[AttemptsValues, ...]
    truncated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceAnswerValues:
    """An answer to a question of presence; `effect`: why it shows nothing, "" when it does. `key`: SHA-256 of it."""

    number: str
    post: str
    officer: str
    at_ms: int
    claimed_ms: int
    effect: str
    key: str
    key_ended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionValues:
    """A question whether a post is there, with all answers by arrival."""

    number: str
    ours: bool
    from_post: str
    to_post: str
    officer: str
    asked_ms: int
    claimed_ms: int
    answers: tuple[PresenceAnswerValues, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionValues:
    """One note about a report: entered, amended or withdrawn, by whom and when; `why`: of a withdrawal."""

    number: str
    act: str
    post: str
    officer: str
    at_ms: int
    grade: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportValues:
    """A sighting or a claim as it stands. `standing`: of a claim, what sightings say of it; else null.

    `bearing`: of a sighting, what it does to the claim `bears_on`; else null.
    """

    number: str
    kind: KindOfReport
    posts: tuple[str, ...]
    from_ms: int
    to_ms: int
    what: str
    language: str
    source: str
    speaker: str
    medium: str
    date_proof: str
    date_words: str
    corroboration: str
    corroboration_words: str
    reliability: str
    credibility: int
    grade: str
    withdrawn: bool
    bearing: str | None
    bears_on: str | None
    standing: Standing | None
    supported_by: tuple[str, ...]
    contradicted_by: tuple[str, ...]
    versions: tuple[VersionValues, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceValues:
    """All of it: pairs in the agreement's order, questions newest first, sightings and claims apart, newest first.

    `absent`: notes of ours whose content is not here, for the node was put back to an older state.
    """

    as_of_ms: int
    pairs: tuple[PresencePairValues, ...]
    questions: tuple[QuestionValues, ...]
    sightings: tuple[ReportValues, ...]
    claims: tuple[ReportValues, ...]
    absent: int


def presence_values(presence: Presence) -> PresenceValues:
    """Give what a record shows of presence."""
    reports = tuple(map(_report, presence.reports))
    return PresenceValues(
        as_of_ms=presence.as_of_ms,
        pairs=tuple(map(pair_values, presence.pairs)),
        questions=tuple(map(question_values, presence.questions)),
        sightings=tuple(each for each in reports if each.kind == "sighting"),
        claims=tuple(each for each in reports if each.kind == "claim"),
        absent=presence.absent,
    )


def question_values(question: QuestionView) -> QuestionValues:
    """Give one question with its answers."""
    return QuestionValues(
        number=question.number,
        ours=question.ours,
        from_post=question.from_post,
        to_post=show_line(question.to_post),
        officer=show_line(question.officer),
        asked_ms=question.asked_ms,
        claimed_ms=question.claimed_ms,
        answers=tuple(map(_answer, question.answers)),
    )


def _answer(answer: AnswerView) -> PresenceAnswerValues:
    signed = answer.statement
    return PresenceAnswerValues(
        number=signed.number,
        post=show_line(signed.post),
        officer=show_line(signed.officer),
        at_ms=signed.arrived_ms,
        claimed_ms=signed.claimed_ms,
        effect=answer.effect,
        key="" if signed.key is None else signed.key.name,
        key_ended=signed.key is not None and signed.key.ended is not None,
    )


def pair_values(pair: PairView) -> PresencePairValues:
    """Give one pair of posts."""
    return PresencePairValues(
        ours=pair.ours,
        theirs=pair.theirs,
        contacts=tuple(map(_contact, pair.contacts)),
        attempts=tuple(AttemptsValues(outcome=outcome, count=count) for outcome, count in pair.attempts),
        truncated=pair.truncated,
    )


def _contact(contact: Contact) -> ContactValues:
    return ContactValues(
        way=contact.way,
        by=contact.by,
        after_ms=contact.after_ms,
        at_ms=contact.at_ms,
        entries=contact.entries,
    )


def _report(view: ReportView) -> ReportValues:
    report, newest = view.report, view.newest
    kind: KindOfReport = "claim" if view.kind.name == "CLAIM" else "sighting"
    return ReportValues(
        number=view.number,
        kind=kind,
        posts=tuple(map(show_line, report.posts)),
        from_ms=report.when_ms[0],
        to_ms=report.when_ms[1],
        what=show(report.what).text,
        language=show_line(newest.language),
        source=show_line(report.source),
        speaker=show_line(report.speaker),
        medium=_code(report.medium.name),
        date_proof=_code(report.date_proof.name),
        date_words=show_line(report.date_words),
        corroboration=_code(report.corroboration.name),
        corroboration_words=show_line(report.corroboration_words),
        reliability=_code(report.grade.reliability.name),
        credibility=int(report.grade.credibility),
        grade=str(report.grade),
        withdrawn=view.withdrawn,
        bearing=None if view.bearing is None else _code(view.bearing.name),
        bears_on=view.bears_on,
        standing=view.standing if kind == "claim" else None,
        supported_by=view.supported_by,
        contradicted_by=view.contradicted_by,
        versions=tuple(map(_version, view.versions)),
    )


def _version(version: Version) -> VersionValues:
    return VersionValues(
        number=version.number,
        act=_code(version.act.name),
        post=version.post,
        officer=show_line(version.officer),
        at_ms=version.written_ms,
        grade="" if version.report is None else str(version.report.grade),
        why=show_line(version.why),
    )


def _code(name: str) -> str:
    return name.lower().replace("_", "-")
