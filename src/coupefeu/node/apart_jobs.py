"""The other end of `node.apart`: one job a process, which only reads the record, whether the node runs or not."""

import os
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import msgspec

from coupefeu.errors import CoupefeuError, StoreError
from coupefeu.model.instant import Instant, format_second
from coupefeu.model.messages import format_log, parse_number
from coupefeu.node.communique.asked import CommuniqueRequest, wish_of
from coupefeu.node.communique.drafted import drafted_values
from coupefeu.node.communique.issuing import draft_communique
from coupefeu.node.control import describe
from coupefeu.node.desk import Desk
from coupefeu.node.export import ML_DSA_FOLDER, export_record
from coupefeu.node.folder import NodeFolder
from coupefeu.node.leaflet import write_proof_leaflet, write_record_leaflet
from coupefeu.node.prove import prove_entry
from coupefeu.node.running import is_running
from coupefeu.node.signed_note import need_signed_note
from coupefeu.node.verified import VerifiedRecordValues, refused_values, verified_values
from coupefeu.record.audit import audit_record
from coupefeu.record.enclosures import FOLDER, Enclosures
from coupefeu.services.bodies import decode_body, promised_in
from coupefeu.services.communique.facts import MAX_RANGES, ranges_of
from coupefeu.services.usage.asked import Asked
from coupefeu.store.reader import Reader
from coupefeu.wire.communique_file import format_body
from coupefeu.wire.note import VerifierKey

Tell = Callable[[int, int], None]
NICENESS: Final = 10
"""A verification gives way to a FLASH."""
ROOM: Final = 2
"""The folder that is written takes less than this many times the record."""
_MEMBER_TIME: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest that a zip file can say: when it was made is no fact about the record."""


def verify_records(folder: NodeFolder, tell: Tell) -> list[VerifiedRecordValues]:
    """Export each log as a stranger would get it, and verify that, every head and body decoded."""
    with Reader(folder.record_path, running=is_running(folder)) as reader:
        sizes = {row["log"]: int(row["size"]) for row in reader.logs()}
        total, done = 2 * sum(sizes.values()), 0
        found = []
        for log, held in sizes.items():
            found.append(_verify_log(folder, reader, log, held, _shifted(tell, done, total)))
            done += 2 * held
    tell(total, total)
    return found


def pack_proof(folder: NodeFolder, to: Path, party: str, index: int, tell: Tell) -> int:
    """Write what `coupefeu prove` writes as one zip file; gives the size of the log."""
    log, _ = parse_number(f"{party}/0", folder.agreement.party_ids)
    with _scratch(folder) as scratch, Reader(folder.record_path, running=is_running(folder)) as reader:
        inside = Path(scratch) / proof_name(folder, party, index)
        size = prove_entry(reader, folder.parties, log, index, inside, witnesses=folder.agreement.witnesses)
        write_proof_leaflet(folder, party, index, inside)
        _zip(inside, to)
    tell(size, size)
    return size


def pack_record(folder: NodeFolder, to: Path, party: str, tell: Tell) -> int:
    """Write what `coupefeu export record` writes as one zip file; gives the size of the log."""
    log, _ = parse_number(f"{party}/0", folder.agreement.party_ids)
    with _scratch(folder) as scratch, Reader(folder.record_path, running=is_running(folder)) as reader:
        inside = Path(scratch) / record_name(folder, party)
        size = export_record(reader, folder.parties, log, inside, tell, witnesses=folder.agreement.witnesses)
        write_record_leaflet(folder, party, size, inside)
        _zip(inside, to)
    return size


def draft(folder: NodeFolder, to: Path, asked: Path, tell: Tell) -> dict[str, Any]:
    """Draft a communique and write all that is to be signed; nothing is signed. Gives its values and its ranges."""
    with Reader(folder.record_path, running=is_running(folder)) as reader:
        drafted = draft_communique(folder, reader, wish_of(folder, _asked(asked)), tell)
        page = drafted.page()
        to.write_bytes(format_body(page, drafted.items))
        ranges = [asdict(each) for each in ranges_of(drafted.chosen)]
        return {
            "values": asdict(drafted_values(folder, reader, drafted)),
            "ranges": ranges[: MAX_RANGES + 1],
            "page_bytes": len(page),
            "has_ml_dsa": drafted.has_ml_dsa,
        }


def _asked(path: Path) -> CommuniqueRequest:
    return msgspec.json.decode(path.read_bytes(), type=CommuniqueRequest)


def figures(folder: NodeFolder, asked: Asked) -> Any:
    """Count the usage figures of a span."""
    with closing(Desk.open(folder, running=is_running(folder))) as desk:
        return msgspec.to_builtins(desk.figures(asked))


def communique_name(folder: NodeFolder, made_ms: int) -> str:
    """Name the file of a communique: letters, digits and hyphens only."""
    stamp = "".join(filter(str.isalnum, format_second(Instant(made_ms))))
    return f"{_exercise(folder)}communique-{folder.party}-{stamp}"


def proof_name(folder: NodeFolder, party: str, index: int) -> str:
    """Name the folder inside the zip file, and the file: letters, digits and hyphens only."""
    return f"{_exercise(folder)}proof-{party.replace('.', '-')}-{index}"


def record_name(folder: NodeFolder, party: str) -> str:
    """Name the folder inside the zip file, and the file: letters, digits and hyphens only."""
    return f"{_exercise(folder)}record-{party.replace('.', '-')}"


def _exercise(folder: NodeFolder) -> str:
    return "EXERCISE-" if folder.agreement.is_exercise else ""


def _verify_log(folder: NodeFolder, reader: Reader, log: int, held: int, tell: Tell) -> VerifiedRecordValues:
    parties = folder.agreement.party_ids
    name = format_log(log, parties).lower()
    try:
        signed = need_signed_note(reader, folder.parties, log)
        with _scratch(folder) as scratch:
            to = Path(scratch) / name
            export_record(reader, folder.parties, log, to, tell)
            audit = audit_record(
                lambda name: _read(to / name),
                signed.log_key,
                tuple(signed.cosigner_keys.values()),
                witness_keys=tuple(line.key for line in signed.witnesses),
                deep=True,
                decode_body=decode_body,
                enclosures=_enclosures(to),
                progress=_shifted(tell, held, 2 * held),
                ml_dsa_keys=_ml_dsa_keys(to),
            )
    except CoupefeuError as error:
        return refused_values(name, held, error)
    return verified_values(name, held, audit, signed, parties)


def _enclosures(to: Path) -> Enclosures:
    names = sorted(each.name for each in (to / FOLDER).iterdir()) if (to / FOLDER).exists() else []
    return Enclosures(lambda name: _read(to / name), names, promised_in)


def _ml_dsa_keys(to: Path) -> tuple[VerifierKey, ...]:
    """Take them from what was just written: an older checkpoint may be the one that they signed."""
    return tuple(VerifierKey.parse(path.read_text()) for path in sorted((to / ML_DSA_FOLDER).glob("*.vkey")))


def _read(path: Path) -> bytes | None:
    with suppress(FileNotFoundError):
        return path.read_bytes()
    return None


def _shifted(tell: Tell, before: int, total: int) -> Tell:
    return lambda done, _size: tell(before + done, total)


def _scratch(folder: NodeFolder) -> "tempfile.TemporaryDirectory[str]":
    """Make a folder that goes when the job ends. Raises: StoreError: there is no room for what may be written."""
    needed = ROOM * folder.record_path.stat().st_size
    free = shutil.disk_usage(tempfile.gettempdir()).free
    if free < needed:
        raise StoreError(
            f"{tempfile.gettempdir()} has {free:,} bytes free, the work may take {needed:,}",
            code="node.apart.room",
            hint="Make room there, or set TMPDIR to another folder before `coupefeu up`.",
        )
    return tempfile.TemporaryDirectory(prefix="coupefeu-")


def _zip(folder: Path, to: Path) -> None:
    """Pack a folder under its own name; the same folder gives the same bytes."""
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in sorted(each for each in folder.rglob("*") if each.is_file()):
            member = zipfile.ZipInfo(str(path.relative_to(folder.parent)), _MEMBER_TIME)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            archive.writestr(member, path.read_bytes())


def _do(arguments: list[str], tell: Tell) -> Any:
    job, path, *rest = arguments
    folder = NodeFolder.open(path)
    match job, rest:
        case "verify", []:
            return [asdict(each) for each in verify_records(folder, tell)]
        case "prove", [to, party, index]:
            return pack_proof(folder, Path(to), party, int(index), tell)
        case "export", [to, party]:
            return pack_record(folder, Path(to), party, tell)
        case "draft", [to, asked]:
            return draft(folder, Path(to), Path(asked), tell)
        case "figures", [from_ms, to_ms, party]:
            return figures(folder, Asked(from_ms=int(from_ms), to_ms=int(to_ms), party=party))
        case _:
            raise SystemExit(__doc__)


def _say(said: dict[str, Any]) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(said) + b"\n")
    sys.stdout.buffer.flush()


def _teller() -> Tell:
    """Tell of each hundredth, not of each bundle."""
    told = -1

    def tell(done: int, total: int) -> None:
        nonlocal told
        hundredth = 100 * done // total if total else 100
        if hundredth > told:
            told = hundredth
            _say({"done": done, "total": total})

    return tell


def main(arguments: list[str]) -> None:
    """Do one job; whatever is refused goes back as an error with its code."""
    os.nice(NICENESS)
    try:
        _say({"result": _do(arguments, _teller())})
    except CoupefeuError as error:
        _say({"error": describe(error)})


if __name__ == "__main__":
    main(sys.argv[1:])
