"""What a verified communique proves, by whose keys, between which times, and what it does not; in words."""

from collections.abc import Collection, Iterator, Sequence

from coupefeu.model.instant import format_second
from coupefeu.record.communique import ProvedCommunique
from coupefeu.record.proved_log import ProvedLog
from coupefeu.record.signatures import Cosigned
from coupefeu.services.communique.consent import judge_consent
from coupefeu.services.communique.reading import EntryReader, words
from coupefeu.services.messages.display import show_line
from coupefeu.wire.note import VerifierKey
from coupefeu.words import say


def holds_words(communique: ProvedCommunique, language: str) -> str:
    """Say first that the file holds together, and whose it is."""
    party = communique.party_of(communique.issuer).upper()
    return say("communique-holds", language, party=party, name=show_line(communique.agreement.name))


def proved_sentences(communique: ProvedCommunique, language: str, *, is_our_text: bool) -> Iterator[str]:
    """Say what is proved; `is_our_text`: the text of the file is what this program writes of its entries."""
    issuer = communique.logs[communique.issuer]
    party = communique.party_of(communique.issuer).upper()
    yield say("communique-proved-file", language, party=party, key=issuer.key.key_id.hex())
    if communique.is_post_quantum and communique.signature is not None:
        key = communique.signature.ml_dsa_key_id.hex()
        yield say("communique-proved-file-both", language, key=key)
    for log in communique.logs.values():
        yield from _log_sentences(communique, log, language)
    yield words("communique-proved-contents", language)
    yield _agreement(communique, language)
    yield words("communique-proved-keys", language)
    consent, reader = judge_consent(communique), EntryReader(communique, language)
    for each in (*consent.proposed, *consent.consented):
        number = reader.number(*each.entry.id)
        yield say("communique-proved-consent", language, party=each.party.upper(), number=number)
    if is_our_text:
        yield words("communique-proved-text", language)


def keys_of_file(communique: ProvedCommunique, given: Collection[VerifierKey]) -> tuple[VerifierKey, ...]:
    """Give the parties' keys that are not among those of the reader: the file alone says whose they are."""
    keys = (key for log in communique.logs.values() for key in log.party_keys)
    return tuple(key for key in dict.fromkeys(keys) if key not in given)


def not_proved_sentences(
    communique: ProvedCommunique, language: str, *, is_our_text: bool, given: Collection[VerifierKey] = ()
) -> Iterator[str]:
    """Say what is not proved; `given`: the keys that the reader has by another way than the file."""
    if not is_our_text:
        yield words("communique-not-proved-text", language)
    from_file = keys_of_file(communique, given)
    if from_file:
        yield words("ui-verify-not-proved-identities", language)
    if from_file and given:
        yield say("verifier-not-proved-given", language, names=_names(from_file))
    yield words("ui-verify-not-proved-truth", language)
    yield words("ui-verify-not-proved-person", language)
    yield words("communique-not-complete", language)
    yield words("ui-verify-not-proved-written", language)
    for log in communique.logs.values():
        if not log.newest.holders:
            party = communique.party_of(log.number).upper()
            yield say("communique-not-proved-held", language, party=party)
    strange = [each.key for log in communique.logs.values() for each in log.newest.witnesses]
    strange = [key for key in dict.fromkeys(strange) if not communique.keys.names(key)]
    if strange:
        yield say("communique-not-proved-witness", language, names=_names(strange))
    classical = _classical(communique)
    if classical:
        yield say("communique-not-proved-classical", language, names=", ".join(classical))
    unknown = sorted({name for log in communique.logs.values() for name in log.unknown})
    if unknown:
        yield say("communique-not-proved-unknown", language, names=", ".join(map(show_line, unknown)))
    absent = sum(not each.is_shown for entry in communique.entries for each in entry.attachments)
    if absent:
        yield say("communique-not-proved-attachments", language, count=absent)


def _log_sentences(communique: ProvedCommunique, log: ProvedLog, language: str) -> Iterator[str]:
    party, size = communique.party_of(log.number).upper(), log.size
    count = sum(each.item.log == log.number for each in communique.entries)
    key = log.key.key_id.hex()
    yield say("communique-proved-log", language, party=party, key=key, size=size, count=count)
    for each in log.newest.holders:
        yield say("communique-proved-held", language, party=party, size=size, **_signer(communique, each))
    for each in log.newest.witnesses:
        yield say("communique-proved-witness", language, party=party, size=size, **_signer(communique, each))
    if log.post_quantum:
        yield say("communique-proved-post-quantum", language, party=party, names=_names(log.post_quantum))


def _signer(communique: ProvedCommunique, cosigned: Cosigned) -> dict[str, str]:
    return {
        "holder": communique.holder_of(cosigned.key) or show_line(cosigned.key.name),
        "key": cosigned.key.key_id.hex(),
        "time": format_second(cosigned.time_s * 1_000),
    }


def _agreement(communique: ProvedCommunique, language: str) -> str:
    signed = communique.versions[0]
    return say(
        "communique-proved-agreement",
        language,
        status=signed.agreement.status.value,
        name=show_line(signed.agreement.name),
        version=str(signed.agreement.version),
        signers=", ".join(each.party.upper() for each in signed.signatures),
    )


def _classical(communique: ProvedCommunique) -> list[str]:
    """Name the parties whose logs their own ML-DSA-44 key and another party's did not both sign."""
    return [
        communique.party_of(number).upper()
        for number, log in communique.logs.items()
        if not log.is_post_quantum
    ]


def _names(keys: Sequence[VerifierKey]) -> str:
    return ", ".join(f"{show_line(key.name)} ({key.key_id.hex()})" for key in keys)
