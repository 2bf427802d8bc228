"""What an entry says that is no message and no act about one: codes and values; `said_key` names their words."""

from base64 import b64encode
from collections.abc import Iterator

from coupefeu.errors import CoupefeuError
from coupefeu.keys.agreement_signatures import parse_agreement_body
from coupefeu.keys.incarnations import parse_opening_body
from coupefeu.model.entry import Head, Kind
from coupefeu.model.instant import format_second
from coupefeu.model.messages import format_number
from coupefeu.services.agreement.facts import parse_acceptance
from coupefeu.services.arranged.facts import KINDS as ARRANGED
from coupefeu.services.arranged.said import said_of
from coupefeu.services.calls.facts import KINDS as CALLS
from coupefeu.services.calls.said import said_of_call
from coupefeu.services.communique.facts import read_answered, read_proposed
from coupefeu.services.erasures.facts import parse_erasure
from coupefeu.services.incidents.facts import KINDS as INCIDENTS
from coupefeu.services.incidents.said import incident_said
from coupefeu.services.line_state.facts import KINDS as LINE_STATES
from coupefeu.services.line_state.said import line_state_said
from coupefeu.services.messages.display import show, show_line
from coupefeu.services.messages.forms import LATEST_MS
from coupefeu.services.notices.facts import KINDS as NOTICES
from coupefeu.services.notices.said import notice_said
from coupefeu.services.passing.facts import KINDS as PASSING
from coupefeu.services.passing.said import passing_said
from coupefeu.services.persons.facts import KINDS as PERSONS
from coupefeu.services.presence.facts import KINDS as PRESENCE
from coupefeu.services.refusals.facts import parse_refusal
from coupefeu.services.said_persons import said_of_person
from coupefeu.services.said_presence import said_of_presence
from coupefeu.services.watch.facts import KINDS as WATCH_KINDS
from coupefeu.services.watch.said import watch_said
from coupefeu.services.witnessed.facts import read_witness_word
from coupefeu.wire.key_statement import parse_key_statement
from coupefeu.wire.published_keys import parse_published_keys


def said_in(head: Head, body: bytes, parties: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Give (code, value) of what a body of one of these kinds says; nothing when it cannot be read, or is another.

    Every value is safe to show.
    """
    try:
        return tuple(_said(head, body, parties))
    except CoupefeuError:
        return ()


def said_key(code: str) -> str:
    """Name the words of a code: those of notices and incidents are the same that forms and lists have."""
    return code if code.startswith(("notices-", "incident-", "line-state-")) else f"ui-said-{code}"


def _said(  # noqa: C901, PLR0912 - one case per kind
    head: Head, body: bytes, parties: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
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
        case Kind.INCARNATION_OPENED:
            yield from _incarnation(body)
        case Kind.KEYS_PUBLISHED:
            for name in parse_published_keys(body).by_sha256:
                yield "published-key", name.hex()
        case Kind.REFUSED:
            yield from _refusal(body, parties)
        case Kind.ERASED:
            yield from _erasure(body, parties)
        case Kind.WITNESS_HEARD:
            yield from _witness(body)
        case kind if kind in WATCH_KINDS:
            yield from ((code, show_line(value)) for code, value in watch_said(head, body, parties))
        case Kind.COMMUNIQUE_PROPOSED:
            yield from _proposal(body, parties)
        case Kind.COMMUNIQUE_CONSENTED | Kind.COMMUNIQUE_REFUSED:
            yield from _answer(head.kind, body)
        case kind if kind in CALLS:
            yield from ((code, show_line(value)) for code, value in said_of_call(kind, body))
        case kind if kind in ARRANGED:
            yield from ((code, show_line(value)) for code, value in said_of(kind, body))
        case kind if kind in PERSONS:
            yield from said_of_person(kind, body)
        case kind if kind in PRESENCE:
            yield from said_of_presence(kind, body)
        case kind if kind in NOTICES:
            yield from ((code, show_line(value)) for code, value in notice_said(kind, body))
        case kind if kind in PASSING:
            yield from ((code, show_line(value)) for code, value in passing_said(kind, body))
        case kind if kind in INCIDENTS:
            yield from ((code, show_line(value)) for code, value in incident_said(kind, body))
        case kind if kind in LINE_STATES:
            yield from ((code, show_line(value)) for code, value in line_state_said(kind, body))


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


def _incarnation(body: bytes) -> Iterator[tuple[str, str]]:
    signed = parse_opening_body(body).signed
    statement = signed.statement
    yield "incarnation-of", f"{show_line(statement.party).upper()}.{statement.incarnation}"
    yield "new-key", b64encode(statement.log_key).decode()
    yield "closed-size", str(statement.size)
    yield ("cites-fork" if signed.fork else "cites-no-fork"), ""


def _proposal(body: bytes, parties: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    proposed, _ = read_proposed(body)
    if proposed is None:
        return
    yield "selection", proposed.digest.hex()
    for each in proposed.ranges:
        first, last = (format_number((each.log, index), parties) for index in (each.start, each.end - 1))
        numbers = first if first == last else f"{first} - {last}"
        attached = "".join(f" #{number}" for number in each.attachments)
        yield f"disclosed-{each.disclosed}", f"{numbers}{attached}"
    if proposed.embargo_ms is not None:
        yield "embargo", format_second(proposed.embargo_ms)
    for code, value in (("words", proposed.words), ("officer", proposed.officer)):
        if value:
            yield code, show_line(value)


def _answer(kind: int, body: bytes) -> Iterator[tuple[str, str]]:
    answered, _ = read_answered(kind, body)
    if answered is None:
        return
    yield "selection", answered.digest.hex()
    for code, value in (("reason", answered.reason), ("officer", answered.officer)):
        if value:
            yield code, show_line(value)


def _erasure(body: bytes, parties: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    erasure = parse_erasure(body)
    for log, start, end in erasure.ranges:
        first, last = (format_number((log, each), parties) for each in (start, end - 1))
        yield "erased", first if first == last else f"{first} - {last}"
    yield f"erased-{erasure.why.word}", show_line(erasure.post)
    if erasure.reason:
        yield "reason", show_line(erasure.reason)
    if erasure.span_ms is not None:
        first_ms, last_ms = (min(each, LATEST_MS - 1) for each in erasure.span_ms)
        yield "erased-span", f"{format_second(first_ms)} - {format_second(last_ms)}"


def _refusal(body: bytes, parties: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    refusal = parse_refusal(body)
    for start, end in refusal.ranges:
        first, last = (format_number((refusal.log, each), parties) for each in (start, end - 1))
        yield "refused", first if first == last else f"{first} - {last}"
    yield f"reason-{int(refusal.reason)}", ""


def _witness(body: bytes) -> Iterator[tuple[str, str]]:
    word, _ = read_witness_word(body)
    if word is None:
        return
    yield ("witness-heard" if word.is_heard else "witness-unseen"), show_line(word.name)
    yield "witness-size", str(word.size)
    if word.heard_ms is not None:
        yield "witness-last", format_second(word.heard_ms)
