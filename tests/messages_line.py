"""A line between US and RU in memory: the messages service over SQLite, without link and record.

Every entry is applied on both sides, as it is when the link works; `deliver=False` keeps it from the other side,
and `hostile` writes an entry that no rule of ours would have allowed.
"""

import sqlite3
from dataclasses import replace

from sqlalchemy import create_engine

from coupefeu.model.agreement import Status
from coupefeu.model.entry import Head, Kind, Reference
from coupefeu.model.instant import Moment
from coupefeu.model.messages import Channel, Content, Form, Operative
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.services.base import METADATA, Context, Draft, Recorded
from coupefeu.services.messages import SERVICE, inbox, message_status
from coupefeu.services.messages.commands import Say
from coupefeu.services.messages.mentions import MENTIONS
from coupefeu.services.messages.promised import PROMISED
from coupefeu.services.messages.status import Evidence
from coupefeu.services.messages.texts import TEXTS
from coupefeu.services.messages.views import FACTS, MESSAGES, select_facts, select_message
from coupefeu.wire.agreement import parse_terms
from coupefeu.wire.agreement_template import render_template

START_MS = 1_648_091_520_000  # 2022-03-24T03:12:00Z
PARTIES = ("us", "ru")


def agreement(status=Status.EXERCISE):
    text = render_template(name="demo", status=status, in_force=START_MS, dictionary_sha256=bytes(32))
    return replace(parse_terms(text.encode()), languages=("en", "fr", "ru"))


def free_text(text="Our patrol leaves at noon.", subject=Subject.SAFETY, **fields):
    return Content(form=Form.FREE_TEXT, subject=subject, text=text, **fields)


def warning(**fields):
    stated = {"operative": Operative.STOP, "place": "35.31 N 40.13 E", "numbers": ("15",)} | fields
    return Content(form=Form.WARNING, subject=Subject.SAFETY, **stated)


def contact(**fields):
    stated = {"channel": Channel.TELEPHONE, "time_ms": START_MS, "counterpart": "General", "text": "Spoke."}
    return Content(form=Form.CONTACT, subject=Subject.SAFETY, **(stated | fields))


class Side:
    """One party's node: its view tables, its own clock and its order of arrival."""

    def __init__(self, log, terms):
        self.log, self.agreement, self.arrival = log, terms, 0
        self.engine = create_engine("sqlite://", module=sqlite3)
        METADATA.create_all(self.engine, [MESSAGES, FACTS, MENTIONS, PROMISED, TEXTS])

    def context(self, now_ms):
        return Context(
            now=Moment(utc_ms=now_ms, mono_ms=now_ms),
            our_log=self.log,
            parties=PARTIES,
            agreement=self.agreement,
            agreement_version=self.agreement.version,
        )

    def rows(self, statement):
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(*statement).mappings()]

    def store(self, entry, now_ms):
        recorded = Recorded(
            **entry,
            arrival=self.arrival,
            arrived_ms=now_ms,
            ours=entry["log"] == self.log,
            leaf_hash=bytes(32),
        )
        self.arrival += 1
        with self.engine.begin() as connection:
            for statement in SERVICE.apply(recorded, self.context(now_ms)):
                connection.execute(*statement)


class Line:
    """Two sides; `now_ms` is both clocks."""

    def __init__(self, status=Status.EXERCISE):
        terms = agreement(status)
        self.now_ms = START_MS
        self.sides = (Side(0, terms), Side(1, terms))
        self.sizes = [0, 0]

    def wait(self, seconds):
        self.now_ms += int(seconds * 1000)

    def do(self, log, command, deliver=True):
        """Decide and record a command of one side; gives the (log, index) of its entry."""
        side = self.sides[log]
        known = [side.rows(statement) for statement in SERVICE.needs(command)]
        (draft,) = SERVICE.decide(command, known, side.context(self.now_ms))
        return self.write(log, draft, deliver=deliver)

    def say(self, log, content, precedence=Precedence.ROUTINE, **fields):
        stated = {"from_post": ("us.duty", "ru.duty")[log], "language": ("en", "ru")[log]} | fields
        return self.do(log, Say(content=content, precedence=precedence, **stated))

    def write(self, log, draft: Draft, deliver=True, written_ms=None):
        head = Head(
            kind=draft.kind,
            from_post=draft.from_post,
            to_posts=draft.to_posts,
            precedence=draft.precedence,
            written_ms=self.now_ms if written_ms is None else written_ms,
            language=draft.language,
            agreement_version=1,
            references=tuple(Reference(log=a, index=b, leaf_hash=bytes(32)) for a, b in draft.references),
        )
        return self.record(log, head, draft.body, deliver=deliver)

    def record(self, log, head, body, deliver=True):
        index = self.sizes[log]
        self.sizes[log] += 1
        for side in self.sides if deliver else self.sides[log : log + 1]:
            side.store({"log": log, "index": index, "head": head, "body": body}, self.now_ms)
        return log, index

    def hostile(self, log, kind=Kind.MESSAGE, body=b"\xa0", references=(), **fields):
        """Write an entry that our own rules would refuse."""
        desks = ("us.duty", "ru.duty")
        stated = {
            "from_post": desks[log], "to_posts": (desks[1 - log],), "precedence": Precedence.ROUTINE, "language": "en"
        }  # fmt: skip
        written_ms = fields.pop("written_ms", None)
        draft = Draft(kind=int(kind), body=body, references=references, **(stated | fields))
        return self.write(log, draft, written_ms=written_ms)

    def status(self, log, message, **evidence):
        side = self.sides[log]
        (row,) = side.rows(select_message(message))
        acts = side.rows(select_facts(message))
        return message_status(row, acts, side.context(self.now_ms), Evidence(**evidence))

    def inbox(self, log):
        side = self.sides[log]
        return inbox(
            side.rows((MESSAGES.select(), {})), side.rows((FACTS.select(), {})), side.context(self.now_ms)
        )
