"""What a certificate of the console says of itself: whom it is for, and until when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography import x509

from coupefeu.errors import PeerError

_A_SECOND_MS: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFacts:
    """The host names of a certificate, and its first and last instant (UTC ms)."""

    names: tuple[str, ...]
    not_before_ms: int
    not_after_ms: int

    def is_for(self, name: str) -> bool:
        """Say whether a browser would take it for this host; `*` stands for one label."""
        wild = f"*.{name.partition('.')[2]}"
        return any(each.lower() in {name, wild} for each in self.names)


def read_certificate(octets: bytes) -> CertificateFacts:
    """Read the first certificate of a PEM file; nothing of it is trusted by this.

    Raises:
        PeerError: `keys.certificates.unreadable`.
    """
    try:
        certificate = x509.load_pem_x509_certificate(octets)
        names = _names(certificate)
    except ValueError as error:
        raise PeerError(
            "it holds no certificate in PEM",
            code="keys.certificates.unreadable",
            hint="It begins with -----BEGIN CERTIFICATE-----.",
        ) from error
    return CertificateFacts(
        names=names,
        not_before_ms=_instant(certificate.not_valid_before_utc),
        not_after_ms=_instant(certificate.not_valid_after_utc),
    )


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    """List the names that browsers look at: the subject's common name is none of them."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return ()
    return tuple(found.value.get_values_for_type(x509.DNSName))


def _instant(moment: datetime) -> int:
    return int(moment.timestamp()) * _A_SECOND_MS
