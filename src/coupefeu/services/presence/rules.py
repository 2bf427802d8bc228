"""Who may ask, and what may be entered: a post of ours, about posts of the agreement, of what has happened already."""

from dataclasses import dataclass
from typing import Any, Final, NoReturn

from coupefeu.errors import PolicyError, UsageError
from coupefeu.model.attachments import COMMITMENT_BYTES
from coupefeu.model.entry import Kind
from coupefeu.model.messages import MessageId, format_number
from coupefeu.model.precedence import Precedence
from coupefeu.model.presence import ReportAct, ReportKind
from coupefeu.services.base import Attached, Context, Draft, Rows
from coupefeu.services.presence.facts import (
    MAX_LABEL_CHARACTERS,
    Asked,
    AskPresence,
    EnterReport,
    Noted,
    WithdrawReport,
    encode_asked,
    encode_content,
    encode_note,
    note_defect,
)

_LIMITS: Final = (
    "At most 560 characters for what, 280 for source, date, corroboration and why, 120 for who says it, 80 for a "
    "label; 8 posts, each once; a time that begins before it ends."
)
_HINTS: Final = {
    "words_alone": "What somebody says is a claim: enter it as one, with who says it.",
    "missing_speaker": "Say who makes the claim.",
    "unexpected_speaker": "A sighting has a source; who says something makes a claim.",
    "missing_post": "Say which post was seen.",
    "unconfirmed": "Credibility 1 is for what another source confirms: say which, or grade it 2 to 6.",
    "missing_bearing": "Name the claim, and whether the sighting supports or contradicts it.",
    "bad_salt": "Give 16 bytes that the node has drawn for this note.",
    "unexpected_bearing": "A sighting bears on a claim; a claim bears on nothing.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The row of a report that a command names, and the first entry that took its place."""

    rows: Rows
    later: Rows


NOTHING: Final = Known(rows=(), later=())


def ask(command: AskPresence, context: Context) -> Draft:
    """Draft a question of presence to one post of another party.

    Raises: PolicyError: `services.presence.foreign_post`, `own_post`; UsageError: `services.presence.*`.
    """
    _insist_ours(command.from_post, context)
    if context.agreement.post(command.to_post).party == context.us:
        _refuse("own_post", f"{command.to_post} is a post of ours.", "Ask a post of the other side.")
    fact = Asked(officer=command.officer)
    _insist_written("long_officer" if len(fact.officer) > MAX_LABEL_CHARACTERS else "")
    return Draft(
        kind=Kind.PRESENCE_ASKED,
        from_post=command.from_post,
        to_posts=(command.to_post,),
        precedence=Precedence.ROUTINE,
        language=context.agreement.party(context.us).language,
        body=encode_asked(fact),
    )


def enter(command: EnterReport, amended: Known, claim: Known, context: Context) -> Draft:
    """Draft a sighting or claim; `amended`: what it takes the place of, `claim`: what it bears on.

    Raises: PolicyError: `services.presence.foreign_post`, `no_report`, `superseded`; UsageError: `services.presence.*`;
    `model.agreement.*`: no such post.
    """
    _insist_ours(command.from_post, context)
    fact = Noted(
        kind=command.kind,
        act=ReportAct.ENTERED if command.amends is None else ReportAct.AMENDED,
        salt=command.salt,
        report=command.report,
        bearing=command.bearing,
        officer=command.officer,
        amends=command.amends,
        claim=command.claim,
    )
    _insist_written(note_defect(fact))
    for post in command.report.posts:
        context.agreement.post(post)
    if command.report.when_ms[0] > context.now.utc_ms:
        raise UsageError(
            "it has not happened yet",
            code="services.presence.future",
            hint="Give the time at which it was seen, or said, in UTC.",
        )
    if command.amends is not None:
        _insist_standing(command.amends, amended, context, command.kind)
    if command.claim is not None:
        _insist_standing(command.claim, claim, context, ReportKind.CLAIM)
    return _draft(command, fact)


def withdraw(command: WithdrawReport, withdrawn: Known, context: Context) -> Draft:
    """Draft the end of a report of ours that stands.

    Raises: PolicyError: `services.presence.foreign_post`, `no_report`, `superseded`; UsageError: `services.presence.*`.
    """
    _insist_ours(command.from_post, context)
    kind = _insist_standing(command.withdraws, withdrawn, context)
    fact = Noted(
        kind=kind,
        act=ReportAct.WITHDRAWN,
        salt=command.salt,
        why=command.why,
        officer=command.officer,
        amends=command.withdraws,
    )
    _insist_written(note_defect(fact))
    return _draft(command, fact)


_LIST: Final = "`coupefeu presence show` lists sightings and claims."


def _draft(command: EnterReport | WithdrawReport, fact: Noted) -> Draft:
    """Address it to nobody, and keep what it says beside the log: the other side gets a salted hash and no word."""
    content = encode_content(fact)
    return Draft(
        kind=Kind.NOTE,
        from_post=command.from_post,
        to_posts=(),
        precedence=Precedence.ROUTINE,
        language=command.language,
        body=encode_note(len(content), bytes(COMMITMENT_BYTES)),
        attached=Attached(
            contents=(content,), body_with=lambda commitments: encode_note(len(content), commitments[0])
        ),
    )


def _insist_ours(post: str, context: Context) -> None:
    if context.agreement.post(post).party != context.us:
        _refuse("foreign_post", f"{post} is not a post of ours.", "Name a post of your own party.")


def _insist_standing(
    report: MessageId, known: Known, context: Context, kind: ReportKind | None = None
) -> ReportKind:
    """Return what kind of report stands there. Raises: PolicyError: none does, or one of another kind."""
    number = format_number(report, context.parties)
    row: Any = known.rows[0] if known.rows else None
    what = "report" if kind is None else kind.name.lower()
    if row is None or row["effect"] or row["act"] == ReportAct.WITHDRAWN or kind not in {None, row["kind"]}:
        _refuse("no_report", f"{number} is no {what} of ours that stands.", _LIST)
    if known.later:
        newer = format_number((known.later[0]["log"], known.later[0]["idx"]), context.parties)
        _refuse("superseded", f"{newer} has taken the place of {number} already.", f"Name {newer}.")
    return ReportKind(row["kind"])


def _insist_written(defect: str) -> None:
    if defect:
        raise UsageError(
            f"it cannot be put on record so: {defect.replace('_', ' ')}",
            code=f"services.presence.{defect}",
            hint=_HINTS.get(defect, _LIMITS),
        )


def _refuse(reason: str, sentence: str, hint: str) -> NoReturn:
    raise PolicyError(sentence, code=f"services.presence.{reason}", hint=hint)
