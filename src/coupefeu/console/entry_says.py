"""What an entry says that is no message and no act about one: codes and values, put into words by the page."""

from base64 import b64encode
from collections.abc import Iterator

from coupefeu.console.record_values import SaidValues
from coupefeu.errors import CoupefeuError
from coupefeu.keys.agreement_signatures import parse_agreement_body
from coupefeu.model.entry import Head, Kind
from coupefeu.model.messages import format_number
from coupefeu.services.agreement.facts import parse_acceptance
from coupefeu.services.messages.display import show, show_line
from coupefeu.services.refusals.facts import parse_refusal
from coupefeu.services.watch.facts import read_watch
from coupefeu.wire.key_statement import parse_key_statement
from coupefeu.wire.published_keys import parse_published_keys


def says_of(head: Head, body: bytes, parties: tuple[str, ...]) -> tuple[SaidValues, ...]:
    """Give what a body of one of these kinds says; nothing when it cannot be read, or is of another kind."""
    try:
        return tuple(SaidValues(code=code, value=value) for code, value in _said(head, body, parties))
    except CoupefeuError:
        return ()


def _said(head: Head, body: bytes, parties: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    match head.kind:
        case Kind.AGREEMENT | Kind.AMENDMENT_PROPOSED:
            octets, signatures = parse_agreement_body(body)
            yield "signed-by", ", ".join(show_line(each.party).upper() for each in signatures)
            yield "text", show(octets.decode("utf-8", "backslashreplace")).text
        case Kind.AMENDMENT_ACCEPTED:
            acceptance = parse_acceptance(body)
            yield "version", str(acceptance.version)
            yield "digest", acceptance.digest.hex()
        case Kind.KEY_STATEMENT:
            yield from _key_statement(body)
        case Kind.KEYS_PUBLISHED:
            for name in parse_published_keys(body).by_sha256:
                yield "published-key", name.hex()
        case Kind.REFUSED:
            yield from _refusal(body, parties)
        case Kind.WATCH_TAKEN | Kind.WATCH_LEFT:
            fact, _ = read_watch(head.kind, body)
            if fact.officer:
                yield "officer", show_line(fact.officer)
            if fact.heard is not None:
                yield ("heard" if fact.heard else "not-heard"), ""


def _key_statement(body: bytes) -> Iterator[tuple[str, str]]:
    statement = parse_key_statement(body).statement
    yield "key-of", show_line(statement.party).upper()
    yield "role", statement.role.value
    yield "old-key", b64encode(statement.old_key).decode()
    if statement.new_key is None:
        yield "revoked", ""
    else:
        yield "new-key", b64encode(statement.new_key).decode()
    yield "size", str(statement.size)


def _refusal(body: bytes, parties: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    refusal = parse_refusal(body)
    for start, end in refusal.ranges:
        first, last = (format_number((refusal.log, each), parties) for each in (start, end - 1))
        yield "refused", first if first == last else f"{first} - {last}"
    yield f"reason-{int(refusal.reason)}", ""
