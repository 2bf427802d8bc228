"""`coupefeu verify FILE`: a communique, offline: what its entries say, what is proved, and what is not.

The text that the file shows to people is never printed: whatever is shown here is made from the proved entries.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from coupefeu.cli.exported_folder import open_plain, parse_keys
from coupefeu.cli.printing import progress, report
from coupefeu.cli.proved_entry import entry_values
from coupefeu.cli.wrapping import bullets, wrap
from coupefeu.errors import VerificationError, naming
from coupefeu.model.messages import format_number
from coupefeu.record.communique import ProvedCommunique, ProvedEntry, verify_communique
from coupefeu.record.policy import verify_policy
from coupefeu.record.proved_log import ProvedLog
from coupefeu.record.signatures import Cosigned
from coupefeu.services.bodies import promised_in
from coupefeu.services.communique.account import account_lines
from coupefeu.services.communique.consent import judge_consent
from coupefeu.services.communique.page import render_page
from coupefeu.services.communique.proved import (
    holds_words,
    keys_of_file,
    not_proved_sentences,
    proved_sentences,
)
from coupefeu.services.communique.reading import words
from coupefeu.services.persons.judging import Line
from coupefeu.services.persons.shown import ShownPersons
from coupefeu.services.told_persons import not_proved_of_persons, persons_values, proved_of_persons
from coupefeu.wire.note import COSIGNATURE, ED25519, ML_DSA_44, VerifierKey
from coupefeu.wire.policy import Policy
from coupefeu.words import say


def verify_file(
    path: Path, given: Sequence[str], language: str, *, policy: Policy | None = None, as_json: bool
) -> None:
    """Verify a communique and say what it proves. `policy`: what must have signed every log in it.

    Raises: PeerError, VerificationError: it does not hold, or the policy is not met, and why.
    """
    keys = parse_keys(given)
    with open_plain(path) as file, naming(path), progress("Verifying", as_json=as_json) as tell:
        proved = verify_communique(file.readline, promised_in, progress=tell)
    if keys:
        insist_trusted(proved, keys)
    counted = None if policy is None else judge_all(proved, policy)
    trusted = [*keys, *_keys_of(policy or Policy())]
    is_our_text = sha256(render_page(proved)).digest() == proved.human_digest
    proved = replace(proved, given=frozenset(trusted))
    said = list(proved_sentences(proved, language, is_our_text=is_our_text))
    not_said = list(not_proved_sentences(proved, language, is_our_text=is_our_text, given=trusted))
    persons, names = shown_persons(proved), proved.agreement.party_ids
    said += proved_of_persons(persons, names, language)
    not_said += not_proved_of_persons(persons, names, language)
    if counted is not None:
        said.append(say("communique-policy-met", language, names=", ".join(counted) or "-"))
    lines = wrap(holds_words(proved, language), "")
    lines += ["", *(line for each in account_lines(proved, language) for line in wrap(each, "") or [""])]
    for heading, sentences in (
        ("ui-verify-proved", said),
        ("ui-verify-when", [words("communique-when-hint", language)]),
        ("ui-verify-not-proved", not_said),
    ):
        lines += ["", words(heading, language), *bullets(sentences)]
    values = communique_values(proved) | {
        "text_is_ours": is_our_text,
        "persons": persons_values(persons, names),
        "keys_from": "file" if keys_of_file(proved, trusted) else "given",
        "policy": None if counted is None else {"met": True, "counted": list(counted)},
        "proved": said,
        "not_proved": not_said,
    }
    report(proved.agreement.banner, lines, values, as_json=as_json)


def shown_persons(proved: ProvedCommunique) -> ShownPersons:
    """Judge what persons signed among the entries of a communique."""
    line = Line(id=proved.agreement.line_id, parties=proved.agreement.party_ids)
    persons = ShownPersons(line)
    for each in sorted(proved.entries, key=lambda entry: entry.id):
        if each.head is not None:
            persons.take(each.id, each.head, each.item.body)
    return persons


def _keys_of(policy: Policy) -> list[VerifierKey]:
    return [*(each.key for each in policy.logs), *(each.key for each in policy.witnesses)]


def insist_trusted(proved: ProvedCommunique, keys: Sequence[VerifierKey]) -> None:
    """Return if every log here is signed by one of the keys that are trusted, and held under those of them that cosign.

    Raises: VerificationError: one is signed by a key that was not named.
    """
    for log in proved.logs.values():
        if not any(key.algorithm == ED25519 and key == log.key for key in keys):
            raise _not_trusted(f"the log {log.origin} is signed by {log.key.text()}")
        cosigned = [each.key for each in (*log.newest.holders, *log.newest.witnesses)]
        post_quantum = [key for key in (*log.post_quantum, *log.party_keys) if key.algorithm == ML_DSA_44]
        for algorithm, signers in ((COSIGNATURE, cosigned), (ML_DSA_44, post_quantum)):
            trusted = [key for key in keys if key.algorithm == algorithm]
            strange = [key for key in signers if trusted and key not in trusted]
            if strange:
                raise _not_trusted(f"the log {log.origin} is co-signed by {_short(strange[0])}")


def _short(key: VerifierKey) -> str:
    """Write a key whole, but one of ML-DSA-44, which fills a screen, by its name and id."""
    return f"{key.name} ({key.key_id.hex()})" if key.algorithm == ML_DSA_44 else key.text()


def judge_all(proved: ProvedCommunique, policy: Policy) -> tuple[str, ...]:
    """Insist that every log here satisfies the policy; gives the names of those who counted.

    Raises: VerificationError: one does not, and who is missing.
    """
    counted: dict[str, None] = {}
    for log in proved.logs.values():
        signers = [each.key for each in (*log.newest.holders, *log.newest.witnesses)]
        judged = verify_policy(policy, log.key, [*signers, *log.post_quantum])
        counted |= dict.fromkeys(judged.counted)
    return tuple(counted)


def _not_trusted(what: str) -> VerificationError:
    return VerificationError(
        f"{what}, which is not among the keys that you trust",
        code="cli.verify_communique.not_trusted",
        hint="Give with --key each log's key, as its party gave it to you; or no --key, and compare those printed.",
    )


def communique_values(proved: ProvedCommunique) -> dict[str, Any]:
    """Give a communique for programs: every text exactly as its author wrote it."""
    header, agreement, consent = proved.header, proved.agreement, judge_consent(proved)
    return {
        "what": "communique",
        "line": agreement.name,
        "status": agreement.status.value,
        "version": agreement.version,
        "issuer": proved.party_of(proved.issuer),
        "origin": header.origin,
        "made_ms": header.made_ms,
        "embargo_ms": header.embargo_ms,
        "query": header.query,
        "digest": header.digest.hex(),
        "one_sided": consent.is_one_sided,
        "missing": list(consent.missing),
        "consented": [each.party for each in (*consent.proposed, *consent.consented)],
        "refused": {each.party: each.reason for each in consent.refused},
        "post_quantum": proved.is_post_quantum,
        "logs": [_log_values(proved, each) for each in proved.logs.values()],
        "entries": [_entry_values(proved, each) for each in proved.entries],
    }


def _log_values(proved: ProvedCommunique, log: ProvedLog) -> dict[str, Any]:
    return {
        "log": log.number,
        "party": proved.party_of(log.number),
        "origin": log.origin,
        "key_id": log.key.key_id.hex(),
        "size": log.size,
        "root": log.root.hex(),
        "named": all(proved.keys.names(key) for key in log.party_keys),
        "holders": [_cosigned_values(proved, each) for each in log.newest.holders],
        "witnesses": [_cosigned_values(proved, each) for each in log.newest.witnesses],
        "earlier": [each.checkpoint.size for each in log.earlier],
        "post_quantum": [key.name for key in log.post_quantum],
        "unknown_signers": list(log.unknown),
    }


def _cosigned_values(proved: ProvedCommunique, each: Cosigned) -> dict[str, Any]:
    """Give a co-signature, and whether the agreement names its key: anyone can make one under any name."""
    return {
        "name": each.key.name,
        "key_id": each.key.key_id.hex(),
        "time_s": each.time_s,
        "named": proved.keys.names(each.key),
    }


def _entry_values(proved: ProvedCommunique, entry: ProvedEntry) -> dict[str, Any]:
    held = proved.first_held(entry)
    values: dict[str, Any] = {
        "number": format_number(entry.id, proved.agreement.party_ids),
        "party": proved.party_of(entry.item.log),
        "log": entry.item.log,
        "index": entry.item.index,
        "disclosed": entry.disclosed.value,
        "why": entry.item.why.name.lower(),
        "leaf_hash": entry.leaf_hash.hex(),
        "held_by_s": None if held is None else held.time_s,
        "seen": [] if entry.head is None else [_seen_values(each) for each in entry.head.seen],
        "attachments": [
            {"number": each.number, "name": each.name, "size": each.size, "shown": each.is_shown}
            for each in entry.attachments
        ],
    }
    if entry.head is None:
        return values
    return values | entry_values(entry.head, entry.item.body, proved.agreement)


def _seen_values(seen: Any) -> Mapping[str, Any]:
    return {"log": seen.log, "size": seen.size, "root": seen.root.hex()}
