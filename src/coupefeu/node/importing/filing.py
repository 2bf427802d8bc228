"""An import: what is new is filed, so many at a time, and everything else is named."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from coupefeu.errors import PolicyError, UsageError
from coupefeu.model.instant import format_instant
from coupefeu.model.volumes import Fix, Track, Volume
from coupefeu.node.importing.judging import Wish, judge
from coupefeu.node.importing.known import Known
from coupefeu.services.notices.commands import FileNotice
from coupefeu.services.notices.render import effect_words
from coupefeu.services.notices.windows import window_of
from coupefeu.wire.features import Defect, Feature, Reject

AT_A_TIME: Final = 16
"""So many notices wait for one commit: a FLASH waits behind no more."""

File = Callable[[FileNotice], Awaitable[str]]
"""Files a notice, and gives its number once it is durable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """What says the same as another: where it stands, its id, and where the same was seen."""

    at: int
    id: str
    seen: str


@dataclass(slots=True, kw_only=True)
class Imported:
    """What became of a file. `filed`: numbers on the record; `ready`: what would be filed, where it was looked at."""

    read: int = 0
    ready: int = 0
    filed: list[str] = field(default_factory=list)
    duplicates: list[Duplicate] = field(default_factory=list)
    rejected: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """How a file is imported; `to_posts` empty: to their duty desks; `shift_ms`: all windows move by so much.

    `now_ms`: what was over by then is not filed.
    """

    wish: Wish
    now_ms: int
    is_exercise: bool
    from_post: str
    to_posts: tuple[str, ...] = ()
    shift_ms: int = 0

    async def run(
        self,
        source: Iterable[Feature | Reject],
        known: Known,
        reject: Callable[[Reject], None],
        file: File | None,
        tell: Callable[[], None] = lambda: None,
    ) -> Imported:
        """Import a file; `file` None: it is only looked at. `reject` takes what is not filed, `tell` is called often.

        Raises:
            StoreError: the record took no more; what was filed stands, and the file given again files the rest.
        """
        found, waiting = Imported(), list[tuple[Feature, FileNotice]]()
        for each in source:
            found.read += 1
            judged = each if isinstance(each, Reject) else self._judge(each, known, found)
            if isinstance(judged, Reject):
                found.rejected += 1
                reject(judged)
            elif judged is not None and isinstance(each, Feature):
                waiting.append((each, judged))
            if len(waiting) == AT_A_TIME or found.read % _OFTEN == 0:
                await _file(waiting, found, reject, file)
                waiting.clear()
                tell()
        await _file(waiting, found, reject, file)
        tell()
        return found

    def _judge(self, feature: Feature, known: Known, found: Imported) -> FileNotice | Reject | None:
        """Give what is to be filed; a reject; or None where it is a duplicate."""
        moved = replace(feature, volumes=tuple(_moved(each, self.shift_ms) for each in feature.volumes))
        fact = judge(moved, self.wish, is_exercise=self.is_exercise)
        if isinstance(fact, tuple):
            return _rejected(feature, *fact)
        end_ms = window_of(fact.volumes)[1]
        if end_ms is not None and end_ms < self.now_ms:
            reason, hint = effect_words("expired", "en"), "give times that are still to come, UTC"
            return _rejected(feature, _defect("expired", "to", format_instant(end_ms), reason, hint))
        seen = known.find(fact)
        if seen is not None and not seen.is_changed:
            found.duplicates.append(Duplicate(at=feature.at, id=feature.id, seen=seen.where))
            return None
        if seen is not None:
            reason = f"this id was given to another notice ({seen.where})"
            hint = "amend that one, or give this one an id of its own"
            return _rejected(feature, _defect("same_id", "id", feature.id[:60], reason, hint))
        try:
            command = FileNotice.of(fact, self.from_post, self.to_posts)
        except UsageError as error:
            return _rejected(feature, Defect.of(error, "positions", ""))
        known.add(fact, f"#{feature.at}")
        return command


_OFTEN: Final = 256


async def _file(
    waiting: Sequence[tuple[Feature, FileNotice]],
    found: Imported,
    reject: Callable[[Reject], None],
    file: File | None,
) -> None:
    """File what waits, all at once; what is refused is rejected, and what breaks is raised when the rest is counted."""
    if file is None:
        found.ready += len(waiting)
        return
    results = await asyncio.gather(*(file(command) for _, command in waiting), return_exceptions=True)
    for (feature, _), result in zip(waiting, results, strict=True):
        if isinstance(result, str):
            found.filed.append(result)
        elif isinstance(result, UsageError | PolicyError):
            found.rejected += 1
            reject(_rejected(feature, Defect.of(result, "", "")))
    broken = [each for each in results if not isinstance(each, str | UsageError | PolicyError)]
    if broken:
        raise broken[0]


def find_first_ms(source: Iterable[Feature | Reject]) -> int | None:
    """Find when the earliest notice of a file begins; None: none says."""
    starts = (
        volume.start_ms
        for each in source
        if isinstance(each, Feature)
        for volume in each.volumes
        if volume.start_ms is not None
    )
    return min(starts, default=None)


def _moved(volume: Volume, shift_ms: int) -> Volume:
    """Move a window, and the instants of a track; what is not stated stays so."""
    if not shift_ms:
        return volume
    shape = volume.shape
    if isinstance(shape, Track):
        fixes = tuple(Fix(position=each.position, at_ms=each.at_ms + shift_ms) for each in shape.fixes)
        shape = replace(shape, fixes=fixes)
    start_ms, end_ms = (None if at is None else at + shift_ms for at in (volume.start_ms, volume.end_ms))
    return replace(volume, shape=shape, start_ms=start_ms, end_ms=end_ms)


def _defect(defect: str, field: str, seen: str, reason: str, hint: str) -> Defect:
    return Defect(code=f"node.importing.{defect}", field=field, seen=seen, reason=reason, hint=hint)


def _rejected(feature: Feature, *defects: Defect) -> Reject:
    return Reject(at=feature.at, id=feature.id, defects=defects, raw=feature.raw)
