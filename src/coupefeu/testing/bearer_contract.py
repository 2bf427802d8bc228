"""The suite that every bearer must pass. Give a maker of two joined bearers; run each check on a fresh pair.

    @pytest.mark.parametrize("check", BEARER_CHECKS)
    def test_contract(check):
        asyncio.run(check_bearer(check, make_pair))

A check fails by AssertionError, or by the wait of the pair, which must be bounded.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from coupefeu.bearer.contract import Bearer, LatencyClass, Receiver
from coupefeu.errors import BearerError, UsageError

GREETING: Final = b"\x10" + bytes(range(71))


@dataclass(slots=True)
class Told:
    """What one bearer told, in order. The first datagram of a path promotes it, as a link does with a message 1."""

    bearer: Bearer | None = None
    happened: list[tuple[str, int]] = field(default_factory=list)
    datagrams: dict[int, list[bytes]] = field(default_factory=dict)

    def receiver(self) -> Receiver:
        """Return what the bearer is built with."""
        return Receiver(accepted=self._accepted, received=self._received, closed=self._closed)

    def came(self, path: int) -> list[bytes]:
        """Return the datagrams of a path."""
        return self.datagrams.get(path, [])

    def _accepted(self, path: int) -> None:
        self.happened.append(("accepted", path))

    def _received(self, path: int, datagrams: list[bytes]) -> None:
        assert datagrams, "a bearer tells of something"
        self.happened.append(("received", path))
        self.datagrams.setdefault(path, []).extend(datagrams)
        if self.bearer is not None:
            self.bearer.promote(path)

    def _closed(self, path: int) -> None:
        self.happened.append(("closed", path))


@dataclass(slots=True, kw_only=True)
class BearerPair:
    """Two bearers: `near` can open paths to `far` at `address`, and nobody listens at `nowhere`.

    `until` waits for a condition and raises when it does not come true; `settle` waits for what is under way.
    """

    near: Bearer
    far: Bearer
    near_told: Told
    far_told: Told
    address: str
    nowhere: str
    until: Callable[[Callable[[], bool]], Awaitable[None]]
    settle: Callable[[], Awaitable[None]]

    async def meet(self) -> tuple[int, int]:
        """Open a path and greet by it; return its number at the near and at the far end."""
        before = len(self.far_told.happened)
        near_path = await self.near.open(self.address)
        self.near.send(near_path, [GREETING])
        await self.until(lambda: "received" in {what for what, _ in self.far_told.happened[before:]})
        far_path = next(path for what, path in self.far_told.happened[before:] if what == "received")
        return near_path, far_path


Check: TypeAlias = Callable[[BearerPair], Awaitable[None]]


async def check_bearer(check: Check, make: Callable[[], Awaitable[BearerPair]]) -> None:
    """Make a pair, run one check on it, close it."""
    pair = await make()
    try:
        await check(pair)
    finally:
        await pair.near.close()
        await pair.far.close()


async def says_what_it_is(pair: BearerPair) -> None:
    """Require that its kind is known before anything is sent."""
    for bearer in (pair.near, pair.far):
        assert isinstance(bearer, Bearer)
        assert bearer.max_bytes >= len(GREETING)
        assert isinstance(bearer.latency_class, LatencyClass)


async def carries_datagrams_whole_both_ways(pair: BearerPair) -> None:
    """Require that the same bytes arrive, from one to `max_bytes`, a datagram for each that was sent."""
    near_path, far_path = await pair.meet()
    sizes = sorted({1, 2, 255, 256, 270, pair.near.max_bytes - 1, pair.near.max_bytes})
    given = [bytes([size % 256]) * size for size in sizes if size <= pair.near.max_bytes]
    pair.near.send(near_path, given)
    await pair.until(lambda: len(pair.far_told.came(far_path)) == 1 + len(given))
    assert sorted(pair.far_told.came(far_path)[1:]) == sorted(given)
    pair.far.send(far_path, given)
    await pair.until(lambda: len(pair.near_told.came(near_path)) == len(given))
    assert sorted(pair.near_told.came(near_path)) == sorted(given)


async def refuses_what_it_cannot_carry(pair: BearerPair) -> None:
    """Require an error for an empty or too long datagram, nothing of that call sent, and a path that goes on."""
    near_path, far_path = await pair.meet()
    for bad in (b"", bytes(pair.near.max_bytes + 1)):
        try:
            pair.near.send(near_path, [b"good", bad])
        except UsageError:
            continue
        raise AssertionError(f"{len(bad)} bytes were taken")
    pair.near.send(near_path, [b"after"])
    await pair.until(lambda: b"after" in pair.far_told.came(far_path))
    assert pair.far_told.came(far_path) == [GREETING, b"after"]


async def tells_in_order(pair: BearerPair) -> None:
    """Require the order accepted, received, closed; whoever opened a path is told of no acceptance."""
    near_path, far_path = await pair.meet()
    pair.near.close_path(near_path)
    await pair.until(lambda: ("closed", far_path) in pair.far_told.happened)
    await pair.until(lambda: ("closed", near_path) in pair.near_told.happened)
    await pair.settle()
    assert pair.far_told.happened == [("accepted", far_path), ("received", far_path), ("closed", far_path)]
    assert pair.near_told.happened == [("closed", near_path)]


async def closes_from_either_end(pair: BearerPair) -> None:
    """Require that the end that accepted may close too, and both are told, once."""
    near_path, far_path = await pair.meet()
    pair.far.close_path(far_path)
    pair.far.close_path(far_path)
    await pair.until(lambda: ("closed", near_path) in pair.near_told.happened)
    await pair.until(lambda: ("closed", far_path) in pair.far_told.happened)
    await pair.settle()
    assert pair.near_told.happened.count(("closed", near_path)) == 1
    assert pair.far_told.happened.count(("closed", far_path)) == 1


async def swallows_what_is_sent_on_a_path_that_has_gone(pair: BearerPair) -> None:
    """Require that nobody minds: a link may send before it has heard that a path is gone."""
    near_path, far_path = await pair.meet()
    pair.near.close_path(near_path)
    await pair.until(lambda: ("closed", far_path) in pair.far_told.happened)
    pair.near.send(near_path, [b"lost"])
    pair.near.send(99_999, [b"lost"])
    pair.near.promote(near_path)
    pair.near.close_path(99_999)
    await pair.settle()
    assert pair.far_told.came(far_path) == [GREETING]


async def keeps_paths_apart_and_never_uses_a_number_twice(pair: BearerPair) -> None:
    """Require that old numbers stay old, and what goes by one path does not come by another."""
    met = [await pair.meet() for _ in range(3)]
    pair.near.close_path(met[0][0])
    await pair.until(lambda: ("closed", met[0][1]) in pair.far_told.happened)
    met.append(await pair.meet())
    assert len({near for near, _ in met}) == len({far for _, far in met}) == 4
    for number, (near_path, _) in enumerate(met[1:]):
        pair.near.send(near_path, [bytes([number])])
    await pair.until(lambda: all(len(pair.far_told.came(far)) == 2 for _, far in met[1:]))
    assert [pair.far_told.came(far)[1] for _, far in met[1:]] == [b"\x00", b"\x01", b"\x02"]
    assert pair.far_told.came(met[0][1]) == [GREETING]


async def fails_to_open_where_nobody_listens(pair: BearerPair) -> None:
    """Require a BearerError with advice where nobody listens, and nothing left behind."""
    hint = None
    try:
        await pair.near.open(pair.nowhere)
    except BearerError as error:
        hint = error.hint
    assert hint, "an error that says what to do"
    assert pair.near_told.happened == []


async def closes_for_good(pair: BearerPair) -> None:
    """Require that after `close` nothing is told, opened or sent, and the other end sees its paths go."""
    near_path, far_path = await pair.meet()
    await pair.near.close()
    told = list(pair.near_told.happened)
    await pair.until(lambda: ("closed", far_path) in pair.far_told.happened)
    pair.near.send(near_path, [b"lost"])
    pair.far.send(far_path, [b"lost"])
    await pair.near.close()
    await pair.settle()
    assert pair.near_told.happened == told
    assert pair.far_told.came(far_path) == [GREETING]
    try:
        await pair.near.open(pair.address)
    except BearerError:
        return
    raise AssertionError("a closed bearer opened a path")


BEARER_CHECKS: Final[tuple[Check, ...]] = (
    says_what_it_is,
    carries_datagrams_whole_both_ways,
    refuses_what_it_cannot_carry,
    tells_in_order,
    closes_from_either_end,
    swallows_what_is_sent_on_a_path_that_has_gone,
    keeps_paths_apart_and_never_uses_a_number_twice,
    fails_to_open_where_nobody_listens,
    closes_for_good,
)
