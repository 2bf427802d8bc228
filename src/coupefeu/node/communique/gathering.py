"""The items of a communique, gathered from the record: agreement, checkpoints, entries with paths, attachments.

Beside what was chosen stand entry 0 of our own log, which is the agreement; key statements, where a key is not the one
that the agreement names; and the proposal and answers that speak of this selection.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from coupefeu.errors import CoupefeuError
from coupefeu.keys import mldsa
from coupefeu.keys.agreement_signatures import build_agreement_body
from coupefeu.model.entry import Kind
from coupefeu.model.messages import MessageId
from coupefeu.node.folder import NodeFolder
from coupefeu.node.prove import proved_path
from coupefeu.node.signed_note import (
    OWN,
    SignedNote,
    find_post_quantum_note,
    find_seen_note,
    find_witnessed_note,
    need_signed_note,
)
from coupefeu.record.agreed_keys import agreed_keys
from coupefeu.record.attachment import attachment_salt
from coupefeu.record.leaf import salts
from coupefeu.record.selection import Chosen, Disclosed, selection_digest
from coupefeu.record.statements import checkpoint_note, verify_checkpoint, verify_cosignature
from coupefeu.record.witnessed import verify_line
from coupefeu.services.agreement.views import SELECT_ENTRIES
from coupefeu.store.line import logs_of, need_author
from coupefeu.store.paths import Paths
from coupefeu.store.reader import Reader
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.wire.communique import (
    MAX_EARLIER,
    PART_BYTES,
    AmendmentItem,
    AttachmentItem,
    ContinuedItem,
    EarlierItem,
    EntryItem,
    HeaderItem,
    Item,
    LogItem,
    Why,
)
from coupefeu.wire.note import ML_DSA_44, VerifierKey

LANGUAGES: Final = ("en", "fr", "ru")
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a communique is to be: the selection, its embargo, how it was chosen, and who proposed and answered."""

    chosen: tuple[Chosen, ...]
    made_ms: int
    embargo_ms: int | None = None
    query: str = ""
    consents: tuple[MessageId, ...] = ()


def signed_notes(reader: Reader, folder: NodeFolder) -> dict[int, SignedNote]:
    """Give, by log, the newest checkpoint that others co-signed; logs that nobody has are left out.

    What the other side has not signed for, as an attempt to reach it while its node was dark, a witness may have seen.
    """
    found = {}
    for log in logs_of(folder.parties):
        held = _held_note(reader, folder, log)
        seen = find_seen_note(reader, folder.parties, log)
        if seen is not None and (held is None or held.size < seen.size):
            keys = {} if held is None else held.cosigner_keys
            found[log] = replace(seen, cosigner_keys={**keys, **seen.cosigner_keys})
        elif held is not None:
            found[log] = held
    return found


def _held_note(reader: Reader, folder: NodeFolder, log: int) -> SignedNote | None:
    """Give the newest that another party co-signed; None: there is none."""
    if reader.newest_cosigned(log) is None:
        return None
    return need_signed_note(reader, folder.parties, log)


def provable(notes: Mapping[int, SignedNote]) -> dict[int, int]:
    """Say of each log how many of its entries can be proved."""
    return {log: note.size for log, note in notes.items()}


def gather(
    reader: Reader,
    folder: NodeFolder,
    notes: Mapping[int, SignedNote],
    wanted: Wanted,
    progress: Progress | None = None,
) -> Iterator[Item]:
    """Give the items in their order, each proof checked against what was signed.

    Raises: UsageError: our own log was never co-signed; StoreError: the record's tree is not the one that was signed.
    """
    ours = folder.log_number
    notes = dict(notes)
    if ours not in notes:
        notes[ours] = need_signed_note(reader, folder.parties, ours)
    whys = _whys(reader, folder, notes, wanted)
    logs = sorted({log for log, _ in whys})
    for log in logs:
        last = max(index for each, index in whys if each == log)
        notes[log] = _best_note(reader, folder, log, last) or notes[log]
    yield _header(folder, wanted, len(logs), len(whys))
    for signed in (*folder.need_line().earlier, folder.need_line().signed):
        if signed.agreement.version > 1:
            yield AmendmentItem(body=build_agreement_body(signed))
    for log in logs:
        own = own_ml_dsa_key(folder) if log == ours else None
        yield _log(log, notes[log], own, is_ours=log == ours)
    paths = {log: Paths(reader.connection, log, notes[log].size) for log in logs}
    yield from _earlier(reader, folder, notes, paths, sorted(whys))
    chosen = {(each.log, each.index): each for each in wanted.chosen}
    for done, number in enumerate(sorted(whys), 1):
        log, index = number
        row = reader.entry(log, index)
        path = proved_path(paths[log], row["leaf"], index, notes[log])
        each = chosen.get(number)
        disclosed = Disclosed.ALL if each is None else each.disclosed
        yield _entry(row, path, disclosed, whys[number])
        for attachment in () if each is None else each.attachments:
            yield from _attachment(reader, row, attachment)
        if progress is not None:
            progress(done, len(whys))


def _header(folder: NodeFolder, wanted: Wanted, logs: int, entries: int) -> HeaderItem:
    return HeaderItem(
        origin=folder.log_origin,
        made_ms=wanted.made_ms,
        embargo_ms=wanted.embargo_ms,
        query=wanted.query,
        digest=selection_digest(folder.line_id, wanted.embargo_ms, wanted.chosen),
        languages=LANGUAGES,
        logs=logs,
        entries=entries,
    )


def _whys(
    reader: Reader, folder: NodeFolder, notes: Mapping[int, SignedNote], wanted: Wanted
) -> dict[MessageId, Why]:
    """Say of each entry that goes in why it does; what was chosen stays chosen."""
    whys = dict.fromkeys(wanted.consents, Why.CONSENT)
    whys[folder.log_number, 0] = Why.AGREEMENT
    if not all(_is_agreed(folder, note) for note in notes.values()):
        whys |= dict.fromkeys(_key_statements(reader, provable(notes)), Why.AGREEMENT)
    return whys | {(each.log, each.index): Why.CHOSEN for each in wanted.chosen}


def _is_agreed(folder: NodeFolder, note: SignedNote) -> bool:
    """Whether the agreement itself names the keys of a checkpoint; others are named by entries, which then go along."""
    line = folder.need_line()
    named = agreed_keys([each.agreement for each in (*line.earlier, line.signed)], ())
    return all(
        named.names(key) for key in (note.log_key, *note.cosigner_keys.values(), *note.ml_dsa_keys.values())
    )


_KEY_KINDS: Final = frozenset({Kind.KEY_STATEMENT, Kind.INCARNATION_OPENED})


def _key_statements(reader: Reader, sizes: Mapping[int, int]) -> list[MessageId]:
    rows = reader.view(SELECT_ENTRIES)
    standing = [row for row in rows if row["kind"] in _KEY_KINDS and not row["effect"]]
    return [(row["log"], row["idx"]) for row in standing if row["idx"] < sizes.get(row["log"], 0)]


def _best_note(reader: Reader, folder: NodeFolder, log: int, index: int) -> SignedNote | None:
    """Find a checkpoint that holds an entry and that both sides signed; one with a witness, or with ML-DSA-44, first.

    None: the other side has signed for no head that holds it.
    """
    parties = folder.parties
    for found in (
        find_witnessed_note(reader, parties, log, index),
        find_post_quantum_note(reader, parties, log),
        _held_note(reader, folder, log),
    ):
        if found is not None and index < found.size:
            return found
    return None


def _log(number: int, note: SignedNote, ours: VerifierKey | None, *, is_ours: bool) -> LogItem:
    """Give every key whose line stands on the note; of our own ML-DSA-44 keys the one that signs the file, alone."""
    again = [key for name, key in note.ml_dsa_keys.items() if not (is_ours and name == OWN)]
    witnesses = [each.key for each in note.witnesses]
    return LogItem(
        number=number,
        key=note.log_key.text(),
        note=note.note,
        cosigners=tuple(key.text() for key in note.cosigner_keys.values()),
        witnesses=tuple(key.text() for key in witnesses if key.algorithm != ML_DSA_44),
        ml_dsa=tuple(key.text() for key in ([] if ours is None else [ours]) + again),
        ml_dsa_witnesses=tuple(key.text() for key in witnesses if key.algorithm == ML_DSA_44),
    )


def own_ml_dsa_key(folder: NodeFolder) -> VerifierKey | None:
    """Give the key under which we sign a file against quantum computers; None: we have none that others know."""
    seed, origin = folder.ring.log_mldsa, folder.log_origin
    if seed is None or folder.keys_of(folder.party).log_ml_dsa_sha256 != mldsa.public_sha256(seed):
        return None
    return VerifierKey.of(origin, ML_DSA_44, mldsa.public(seed))


def _entry(row: Mapping[str, Any], path: tuple[bytes, ...], disclosed: Disclosed, why: Why) -> EntryItem:
    item = EntryItem(log=row["log"], index=row["idx"], leaf=row["leaf"], path=path, why=why)
    if disclosed is Disclosed.EXISTENCE:
        return item
    head_salt, body_salt = salts(row["seed"]) if row["seed"] is not None else (row["head_salt"], None)
    shows_body = disclosed is Disclosed.ALL
    return EntryItem(
        log=item.log,
        index=item.index,
        leaf=item.leaf,
        path=path,
        head_salt=head_salt,
        head=row["head"],
        body_salt=body_salt if shows_body else None,
        body=row["body"] if shows_body else None,
        why=why,
    )


def _attachment(reader: Reader, row: Mapping[str, Any], number: int) -> Iterator[Item]:
    content = reader.attachment(row["log"], row["idx"], number)
    assert content is not None, "it was held when it was chosen"
    parts = [content[at : at + PART_BYTES] for at in range(0, len(content), PART_BYTES)]
    yield AttachmentItem(number=number, salt=attachment_salt(row["seed"], number), content=parts[0])
    yield from (ContinuedItem(content=part) for part in parts[1:])


# --- by when an entry was held ----------------------------------------------------------------------------


def _earlier(
    reader: Reader,
    folder: NodeFolder,
    notes: Mapping[int, SignedNote],
    paths: Mapping[int, Paths],
    entries: Sequence[MessageId],
) -> Iterator[Item]:
    """Give the smallest checkpoint that holds each entry of every party that co-signed, and of a witness.

    Of very many, some, so that bounds are looser; nobody's signature for an entry is lost by that.
    """
    signed: dict[tuple[int, str], set[MessageId]] = {}
    for log, index in entries:
        for signer, size in _first_sizes(reader, log, index, _holders(folder, notes[log])):
            if size < notes[log].size:
                signed.setdefault((log, signer), set()).add((log, size))
    for log, size in thin_out([sorted(heads) for heads in signed.values()]):
        note = _earlier_note(reader, folder, log, size, notes[log])
        if note is not None:
            yield EarlierItem(log=log, note=note, path=paths[log].consistency(size))


def thin_out(signed: Sequence[Sequence[MessageId]]) -> list[MessageId]:
    """Leave out heads until there is room; what each signer signed in each log is thinned apart, ascending.

    Its largest stays, for that one holds every entry which the others hold.
    """
    longest = max(map(len, signed), default=1)
    steps = (
        step for step in range(1, longest) if sum(-(-len(heads) // step) for heads in signed) <= MAX_EARLIER
    )
    step = next(steps, longest)
    return sorted({head for heads in signed for head in heads[::-1][::step]})[:MAX_EARLIER]


def _first_sizes(
    reader: Reader, log: int, index: int, holders: Sequence[tuple[int, VerifierKey]]
) -> Iterator[tuple[str, int]]:
    """Give the smallest size at which each other party signed that it holds an entry, and at which a witness saw it."""
    for holder, key in holders:
        row = reader.first_cosignature(log, index, holder)
        if row is not None:
            yield key.name, row["size"]
    seen = reader.first_seen_size(log, index)
    if seen is not None:
        yield "", seen


def _earlier_note(
    reader: Reader, folder: NodeFolder, log: int, size: int, newest: SignedNote
) -> bytes | None:
    """Give the note of an earlier checkpoint with the lines of the newest's keys; None: other keys signed it."""
    row = reader.covering_checkpoint(log, size - 1)
    if row is None or row["size"] != size:
        return None
    origin, root = need_author(folder.parties, log).origin, row["root"]
    lines = []
    try:
        verify_checkpoint(newest.log_key, size, root, row["signature"])
        for holder, key in _holders(folder, newest):
            cosigned = reader.first_cosignature(log, size - 1, holder)
            if cosigned is not None and cosigned["size"] == size:
                verify_cosignature(key, origin, size, root, cosigned["time_s"], cosigned["signature"])
                lines.append((key, cosigned["time_s"], cosigned["signature"]))
        lines += _seen_lines(reader, Checkpoint(origin, size, root), log, newest)
    except CoupefeuError:
        return None
    return (
        checkpoint_note(newest.log_key, Checkpoint(origin, size, root), row["signature"], lines)
        if lines
        else None
    )


def _seen_lines(
    reader: Reader, checkpoint: Checkpoint, log: int, newest: SignedNote
) -> Iterator[tuple[VerifierKey, int, bytes]]:
    """Give the lines that the witnesses of the newest checkpoint put on an earlier one."""
    known = {each.key for each in newest.witnesses if each.key.algorithm != ML_DSA_44}
    for line in reader.witnessed(log, checkpoint.size):
        if line.key in known:
            verify_line(line.key, checkpoint, line.time_s, line.signature)
            yield line.key, line.time_s, line.signature


def _holders(folder: NodeFolder, note: SignedNote) -> list[tuple[int, VerifierKey]]:
    return [(folder.agreement.log_number(party), key) for party, key in note.cosigner_keys.items()]
