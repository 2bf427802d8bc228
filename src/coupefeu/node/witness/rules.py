"""Which logs a witness knows, and what it asks of each: from `--trust`, and from witness.toml in its folder.

[[logs]]
origin = "demo/9f.../us/1"
keys = ["...", "..."]           verifier keys, besides those of --trust; their names may be others
needs_ml_dsa = true             refuse a checkpoint without the log's ML-DSA-44 line; false if not given
per_minute = 60                 heads that it may move on in a minute; 6000 if not given
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from coupefeu.errors import ConfigError, PeerError
from coupefeu.keys.ed25519 import check_public
from coupefeu.wire.note import ED25519, ML_DSA_44, VerifierKey

RULES_FILE: Final = "witness.toml"
DEFAULT_PER_MINUTE: Final = 6_000
MAX_TRUST_BYTES: Final = 1 << 20
_FIELDS: Final = {"origin": str, "keys": list, "needs_ml_dsa": bool, "per_minute": int}
_TYPES: Final = frozenset({ED25519, ML_DSA_44})


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRules:
    """One log: the keys under which it signs, each of which counts, and what is asked of it."""

    origin: str
    keys: tuple[VerifierKey, ...]
    needs_ml_dsa: bool = False
    per_minute: int = DEFAULT_PER_MINUTE


def read_rules(folder: Path, trusted: Sequence[str]) -> dict[str, LogRules]:
    """Give the rules by origin; `trusted`: verifier keys, or files that hold one or more, a line each.

    Raises: ConfigError: a key or a file cannot be read, one key is of two logs, or no log is named at all.
    """
    rules: dict[str, LogRules] = {}
    for key in (key for text in trusted for key in read_keys(text)):
        known = rules.get(key.name, LogRules(origin=key.name, keys=()))
        rules[key.name] = _with_key(known, key)
    for row in _read_file(folder / RULES_FILE):
        known = rules.get(row["origin"], LogRules(origin=row["origin"], keys=()))
        for text in row.get("keys", ()):
            known = _with_key(known, parse_log_key(text))
        rules[known.origin] = replace(
            known,
            needs_ml_dsa=row.get("needs_ml_dsa", False),
            per_minute=row.get("per_minute", DEFAULT_PER_MINUTE),
        )
    _check(rules)
    return rules


def read_keys(text: str) -> list[VerifierKey]:
    """Read a verifier key, or the file that holds some. Raises: ConfigError."""
    if "+" in text and not Path(text).exists():
        return [parse_log_key(text)]
    try:
        with Path(text).open("rb") as file:
            lines = file.read(MAX_TRUST_BYTES).decode().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise _fault(
            "file",
            f"{text} is neither a verifier key nor a file that can be read",
            "Give log.vkey of an export.",
        ) from error
    return [parse_log_key(line) for line in lines if line.strip() and not line.startswith("#")]


def parse_log_key(text: str) -> VerifierKey:
    """Read the verifier key of a log. Raises: ConfigError: it is none, or not one with which logs sign."""
    try:
        key = VerifierKey.parse(text.strip())
        if key.algorithm == ED25519:
            check_public(key.key)
    except PeerError as error:
        raise _fault(
            "key", f"{text[:60]!r} is no verifier key: {error.message}", "It reads NAME+ID+BASE64."
        ) from error
    if key.algorithm not in _TYPES:
        raise _fault(
            "key", f"{key.name} is a key of type {key.algorithm:#04x}", "Logs sign with type 0x01 or 0x06."
        )
    return key


def _with_key(rules: LogRules, key: VerifierKey) -> LogRules:
    return rules if key in rules.keys else replace(rules, keys=(*rules.keys, key))


def _read_file(path: Path) -> list[dict[str, Any]]:
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise _fault("file", f"{path.name} cannot be read: {error}", "See docs/operators.md.") from error
    rows = values.pop("logs", [])
    if values or not isinstance(rows, list):
        raise _fault("file", f"{path.name} holds {', '.join(values) or 'logs'} where [[logs]] stand", "")
    for row in rows:
        _check_row(path, row)
    return rows


def _check_row(path: Path, row: Any) -> None:
    known = (
        isinstance(row, dict)
        and "origin" in row
        and all(field in _FIELDS and type(value) is _FIELDS[field] for field, value in row.items())
    )
    if (
        not known
        or not all(isinstance(key, str) for key in row.get("keys", ()))
        or row.get("per_minute", 1) < 1
    ):
        raise _fault(
            "file",
            f"{path.name}: [[logs]] {row if isinstance(row, dict) else ''!r:.120} is not as it should be",
            f"Its fields are {', '.join(_FIELDS)}; see docs/operators.md.",
        )


def _check(rules: Mapping[str, LogRules]) -> None:
    if not rules:
        raise _fault("none", "no log is named whose checkpoints count", "Give --trust VKEY for each log.")
    for log in rules.values():
        if not log.keys:
            raise _fault("none", f"{log.origin} has no key", "Give --trust VKEY, or `keys` in witness.toml.")
        if log.needs_ml_dsa and ML_DSA_44 not in {key.algorithm for key in log.keys}:
            raise _fault(
                "ml-dsa", f"{log.origin} needs ML-DSA-44, and no such key is trusted", "Trust one too."
            )
    _check_apart(key for log in rules.values() for key in log.keys)


def _check_apart(keys: Iterable[VerifierKey]) -> None:
    seen: dict[bytes, str] = {}
    for key in keys:
        if seen.setdefault(key.key, key.name) != key.name:
            raise _fault("key", f"{seen[key.key]} and {key.name} have the same key", "One log, one key.")


def _fault(defect: str, says: str, hint: str) -> ConfigError:
    return ConfigError(says, code=f"node.witness.{defect}", hint=hint)
