"""Session descriptions of browsers (RFC 8866, 8839, 8122): read narrowly, and written anew from what was understood.

    v=0 o= s= t=                     written by us, without addresses
    a=group, extmap-allow-mixed ...  of the session
    m=audio | m=video                at most one of each; port 9, address 0.0.0.0: ICE alone says where media goes
    a=fingerprint:sha-256            the same one wherever it stands
    a=candidate                      UDP with a literal address; without raddr, rport and what else tells of networks

No text that a browser wrote reaches another browser: what is not understood is left out, and what would be harmful is
refused. Reading what was written here gives the same text again.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final, NoReturn

from coupefeu.errors import PeerError

MAX_SDP_BYTES: Final = 12_288
MAX_LINES: Final = 400
MAX_LINE_CHARACTERS: Final = 512
MAX_CANDIDATES: Final = 24
FINGERPRINT_BYTES: Final = 32

MEDIA: Final = ("audio", "video")
_PROTOCOL: Final = "UDP/TLS/RTP/SAVPF"
_HASH: Final = "sha-256"
_SETUPS: Final = ("actpass", "active", "passive")
_NOWHERE: Final = "IN IP4 0.0.0.0"
_LINE: Final = re.compile(r"([a-z])=([ -~]*)")
_PRINTABLE: Final = re.compile(r"[ -~\r\n]*")
_ORIGIN: Final = re.compile(r"\S{1,64} (\d{1,20}) (\d{1,20}) IN IP[46] \S{1,64}")
_FORMATS: Final = re.compile(r"\d{1,5} \S{1,32}((?: \d{1,3}){1,64})")
_CANDIDATE: Final = re.compile(
    r"([A-Za-z0-9+/]{1,32}) ([12]) (udp|tcp) (\d{1,10}) ([0-9A-Za-z.:-]{1,64}) (\d{1,5}) typ (host|srflx|prflx|relay)"
    r"(?: [ -~]*)?",
    re.IGNORECASE,
)
_BYTES_IN_HEX: Final = re.compile(r"[0-9A-F]{2}(?::[0-9A-F]{2}){31}", re.IGNORECASE)

_OF_SESSION: Final = frozenset({"group", "extmap-allow-mixed", "msid-semantic", "ice-options"})
_OF_MEDIA: Final = frozenset(
    {
        *("ice-ufrag", "ice-pwd", "ice-options", "setup", "mid", "bundle-only"),
        *("sendrecv", "sendonly", "recvonly", "inactive", "rtcp-mux", "rtcp-mux-only", "rtcp-rsize"),
        *("rtpmap", "rtcp-fb", "fmtp", "extmap", "msid", "ssrc", "ssrc-group", "ptime", "maxptime"),
    }
)
"""Attributes that are passed on as they are; all others are left out, or written anew."""


class CandidateKind(StrEnum):
    """What a candidate says that it is. Nothing proves it: what an address is, is judged by the address."""

    HOST = "host"
    SERVER_REFLEXIVE = "srflx"
    PEER_REFLEXIVE = "prflx"
    RELAY = "relay"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Where media may be sent to: UDP, one address, one port."""

    foundation: str
    component: int
    priority: int
    address: IPv4Address | IPv6Address
    port: int
    kind: CandidateKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a browser offers or answers, and the text to be given to another one."""

    fingerprint: bytes
    media: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    text: str


@dataclass(frozen=True, slots=True)
class _Section:
    """The lines of the session, or of one medium: (letter, value)."""

    lines: tuple[tuple[str, str], ...]

    def attributes(self) -> Iterator[tuple[str, str]]:
        """Give names and values of `a=` lines."""
        for letter, value in self.lines:
            if letter == "a":
                name, _, rest = value.partition(":")
                yield name, rest


def parse_sdp(text: str, *, keep: Callable[[Candidate], bool] = lambda _: True) -> Description:
    """Read a whole description, all candidates gathered; at most 12,288 bytes of printable ASCII.

    Candidates that `keep` does not want are left out.

    Raises:
        PeerError: `wire.sdp.*`, which names what is refused.
    """
    session, *media = _sections(text)
    fingerprint = _fingerprint([session, *media])
    kinds = _kinds(media)
    candidates = [tuple(filter(keep, each)) for each in _candidates(media)]
    written = [*_session(session), *_media(media, kinds, candidates, fingerprint)]
    return Description(
        fingerprint=fingerprint,
        media=kinds,
        candidates=tuple(each for some in candidates for each in some),
        text="".join([f"{line}\r\n" for line in written]),
    )


def _sections(text: str) -> list[_Section]:
    if len(text) > MAX_SDP_BYTES:
        _refuse("too-long", f"{len(text):,} characters, at most {MAX_SDP_BYTES:,}")
    if not _PRINTABLE.fullmatch(text):
        _refuse("control-characters", "a character that is not printable ASCII")
    rows = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
    if len(rows) > MAX_LINES:
        _refuse("too-many-lines", f"{len(rows):,} lines, at most {MAX_LINES}")
    sections: list[list[tuple[str, str]]] = [[]]
    for number, row in enumerate(rows, 1):
        found = _LINE.fullmatch(row)
        if found is None or len(row) > MAX_LINE_CHARACTERS:
            _refuse("bad-line", f"line {number} is none, or too long")
        if found[1] == "m":
            sections.append([])
        sections[-1].append((found[1], found[2]))
    if sections[0][:1] != [("v", "0")]:
        _refuse("bad-line", "it does not begin with v=0")
    return [_Section(tuple(lines)) for lines in sections]


def _kinds(media: Sequence[_Section]) -> tuple[str, ...]:
    """Name the media; each at most once, and by nothing but SRTP over DTLS."""
    kinds = []
    for section in media:
        kind, _, rest = section.lines[0][1].partition(" ")
        found = _FORMATS.fullmatch(rest)
        if kind not in MEDIA or kind in kinds or found is None or rest.split(" ")[1] != _PROTOCOL:
            _refuse("other-media", f"{kind[:16]!r}: only one audio and one video, by {_PROTOCOL}")
        kinds.append(kind)
    if not kinds:
        _refuse("other-media", "no audio and no video")
    return tuple(kinds)


def _fingerprint(sections: Sequence[_Section]) -> bytes:
    """Give the one certificate's hash; every medium must have it, or the session."""
    found = {}
    for section in sections:
        for name, value in section.attributes():
            if name == "fingerprint":
                found[_read_fingerprint(value)] = section
    if len(found) > 1:
        _refuse("two-fingerprints", "media of one call go by one certificate")
    if not found:
        _refuse("no-fingerprint", "no certificate is named")
    return next(iter(found))


def _read_fingerprint(value: str) -> bytes:
    name, _, digits = value.partition(" ")
    if name.lower() != _HASH:
        _refuse("other-hash", f"{name[:16]!r}, not {_HASH}")
    if not _BYTES_IN_HEX.fullmatch(digits):
        _refuse("bad-fingerprint", "not 32 bytes in hexadecimal")
    return bytes.fromhex(digits.replace(":", ""))


def format_fingerprint(fingerprint: bytes) -> str:
    """Write 32 bytes as browsers do: `3F:FF:...`."""
    return fingerprint.hex(":").upper()


def _candidates(media: Sequence[_Section]) -> list[list[Candidate]]:
    """Give the candidates of each medium."""
    found = [
        [_read_candidate(value) for name, value in section.attributes() if name == "candidate"]
        for section in media
    ]
    if sum(map(len, found)) > MAX_CANDIDATES:
        _refuse("too-many-candidates", f"more than {MAX_CANDIDATES}")
    return [[each for each in some if each is not None] for some in found]


def _read_candidate(value: str) -> Candidate | None:
    """Read a candidate; None: of TCP, which goes by a relay alone. A name could mean anything, so it is refused."""
    found = _CANDIDATE.fullmatch(value)
    if found is None:
        _refuse("bad-candidate", "not as RFC 8839 has it")
    foundation, component, transport, priority, address, port, kind = found.groups()
    if transport.lower() == "tcp":
        return None
    if int(priority) >> 32 or not 0 < int(port) < 1 << 16:
        _refuse("bad-candidate", "priority or port out of range")
    return Candidate(
        foundation=foundation,
        component=int(component),
        priority=int(priority),
        address=_read_address(address),
        port=int(port),
        kind=CandidateKind(kind.lower()),
    )


def _read_address(text: str) -> IPv4Address | IPv6Address:
    try:
        return ip_address(text)
    except ValueError:
        _refuse("candidate-name", "a name stands where an address must")


def _session(session: _Section) -> Iterator[str]:
    origin = next((value for letter, value in session.lines if letter == "o"), "")
    found = _ORIGIN.fullmatch(origin)
    if found is None:
        _refuse("bad-line", "o= is missing, or none")
    yield from ("v=0", f"o=- {found[1]} {found[2]} {_NOWHERE}", "s=-", "t=0 0")
    yield from _passed(session, _OF_SESSION)


def _media(
    media: Sequence[_Section],
    kinds: Sequence[str],
    candidates: Sequence[Sequence[Candidate]],
    fingerprint: bytes,
) -> Iterator[str]:
    for section, kind, ways in zip(media, kinds, candidates, strict=True):
        formats = _FORMATS.fullmatch(section.lines[0][1].partition(" ")[2])
        assert formats is not None
        yield f"m={kind} 9 {_PROTOCOL}{formats[1]}"
        yield f"c={_NOWHERE}"
        yield from [f"a=candidate:{format_candidate(each)}" for each in ways]
        yield f"a=fingerprint:{_HASH} {format_fingerprint(fingerprint)}"
        yield from _passed(section, _OF_MEDIA)


def _passed(section: _Section, known: frozenset[str]) -> Iterator[str]:
    for name, value in section.attributes():
        if name == "setup" and value not in _SETUPS:
            _refuse("bad-setup", f"{value[:16]!r} is none of {', '.join(_SETUPS)}")
        if name in known:
            yield f"a={name}:{value}" if value else f"a={name}"


def format_candidate(candidate: Candidate) -> str:
    """Write a candidate without related address and extensions: they tell of the networks behind a relay."""
    each = candidate
    return (
        f"{each.foundation} {each.component} udp {each.priority} {each.address} {each.port} typ {each.kind}"
    )


def _refuse(defect: str, says: str) -> NoReturn:
    raise PeerError(
        f"a session description is refused: {says}",
        code=f"wire.sdp.{defect}",
        hint="No media is set up by it; the call goes on by text.",
    )
