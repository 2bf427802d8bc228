"""The selects over other services' views that figures are counted from; each goes through its table once.

What is judged message by message elsewhere (`services.messages.effects`) is judged here by the same rules in bulk; a
test holds the two to one another. CROSS JOIN keeps SQLite to the order that is written: acts are gone through, and of
each its message is looked up.
"""

from typing import Final, NamedTuple

from sqlalchemy import text

from coupefeu.model.entry import Kind
from coupefeu.model.messages import Form
from coupefeu.model.notices import CheckIn
from coupefeu.services.base import Statement
from coupefeu.services.notices.facts import VERSIONS
from coupefeu.services.passing.views import PASSING
from coupefeu.services.usage.asked import Asked

_SPAN: Final = "m.written_ms >= :from_ms AND m.written_ms < :to_ms"
_MESSAGE: Final = int(Kind.MESSAGE)


class MessageGroup(NamedTuple):
    """Messages that are alike; `is_good`: they have effect by themselves."""

    log: int
    form: int | None
    subject: str | None
    precedence: int
    to_posts: str
    is_good: int
    messages: int


_MESSAGES: Final = text(
    "SELECT log, form, subject, precedence, to_posts, effect = '' AS is_good, count(*) FROM messages m"  # noqa: S608 - declared names
    f" WHERE kind = {_MESSAGE} AND {_SPAN} GROUP BY log, form, subject, precedence, to_posts, is_good"
)


class ActRow(NamedTuple):
    """An act about a message, with what it is judged by; `after_ms`: by the clocks of both authors."""

    log: int
    idx: int
    from_post: str
    kind: int
    version: int
    message_log: int
    message_index: int
    to_posts: str
    precedence: int
    subject: str | None
    message_version: int
    after_ms: int


_ACT: Final = (
    "f.log, f.idx, f.from_post, f.kind, f.agreement_version, m.log, m.idx, m.to_posts, m.precedence, m.subject,"
    " m.agreement_version, f.written_ms - m.written_ms"
)
_ABOUT: Final = (
    "m.log = f.message_log AND m.idx = f.message_idx AND f.effect = ''"
    f" AND m.kind = {_MESSAGE} AND {_SPAN}"
    " AND (f.message_leaf IS NULL OR f.message_leaf = m.leaf_hash OR m.leaf_hash = zeroblob(32))"
)
_ACTS: Final = text(
    f"SELECT {_ACT} FROM message_facts f CROSS JOIN messages m WHERE {_ABOUT} AND"  # noqa: S608 - as above
    f" (f.kind = {int(Kind.TAKEN)} OR (f.kind = {_MESSAGE} AND m.form = {int(Form.REQUEST_FOR_EXPLANATION)}"
    f" AND substr(f.body, 2, 2) = x'00{int(Form.REPLY):02x}'))"
)
"""Who took a message, and replies; the form is the first field of a body (docs/spec/messages.md)."""
_READ_BACKS: Final = text(
    f"SELECT {_ACT}, m.form, m.body, m.about_log, m.about_idx, f.body FROM message_facts f CROSS JOIN messages m"  # noqa: S608 - as above
    f" WHERE f.kind = {int(Kind.READ_BACK)} AND {_ABOUT} AND f.erased IS NULL AND m.erased IS NULL"
)
_LINE_TESTS: Final = text(
    "SELECT m.log, m.idx, m.written_ms, f.log, f.written_ms FROM messages m LEFT JOIN message_facts f"  # noqa: S608 - as above
    f" ON f.message_log = m.log AND f.message_idx = m.idx AND f.kind = {int(Kind.LINE_TEST_ANSWER)}"
    " AND f.effect = '' AND (f.message_leaf IS NULL OR f.message_leaf = m.leaf_hash OR m.leaf_hash = zeroblob(32))"
    f" WHERE m.kind = {int(Kind.LINE_TEST)} AND m.effect = '' AND m.form = {int(Form.LINE_TEST)} AND {_SPAN}"
)


class CallRow(NamedTuple):
    """An attempt that has effect; `after_ms`, `answered_by`: of the answer that is its outcome."""

    party: str
    to_party: str
    precedence: int
    outcome: str | None
    answered_by: str | None
    after_ms: int | None


_CALLS: Final = text(
    "SELECT c.party, c.to_party, c.precedence, c.outcome, s.post, s.claimed_ms - c.claimed_ms FROM calls c"
    " LEFT JOIN call_steps s ON c.outcome = 'answered' AND s.arrival = c.outcome_arrival"
    " AND s.call_log = c.log AND s.call_idx = c.idx"
    " WHERE c.effect = '' AND c.claimed_ms >= :from_ms AND c.claimed_ms < :to_ms"
)


class NoticeRow(NamedTuple):
    """A notice as its list has it; `version`: of the agreement that it was filed under."""

    log: int
    idx: int
    party: str
    form: int | None
    asks: int
    closed: int | None
    start_ms: int | None
    end_ms: int | None
    claimed_ms: int
    version: int
    effect: str


_OF_NOTICES: Final = "n.claimed_ms >= :from_ms AND n.claimed_ms < :to_ms"
_NOTICES: Final = text(
    "SELECT n.log, n.idx, n.party, n.form, n.asks, n.closed, n.start_ms, n.end_ms, n.claimed_ms,"  # noqa: S608 - as above
    " a.agreement_version, n.effect FROM notices n CROSS JOIN notice_acts a"
    f" WHERE a.log = n.log AND a.idx = n.idx AND {_OF_NOTICES} ORDER BY n.log, n.idx"
)


class NoticeActRow(NamedTuple):
    """An entry about a notice that asks for an answer: what a plain one is judged by; `body`: of answers alone."""

    root_log: int
    root_idx: int
    log: int
    idx: int
    kind: int
    party: str
    effect: str
    to_posts: str
    leaf_hash: bytes
    root_leaf: bytes | None
    about_log: int
    about_idx: int
    form: int | None
    body: bytes | None


_NOTICE_ACTS: Final = text(
    "SELECT a.root_log, a.root_idx, a.log, a.idx, a.kind, a.party, a.effect, a.to_posts, a.leaf_hash, a.root_leaf,"  # noqa: S608 - as above
    f" a.about_log, a.about_idx, a.form, CASE a.kind WHEN {int(Kind.NOTICE_ANSWERED)} THEN a.body END"
    " FROM notices n CROSS JOIN notice_acts a"
    f" WHERE a.root_log = n.log AND a.root_idx = n.idx AND n.asks AND n.effect = '' AND {_OF_NOTICES}"
    " ORDER BY n.log, n.idx, a.log, a.idx"
)
_SAID: Final = f"p.root_log = n.log AND p.root_idx = n.idx AND p.kind = {int(Kind.CHECKED_IN)}"
_STOOD: Final = " OR ".join(
    f"instr(p.body, x'06{int(each):02x}')" for each in (CheckIn.HELD, CheckIn.IMPEDED)
)
_IS_MOVED: Final = (
    f"n.effect = '' AND {_OF_NOTICES} AND EXISTS (SELECT 1 FROM passing p WHERE {_SAID} AND ({_STOOD}))"  # noqa: S608 - as above
)
"""A check-in is key 6 of a body (docs/spec/notices.md); where these bytes stand otherwise, it is only looked at too."""
_CHECK_INS: Final = text(
    f"SELECT {', '.join(f'p.{each.name}' for each in PASSING.c)} FROM notices n CROSS JOIN passing p"  # noqa: S608 - as above
    f" WHERE {_SAID} AND {_IS_MOVED} ORDER BY n.log, n.idx, p.log, p.idx"
)
_VERSIONS: Final = text(
    "SELECT n.log, n.idx, a.log, a.idx, a.leaf_hash, a.effect FROM notices n CROSS JOIN notice_acts a"  # noqa: S608 - as above
    " WHERE a.root_log = n.log AND a.root_idx = n.idx"
    f" AND a.kind IN ({', '.join(str(int(each)) for each in sorted(VERSIONS))}) AND {_IS_MOVED}"
    " ORDER BY n.log, n.idx, a.log, a.idx"
)


_OF_INCIDENT: Final = "c.root_log = a.log AND c.root_idx = a.idx AND c.party = a.party AND c.effect = ''"
_NEWEST: Final = "ORDER BY c.log DESC, c.idx DESC LIMIT 1"
_FORM: Final = (
    "SELECT c.form FROM incident_acts c WHERE "  # noqa: S608 - as above
    f"{_OF_INCIDENT} AND c.kind IN ({int(Kind.INCIDENT_REPORTED)}, {int(Kind.INCIDENT_AMENDED)}) {_NEWEST}"
)
_TURN: Final = (
    "SELECT c.kind FROM incident_acts c WHERE "  # noqa: S608 - as above
    f"{_OF_INCIDENT} AND c.kind IN ({int(Kind.INCIDENT_CLOSED)}, {int(Kind.INCIDENT_REOPENED)}) {_NEWEST}"
)
_INCIDENTS: Final = text(
    "SELECT party, form, count(*), sum(is_closed) FROM ("  # noqa: S608 - as above
    f"SELECT a.party AS party, ({_FORM}) AS form, coalesce(({_TURN}) = {int(Kind.INCIDENT_CLOSED)}, 0) AS is_closed"
    f" FROM incident_acts a WHERE a.kind = {int(Kind.INCIDENT_REPORTED)} AND a.effect IN ('', 'erased')"
    " AND a.claimed_ms >= :from_ms AND a.claimed_ms < :to_ms) GROUP BY party, form"
)


def select_messages(asked: Asked) -> Statement:
    """Count messages that are alike, as `MessageGroup`."""
    return Statement(_MESSAGES, _span(asked))


def select_acts(asked: Asked) -> Statement:
    """Name who took messages of the span, and replies to requests among them, as `ActRow`."""
    return Statement(_ACTS, _span(asked))


def select_read_backs(asked: Asked) -> Statement:
    """Name read-backs of messages of the span: an `ActRow`, form, body, (log, index) it is about, what was typed."""
    return Statement(_READ_BACKS, _span(asked))


def select_line_tests(asked: Asked) -> Statement:
    """Name line tests: (log, index, when), and of each answer (log, when)."""
    return Statement(_LINE_TESTS, _span(asked))


def select_calls(asked: Asked) -> Statement:
    """Name the attempts of the span, as `CallRow`."""
    return Statement(_CALLS, _span(asked))


def select_notices(asked: Asked) -> Statement:
    """Name the notices of the span, as `NoticeRow`."""
    return Statement(_NOTICES, _span(asked))


def select_notice_acts(asked: Asked) -> Statement:
    """Name every entry about the notices of the span that ask for an answer, by notice, as `NoticeActRow`."""
    return Statement(_NOTICE_ACTS, _span(asked))


def select_incidents(asked: Asked) -> Statement:
    """Count the incidents of the span: party, form, how many, how many of them are closed."""
    return Statement(_INCIDENTS, _span(asked))


def select_check_ins(asked: Asked) -> Statement:
    """Name what was said on their way of movements that may have stood or been impeded: rows of `passing`."""
    return Statement(_CHECK_INS, _span(asked))


def select_versions(asked: Asked) -> Statement:
    """Name the versions of the notices of these movements: (log, index) of both, leaf hash, effect."""
    return Statement(_VERSIONS, _span(asked))


def _span(asked: Asked) -> dict[str, int]:
    return {"from_ms": asked.from_ms, "to_ms": asked.to_ms}
