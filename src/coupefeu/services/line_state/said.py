"""What LINE STATE says, as codes and values; a code that begins with `line-state-` names its own words in words/.

`entries/incident.ts` of the pages says the same of the same bytes; a test holds them alike. Texts are as written.
"""

from coupefeu.model.instant import format_second
from coupefeu.services.line_state.facts import read_line_state


def line_state_said(kind: int, body: bytes) -> tuple[tuple[str, str], ...]:
    """Give (code, value); nothing where it breaks its form."""
    fact, defect = read_line_state(kind, body)
    if fact is None or defect:
        return ()
    since = () if fact.from_ms is None else (("line-state-from", format_second(fact.from_ms)),)
    texts = tuple(
        (code, value) for code, value in (("words", fact.words), ("officer", fact.officer)) if value
    )
    return ((f"line-state-{fact.state.name.lower()}", ""), *since, *texts)
