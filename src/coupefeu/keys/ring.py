"""All private keys of one party on one line, and their files.

    identity.key   Ed25519 and ML-DSA-44: signs agreements and key statements; kept offline between uses
    log.key, cosigner.key   Ed25519: sign the log's checkpoints and runs, and receipts
    log-mldsa.key, cosigner-mldsa.key   ML-DSA-44, seeds: sign checkpoints once more, behind the receipts (A15)
    session.key    X25519: the link's static key
    psk-PARTY.key  the secrets shared with one counterpart, by generation

Source: protocol A10.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from coupefeu.errors import ConfigError
from coupefeu.keys import ed25519, mldsa, x25519
from coupefeu.keys.files import SECRET_MODE, read_private, read_secrets, write_durably, write_secrets
from coupefeu.keys.generations import (
    MAX_FILE_BYTES,
    Generations,
    decode_generations,
    encode_generations,
)

IDENTITY_FILE: Final = "identity.key"
_ONLINE: Final = ("log", "cosigner", "session")
_ML_DSA: Final = ("log-mldsa", "cosigner-mldsa")
"""Absent in a folder that was paired without them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityKey:
    """The key that is the party: both halves sign whatever it signs."""

    ed25519_private: bytes = field(repr=False)
    ml_dsa_seed: bytes = field(repr=False)

    @property
    def ed25519_public(self) -> bytes:
        """The Ed25519 public key, 32 bytes."""
        return ed25519.public(self.ed25519_private)

    @property
    def ml_dsa_public(self) -> bytes:
        """The ML-DSA-44 public key, 1,312 bytes."""
        return mldsa.public(self.ml_dsa_seed)

    @property
    def ml_dsa_sha256(self) -> bytes:
        """What card and agreement hold of the ML-DSA-44 key."""
        return mldsa.public_sha256(self.ml_dsa_seed)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRing:
    """The online keys, and the identity key where it is at hand."""

    log: bytes = field(repr=False)
    cosigner: bytes = field(repr=False)
    session: bytes = field(repr=False)
    log_mldsa: bytes | None = field(default=None, repr=False)
    cosigner_mldsa: bytes | None = field(default=None, repr=False)
    identity: IdentityKey | None = None

    def secret(self, role: str) -> bytes | None:
        """Give an online key by its role ("log-mldsa"); None: it is not there."""
        secret: bytes | None = getattr(self, role.replace("-", "_"))
        return secret

    def with_secret(self, role: str, secret: bytes) -> "KeyRing":
        """Give the ring with another key in this role."""
        changed: dict[str, Any] = {role.replace("-", "_"): secret}
        return replace(self, **changed)

    def need_ml_dsa(self) -> tuple[bytes, bytes]:
        """Give the seeds of log and cosigner key, or say how to get some.

        Raises:
            ConfigError: `keys.ring.no_ml_dsa`.
        """
        if self.log_mldsa is None or self.cosigner_mldsa is None:
            raise ConfigError(
                "this folder has no ML-DSA-44 keys for log and cosigner: an earlier version made it",
                code="keys.ring.no_ml_dsa",
                hint="make a new one with `coupefeu init`; a paired line gets them by `coupefeu agreement "
                "replace-key log-mldsa`, then `cosigner-mldsa`",
            )
        return self.log_mldsa, self.cosigner_mldsa

    def need_identity(self) -> IdentityKey:
        """Give the identity key, or say how to bring it.

        Raises:
            ConfigError: `keys.ring.no_identity`.
        """
        if self.identity is None:
            raise ConfigError(
                "the identity key is not on this machine",
                code="keys.ring.no_identity",
                hint=f"bring {IDENTITY_FILE} from where it is kept and name it with --identity FILE",
            )
        return self.identity


def make_secret(role: str) -> bytes:
    """Make a fresh online key of this role."""
    return _MAKERS.get(role, ed25519.generate)()


def public_half(role: str, secret: bytes) -> bytes:
    """Give what agreement and statements name an online key by: its public key; of ML-DSA-44, the SHA-256 of it."""
    return _PUBLIC_HALVES.get(role, ed25519.public)(secret)


_MAKERS: Final = {"session": x25519.generate} | dict.fromkeys(_ML_DSA, mldsa.generate)
_PUBLIC_HALVES: Final = {"session": x25519.public} | dict.fromkeys(_ML_DSA, mldsa.public_sha256)


def make_ring() -> KeyRing:
    """Make fresh keys for a new line."""
    return KeyRing(
        log=ed25519.generate(),
        cosigner=ed25519.generate(),
        session=x25519.generate(),
        log_mldsa=mldsa.generate(),
        cosigner_mldsa=mldsa.generate(),
        identity=IdentityKey(ed25519_private=ed25519.generate(), ml_dsa_seed=mldsa.generate()),
    )


def write_ring(folder: Path, party: str, ring: KeyRing) -> None:
    """Write each key to a new file of its own; raises ConfigError `keys.files.exists` if one is there."""
    identity = ring.need_identity()
    write_secrets(
        folder / IDENTITY_FILE,
        f"Identity key of {party.upper()}: whoever reads it can sign as this party. Keep it offline.",
        {"ed25519": identity.ed25519_private, "ml_dsa_44_seed": identity.ml_dsa_seed},
    )
    for name in (*_ONLINE, *_ML_DSA):
        secret = ring.secret(name)
        if secret is not None:
            write_secrets(folder / f"{name}.key", f"Private {name} key of {party.upper()}.", {"key": secret})


def read_ring(folder: Path, identity_file: Path | None = None) -> KeyRing:
    """Read the keys; the identity key from `identity_file`, or from the folder if it is there.

    Raises:
        ConfigError: a file is absent, damaged, or readable by others.
    """
    names = [*_ONLINE, *(name for name in _ML_DSA if (folder / f"{name}.key").exists())]
    online = {
        name.replace("-", "_"): read_secrets(folder / f"{name}.key", {"key": 32})["key"] for name in names
    }
    stored = identity_file or folder / IDENTITY_FILE
    identity = read_identity(stored) if identity_file or stored.exists() else None
    return KeyRing(identity=identity, **online)


def read_identity(path: Path) -> IdentityKey:
    """Read an identity key file.

    Raises:
        ConfigError: it is absent, damaged, or readable by others.
    """
    secrets = read_secrets(path, {"ed25519": 32, "ml_dsa_44_seed": 32})
    return IdentityKey(ed25519_private=secrets["ed25519"], ml_dsa_seed=secrets["ml_dsa_44_seed"])


def write_generations(folder: Path, party: str, generations: Generations) -> None:
    """Write the secrets shared with `party`, durably, in place of what stood there; raises ConfigError."""
    write_durably(psk_path(folder, party), encode_generations(generations, party), mode=SECRET_MODE)


def read_generations(folder: Path, party: str) -> Generations:
    """Read the secrets shared with `party`; raises ConfigError as the others do."""
    path = psk_path(folder, party)
    return decode_generations(read_private(path, MAX_FILE_BYTES), str(path))


def psk_path(folder: Path, party: str) -> Path:
    """Name the file of the secrets shared with `party`."""
    return folder / f"psk-{party}.key"


def stage_key(folder: Path, role: str, fresh: bytes) -> None:
    """Keep a new online key before anything is said of it, so that no crash loses it."""
    write_secrets(folder / f"{role}.next", f"Next {role} key.", {"key": fresh}, replace=True)


def read_staged_key(folder: Path, role: str) -> bytes | None:
    """Read the new online key that waits to be put in place; None: there is none."""
    path = folder / f"{role}.next"
    return read_secrets(path, {"key": 32})["key"] if path.exists() else None


def promote_key(folder: Path, role: str) -> None:
    """Put the staged key in place; the old one stays beside it, named by its public half. May be repeated."""
    path = folder / f"{role}.key"
    old = read_secrets(path, {"key": 32})["key"] if path.exists() or role in _ONLINE else None
    fresh = read_secrets(folder / f"{role}.next", {"key": 32})["key"]
    if old != fresh:  # equal: cut off after the last write, and the key in place has not retired
        if old is not None:
            retired = folder / f"{role}-{public_half(role, old).hex()[:8]}.retired"
            write_secrets(retired, f"Retired {role} key.", {"key": old}, replace=True)
        write_secrets(folder / f"{role}.key", f"Private {role} key.", {"key": fresh}, replace=True)
    (folder / f"{role}.next").unlink()
