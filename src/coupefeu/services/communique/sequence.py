"""Both sides' entries in one sequence of time, and what is left out between them.

An entry comes after all that its author had seen of the other logs, as far as that is here. What this leaves open is
put by the times that the authors gave, which are their claims; an entry whose head is not shown follows the one before
it in its log.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from coupefeu.record.communique import ProvedCommunique, ProvedEntry
from coupefeu.record.selection import Disclosed
from coupefeu.wire.communique import Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Entries [start, end) of a log that stand in it and are not shown; `disclosed`: that they exist, at least."""

    log: int
    start: int
    end: int
    disclosed: bool


def in_order(entries: Sequence[ProvedEntry]) -> list[ProvedEntry]:
    """Put entries, by log and index, into one sequence."""
    by_log: dict[int, list[ProvedEntry]] = {}
    for each in entries:
        by_log.setdefault(each.item.log, []).append(each)
    indices = {log: [each.item.index for each in found] for log, found in by_log.items()}
    done = dict.fromkeys(by_log, 0)
    last_ms = dict.fromkeys(by_log, 0)
    ordered: list[ProvedEntry] = []
    while len(ordered) < len(entries):
        waiting = [log for log, found in by_log.items() if done[log] < len(found)]
        ready = [log for log in waiting if _is_ready(by_log[log][done[log]], indices, done)]
        log = min(ready or waiting, key=lambda log: (_time_ms(by_log[log][done[log]], last_ms[log]), log))
        entry = by_log[log][done[log]]
        last_ms[log] = _time_ms(entry, last_ms[log])
        done[log] += 1
        ordered.append(entry)
    return ordered


def _is_ready(entry: ProvedEntry, indices: dict[int, list[int]], done: dict[int, int]) -> bool:
    """Whether all that its author had seen, and is here, stands before it."""
    if entry.head is None:
        return True
    return all(
        each.log not in indices or done[each.log] >= bisect_left(indices[each.log], each.size)
        for each in entry.head.seen
    )


def _time_ms(entry: ProvedEntry, last_ms: int) -> int:
    return last_ms if entry.head is None else entry.head.written_ms


def with_gaps(communique: ProvedCommunique) -> list[ProvedEntry | Gap]:
    """Give what was chosen in one sequence; what is left out stands before the next entry of its log that says more."""
    shown = [each for each in communique.chosen if each.disclosed is not Disclosed.EXISTENCE]
    before: dict[tuple[int, int], list[Gap]] = {}
    behind: list[Gap] = []
    for log, proved in communique.logs.items():
        found = _gaps(log, proved.size, [each for each in communique.entries if each.item.log == log])
        behind += found.pop((log, proved.size), [])
        before |= found
    sequence: list[ProvedEntry | Gap] = []
    for each in in_order(shown):
        sequence += [*before.get(each.id, ()), each]
    return sequence + behind


def _gaps(log: int, size: int, entries: Sequence[ProvedEntry]) -> dict[tuple[int, int], list[Gap]]:
    """Give the gaps of one log by the chosen entry that they stand before, else by the size of the log."""
    gaps: dict[tuple[int, int], list[Gap]] = {}
    waiting: list[Gap] = []
    at = 0
    for each in entries:
        index = each.item.index
        if at < index:
            waiting.append(Gap(log=log, start=at, end=index, disclosed=False))
        if each.disclosed is Disclosed.EXISTENCE:
            _add_existing(waiting, log, index)
        elif each.item.why is Why.CHOSEN and waiting:
            gaps[each.id], waiting = waiting, []
        at = index + 1
    if at < size:
        waiting.append(Gap(log=log, start=at, end=size, disclosed=False))
    return gaps | ({(log, size): waiting} if waiting else {})


def _add_existing(gaps: list[Gap], log: int, index: int) -> None:
    """Join what is shown to exist, and nothing more, with what stands beside it."""
    last = gaps[-1] if gaps else None
    if last is not None and last.disclosed and last.end == index:
        gaps[-1] = Gap(log=log, start=last.start, end=index + 1, disclosed=True)
    else:
        gaps.append(Gap(log=log, start=index, end=index + 1, disclosed=True))
