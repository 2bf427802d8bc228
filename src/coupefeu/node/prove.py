"""What a stranger gets of one entry: its leaf, its place in the signed log, and its content where it is held.

leaf                   the entry's 70 bytes as the log holds them
proof                  c2sp.org/tlog-proof@v1; its extra line holds head and salts
body                   exact bytes, where held
attachments/INDEX-N    the same of attachments, each with its salt beside it
opening/leaf ...       the same for entry 0, which holds the agreement: so that a reader knows REAL from EXERCISE
log.vkey  cosigners/   the keys whose lines stand on the checkpoint
"""

from collections.abc import Callable
from pathlib import Path

from coupefeu.errors import UsageError
from coupefeu.node.export import need_empty, write, write_attachments, write_keys
from coupefeu.node.signed_note import SignedNote, need_signed_note
from coupefeu.record.disclosure import Disclosure
from coupefeu.record.leaf import leaf_hash
from coupefeu.record.tree import PathCollector
from coupefeu.store.line import Party
from coupefeu.store.reader import Reader
from coupefeu.wire.proof import TlogProof

OPENING = "opening"
_REPORT_EVERY = 4_096


def prove_entry(
    reader: Reader,
    parties: tuple[Party, ...],
    log: int,
    index: int,
    folder: Path,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Write the proof of one entry; gives the size of the log that it stands in.

    All leaves go by once and none is kept, so memory does not grow with the log.

    Raises: UsageError: the entry is not held, or no co-signed checkpoint covers it yet.
    """
    reader.entry(log, index)
    signed = need_signed_note(reader, parties, log)
    if index >= signed.size:
        raise UsageError(
            f"entry {index:,} is not under a co-signed checkpoint yet (the newest covers {signed.size:,})",
            code="node.export.not_cosigned",
            hint="Wait until the other side has receipted it; `coupefeu status` shows the line.",
        )
    need_empty(folder)
    collectors = {each: PathCollector(each, signed.size) for each in sorted({0, index})}
    for position, (leaf, *_) in enumerate(reader.leaves(log, signed.size), 1):
        hashed = leaf_hash(leaf)
        for collector in collectors.values():
            collector.append(hashed)
        if progress is not None and (position % _REPORT_EVERY == 0 or position == signed.size):
            progress(position, signed.size)
    _write_proof(reader, log, index, collectors[index], signed, folder)
    write_attachments(reader, log, index, index + 1, folder)
    if index:
        _write_proof(reader, log, 0, collectors[0], signed, folder / OPENING)
    write_keys(folder, signed)
    return signed.size


def _write_proof(
    reader: Reader, log: int, index: int, collector: PathCollector, signed: SignedNote, folder: Path
) -> None:
    row = reader.entry(log, index)
    extra = None
    if row["body"] is not None:
        extra = Disclosure.whole(index, row["seed"], row["head"], row["body"]).to_extra()
        write(folder / "body", row["body"])
    write(folder / "leaf", row["leaf"])
    write(folder / "proof", TlogProof(index, collector.path(), signed.note, extra).format())
