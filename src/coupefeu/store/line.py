"""The line as the store needs it: whose logs there are, and with which keys we sign."""

from dataclasses import dataclass

from coupefeu.keys.notes import CosignSigner, LogSigner
from coupefeu.wire.note import VerifierKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One party of the line; its position in `Line.parties` is the number of its log."""

    name: str
    origin: str
    log_key: VerifierKey
    cosigner_key: VerifierKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """All parties in the order of the agreement, and our own signers."""

    parties: tuple[Party, ...]
    our_log: int
    log_signer: LogSigner
    cosigner: CosignSigner

    @property
    def names(self) -> tuple[str, ...]:
        """The parties' names in the order of the agreement."""
        return tuple(party.name for party in self.parties)
