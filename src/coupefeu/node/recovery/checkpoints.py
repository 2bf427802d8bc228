"""What others show of our own log in a signed checkpoint: a witness, or a file that was brought by hand (A13).

Such a checkpoint is under our own signature, and names a size that a record which recovers must come up to. It never
lets a node sign again by itself: a witness lags, and a file is as old as it is.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from coupefeu.errors import CoupefeuError, PeerError, UsageError, naming
from coupefeu.node.events import Change, Trouble
from coupefeu.node.exchange import Reply, get
from coupefeu.node.folder_files import read_given
from coupefeu.node.witness_settings import WitnessSettings
from coupefeu.store.recovery_jobs import NoteTold
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.wire.note import parse_note

MAX_NOTE_BYTES: Final = 65_536
_SIGNATURE_BYTES: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCheckpoint:
    """A checkpoint of our log with our signature, not verified yet, and who else signed the note."""

    checkpoint: Checkpoint
    signature: bytes
    others: tuple[str, ...]

    def told_by(self, source: str) -> NoteTold:
        """Give the job that verifies and keeps it."""
        size, root = self.checkpoint.size, self.checkpoint.root
        return NoteTold(source=source, size=size, root=root, signature=self.signature)


def parse_shown(octets: bytes, origin: str) -> ShownCheckpoint:
    """Read a signed note of our log. Raises: PeerError: it is none, or of another log, or we did not sign it."""
    if len(octets) > MAX_NOTE_BYTES:
        raise PeerError(
            f"a note of {len(octets):,} bytes",
            code="node.recovery.note_too_long",
            hint="Give one checkpoint.",
        )
    note = parse_note(octets)
    checkpoint = Checkpoint.parse(note.text)
    if checkpoint.origin != origin:
        raise PeerError(
            f"it is of the log {checkpoint.origin}, ours is {origin}",
            code="node.recovery.other_log",
            hint="Ask for the checkpoint of our own log.",
        )
    ours = [
        each.blob for each in note.signatures if each.name == origin and len(each.blob) == _SIGNATURE_BYTES
    ]
    if not ours:
        raise PeerError(
            "it has no line of our own log key",
            code="node.recovery.not_signed",
            hint="Only what our key signed says how far we signed.",
        )
    others = tuple(dict.fromkeys(each.name for each in note.signatures if each.name != origin))
    return ShownCheckpoint(checkpoint=checkpoint, signature=ours[0], others=others)


def read_shown(path: Path, origin: str) -> ShownCheckpoint:
    """Read it from a file. Raises: as `parse_shown`; ConfigError: there is no such file."""
    with naming(path):
        return parse_shown(read_given(path), origin)


async def ask_witnesses(
    witnesses: Sequence[WitnessSettings], origin: str, tell: Callable[[Change], None]
) -> list[NoteTold]:
    """Ask each for its last checkpoint of our log; what cannot be had is told, and none is waited for long."""
    found = await asyncio.gather(*(_ask(each, origin, tell) for each in witnesses))
    return [each for each in found if each is not None]


async def _ask(settings: WitnessSettings, origin: str, tell: Callable[[Change], None]) -> NoteTold | None:
    try:
        reply = await get(f"{settings.url}/{sha256(origin.encode()).hexdigest()}/checkpoint")
        if reply.status == 404:
            return None  # it has never seen our log
        return parse_shown(_need_page(reply), origin).told_by(f"witness {settings.name}")
    except CoupefeuError as error:
        says = f"the witness {settings.name} did not tell how far our log reaches: {error.message}"
        tell(Trouble(party=None, code=error.code, detail=says))
        return None


def _need_page(reply: Reply) -> bytes:
    if reply.status != 200:
        raise UsageError(
            f"it answered {reply.status}",
            code="node.recovery.witness_status",
            hint="It may not serve its checkpoints: that is no fault.",
        )
    return reply.body
