"""Another party, as the engine knows it."""

from dataclasses import dataclass, field

from coupefeu.keys.notes import LogSigner
from coupefeu.link.link import Link
from coupefeu.link.outbox import Outgoing
from coupefeu.node.fetching import Fetching
from coupefeu.node.intake import Intake
from coupefeu.node.ml_dsa_schedule import MlDsaSchedule
from coupefeu.node.sealer import Sealer
from coupefeu.store.outgoing import Pending
from coupefeu.store.recovery_jobs import Owed


@dataclass(slots=True, kw_only=True, eq=False)
class Again:
    """What of our log goes once more, step by step: offered up to `start`, to be offered up to `end`."""

    start: int
    end: int
    kept: int = 0
    """Entries among those offered whose content is erased: nobody acknowledges them."""
    is_reading: bool = False


@dataclass(slots=True, kw_only=True)
class Peer:
    """The link to it, what we sign towards it, what of it waits to be taken up, what it promised and we fetch."""

    log: int
    link: Link
    sealer: Sealer
    intake: Intake
    fetching: Fetching
    ml_dsa: MlDsaSchedule
    cosigned: int = 0
    quiet_since_ms: int | None = None
    paths: set[int] = field(default_factory=set)
    is_doubted: bool = False
    """Whether it signed for entries of our log that are not ours here."""
    cosigned_ms: int | None = None
    """When it last co-signed our log, as this process knows."""
    fell_back_ms: int | None = None
    """When it last had us begin again behind what it has co-signed."""
    has_shown_loss: bool = False
    """Whether it came back under an old secret, or asked for our log as one that recovers."""
    again: Again | None = None
    """What it has lost and is still to be offered."""
    is_reading: bool = False
    """Whether what it asked for is being read: one at a time."""
    renewals: int = 0
    """How often what waits was sent anew, whole: what was read before is read again."""
    told_ms: dict[str, int] = field(default_factory=dict)
    is_answered: bool = True
    """Whether no ask of theirs is with the store: one at a time."""
    beside_others: str = ""
    """Its name where the line has other parties too: then it gets the words of what is addressed to it alone."""

    def outgoing(self, our_log: int, pending: Pending) -> Outgoing:
        """Give what of an entry of ours goes to this party."""
        entry = pending.for_party(self.beside_others) if self.beside_others else pending.entry
        return Outgoing(our_log, pending.index, pending.precedence, entry)

    def resume(self, our_log: int, owed: Owed, signer: LogSigner) -> None:
        """Deliver anew what this party lacks of our log, after a recovering."""
        self.sealer.sign_with(signer)
        self.sealer.begin_anew(owed.frontier, [each.leaf_hash for each in owed.pending])
        self.cosigned = owed.cosigned
        self.link.begin_anew(our_log, owed.cosigned)
        self.link.acknowledged(our_log, owed.cosigned, owed.runs)
        self.link.offer(self.outgoing(our_log, each) for each in owed.pending)

    def beyond_rate(self, mono_ms: int) -> int:
        """Return what the node dropped in the last minute: beyond the agreed budgets, or parts nobody asked for."""
        return self.intake.beyond_rate.per_minute(mono_ms) + self.fetching.unasked.per_minute(mono_ms)

    def fetch_ms(self) -> int | None:
        """Say when to go on fetching; not while what they sent already waits here."""
        return None if self.intake.is_full else self.fetching.next_ms()
