"""What the firebreak watches: each topic is one question about direct contact that the record can answer."""

from enum import StrEnum


class Topic(StrEnum):
    """The topics that a mark can be of; words for readers are `firebreak-topic-*` in words/."""

    HEARD = "heard"
    """The newest entry of a party's log."""
    CONTACT = "contact"
    """A direct contact of a pair: a call that the post answered itself, a read-back that matches, presence shown."""
    ATTEMPT = "attempt"
    """A call of a pair with an outcome that was no contact."""
    ACKNOWLEDGEMENT = "acknowledgement"
    """A step of people that a message awaits."""
    OUTCOME = "outcome"
    REPLY = "reply"
    LINE_TEST = "line_test"
    ARRANGED = "arranged"
    """A proposed time of a call that nobody answered."""
    NOTICE_ANSWER = "notice_answer"
    WATCH = "watch"
    """A desk that was taken or left."""
    LINE_STATE = "line_state"
    WITNESS = "witness"
    INCIDENT = "incident"
    QUERY = "query"
    """A query about an incident without a reply, or a reply without the meeting that was asked for."""
    CONFLICT = "conflict"
    UNITS = "units"
    """A unit that was not reached by the start of its notice."""
