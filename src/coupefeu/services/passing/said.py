"""What entries about a notice on its way down say, as codes and values; words are `ui-said-CODE` in words/.

`entries/passing.ts` of the pages says the same of the same bytes; a test holds them alike. Texts are as written.
"""

from collections.abc import Iterator

from coupefeu.model.instant import format_second
from coupefeu.model.notices import Reached
from coupefeu.services.passing.facts import PassingFact, read_passing


def passing_said(kind: int, body: bytes) -> tuple[tuple[str, str], ...]:
    """Give (code, value) of a body of these kinds; nothing where it breaks its form."""
    fact, defect = read_passing(kind, body)
    return () if defect else (*_units(fact), *_reached(fact), *_texts(fact))


def _units(fact: PassingFact) -> Iterator[tuple[str, str]]:
    for each in fact.units:
        yield f"passing-level-{0 if each.level is None else int(each.level)}", each.name
        if each.key:
            yield "passing-key", each.key.hex()


def _reached(fact: PassingFact) -> Iterator[tuple[str, str]]:
    if fact.how is not None:
        yield "passing-by-voice" if fact.how is Reached.BY_VOICE else "passing-by-itself", fact.unit
    if fact.check_in is not None:
        yield f"passing-check-in-{int(fact.check_in)}", fact.point
    if fact.at_ms is not None:
        yield "passing-at", format_second(fact.at_ms)
    if fact.spoken_to:
        yield "passing-spoken-to", fact.spoken_to
    if fact.signature:
        yield "passing-signature", fact.signature.hex()


def _texts(fact: PassingFact) -> Iterator[tuple[str, str]]:
    for code, value in (("words", fact.words), ("officer", fact.officer)):
        if value:
            yield code, value
