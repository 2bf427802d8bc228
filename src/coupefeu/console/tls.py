"""The certificate of a console off this machine: checked before anybody meets it, taken anew when its file changes.

TLS 1.3 only. A certificate that is of another host, or has ended, would be refused by every browser, with a page that
officers must never learn to click away: so the console says what is wrong and does not start with it.
"""

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from coupefeu.console.config import Tls
from coupefeu.errors import ConfigError, PeerError
from coupefeu.keys.certificates import CertificateFacts, read_certificate
from coupefeu.model.instant import format_second

MAX_BYTES: Final = 65_536
_PAGE: Final = "docs/console-certificate.md makes a certificate and its key."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loaded:
    facts: CertificateFacts
    changed_ns: tuple[int, int]


class Certificate:
    """What the listener needs: `context`; `refresh` puts a renewed certificate into it, for all who connect then."""

    def __init__(self, tls: Tls, now_ms: int) -> None:
        """Load certificate and key.

        Raises:
            ConfigError: `console.tls.absent`, `.readable_by_others`, `.unusable`, `.other_name`, `.ended`, `.early`.
        """
        self._tls = tls
        self.context = _make_context()
        self._loaded = self._load(now_ms)

    @property
    def not_after_ms(self) -> int:
        """Its last instant."""
        return self._loaded.facts.not_after_ms

    def refresh(self, now_ms: int) -> bool:
        """Load the files again if they have changed; what cannot be used leaves the old ones in place.

        Raises:
            ConfigError: as at the beginning.
        """
        if _changed_ns(self._tls) == self._loaded.changed_ns:
            return False
        self._loaded = self._load(now_ms)
        return True

    def _load(self, now_ms: int) -> _Loaded:
        facts = _check(self._tls, now_ms)
        changed_ns = _changed_ns(self._tls)
        _put(self._tls, _make_context())  # tried apart: a key that does not fit must leave the old pair whole
        _put(self._tls, self.context)
        return _Loaded(facts=facts, changed_ns=changed_ns)


def _make_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.set_alpn_protocols(["http/1.1"])
    return context


def _put(tls: Tls, context: ssl.SSLContext) -> None:
    try:
        context.load_cert_chain(tls.certificate, tls.key, password=_no_password)
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"{tls.certificate} and {tls.key} are not a certificate and its key: {error}",
            code="console.tls.unusable",
            hint=f"Both in PEM, the key without a pass phrase. {_PAGE}",
        ) from error


def _no_password() -> str:
    """Answer for a key under a pass phrase: nobody sits there to type it when a node starts at night."""
    raise ValueError("it is under a pass phrase")


def _check(tls: Tls, now_ms: int) -> CertificateFacts:
    _check_files(tls)
    try:
        facts = read_certificate(tls.certificate.read_bytes()[:MAX_BYTES])
    except PeerError as error:
        raise ConfigError(
            f"{tls.certificate}: {error.message}", code="console.tls.unusable", hint=f"{error.hint} {_PAGE}"
        ) from error
    if not facts.is_for(tls.name):
        raise ConfigError(
            f"{tls.certificate} is for {', '.join(facts.names) or 'no host'}, and name is {tls.name}",
            code="console.tls.other_name",
            hint="Its subjectAltName must hold the name in node.toml: change one of them.",
        )
    _check_time(tls, facts, now_ms)
    return facts


def _check_time(tls: Tls, facts: CertificateFacts, now_ms: int) -> None:
    if now_ms > facts.not_after_ms:
        raise ConfigError(
            f"{tls.certificate} ended at {format_second(facts.not_after_ms)}",
            code="console.tls.ended",
            hint=f"Make a new one. {_PAGE}",
        )
    if now_ms < facts.not_before_ms:
        raise ConfigError(
            f"{tls.certificate} begins at {format_second(facts.not_before_ms)}, which our clock calls the future",
            code="console.tls.early",
            hint="Check this machine's clock, then the certificate.",
        )


def _check_files(tls: Tls) -> None:
    for path in (tls.certificate, tls.key):
        try:
            mode = path.stat().st_mode
        except OSError as error:
            raise ConfigError(
                f"cannot read {path}: {error.strerror}", code="console.tls.absent", hint=_PAGE
            ) from error
        if path == tls.key and mode & 0o077:
            raise ConfigError(
                f"others may read {path}",
                code="console.tls.readable_by_others",
                hint=f"run: chmod 600 {path}",
            )


def _changed_ns(tls: Tls) -> tuple[int, int]:
    """Say when each file was changed; one that is gone for a moment, while it is replaced, has not changed yet."""
    return _changed_at(tls.certificate), _changed_at(tls.key)


def _changed_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
