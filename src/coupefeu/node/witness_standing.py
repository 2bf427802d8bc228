"""When each witness of a line was last heard, and what it has co-signed: facts and ages, for people and programs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from coupefeu.model.agreement import Agreement
from coupefeu.node.witness_settings import WitnessSettings
from coupefeu.node.witnessing import UNSEEN_AFTER_INTERVALS
from coupefeu.store.witnessed import LastWord


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessStanding:
    """One witness. `asked`: this node knows its address; `heard_ms`: when its last word came (UTC), None: never.

    `sizes`: by log number, how many entries it has co-signed. `unseen`: it is asked, and has said nothing for long.
    """

    name: str
    asked: bool
    heard_ms: int | None
    sizes: tuple[tuple[int, int], ...]
    unseen: bool


def witness_standing(
    settings: Sequence[WitnessSettings], agreement: Agreement, words: Iterable[LastWord], now_ms: int
) -> tuple[WitnessStanding, ...]:
    """Give those that are asked, in the order of node.toml, then those that are agreed and not asked."""
    said: dict[str, list[LastWord]] = {}
    for word in words:
        said.setdefault(word.witness, []).append(word)
    every_s = {each.name: each.every_s for each in settings}
    every_s |= {each.name: 0 for each in agreement.witnesses if each.name not in every_s}
    return tuple(_standing(name, after_s, said.get(name, []), now_ms) for name, after_s in every_s.items())


def _standing(name: str, every_s: int, words: Sequence[LastWord], now_ms: int) -> WitnessStanding:
    heard_ms = max((word.arrived_ms for word in words), default=None)
    after_ms = 1_000 * every_s * UNSEEN_AFTER_INTERVALS
    return WitnessStanding(
        name=name,
        asked=bool(every_s),
        heard_ms=heard_ms,
        sizes=tuple(sorted((word.log, word.size) for word in words)),
        unseen=bool(every_s) and (heard_ms is None or now_ms - heard_ms > after_ms),
    )
