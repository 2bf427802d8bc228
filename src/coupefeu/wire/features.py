"""What a file of notices holds, whatever its format: features, and rejects that say what to mend.

A reader yields one of the two for everything that stands in its file, in the order of the file: nothing is lost, and
nothing bad stands in the way of what comes behind it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from coupefeu.errors import CoupefeuError
from coupefeu.model.volumes import MAX_VOLUMES, Volume

MAX_SEEN_CHARACTERS: Final = 60
TEXTS: Final = ("title", "form", "movement", "remarks", "wants_answer", "units", "exercise")
"""Properties that every format knows; those of a form are named `field.NAME` beside them."""
FIELD: Final = "field."
_COUNTED: Final = re.compile(r"(\d{1,2})(?:/(\d{1,2}))?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One notice, or one volume of it, as a file has it.

    `at`: its line, or its number in the file, from 1. `id` "": it has none. `part`: `2/3` for the second of three
    volumes that stand one behind the other with one id; "" for all of it. `raw`: the texts that it was read from.
    """

    at: int
    id: str
    volumes: tuple[Volume, ...]
    properties: Mapping[str, Any]
    part: str = ""
    raw: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """What is wrong in one field: a stable code, what was seen there, why it is refused, and what to write."""

    code: str
    field: str
    seen: str
    reason: str
    hint: str

    @classmethod
    def of(cls, error: CoupefeuError, field: str, seen: str) -> Self:
        """Say of an error in which field it arose."""
        return cls(
            code=error.code,
            field=field,
            seen=seen[:MAX_SEEN_CHARACTERS],
            reason=error.message,
            hint=error.hint,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """What could not be read, whole, so that it can be mended and given again."""

    at: int
    id: str
    defects: tuple[Defect, ...]
    part: str = ""
    raw: tuple[str, ...] = ()


def join(found: Iterable[Feature | Reject]) -> Iterator[Feature | Reject]:
    """Join the volumes of one notice; where one is bad or missing, all of them are rejected: half a notice is none."""
    group: list[Feature | Reject] = []
    for each in found:
        if group and not _continues(each, group):
            yield _joined(group)
            group = []
        if each.part in {"", "1/1"}:
            yield each
        else:
            group.append(each)
    if group:
        yield _joined(group)


def _continues(each: Feature | Reject, group: Sequence[Feature | Reject]) -> bool:
    counted = _COUNTED.fullmatch(each.part)
    is_later = counted is not None and int(counted[1]) > 1
    return is_later and each.id == group[-1].id and len(group) < MAX_VOLUMES


def _joined(group: Sequence[Feature | Reject]) -> Feature | Reject:
    first, raw = group[0], tuple(raw for each in group for raw in each.raw)
    defects = [defect for each in group if isinstance(each, Reject) for defect in each.defects]
    for number, each in enumerate(group, 1):
        counted = _COUNTED.fullmatch(each.part)
        if not counted or int(counted[1]) != number or int(counted[2] or len(group)) != len(group):
            defects.append(
                Defect(
                    code="wire.features.volume",
                    field="volume",
                    seen=each.part[:MAX_SEEN_CHARACTERS],
                    reason=f"this is number {number} of {len(group)} that stand together with this id",
                    hint="count the volumes of one notice 1/3, 2/3, 3/3, one behind the other",
                )
            )
    read = [each for each in group if isinstance(each, Feature)]
    if defects or len(read) < len(group):
        return Reject(at=first.at, id=first.id, defects=tuple(defects), raw=raw)
    volumes = tuple(volume for each in read for volume in each.volumes)
    return Feature(at=first.at, id=first.id, volumes=volumes, properties=read[0].properties, raw=raw)
