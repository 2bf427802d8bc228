"""The section [relay] of node.toml: by which way voice and video go, and what that shows of our officers' addresses.

[relay]
urls = ["turn:relay.example.org:3478?transport=udp", "turns:relay.example.org:5349?transport=tcp"]
secret = "keys/relay.key"           a file of the node's folder: what the relay has as static-auth-secret
their_addresses = ["198.51.100.7"]  addresses or networks of the others' relays and desks; any public one if not given
direct = false                      true where the consoles of all parties are on one network

Relay-only is the rule: a description of ours leaves with the relay's addresses alone, unless our officer chose for one
call to go directly, or the operator says here that there is one network. Nothing is inferred: where nodes listen, or
dial, says nothing of where browsers are. Of a description of theirs every address is judged, for what a candidate says
of itself proves nothing: our browser would send to it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Final

from coupefeu.errors import ConfigError, PeerError, UsageError
from coupefeu.keys.relay_password import read_relay_secret
from coupefeu.wire.sdp import Candidate, CandidateKind, Description

PASSWORD_LASTS_S: Final = 12 * 3_600
"""A relay asks for it again at each renewal of what it allots: it must outlive the longest call."""
MAX_URLS: Final = 8
MAX_ADDRESSES: Final = 64
_FIELDS: Final = {"urls": list, "secret": str, "their_addresses": list, "direct": bool}
_URL: Final = re.compile(r"turns?:[A-Za-z0-9.:\[\]-]{1,253}(?:\?transport=(?:udp|tcp))?")

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """A relay of our own party: where it is, and the secret that it shares with our node."""

    urls: tuple[str, ...]
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaPolicy:
    """Where media may go between our consoles and those of the other parties.

    `is_one_network`: they are all on one, so that a call goes directly without being so chosen.
    """

    relay: Relay | None = None
    their_networks: tuple[Network, ...] = ()
    is_one_network: bool = False

    def shows(self, candidate: Candidate, *, is_direct: bool) -> bool:
        """Whether a candidate of ours may leave; off one network an inner address is of no use to anybody there."""
        return self.reveals(candidate.address) if is_direct else candidate.kind is CandidateKind.RELAY

    def reveals(self, address: Address) -> bool:
        """Whether a direct call shows an address of our desk to the other side."""
        return self.is_one_network or is_public(address)

    def admits(self, address: Address) -> bool:
        """Whether our browser may send to an address that the other side names."""
        if not _is_unicast(address):
            return False
        if self.their_networks:
            return any(address in network for network in self.their_networks)
        return self.is_one_network or is_public(address)


def is_public(address: Address) -> bool:
    """Whether an address is one of the whole Internet, none of an inner network, of this machine, or of many."""
    return address.is_global and _is_unicast(address) and not _is_inner(address)


_RELAYS_OF_6TO4: Final = ip_network("192.88.99.0/24")


def _is_inner(address: Address) -> bool:
    """Whether an address that Python calls global is of an inner network of old, or may lead to one of IPv4 in it."""
    if isinstance(address, IPv4Address):
        return address in _RELAYS_OF_6TO4
    return address.is_site_local or any(
        held is not None for held in (address.ipv4_mapped, address.sixtofour, address.teredo)
    )


def _is_unicast(address: Address) -> bool:
    is_reserved = address.is_reserved and not address.is_loopback  # ::1 lies in ::/8, which is
    return not (address.is_multicast or address.is_unspecified or is_reserved)


def check_ours(description: Description) -> None:
    """Insist that a description of ours names a way at all, before it leaves.

    Raises:
        UsageError: `node.media_policy.no_way`.
    """
    if not description.candidates:
        raise UsageError(
            "our console found no way that may be shown to the other side",
            code="node.media_policy.no_way",
            hint="Its relay does not answer, or a direct call has no public address here. Go on by text; tell your "
            "operator, who looks at [relay] in node.toml (docs/relay.md).",
        )


def check_theirs(description: Description, policy: MediaPolicy) -> None:
    """Refuse a description of which any candidate points where our browser must not send.

    Raises:
        PeerError: `node.media_policy.elsewhere`, without the address: node.log keeps none.
    """
    for candidate in description.candidates:
        if not policy.admits(candidate.address):
            raise PeerError(
                "the other side's description points to an address that is not admitted here",
                code="node.media_policy.elsewhere",
                hint="No media is set up by it; the call goes on by text. If it is their relay: their_addresses in "
                "[relay] of node.toml.",
            )


def read_policy(path: Path, table: Mapping[str, Any] | None) -> MediaPolicy:
    """Read [relay] of node.toml, and the secret's file; without the section there is neither relay nor one network.

    Raises:
        ConfigError: `node.relay.*`, `keys.*`: which field, what stands there, what to do.
    """
    values = {} if table is None else table
    _check_fields(values)
    return MediaPolicy(
        relay=_read_relay(path, values),
        their_networks=_read_networks(values.get("their_addresses", [])),
        is_one_network=values.get("direct", False),
    )


def _check_fields(values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        kind = _FIELDS.get(name)
        if kind is None or type(value) is not kind:
            raise _fault("fields", f"{name} is no field, or not of its kind", f"It has {', '.join(_FIELDS)}.")
        if isinstance(value, list) and not all(isinstance(each, str) for each in value):
            raise _fault("fields", f"{name} is not a list of texts", "Mend it.")


def _read_relay(path: Path, values: Mapping[str, Any]) -> Relay | None:
    if ("urls" in values) != ("secret" in values):
        raise _fault("incomplete", "urls and secret stand together, or neither does", "Give both.")
    if "urls" not in values:
        return None
    urls: Sequence[str] = values["urls"]
    if not 0 < len(urls) <= MAX_URLS or not all(map(_URL.fullmatch, urls)):
        raise _fault(
            "urls",
            f"urls = {list(urls)!r} is not a list of 1 to {MAX_URLS} relays",
            'Such as "turn:relay.example.org:3478?transport=udp"; the password comes from the secret, not from here.',
        )
    return Relay(urls=tuple(urls), secret=read_relay_secret(path / values["secret"]))


def _read_networks(texts: Sequence[str]) -> tuple[Network, ...]:
    if len(texts) > MAX_ADDRESSES:
        raise _fault("addresses", f"{len(texts)} of their_addresses", f"At most {MAX_ADDRESSES}.")
    try:
        return tuple(map(ip_network, texts))
    except ValueError as error:
        raise _fault(
            "addresses", f"their_addresses: {error}", 'Such as "198.51.100.7" or "2001:db8::/48"; no names.'
        ) from error


def _fault(defect: str, says: str, hint: str) -> ConfigError:
    return ConfigError(f"node.toml, [relay]: {says}", code=f"node.relay.{defect}", hint=hint)
