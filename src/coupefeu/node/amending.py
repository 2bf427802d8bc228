"""Amending the agreement from here: what is proposed, how it differs, and the commands that propose and sign it.

One place for the command line and the console. Nothing here asks a person: whoever calls has shown the difference.
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from hashlib import sha256
from typing import Final

from coupefeu.errors import CoupefeuError, UsageError
from coupefeu.keys.agreement_signatures import build_agreement_body, sign_agreement, verify_signatures
from coupefeu.keys.ring import IdentityKey
from coupefeu.model.agreement import Agreement
from coupefeu.model.entry import Kind
from coupefeu.model.logs import position_of
from coupefeu.model.messages import format_number, parse_number
from coupefeu.node.folder import NodeFolder
from coupefeu.services.agreement.facts import AcceptAmendment, AgreementFact, ProposeAmendment
from coupefeu.services.agreement.in_force import Amendment, Cosigned, list_amendments
from coupefeu.services.agreement.rules import check_amendment, check_first, describe_difference
from coupefeu.services.agreement.views import SELECT_ENTRIES, read_facts
from coupefeu.store.reader import Reader
from coupefeu.wire.agreement import join_keys, parse_agreement, split_keys
from coupefeu.wire.key_statement import KeyStatement

LINES_AROUND: Final = 3
"""Shown on both sides of what an amendment changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftedAmendment:
    """A text that could be proposed now: exact bytes with the keys section, and what they change."""

    octets: bytes = field(repr=False)
    agreement: Agreement
    difference: tuple[str, ...]


def facts_of(reader: Reader) -> list[AgreementFact]:
    """Read every entry of the agreement service that is kept. Raises: StoreError."""
    return read_facts(reader.view(SELECT_ENTRIES))


def cosigned_by_all(reader: Reader, parties: int) -> Cosigned:
    """Tell when every other of `parties` parties had co-signed an entry, by our own clock."""

    def find(log: int, index: int) -> int | None:
        receipts = reader.cosigned_ms(log, index)
        others = set(range(parties)) - {position_of(log, parties)}
        return max(receipts[each] for each in others) if others <= receipts.keys() else None

    return find


def list_proposals(folder: NodeFolder, facts: Sequence[AgreementFact], cosigned: Cosigned) -> list[Amendment]:
    """Give the amendments of a higher version than the one in force, in the order of arrival."""
    every = list_amendments(facts, folder.agreement, cosigned)
    return [amendment for amendment in every if amendment.version > folder.agreement.version]


def find_proposal(folder: NodeFolder, facts: Sequence[AgreementFact], number: str) -> AgreementFact:
    """Find a proposal by its number (US/14). Raises: UsageError: that is none."""
    at = parse_number(number, folder.agreement.party_ids)
    for fact in facts:
        if (fact.log, fact.index) == at and fact.kind == Kind.AMENDMENT_PROPOSED and fact.octets:
            return fact
    raise UsageError(
        f"{number} is not a proposal",
        code="node.amending.no_proposal",
        hint="see `coupefeu agreement show`",
    )


def draft_amendment(folder: NodeFolder, text: bytes) -> DraftedAmendment:
    """Check a text, with or without the keys section, as one to propose now.

    Raises: PeerError: a line of it is wrong, and which; PolicyError: no amendment may change that.
    """
    octets = join_keys(split_keys(text), folder.line_id, folder.agreement.keys)
    agreement = parse_agreement(octets)
    check_amendment(folder.agreement, agreement)
    difference = describe_difference(folder.agreement_octets, octets)
    return DraftedAmendment(octets=octets, agreement=agreement, difference=tuple(difference))


def sign_draft(folder: NodeFolder, draft: DraftedAmendment) -> ProposeAmendment:
    """Sign a text as its proposer. Raises: ConfigError: the identity key is not at hand."""
    signatures = sign_agreement(folder.ring.need_identity(), folder.party, draft.octets)
    signed = verify_signatures(draft.octets, (signatures,), folder.agreement)
    return ProposeAmendment(body=build_agreement_body(signed))


def sign_proposal(folder: NodeFolder, identity: IdentityKey, proposal: AgreementFact) -> AcceptAmendment:
    """Sign what another party proposed, exactly those bytes."""
    return AcceptAmendment(
        log=proposal.log,
        index=proposal.index,
        version=proposal.version,
        digest=sha256(proposal.octets).digest(),
        signatures=sign_agreement(identity, folder.party, proposal.octets),
    )


def compare_texts(old: bytes, new: bytes) -> list[tuple[str, int, str]]:
    """Give what falls ("-", by its line in `old`), comes ("+", in `new`) and stays around it (" ", in `new`)."""
    before, after = (text.decode("utf-8", "backslashreplace").splitlines() for text in (old, new))
    lines: list[tuple[str, int, str]] = []
    for group in SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(LINES_AROUND):
        for what, old_start, old_end, new_start, new_end in group:
            if what != "equal":
                lines += [("-", number + 1, before[number]) for number in range(old_start, old_end)]
            sign = " " if what == "equal" else "+"
            lines += [(sign, number + 1, after[number]) for number in range(new_start, new_end)]
    return lines


def find_refusal(
    folder: NodeFolder, facts: Sequence[AgreementFact], amendment: Amendment
) -> CoupefeuError | None:
    """Say why we can put no signature under an amendment, whatever key is at hand; None: we can."""
    try:
        check_first(folder.party, amendment.version, amendment.digest, facts)
        check_amendment(folder.agreement, parse_agreement(amendment.octets))
    except CoupefeuError as error:
        return error
    return None


def number_of(folder: NodeFolder, amendment: Amendment) -> str:
    """Name the entry that proposed it: US/14."""
    return format_number((amendment.log, amendment.index), folder.agreement.party_ids)


def describe_statement(statement: KeyStatement) -> str:
    """Say what a key statement does, in one sentence for an operator."""
    name = f"{statement.party.upper()}: {statement.role} key"
    if not statement.old_key:
        return f"{name} {b64encode(statement.new_key or b'').decode()} is new: there was none."
    act = "revoked" if statement.new_key is None else f"replaced by {b64encode(statement.new_key).decode()}"
    return f"{name} {act}; the old one is good up to size {statement.size}."
