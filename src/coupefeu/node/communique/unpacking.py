"""Files for other people's tools: a verified communique as one folder for each entry, and keys for each log.

us/log.vkey  cosigners/*.vkey  cosigners/mldsa/*.vkey  witnesses/*.vkey     keys, a line each
us/checkpoint                                                               the signed note
us/INDEX/leaf  proof  body                                                  as `coupefeu prove` writes them
us/INDEX/attachments/INDEX-N  INDEX-N.salt
"""

from pathlib import Path

from coupefeu.model.filenames import safe_filename
from coupefeu.model.messages import format_number
from coupefeu.node.export import need_empty, write
from coupefeu.record.communique import ProvedCommunique, ProvedEntry, verify_communique
from coupefeu.record.disclosure import Disclosure
from coupefeu.record.enclosures import attachment_path
from coupefeu.services.bodies import promised_in
from coupefeu.wire.communique import AttachmentItem, EntryItem
from coupefeu.wire.communique_file import ReadLine
from coupefeu.wire.note import ML_DSA_44, VerifierKey
from coupefeu.wire.proof import TlogProof


def unpack(readline: ReadLine, folder: Path) -> ProvedCommunique:
    """Verify a communique and write it into a new folder; nothing stays there of one that does not hold.

    Raises: UsageError: the folder is not empty; PeerError, VerificationError: as `verify_communique`.
    """
    need_empty(folder)
    waiting = folder / ".attachments"
    try:
        proved = verify_communique(
            readline, promised_in, attached=lambda *seen: _keep(waiting, seen[0], seen[2], seen[3])
        )
        for log in proved.logs:
            _write_log(proved, log, folder / _name(proved, log))
        for entry in proved.entries:
            _write_entry(
                proved, entry, folder / _name(proved, entry.item.log) / str(entry.item.index), waiting
            )
    finally:
        _remove(waiting)
    return proved


def _name(proved: ProvedCommunique, log: int) -> str:
    """Name a log's folder as people name its entries: us, us.2."""
    number = format_number((log, 0), proved.agreement.party_ids)
    return safe_filename(number.rpartition("/")[0].lower())


def _write_log(proved: ProvedCommunique, number: int, folder: Path) -> None:
    log = proved.logs[number]
    write(folder / "checkpoint", log.note)
    write(folder / "log.vkey", _line(log.key))
    post_quantum = [each for each in log.party_keys if each.algorithm == ML_DSA_44]
    holders = [each for each in log.party_keys if each not in post_quantum and each != log.key]
    witnesses = [each for each in log.keys if each not in log.party_keys]
    for inside, keys in (("cosigners", holders), ("cosigners/mldsa", post_quantum), ("witnesses", witnesses)):
        for place, key in enumerate(keys):
            name = "log" if key.name == log.origin else proved.holder_of(key).lower() or f"witness-{place}"
            write(folder / inside / f"{name}.vkey", _line(key))


def _line(key: VerifierKey) -> bytes:
    return f"{key.text()}\n".encode()


def _write_entry(proved: ProvedCommunique, entry: ProvedEntry, folder: Path, waiting: Path) -> None:
    item, extra = entry.item, None
    if item.head_salt is not None and item.head is not None:
        extra = Disclosure(item.index, item.head_salt, item.head, item.body_salt, item.body).to_extra()
    write(folder / "leaf", item.leaf)
    write(folder / "proof", TlogProof(item.index, item.path, proved.logs[item.log].note, extra).format())
    if item.body is not None:
        write(folder / "body", item.body)
    for each in entry.attachments:
        if each.is_shown:
            path = attachment_path(item.index, each.number)
            for name in (path, f"{path}.salt"):
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (waiting / str(item.log) / name).rename(folder / name)


def _keep(waiting: Path, entry: EntryItem, item: AttachmentItem, content: bytes) -> None:
    """Put a proved attachment aside until the whole file holds; its name in a folder is never its author's."""
    path = waiting / str(entry.log) / attachment_path(entry.index, item.number)
    write(path, content)
    write(path.with_name(f"{path.name}.salt"), item.salt)


def _remove(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True) if folder.exists() else ():
        path.rmdir() if path.is_dir() else path.unlink()
    if folder.exists():
        folder.rmdir()
