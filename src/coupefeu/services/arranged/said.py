"""What the entries of arranged calls say, as codes and values; words are `ui-said-CODE` in words/.

`entries/arranged.ts` of the pages says the same of the same bytes; a test holds them alike. Texts are as written.
"""

from collections.abc import Iterator

from coupefeu.model.instant import format_second
from coupefeu.services.arranged.facts import ArrangeFact, read_arranged


def said_of(kind: int, body: bytes) -> tuple[tuple[str, str], ...]:
    """Give (code, value) of a body of these kinds; nothing where it breaks its form."""
    fact, defect = read_arranged(kind, body)
    return () if defect else (*_times(fact), *_wishes(fact), *_texts(fact))


def _times(fact: ArrangeFact) -> Iterator[tuple[str, str]]:
    for each in fact.windows:
        yield "arrange-window", f"{format_second(each.start_ms)} - {format_second(each.end_ms)}"


def _wishes(fact: ArrangeFact) -> Iterator[tuple[str, str]]:
    if fact.media is not None:
        yield f"arrange-media-{int(fact.media)}", ""
    if fact.within_s is not None:
        yield "arrange-within", str(fact.within_s)
    if fact.languages:
        yield "arrange-languages", ", ".join(fact.languages)
    if fact.interpreter:
        yield "arrange-interpreter", ""
    if fact.window is not None:
        yield "arrange-number", str(fact.window + 1)
    if fact.reason is not None:
        yield f"arrange-reason-{int(fact.reason)}", ""


def _texts(fact: ArrangeFact) -> Iterator[tuple[str, str]]:
    for code, value in (("arrange-post", fact.post), ("words", fact.words), ("officer", fact.officer)):
        if value:
            yield code, value
