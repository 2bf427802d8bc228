"""Random histories of two parties, and the views of both nodes over them, each in its own order of arrival.

The services are the real ones, over SQLite in memory; what is missing is signatures and the wire. Authors may lie about
the time, may have seen little of the other log, and may write what has no effect.
"""

import random
from contextlib import contextmanager
from dataclasses import replace

from coupefeu.model.calls import DeclineReason, Media, Outcome
from coupefeu.model.entry import Head, Kind, Reference, Seen
from coupefeu.model.incidents import Closure, IncidentForm, QueryKind
from coupefeu.model.instant import Moment
from coupefeu.model.line_state import LineState
from coupefeu.model.messages import Content, Form, OutcomeCode
from coupefeu.model.notices import Answer
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.services.arranged.facts import ArrangeFact, RefusalReason, Window, encode_arranged
from coupefeu.services.base import METADATA, Context, Recorded
from coupefeu.services.calls.facts import CallFact, encode_call
from coupefeu.services.every import SERVICES
from coupefeu.services.firebreak.gathering import begun, gather
from coupefeu.services.firebreak.history import spans
from coupefeu.services.firebreak.judging import judge
from coupefeu.services.firebreak.marks import Asked
from coupefeu.services.firebreak.spanning import gather_between
from coupefeu.services.incidents.facts import (
    IncidentActFact,
    IncidentFact,
    encode_incident,
    encode_incident_act,
)
from coupefeu.services.line_state.facts import LineStateFact, encode_line_state
from coupefeu.services.messages.facts import Act, encode_act
from coupefeu.services.messages.forms import encode_content
from coupefeu.services.notices.facts import ActFact as AnswerFact
from coupefeu.services.notices.facts import encode_act as encode_answer
from coupefeu.services.notices.facts import encode_notice
from coupefeu.services.watch.facts import WatchFact, encode_watch
from coupefeu.store.colliding import change_minima
from coupefeu.store.showing import by_kind, concluders_of, followers_of
from coupefeu.store.sqlite import Connection, create_tables, dbapi2
from coupefeu.store.transaction import Transaction
from tests.firebreak_marks import DAY_MS, HOUR_MS, START_MS
from tests.unit.test_notices_service import CONVOY

PARTIES = ("us", "ru")
POSTS = {"us": ("us.duty", "us.chief", "us.secretary"), "ru": ("ru.duty", "ru.chief", "ru.minister")}
ABOUT_CALLS = (
    Kind.CALL_ANSWERED, Kind.CALL_DECLINED, Kind.CALL_UNANSWERED, Kind.CALL_UNREACHED, Kind.CALL_WITHDRAWN,
    Kind.CALL_RINGING,
)  # fmt: skip
ABOUT_MESSAGES = (Kind.TAKEN, Kind.READ, Kind.OUTCOME, Kind.PASSED_TO, Kind.READ_BACK)
ABOUT_INCIDENTS = (Kind.INCIDENT_QUERIED, Kind.INCIDENT_CLOSED)
ABOUT_NOTICES = (Kind.NOTICE_ANSWERED, Kind.NOTICE_WITHDRAWN)
ALONE = (
    Kind.CALL_PLACED, Kind.CALL_PLACED, Kind.MESSAGE, Kind.MESSAGE, Kind.LINE_TEST, Kind.WATCH_TAKEN, Kind.WATCH_LEFT,
    Kind.ARRANGE_PROPOSED, Kind.LINE_STATE, Kind.INCIDENT_REPORTED, Kind.NOTICE_FILED, 9_000,
)  # fmt: skip
BY_AUTHOR = {
    Kind.CALL_UNREACHED, Kind.CALL_WITHDRAWN, Kind.ARRANGE_WITHDRAWN, Kind.INCIDENT_CLOSED, Kind.NOTICE_WITHDRAWN,
}  # fmt: skip
ABOUT = {
    Kind.CALL_PLACED: ABOUT_CALLS,
    Kind.MESSAGE: ABOUT_MESSAGES,
    Kind.LINE_TEST: (Kind.LINE_TEST_ANSWER, Kind.READ),
    Kind.ARRANGE_PROPOSED: (Kind.ARRANGE_REFUSED, Kind.ARRANGE_WITHDRAWN),
    Kind.INCIDENT_REPORTED: ABOUT_INCIDENTS,
    Kind.INCIDENT_QUERIED: (Kind.INCIDENT_REPLIED,),
    Kind.NOTICE_FILED: ABOUT_NOTICES,
}


class History:
    """Entries of both logs, in the order in which they were written; honest: no lie about times, no acts that cross."""

    def __init__(self, seed, most=14, *, honest=False):
        self.chance = random.Random(seed)
        self.honest = honest
        self.now_ms = START_MS
        self.entries = []
        self.sizes = [0, 0]
        self.skew_ms = [0, self.chance.choice((0, 0, 45_000, -400_000, 3 * HOUR_MS))]
        for log in (0, 1):
            self.write(log, Kind.AGREEMENT, b"")
        for _ in range(self.chance.randrange(2, most)):
            self.step()

    def step(self):
        self.now_ms += self.chance.choice((0, 1_000, 300_000, HOUR_MS, 20 * HOUR_MS))
        log = self.chance.randrange(2)
        named = [each for each in self.entries if each["head"].kind in ABOUT]
        if self.honest:
            done = {(one.log, one.index) for each in self.entries for one in each["head"].references}
            named = [each for each in named if (each["log"], each["index"]) not in done]
        if not named or self.chance.random() < 0.45:
            kind = self.chance.choice(ALONE)
            self.write(log, kind, self.body(kind))
            return
        about = self.chance.choice(named[-4:])
        kind = self.chance.choice(ABOUT[about["head"].kind])
        if self.chance.random() < 0.9:
            log = about["log"] if kind in BY_AUTHOR else 1 - about["log"]
        post = about["head"].to_posts[0] if about["head"].to_posts[0].startswith(PARTIES[log]) else ""
        self.write(log, kind, self.body(kind), (about["log"], about["index"]), post=post)

    def body(self, kind):
        if kind in BODIES:
            return BODIES[kind](self)
        if kind in ABOUT_MESSAGES:
            return encode_act(Act(outcome=OutcomeCode.PASSED_TO if kind == Kind.OUTCOME else None))
        if kind not in {*ABOUT_CALLS, Kind.CALL_PLACED}:
            return b"\xa0"  # also of what a newer version, or a liar, writes
        stated = {"reason": DeclineReason.NOT_NOW, "rang_ms": 1_000, "rung": 0, "posts": ("ru.minister",)}
        return encode_call(kind, CallFact(media=Media.TEXT, outcome=Outcome.NO_ANSWER, **stated))

    def message(self):
        return encode_content(Content(form=Form.FREE_TEXT, subject=Subject.SAFETY, text=f"At {self.now_ms}."))

    def line_state(self):
        from_ms = self.chance.choice((None, self.now_ms + 2 * HOUR_MS))
        return encode_line_state(LineStateFact(state=self.chance.choice(tuple(LineState)), from_ms=from_ms))

    def notice(self):
        start_ms = self.now_ms + self.chance.choice((HOUR_MS, 30 * HOUR_MS))
        volume = replace(CONVOY.volumes[0], start_ms=start_ms, end_ms=start_ms + 6 * HOUR_MS)
        fields = dict(CONVOY.fields) | {8: start_ms, 10: start_ms + 6 * HOUR_MS}
        return encode_notice(replace(CONVOY, volumes=(volume,), fields=fields, check_points=()))

    def answer(self):
        return encode_answer(AnswerFact(answer=self.chance.choice((Answer.RECEIVED, Answer.AGREED))))

    def proposal(self):
        window = Window(start_ms=self.now_ms + DAY_MS, end_ms=self.now_ms + DAY_MS + HOUR_MS)
        return encode_arranged(ArrangeFact(windows=(window,), media=Media.TEXT))

    def write(self, log, kind, body, about=None, post=""):
        chance, party, other = self.chance, PARTIES[log], PARTIES[1 - log]
        seen = chance.choice(
            (self.sizes[1 - log], self.sizes[1 - log], chance.randint(0, self.sizes[1 - log]))
        )
        lie_ms = chance.choice((0,) * 8 + (-5 * HOUR_MS, 6 * HOUR_MS))
        head = Head(
            kind=int(kind),
            from_post=post or chance.choice(POSTS[party]),
            to_posts=(chance.choice(POSTS[other]),),
            precedence=chance.choice(tuple(Precedence)),
            written_ms=self.now_ms + (0 if self.honest else self.skew_ms[log] + lie_ms),
            language="en",
            agreement_version=1,
            references=()
            if about is None
            else (Reference(log=about[0], index=about[1], leaf_hash=bytes(32)),),
            seen=() if not seen else (Seen(log=1 - log, size=seen, root=bytes(32)),),
        )
        self.entries.append(
            {"log": log, "index": self.sizes[log], "head": head, "body": body, "at_ms": self.now_ms}
        )
        self.sizes[log] += 1

    def arrivals(self, log):
        """Give the entries in the order in which a node may have stored them: its own in order, the others anyhow."""
        chance = random.Random(repr((log, len(self.entries), self.now_ms)))
        late = {each["index"]: chance.choice((1_000, 90_000, 7 * HOUR_MS)) for each in self.entries}
        early = [each["log"] == log or not each["index"] for each in self.entries]
        timed = [
            (each["at_ms"] + (0 if is_early else late[each["index"]]), each["index"], each)
            for each, is_early in zip(self.entries, early, strict=True)
        ]
        return sorted(timed, key=lambda each: (each[0], each[2]["log"] != log, each[1]))


BODIES = {
    Kind.MESSAGE: History.message,
    Kind.LINE_TEST: lambda _: encode_content(
        Content(form=Form.LINE_TEST, subject=Subject.SERVICE, template=1)
    ),
    Kind.WATCH_TAKEN: lambda _: encode_watch(WatchFact(heard=True)),
    Kind.WATCH_LEFT: lambda _: encode_watch(WatchFact()),
    Kind.LINE_STATE: History.line_state,
    Kind.ARRANGE_PROPOSED: History.proposal,
    Kind.ARRANGE_REFUSED: lambda _: encode_arranged(ArrangeFact(reason=RefusalReason(1))),
    Kind.NOTICE_FILED: History.notice,
    Kind.NOTICE_ANSWERED: History.answer,
    Kind.INCIDENT_REPORTED: lambda _: encode_incident(IncidentFact(form=IncidentForm.DANGEROUS_APPROACH)),
    Kind.INCIDENT_QUERIED: lambda _: encode_incident_act(IncidentActFact(asks=QueryKind.EXPLANATION)),
    Kind.INCIDENT_CLOSED: lambda _: encode_incident_act(IncidentActFact(closure=Closure.EXPLAINED)),
    Kind.INCIDENT_REPLIED: lambda _: encode_incident_act(IncidentActFact(words="It strayed.")),
}


class Views:
    """The views of one node, in memory, empty again after each history."""

    def __init__(self, agreed, log):
        self.agreed, self.log = agreed, log
        self.connection = Connection(dbapi2.connect(":memory:", isolation_level=None))
        create_tables(self.connection, METADATA)
        transaction = self._transaction(START_MS)
        change_minima(transaction, agreed.notices.separation)
        transaction.flush()

    def context(self, now_ms):
        return Context(
            now=Moment(utc_ms=now_ms, mono_ms=0),
            our_log=self.log,
            parties=PARTIES,
            agreement=self.agreed,
            agreement_version=1,
        )

    def levels(self, history, instants, *, known=False):
        """Show a history in this node's order of arrival, and judge these instants."""
        with self.shown(history) as (select, context):
            return [
                judge(gather(select, context, Asked(at_ms=at_ms, known=known)), context) for at_ms in instants
            ]

    def strip(self, history, from_ms, to_ms, *, known=False):
        """Show it, and give the strip chart."""
        with self.shown(history) as (select, context):
            found = gather_between(select, context, from_ms, to_ms, known=known)
            first = begun(select, context)
            return spans(found.marks, first, context, found.from_ms, to_ms, known=known)

    @contextmanager
    def shown(self, history):
        chance = random.Random(history.now_ms + self.log)
        self.connection.query("BEGIN")
        try:
            transaction = self._transaction(history.now_ms)
            for arrival, (arrived_ms, _, entry) in enumerate(history.arrivals(self.log)):
                transaction.show(self._recorded(entry, arrival, arrived_ms))
                if chance.random() < 0.5:
                    transaction.conclude()
            transaction.conclude()
            transaction.flush()
            yield transaction.select, transaction.context
        finally:
            self.connection.query("ROLLBACK")

    def _transaction(self, now_ms):
        return Transaction(
            self.connection,
            None,
            {},
            by_kind(SERVICES),
            self.context(now_ms),
            0,
            followers=followers_of(SERVICES),
            concluders=concluders_of(SERVICES),
        )

    def _recorded(self, entry, arrival, arrived_ms):
        return Recorded(
            log=entry["log"],
            index=entry["index"],
            arrival=arrival,
            arrived_ms=arrived_ms,
            ours=entry["log"] == self.log,
            head=entry["head"],
            body=entry["body"],
            leaf_hash=bytes(32),
        )


def of_both(judged):
    """Give what must be the same on both nodes: all but arrivals, and what is offered to one side."""
    reasons = tuple(
        replace(each, acts=(), age_here_ms=0, proofs=tuple(one._replace(arrived_ms=0) for one in each.proofs))
        for each in judged.reasons
    )
    return judged.level, judged.as_of_ms, judged.since_ms, judged.sizes, judged.marked, reasons
