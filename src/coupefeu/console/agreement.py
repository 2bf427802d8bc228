"""The Agreement page: what is in force, structured for reading; amendments as differences; proposing and signing.

A private key never comes through a page. Where the identity key lies in the node's folder the node signs with it;
elsewhere the page gives the command to type.
"""

import shlex
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256

from coupefeu.console.agreement_reading import terms_values
from coupefeu.console.agreement_values import (
    AgreedKeyValues,
    AgreementPage,
    AmendmentValues,
    Changed,
    CheckValues,
    DifferenceLine,
    KeyStatementValues,
    SignerValues,
)
from coupefeu.errors import PolicyError
from coupefeu.keys.ring import IDENTITY_FILE
from coupefeu.model.agreement import PartyKeys
from coupefeu.model.messages import format_number
from coupefeu.node.amending import (
    compare_texts,
    cosigned_by_all,
    draft_amendment,
    facts_of,
    find_proposal,
    find_refusal,
    list_proposals,
    number_of,
    sign_draft,
    sign_proposal,
)
from coupefeu.node.desk import Desk
from coupefeu.node.folder import NodeFolder
from coupefeu.services.agreement.facts import AcceptAmendment, AgreementFact, ProposeAmendment
from coupefeu.services.agreement.in_force import Amendment, list_statements
from coupefeu.services.messages.display import show, show_line
from coupefeu.wire.agreement import split_keys
from coupefeu.wire.key_statement import KeyRole

NO_IDENTITY = "keys.ring.no_identity"
_CHANGES = {"+": Changed.ADDED, "-": Changed.REMOVED, " ": Changed.SAME}


def agreement_page(desk: Desk, folder: NodeFolder) -> AgreementPage:
    """Give everything that governs the line, as of now."""
    facts = facts_of(desk.reader)
    octets = folder.agreement_octets
    text, shown = octets.decode(), show(octets.decode()).text
    arrived = arrivals_of(desk, facts)
    identity_here = has_identity(folder)
    cosigned = cosigned_by_all(desk.reader, len(folder.agreement.party_ids))
    return AgreementPage(
        as_of_ms=desk.context().now.utc_ms,
        text=shown,
        is_exact=shown == text,
        terms=split_keys(octets).decode() if shown == text else "",
        digest=sha256(octets).hexdigest(),
        line_id=folder.line_id.hex(),
        signers=_signers(folder),
        reading=terms_values(folder.agreement),
        earlier=tuple(each.version for each in folder.earlier_agreements),
        keys=_keys(folder),
        amendments=tuple(
            _amendment(folder, facts, each, arrived[each.log, each.index], identity_here=identity_here)
            for each in list_proposals(folder, facts, cosigned)
        ),
        key_statements=_statements(folder, facts, arrived),
        identity_here=identity_here,
        propose_command=_command(folder, "propose", "TEXT"),
    )


def check_text(folder: NodeFolder, text: str) -> CheckValues:
    """Check a text as one to propose. Raises: PeerError: which line is wrong; PolicyError: what may not change."""
    draft = draft_amendment(folder, text.encode())
    return CheckValues(
        version=draft.agreement.version, difference=difference(folder.agreement_octets, draft.octets)
    )


def propose(folder: NodeFolder, text: str) -> ProposeAmendment:
    """Sign a text as its proposer, with the key that lies in the folder now.

    Raises: PeerError, PolicyError: as `check_text`; ConfigError: the identity key is not on this machine.
    """
    return sign_draft(NodeFolder.open(folder.path), draft_amendment(folder, text.encode()))


def sign(desk: Desk, folder: NodeFolder, number: str, digest: str) -> AcceptAmendment:
    """Sign the text that was read: the one of this digest, and no other.

    Raises: UsageError: no such proposal; PolicyError: its text is another one; ConfigError: no identity key here.
    """
    proposal = find_proposal(folder, facts_of(desk.reader), number)
    if sha256(proposal.octets).hexdigest() != digest:
        raise PolicyError(
            f"{number.upper()} holds another text than the one that was read",
            code="console.agreement.other_text",
            hint="Read the difference again, and sign that.",
        )
    return sign_proposal(folder, NodeFolder.open(folder.path).ring.need_identity(), proposal)


def has_identity(folder: NodeFolder) -> bool:
    """Whether the identity key lies in the folder now; it may be brought and taken away while the node runs."""
    return (folder.path / "keys" / IDENTITY_FILE).is_file()


def difference(old: bytes, new: bytes) -> tuple[DifferenceLine, ...]:
    """Give what an amendment changes, line by line, every line safe to look at."""
    return tuple(
        DifferenceLine(kind=_CHANGES[sign], number=number, line=show_line(line))
        for sign, number, line in compare_texts(old, new)
    )


def arrivals_of(desk: Desk, facts: Sequence[AgreementFact]) -> dict[tuple[int, int], int]:
    """By entry: when it was durable here, UTC milliseconds."""
    return {(each.log, each.index): desk.reader.entry(each.log, each.index)["arrived_ms"] for each in facts}


def _signers(folder: NodeFolder) -> tuple[SignerValues, ...]:
    signed = {each.party for each in folder.signatures}
    return tuple(
        SignerValues(
            party=party,
            signed=party in signed,
            in_person=None if party == folder.party else folder.in_person(party),
        )
        for party in folder.agreement.party_ids
    )


def _keys(folder: NodeFolder) -> tuple[AgreedKeyValues, ...]:
    return tuple(
        AgreedKeyValues(
            party=agreed.party,
            role=role,
            agreed=b64encode(key_of(agreed)).decode(),
            now=b64encode(key_of(folder.keys_of(agreed.party))).decode(),
        )
        for agreed in folder.agreement.keys
        for role, key_of in _roles(agreed, folder.keys_of(agreed.party))
    )


def _roles(agreed: PartyKeys, now: PartyKeys) -> Iterator[tuple[str, Callable[[PartyKeys], bytes]]]:
    """Leave out the keys of ML-DSA-44 that a line was paired without, and has not got since."""
    yield "identity", _identity_of
    for role in KeyRole:
        if not role.is_ml_dsa or role.key_of(agreed) or role.key_of(now):
            yield role.value, role.key_of


def _identity_of(keys: PartyKeys) -> bytes:
    return keys.identity


def _amendment(
    folder: NodeFolder,
    facts: Sequence[AgreementFact],
    amendment: Amendment,
    arrived_ms: int,
    *,
    identity_here: bool,
) -> AmendmentValues:
    number = number_of(folder, amendment)
    refusal = find_refusal(folder, facts, amendment)
    return AmendmentValues(
        number=number,
        version=amendment.version,
        proposed_by=amendment.proposed_by,
        arrived_ms=arrived_ms,
        difference=difference(folder.agreement_octets, amendment.octets),
        text=show(amendment.octets.decode("utf-8", "backslashreplace")).text,
        digest=amendment.digest.hex(),
        signed_by=tuple(each for each in folder.agreement.party_ids if each not in amendment.missing),
        missing=amendment.missing,
        in_force_ms=amendment.in_force_ms,
        is_wanted=folder.party in amendment.missing,
        why_not=refusal.code if refusal is not None else "" if identity_here else NO_IDENTITY,
        sign_command=_command(folder, "sign", number),
    )


def _statements(
    folder: NodeFolder, facts: Sequence[AgreementFact], arrived: dict[tuple[int, int], int]
) -> tuple[KeyStatementValues, ...]:
    """Give those that stand, each with the entry that brought it first."""
    standing = list_statements(facts, folder.agreement)
    found = []
    for fact in facts:
        if fact.signed is None or fact.signed.statement not in standing:
            continue
        statement = fact.signed.statement
        standing.remove(statement)
        found.append(
            KeyStatementValues(
                number=format_number((fact.log, fact.index), folder.agreement.party_ids),
                party=statement.party,
                role=statement.role.value,
                old_key=b64encode(statement.old_key).decode(),
                new_key=b64encode(statement.new_key or b"").decode(),
                size=statement.size,
                arrived_ms=arrived[fact.log, fact.index],
            )
        )
    return tuple(found)


def _command(folder: NodeFolder, do: str, what: str) -> str:
    return f"coupefeu agreement {do} {what} --identity FILE --node {shlex.quote(str(folder.path.absolute()))}"
