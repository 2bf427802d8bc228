"""Who is alerted: the sections [alerts], [alert_webhook] and [alert_smtp] of node.toml.

[alerts]
language = "en"                          that the text is in; our party's own if not given
causes = ["firebreak", "flash", "unstaffed", "units", "conflicts"]    all of them if not given

[alert_webhook]
url = "https://alerts.example/coupefeu"  https; http on this machine alone
key = "alert-webhook.key"                file of 32 bytes at least that its owner alone may read, from the node's folder
authorities = "our-ca.pem"               who signs the server's certificate; those of this system if not given

[alert_smtp]
server = "mail.example:587"
security = "starttls"                    or "tls", from the first byte on; there is no other
from = "coupefeu@example"
to = ["duty@example"]
credentials = "alert-smtp.toml"          file with user and password that its owner alone may read; none if not given
authorities = "our-ca.pem"
"""

import re
import ssl
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from coupefeu.errors import ConfigError, CoupefeuError
from coupefeu.keys.files import read_private
from coupefeu.node.exchange import check_url
from coupefeu.node.folder_files import check_address

if TYPE_CHECKING:
    from coupefeu.node.folder import NodeFolder

LEAST_KEY_BYTES: Final = 32
MAX_KEY_BYTES: Final = 4_096
MAX_ADDRESSES: Final = 10
_MAILBOX: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,255}")
_LANGUAGES: Final = ("en", "fr", "ru")


class Wanted(StrEnum):
    """What may be alerted of."""

    FIREBREAK = "firebreak"
    FLASH = "flash"
    UNSTAFFED = "unstaffed"
    UNITS = "units"
    CONFLICTS = "conflicts"


class Security(StrEnum):
    """How a mail server is spoken to; in the clear never."""

    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """Where a signed POST goes; `key`: what signs it, never shown."""

    url: str
    key: bytes = field(repr=False)
    context: ssl.SSLContext | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSettings:
    """Where mail goes, and to whom; `user` "": nobody signs in."""

    host: str
    port: int
    security: Security
    sender: str
    to: tuple[str, ...]
    user: str = ""
    password: str = field(default="", repr=False)
    context: ssl.SSLContext = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSettings:
    """All of it; without a receiver nothing is looked at."""

    language: str
    causes: frozenset[Wanted]
    webhook: WebhookSettings | None = None
    smtp: SmtpSettings | None = None


def read_alerts(folder: "NodeFolder") -> AlertSettings | None:
    """Read the sections and the files that they name; None: nobody is alerted. Raises: ConfigError."""
    webhook = _read_webhook(folder.path, folder.alert_webhook)
    smtp = _read_smtp(folder.path, folder.alert_smtp)
    table = folder.alerts or {}
    _insist(table, "alerts", {"language", "causes"}, set())
    usual = folder.agreement.party(folder.party).language if folder.line is not None else "en"
    language = table.get("language", usual if usual in _LANGUAGES else "en")
    if language not in _LANGUAGES:
        raise _fault("alerts", f"has the language {str(language)[:20]!r}", "Write en, fr or ru.")
    causes = table.get("causes", [each.value for each in Wanted])
    known = {each.value for each in Wanted}
    if not isinstance(causes, list) or not causes or not set(map(str, causes)) <= known:
        raise _fault("alerts", "has causes that are not known", f"Of: {', '.join(sorted(known))}.")
    if webhook is None and smtp is None:
        if folder.alerts is not None:
            raise _fault("alerts", "names nobody", "Add a section [alert_webhook] or [alert_smtp].")
        return None
    wanted = frozenset(Wanted(each) for each in causes)
    return AlertSettings(language=language, causes=wanted, webhook=webhook, smtp=smtp)


def _read_webhook(path: Path, table: Mapping[str, Any] | None) -> WebhookSettings | None:
    if table is None:
        return None
    section = "alert_webhook"
    _insist(table, section, {"url", "key", "authorities"}, {"url", "key"})
    url = check_url(_text(table, "url", section))
    parts = urlsplit(url)
    if parts.scheme != "https" and not _is_here(parts.hostname or ""):
        raise _fault(section, f"has the url {url[:80]}", "Over http only this machine is told: write https.")
    key = read_private(path / _text(table, "key", section), MAX_KEY_BYTES)
    if not LEAST_KEY_BYTES <= len(key) <= MAX_KEY_BYTES:
        raise _fault(
            section,
            f"names a key of {len(key)} bytes",
            f"Make one of {LEAST_KEY_BYTES} at least: head -c 32 /dev/urandom > FILE; chmod 600 FILE.",
        )
    return WebhookSettings(url=url, key=key, context=_authorities(path, table, section))


def _read_smtp(path: Path, table: Mapping[str, Any] | None) -> SmtpSettings | None:
    if table is None:
        return None
    section = "alert_smtp"
    fields = {"server", "security", "from", "to", "credentials", "authorities"}
    _insist(table, section, fields, {"server", "security", "from", "to"})
    try:
        host, port = check_address(table["server"])
    except CoupefeuError as error:
        raise _fault(section, f"has the server {error.message}", error.hint) from error
    if table["security"] not in {each.value for each in Security}:
        raise _fault(
            section,
            "says no security that there is",
            'Write "starttls" or "tls"; in the clear nothing is sent.',
        )
    to = table["to"]
    if not isinstance(to, list) or not 0 < len(to) <= MAX_ADDRESSES:
        raise _fault(section, "has no list of addresses in to", f"At most {MAX_ADDRESSES}, in brackets.")
    for each in (table["from"], *to):
        if not isinstance(each, str) or not _MAILBOX.fullmatch(each):
            raise _fault(
                section, f"has the address {str(each)[:60]!r}", "Such as duty@mail.example, and no name."
            )
    user, password = _credentials(path, table, section)
    return SmtpSettings(
        host=host,
        port=port,
        security=Security(table["security"]),
        sender=table["from"],
        to=tuple(to),
        user=user,
        password=password,
        context=_authorities(path, table, section) or ssl.create_default_context(),
    )


def _credentials(path: Path, table: Mapping[str, Any], section: str) -> tuple[str, str]:
    if "credentials" not in table:
        return "", ""
    octets = read_private(path / _text(table, "credentials", section), MAX_KEY_BYTES)
    try:
        values = tomllib.loads(octets.decode("utf-8"))
        user, password = values["user"], values["password"]
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError):
        user = password = None
    if not isinstance(user, str) or not isinstance(password, str) or not user:
        raise _fault(  # what stands there is a secret, and is not shown
            section, "names credentials that cannot be read", 'Two lines: user = "..." and password = "...".'
        )
    return user, password


def _authorities(path: Path, table: Mapping[str, Any], section: str) -> ssl.SSLContext | None:
    """Trust these alone; None: those of this system."""
    if "authorities" not in table:
        return None
    try:
        return ssl.create_default_context(cafile=str(path / _text(table, "authorities", section)))
    except (OSError, ssl.SSLError) as error:
        raise _fault(
            section, "names authorities that cannot be read", "A file of certificates, PEM."
        ) from error


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _insist(table: Mapping[str, Any], section: str, may: set[str], must: set[str]) -> None:
    unknown, lacking = sorted(table.keys() - may), sorted(must - table.keys())
    if unknown or lacking:
        raise _fault(
            section,
            f"has {unknown[0][:40]}" if unknown else f"has no {lacking[0]}",
            f"It may have: {', '.join(sorted(may))}.",
        )


def _text(table: Mapping[str, Any], name: str, section: str) -> str:
    value = table[name]
    if not isinstance(value, str) or not value or "\x00" in value:
        raise _fault(section, f"has no text in {name}", "Write it in quotes.")
    return value


def _fault(section: str, says: str, hint: str) -> ConfigError:
    return ConfigError(f"[{section}] in node.toml {says}", code="node.alerting.settings", hint=hint)
