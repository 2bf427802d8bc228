"""24 February to 24 March 2022, as the article reports them (`source`: its own words), and what a demonstration adds.

The article names neither the day nor the hour of an attempt, nor which ended how: that is illustration, and so is every
event without a source. No party says a word that the article does not report. Times are UTC.
"""

from dataclasses import dataclass
from typing import Final, assert_never

from coupefeu.model.calls import DeclineReason, Outcome
from coupefeu.model.presence import (
    Corroboration,
    Credibility,
    DateProof,
    Grade,
    Medium,
    Reliability,
    Report,
    ReportKind,
)
from coupefeu.node.demo.terms import at

BEGINS: Final = "2022-02-23T06:00Z"
LINE_TESTED_AT: Final = "T06:00Z"
"""Both nodes test the line daily at this hour, by the agreement."""
TRIED: Final = "avaient tenté à plusieurs reprises et en vain de contacter leurs homologues russes"
REFUSED: Final = "« ont jusqu’à présent refusé de s’engager »"
KEPT: Final = "avaient maintenu un canal de communication pour éviter tout conflit accidentel ou malentendu"
LAST_SEEN: Final = "qui ont été vus pour la dernière fois en public le 11 mars"
ON_THE_VERGE: Final = "avait mis les relations entre les deux pays « au bord de la rupture »"
STATEMENT: Final = "Dans un communiqué au Post, le porte-parole du Pentagone, John Kirby, a déclaré mercredi"
REPORTED: Final = "le ministre venait de présenter un rapport sur la situation en Ukraine"
NO_PROOF: Final = "la présidence russe n’a produit ni preuve, ni image pour soutenir cette allégation"
ARTICLE: Final = "The article from which this line was made, after the Washington Post"
ILLUSTRATION: Final = "demo: illustration"
"""The label beside the post of an act of which the article reports nothing."""
SECRETARY, CHAIRMAN = "us.secretary", "us.chief"
MINISTER, CHIEF = "ru.minister", "ru.chief"
OUR_DESK, THEIR_DESK = "us.duty", "ru.duty"
_DAY_MS: Final = 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A desk is taken, or left."""

    post: str
    is_taken: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBackMessage:
    """A message from one desk that the other takes, reads and reads back."""

    from_post: str
    to_post: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A call, and what becomes of it; `reason`: of one that is declined."""

    from_post: str
    to_post: str
    ends: Outcome
    reason: DeclineReason = DeclineReason.REFUSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Telephoned:
    """An attempt by telephone, beside this line, as its author reports it."""

    from_post: str
    to_post: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dark:
    """A node is there no more, until it comes back."""

    party: str
    is_back: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """A desk notes a sighting or a claim, which lies with it alone."""

    from_post: str
    kind: ReportKind
    report: Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A party gives out a communique of every attempt so far."""

    party: str
    words: str


Event = Watch | ReadBackMessage | Attempt | Telephoned | Dark | Noted | Issued


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryEvent:
    """What happens, and when. `source`: the article's own words; "": illustration as a whole.

    `added`: what is illustration in an event that the article reports.
    """

    when: str
    event: Event
    source: str = ""
    added: str = ""

    @property
    def at_ms(self) -> int:
        """When it happens (UTC milliseconds)."""
        return at(self.when)

    @property
    def label(self) -> str:
        """Give the label that stands beside the post of each act of this event."""
        if not self.source:
            return ILLUSTRATION
        return f"demo: article; {self.added} illustration" if self.added else "demo: article"


def describe(event: StoryEvent) -> str:
    """Say in one line what happens, and what of it the article reports."""
    return f"{event.when}  {_say(event.event)} ({event.label.removeprefix('demo: ')})"


def _say(event: Event) -> str:  # noqa: PLR0911 - one for each kind of event
    match event:
        case Watch():
            return f"{event.post} is {'taken' if event.is_taken else 'left'}"
        case ReadBackMessage():
            return f"{event.from_post} writes to {event.to_post}, which reads it back"
        case Attempt():
            return f"{event.from_post} rings {event.to_post}: {event.ends.value.replace('_', ' ')}"
        case Telephoned():
            return f"{event.from_post} rings {event.to_post} by telephone"
        case Dark():
            return f"the node of {event.party.upper()} {'is back' if event.is_back else 'is dark'}"
        case Noted():
            return f"{event.from_post} notes a {event.kind.name.lower()}"
        case Issued():
            return f"{event.party.upper()} issues a communique of every attempt"
        case other:
            assert_never(other)


def _day(text: str) -> tuple[int, int]:
    begin_ms = at(f"{text}T00:00Z")
    return begin_ms, begin_ms + _DAY_MS


def _attempt(when: str, from_post: str, to_post: str, ends: Outcome, source: str = TRIED) -> StoryEvent:
    added = "hour" if source == REFUSED else "hour and outcome"
    event = Attempt(from_post=from_post, to_post=to_post, ends=ends)
    return StoryEvent(when=when, event=event, source=source, added=added)


_GRADED: Final = Grade(reliability=Reliability.C, credibility=Credibility.POSSIBLE)
_UNJUDGED: Final = Grade(reliability=Reliability.F, credibility=Credibility.UNKNOWN)
_SEEN: Final = Report(
    posts=(MINISTER, CHIEF),
    when_ms=_day("2022-03-11"),
    what="Seen in public for the last time, as the media say; both are used to showing themselves there.",
    source=ARTICLE,
    medium=Medium.PRESS,
    date_proof=DateProof.PUBLISHER,
    corroboration=Corroboration.REPEATED,
    grade=_GRADED,
)
_SAID_ON_MONDAY: Final = Report(
    posts=(),
    when_ms=_day("2022-03-21"),
    what="The President of the United States has put relations between the two countries on the verge of rupture.",
    source=ARTICLE,
    medium=Medium.STATEMENT,
    date_proof=DateProof.PUBLISHER,
    corroboration=Corroboration.NONE,
    grade=_UNJUDGED,
    speaker="Spokesman of the Kremlin",
)
_SAID_ON_THURSDAY: Final = Report(
    posts=(MINISTER,),
    when_ms=_day("2022-03-24"),
    what="The Minister has just reported on the situation in Ukraine at a meeting.",
    source=ARTICLE,
    medium=Medium.STATEMENT,
    date_proof=DateProof.NONE,
    corroboration=Corroboration.NONE,
    grade=_UNJUDGED,
    corroboration_words="Neither proof nor picture supports it.",
    speaker="The Kremlin",
)

MARCH: Final = (
    StoryEvent(when="2022-02-23T06:10Z", event=Watch(post=OUR_DESK)),
    StoryEvent(when="2022-02-23T06:10Z", event=Watch(post=THEIR_DESK)),
    StoryEvent(
        when="2022-02-23T06:20Z",
        event=ReadBackMessage(
            from_post=OUR_DESK,
            to_post=THEIR_DESK,
            text="This line is kept open so that neither accident nor misunderstanding leads to conflict.",
        ),
        source=KEPT,
        added="message and read-back",
    ),
    _attempt("2022-02-24T13:00Z", SECRETARY, MINISTER, Outcome.DECLINED, REFUSED),
    _attempt("2022-02-27T09:30Z", SECRETARY, MINISTER, Outcome.NO_ANSWER),
    StoryEvent(when="2022-03-02T10:50Z", event=Watch(post=THEIR_DESK, is_taken=False)),
    _attempt("2022-03-02T11:00Z", SECRETARY, MINISTER, Outcome.NOT_STAFFED),
    StoryEvent(when="2022-03-02T11:30Z", event=Watch(post=THEIR_DESK)),
    StoryEvent(when="2022-03-05T07:00Z", event=Dark(party="ru")),
    _attempt("2022-03-05T14:00Z", SECRETARY, MINISTER, Outcome.LINE_DOWN),
    StoryEvent(when="2022-03-06T05:40Z", event=Dark(party="ru", is_back=True)),
    StoryEvent(
        when="2022-03-08T15:20Z",
        event=Telephoned(
            from_post=CHAIRMAN,
            to_post=CHIEF,
            text="Rung by telephone, beside this line. Nobody came to the telephone.",
        ),
        source=TRIED,
        added="telephone, hour and outcome",
    ),
    _attempt("2022-03-14T08:15Z", CHAIRMAN, CHIEF, Outcome.DECLINED, REFUSED),
    _attempt("2022-03-17T05:30Z", CHAIRMAN, CHIEF, Outcome.NO_ANSWER),
    _attempt("2022-03-21T07:45Z", SECRETARY, MINISTER, Outcome.DECLINED, REFUSED),
    StoryEvent(
        when="2022-03-21T16:00Z",
        event=Noted(from_post=OUR_DESK, kind=ReportKind.CLAIM, report=_SAID_ON_MONDAY),
        source=ON_THE_VERGE,
        added="grade",
    ),
    _attempt("2022-03-22T12:00Z", CHAIRMAN, CHIEF, Outcome.DECLINED, REFUSED),
    StoryEvent(
        when="2022-03-23T20:00Z",
        event=Issued(
            party="us",
            words="Every attempt of the Secretary of Defense and of the Chairman of the Joint Chiefs of Staff to reach "
            "their counterparts since 24 February 2022, and what became of it.",
        ),
        source=STATEMENT,
        added="form",
    ),
    StoryEvent(
        when="2022-03-24T09:00Z",
        event=Noted(from_post=OUR_DESK, kind=ReportKind.SIGHTING, report=_SEEN),
        source=LAST_SEEN,
        added="grade",
    ),
    StoryEvent(
        when="2022-03-24T10:00Z",
        event=Noted(from_post=OUR_DESK, kind=ReportKind.CLAIM, report=_SAID_ON_THURSDAY),
        source=REPORTED,
        added="grade",
    ),
    StoryEvent(when="2022-03-24T11:30Z", event=Watch(post=OUR_DESK, is_taken=False)),
    StoryEvent(when="2022-03-24T11:30Z", event=Watch(post=THEIR_DESK, is_taken=False)),
)
"""In their order."""
