"""What the Agreement page is given: what is in force, what is proposed, and how it differs; see `console.values`."""

from dataclasses import dataclass
from enum import StrEnum

from coupefeu.console.values import PartyValues, WordsValues
from coupefeu.model.firebreak import Level, Watched


class Changed(StrEnum):
    """What an amendment does with a line."""

    ADDED = "added"
    REMOVED = "removed"
    SAME = "same"


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceLine:
    """One line of the agreement, as an amendment would have it; its number in the text that holds it, from 1."""

    kind: Changed
    number: int
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PairValues:
    """Two posts that speak with each other; `contact_every_s` null: no cadence is agreed."""

    posts: tuple[str, str]
    contact_every_s: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedRungValues:
    """Posts that ring together, `wait_s` seconds after the rung before."""

    posts: tuple[str, ...]
    wait_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderValues:
    """Who is rung next when `post` does not answer."""

    post: str
    rungs: tuple[AgreedRungValues, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedCallsValues:
    """How long the last rung rings, how soon a proposed call is answered (seconds), how many calls ring in a minute."""

    ring_s: int
    arrange_answer_s: int
    per_minute: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedFormValues:
    """Of one form of notice, by its number: how long ahead it is due (0: no term), how soon answered (seconds)."""

    form: int
    lead_s: int
    answer_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedNoticesValues:
    """What plans keep apart by, and the terms of each form; two lead times are of a case of a form (seconds)."""

    distance_m: int
    altitude_m: int
    time_s: int
    forms: tuple[AgreedFormValues, ...]
    emergency_lead_s: int
    sea_entry_lead_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedRuleValues:
    """A rule of the firebreak: its sentence, what it watches, and from when on (`firebreak-watched-*`).

    `posts`, `precedences`: empty for all. `after_s`: beyond the agreed cadence, deadline or beginning. `count`: so many
    of one pair, or owed by one party. `within_s`: of attempts; null: however old.
    """

    id: str
    level: Level
    watches: Watched
    sentence: WordsValues
    posts: tuple[str, ...]
    precedences: tuple[str, ...]
    after_s: int
    count: int
    within_s: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedFirebreakValues:
    """The rules; how long a silent party leaves the level known; the mediator in words, "" where there is none."""

    rules: tuple[AgreedRuleValues, ...]
    unknown_after_s: int
    mediator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineValues:
    """How long each step of the chain may take, of messages of one precedence, in seconds."""

    precedence: str
    record_s: int
    shown_s: int
    taken_s: int
    read_s: int
    read_back_s: int
    passed_to_s: int
    outcome_s: int
    reply_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LineTestValues:
    """`party` sends a line test every `every_s`, `at_s` after midnight UTC."""

    party: str
    every_s: int
    at_s: int
    answer_within_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetValues:
    """What one party may ask of the other's node and officers."""

    entries_per_minute: int
    flash_per_minute: int
    alarms_per_minute: int
    attachment_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedWitnessValues:
    """A neutral witness that the parties agreed on: its name among them, and its Ed25519 verifier key as text."""

    name: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedKeyValues:
    """A key of a party, in base64 as the text has it; `now`: the key that stands now, "" when it was revoked."""

    party: str
    role: str
    agreed: str
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerValues:
    """A party of the line: whether it signed this text, and whether its card went by hand both ways (null: ours)."""

    party: str
    signed: bool
    in_person: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsValues:
    """One version of the agreement, structured for reading; all of it stands in the text, too."""

    name: str
    version: int
    status: str
    in_force_ms: int
    languages: tuple[str, ...]
    record_mode: str
    content_age_s: int | None
    classical_until_ms: int | None
    skew_s: int
    dictionary: str
    parties: tuple[PartyValues, ...]
    clock_shifts_ms: dict[str, int]
    pairs: tuple[PairValues, ...]
    ladders: tuple[LadderValues, ...]
    calls: AgreedCallsValues
    watch_grace_s: int
    notices: AgreedNoticesValues
    firebreak: AgreedFirebreakValues
    deadlines: tuple[DeadlineValues, ...]
    line_tests: tuple[LineTestValues, ...]
    budgets: BudgetValues
    witnesses: tuple[AgreedWitnessValues, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendmentValues:
    """A proposed amendment. `digest` names the exact text that is signed.

    `missing`: who has not signed. `in_force_ms` null: not signed by all, or not yet on every record. `is_wanted`: ours
    is missing; `why_not`: why it cannot be given here (the code of an error; "" when it can), `sign_command`: what to
    type where the identity key is.
    """

    number: str
    version: int
    proposed_by: str
    arrived_ms: int
    difference: tuple[DifferenceLine, ...]
    text: str
    digest: str
    signed_by: tuple[str, ...]
    missing: tuple[str, ...]
    in_force_ms: int | None
    is_wanted: bool
    why_not: str
    sign_command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyStatementValues:
    """A statement about a key of a party; `new_key` in base64, "" when it was revoked."""

    number: str
    party: str
    role: str
    old_key: str
    new_key: str
    size: int
    arrived_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementPage:
    """The agreement in force, its earlier versions, amendments and key statements.

    `text` is what was signed, safe to look at; `is_exact`: nothing in it had to be marked. `terms`: what an amendment
    starts from, the same without the keys; "" where marks stand in it. `identity_here`: the identity key lies in this
    node's folder; `propose_command`: what to type where it is.
    """

    as_of_ms: int
    text: str
    is_exact: bool
    terms: str
    digest: str
    line_id: str
    signers: tuple[SignerValues, ...]
    reading: TermsValues
    earlier: tuple[int, ...]
    keys: tuple[AgreedKeyValues, ...]
    amendments: tuple[AmendmentValues, ...]
    key_statements: tuple[KeyStatementValues, ...]
    identity_here: bool
    propose_command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckValues:
    """A text that could be proposed: its version, and what it changes."""

    version: int
    difference: tuple[DifferenceLine, ...]
