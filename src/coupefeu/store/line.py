"""The line as the store needs it: whose logs there are, with which keys each has signed, and with which we sign."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from hashlib import sha256
from types import MappingProxyType

from coupefeu.errors import StoreError, VerificationError
from coupefeu.keys.notes import CosignSigner, LogSigner
from coupefeu.model.agreement import Agreement, format_cosigner_name
from coupefeu.model.logs import incarnation_of, is_log, log_number, position_of
from coupefeu.wire.incarnation import Incarnation, SignedIncarnation
from coupefeu.wire.key_statement import KeyRole, KeyStatement
from coupefeu.wire.note import COSIGNATURE, ED25519, ML_DSA_44, VerifierKey

Verify = Callable[[VerifierKey], None]
"""Raises VerificationError when the signature at hand is not by this key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpentKey:
    """A key that its party replaced or revoked, good for sizes of its log up to `size` (protocol A10)."""

    role: KeyRole
    key: VerifierKey
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One party of the line, as the author of its newest log; its position in `Line.parties` is its number as a holder.

    `log_key` and `cosigner_key` are the newest; one that was revoked without a successor is among `spent` too.
    Those of ML-DSA-44 are None while none is named, or the one named was not shown whole here (protocol A15).
    `earlier`: the same party as the author of each log before, the first at the front; `closed_at`: the size up to
    which an earlier log stands, None while it is the newest (protocol A13).
    """

    name: str
    origin: str
    log_key: VerifierKey
    cosigner_key: VerifierKey
    log_ml_dsa_key: VerifierKey | None = None
    cosigner_ml_dsa_key: VerifierKey | None = None
    spent: tuple[SpentKey, ...] = ()
    earlier: "tuple[Party, ...]" = ()
    closed_at: int | None = None

    def is_revoked(self, role: KeyRole) -> bool:
        """Whether the newest log or cosigner key was revoked and has no successor."""
        return self.newest_key(role) in {each.key for each in self.spent}

    def verify_log_at(self, size: int, verify: Verify, role: KeyRole = KeyRole.LOG) -> None:
        """Verify a signature over the log at `size`, by a key that counts there; `role`: of which of its two keys.

        A replaced key counts up to the size that its statement names; its successor, for every size.

        Raises: VerificationError: it is by no such key; `store.line.old_key` says that it is by a replaced one.
        """
        spent = [each for each in self.spent if each.role is role]
        counts = [each.key for each in spent if size <= each.size]
        newest = self.newest_key(role)
        if newest is not None and not self.is_revoked(role):
            counts.insert(0, newest)
        self._verify(role, counts, verify)

    def verify_now(self, role: KeyRole, verify: Verify) -> None:
        """Verify a receipt that has just come: by the newest key alone. Raises: as `verify_log_at`."""
        newest = self.newest_key(role)
        self._verify(role, [] if newest is None or self.is_revoked(role) else [newest], verify)

    def find_signer(self, role: KeyRole, verify: Verify) -> VerifierKey:
        """Find the key of a signature that this record holds: what was taken when it counted stands for ever.

        Raises: VerificationError: it is by none of this party's keys.
        """
        keys = [key for author in (self, *reversed(self.earlier)) for key in author.keys_of(role)]
        for key in keys[:-1]:
            if _holds(verify, key):
                return key
        if not keys:
            raise self._no_key(role)
        verify(keys[-1])
        return keys[-1]

    def keys_of(self, role: KeyRole) -> list[VerifierKey]:
        """List every key of this role under which it has signed as the author of this log, the newest first."""
        newest = self.newest_key(role)
        spent = [each.key for each in self.spent if each.role is role]
        return spent if newest is None else [newest, *spent]

    def newest_key(self, role: KeyRole) -> VerifierKey | None:
        """Give the newest log or cosigner key, also one that was revoked."""
        match role:
            case KeyRole.LOG:
                return self.log_key
            case KeyRole.LOG_ML_DSA:
                return self.log_ml_dsa_key
            case KeyRole.COSIGNER_ML_DSA:
                return self.cosigner_ml_dsa_key
            case _:
                return self.cosigner_key

    def _no_key(self, role: KeyRole) -> VerificationError:
        return VerificationError(
            f"no {role} key of {self.name.upper()} is known here",
            code="store.line.no_key",
            hint="It comes with the answer at pairing, or is published on its log after a key statement.",
        )

    def _verify(self, role: KeyRole, counts: list[VerifierKey], verify: Verify) -> None:
        if any(_holds(verify, key) for key in counts):
            return
        for each in self.spent:
            if each.role is role and _holds(verify, each.key):
                raise VerificationError(
                    f"signed by the {role} key {each.key.key_id.hex()}, which {self.name.upper()} replaced or "
                    f"revoked: it is good up to size {each.size:,}",
                    code="store.line.old_key",
                    hint="What was co-signed before stands. If it goes on, somebody else holds that key.",
                )
        newest = self.newest_key(role)
        if newest is None:
            raise self._no_key(role)
        verify(newest)


def _holds(verify: Verify, key: VerifierKey) -> bool:
    try:
        verify(key)
    except VerificationError:
        return False
    return True


def make_parties(
    agreement: Agreement,
    statements: Iterable[KeyStatement],
    published: Mapping[bytes, bytes] = MappingProxyType({}),
    incarnations: Iterable[Incarnation] = (),
) -> tuple[Party, ...]:
    """Give all parties in the order of the agreement, after what stands, each kind in its order.

    `published`: ML-DSA-44 keys that are known whole, by their SHA-256.
    """
    parties = {
        name: Party(
            name=name,
            origin=agreement.origin(name),
            log_key=VerifierKey.of(agreement.origin(name), ED25519, agreement.keys_of(name).log),
            cosigner_key=VerifierKey.of(
                agreement.cosigner_name(name), COSIGNATURE, agreement.keys_of(name).cosigner
            ),
            log_ml_dsa_key=_ml_dsa_key(
                agreement.origin(name), agreement.keys_of(name).log_ml_dsa_sha256, published
            ),
            cosigner_ml_dsa_key=_ml_dsa_key(
                agreement.cosigner_name(name), agreement.keys_of(name).cosigner_ml_dsa_sha256, published
            ),
        )
        for name in agreement.party_ids
    }
    for opened in incarnations:
        parties[opened.party] = open_incarnation(agreement, parties[opened.party], opened, published)
    for statement in statements:
        parties[statement.party] = succeed(parties[statement.party], statement, published)
    return tuple(parties.values())


def _ml_dsa_key(name: str, sha256: bytes | None, published: Mapping[bytes, bytes]) -> VerifierKey | None:
    key = published.get(sha256 or b"")
    return None if key is None else VerifierKey.of(name, ML_DSA_44, key)


def open_incarnation(
    agreement: Agreement,
    party: Party,
    opened: Incarnation,
    published: Mapping[bytes, bytes] = MappingProxyType({}),
) -> Party:
    """Give the party as the author of its next log; the one before it is closed, and its keys are of the past."""
    origin = agreement.origin_of(party.name, opened.incarnation)
    cosigner = format_cosigner_name(origin)
    return Party(
        name=party.name,
        origin=origin,
        log_key=VerifierKey.of(origin, ED25519, opened.log_key),
        cosigner_key=VerifierKey.of(cosigner, COSIGNATURE, opened.cosigner_key),
        log_ml_dsa_key=_ml_dsa_key(origin, opened.log_ml_dsa_sha256, published),
        cosigner_ml_dsa_key=_ml_dsa_key(cosigner, opened.cosigner_ml_dsa_sha256, published),
        earlier=(*party.earlier, replace(party, earlier=(), closed_at=opened.size)),
    )


def succeed(
    party: Party, statement: KeyStatement, published: Mapping[bytes, bytes] = MappingProxyType({})
) -> Party:
    """Give the party after its next key statement, be it of an earlier log; session keys are the link's concern."""
    for number, author in enumerate(party.earlier):
        if _has_key(author, statement):
            changed = succeed(author, statement, published)
            return replace(party, earlier=(*party.earlier[:number], changed, *party.earlier[number + 1 :]))
    if statement.role.is_ml_dsa:
        return _succeed_ml_dsa(party, statement, published)
    match statement.role:
        case KeyRole.LOG:
            old = party.log_key
        case KeyRole.COSIGNER:
            old = party.cosigner_key
        case _:
            return party
    party = replace(party, spent=(*party.spent, SpentKey(role=statement.role, key=old, size=statement.size)))
    if statement.new_key is None:
        return party
    fresh = VerifierKey.of(old.name, old.algorithm, statement.new_key)
    is_log = statement.role is KeyRole.LOG
    return replace(party, log_key=fresh) if is_log else replace(party, cosigner_key=fresh)


def _succeed_ml_dsa(party: Party, statement: KeyStatement, published: Mapping[bytes, bytes]) -> Party:
    """Keep nothing of a key that was never shown whole: it has signed nothing that anybody could verify."""
    is_log = statement.role is KeyRole.LOG_ML_DSA
    name = party.origin if is_log else format_cosigner_name(party.origin)
    old = _ml_dsa_key(name, statement.old_key, published)
    fresh = _ml_dsa_key(name, statement.new_key, published)
    if old is not None:
        spent = SpentKey(role=statement.role, key=old, size=statement.size)
        party = replace(party, spent=(*party.spent, spent))
    if is_log:
        return replace(party, log_ml_dsa_key=fresh)
    return replace(party, cosigner_ml_dsa_key=fresh)


def _has_key(author: Party, statement: KeyStatement) -> bool:
    """Whether a statement replaces the newest key of this author; of ML-DSA-44, one that is known whole."""
    role = statement.role
    newest = None if role is KeyRole.SESSION else author.newest_key(role)
    if newest is None:
        return False
    return statement.old_key == (sha256(newest.key).digest() if role.is_ml_dsa else newest.key)


def succeed_all(party: Party, statements: Iterable[KeyStatement]) -> Party:
    """Give the party after those of `statements`, in order, that follow from its newest log key."""

    def follow(party: Party, statement: KeyStatement) -> Party:
        follows = (
            statement.party == party.name
            and statement.role is KeyRole.LOG
            and statement.old_key == party.log_key.key
            and not party.is_revoked(KeyRole.LOG)
        )
        return succeed(party, statement) if follows else party

    return reduce(follow, statements, party)


def find_author(parties: Sequence[Party], log: int) -> Party | None:
    """Give the party as the author of this log; None: no such log is known here."""
    if not is_log(log, len(parties)):
        return None
    newest = parties[position_of(log, len(parties))]
    authors = (*newest.earlier, newest)
    incarnation = incarnation_of(log, len(parties))
    return authors[incarnation - 1] if incarnation <= len(authors) else None


def need_author(parties: Sequence[Party], log: int) -> Party:
    """Give the party as the author of this log. Raises: StoreError: no such log is known here."""
    author = find_author(parties, log)
    if author is None:
        raise StoreError(
            f"log {log} is of no party of the line, as it is known here",
            code="store.line.no_log",
            hint="Run `coupefeu fsck`.",
        )
    return author


def newest_log(parties: Sequence[Party], position: int) -> int:
    """Give the number of the log that the party at this position writes now."""
    return log_number(position, len(parties[position].earlier) + 1, len(parties))


def logs_of(parties: Sequence[Party]) -> dict[int, Party]:
    """List every log that is known, by its number, with its author."""
    numbered = (
        (log_number(position, incarnation, len(parties)), author)
        for position, newest in enumerate(parties)
        for incarnation, author in enumerate((*newest.earlier, newest), start=1)
    )
    return dict(sorted(numbered, key=lambda each: each[0]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """All parties in the order of the agreement, our own signers, and the number of the log that we write now."""

    parties: tuple[Party, ...]
    our_log: int
    log_signer: LogSigner
    cosigner: CosignSigner
    published: Mapping[bytes, bytes] = field(default_factory=dict)
    """ML-DSA-44 keys that the folder holds whole, by their SHA-256."""
    incarnations: tuple[SignedIncarnation, ...] = ()
    """Those that the folder holds, by party and number; the record may know more."""
    names: tuple[str, ...] = field(init=False)
    """The parties' names in the order of the agreement."""
    our_position: int = field(init=False)
    """Our number as a holder of logs."""

    def __post_init__(self) -> None:
        """Work out once what every entry asks for."""
        object.__setattr__(self, "names", tuple(party.name for party in self.parties))
        object.__setattr__(self, "our_position", position_of(self.our_log, len(self.parties)))

    @property
    def us(self) -> Party:
        """Our own party."""
        return self.parties[self.our_position]

    def is_ours(self, log: int) -> bool:
        """Whether a log is ours, the one that we write now or an earlier one."""
        return is_log(log, len(self.parties)) and position_of(log, len(self.parties)) == self.our_position

    def author(self, log: int) -> Party:
        """Give the author of a log that is known here. Raises: StoreError: it is not."""
        return need_author(self.parties, log)

    def is_newest(self, log: int) -> bool:
        """Whether a log is the one that its party writes now."""
        return log == newest_log(self.parties, position_of(log, len(self.parties)))

    @property
    def is_silenced(self) -> bool:
        """Whether we revoked a key of our own without a successor: nothing that we sign counts any more."""
        ours = self.us
        return ours.is_revoked(KeyRole.LOG) or ours.is_revoked(KeyRole.COSIGNER)
