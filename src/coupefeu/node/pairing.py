"""Pairing in a folder: our card, the others' cards and words, our answer, the others' answers, the line.

    pairing/us.card  ru.card     hold secrets (0600); removed when the line is ready
    pairing/us.answer            what we signed; the others' answers are checked against it

Each step may be repeated until line.toml, the last write, says that the line is ready.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from coupefeu.errors import ConfigError, UsageError
from coupefeu.keys.files import SECRET_MODE, write_durably
from coupefeu.keys.generations import first_generation
from coupefeu.keys.pairing import (
    build_answer,
    check_card,
    derive_psk,
    derive_recovery_psk,
    join_agreement,
    make_card,
    pairing_words,
    verify_answers,
)
from coupefeu.keys.recovery import RecoverySecret, write_recovery_secret
from coupefeu.keys.ring import write_generations
from coupefeu.model.agreement import Agreement
from coupefeu.node import folder_files as files
from coupefeu.node.clock import Clock
from coupefeu.node.folder import NodeFolder
from coupefeu.store.highwater import write_high_water
from coupefeu.wire.agreement import parse_agreement
from coupefeu.wire.armour import Armour, armour
from coupefeu.wire.card import (
    NONCE_BYTES,
    SHARE_BYTES,
    Answer,
    Card,
    encode_answer,
    encode_card,
    parse_answer,
    parse_card,
)
from coupefeu.wire.published_keys import PublishedKeys


@dataclass(frozen=True, slots=True, kw_only=True)
class Encounter:
    """All cards on the table, checked; the answer is signed only once people have compared the words."""

    ours: Card
    others: Mapping[Card, bool]
    """Whether each card came to us in person."""
    terms: bytes = field(repr=False)
    agreement: Agreement
    words: tuple[str, ...]


def open_card(folder: NodeFolder) -> Card:
    """Give our card for this line, made on the first call and the same ever after.

    Raises:
        ConfigError: the line is paired already, or the identity key is away.
    """
    _insist_unpaired(folder)
    kept = _card_path(folder, folder.party)
    if kept.exists():
        return read_card(kept)
    card = make_card(
        folder.ring,
        party=folder.party,
        address=folder.address,
        nonce=secrets.token_bytes(NONCE_BYTES),
        share=secrets.token_bytes(SHARE_BYTES),
    )
    _keep_card(folder, card)
    return card


def read_card(path: Path) -> Card:
    """Read a card file and refuse bad keys; raises PeerError `keys.*`, `wire.*`, ConfigError."""
    _, octets = files.read_armoured(path, (Armour.CARD,))
    card = parse_card(octets)
    files.check_party(card.party)
    files.check_address(card.address)
    check_card(card)
    return card


def read_pairing_files(paths: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """Tell cards from answers by what is in the files."""
    kinds = {path: files.read_armoured(path, (Armour.CARD, Armour.ANSWER))[0] for path in paths}
    cards = [path for path, kind in kinds.items() if kind is Armour.CARD]
    return cards, [path for path in paths if path not in cards]


def meet(folder: NodeFolder, cards: Mapping[Path, bool], terms: bytes) -> Encounter:
    """Lay all cards on the table: check them against the terms, and give the words to read aloud.

    Raises:
        PeerError, UsageError, ConfigError, PolicyError: a card or the terms are refused, and why.
    """
    ours = open_card(folder)
    others = {read_card(path): in_person for path, in_person in cards.items()}
    agreement = parse_agreement(join_agreement(terms, (ours, *others)))
    files.check_dictionary(agreement)
    words = pairing_words((ours, *others))
    return Encounter(ours=ours, others=others, terms=terms, agreement=agreement, words=words)


def answer(folder: NodeFolder, encounter: Encounter) -> str:
    """Sign and keep our answer, once the words were the same on all sides; give it as armoured text."""
    made = build_answer(folder.ring, encounter.ours, encounter.others, encounter.terms)
    for card in encounter.others:
        _keep_card(folder, card)
    text = armour(Armour.ANSWER, encode_answer(made))
    write_durably(_answer_path(folder), text.encode("ascii"))
    return text


def complete(folder: NodeFolder, answers: Sequence[Path], recovery: Path | None = None) -> NodeFolder:
    """Verify the others' answers and make the line; gives the folder anew, with the line in it.

    `recovery`: a folder away from the node's, for a file a counterpart by which a lost node comes back (protocol B10).

    Raises:
        UsageError: an answer is missing. VerificationError: the agreements differ, or a proof does not hold.
    """
    _insist_unpaired(folder)
    if not _answer_path(folder).exists():
        raise ConfigError(
            "we have not answered their card yet",
            code="node.pairing.no_answer",
            hint="first: coupefeu pair THEIR_CARD --agreement TERMS, and compare the words",
        )
    own = _read_answer(_answer_path(folder))
    ours = read_card(_card_path(folder, folder.party))
    others = [read_card(_card_path(folder, proof.peer)) for proof in own.possessions]
    given = {made.party: made for made in map(_read_answer, answers)}
    if set(given) != {card.party for card in others}:
        raise UsageError(
            f"answers of {', '.join(sorted(given))}; needed: {', '.join(card.party for card in others)}",
            code="node.pairing.answers",
            hint="give one answer of each other party whose card you confirmed",
        )
    pairing = verify_answers(folder.ring, ours, own, {card: given[card.party] for card in others})
    line_id = pairing.signed.agreement.line_id
    made_ms = Clock(pairing.signed.agreement.party(folder.party).clock_shift_ms)().utc_ms
    for card in others:
        psk = derive_psk(ours, card, line_id)
        write_generations(folder.path / "keys", card.party, first_generation(psk, made_ms))
        if recovery is not None:
            _write_recovery(recovery, ours, card, line_id)
    for shown in (own, *given.values()):
        keys = PublishedKeys(log=shown.log_ml_dsa.public, cosigner=shown.cosigner_ml_dsa.public)
        files.save_published_keys(folder.path, shown.party, keys)
    files.save_agreement(folder.path, pairing.signed)
    files.write_node_file(
        folder.path,
        party=folder.party,
        listen=folder.listen,
        address=folder.address,
        peers={card.party: card.address for card in others},
        tables={
            "console": folder.console,
            "alarm": folder.alarm,
            "relay": folder.relay,
            "tak": folder.tak,
            "alerts": folder.alerts,
            "alert_webhook": folder.alert_webhook,
            "alert_smtp": folder.alert_smtp,
            "witnesses": folder.witnesses,
        },
    )
    write_high_water(folder.high_water_path, {})
    files.write_line_file(folder.path, line_id, pairing.in_person)
    for card in (ours, *others):
        _card_path(folder, card.party).unlink()
    return NodeFolder.open(folder.path)


def _write_recovery(folder: Path, ours: Card, theirs: Card, line_id: bytes) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    parties = frozenset((ours.party, theirs.party))
    psk = derive_recovery_psk(ours, theirs, line_id)
    secret = RecoverySecret(line_id=line_id, parties=parties, psk=psk)
    write_recovery_secret(recovery_file(folder, theirs.party), secret)


def recovery_file(folder: Path, party: str) -> Path:
    """Name the file of the recovery secret shared with `party`."""
    return folder / f"{party}.recovery"


def _read_answer(path: Path) -> Answer:
    _, octets = files.read_armoured(path, (Armour.ANSWER,))
    return parse_answer(octets)


def _keep_card(folder: NodeFolder, card: Card) -> None:
    text = armour(Armour.CARD, encode_card(card))
    write_durably(_card_path(folder, card.party), text.encode("ascii"), mode=SECRET_MODE)


def _card_path(folder: NodeFolder, party: str) -> Path:
    return folder.path / "pairing" / f"{party}.card"


def _answer_path(folder: NodeFolder) -> Path:
    return folder.path / "pairing" / f"{folder.party}.answer"


def _insist_unpaired(folder: NodeFolder) -> None:
    if folder.line is not None:
        raise ConfigError(
            f"{folder.path} is paired already",
            code="node.pairing.paired",
            hint="a folder is one line for ever: make another folder with `coupefeu init` for another line",
        )
