"""What the routes share: made once by `server`, given to each route by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from coupefeu.console.communique import Drafts
from coupefeu.console.config import ConsoleConfig
from coupefeu.console.desk import ConsoleDesk
from coupefeu.console.errors import Teller
from coupefeu.console.links import Links
from coupefeu.console.long_work import LongWork
from coupefeu.console.record import RecordLists
from coupefeu.console.sessions import Sessions
from coupefeu.console.static import StaticFile
from coupefeu.console.streams import Streams


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts of one running console; `port` is the one that is bound, whatever the configuration asks."""

    config: ConsoleConfig
    port: int
    desk: ConsoleDesk
    sessions: Sessions
    links: Links
    streams: Streams
    lists: RecordLists
    long_work: LongWork
    drafts: Drafts
    pages: Mapping[str, StaticFile]
    """Empty: they are not built."""
    teller: Teller
    note: Callable[..., None]
    """Writes a line of node.log: what happened, with ids, codes and posts."""
