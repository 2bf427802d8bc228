"""The line to each party as a page shows it: facts about machines, from the link, the engine and the folder."""

from collections.abc import Sequence
from typing import Final

from coupefeu.console.values import BearerState, BearerValues, FetchingValues, LineValues, WitnessValues
from coupefeu.link.paths import PathState
from coupefeu.link.phase import Phase
from coupefeu.model.instant import Moment
from coupefeu.model.messages import format_number
from coupefeu.node.peer import Peer
from coupefeu.node.runtime import Runtime

TCP: Final = "tcp"


def line_values(runtime: Runtime) -> tuple[LineValues, ...]:
    """Give the line to every counterpart, in the order of the agreement."""
    return tuple(_line(runtime, party, runtime.clock()) for party in runtime.folder.counterparts)


def witnesses_values(runtime: Runtime) -> tuple[WitnessValues, ...]:
    """Give each neutral witness, as far as our own log goes."""
    ours = runtime.engine.our_log
    return tuple(
        WitnessValues(
            name=each.name,
            asked=each.asked,
            heard_ms=each.heard_ms,
            size=dict(each.sizes).get(ours, 0),
            unseen=each.unseen,
        )
        for each in runtime.witnesses()
    )


def _line(runtime: Runtime, party: str, now: Moment) -> LineValues:
    peer = runtime.engine.peers.get(runtime.folder.agreement.log_number(party))
    if peer is None:
        return _parted(party)
    state = peer.link.state()
    is_cut_off = state.phase is Phase.NO_PATH
    return LineValues(
        party=party,
        up=state.up,
        alive=state.alive,
        since_ms=_utc_ms(now, state.since_ms),
        heard_ms=_utc_ms(now, state.heard_ms),
        round_trip_ms=state.round_trip_ms,
        their_clock_ms=state.their_clock_offset_ms,
        their_node_busy=state.their_node_busy,
        queued=state.queued,
        in_flight=state.in_flight,
        refused=state.refused,
        fetching=_fetching(peer, runtime.folder.agreement.party_ids),
        bearers=_bearers(runtime.folder.peers.get(party), peer.link.paths(), now, is_cut_off=is_cut_off),
    )


def _parted(party: str) -> LineValues:
    """There is no line to a party that revoked its session key."""
    return LineValues(
        party=party,
        up=False,
        alive=False,
        since_ms=None,
        heard_ms=None,
        round_trip_ms=None,
        their_clock_ms=None,
        their_node_busy=False,
        queued=0,
        in_flight=0,
        refused=0,
        fetching=None,
        bearers=(),
    )


def _bearers(
    address: str | None, paths: Sequence[PathState], now: Moment, *, is_cut_off: bool
) -> tuple[BearerValues, ...]:
    """Give what we dial, where we know an address, and what they dial."""
    dialled = next((path for path in paths if path.dialled), None)
    accepted = next((path for path in paths if not path.dialled), None)
    theirs = _bearer(None, accepted, now, closed=BearerState.DOWN)
    if address is None:
        return (theirs,)
    closed = BearerState.TRYING if is_cut_off else BearerState.DOWN
    return _bearer(address, dialled, now, closed=closed), theirs


def _bearer(address: str | None, path: PathState | None, now: Moment, *, closed: BearerState) -> BearerValues:
    state = closed
    if path is not None and path.is_open:
        state = BearerState.PROVEN if path.answered else BearerState.OPEN
    return BearerValues(
        name=TCP,
        address=address,
        dialled=address is not None,
        state=state,
        since_ms=None if path is None else _utc_ms(now, path.since_ms),
    )


def _fetching(peer: Peer, parties: tuple[str, ...]) -> FetchingValues | None:
    if peer.fetching.progress is None:
        return None
    wanted, here = peer.fetching.progress
    message = format_number((wanted.log, wanted.index), parties)
    return FetchingValues(message=message, number=wanted.number, here=here, size=wanted.size)


def _utc_ms(now: Moment, mono_ms: int | None) -> int | None:
    """Say a time of the monotonic clock in UTC, as the clock stands now."""
    return None if mono_ms is None else now.utc_ms - (now.mono_ms - mono_ms)
