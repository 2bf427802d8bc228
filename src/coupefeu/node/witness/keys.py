"""The keys of a witness and their files, made at its first start.

    witness.key   witness.vkey           Ed25519: private, 0600, and the verifier key that parties are given
    witness-mldsa.key  witness-mldsa.vkey   the same of ML-DSA-44, under the same name
    witness.db                           the heads; without it these keys never sign again

Keys whose heads are gone could be made to sign a fork, and heads whose keys are gone are of another witness: neither is
made anew.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final

from coupefeu.errors import ConfigError, PeerError
from coupefeu.keys import ed25519, mldsa
from coupefeu.keys.files import read_secrets, write_durably, write_secrets
from coupefeu.keys.notes import CosignSigner, MlDsaSigner
from coupefeu.wire.note import VerifierKey

HEADS_FILE: Final = "witness.db"
KEY_FILES: Final = ("witness", "witness-mldsa")
MAX_NAME_BYTES: Final = 120
_SECRET: Final = {"key": 32}
_SAYS: Final = "Private key of a witness: whoever reads it can witness in its name."


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessKeys:
    """Both signers, under one name."""

    ed25519: CosignSigner = field(repr=False)
    ml_dsa: MlDsaSigner = field(repr=False)

    @property
    def name(self) -> str:
        """What stands in its signature lines."""
        return self.ed25519.name


def open_keys(folder: Path, name: str | None, *, has_heads: bool) -> WitnessKeys:
    """Read the keys, or make them where this is the first start. `has_heads`: some log was cosigned here already.

    Raises: ConfigError: files of the folder are missing or do not belong together, or the name is another.
    """
    heads = folder / HEADS_FILE
    there = [(folder / f"{each}.key").exists() for each in KEY_FILES]
    if not all(there):
        if has_heads:
            raise _fault(
                "no_keys",
                f"{folder} holds what a witness has cosigned, and not its keys",
                "Put witness.key and witness-mldsa.key back. New keys need a new folder and a new name.",
            )
        _make_private(folder)
    secrets = [read_secrets(folder / f"{each}.key", _SECRET)["key"] for each in KEY_FILES]
    stands = _read_name(folder, secrets)
    chosen = _choose_name(stands, name, secrets[0])
    keys = WitnessKeys(ed25519=CosignSigner(chosen, secrets[0]), ml_dsa=MlDsaSigner(chosen, secrets[1]))
    if stands is None:
        for file, vkey in zip(KEY_FILES, (keys.ed25519.vkey, keys.ml_dsa.vkey), strict=True):
            write_durably(folder / f"{file}.vkey", f"{vkey.text()}\n".encode())
    assert heads.exists()
    return keys


def insist_heads(folder: Path) -> None:
    """Refuse a folder that has keys and no heads: what they signed is not known any more. Raises: ConfigError."""
    if (folder / f"{KEY_FILES[0]}.vkey").exists() and not (folder / HEADS_FILE).exists():
        raise _fault(
            "no_heads",
            f"{folder} holds the keys of a witness, and not {HEADS_FILE}: what it has cosigned is not known",
            "Put back witness.db itself, never an older copy: with it these keys would sign a second history. "
            "If it is lost, make a new witness in a new folder, and say so to all.",
        )


def _make_private(folder: Path) -> None:
    """Make what is not there yet; a start that was cut off goes on here."""
    makers: tuple[Callable[[], bytes], ...] = (ed25519.generate, mldsa.generate)
    for file, make in zip(KEY_FILES, makers, strict=True):
        path = folder / f"{file}.key"
        if not path.exists():
            write_secrets(path, _SAYS, {"key": make()})


def _read_name(folder: Path, secrets: list[bytes]) -> str | None:
    """Give the name under which the verifier keys stand; None: they do not stand there yet."""
    paths = [folder / f"{each}.vkey" for each in KEY_FILES]
    if not all(path.exists() for path in paths):
        return None
    try:
        found = [VerifierKey.parse(path.read_text("utf-8")) for path in paths]
    except (PeerError, UnicodeDecodeError) as error:
        raise _fault(
            "vkey", f"{paths[0].name} or {paths[1].name} is no verifier key", "Put it back."
        ) from error
    publics = [ed25519.public(secrets[0]), mldsa.public(secrets[1])]
    if [each.key for each in found] != publics or found[0].name != found[1].name:
        raise _fault(
            "vkey",
            "the verifier keys are not those of the private keys",
            "Put the files of one witness back.",
        )
    return found[0].name


def _choose_name(stands: str | None, asked: str | None, private: bytes) -> str:
    if asked is not None and stands not in {None, asked}:
        raise _fault(
            "name", f"this witness is called {stands}, not {asked}", "A name is for ever: leave --name out."
        )
    chosen = stands or asked or f"witness/{sha256(ed25519.public(private)).hexdigest()[:16]}"
    fits = chosen.isascii() and chosen.isprintable() and not set(chosen) & set(" +") and chosen
    if not fits or len(chosen) > MAX_NAME_BYTES:
        raise _fault(
            "name",
            f"{chosen[:60]!r} is no name for a witness",
            "Write it such as witness.example/w1: no blank, no +.",
        )
    return chosen


def _fault(defect: str, says: str, hint: str) -> ConfigError:
    return ConfigError(says, code=f"node.witness.{defect}", hint=hint)
