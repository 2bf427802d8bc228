"""Trust policies: which logs, which witnesses, and how many of them make a checkpoint count (c2sp.org/tlog-policy).

log VKEY [URL]
witness NAME VKEY [URL]
group NAME all|any|K NAME...     of names defined above
quorum NAME|none                 of a name defined above; once

A line ends with a newline; blanks and tabs part its items; a line that begins with # says nothing. Names are opaque
octets: those that are not UTF-8 stand here as surrogates, and go out as they came.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from coupefeu.errors import PeerError
from coupefeu.wire.base64 import parse_decimal
from coupefeu.wire.note import COSIGNATURE, ED25519, ML_DSA_44, VerifierKey

MAX_POLICY_BYTES: Final = 1 << 20
MAX_LINES: Final = 4_096
MAX_OF_A_SORT: Final = 128
"""Logs, witnesses, groups; 32 of each are asked for."""
NONE: Final = "none"
_LOG_TYPES: Final = frozenset({ED25519, ML_DSA_44})
_WITNESS_TYPES: Final = frozenset({COSIGNATURE, ML_DSA_44})
_BLANKS: Final = " \t"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyLog:
    """A log whose checkpoints count."""

    key: VerifierKey
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyWitness:
    """A witness; `name` means something in this policy alone."""

    name: str
    key: VerifierKey
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyGroup:
    """It has witnessed when at least `threshold` of its members have."""

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy whose every name is known, is defined once and is used once; `quorum` None: no witness is needed."""

    logs: tuple[PolicyLog, ...] = ()
    witnesses: tuple[PolicyWitness, ...] = ()
    groups: tuple[PolicyGroup, ...] = ()
    quorum: str | None = None


def parse_policy(data: bytes) -> Policy:
    """Read a policy.

    Raises:
        PeerError: `wire.policy.*`, naming the line: an unknown name, one that is there twice, a group that can never
            be met, a key of the wrong kind.
    """
    if len(data) > MAX_POLICY_BYTES:
        raise PeerError(
            f"a policy of more than {MAX_POLICY_BYTES:,} bytes",
            code="wire.policy.too-long",
            hint="Leave out what is not needed.",
        )
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    if lines.pop():
        raise _fault(len(lines) + 1, "form", "does not end with a newline")
    if len(lines) > MAX_LINES:
        raise _fault(MAX_LINES + 1, "too-long", f"is one of more than {MAX_LINES:,}")
    reading = _Reading()
    for number, line in enumerate(lines, 1):
        reading.take(number, line)
    return reading.finish(len(lines))


def format_policy(policy: Policy, says: Sequence[str] = ()) -> bytes:
    """Write a policy, with comment lines before it; what comes out is what `parse_policy` reads as `policy`."""
    lines = [f"# {line}" for line in says]
    lines += [f"log {each.key.text()}{_url(each.url)}" for each in policy.logs]
    lines += [f"witness {each.name} {each.key.text()}{_url(each.url)}" for each in policy.witnesses]
    lines += [f"group {each.name} {each.threshold} {' '.join(each.members)}" for each in policy.groups]
    lines.append(f"quorum {policy.quorum or NONE}")
    data = "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")
    if parse_policy(data) != policy:
        raise PeerError(
            "a policy that cannot be written: a name or address in it holds a blank",
            code="wire.policy.ambiguous",
            hint="Use names without blanks.",
        )
    return data


def _url(url: str | None) -> str:
    return "" if url is None else f" {url}"


@dataclass(slots=True)
class _Reading:
    logs: list[PolicyLog] = field(default_factory=list)
    witnesses: list[PolicyWitness] = field(default_factory=list)
    groups: list[PolicyGroup] = field(default_factory=list)
    quorum: str = ""
    _defined: set[str] = field(default_factory=set)
    _used: set[str] = field(default_factory=set)

    def take(self, number: int, line: str) -> None:
        if any((letter < " " and letter != "\t") or letter == "\x7f" for letter in line):
            raise _fault(number, "control-character", "holds a control character")
        stripped = line.strip(_BLANKS)
        if not stripped or stripped.startswith("#"):
            return
        word, *items = stripped.replace("\t", " ").split(" ")
        items = [item for item in items if item]
        match word, items:
            case "log", [key, *url] if len(url) < 2:
                self._take_log(number, key, url)
            case "witness", [name, key, *url] if len(url) < 2:
                self._take_witness(number, name, key, url)
            case "group", [name, threshold, *members]:
                self._take_group(number, name, threshold, members)
            case "quorum", [name]:
                self._take_quorum(number, name)
            case _:
                raise _fault(number, "form", f"{stripped[:60]!r} is not log, witness, group or quorum")

    def finish(self, lines: int) -> Policy:
        if not self.quorum:
            raise _fault(lines + 1, "no-quorum", "is missing: `quorum NAME`, or `quorum none`")
        return Policy(
            logs=tuple(self.logs),
            witnesses=tuple(self.witnesses),
            groups=tuple(self.groups),
            quorum=None if self.quorum == NONE else self.quorum,
        )

    def _take_log(self, number: int, text: str, url: list[str]) -> None:
        _insist_room(number, self.logs)
        key = _key(number, text, _LOG_TYPES, "a log")
        if key.key in {each.key.key for each in self.logs}:
            raise _fault(number, "twice", f"names the key of the log {key.name} again")
        self.logs.append(PolicyLog(key=key, url=next(iter(url), None)))

    def _take_witness(self, number: int, name: str, text: str, url: list[str]) -> None:
        _insist_room(number, self.witnesses)
        key = _key(number, text, _WITNESS_TYPES, "a witness")
        if key.key in {each.key.key for each in self.witnesses}:
            raise _fault(number, "twice", f"gives the witness {name!r} a key that another one has")
        self._define(number, name)
        self.witnesses.append(PolicyWitness(name=name, key=key, url=next(iter(url), None)))

    def _take_group(self, number: int, name: str, threshold: str, members: list[str]) -> None:
        _insist_room(number, self.groups)
        for member in members:
            if member not in self._defined:
                raise _fault(number, "unknown", f"has the member {member!r}, which no line above defines")
            if member in self._used:
                raise _fault(
                    number, "collides", f"has the member {member!r}, which counts in a group already"
                )
            self._used.add(member)
        self._define(number, name)
        needed = _threshold(number, threshold, len(members))
        self.groups.append(PolicyGroup(name=name, threshold=needed, members=tuple(members)))

    def _take_quorum(self, number: int, name: str) -> None:
        if self.quorum:
            raise _fault(number, "twice", "is a second quorum")
        if name != NONE and name not in self._defined:
            raise _fault(number, "unknown", f"asks for {name!r}, which no line above defines")
        self.quorum = name

    def _define(self, number: int, name: str) -> None:
        if name == NONE:
            raise _fault(number, "unknown", f"defines {NONE!r}, which has a meaning of its own")
        if name in self._defined:
            raise _fault(number, "twice", f"defines {name!r} again")
        self._defined.add(name)


def _key(number: int, text: str, types: frozenset[int], whose: str) -> VerifierKey:
    try:
        key = VerifierKey.parse(text)
    except (PeerError, UnicodeEncodeError) as error:
        raise _fault(number, "key", f"holds no verifier key: {text[:60]!r}") from error
    if key.algorithm not in types:
        raise _fault(
            number, "key", f"gives {whose} a key of type {key.algorithm:#04x}, with which it does not sign"
        )
    return key


def _threshold(number: int, text: str, members: int) -> int:
    words = {"any": 1, "all": members}
    try:
        needed = words[text] if text in words else parse_decimal(text, "threshold")
    except PeerError as error:
        raise _fault(
            number, "threshold", f"asks for {text[:20]!r} of {members}, not all, any or a number"
        ) from error
    if not 1 <= needed <= members:
        raise _fault(number, "threshold", f"asks for {needed} of {members} members: it can never be met")
    return needed


def _insist_room(number: int, of_a_sort: Sequence[object]) -> None:
    if len(of_a_sort) >= MAX_OF_A_SORT:
        raise _fault(number, "too-long", f"is one of more than {MAX_OF_A_SORT} of its sort")


def _fault(number: int, defect: str, says: str) -> PeerError:
    return PeerError(
        f"line {number} {says}",
        code=f"wire.policy.{defect}",
        hint="Mend that line; see c2sp.org/tlog-policy.",
    )
