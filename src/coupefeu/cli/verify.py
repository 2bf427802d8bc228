"""`coupefeu verify`: a communique, an exported record or a proof, offline, without a node, and what it proves.

Keys that come with the folder show that the folder is of one piece, not whose it is: they are named, and where entry
0 is shown, compared with the agreement that all parties signed.
"""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from coupefeu.cli.bracket import bracket_values, proof_bracket, record_bracket
from coupefeu.cli.exported_folder import Keys, Read, need, read_policy, reader_of
from coupefeu.cli.printing import JsonOption, Language, Progress, progress, report
from coupefeu.cli.trust import Trust, policy_sentence, read_trust
from coupefeu.cli.wrapping import bullets, wrap
from coupefeu.errors import PeerError, UsageError, naming
from coupefeu.keys.agreement_signatures import SignedAgreement
from coupefeu.model.agreement import RecordMode
from coupefeu.model.instant import Instant, format_instant
from coupefeu.record.agreed import Finding, find_agreement, names_keys, witness_sentences
from coupefeu.record.audit import RecordAudit, audit_record
from coupefeu.record.enclosures import FOLDER, Enclosure, Enclosures
from coupefeu.record.equivocation import PROOF_FILE
from coupefeu.record.evidence import ProofAudit, audit_proof
from coupefeu.record.policy import Judged
from coupefeu.record.signatures import CLASSICAL, NOT_PROVED, Cosigned

if TYPE_CHECKING:
    from coupefeu.cli.record_persons import RecordPersons

IDENTITIES = "That these identity keys are the parties': compare them with what you have from the parties."
FACT_ONLY = (
    "RECORD OF FACT ONLY: on this line content is erased as agreed, so of most entries there is the head alone: that "
    "it took place, by whom and when."
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("verify")(verify)


def verify(
    path: Annotated[
        Path,
        typer.Argument(
            help="A communique, or a folder made by `coupefeu export record` or `coupefeu prove`."
        ),
    ],
    key: Annotated[
        list[str] | None,
        typer.Option(
            "--key", help="Trust this verifier key, or the file that holds it, and none from the folder."
        ),
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option(
            "--policy",
            help="A tlog-policy: trust its keys, and refuse what those that it asks for have not signed.",
        ),
    ] = None,
    deep: Annotated[bool, typer.Option("--deep", help="Decode every entry of a record too.")] = False,
    language: Annotated[
        Language, typer.Option("--language", case_sensitive=False, help="Language to read a communique in.")
    ] = Language.EN,
    as_json: JsonOption = False,
) -> None:
    """Verify a communique, a record, a proof or an equivocation offline: what is proved and what is not."""
    if path.is_file():
        from coupefeu.cli.verify_communique import verify_file  # noqa: PLC0415 - a folder needs no words of it

        asked = None if policy is None else read_policy(policy)
        verify_file(path, key or (), language.value, policy=asked, as_json=as_json)
        return
    if not path.is_dir():
        raise UsageError(
            f"{path} is neither a file nor a folder",
            code="cli.verify.folder",
            hint="Give a communique, or a folder made by `coupefeu export record` or `coupefeu prove`.",
        )
    read = reader_of(path)
    if read(PROOF_FILE) is not None:
        from coupefeu.cli.verify_equivocation import verify_folder  # noqa: PLC0415 - seldom needed

        with naming(path):
            verify_folder(path, read, key or (), as_json=as_json)
        return
    trust = read_trust(path, read, key, policy)
    with naming(path):
        if read("proof") is not None:
            _verify_proof(read, _enclosures(path, read), trust, as_json=as_json)
            return
        persons = _persons(need(read, "checkpoint")) if deep else None
        with progress("Verifying", as_json=as_json) as tell:
            audit = _audit(path, read, trust.keys, tell, persons)
        _report_record(audit, trust, trust.judge(read, audit), persons, as_json=as_json)


def _persons(note: bytes) -> "RecordPersons":
    """Sit down to judge what persons signed in the log that a checkpoint names; the audit verifies that."""
    from coupefeu.cli.record_persons import RecordPersons  # noqa: PLC0415 - a quick start without it

    return RecordPersons(note.partition(b"\n")[0].decode("utf-8", "replace"))


def _audit(
    path: Path, read: Read, keys: Keys, tell: Progress | None, persons: "RecordPersons | None"
) -> RecordAudit:
    enclosures, deep = None, persons is not None
    if deep or (path / FOLDER).exists():
        enclosures = _enclosures(path, read)
    return audit_record(
        read,
        keys.log,
        keys.cosigners,
        witness_keys=keys.witnesses,
        deep=deep,
        decode_body=None if persons is None else persons.decode,
        enclosures=enclosures,
        progress=tell,
        ml_dsa_keys=keys.ml_dsa,
    )


def _enclosures(path: Path, read: Read) -> Enclosures:
    """Find the attachments that a folder shows. Raises: PeerError: something else lies among them."""
    from coupefeu.services.bodies import promised_in  # noqa: PLC0415 - a quick start where there are none

    folder = path / FOLDER
    try:
        names = sorted(each.name for each in folder.iterdir()) if folder.exists() else []
    except OSError as error:
        raise PeerError(
            f"{FOLDER} cannot be read: {error.strerror}",
            code="cli.verify.attachments",
            hint="Check the folder.",
        ) from error
    return Enclosures(read, names, promised_in)


def _report_record(
    audit: RecordAudit,
    trust: Trust,
    judged: Judged | None,
    persons: "RecordPersons | None",
    *,
    as_json: bool,
) -> None:
    deep = persons is not None
    finding = find_agreement(audit.first_body, audit.origin)
    lines = [f"The record of {audit.origin}: {audit.size:,} entries. It holds together."]
    values = {
        "what": "record",
        "origin": audit.origin,
        "size": audit.size,
        "root": audit.root.hex(),
        "deep": deep,
        "heads": audit.heads,
        "bodies": audit.bodies,
        "unreadable": list(audit.unreadable),
        "unreadable_count": audit.unreadable_count,
        "attachments": audit.attachments,
        "attachments_absent": audit.attachments_absent if deep else None,
    }
    if audit.unreadable_count:
        named = ", ".join(map(str, audit.unreadable[:10]))
        lines.append(
            f"{audit.unreadable_count:,} entries cannot be read; that is lawful. The first: {named}."
        )
    agreement = finding.agreement
    values["bracket"] = bracket_values(audit, audit.seen, agreement) if deep else None
    values["persons"] = None if persons is None else persons.values()
    when = record_bracket(audit, agreement, deep=deep)
    _report(audit, trust, judged, finding, lines, when, values, persons, as_json=as_json)


def _verify_proof(read: Read, enclosures: Enclosures, trust: Trust, *, as_json: bool) -> None:
    keys = trust.keys
    audit = audit_proof(
        need(read, "leaf"),
        need(read, "proof"),
        read("body"),
        keys.log,
        keys.cosigners,
        enclosures,
        keys.ml_dsa,
        witness_keys=keys.witnesses,
    )
    judged = trust.judge(read, audit)
    first = audit.body if audit.index == 0 else _opening(read, keys, audit)
    finding = find_agreement(first, audit.origin)
    lines = [f"Entry {audit.index:,} of {audit.origin}, which has {audit.size:,} entries. The proof holds."]
    values: dict[str, Any] = {
        "what": "proof",
        "origin": audit.origin,
        "index": audit.index,
        "size": audit.size,
        "attachments": [_enclosure_values(each) for each in audit.attachments],
    }
    if audit.head is not None:
        from coupefeu.cli.proved_entry import entry_lines, entry_values  # noqa: PLC0415 - a leaf alone needs no words

        lines += entry_lines(audit.head, audit.body, finding.agreement)
        values |= entry_values(audit.head, audit.body, finding.agreement)
    persons = None
    if audit.head is not None:
        persons = _persons(f"{audit.origin}\n".encode())
        persons.take(audit.index, audit.head, audit.body, finding.agreement)
        values["persons"] = persons.values()
    seen = () if audit.head is None else audit.head.seen
    values["bracket"] = bracket_values(audit, seen, finding.agreement)
    when = proof_bracket(audit, finding.agreement)
    _report(audit, trust, judged, finding, lines, when, values, persons, as_json=as_json)


def _opening(read: Read, keys: Keys, audit: ProofAudit) -> bytes | None:
    """Verify entry 0 where it stands beside; it must be of the same checkpoint."""
    if read("opening/proof") is None:
        return None
    opening = audit_proof(
        need(read, "opening/leaf"),
        need(read, "opening/proof"),
        read("opening/body"),
        keys.log,
        keys.cosigners,
        ml_dsa_keys=keys.ml_dsa,
        witness_keys=keys.witnesses,
    )
    return opening.body if (opening.index, opening.checkpoint) == (0, audit.checkpoint) else None


def _report(
    audit: RecordAudit | ProofAudit,
    trust: Trust,
    judged: Judged | None,
    finding: Finding,
    first: list[str],
    when: list[str],
    values: dict[str, Any],
    persons: "RecordPersons | None",
    *,
    as_json: bool,
) -> None:
    signed, keys = finding.signed, trust.keys
    proved = [*audit.proved, *(() if persons is None else persons.proved())]
    not_proved = [*audit.not_proved, *(() if persons is None else persons.not_proved())]
    if judged is not None:
        proved.append(policy_sentence(judged))
    named = signed is not None and names_keys(
        signed.agreement, keys.log, keys.cosigners, finding.opened, keys.ml_dsa
    )
    if signed is not None:
        not_proved = [_with_end(each, signed.agreement.classical_until_ms) for each in not_proved]
    if signed is not None:
        proved.append(_agreement_sentence(signed))
        if named:
            proved.append("The keys used here are those that this agreement names.")
            not_proved[not_proved.index(NOT_PROVED[0])] = IDENTITIES
        else:
            not_proved.insert(
                0, "That the keys are those of the agreement: it names others (replaced, or not theirs)."
            )
    else:
        not_proved.insert(0, f"Whether the line is REAL or EXERCISE: {finding.reason}.")
    if keys.from_folder and not named:
        not_proved.insert(0, f"Whose keys these are: they came with the folder. {_key_words(keys)}")
    if signed is not None:
        said, unsaid = witness_sentences(signed.agreement, audit.witnessed)
        proved += said
        not_proved += unsaid
    unknown = list(dict.fromkeys(audit.unknown_signers))
    if unknown:
        not_proved.append(f"Signatures of unknown keys: {', '.join(unknown)}.")
    banner = None if signed is None else signed.agreement.banner
    values |= {
        "agreement": None
        if signed is None
        else {
            "status": signed.agreement.status.value,
            "record_mode": signed.agreement.record_mode.value,
            "version": signed.agreement.version,
            "signed_by": [each.party for each in signed.signatures],
            "names_these_keys": named,
        },
        "cosigned": [_cosigned_values(each) for each in audit.cosigned],
        "signed_again": [_cosigned_values(each) for each in audit.again],
        "post_quantum_before": audit.covered,
        "witnessed": [_cosigned_values(each) for each in audit.witnessed],
        "policy": None if judged is None else {"met": judged.is_met, "counted": list(judged.counted)},
        "unknown_signers": unknown,
        "keys_from": "folder" if keys.from_folder else "given",
        "proved": proved,
        "not_proved": not_proved,
    }
    if signed is not None and signed.agreement.record_mode is RecordMode.FACT_ONLY:
        first = [*first, FACT_ONLY]
    lines = [line for text in first for line in wrap(text, "")]
    for heading, sentences in (("PROVED", proved), ("WHEN", when), ("NOT PROVED", not_proved)):
        lines += ["", heading, *bullets(sentences)]
    report(banner, lines, values, as_json=as_json)


def _agreement_sentence(signed: SignedAgreement) -> str:
    agreement = signed.agreement
    parties = ", ".join(each.party.upper() for each in signed.signatures)
    keys = ", ".join(f"{each.party.upper()} {each.identity.hex()}" for each in agreement.keys)
    return (
        f"Entry 0 is the {agreement.status.value} agreement {agreement.name!r}, version {agreement.version}, "
        f"signed by the identity keys of {parties} ({keys})."
    )


def _with_end(sentence: str, until_ms: int | None) -> str:
    """Add to what is classical only until when that counts, as agreed; by this machine's clock."""
    if until_ms is None or not sentence.startswith(CLASSICAL):
        return sentence
    instant = format_instant(Instant(until_ms))
    if time.time() * 1_000 < until_ms:
        return f"{sentence} That counts until {instant}, as the agreement says."
    return f"{sentence} THAT COUNTS NO LONGER: the agreement let it count until {instant}."


def _key_words(keys: Keys) -> str:
    every = (keys.log, *keys.cosigners, *keys.ml_dsa, *keys.witnesses)
    names = [f"{each.name} ({each.key_id.hex()})" for each in every]
    return f"Compare them with keys that you have from the parties: {', '.join(names)}."


def _cosigned_values(cosigned: Cosigned) -> dict[str, Any]:
    return {"name": cosigned.key.name, "key_id": cosigned.key.key_id.hex(), "time_s": cosigned.time_s}


def _enclosure_values(each: Enclosure) -> dict[str, Any]:
    return {"number": each.number, "name": each.name, "size": each.size, "shown": each.is_shown}
