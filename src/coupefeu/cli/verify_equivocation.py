"""`coupefeu verify` of what `coupefeu export equivocation` wrote: two signed statements that cannot both be true."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

from coupefeu.cli.exported_folder import MAX_KEYS, Read, need, parse_keys
from coupefeu.cli.printing import report
from coupefeu.cli.wrapping import bullets, wrap
from coupefeu.errors import UsageError
from coupefeu.record.agreed import Finding, find_line_agreement, names_key
from coupefeu.record.equivocation import AGREEMENT_FILE, PROOF_FILE, verify_equivocation
from coupefeu.record.incarnations import is_of_two_incarnations, verify_two_incarnations
from coupefeu.record.two_heads import is_of_two_heads, verify_two_heads
from coupefeu.wire.note import VerifierKey

IDENTITIES: Final = (
    "That these identity keys are the parties': compare them with what you have from the parties."
)
TRUTH: Final = "Which of the two tells what happened, and that what either says is true."


class Shown(Protocol):
    """What a proof that holds says."""

    @property
    def origin(self) -> str:
        """The log."""
        ...

    @property
    def proved(self) -> str:
        """What it proves."""
        ...

    @property
    def not_proved(self) -> str:
        """What it does not."""
        ...


def verify_folder(path: Path, read: Read, given: Sequence[str], *, as_json: bool) -> None:
    """Verify it, and say what is proved and what not.

    Raises: PeerError, VerificationError: it proves nothing; UsageError: a key is missing.
    """
    proof, first = need(read, PROOF_FILE), read(AGREEMENT_FILE)
    if is_of_two_incarnations(proof):
        shown, keys = _verify_incarnations(proof, first), []
    else:
        keys = _keys(path, given)
        shown = (
            verify_two_heads(proof, *keys) if is_of_two_heads(proof) else verify_equivocation(proof, *keys)
        )
    finding = find_line_agreement(first, shown.origin)
    proved, not_proved = _sentences(shown, finding, keys, are_given=bool(given))
    values = {
        "what": "equivocation",
        "origin": shown.origin,
        "keys": [key.text() for key in keys],
        "keys_from": "given" if given else "folder",
        "proved": proved,
        "not_proved": not_proved,
    }
    lines = wrap(f"Two signed statements about {shown.origin} that cannot both be true. The proof holds.", "")
    for heading, sentences in (("PROVED", proved), ("NOT PROVED", not_proved)):
        lines += ["", heading, *bullets(sentences)]
    banner = None if finding.agreement is None else finding.agreement.banner
    report(banner, lines, values, as_json=as_json)


def _verify_incarnations(proof: bytes, first: bytes | None) -> Shown:
    """Verify two openings by the identity keys of the agreement beside them, and that it is of their line."""
    from coupefeu.keys.incarnations import verify_first_body  # noqa: PLC0415 - no other proof needs it

    if first is None:
        raise UsageError(
            "the agreement is missing, whose identity keys signed",
            code="cli.verify_equivocation.agreement",
            hint="Ask for the whole folder again.",
        )
    return verify_two_incarnations(proof, verify_first_body(first).agreement.agreement)


def _keys(path: Path, given: Sequence[str]) -> list[VerifierKey]:
    files = [str(each) for each in sorted((path / "keys").glob("*.vkey"))[:MAX_KEYS]]
    if not given and not files:
        raise UsageError(
            f"{path} holds no key",
            code="cli.verify_equivocation.key",
            hint="Give the signer's key with --key, as the agreement has it.",
        )
    return parse_keys(given or files)


def _sentences(
    shown: Shown, finding: Finding, keys: Sequence[VerifierKey], *, are_given: bool
) -> tuple[list[str], list[str]]:
    proved, not_proved = [shown.proved], [shown.not_proved, TRUTH]
    if finding.signed is None:
        not_proved.insert(0, f"Whether the line is REAL or EXERCISE: {finding.reason}.")
    else:
        proved.append(_agreement_sentence(finding))
        not_proved.insert(0, IDENTITIES)
    unnamed = [key for key in keys if not names_key(finding, key)]
    if keys and not unnamed:
        proved.append("The keys used here are those that this agreement names.")
    elif not are_given and unnamed:
        names = ", ".join(f"{key.name} ({key.key_id.hex()})" for key in unnamed)
        not_proved.insert(0, f"Whose these keys are, which came with the folder: {names}.")
    return proved, not_proved


def _agreement_sentence(finding: Finding) -> str:
    assert finding.signed is not None
    agreement = finding.signed.agreement
    keys = ", ".join(f"{each.party.upper()} {each.identity.hex()}" for each in agreement.keys)
    return (
        f"The {agreement.status.value} agreement {agreement.name!r} beside it, version {agreement.version}, is signed "
        f"by the identity keys of all its parties ({keys})."
    )
