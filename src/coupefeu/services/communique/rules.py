"""Who may propose, consent and refuse: a post of our own; an answer is given once, to what was looked at."""

from typing import NoReturn

from coupefeu.errors import PolicyError, UsageError
from coupefeu.model.entry import Kind
from coupefeu.model.precedence import Precedence
from coupefeu.services.base import Context, Draft, Rows
from coupefeu.services.communique.facts import (
    AnswerCommunique,
    Answered,
    ProposeCommunique,
    Proposed,
    answer_defect,
    encode_answered,
    encode_proposed,
    proposal_defect,
)


def propose(command: ProposeCommunique, context: Context) -> Draft:
    """Draft a proposal.

    Raises:
        PolicyError: `services.communique.foreign_post`. UsageError: `services.communique.*`: too much, or nothing.
    """
    proposed = Proposed(
        digest=command.digest,
        ranges=command.ranges,
        embargo_ms=command.embargo_ms,
        words=command.words,
        officer=command.officer,
    )
    _insist_written(proposal_defect(proposed))
    return _draft(Kind.COMMUNIQUE_PROPOSED, command.from_post, encode_proposed(proposed), (), context)


def answer(command: AnswerCommunique, proposals: Rows, answers: Rows, context: Context) -> Draft:
    """Draft an answer to the proposal whose row is given, beside our answers to it.

    Raises:
        PolicyError: `services.communique.no_proposal`, `own_proposal`, `other_selection`, `answered`, `foreign_post`.
        UsageError: `services.communique.*`: the text is too long, or the reason missing.
    """
    if not proposals:
        _refuse("no_proposal", "that entry proposes no communique.", "`coupefeu communique list` names them.")
    (proposal,) = proposals
    if proposal["ours"]:
        _refuse("own_proposal", "that proposal is our own.", "The other side answers it.")
    if proposal["digest"] != command.digest:
        _refuse(
            "other_selection", "what was looked at is not what is proposed.", "Look at the proposal again."
        )
    if any(row["ours"] and not row["effect"] for row in answers):
        _refuse("answered", "we have answered that proposal.", "The first answer stands; propose anew.")
    kind = Kind.COMMUNIQUE_CONSENTED if command.consents else Kind.COMMUNIQUE_REFUSED
    answered = Answered(digest=command.digest, reason=command.reason, officer=command.officer)
    _insist_written(answer_defect(kind, answered))
    return _draft(kind, command.from_post, encode_answered(answered), (command.proposal,), context)


def _draft(
    kind: Kind, from_post: str, body: bytes, references: tuple[tuple[int, int], ...], context: Context
) -> Draft:
    agreement = context.agreement
    ours = agreement.party(context.us)
    if agreement.post(from_post).party != ours.id:
        _refuse("foreign_post", f"{from_post} is not a post of ours.", "Name a post of your own party.")
    return Draft(
        kind=kind,
        from_post=from_post,
        to_posts=tuple(party.duty_desk for party in agreement.parties if party.id != ours.id),
        precedence=Precedence.ROUTINE,
        language=ours.language,
        body=body,
        references=references,
    )


def _insist_written(defect: str) -> None:
    if defect:
        raise UsageError(
            f"the communique cannot be put so: {defect.replace('_', ' ')}",
            code=f"services.communique.{defect}",
            hint="Choose fewer stretches of entries, or say it in fewer words; a refusal needs its reason.",
        )


def _refuse(reason: str, sentence: str, hint: str) -> NoReturn:
    raise PolicyError(sentence, code=f"services.communique.{reason}", hint=hint)
