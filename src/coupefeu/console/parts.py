"""What the routes share: made once by `server`, given to each route by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from coupefeu.console.communique import Drafts
from coupefeu.console.config import HTTP_PORT, HTTPS_PORT, ConsoleConfig
from coupefeu.console.desk import ConsoleDesk
from coupefeu.console.errors import Teller
from coupefeu.console.links import Links
from coupefeu.console.long_work import LongWork
from coupefeu.console.passkeys import Challenges, Counters, MadeKeys
from coupefeu.console.record import RecordLists
from coupefeu.console.rooms import Rooms
from coupefeu.console.sessions import Session, Sessions, describe_session
from coupefeu.console.static import StaticFile
from coupefeu.console.streams import Streams
from coupefeu.console.unit_desk import UnitDesk
from coupefeu.console.values import SessionValues


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts of one running console; `port` is the one that is bound, whatever the configuration asks."""

    config: ConsoleConfig
    port: int
    desk: ConsoleDesk
    sessions: Sessions
    links: Links
    challenges: Challenges
    counters: Counters
    made: MadeKeys
    streams: Streams
    lists: RecordLists
    long_work: LongWork
    drafts: Drafts
    rooms: Rooms
    units: UnitDesk
    pages: Mapping[str, StaticFile]
    """Empty: they are not built."""
    teller: Teller
    note: Callable[..., None]
    """Writes a line of node.log: what happened, with ids, codes and posts."""

    @property
    def address(self) -> str:
        """What a browser opens, without the port that its scheme has anyway; also the origin of our passkeys."""
        bare = self.port == (HTTPS_PORT if self.config.tls else HTTP_PORT)
        return f"{self.config.scheme}://{self.config.names[0]}" + ("" if bare else f":{self.port}")

    def may_act(self, session: Session) -> bool:
        """Whether a session may put something on record: by what its post may, and by what it was begun with."""
        if session.post in self.config.readers:
            return False
        return bool(session.key) or session.post not in self.config.passkey_posts

    def describe(self, session: Session) -> SessionValues:
        """Give what a page shows of a session."""
        return describe_session(
            session,
            self.config.party,
            locks_ms=self.sessions.locks_ms,
            may_act=self.may_act(session),
        )
