"""The open event streams: how many there may be, and how each ends with its session or with the node."""

from collections.abc import Callable
from typing import Final

from coupefeu.console.errors import TooManyError
from coupefeu.console.sessions import Session

MAX_OF_SESSION: Final = 4
"""A browser opens six connections to one host; with more streams it could no longer ask for anything."""
MAX_STREAMS: Final = 256

End = Callable[[], None]


class Streams:
    """Every open stream of a console: by session, then by the name that a page drew for itself."""

    def __init__(self) -> None:
        self._ends: dict[str, dict[str, End]] = {}

    def enter(self, session: Session, name: str, end: End) -> End:
        """Count a stream; `end` is called when its session or the node ends. Gives what to call when it is over.

        A page that connects anew takes the place of its earlier stream: a connection that was cut without a word (a
        laptop that slept, another network) would stand there for minutes.

        Raises:
            TooManyError: `console.streams.session`, `console.streams.all`.
        """
        self._end_earlier(session, name)
        ends = self._ends.get(session.id, {})
        if len(ends) >= MAX_OF_SESSION:
            raise TooManyError(
                f"this browser shows the console {len(ends)} times already",
                code="console.streams.session",
                hint="Close another tab or window of it.",
            )
        if sum(map(len, self._ends.values())) >= MAX_STREAMS:
            raise TooManyError(
                f"{MAX_STREAMS} consoles are live on this node already",
                code="console.streams.all",
                hint="Close one of them.",
            )
        self._ends.setdefault(session.id, {})[name] = end
        return lambda: self._leave(session, name, end)

    def end_session(self, session: Session) -> None:
        """End the streams of a session that has ended, or was locked or opened: its pages begin anew."""
        for end in self._ends.pop(session.id, {}).values():
            end()

    def end_all(self) -> None:
        """End every stream: the node stops."""
        ending = [end for ends in self._ends.values() for end in ends.values()]
        self._ends.clear()
        for end in ending:
            end()

    def _end_earlier(self, session: Session, name: str) -> None:
        earlier = self._ends.get(session.id, {}).get(name)
        if earlier is not None:
            self._leave(session, name, earlier)
            earlier()

    def _leave(self, session: Session, name: str, end: End) -> None:
        ends = self._ends.get(session.id, {})
        if ends.get(name) is end:
            del ends[name]
        if not ends:
            self._ends.pop(session.id, None)
