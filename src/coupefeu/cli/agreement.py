"""`coupefeu agreement`: the text in force, amendments, and key statements.

template                   a text to start from
show                       what is in force, who signed, what is proposed, line by line
propose TEXT               sign a new version and put it on the record
sign LOG/INDEX             show what the other side proposed (US/14), ask, and sign it
replace-key ROLE           replace or revoke one of our online keys
record-statement FILE      put on our record a key statement that came by another way
"""

import sys
import textwrap
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Protocol

import typer

from coupefeu.cli.firebreak_words import rule_lines, rule_values
from coupefeu.cli.printing import IdentityOption, JsonOption, NodeOption, report
from coupefeu.cli.shared_secret import describe_protection
from coupefeu.errors import UsageError
from coupefeu.keys.agreement_signatures import (
    sign_key_statement,
    verify_key_statement,
)
from coupefeu.keys.files import write_durably
from coupefeu.keys.ring import make_secret, public_half, stage_key
from coupefeu.model.agreement import Status
from coupefeu.model.instant import Instant, format_instant
from coupefeu.node.amending import (
    describe_statement,
    draft_amendment,
    find_proposal,
    list_proposals,
    number_of,
    sign_draft,
    sign_proposal,
)
from coupefeu.node.folder import NodeFolder
from coupefeu.node.folder_files import read_armoured, read_given
from coupefeu.services.agreement.facts import (
    AgreementFact,
    RecordKeyStatement,
)
from coupefeu.services.agreement.in_force import Amendment, Cosigned, list_statements
from coupefeu.services.agreement.rules import describe_difference
from coupefeu.services.base import Command
from coupefeu.services.messages.render import mode_words
from coupefeu.wire.agreement import parse_terms
from coupefeu.wire.agreement_template import render_template
from coupefeu.wire.armour import Armour, armour
from coupefeu.wire.dictionary import DICTIONARY_HASH
from coupefeu.wire.key_statement import (
    KeyRole,
    KeyStatement,
    encode_key_statement,
    parse_key_statement,
)


class Record(Protocol):
    """What these commands need of a node; the reading half works on a stopped node too."""

    def submit(self, folder: NodeFolder, command: Command) -> Mapping[str, Any]:
        """Have the running node decide and append; gives `message`, the new entry's number (US/14)."""

    def facts(self, folder: NodeFolder) -> list[AgreementFact]:
        """Read `services.agreement.views.SELECT_ENTRIES` through `read_facts`."""

    def cosigned(self, folder: NodeFolder) -> Cosigned:
        """Tell when every other party had co-signed an entry."""

    def head(self, folder: NodeFolder) -> tuple[int, bytes]:
        """Give size and root of our own log."""


def register(app: typer.Typer, record: Record) -> None:
    """Add the commands; `record` joins them to the node."""
    commands = AgreementCommands(record)
    group = typer.Typer(help="The agreement: show, propose, sign; replace keys.")
    group.command("template")(template)
    group.command("show")(commands.show)
    group.command("propose")(commands.propose)
    group.command("sign")(commands.sign)
    group.command("replace-key")(commands.replace)
    group.command("record-statement")(commands.record_statement)
    app.add_typer(group, name="agreement")


def template(
    status: Annotated[Status, typer.Option(help="REAL or EXERCISE, for ever.")],
    name: Annotated[
        str, typer.Option(help="A name without meaning to strangers: a witness sees it.")
    ] = "line",
    clock: Annotated[
        list[str] | None, typer.Option(help='Shift a clock: "us=+2h". Only on an EXERCISE line.')
    ] = None,
    to: Annotated[Path | None, typer.Option(help="Write the text to this file.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Print a text to start from; people change what they agreed otherwise."""
    clocks = {party.lower(): shift for party, _, shift in (each.partition("=") for each in clock or [])}
    midnight = Instant(int(time.time()) // 86_400 * 86_400_000)
    text = render_template(
        name=name,
        status=status,
        in_force=midnight,
        dictionary_sha256=bytes.fromhex(DICTIONARY_HASH),
        clocks=clocks,
    )
    _check_clocks(text, clocks)
    if to is not None:
        write_durably(to, text.encode(), replace=False)
    lines = (
        [text.removesuffix("\n")]
        if to is None
        else [
            f"The terms are in {to}, {status.value} for ever: change what you agreed otherwise.",
            "Every party pairs with the same bytes: coupefeu pair THEIR_CARD --agreement TERMS",
        ]
    )
    values = {"status": status.value, "name": name, "text": text, "to": str(to) if to else None}
    report(None, lines, values, as_json=as_json)


def _check_clocks(text: str, clocks: Mapping[str, str]) -> None:
    """Refuse a shift that the text cannot hold. Raises: PeerError: the text's own rules; UsageError: no such party."""
    parties = parse_terms(text.encode()).party_ids
    if unknown := sorted(set(clocks) - set(parties)):
        raise UsageError(
            f"the text has no party {unknown[0]!r}",
            code="cli.agreement.clock",
            hint=f"write --clock {parties[0]}=+2h; it has {', '.join(parties)}",
        )


class AgreementCommands:
    """The commands that look at the record."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def show(self, node: NodeOption, as_json: JsonOption = False) -> None:
        """Show the agreement in force, its signatures, and what is proposed."""
        folder = NodeFolder.open(node)
        facts = self._record.facts(folder)
        amendments = list_proposals(folder, facts, self._record.cosigned(folder))
        lines = [
            f"Version {folder.agreement.version}, signed by "
            + ", ".join(signed.party.upper() for signed in folder.signatures)
            + f"; line {folder.line_id.hex()}.",
            *textwrap.wrap(mode_words(folder.agreement, "en"), 80, subsequent_indent="  "),
            *(_describe_peer(folder, party) for party in folder.counterparts),
            "",
            folder.agreement_octets.decode().rstrip("\n"),
            "",
            *rule_lines(folder.agreement.firebreak, "en"),
        ]
        for amendment in amendments:
            lines += ["", *_describe_amendment(folder, amendment)]
        statements = list_statements(facts, folder.agreement)
        lines += [describe_statement(statement) for statement in statements]
        values = {
            "status": folder.agreement.status.value,
            "version": folder.agreement.version,
            "record_mode": folder.agreement.record_mode.value,
            "line_id": folder.line_id.hex(),
            "signed_by": [signed.party for signed in folder.signatures],
            "in_person": {party: folder.in_person(party) for party in folder.counterparts},
            "text": folder.agreement_octets.decode(),
            "firebreak": rule_values(folder.agreement.firebreak),
            "amendments": [_amendment_values(folder, amendment) for amendment in amendments],
            "key_statements": [describe_statement(statement) for statement in statements],
        }
        report(folder.banner(), lines, values, as_json=as_json)

    def propose(
        self,
        text: Annotated[Path, typer.Argument(help="The new terms, with or without the keys section.")],
        node: NodeOption,
        identity: IdentityOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """Sign a new version of the agreement and put it on the record, for the others to sign."""
        folder = NodeFolder.open(node, identity)
        draft = draft_amendment(folder, read_given(text))
        result = self._record.submit(folder, sign_draft(folder, draft))
        difference, version = list(draft.difference), draft.agreement.version
        values = {**result, "version": version, "difference": difference}
        lines = [f"Proposed as {result['message']}, version {version}:", *difference]
        sign = f"coupefeu agreement sign {result['message']} --identity FILE --node FOLDER"
        lines += [
            "",
            "It comes into force once each other party has looked at it and signed it:",
            f"  {sign}",
        ]
        report(folder.banner(), lines, values, as_json=as_json)

    def sign(
        self,
        proposal: Annotated[str, typer.Argument(help="The number of the proposal, such as US/14.")],
        node: NodeOption,
        identity: IdentityOption = None,
        yes: Annotated[
            bool, typer.Option("--yes", help="Do not ask: the difference was looked at before.")
        ] = False,
        as_json: JsonOption = False,
    ) -> None:
        """Show what an amendment of another party changes, ask, and sign it."""
        folder = NodeFolder.open(node, identity)
        fact = find_proposal(folder, self._record.facts(folder), proposal)
        key = folder.ring.need_identity()
        difference = describe_difference(folder.agreement_octets, fact.octets)
        if not yes:
            _insist_on_asking(proposal, as_json=as_json)
        lines = [
            f"{proposal.upper()} is version {fact.version}. It changes what is in force so:",
            *difference,
        ]
        if not as_json:
            report(folder.banner(), lines, {}, as_json=False)
        if not yes:
            _ask_to_sign(proposal)
        result = self._record.submit(folder, sign_proposal(folder, key, fact))
        values = {"exercise": bool(folder.banner()), **result, "difference": difference}
        report(None, [f"Signed {proposal.upper()} as {result['message']}."], values, as_json=as_json)

    def replace(
        self,
        role: Annotated[KeyRole, typer.Argument(help="Which of our online keys.")],
        node: NodeOption,
        to: Annotated[Path, typer.Option(help="Write the statement here; it may go by any way.")],
        revoke: Annotated[bool, typer.Option("--revoke", help="Revoke the key and make no new one.")] = False,
        identity: IdentityOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """Replace a key: signed by the identity key, on the record, and in a file that may go by any way."""
        folder = NodeFolder.open(node, identity)
        size, root = self._record.head(folder)
        old_key = role.key_of(folder.keys_of(folder.party))
        if revoke and not old_key:
            raise UsageError(
                f"there is no {role} key to revoke",
                code="cli.agreement.no_key",
                hint="what this line signs is classical only; without --revoke it gets a key",
            )
        fresh = None if revoke else make_secret(role)
        earlier = list_statements(self._record.facts(folder), folder.agreement)
        statement = KeyStatement(
            line_id=folder.line_id,
            party=folder.party,
            number=1 + max((each.number for each in earlier if each.party == folder.party), default=0),
            role=role,
            old_key=old_key,
            new_key=None if fresh is None else public_half(role, fresh),
            size=size,
            root=root,
        )
        signed = sign_key_statement(folder.ring.need_identity(), statement, fresh)
        body = encode_key_statement(signed)
        if fresh is not None:
            stage_key(folder.path / "keys", role.value, fresh)
        write_durably(to, armour(Armour.KEY_STATEMENT, body).encode("ascii"))
        result = self._record.submit(folder, RecordKeyStatement(body=body))
        lines = [describe_statement(statement), *_next_steps(statement, to)]
        report(folder.banner(), lines, {**result, "statement": str(to)}, as_json=as_json)

    def record_statement(
        self,
        file: Annotated[Path, typer.Argument(help="A key statement, from either party.")],
        node: NodeOption,
        as_json: JsonOption = False,
    ) -> None:
        """Put on our record a key statement that came by another way than the line."""
        folder = NodeFolder.open(node)
        _, octets = read_armoured(file, (Armour.KEY_STATEMENT,))
        signed = parse_key_statement(octets)
        statement = verify_key_statement(signed, folder.agreement)
        result = self._record.submit(folder, RecordKeyStatement(body=octets))
        report(folder.banner(), [describe_statement(statement)], dict(result), as_json=as_json)


def _insist_on_asking(proposal: str, *, as_json: bool) -> None:
    """Refuse to sign for nobody. Raises: UsageError: no person can be asked here, and none said so before."""
    if as_json or not sys.stdin.isatty():
        raise UsageError(
            f"{proposal.upper()} is not signed: nobody can be asked "
            + ("with --json" if as_json else "without a terminal"),
            code="cli.agreement.unasked",
            hint="look at it with `coupefeu agreement show`, then sign it with --yes",
        )


def _ask_to_sign(proposal: str) -> None:
    """Ask. Raises: UsageError: any answer but yes."""
    if typer.prompt(f'Sign {proposal.upper()}? Type "yes" or "no"').strip().lower() != "yes":
        raise UsageError(
            f"{proposal.upper()} is not signed",
            code="cli.agreement.declined",
            hint="nothing was recorded; the others see that it still lacks our signature",
        )


def _describe_peer(folder: NodeFolder, party: str) -> str:
    return f"With {party.upper()}: {describe_protection(folder, party)}."


def _describe_amendment(folder: NodeFolder, amendment: Amendment) -> list[str]:
    number = number_of(folder, amendment)
    state = (
        f"not signed by {', '.join(party.upper() for party in amendment.missing)}"
        if amendment.missing
        else "signed by all, not yet on every record"
        if amendment.in_force_ms is None
        else f"in force from {format_instant(amendment.in_force_ms)}"
    )
    head = f"Proposal {number}, version {amendment.version}: {state}."
    return [head, *describe_difference(folder.agreement_octets, amendment.octets)]


def _amendment_values(folder: NodeFolder, amendment: Amendment) -> dict[str, Any]:
    return {
        "message": number_of(folder, amendment),
        "version": amendment.version,
        "missing": list(amendment.missing),
        "in_force_ms": amendment.in_force_ms,
        "difference": describe_difference(folder.agreement_octets, amendment.octets),
    }


def _next_steps(statement: KeyStatement, file: Path) -> list[str]:
    if statement.new_key is None and statement.role.is_ml_dsa:
        return ["From now on what this key would have signed is classical only; the line goes on."]
    if statement.new_key is None:
        return [
            f"This node signs nothing more. Give {file} to the others, by any way: they run",
            f"  coupefeu agreement record-statement {file.name} --node FOLDER",
            "Its record can be read and exported. To speak again, pair a new line in new folders.",
        ]
    return [
        "It is in use from now on, and goes to the others with the line; nothing needs to be restarted.",
        f"If the line does not come up again, give them {file}, by any way: they run",
        f"  coupefeu agreement record-statement {file.name} --node FOLDER",
    ]
