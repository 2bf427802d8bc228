"""What an entry about a personal key says: codes and values; words are `ui-said-*` in words/."""

from collections.abc import Iterator

from coupefeu.model.instant import format_second
from coupefeu.services.messages.display import show, show_line
from coupefeu.services.messages.forms import LATEST_MS
from coupefeu.services.persons.facts import Ended, Enrolled, Stated, algorithm_name, key_name, read_person


def said_of_person(kind: int, body: bytes) -> Iterator[tuple[str, str]]:
    """Give (code, value) of a body of one of the three kinds; nothing when it cannot be read."""
    fact, _ = read_person(kind, body)
    match fact:
        case Enrolled():
            yield from _key(fact.key.public_key, fact.key.origin)
            yield from _stated(("admitted-by", fact.admitted_by), ("officer", fact.officer))
        case Ended():
            yield f"key-{fact.reason.name.lower()}", ""
            if fact.since_ms is not None:
                yield "key-since", format_second(min(fact.since_ms, LATEST_MS - 1))
            yield from _stated(("words", fact.words), ("officer", fact.officer))
        case Stated():
            yield from _key(fact.public_key, fact.origin)
            yield from _stated(("statement-language", fact.language), ("officer", fact.officer))
            yield "text", show(fact.text).text
        case None:
            return


def _key(public_key: bytes, origin: str) -> Iterator[tuple[str, str]]:
    yield "personal-key", f"{algorithm_name(public_key)} {key_name(public_key)}"
    yield "key-origin", show_line(origin)


def _stated(*rows: tuple[str, str]) -> Iterator[tuple[str, str]]:
    for code, value in rows:
        if value:
            yield code, show_line(value)
