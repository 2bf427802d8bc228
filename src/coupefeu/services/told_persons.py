"""What `verify` says of statements of persons, in words of a language: which hold, which not and why, what is open."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from coupefeu.model.entry import Kind
from coupefeu.model.messages import MessageId, format_number
from coupefeu.services.messages.display import show_line
from coupefeu.services.persons.shown import KEY_NOT_SHOWN, ShownPersons, ShownStatement
from coupefeu.words import say

MAX_NAMED: Final = 20


def proved_of_persons(persons: ShownPersons, parties: tuple[str, ...], language: str) -> Iterator[str]:
    """Say of each statement that holds what that proves: the first twenty by name, the others by their number."""
    good = [each for each in persons.statements() if not each.effect]
    for each in good[:MAX_NAMED]:
        key = "persons-proved-presence" if each.kind == Kind.PRESENCE_SHOWN else "persons-proved"
        yield say(key, language, **_named(each, parties))
    if len(good) > MAX_NAMED:
        yield say("persons-proved-more", language, count=len(good) - MAX_NAMED)


def not_proved_of_persons(persons: ShownPersons, parties: tuple[str, ...], language: str) -> Iterator[str]:
    """Say what does not hold, and what nobody can tell of what is shown."""
    statements = persons.statements()
    bad = [each for each in statements if each.effect not in {"", KEY_NOT_SHOWN}]
    for each in bad[:MAX_NAMED]:
        why = say(f"persons-effect-{each.effect.replace('_', '-')}", language)
        yield say("persons-not-proved", language, why=why, **_named(each, parties))
    if len(bad) > MAX_NAMED:
        yield say("persons-not-proved-more", language, count=len(bad) - MAX_NAMED)
    for each in [each for each in statements if each.effect == KEY_NOT_SHOWN][:MAX_NAMED]:
        yield say("persons-key-not-shown", language, **_named(each, parties))
    if any(not each.effect or each.effect == KEY_NOT_SHOWN for each in statements):
        yield say("persons-not-proved-who", language)
    if persons.left_out:
        yield say("persons-left-out", language, count=persons.left_out)


def persons_values(persons: ShownPersons, parties: tuple[str, ...]) -> dict[str, Any]:
    """Give the same for programs; `effect` is null where a statement holds, else why it does not."""
    return {
        "keys": persons.keys,
        "ended": persons.ended,
        "left_out": persons.left_out,
        "statements": [_values(each, parties) for each in persons.statements()],
    }


def _values(each: ShownStatement, parties: tuple[str, ...]) -> dict[str, Any]:
    return {
        "number": format_number(each.id, parties),
        "kind": each.kind,
        "about": _number(each.about, parties),
        "key": _number(each.key, parties),
        "key_name": each.key_name,
        "post": each.post,
        "language": each.language,
        "effect": each.effect or None,
    }


def _number(entry: MessageId | None, parties: Sequence[str]) -> str | None:
    return None if entry is None else format_number(entry, tuple(parties))


def _named(each: ShownStatement, parties: tuple[str, ...]) -> dict[str, str]:
    return {
        "number": format_number(each.id, parties),
        "about": _number(each.about, parties) or "",
        "post": show_line(each.post),
        "key": each.key_name,
    }
