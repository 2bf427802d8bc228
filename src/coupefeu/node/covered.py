"""How far ML-DSA-44 covers each log, as screens and commands say it: what is behind is classical only so far (A15)."""

from dataclasses import dataclass

from coupefeu.model.logs import position_of
from coupefeu.model.messages import format_log
from coupefeu.store.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class CoveredValues:
    """One log, as people name it: the entries before `covered` were signed with ML-DSA-44 by its author and by `by`.

    Of the `size` entries those from `covered` on are classical only so far.
    """

    log: str
    party: str
    size: int
    covered: int
    by: list[str]


def read_covered(reader: Reader, names: tuple[str, ...]) -> tuple[CoveredValues, ...]:
    """Say it of every log that holds something; `names`: the parties in the order of the agreement."""
    return tuple(_covered(reader, row["log"], row["size"], names) for row in reader.logs() if row["size"])


def _covered(reader: Reader, log: int, size: int, names: tuple[str, ...]) -> CoveredValues:
    by_holder = reader.covered_sizes(log)
    return CoveredValues(
        log=format_log(log, names),
        party=names[position_of(log, len(names))],
        size=size,
        covered=max(by_holder.values(), default=0),
        by=[names[holder] for holder in sorted(by_holder)],
    )
