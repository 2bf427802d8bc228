"""The section [console] of node.toml: where the console listens, and by which certificate off this machine.

[console]
listen = "127.0.0.1:7430"        an address, never a name; 127.0.0.0/8 and ::1 are this machine
certificate = "console.pem"      off this machine all three: files (from the node's folder), and the host
key = "console.key"              name in the certificate, by which browsers call the console
name = "desk.example.org"
session_hours = 12               so long after his last act an officer signs in anew
lock_minutes = 15                so long after the last act a session that a passkey began is locked; 0: never
readers = ["us.press"]           posts that read and put nothing on record
passkey_posts = ["us.chief"]     posts that act only where a passkey signed in; by a link they only read
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address
from pathlib import Path
from typing import Any, Final

from coupefeu.errors import ConfigError
from coupefeu.node.folder import NodeFolder
from coupefeu.node.folder_files import check_address

DEFAULT_LISTEN: Final = "127.0.0.1:7430"
DEFAULT_SESSION_HOURS: Final = 12
DEFAULT_LOCK_MINUTES: Final = 15
MAX_LOCK_MINUTES: Final = 720
MAX_SESSION_HOURS: Final = 168
LOCALHOSTS: Final = ("127.0.0.1", "::1")
"""What browsers take every name under `localhost` for."""
HTTPS_PORT: Final = 443
HTTP_PORT: Final = 80

_FIELDS: Final = {
    "listen": str,
    "certificate": str,
    "key": str,
    "name": str,
    "session_hours": int,
    "lock_minutes": int,
    "readers": list,
    "passkey_posts": list,
}
_TLS_FIELDS: Final = ("certificate", "key", "name")
_LOOPBACK: Final = IPv4Network("127.0.0.0/8")
_LOOPBACK_6: Final = IPv6Address("::1")
_LABEL: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """What a console off this machine cannot be without."""

    certificate: Path
    key: Path
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleConfig:
    """Where and how the console of `party` is served."""

    party: str
    host: str
    port: int
    tls: Tls | None
    session_hours: int
    lock_minutes: int = DEFAULT_LOCK_MINUTES
    readers: frozenset[str] = frozenset()
    passkey_posts: frozenset[str] = frozenset()

    @property
    def scheme(self) -> str:
        """`http` on this machine, `https` with a certificate."""
        return "http" if self.tls is None else "https"

    @property
    def names(self) -> tuple[str, ...]:
        """The hosts by which a browser may call it, the one that we print first."""
        if self.tls is not None:
            return (self.tls.name,)
        literal = f"[{self.host}]" if ":" in self.host else self.host
        return (f"{self.party}.localhost", literal) if self.host in LOCALHOSTS else (literal,)

    @property
    def hosts(self) -> tuple[str, ...]:
        """The addresses to bind.

        `PARTY.localhost` means both of this machine to a browser: a stranger's program that held the other one would be
        given the key of the next link.
        """
        both = self.tls is None and self.host in LOCALHOSTS
        return (self.host, *(each for each in LOCALHOSTS if each != self.host)) if both else (self.host,)


def read_config(folder: NodeFolder) -> ConsoleConfig | None:
    """Read the section [console]; None: this node has no console.

    Raises:
        ConfigError: `console.config.*`: which field, what stands there, what to do.
    """
    if folder.console is None:
        return None
    table = folder.console
    _check_fields(table)
    host, port = check_listen(table["listen"])
    tls = _read_tls(table, folder.path)
    if tls is None and not is_loopback(host):
        raise _refuse(
            f"listen = {table['listen']!r} is off this machine, and certificate, key and name are missing",
            code="console.config.open",
            hint="give all three (docs/console-certificate.md), or listen on 127.0.0.1",
        )
    hours = _read_hours(table.get("session_hours", DEFAULT_SESSION_HOURS))
    return ConsoleConfig(
        party=folder.party,
        host=host,
        port=port,
        tls=tls,
        session_hours=hours,
        lock_minutes=_read_lock(table.get("lock_minutes", DEFAULT_LOCK_MINUTES)),
        readers=_read_posts(table, "readers", folder),
        passkey_posts=_read_posts(table, "passkey_posts", folder),
    )


def is_loopback(host: str) -> bool:
    """Judge an address, never a name: only 127.0.0.0/8 and ::1 are this machine."""
    address = ip_address(host)
    return address in _LOOPBACK if isinstance(address, IPv4Address) else address == _LOOPBACK_6


def check_listen(listen: str) -> tuple[str, int]:
    """Split `address:port`; a name could mean another machine tomorrow, so it is refused.

    Raises:
        ConfigError: `console.config.listen`.
    """
    refusal = _refuse(
        f"listen = {listen!r} is not an address with a port",
        code="console.config.listen",
        hint=f'such as "{DEFAULT_LISTEN}" or "[::1]:7430"; a name is not taken',
    )
    try:
        host, port = check_address(listen)
        ip_address(host)
    except (ConfigError, ValueError) as error:
        raise refusal from error
    return host, port


def _check_fields(table: Mapping[str, Any]) -> None:
    for name, value in table.items():
        kind = _FIELDS.get(name)
        if kind is None:
            raise _refuse(
                f"{name} is not a field",
                code="console.config.fields",
                hint=f"it has {', '.join(_FIELDS)}",
            )
        if not isinstance(value, kind) or isinstance(value, bool):
            kinds = {str: "a text", int: "a whole number", list: "a list"}
            raise _refuse(
                f"{name} = {value!r} is not {kinds[kind]}", code="console.config.fields", hint="mend it"
            )
    if "listen" not in table:
        raise _refuse("listen is missing", code="console.config.fields", hint=f'listen = "{DEFAULT_LISTEN}"')


def _read_tls(table: Mapping[str, Any], folder: Path) -> Tls | None:
    given = [name for name in _TLS_FIELDS if name in table]
    if not given:
        return None
    if missing := [name for name in _TLS_FIELDS if name not in table]:
        raise _refuse(
            f"{', '.join(given)} stands there without {', '.join(missing)}",
            code="console.config.incomplete",
            hint="give certificate, key and name, or none of them (docs/console-certificate.md)",
        )
    name = check_name(table["name"])
    return Tls(certificate=folder / table["certificate"], key=folder / table["key"], name=name)


def check_name(name: str) -> str:
    """Give a host name as browsers write it; raises ConfigError `console.config.name`."""
    labels = name.split(".")
    good = len(name) < 254 and all(_LABEL.fullmatch(label) for label in labels)
    if not good or labels[-1].isdecimal():
        raise _refuse(
            f"name = {name!r} is not a host name",
            code="console.config.name",
            hint='the name in the certificate, in small letters and without a port, such as "desk.example.org"',
        )
    return name


def _read_hours(hours: int) -> int:
    if not 1 <= hours <= MAX_SESSION_HOURS:
        raise _refuse(
            f"session_hours = {hours} is out of range",
            code="console.config.hours",
            hint=f"1 to {MAX_SESSION_HOURS}; {DEFAULT_SESSION_HOURS} if it is not given",
        )
    return hours


def _read_lock(minutes: int) -> int:
    if not 0 <= minutes <= MAX_LOCK_MINUTES:
        raise _refuse(
            f"lock_minutes = {minutes} is out of range",
            code="console.config.lock",
            hint=f"1 to {MAX_LOCK_MINUTES}, or 0: never; {DEFAULT_LOCK_MINUTES} if it is not given",
        )
    return minutes


def _read_posts(table: Mapping[str, Any], field: str, folder: NodeFolder) -> frozenset[str]:
    """Read a list of posts of ours: a name that is misspelt would silently let a post do more."""
    posts = table.get(field, [])
    if not posts:
        return frozenset()
    ours = {post.id for post in folder.agreement.posts_of(folder.party)}
    if unknown := [post for post in posts if not isinstance(post, str) or post not in ours]:
        raise _refuse(
            f"{field}: {unknown[0]!r} is no post of ours",
            code="console.config.posts",
            hint=f"ours are {', '.join(sorted(ours))}",
        )
    return frozenset(posts)


def _refuse(message: str, *, code: str, hint: str) -> ConfigError:
    return ConfigError(f"node.toml, [console]: {message}", code=code, hint=hint)
