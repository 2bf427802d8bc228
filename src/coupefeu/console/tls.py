"""The certificate of a console off this machine: read, checked before anybody meets it, TLS 1.3 only."""

import ssl
from pathlib import Path

from coupefeu.console.config import Tls
from coupefeu.errors import ConfigError


def make_context(tls: Tls) -> ssl.SSLContext:
    """Load certificate and key; TLS 1.3 only.

    Raises:
        ConfigError: `console.tls.absent`, `.readable_by_others`, `.unusable`.
    """
    _check_file(tls.certificate, secret=False)
    _check_file(tls.key, secret=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(tls.certificate, tls.key, password=_no_password)
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"{tls.certificate} and {tls.key} are not a certificate and its key: {error}",
            code="console.tls.unusable",
            hint="Both in PEM, the key without a password; docs/console-certificate.md makes them.",
        ) from error
    return context


def _no_password() -> str:
    """Answer for a key under a password: nobody sits there to type it when a node starts at night."""
    raise ValueError("it is under a password")


def _check_file(path: Path, *, secret: bool) -> None:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise ConfigError(
            f"cannot read {path}: {error.strerror}",
            code="console.tls.absent",
            hint="docs/console-certificate.md makes a certificate and its key.",
        ) from error
    if secret and mode & 0o077:
        raise ConfigError(
            f"others may read {path}", code="console.tls.readable_by_others", hint=f"run: chmod 600 {path}"
        )
