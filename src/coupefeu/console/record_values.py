"""What the Record page is given: entries of both sides, each with what it stands by; see `console.values`."""

from dataclasses import dataclass

from coupefeu.model.entry import Author
from coupefeu.node.covered import CoveredValues
from coupefeu.node.entries import Proof
from coupefeu.node.values import ActValues, MessageValues
from coupefeu.node.verified import VerifiedRecordValues


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryLine:
    """One entry of either side's record.

    `kind` is a name of `model.entry.Kind`, "UNKNOWN 77", "UNREADABLE", or "NOT SHOWN TO US" where the leaf alone is
    held; `by`: who writes such entries, null where nobody can say. `form` and `operative` are those of a message.
    `beginning`: the first characters of what was written, safe to show. `written_ms`: what its author claims. `forked`:
    its author signed another entry in its place, too.
    """

    number: str
    party: str
    index: int
    ours: bool
    kind: str
    by: Author | None
    form: str | None
    operative: str | None
    outcome: str | None
    template: int | None
    phrase: int | None
    from_post: str
    to_posts: tuple[str, ...]
    precedence: str | None
    written_ms: int | None
    arrived_ms: int
    about: str | None
    beginning: str
    proof: Proof
    forked: bool
    erased: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceValues:
    """Two signed statements of a party that cannot both be true, kept as proof."""

    number: str
    party: str
    what: str
    found_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPage:
    """A window of the record, newest arrival first. `total`: how many there are, of `looked_at` entries.

    `truncated`: older entries were not looked at. `announced`: line tests that were heard and whose proof follows; they
    stand on no record yet, and are given with the first window of a list without filter. So are `branches`: what was
    signed on the other branch of a forked log, and is no part of the log (protocol A13).
    """

    rows: tuple[EntryLine, ...]
    announced: tuple[EntryLine, ...]
    branches: tuple[EntryLine, ...]
    covered: tuple[CoveredValues, ...]
    evidence: tuple[EvidenceValues, ...]
    offset: int
    total: int
    looked_at: int
    as_of_ms: int
    truncated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementValues:
    """What its author signed over an entry: a checkpoint of `size` entries, or a run [start, end) of them.

    `root` in hexadecimal. `key_id`: of the key that signed; null: no key of this party did, so it proves nothing.
    """

    what: str
    start: int
    end: int
    root: str
    key_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryReceiptValues:
    """Another party signed that it holds an entry: all entries before `end`, or a run [start, end).

    `claimed_ms`: the time that it gave, of a checkpoint only; `arrived_ms`: when its signature was durable here.
    """

    holder: str
    what: str
    start: int
    end: int
    claimed_ms: int | None
    arrived_ms: int
    key_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryHeadValues:
    """What stands in the head beside what the line of a list has. `seen`: entries of others that its author had."""

    kind_number: int
    language: str
    agreement_version: int
    references: tuple[str, ...]
    seen: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidValues:
    """One thing that an entry says which is no message and no act; words for readers are `ui-said-*` in words/."""

    code: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureValues:
    """One party's word that an entry's content is gone from its record. `why`: "retention", "order", "fact-only"."""

    number: str
    party: str
    ours: bool
    why: str
    post: str
    reason: str
    arrived_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasableValues:
    """What an order to erase would take here: so many entries and attachments lose their content."""

    entries: int
    attachments: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryValues:
    """One entry with its proof.

    `again`: the parties that signed with ML-DSA-44 too a checkpoint that holds it, its author first; none: it is
    classical only so far. `held`: "all", "head" or "leaf". `not_before_ms`, `not_after_ms`: times that other parties
    gave in signatures without it and with it. `message` and `act`: where it is one; `says`: what else it says;
    `body_hex`: where nothing else can show it. `provable`: `prove` can be given now. `erasures`: who erased its
    content; `erasable`: it may be asked for here.
    """

    line: EntryLine
    held: str
    leaf: str
    leaf_hash: str
    head: EntryHeadValues | None
    signed: StatementValues | None
    receipts: tuple[EntryReceiptValues, ...]
    again: tuple[str, ...]
    not_before_ms: int | None
    not_after_ms: int | None
    message: MessageValues | None
    act: ActValues | None
    says: tuple[SaidValues, ...]
    body_hex: str | None
    provable: bool
    erasures: tuple[ErasureValues, ...]
    erasable: bool
    evidence: tuple[EvidenceValues, ...]
    branches: tuple[EntryLine, ...]
    as_of_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyValues:
    """Both records as another process verified them here, and the evidence that is held against a party."""

    as_of_ms: int
    records: tuple[VerifiedRecordValues, ...]
    evidence: tuple[EvidenceValues, ...]
