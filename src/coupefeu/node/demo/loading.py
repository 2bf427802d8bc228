"""Files of notices for both sides of the demo: what one aircraft or one movement does is filed by one side.

A feature says `party`, or its movement, aircraft or call sign goes to the side whose turn it is. Lines that name no
form are flights, areas are hazards. Where the first window of all files has begun already, all move alike, so that the
first begins in an hour.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from coupefeu.model.notices import NoticeForm
from coupefeu.model.volumes import Corridor, Track
from coupefeu.node.demo.plans import HOUR_MS, OFFICER
from coupefeu.node.importing.filing import File, Import, Imported, find_first_ms
from coupefeu.node.importing.judging import Wish
from coupefeu.node.importing.known import Known
from coupefeu.node.importing.source import Format, Source
from coupefeu.wire.features import FIELD, Feature, Reject

WISH: Final = Wish(fields={"contact": "duty desk"}, datum="AMSL", reach="1 NM", officer=OFFICER)
"""What is said of a file where its notices do not say it: this is a demonstration, and real files ask for it."""
_DAY_MS: Final = 24 * HOUR_MS
_OTHER_FLIGHTS, _OTHER_HAZARD = "5", "6"
_TOGETHER: Final = ("movement", "icao24", "callsign")

Tell = Callable[[int, int], None]
"""Hears how far all files are read, in bytes, and how many there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingDesk:
    """Where the notices of one side are filed."""

    from_post: str
    file: File


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What became of the files; `shift_ms`: by so much all windows moved. A reject is named with its file."""

    filed: Mapping[str, Sequence[str]]
    duplicates: int
    rejects: tuple[tuple[Path, Reject], ...]
    shift_ms: int

    @property
    def total(self) -> int:
        """How many were filed."""
        return sum(map(len, self.filed.values()))


def describe(loaded: Loaded) -> str:
    """Say in words what became of the files."""
    by_party = ", ".join(f"{len(numbers):,} by {party.upper()}" for party, numbers in loaded.filed.items())
    moved = f"; times moved by {loaded.shift_ms / _DAY_MS:+,.0f} days" if loaded.shift_ms else ""
    rest = f"{loaded.duplicates:,} known already, {len(loaded.rejects):,} rejected"
    return f"{loaded.total:,} notices filed ({by_party}), {rest}{moved}"


async def load_notices(
    paths: Sequence[Path],
    desks: Mapping[str, FilingDesk],
    now_ms: int,
    tell: Tell = lambda _place, _size: None,
) -> Loaded:
    """File what these files hold, by party; what cannot be filed is named, and stands in the way of nothing.

    Raises:
        ConfigError, UsageError, PeerError: a file cannot be read at all.
    """
    firsts = [first for path in paths if (first := _first_ms(path)) is not None]
    shift_ms = now_ms + HOUR_MS - min(firsts) if firsts and min(firsts) < now_ms else 0
    size, before = sum(path.stat().st_size for path in paths) * len(desks), 0
    found: dict[str, list[Imported]] = {party: [] for party in desks}
    rejects: list[tuple[Path, Reject]] = []
    for party, desk in desks.items():
        importing = Import(
            wish=WISH, now_ms=now_ms, is_exercise=True, from_post=desk.from_post, shift_ms=shift_ms
        )
        known, turns = Known(), Turns(tuple(desks))
        for path in paths:
            with closing(_open(path)) as source:
                reject, told = partial(_keep, rejects, path), partial(_tell, tell, source, before, size)
                mine = turns.of(source, party)
                found[party].append(await importing.run(mine, known, reject, desk.file, told))
            before += path.stat().st_size
    return Loaded(
        filed={party: [number for each in parts for number in each.filed] for party, parts in found.items()},
        duplicates=sum(len(each.duplicates) for parts in found.values() for each in parts),
        rejects=tuple(rejects),
        shift_ms=shift_ms,
    )


def _keep(rejects: list[tuple[Path, Reject]], path: Path, reject: Reject) -> None:
    rejects.append((path, reject))


def _tell(tell: Tell, source: Source, before: int, size: int) -> None:
    tell(before + source.place, size)


class Turns:
    """Says which side a feature belongs to; the same for the same features in the same order."""

    def __init__(self, parties: tuple[str, ...]) -> None:
        self._parties = parties
        self._turns: dict[str, int] = {}

    def of(self, found: Iterable[Feature | Reject], party: str) -> Iterator[Feature | Reject]:
        """Give the features of one side, with the forms they have; what cannot be read goes to the first side."""
        for each in found:
            if isinstance(each, Reject):
                if party == self._parties[0]:
                    yield each
            elif self._party(each) == party:
                yield _with_form(each)

    def _party(self, feature: Feature) -> str:
        said = str(feature.properties.get("party", "")).lower()
        if said in self._parties:
            return said
        named = (str(feature.properties[name]) for name in _TOGETHER if feature.properties.get(name))
        group = next(named, f"{feature.id}#{feature.at}")
        return self._parties[self._turns.setdefault(group, len(self._turns)) % len(self._parties)]


def _with_form(feature: Feature) -> Feature:
    if "form" in feature.properties:
        return feature
    is_line = all(isinstance(each.shape, Corridor | Track) for each in feature.volumes)
    form, activity = (
        (NoticeForm.FLIGHT_SAFETY, _OTHER_FLIGHTS)
        if is_line
        else (NoticeForm.HAZARD_TO_NAVIGATION, _OTHER_HAZARD)
    )
    stated = {"form": form.name, f"{FIELD}activity": activity}
    return replace(feature, properties={**stated, **feature.properties})


def _first_ms(path: Path) -> int | None:
    with closing(_open(path)) as source:
        return find_first_ms(source)


def _open(path: Path) -> Source:
    is_named = path.suffix.lower() in {".csv", ".tsv", ".cot", ".xml"}
    return Source.open(path, None if is_named else Format.GEOJSON, WISH)
