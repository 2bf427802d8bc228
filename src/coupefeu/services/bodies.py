"""Whether the body of an entry can be read, by its kind, and what it promises: what `verify` asks of it."""

from collections.abc import Callable, Mapping
from typing import Final

from coupefeu.errors import PeerError
from coupefeu.keys.agreement_signatures import parse_agreement_body
from coupefeu.keys.incarnations import parse_opening_body
from coupefeu.model.attachments import Promised
from coupefeu.model.entry import Head, Kind
from coupefeu.services.agreement.facts import parse_acceptance
from coupefeu.services.arranged.facts import KINDS as ARRANGED
from coupefeu.services.arranged.facts import read_arranged
from coupefeu.services.calls.facts import KINDS as CALLS
from coupefeu.services.calls.facts import read_call
from coupefeu.services.communique.facts import KINDS as COMMUNIQUES
from coupefeu.services.communique.facts import read_communique
from coupefeu.services.erasures.facts import parse_erasure
from coupefeu.services.incidents.facts import KINDS as INCIDENTS
from coupefeu.services.incidents.facts import body_defect as incident_defect
from coupefeu.services.line_state.facts import KINDS as LINE_STATES
from coupefeu.services.line_state.facts import read_line_state
from coupefeu.services.messages.facts import ACTS, read_act
from coupefeu.services.messages.forms import are_promises, read_content
from coupefeu.services.notices.facts import KINDS as NOTICES
from coupefeu.services.notices.facts import body_defect as notice_defect
from coupefeu.services.passing.facts import KINDS as PASSING
from coupefeu.services.passing.facts import read_passing
from coupefeu.services.persons.facts import KINDS as PERSONS
from coupefeu.services.persons.facts import read_person
from coupefeu.services.presence.facts import KINDS as PRESENCE
from coupefeu.services.presence.facts import read_presence
from coupefeu.services.watch.facts import KINDS as WATCH_KINDS
from coupefeu.services.watch.facts import UNREADABLE
from coupefeu.services.watch.views import body_defect as watch_defect
from coupefeu.services.witnessed.facts import KINDS as WITNESSED
from coupefeu.services.witnessed.facts import read_witness_word
from coupefeu.wire.key_statement import parse_key_statement
from coupefeu.wire.published_keys import parse_published_keys

_PARSERS: Final[Mapping[int, Callable[[bytes], object]]] = {
    Kind.AGREEMENT: parse_agreement_body,
    Kind.AMENDMENT_PROPOSED: parse_agreement_body,
    Kind.AMENDMENT_ACCEPTED: parse_acceptance,
    Kind.KEY_STATEMENT: parse_key_statement,
    Kind.KEYS_PUBLISHED: parse_published_keys,
    Kind.INCARNATION_OPENED: parse_opening_body,
    Kind.ERASED: parse_erasure,
}
_FAMILIES: Final[tuple[tuple[frozenset[int], Callable[[int, bytes], str]], ...]] = (
    (frozenset(ACTS), lambda kind, body: read_act(kind, body)[1]),
    (frozenset(WATCH_KINDS), watch_defect),
    (frozenset(CALLS), lambda kind, body: read_call(kind, body)[1]),
    (frozenset(COMMUNIQUES), lambda kind, body: read_communique(kind, body)[1]),
    (frozenset(ARRANGED), lambda kind, body: read_arranged(kind, body)[1]),
    (frozenset(NOTICES), notice_defect),
    (frozenset(PASSING), lambda kind, body: read_passing(kind, body)[1]),
    (frozenset(PERSONS), lambda kind, body: read_person(kind, body)[1]),
    (frozenset(PRESENCE), lambda kind, body: read_presence(kind, body)[1]),
    (frozenset(LINE_STATES), lambda kind, body: read_line_state(kind, body)[1]),
    (frozenset(INCIDENTS), incident_defect),
    (frozenset(WITNESSED), lambda _, body: read_witness_word(body)[1]),
)
"""Families of kinds, and what names what is wrong with a body of theirs."""


def decode_body(index: int, head: Head, body: bytes) -> None:
    """Decode one body; a kind that is not known is taken as it is. Raises: PeerError: it cannot be read."""
    match head.kind:
        case kind if kind in _PARSERS:
            _PARSERS[kind](body)
        case Kind.MESSAGE | Kind.LINE_TEST:
            content, reason = read_content(body)
            _insist(content is not None, index, reason)
        case kind:
            defect = next((named for kinds, named in _FAMILIES if kind in kinds), None)
            _insist(defect is None or defect(kind, body) != UNREADABLE, index, UNREADABLE)


def promised_in(head: Head, body: bytes) -> tuple[Promised, ...]:
    """Give the attachments that an entry promises, if it is a note, or a message that may."""
    if head.kind == Kind.NOTE:
        note = read_presence(head.kind, body)[0]
        return (note,) if isinstance(note, Promised) else ()
    content = read_content(body)[0] if head.kind == Kind.MESSAGE else None
    return () if content is None or not are_promises(content.attachments) else content.attachments


def _insist(holds: bool, index: int, reason: str) -> None:
    if not holds:
        raise PeerError(
            f"the body of entry {index:,} cannot be read: {reason}",
            code="services.bodies.unreadable",
            hint="It is kept as it was signed.",
        )
