"""What reads otherwise in one version of a notice than in another, field by field."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Final

from coupefeu.services.notices.facts import NoticeFact, encode_notice

_WHOLE: Final = ("form", "title", "movement", "check_points", "wants_answer", "units", "remarks", "officer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field that reads otherwise: `title`, `volumes.2.window`, `volumes.3`, `fields.4`; None: not stated there."""

    field: str
    old: Any
    new: Any


def changes(old: NoticeFact, new: NoticeFact) -> tuple[Change, ...]:
    """List what reads otherwise, in the order of a notice's fields."""
    return tuple(
        Change(field=name, old=before, new=after)
        for name, before, after in _pairs(old, new)
        if before != after
    )


def essence_of(fact: NoticeFact) -> bytes:
    """Name all of a notice but its remarks and its officer (32 bytes): who acknowledged it so need not do it again."""
    return sha256(encode_notice(replace(fact, remarks="", officer="", conflicts=None))).digest()


def _pairs(old: NoticeFact, new: NoticeFact) -> Iterator[tuple[str, Any, Any]]:
    yield "form", old.form, new.form
    yield "title", old.title, new.title
    for number in range(max(len(old.volumes), len(new.volumes))):
        if number >= min(len(old.volumes), len(new.volumes)):
            yield (
                f"volumes.{number + 1}",
                old.volumes[number] if number < len(old.volumes) else None,
                new.volumes[number] if number < len(new.volumes) else None,
            )
            continue
        before, after = old.volumes[number], new.volumes[number]
        yield f"volumes.{number + 1}.shape", before.shape, after.shape
        yield f"volumes.{number + 1}.lower", before.lower, after.lower
        yield f"volumes.{number + 1}.upper", before.upper, after.upper
        yield (
            f"volumes.{number + 1}.window",
            (before.start_ms, before.end_ms),
            (after.start_ms, after.end_ms),
        )
    for number in sorted(old.fields.keys() | new.fields.keys()):
        yield f"fields.{number}", old.fields.get(number), new.fields.get(number)
    for name in _WHOLE[2:]:
        yield name, getattr(old, name), getattr(new, name)
