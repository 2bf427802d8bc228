"""What the pages are given about personal keys and statements; see `console.values`. Octets are in base64url."""

from dataclasses import dataclass

from coupefeu.console.parts import Parts
from coupefeu.keys.passkeys import encode_base64url
from coupefeu.node.persons import EndView, KeyView, StatementView
from coupefeu.services.messages.display import show, show_line


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeValues:
    """What a device is to sign, for which name, and with which keys; none: any that it holds for that name."""

    challenge: str
    rp_id: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKeyValues:
    """What a browser makes a new passkey of. `holder`: a random handle, which names nobody; `name`: what it shows."""

    challenge: str
    rp_id: str
    holder: str
    name: str
    algorithms: tuple[int, ...]
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyEndValues:
    """Why a key counts no longer, as its party says."""

    number: str
    reason: str
    since_ms: int | None
    replaced_by: str | None
    words: str
    post: str
    officer: str
    arrived_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyValues:
    """A personal key on record. `name`: the SHA-256 by which people compare it; `here`: it signs at this console."""

    number: str
    party: str
    ours: bool
    post: str
    officer: str
    admitted_by: str
    algorithm: str
    name: str
    origin: str
    here: bool
    arrived_ms: int
    claimed_ms: int
    ended: KeyEndValues | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPage:
    """The keys of all parties, the newest first; `truncated`: there are more. `address`: of this console."""

    keys: tuple[KeyValues, ...]
    truncated: bool
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonStatementValues:
    """What a person signed about an entry. `effect`: why it has none ("" when it has); `text` is safe to show.

    `counter_back`: the device may have been copied.
    """

    number: str
    party: str
    ours: bool
    post: str
    officer: str
    language: str
    text: str
    key: KeyValues | None
    arrived_ms: int
    claimed_ms: int
    effect: str
    counter_back: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementOffer:
    """What a person is to sign about an entry: exactly this text, in this language, by one of these keys."""

    text: str
    language: str
    challenge: ChallengeValues


def challenge_values(parts: Parts, challenge: bytes, keys: tuple[bytes, ...] = ()) -> ChallengeValues:
    """Give a challenge to a page."""
    return ChallengeValues(
        challenge=encode_base64url(challenge),
        rp_id=parts.config.names[0],
        keys=tuple(map(encode_base64url, keys)),
    )


def key_values(view: KeyView, address: str) -> KeyValues:
    """Give a key on record; whatever a party wrote is safe to look at."""
    return KeyValues(
        number=view.number,
        party=view.party,
        ours=view.ours,
        post=show_line(view.post),
        officer=show_line(view.officer),
        admitted_by=show_line(view.admitted_by),
        algorithm=view.algorithm,
        name=view.name,
        origin=show_line(view.key.origin),
        here=view.ours and view.key.origin == address,
        arrived_ms=view.arrived_ms,
        claimed_ms=view.claimed_ms,
        ended=None if view.ended is None else _end_values(view.ended),
    )


def statement_values(view: StatementView, address: str) -> PersonStatementValues:
    """Give what a person signed."""
    return PersonStatementValues(
        number=view.number,
        party=view.party,
        ours=view.ours,
        post=show_line(view.post),
        officer=show_line(view.officer),
        language=show_line(view.language),
        text=show(view.text).text,
        key=None if view.key is None else key_values(view.key, address),
        arrived_ms=view.arrived_ms,
        claimed_ms=view.claimed_ms,
        effect=view.effect,
        counter_back=view.counter_back,
    )


def _end_values(view: EndView) -> KeyEndValues:
    return KeyEndValues(
        number=view.number,
        reason=view.reason.name.lower(),
        since_ms=view.since_ms,
        replaced_by=view.replaced_by,
        words=show_line(view.words),
        post=show_line(view.post),
        officer=show_line(view.officer),
        arrived_ms=view.arrived_ms,
    )
