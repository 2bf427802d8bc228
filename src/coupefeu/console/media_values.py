"""What pages are given of the media of a call; nothing of it is on the record, but the texts beside it."""

from dataclasses import dataclass
from typing import Literal

Way = Literal["relay", "direct"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WayValues:
    """By which way media to a party may go: by our relay, or directly without being chosen (one network).

    `shown`: of the addresses that were asked about, those that a direct call shows to the other side.
    """

    has_relay: bool
    is_direct: bool
    shown: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayValues:
    """What our relay takes for one call, until `ends_ms`. The password is for this page alone."""

    urls: tuple[str, ...]
    username: str
    password: str
    ends_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardValues:
    """What the other console said of its media, as far as our node lets it pass. `kind` null: nothing yet.

    `refused_here`, `refused_there`: the code of what our node, or theirs, refused; "" when nothing was.
    """

    kind: Literal["offer", "answer"] | None
    number: int
    sdp: str
    refused_here: str
    refused_there: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TextValues:
    """A message that was written beside a call, by `party`."""

    number: str
    party: str
    ours: bool
    arrived_ms: int
    text: str
    erased: bool
    is_on_their_record: bool
    is_taken: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldValues:
    """The addresses of this desk that the other side learns."""

    addresses: tuple[str, ...]
