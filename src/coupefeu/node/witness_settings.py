"""Which witnesses a node asks: those that the parties agreed on, and those that it chooses by itself.

node.toml
    [[witnesses]]
    name = "neutral"                 of the agreement; or a name of our own, with a key
    url = "https://witness.example"
    key = "witness.vkey"             verifier key of type 0x04, or the file that holds it, from the node's folder
    ml_dsa = "witness-mldsa.vkey"    of type 0x06, if there is one
    every = "60s"                    60 s if not given
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from coupefeu.errors import ConfigError, CoupefeuError
from coupefeu.model.agreement import Agreement
from coupefeu.model.duration import parse_duration_s
from coupefeu.node.exchange import check_url
from coupefeu.wire.agreement import WITNESS_NAME
from coupefeu.wire.note import COSIGNATURE, ML_DSA_44, VerifierKey

DEFAULT_EVERY_S: Final = 60
LEAST_EVERY_S: Final = 10
MOST_EVERY_S: Final = 86_400
MAX_WITNESSES: Final = 16
_FIELDS: Final = ("name", "url", "key", "ml_dsa", "every")
_TYPES: Final = {"key": COSIGNATURE, "ml_dsa": ML_DSA_44}


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessSettings:
    """One witness that is asked: by what name people know it, where it is, and under which keys it signs."""

    name: str
    url: str
    keys: tuple[VerifierKey, ...]
    every_s: int = DEFAULT_EVERY_S


def read_witnesses(
    path: Path, agreement: Agreement, rows: Sequence[Mapping[str, Any]] | None
) -> tuple[WitnessSettings, ...]:
    """Read the sections [[witnesses]] of node.toml. Raises: ConfigError `node.witnesses.*`, naming what is wrong."""
    found = tuple(_read(path, agreement, number, row) for number, row in enumerate(rows or (), 1))
    names = [each.name for each in found]
    octets = [key.key for each in found for key in each.keys]
    if len(set(names)) != len(names) or len(set(octets)) != len(octets) or len(found) > MAX_WITNESSES:
        raise _fault(
            len(found), "the same name or key stands there twice, or there are too many", "Take one out."
        )
    return found


def _read(path: Path, agreement: Agreement, number: int, row: Mapping[str, Any]) -> WitnessSettings:
    unknown = sorted(row.keys() - set(_FIELDS)) if isinstance(row, dict) else ["?"]
    if unknown or not all(isinstance(value, str) for value in row.values()):
        raise _fault(
            number, f"{unknown or 'a value'} is not as it should be", f"Texts: {', '.join(_FIELDS)}."
        )
    name = row.get("name", "")
    if "url" not in row or not re.fullmatch(WITNESS_NAME, name):
        raise _fault(
            number, "name or url is missing, or no name", 'Such as name = "neutral", url = "https://..."'
        )
    return WitnessSettings(
        name=name,
        url=check_url(row["url"]),
        keys=_read_keys(path, number, row) or _agreed(agreement, number, name),
        every_s=_read_every(number, row),
    )


def _read_keys(path: Path, number: int, row: Mapping[str, str]) -> tuple[VerifierKey, ...]:
    keys = tuple(_read_key(path, number, field, row[field]) for field in _TYPES if field in row)
    if keys and "key" not in row:
        raise _fault(number, "ml_dsa stands without key", "Give the Ed25519 key of the same witness too.")
    if len({key.name for key in keys}) > 1:
        raise _fault(number, "key and ml_dsa are of two witnesses", "Give both keys of one.")
    return keys


def _read_key(path: Path, number: int, field: str, text: str) -> VerifierKey:
    try:
        if "+" not in text:
            text = (path / text).read_text("ascii")
        key = VerifierKey.parse(text)
    except (OSError, UnicodeDecodeError, CoupefeuError) as error:
        raise _fault(number, f"{field} is neither a verifier key nor a file with one: {error}", "") from error
    if key.algorithm != _TYPES[field]:
        raise _fault(
            number, f"{field} is of type {key.algorithm:#04x}", f"It is of type {_TYPES[field]:#04x}."
        )
    return key


def _agreed(agreement: Agreement, number: int, name: str) -> tuple[VerifierKey, ...]:
    for each in agreement.witnesses:
        if each.name == name:
            return tuple(VerifierKey.parse(text) for text in (each.key, each.ml_dsa) if text)
    known = ", ".join(each.name for each in agreement.witnesses) or "none"
    raise _fault(
        number,
        f"{name!r} is no witness of the agreement, which has {known}",
        "Give its key, or another name.",
    )


def _read_every(number: int, row: Mapping[str, str]) -> int:
    try:
        every_s = parse_duration_s(row["every"]) if "every" in row else DEFAULT_EVERY_S
    except CoupefeuError as error:
        raise _fault(number, f"every: {error.message}", error.hint) from error
    if not LEAST_EVERY_S <= every_s <= MOST_EVERY_S:
        raise _fault(number, f"every is {every_s} s", f"From {LEAST_EVERY_S} s to {MOST_EVERY_S} s.")
    return every_s


def _fault(number: int, says: str, hint: str) -> ConfigError:
    return ConfigError(
        f"node.toml, [[witnesses]] number {number}: {says}", code="node.witnesses.bad_value", hint=hint
    )
