"""What changes becomes one entry: the same is never said twice."""

from coupefeu.errors import PolicyError
from coupefeu.model.entry import Kind
from coupefeu.model.precedence import Precedence
from coupefeu.services.base import Context, Draft, Rows
from coupefeu.services.witnessed.facts import TellWitness, WitnessWord, encode_witness_word


def decide(command: TellWitness, known: Rows, context: Context) -> tuple[Draft, ...]:
    """Draft the entry; none when we said the same last, or have never missed the witness.

    Raises: PolicyError: `services.witnessed.not_agreed`.
    """
    if command.name not in {each.name for each in context.agreement.witnesses}:
        raise PolicyError(
            f"{command.name!r} is no witness of this agreement",
            code="services.witnessed.not_agreed",
            hint="Witnesses that only this node asks are its own affair.",
        )
    was_heard = bool(known[0]["is_heard"]) if known else True
    if command.is_heard == was_heard:
        return ()
    ours = context.agreement.party(context.us)
    word = WitnessWord(
        name=command.name, is_heard=command.is_heard, size=command.size, heard_ms=command.heard_ms
    )
    return (
        Draft(
            kind=Kind.WITNESS_HEARD,
            from_post=ours.duty_desk,
            to_posts=tuple(each.duty_desk for each in context.agreement.parties if each.id != ours.id),
            precedence=Precedence.ROUTINE,
            language=ours.language,
            body=encode_witness_word(word),
        ),
    )
