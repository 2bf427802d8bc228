"""What the processes of the demo tell one another, a line of JSON each: what a node has heard, what a console shows."""

from collections.abc import Mapping
from typing import Final

import msgspec

from coupefeu.model.entry import Head
from coupefeu.model.messages import MessageId
from coupefeu.node.events import Change, EntryRecorded, LineChanged

MAX_LINE_BYTES: Final = 1 << 20


class EntryHeard(msgspec.Struct, frozen=True, tag="entry"):
    """An entry stands on the record of a node. `ours`: of that node; `about`: what its head refers to; UTC ms."""

    log: int
    index: int
    ours: bool
    kind: int
    precedence: int | None
    from_post: str
    to_posts: tuple[str, ...]
    about: tuple[MessageId, ...]
    at_ms: int


class LineHeard(msgspec.Struct, frozen=True, tag="line"):
    """A node has said that the line is up, or down; UTC ms."""

    up: bool
    at_ms: int


class Pressed(msgspec.Struct, frozen=True, tag="pressed"):
    """Somebody at a console has cut the link, mended it, or seen both records hold; UTC ms."""

    what: str
    at_ms: int


class NodeUp(msgspec.Struct, frozen=True, tag="up"):
    """The node runs. `port`: where it listens for the other one."""

    port: int


class Served(msgspec.Struct, frozen=True, tag="served"):
    """Its console answers. `link` signs a browser in once, as the post of `title`; `busy`: ports that others had."""

    title: str
    address: str
    port: int
    link: str
    busy: tuple[int, ...]


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """What was asked cannot be done; see `coupefeu.node.control.describe`."""

    error: dict[str, str]


class Serve(msgspec.Struct, frozen=True, tag="serve"):
    """Serve the console on the first free port from this one on."""

    first_port: int


class Shown(msgspec.Struct, frozen=True, tag="shown"):
    """How far the demonstration has come: when each step was done, UTC ms; whether the link is cut."""

    done_ms: Mapping[str, int | None]
    link_broken: bool


Fact = EntryHeard | LineHeard | Pressed
Said = EntryHeard | LineHeard | Pressed | NodeUp | Served | Refused
"""By the process of a node."""
Asked = Serve | Shown
"""Of it."""
read_said: Final = msgspec.json.Decoder(Said).decode
read_asked: Final = msgspec.json.Decoder(Asked).decode


def to_line(told: Said | Asked) -> bytes:
    """Write one line."""
    return msgspec.json.encode(told) + b"\n"


def fact_of(change: Change, now_ms: int) -> Fact | None:
    """Give what a node has heard, as far as the steps of the demo look at it."""
    if isinstance(change, LineChanged):
        return LineHeard(up=change.up, at_ms=now_ms)
    if not isinstance(change, EntryRecorded) or change.recorded.head is None:
        return None
    recorded, head = change.recorded, change.recorded.head
    return EntryHeard(
        log=recorded.log,
        index=recorded.index,
        ours=recorded.ours,
        kind=int(head.kind),
        precedence=None if head.precedence is None else int(head.precedence),
        from_post=head.from_post,
        to_posts=tuple(head.to_posts),
        about=_about(head),
        at_ms=recorded.arrived_ms,
    )


def _about(head: Head) -> tuple[MessageId, ...]:
    return tuple((each.log, each.index) for each in head.references)
