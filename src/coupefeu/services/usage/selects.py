"""The selects over other services' views that figures are counted from; each goes through its table once.

What is judged message by message elsewhere (`services.messages.effects`) is judged here by the same rules in bulk; a
test holds the two to one another. CROSS JOIN keeps SQLite to the order that is written: acts are gone through, and of
each its message is looked up. Every time is the counted one (`bounds.py`).
"""

from typing import Final, NamedTuple

from sqlalchemy import text

from coupefeu.model.entry import Kind
from coupefeu.model.messages import Form
from coupefeu.model.notices import CheckIn
from coupefeu.model.precedence import Precedence
from coupefeu.services.base import Statement
from coupefeu.services.notices.facts import VERSIONS
from coupefeu.services.passing.views import PASSING
from coupefeu.services.usage.asked import Asked
from coupefeu.services.usage.bounds import counted_ms, in_span, is_bound, join_bound, span_of

_MESSAGE: Final = int(Kind.MESSAGE)
_OF_M: Final = join_bound("m")
_M_MS: Final = counted_ms("m", "written_ms")
_SPAN: Final = in_span(_M_MS)


class MessageKey(NamedTuple):
    """What is told of a message; of those that are alike it is the same. `is_good`: they have effect by themselves."""

    log: int
    form: int | None
    subject: str | None
    precedence: int
    to_posts: str
    is_good: int


_MESSAGES: Final = text(
    "SELECT json_array(log, form, subject, precedence, to_posts, effect = '')"  # noqa: S608 - declared names
    f" FROM messages m {_OF_M} WHERE kind = {_MESSAGE} AND {_SPAN}"
)
"""As one text each, and counted by who reads them: SQLite would sort them all."""


class ActRow(NamedTuple):
    """An act about a message. `after_ms`: by the counted times of both; `at_bound`: that of one is not as claimed.

    `message`: a number of its own; `judged_by`: what stands in `JudgedBy`, as a JSON array.
    """

    message: int
    idx: int
    after_ms: int
    at_bound: int
    judged_by: str


class JudgedBy(NamedTuple):
    """By what an act is judged: few differ in it. `flash_subject`: of a FLASH; of any other message None."""

    log: int
    from_post: str
    kind: int
    version: int
    message_log: int
    to_posts: str
    precedence: int
    flash_subject: str | None
    message_version: int


_ACT: Final = (
    f"m.arrival, f.idx, {counted_ms('f', 'written_ms')} - {_M_MS}, {is_bound('f')} OR {is_bound('m')},"
    " json_array(f.log, f.from_post, f.kind, f.agreement_version, m.log, m.to_posts, m.precedence,"
    f" CASE m.precedence WHEN {int(Precedence.FLASH)} THEN m.subject END, m.agreement_version)"
)
_ABOUT: Final = (
    "m.log = f.message_log AND m.idx = f.message_idx AND f.effect = ''"
    f" AND m.kind = {_MESSAGE} AND {_SPAN}"
    " AND (f.message_leaf IS NULL OR f.message_leaf = m.leaf_hash OR m.leaf_hash = zeroblob(32))"
)
_FACTS: Final = f"message_facts f CROSS JOIN messages m {join_bound('f')} {_OF_M}"
_ACTS: Final = text(
    f"SELECT {_ACT} FROM {_FACTS} WHERE f.kind IN ({int(Kind.TAKEN)}, {_MESSAGE}) AND {_ABOUT} AND"  # noqa: S608 - as above
    f" (f.kind = {int(Kind.TAKEN)} OR (f.kind = {_MESSAGE} AND m.form = {int(Form.REQUEST_FOR_EXPLANATION)}"
    f" AND substr(f.body, 2, 2) = x'00{int(Form.REPLY):02x}'))"
)
"""Who took a message, and replies; the form is the first field of a body (docs/spec/messages.md).

Kinds are named once more, before the message is looked up: SQLite looks up that of every act otherwise.
"""
_READ_BACKS: Final = text(
    f"SELECT {_ACT}, m.form, m.body, m.about_log, m.about_idx, f.body FROM {_FACTS}"  # noqa: S608 - as above
    f" WHERE f.kind = {int(Kind.READ_BACK)} AND {_ABOUT} AND f.erased IS NULL AND m.erased IS NULL"
)
_LINE_TESTS: Final = text(
    f"SELECT m.log, m.idx, {_M_MS}, {is_bound('m')},"  # noqa: S608 - as above
    f" f.log, {counted_ms('f', 'written_ms')}, {is_bound('f')}"
    f" FROM messages m {_OF_M} LEFT JOIN message_facts f"
    f" ON f.message_log = m.log AND f.message_idx = m.idx AND f.kind = {int(Kind.LINE_TEST_ANSWER)}"
    " AND f.effect = '' AND (f.message_leaf IS NULL OR f.message_leaf = m.leaf_hash OR m.leaf_hash = zeroblob(32))"
    f" {join_bound('f')}"
    f" WHERE m.kind = {int(Kind.LINE_TEST)} AND m.effect = '' AND m.form = {int(Form.LINE_TEST)} AND {_SPAN}"
)


class CallRow(NamedTuple):
    """An attempt that has effect; `answered_by`, `after_ms`, `at_bound`: of the answer that is its outcome."""

    party: str
    to_party: str
    precedence: int
    outcome: str | None
    answered_by: str | None
    after_ms: int | None
    at_bound: int


_C_MS: Final = counted_ms("c", "claimed_ms")
_CALLS: Final = text(
    "SELECT c.party, c.to_party, c.precedence, c.outcome, s.post,"  # noqa: S608 - as above
    f" {counted_ms('s', 'claimed_ms')} - {_C_MS}, {is_bound('s')} OR {is_bound('c')}"
    f" FROM calls c {join_bound('c')} LEFT JOIN call_steps s"
    " ON c.outcome = 'answered' AND s.arrival = c.outcome_arrival"
    f" AND s.call_log = c.log AND s.call_idx = c.idx {join_bound('s')}"
    f" WHERE c.effect = '' AND {in_span(_C_MS)}"
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
    counted_ms: int
    version: int
    effect: str


_N_MS: Final = counted_ms("n", "claimed_ms")
_OF_NOTICES: Final = in_span(_N_MS)
_FROM_NOTICES: Final = f"notices n {join_bound('n')}"
_NOTICES: Final = text(
    f"SELECT n.log, n.idx, n.party, n.form, n.asks, n.closed, n.start_ms, n.end_ms, {_N_MS},"  # noqa: S608 - as above
    f" a.agreement_version, n.effect FROM {_FROM_NOTICES} CROSS JOIN notice_acts a"
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
    f" FROM {_FROM_NOTICES} CROSS JOIN notice_acts a"
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
    f"SELECT {', '.join(f'p.{each.name}' for each in PASSING.c)} FROM {_FROM_NOTICES} CROSS JOIN passing p"  # noqa: S608 - as above
    f" WHERE {_SAID} AND {_IS_MOVED} ORDER BY n.log, n.idx, p.log, p.idx"
)
_VERSIONS: Final = text(
    f"SELECT n.log, n.idx, a.log, a.idx, a.leaf_hash, a.effect FROM {_FROM_NOTICES} CROSS JOIN notice_acts a"  # noqa: S608 - as above
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
    f" FROM incident_acts a {join_bound('a')}"
    f" WHERE a.kind = {int(Kind.INCIDENT_REPORTED)} AND a.effect IN ('', 'erased')"
    f" AND {in_span(counted_ms('a', 'claimed_ms'))}) GROUP BY party, form"
)


def select_messages(asked: Asked, parties: int) -> Statement:
    """Name the messages of the span by what is told of them: a `MessageKey` as a JSON array."""
    return Statement(_MESSAGES, span_of(asked, parties))


def select_acts(asked: Asked, parties: int) -> Statement:
    """Name who took messages of the span, and replies to requests among them, as `ActRow`."""
    return Statement(_ACTS, span_of(asked, parties))


def select_read_backs(asked: Asked, parties: int) -> Statement:
    """Name read-backs of messages of the span: an `ActRow`, form, body, (log, index) it is about, what was typed."""
    return Statement(_READ_BACKS, span_of(asked, parties))


def select_line_tests(asked: Asked, parties: int) -> Statement:
    """Name line tests: (log, index, when, at a bound), and of each answer (log, when, at a bound)."""
    return Statement(_LINE_TESTS, span_of(asked, parties))


def select_calls(asked: Asked, parties: int) -> Statement:
    """Name the attempts of the span, as `CallRow`."""
    return Statement(_CALLS, span_of(asked, parties))


def select_notices(asked: Asked, parties: int) -> Statement:
    """Name the notices of the span, as `NoticeRow`."""
    return Statement(_NOTICES, span_of(asked, parties))


def select_notice_acts(asked: Asked, parties: int) -> Statement:
    """Name every entry about the notices of the span that ask for an answer, by notice, as `NoticeActRow`."""
    return Statement(_NOTICE_ACTS, span_of(asked, parties))


def select_incidents(asked: Asked, parties: int) -> Statement:
    """Count the incidents of the span: party, form, how many, how many of them are closed."""
    return Statement(_INCIDENTS, span_of(asked, parties))


def select_check_ins(asked: Asked, parties: int) -> Statement:
    """Name what was said on their way of movements that may have stood or been impeded: rows of `passing`."""
    return Statement(_CHECK_INS, span_of(asked, parties))


def select_versions(asked: Asked, parties: int) -> Statement:
    """Name the versions of the notices of these movements: (log, index) of both, leaf hash, effect."""
    return Statement(_VERSIONS, span_of(asked, parties))
