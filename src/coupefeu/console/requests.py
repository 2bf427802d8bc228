"""What pages ask of the console, as frozen values with their limits; who asks is said by the session alone."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from coupefeu.model.attachments import MAX_ATTACHMENTS
from coupefeu.services.erasures.facts import MAX_REASON_CHARACTERS
from coupefeu.services.messages.facts import MAX_TYPED_FIELDS
from coupefeu.services.watch.hand_over import MAX_LISTED
from coupefeu.services.watch.roster import MAX_WINDOWS

MAX_SHOWN_AT_ONCE = 200
MAX_TEXT_CHARACTERS = 65_536
"""Of any one field here; the forms and the agreement set the limits that count, with an error of their own."""

Text = Annotated[str, Meta(max_length=MAX_TEXT_CHARACTERS)]
Texts = Annotated[tuple[Text, ...], Meta(max_length=64)]
Name = Annotated[str, Meta(max_length=64)]


class ActName(StrEnum):
    """The acts of an officer about a message, named as the commands are."""

    TAKE = "take"
    READ = "read"
    READ_BACK = "read-back"
    SAY_AGAIN = "say-again"
    PASS_TO = "pass-to"  # noqa: S105 - an act, no secret
    OUTCOME = "outcome"
    CONFIRM = "confirm"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRequest:
    """Sign in with the one-time key of a link."""

    key: Annotated[str, Meta(max_length=256)]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentRequest:
    """A file to be sent with a message; `content` in base64."""

    name: Text
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SayRequest:
    """A message to be sent; the fields are those of its form.

    Names are as in MessageValues: `form` "warning", `precedence` "FLASH", `subject` "SAFETY", `operative` "STOP",
    `channel` "TELEPHONE". Left out: precedence and subject as the form and the message that it is about have them;
    `to`: all other parties; `to_posts`: the duty desks of a FLASH, else the counterparts of the post that speaks;
    `language`: our party's own. `time`, and a slot that is a time, is text: "0312Z", "240312Z MAR 22",
    "2022-03-24T03:12:00Z" or "now". `about`: US/14; of a form that names no message also a call or another entry.
    """

    form: Name
    precedence: Name | None = None
    subject: Name | None = None
    text: Text = ""
    passages: Texts = ()
    operative: Name | None = None
    place: Text = ""
    time: Name | None = None
    numbers: Texts = ()
    phrase: int | None = None
    slots: Texts = ()
    channel: Name | None = None
    counterpart: Text = ""
    template: int | None = None
    about: Name | None = None
    to: Texts = ()
    to_posts: Texts = ()
    language: Name | None = None
    attachments: Annotated[tuple[AttachmentRequest, ...], Meta(max_length=MAX_ATTACHMENTS)] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ActRequest:
    """An act about a message.

    `typed`: the critical fields of a read-back, in their order. `field`: of a say-again, from 1. `text`: to whom it
    was passed, why it cannot be done, or a remark. `outcome`: "PASSED_TO", "STOPPED_AT", "CANNOT", "NOT_OURS";
    `time`: when it was stopped, as in SayRequest; now, if not given.
    """

    act: ActName
    typed: Annotated[tuple[Text, ...], Meta(max_length=MAX_TYPED_FIELDS)] = ()
    field: Annotated[int, Meta(ge=1, le=MAX_TYPED_FIELDS)] | None = None
    text: Text = ""
    outcome: Name | None = None
    time: Name | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseRequest:
    """Erase here what an entry and all that belongs to it say. `reason` stands on the record for ever."""

    reason: Annotated[str, Meta(max_length=MAX_REASON_CHARACTERS)] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRequest:
    """A visible page has rendered these messages. `console`: the name that its stream has."""

    console: Name
    messages: Annotated[tuple[Name, ...], Meta(min_length=1, max_length=MAX_SHOWN_AT_ONCE)]


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchRequest:
    """Take the watch; `heard`: the alarm was heard. The post is the session's, always."""

    heard: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverRequest:
    """Offer the watch of the session's post; what is open is listed by the node, at the moment of the entry."""

    to_officer: Text
    remarks: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptRequest:
    """Accept the watch; `hand_over`: US/14. `seen`: everything on its list, which was looked at."""

    hand_over: Name
    heard: bool
    seen: Annotated[tuple[Name, ...], Meta(max_length=MAX_LISTED)] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowRequest:
    """Who will be at the desk from when until when: UTC milliseconds, whole minutes."""

    from_ms: int
    until_ms: int
    officer: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterRequest:
    """Plan who will be at the desk of the session's post; the windows ascend. It replaces the roster before."""

    from_ms: int
    until_ms: int
    windows: Annotated[tuple[WindowRequest, ...], Meta(max_length=MAX_WINDOWS)] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AskPresenceRequest:
    """Ask a post of the other side to show that a person is there."""

    to_post: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRequest:
    """Note a sighting or a claim. Codes as a report gives them; `from_ms` to `to_ms`, half-open, UTC.

    `amends`: the newest note of the one that it takes the place of. `claim`, `bearing`: of a sighting, what it does
    to a claim.
    """

    kind: Name
    posts: Annotated[tuple[Name, ...], Meta(max_length=8)] = ()
    from_ms: int
    to_ms: int
    what: Text
    source: Text
    speaker: Text = ""
    medium: Name
    date_proof: Name
    date_words: Text = ""
    corroboration: Name
    corroboration_words: Text = ""
    reliability: Name
    credibility: Annotated[int, Meta(ge=1, le=6)]
    language: Name
    amends: Name | None = None
    claim: Name | None = None
    bearing: Name | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBackRequest:
    """Take back a sighting or a claim; what was noted stays on the record. `language`: of the reason."""

    number: Name
    why: Text
    language: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmissionRequest:
    """Let a restored party back in; `confirmed`: its duty officer has said so by another channel."""

    party: Name
    confirmed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalRequest:
    """Propose an amendment: the whole text of the next version."""

    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureRequest:
    """Sign an amendment; `digest` says which text was read."""

    number: Name
    digest: Annotated[str, Meta(max_length=128)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeRequest:
    """Propose to show what was looked at; `digest` says which selection, `words` what it is, for the other side."""

    digest: Name
    words: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRequest:
    """Answer a proposal: US/14. A refusal needs its reason."""

    number: Name
    consents: bool
    reason: Text = ""
