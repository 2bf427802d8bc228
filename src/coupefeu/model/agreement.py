"""The agreement: what all parties of a line have signed, as frozen values.

Terms are an agreement before pairing: `line_id` is empty and nobody has keys yet. Durations are whole
seconds unless the name says otherwise. A post's id is `party.office` ("us.duty"); a log's number is the
position of its party. Source: protocol A10, A11, B8.
"""

from dataclasses import dataclass
from enum import StrEnum

from coupefeu.errors import UsageError
from coupefeu.model.firebreak import FirebreakTerms
from coupefeu.model.incidents import USUAL_INCIDENT_TERMS, USUAL_TRIGGERS, IncidentTerms, Trigger
from coupefeu.model.instant import Instant
from coupefeu.model.languages import Words
from coupefeu.model.line_state import USUAL_LINE_STATE_TERMS, LineStateTerms
from coupefeu.model.logs import is_log, position_of
from coupefeu.model.notices import EMERGENCY_LEAD_S, SEA_ENTRY_LEAD_S, USUAL_TERMS, FormTerms, NoticeForm
from coupefeu.model.precedence import Precedence
from coupefeu.model.usual_firebreak import USUAL_FIREBREAK
from coupefeu.model.volumes import USUAL_SEPARATION, Separation

MAX_ORIGIN_BYTES = 120
"""Of the name of a log, with "/cosigner" behind it too; source: protocol A1."""

DEFAULT_WATCH_GRACE_S = 900
"""Where nothing is agreed: a quarter of an hour."""


class Status(StrEnum):
    """A line is one or the other for ever."""

    REAL = "REAL"
    EXERCISE = "EXERCISE"


EXERCISE_WORDS = {"en": "EXERCISE", "fr": "EXERCICE", "ru": "УЧЕНИЕ"}
"""Said first on every output of an exercise line (invariant 9)."""


class RecordMode(StrEnum):
    """What the line keeps of what was said; never silent about it."""

    ON_RECORD = "ON RECORD"
    FACT_ONLY = "RECORD OF FACT ONLY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Who runs a node. `clock_shift_ms` is 0 except on an EXERCISE line."""

    id: str
    name: Words
    language: str
    duty_desk: str
    clock_shift_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """An office with a counterpart: its title, and how its holder wishes to be addressed."""

    id: str
    title: Words
    address: Words

    @property
    def party(self) -> str:
        """The party that this post belongs to."""
        return self.id.partition(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class PostPair:
    """Two posts of different parties that speak with each other; None: no cadence of contact is agreed."""

    posts: tuple[str, str]
    contact_every_s: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """Posts that ring together, `wait_s` after the rung before began to ring."""

    posts: tuple[str, ...]
    wait_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """Who is rung next when `post` does not answer; those that ring already ring on."""

    post: str
    rungs: tuple[Rung, ...]

    @property
    def posts(self) -> tuple[str, ...]:
        """Every post of it, the one that is called first."""
        return (self.post, *(post for rung in self.rungs for post in rung.posts))


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTerms:
    """How long the last rung rings before nobody has acted, how long an arranged call waits for its answer (seconds).

    `per_minute`: so many calls of one party ring in a minute; of FLASH calls as many again (protocol B8).
    """

    ring_s: int = 120
    arrange_answer_s: int = 86_400
    per_minute: int = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeTerms:
    """What plans keep apart by, and of each form the lead time and the time for an answer (seconds).

    Two lead times are of a case of a form: a humanitarian movement in an emergency, a sea movement that asks for entry.
    """

    separation: Separation = USUAL_SEPARATION
    forms: tuple[FormTerms, ...] = USUAL_TERMS
    emergency_lead_s: int = EMERGENCY_LEAD_S
    sea_entry_lead_s: int = SEA_ENTRY_LEAD_S

    def of(self, form: NoticeForm) -> FormTerms:
        """Give the terms of a form."""
        return self.forms[form - 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """How long each step of the acknowledgement chain may take, from sending (for the reader: arrival)."""

    record_s: int
    shown_s: int
    taken_s: int
    read_s: int
    read_back_s: int
    passed_to_s: int
    outcome_s: int
    reply_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LineTestSchedule:
    """`party` sends a line test whenever UTC seconds minus `at_s` are a multiple of `every_s`."""

    party: str
    every_s: int
    at_s: int
    answer_within_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Budgets:
    """What one party may ask of the other's node and officers (protocol B8)."""

    entries_per_minute: int
    flash_per_minute: int
    alarms_per_minute: int
    attachment_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NeutralWitness:
    """A neutral third party that co-signs the logs: its name among the parties, and its verifier keys as text.

    `ml_dsa` is empty where it has no ML-DSA-44 key, or none is agreed (protocol A16).
    """

    name: str
    key: str
    ml_dsa: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyKeys:
    """A party's public keys, 32 bytes each; of ML-DSA-44 the SHA-256 of the public key (protocol A10).

    The last two are empty on a line that was paired without them: what it signs is classical only (A15).
    """

    party: str
    incarnation: int
    identity: bytes
    identity_ml_dsa_sha256: bytes
    log: bytes
    cosigner: bytes
    session: bytes
    log_ml_dsa_sha256: bytes = b""
    cosigner_ml_dsa_sha256: bytes = b""

    @property
    def every(self) -> tuple[bytes, ...]:
        """Every key that is there."""
        keys = (self.identity, self.log, self.cosigner, self.session)
        return (*keys, *filter(None, (self.log_ml_dsa_sha256, self.cosigner_ml_dsa_sha256)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """The whole agreement. Looking up what is not in it raises UsageError (`model.agreement.*`)."""

    name: str
    status: Status
    version: int
    in_force_ms: Instant
    languages: tuple[str, ...]
    record_mode: RecordMode
    skew_s: int
    dictionary_sha256: bytes
    parties: tuple[Party, ...]
    posts: tuple[Post, ...]
    pairs: tuple[PostPair, ...]
    ladders: tuple[Ladder, ...]
    deadlines: tuple[Deadlines, Deadlines, Deadlines, Deadlines]
    """By Precedence: deadlines[Precedence.FLASH]."""
    line_tests: tuple[LineTestSchedule, ...]
    budgets: Budgets
    witnesses: tuple[NeutralWitness, ...] = ()
    line_id: bytes = b""
    keys: tuple[PartyKeys, ...] = ()
    classical_until_ms: Instant | None = None
    """Up to then Ed25519 alone counts (protocol A15); None: no end is agreed."""
    record_keep_s: int | None = None
    """On a line that records facts only: how long after its last entry an exchange keeps its content."""
    retention_s: int | None = None
    """Elsewhere: how old content may become; None: it is kept for ever."""
    calls: CallTerms = CallTerms()
    """As it stands where nothing is agreed."""
    watch_grace_s: int = DEFAULT_WATCH_GRACE_S
    """So long a duty desk may be without anybody on watch before that is an alarm at home."""
    notices: NoticeTerms = NoticeTerms()
    """As it stands where nothing is agreed."""
    firebreak: FirebreakTerms = USUAL_FIREBREAK
    """As it stands where nothing is agreed."""
    line_state: LineStateTerms = USUAL_LINE_STATE_TERMS
    incidents: IncidentTerms = USUAL_INCIDENT_TERMS
    triggers: tuple[Trigger, ...] = USUAL_TRIGGERS

    @property
    def content_age_s(self) -> int | None:
        """How long after its last entry an exchange keeps its content, whatever the mode; None: for ever."""
        return self.record_keep_s if self.record_mode is RecordMode.FACT_ONLY else self.retention_s

    @property
    def is_exercise(self) -> bool:
        """Whether every output must say EXERCISE first."""
        return self.status is Status.EXERCISE

    @property
    def banner(self) -> str:
        """What every output says first: EXERCISE / EXERCICE / УЧЕНИЕ; nothing on a REAL line."""
        return " / ".join(EXERCISE_WORDS.values()) if self.is_exercise else ""

    @property
    def party_ids(self) -> tuple[str, ...]:
        """The parties in the order of their logs."""
        return tuple(party.id for party in self.parties)

    @property
    def clock_shifts_ms(self) -> tuple[int, ...]:
        """How far each party's clock is shifted, in the same order; all 0 on a REAL line."""
        return tuple(party.clock_shift_ms for party in self.parties)

    def party(self, party_id: str) -> Party:
        """Find the party with this id."""
        for party in self.parties:
            if party.id == party_id:
                return party
        raise _absent("party", party_id, self.party_ids)

    def log_number(self, party_id: str) -> int:
        """Give the number of this party's first log: its position, from 0."""
        return self.parties.index(self.party(party_id))

    def writer_of(self, log: int) -> str:
        """Name the party that writes a log, which anybody may have named; nothing where there is none."""
        count = len(self.parties)
        return self.parties[position_of(log, count)].id if is_log(log, count) else ""

    def post(self, post_id: str) -> Post:
        """Find the post with this id."""
        for post in self.posts:
            if post.id == post_id:
                return post
        raise _absent("post", post_id, tuple(post.id for post in self.posts))

    def desk(self, party_id: str) -> Post:
        """Find the duty desk of this party: FLASH and calls belong to it (invariant 3)."""
        return self.post(self.party(party_id).duty_desk)

    def posts_of(self, party_id: str) -> tuple[Post, ...]:
        """List the posts of this party."""
        return tuple(post for post in self.posts if post.party == party_id)

    def counterparts(self, post_id: str) -> tuple[Post, ...]:
        """List the posts that this one is paired with, one or more per other party."""
        others = [pair.posts[1 - pair.posts.index(post_id)] for pair in self.pairs if post_id in pair.posts]
        return tuple(self.post(other) for other in others)

    def ladder(self, post_id: str) -> Ladder | None:
        """Who is rung next when this post does not answer; None: nobody is agreed."""
        return next((ladder for ladder in self.ladders if ladder.post == post_id), None)

    def deadlines_for(self, precedence: Precedence) -> Deadlines:
        """Give the deadlines of one precedence."""
        return self.deadlines[precedence]

    def keys_of(self, party_id: str) -> PartyKeys:
        """Find the public keys of this party."""
        for keys in self.keys:
            if keys.party == party_id:
                return keys
        raise _absent("keys of party", party_id, tuple(keys.party for keys in self.keys))

    def origin(self, party_id: str) -> str:
        """Name the log and its key: NAME/LINEID/PARTY/INCARNATION (protocol A1)."""
        return format_origin(self.name, self.line_id, party_id, self.keys_of(party_id).incarnation)

    def origin_of(self, party_id: str, incarnation: int) -> str:
        """Name the log of a party's `incarnation`, counted from 1 as its logs are numbered (model/logs.py)."""
        first = self.keys_of(party_id).incarnation
        return format_origin(self.name, self.line_id, party_id, first + incarnation - 1)

    def cosigner_name(self, party_id: str) -> str:
        """Name the party's cosigner key, distinct from every log's."""
        return format_cosigner_name(self.origin(party_id))


def format_origin(name: str, line_id: bytes, party_id: str, incarnation: int) -> str:
    """`demo/9f…/us/1`."""
    return f"{name}/{line_id.hex()}/{party_id}/{incarnation}"


def format_cosigner_name(origin: str) -> str:
    """`demo/9f…/us/1/cosigner`."""
    return f"{origin}/cosigner"


def _absent(what: str, seen: str, known: tuple[str, ...]) -> UsageError:
    return UsageError(
        f"the agreement has no {what} {seen!r}",
        code=f"model.agreement.no_{what.partition(' ')[0]}",
        hint=f"it has: {', '.join(known) or 'none'}",
    )
