"""What is still ahead of a movement: where it may be when its plan tells no longer, and until when it stands.

    on its plan          from the end of its window on, all that lies behind the point it was heard of last
    held, or stopped     that from then on, and where it is held, for as long as it stands
    late, or released    that from then on until its end and the delay; and for as long as it stands, from there on
amended since        on its plan, for that is the new one, unless it stands still
    arrived              nothing

It hangs on the version that stands and on what was said of it alone: so it is the same on every record that holds the
same entries. The clock says which of it counts now (docs/adr/0038-running-late.md).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

from coupefeu.model.entry import Kind
from coupefeu.model.notices import TO_REQUESTS, Answer, CheckIn, CheckPoint, NoticeForm
from coupefeu.model.places import Position
from coupefeu.model.volumes import MAX_VOLUMES, Circle, Corridor, Shape, Track, Volume
from coupefeu.services.base import Context, Rows
from coupefeu.services.notices.facts import NoticeFact
from coupefeu.services.notices.route import NEAR_M, apart_m, rest_of
from coupefeu.services.notices.standing import Standing, names_root
from coupefeu.services.passing.heard import Word, words_of
from coupefeu.services.passing.status import NoticeKnown, NoticeVersion

STANDS_MS: Final = 24 * 3_600_000
"""So long after its end, and after what was said of it last, a movement still stands."""
SILENT_MS: Final = 6 * 3_600_000
"""So long after these it is not heard of: a convoy of 2023 was five hours late on average."""
OFF_PLAN_MS: Final = 600_000
"""So much earlier or later than planned it is not by its plan any more."""
MOVEMENTS: Final = frozenset({NoticeForm.HUMANITARIAN_MOVEMENT, NoticeForm.SEA_MOVEMENT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Volumes that are compared beside the plan, from `since_ms` on."""

    since_ms: int
    volumes: tuple[Volume, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """What is ahead. `until_ms`: until when the notice stands. `heard_ms`: of when the last word of it is; None: none.

    `left`: by which word it left its plan, and `left_ms` when; None: it keeps to it. `parts`: none after its arrival.
    """

    until_ms: int
    heard_ms: int | None
    left: Word | None
    left_ms: int | None
    parts: tuple[Part, ...]

    @property
    def volumes(self) -> tuple[Volume, ...]:
        """All of it, over all the time that it may take."""
        if not self.parts:
            return ()
        first = self.parts[0]
        return tuple(replace(each, end_ms=self.until_ms) for each in first.volumes)


def ahead_of(standing: Standing, rows: Rows, context: Context) -> Ahead | None:
    """Say what is ahead of a movement by the words about it (`passing.views.select_words`); None: its plan says all."""
    version = standing.compared
    if version is None or version.notice is None:
        return None
    fact = version.notice
    ends = [each.end_ms for each in fact.volumes if each.end_ms is not None]
    words = words_of(rows, _known(standing), context) if rows else ()
    if not _moves(fact) and all(each.check_in is None for each in words):
        return None
    is_awaited = _is_awaited(fact, standing)
    if not ends or not (words or is_awaited):
        return None
    starts = [each.start_ms for each in fact.volumes if each.start_ms is not None]
    way = _Way(standing=standing, fact=fact, start_ms=min(starts, default=0), end_ms=max(ends))
    way.take_all(words)
    return None if way.heard_ms is None and not is_awaited else way.ahead()


def is_unheard(heard_ms: int | None, end_ms: int, now_ms: int) -> bool:
    """Whether a movement that runs late was not heard of for long."""
    return now_ms > max(heard_ms or 0, end_ms) + SILENT_MS


def _known(standing: Standing) -> NoticeKnown:
    """Give what judges the words about it: its versions."""
    held = [each for each in standing.versions if each.notice is not None]
    return NoticeKnown(
        id=standing.root.id,
        party=standing.root.party,
        versions=tuple(NoticeVersion(id=each.id, leaf_hash=each.row["leaf_hash"]) for each in held),
    )


def _is_awaited(fact: NoticeFact, standing: Standing) -> bool:
    """Whether a movement promised to report on its way, and nobody denied it: then its silence tells something."""
    reports = any(each.planned_ms is not None for each in fact.check_points)
    return reports and _moves(fact) and not _is_denied(standing)


def _moves(fact: NoticeFact) -> bool:
    return fact.form in MOVEMENTS or any(isinstance(each.shape, Track) for each in fact.volumes)


def _is_denied(standing: Standing) -> bool:
    """Whether the last word of another party about what stands, of those that settle it, is DENIED."""
    last = {
        act.party: act.said.answer
        for act in standing.others
        if act.kind == Kind.NOTICE_ANSWERED
        and not act.effect
        and act.said.answer in TO_REQUESTS
        and act.party != standing.root.party
        and names_root(act, standing.root)
        and standing.reads_as_newest(act.about)
    }
    return Answer.DENIED in last.values()


@dataclass(slots=True, kw_only=True)
class _Way:
    """A movement on its way, word by word in the order of time."""

    standing: Standing
    fact: NoticeFact
    start_ms: int
    end_ms: int
    heard_ms: int | None = None
    left: Word | None = None
    left_ms: int | None = None
    is_of_newest: bool = False
    is_moving: bool = True
    has_arrived: bool = False
    delay_ms: int = 0
    place: Position | None = None
    until_ms: int = 0
    points: dict[str, CheckPoint] = field(default_factory=dict)

    def take_all(self, words: Iterable[Word]) -> None:
        """Take words while it stands: what is said of a movement that was over calls it back no more."""
        self.points = {each.name: each for each in self.fact.check_points}
        self.until_ms = self.end_ms + STANDS_MS
        for word in words:
            if word.at_ms > self.until_ms:
                break
            self.heard_ms = word.at_ms
            self.until_ms = max(self.until_ms, word.at_ms + STANDS_MS)
            if word.check_in is None:
                self._take_order(word)
            else:
                self._take_check_in(word, word.check_in)

    def ahead(self) -> Ahead:
        """Say what is ahead now."""
        if self.has_arrived:
            return Ahead(until_ms=self.end_ms, heard_ms=self.heard_ms, left=None, left_ms=None, parts=())
        if self.is_moving and not self.is_of_newest:
            self._keep_to_plan()
        return Ahead(
            until_ms=self.until_ms,
            heard_ms=self.heard_ms,
            left=self.left,
            left_ms=self.left_ms,
            parts=tuple(self._parts()),
        )

    def _take_order(self, word: Word) -> None:
        if word.is_stop:
            self._leave(word, max(word.at_ms, self.start_ms))
        elif self.left_ms is not None:
            self.delay_ms = max(self.delay_ms, word.at_ms - self.left_ms)
        self.is_moving = not word.is_stop

    def _take_check_in(self, word: Word, said: CheckIn) -> None:
        point = self.points.get(word.point)
        due_ms = None if point is None else point.planned_ms
        self.place = self.place if point is None else point.position
        is_arrival = said is CheckIn.PASSED and point is not None and self._ends_at(point)
        self.has_arrived = is_arrival and (word.party == self.standing.root.party or self.has_arrived)
        self.is_moving = said in {CheckIn.PASSED, CheckIn.RELEASED}
        if said is CheckIn.PASSED and due_ms is not None and abs(word.at_ms - due_ms) <= OFF_PLAN_MS:
            self._keep_to_plan()
        elif said is not CheckIn.PASSED or due_ms is not None:
            self._leave(word, word.at_ms)
            assert self.left_ms is not None
            self.delay_ms = max(0, word.at_ms - (self.left_ms if due_ms is None else due_ms))

    def _keep_to_plan(self) -> None:
        self.left, self.left_ms, self.delay_ms, self.is_of_newest = None, None, 0, False

    def _leave(self, word: Word, at_ms: int) -> None:
        """Note that it left its plan; a plan that was amended since is another one, which it may keep to."""
        if not self.is_of_newest and word.version is not None:
            self.is_of_newest = self.standing.reads_as_newest(word.version)
            self.left = None if self.is_of_newest else self.left
        if self.left is None:
            self.left, self.left_ms = word, min(at_ms, self.end_ms)

    def _ends_at(self, point: CheckPoint) -> bool:
        """Whether nothing of its way lies behind this point."""
        tracks = _tracks(self.fact)
        if point is not self.fact.check_points[-1] or not tracks:
            return point is self.fact.check_points[-1]
        last = tracks[-1]
        return apart_m(last.fixes[-1].position, point.position) <= last.buffer_dm / 10 + NEAR_M

    def _parts(self) -> Iterable[Part]:
        shapes = tuple(self._shapes())
        for start_ms, end_ms in pairwise(self._times()):
            volumes = (replace(each, start_ms=start_ms, end_ms=end_ms) for each in shapes)
            yield Part(since_ms=start_ms, volumes=tuple(volumes))

    def _times(self) -> list[int]:
        if self.left_ms is None:
            return [self.end_ms, self.until_ms]
        expected_ms = self.end_ms + self.delay_ms
        if not self.is_moving or expected_ms >= self.until_ms:
            return [self.left_ms, self.until_ms]
        return [self.left_ms, expected_ms, self.until_ms]

    def _shapes(self) -> Iterable[Volume]:
        """Give what is left of its tracks, as corridors; of a movement without a track all its areas."""
        tracks, place = _tracks(self.fact), self.place
        rests = [_rest(each, place) for each in tracks]
        now = next((each for each, rest in zip(tracks, rests, strict=True) if rest is not None), None)
        shapes: list[Volume] = []
        for volume in self.fact.volumes:
            if not tracks:
                shapes.append(volume)
            elif isinstance(volume.shape, Track) and not _is_behind(volume.shape, now):
                rest = _rest(volume.shape, place)
                line = rest or tuple(each.position for each in volume.shape.fixes)
                shapes.append(replace(volume, shape=_buffered(line, volume.shape.buffer_dm)))
        if place is not None and now is None and len(shapes) < MAX_VOLUMES:
            reach_dm = max((each.buffer_dm for each in tracks), default=0)
            first = shapes[0]
            shapes.append(replace(first, shape=Circle(centre=place, radius_dm=reach_dm)))
        return shapes


def _tracks(fact: NoticeFact) -> list[Track]:
    tracks = [each.shape for each in fact.volumes if isinstance(each.shape, Track)]
    return sorted(tracks, key=lambda each: (each.fixes[-1].at_ms, each.fixes[0].at_ms))


def _rest(track: Track, place: Position | None) -> tuple[Position, ...] | None:
    if place is None:
        return None
    return rest_of(tuple(each.position for each in track.fixes), place, track.buffer_dm / 10)


def _is_behind(track: Track, now: Track | None) -> bool:
    """Whether a leg was over before the one began on which the movement was heard of."""
    return now is not None and track is not now and track.fixes[-1].at_ms <= now.fixes[0].at_ms


def _buffered(line: tuple[Position, ...], reach_dm: int) -> Shape:
    if len(line) > 1:
        return Corridor(line=line, half_width_dm=reach_dm)
    return Circle(centre=line[0], radius_dm=reach_dm)
