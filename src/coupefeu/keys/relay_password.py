"""Short-lived passwords of a party's own relay, as coturn takes them with `use-auth-secret`.

    user       END:NAME                    END: until when, seconds since 1970
    password   base64(HMAC-SHA1(secret, user))

Source: draft-uberti-behave-turn-rest-00, section 2.2, and coturn's turnserver(1). SHA-1 is what relays speak; as the
hash of an HMAC with a secret of 32 bytes nothing is known against it.
"""

from base64 import b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA1  # relays take no other
from cryptography.hazmat.primitives.hmac import HMAC

from coupefeu.errors import ConfigError
from coupefeu.keys.files import read_private

LEAST_SECRET_CHARACTERS: Final = 16
MOST_SECRET_CHARACTERS: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayPassword:
    """What one console shows its relay for one call."""

    username: str
    password: str = field(repr=False)
    ends_s: int


def make_relay_password(secret: str, ends_s: int, name: str) -> RelayPassword:
    """Make a password that the relay takes until `ends_s`, seconds since 1970 by its clock; `name` tells of nobody."""
    username = f"{ends_s}:{name}"
    code = HMAC(secret.encode("ascii"), SHA1())  # noqa: S303 - see above
    code.update(username.encode("ascii"))
    return RelayPassword(
        username=username, password=b64encode(code.finalize()).decode("ascii"), ends_s=ends_s
    )


def read_relay_secret(path: Path) -> str:
    """Read the secret that relay and node share: one line of 16 to 256 printable characters.

    Raises:
        ConfigError: `keys.files.*`, `keys.relay_password.secret`; never with the contents.
    """
    octets = read_private(path, MOST_SECRET_CHARACTERS + 1).removesuffix(b"\n")
    text = octets.decode("latin-1")
    fits = LEAST_SECRET_CHARACTERS <= len(text) <= MOST_SECRET_CHARACTERS
    if not fits or not text.isascii() or not text.isprintable() or set(text) & set(" #\"'"):
        raise ConfigError(
            f"{path} does not hold a relay's secret",
            code="keys.relay_password.secret",
            hint=f"One line of {LEAST_SECRET_CHARACTERS} to {MOST_SECRET_CHARACTERS} letters and digits, the same as "
            "static-auth-secret of the relay; such as: openssl rand -hex 32",
        )
    return text
