"""What pages say about the media of a call, as frozen values with their limits."""

from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta

from coupefeu.console.media_values import Way
from coupefeu.console.requests import Name
from coupefeu.wire.sdp import MAX_SDP_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalRequest:
    """A description of this page's media, all ways gathered. `direct`: the officer chose to go without a relay."""

    kind: Literal["offer", "answer"]
    sdp: Annotated[str, Meta(max_length=4 * MAX_SDP_BYTES)]
    console: Name
    direct: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaRequest:
    """What became of the media: it flows, by which way; its way was lost; or its certificate was another one."""

    state: Literal["connected", "lost", "fingerprint"]
    console: Name
    way: Way | None = None
