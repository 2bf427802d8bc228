"""The firebreak: the level now or at an instant with every reason, its history, and the pairs of posts."""

from typing import Annotated, Final

from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from coupefeu.console.desk import ConsoleDesk
from coupefeu.console.errors import refuses
from coupefeu.console.firebreak_looking import history_of, look_at_pairs, values_at
from coupefeu.console.firebreak_values import FirebreakHistory, FirebreakPairs
from coupefeu.console.sessions import Session
from coupefeu.errors import StoreError, UsageError
from coupefeu.model.instant import parse_last
from coupefeu.node.firebreak_values import FirebreakValues
from coupefeu.words import LANGUAGES

MAX_INSTANT_CHARACTERS: Final = 40

_UNREADABLE = UsageError("this is no instant", code="model.instant.unreadable")
_TWO = UsageError("an instant by both clocks at once is asked for", code="console.firebreak.two_clocks")
_LATER = UsageError("that instant is still to come", code="node.firebreak.later")
_LANGUAGE = UsageError("no such language", code="console.firebreak.language")
_SPAN = UsageError("it ends before it begins, or spans more than ten years", code="node.firebreak.span")
_STORE = StoreError("the record cannot be read now", code="store.*")

WrittenInstant = Annotated[str | None, QueryParameter(max_length=MAX_INSTANT_CHARACTERS)]
Language = Annotated[str | None, QueryParameter(max_length=8)]
From = Annotated[str, QueryParameter(name="from", max_length=MAX_INSTANT_CHARACTERS)]
To = Annotated[str | None, QueryParameter(name="to", max_length=MAX_INSTANT_CHARACTERS)]
Known = Annotated[int, QueryParameter(name="known", ge=0, le=1)]


@get("/api/firebreak", responses=refuses(_UNREADABLE, _TWO, _LATER, _LANGUAGE, _STORE))
async def show_firebreak(
    desk: NamedDependency[ConsoleDesk],
    session: NamedDependency[Session],
    at: WrittenInstant = None,
    known_at: WrittenInstant = None,
    language: Language = None,
) -> FirebreakValues:
    """Give the level with every reason, the entries that prove it, and what the agreement offers next.

    `at`: both records by their signed times, the same on both nodes; `known_at`: what this node held then, by its own
    clock; neither: now. Both are written in UTC, "2022-03-17T06:00Z". `language` of the sentences: en, fr or ru.
    """
    at_ms, known_at_ms = _instants(at, known_at, desk.now_ms)
    wanted = _language(language, session.language)
    is_link_up = desk.notices.is_link_up
    return await desk.read(lambda look: values_at(look, wanted, at_ms, known_at_ms, is_link_up=is_link_up))


@get("/api/firebreak/history", responses=refuses(_UNREADABLE, _SPAN, _STORE))
async def show_history(
    desk: NamedDependency[ConsoleDesk], begin: From, end: To = None, known: Known = 0
) -> FirebreakHistory:
    """Give the level over time, span by span without a gap, with the rules that raised it; at most ten years at once.

    `from`, `to`: written as `at` is; `to` is now where it is left out. `known` 1: by what had arrived here.
    """
    now_ms = desk.now_ms
    from_ms = parse_last(begin, now_ms)
    to_ms = now_ms if end is None else parse_last(end, now_ms)
    return await desk.read(lambda look: history_of(look, from_ms, to_ms, known=bool(known)))


@get("/api/firebreak/pairs", responses=refuses(_UNREADABLE, _TWO, _LATER, _STORE))
async def show_pairs(
    desk: NamedDependency[ConsoleDesk], at: WrittenInstant = None, known_at: WrittenInstant = None
) -> FirebreakPairs:
    """List our pairs of posts, each with its last direct contact, what proves it, and the agreed cadence.

    `at`, `known_at`: as they stood at an instant, as above; neither: now.
    """
    at_ms, known_at_ms = _instants(at, known_at, desk.now_ms)
    return await desk.read(lambda look: look_at_pairs(look, at_ms, known_at_ms))


def _instants(at: str | None, known_at: str | None, now_ms: int) -> tuple[int | None, int | None]:
    """Read the instant that is asked for, by one of the two clocks. Raises: UsageError."""
    if at is not None and known_at is not None:
        raise UsageError(
            "at and known_at are two clocks, and one instant has one",
            code="console.firebreak.two_clocks",
            hint="ask for either",
        )
    return _instant(at, now_ms), _instant(known_at, now_ms)


def _instant(text: str | None, now_ms: int) -> int | None:
    """Read an instant, where there is one. Raises: UsageError."""
    return None if text is None else parse_last(text, now_ms)


def _language(asked: str | None, of_session: str) -> str:
    """Choose the language of the sentences. Raises: UsageError."""
    if asked is None:
        return of_session
    if asked not in LANGUAGES:
        raise UsageError(
            f"language {asked!r} is none of {', '.join(LANGUAGES)}",
            code="console.firebreak.language",
            hint="en, fr or ru",
        )
    return asked


FIREBREAK_ROUTES: Final = (show_firebreak, show_history, show_pairs)
