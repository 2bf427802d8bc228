"""The folder of a node: one party on one line. Whatever is in it can be read here, running node or not.

node.toml                 party, listen, address, peers' addresses; [console], [alarm], [relay], [tak], [alerts],
                          [alert_webhook], [alert_smtp], [[witnesses]]: edit it
features.csv              named features of the party's own, from which positions are told; may be absent
borders.geojson           borders as the party sees them, for its own screens alone; may be absent
keys/*.key                private keys, 0600
pairing/                  cards and answers while pairing; cards hold secrets and go when it ends
agreement/NNNN.toml .sigs each version of the agreement, exact bytes, and the signatures under it
agreement/*.statement     key statements that stand; *.keys ML-DSA-44 keys whole; *.incarnation new logs
line.toml                 written last by pairing: the line is ready
record.db  highwater  control.sock  node.log
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from coupefeu.errors import ConfigError, UsageError
from coupefeu.keys.agreement_signatures import SignedAgreement, build_agreement_body
from coupefeu.keys.generations import Generations
from coupefeu.keys.incarnations import build_opening_body
from coupefeu.keys.ring import (
    KeyRing,
    make_ring,
    public_half,
    read_generations,
    read_ring,
    read_staged_key,
    write_ring,
)
from coupefeu.model.agreement import Agreement, PartyKeys
from coupefeu.model.logs import log_number
from coupefeu.node import folder_files as files
from coupefeu.node.clock import Clock
from coupefeu.services.agreement.in_force import find_keys
from coupefeu.store.line import Party, make_parties, need_author
from coupefeu.wire.card import Signatures
from coupefeu.wire.incarnation import Incarnation, SignedIncarnation
from coupefeu.wire.key_statement import KeyRole, KeyStatement
from coupefeu.wire.note import VerifierKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What pairing has made: the signed agreement in force, and the secrets shared with each counterpart."""

    signed: SignedAgreement
    earlier: tuple[SignedAgreement, ...]
    """The versions that were in force before, ascending."""
    generations: Mapping[str, Generations] = field(repr=False)
    """As they stood when the folder was read; a running node renews them (protocol B10)."""
    in_person: Mapping[str, bool]
    statements: tuple[KeyStatement, ...]
    """Key statements that stand (protocol A10)."""
    published: Mapping[bytes, bytes] = field(default_factory=dict, repr=False)
    """ML-DSA-44 keys that are held whole, by the SHA-256 under which agreement and statements name them (A15)."""
    incarnations: tuple[SignedIncarnation, ...] = ()
    """New logs of parties, by party and number (protocol A13)."""

    @property
    def opened(self) -> tuple[Incarnation, ...]:
        """What those statements say."""
        return tuple(signed.statement for signed in self.incarnations)


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeFolder:
    """One folder, read once; what needs a paired line raises ConfigError `node.folder.not_paired` before it."""

    path: Path
    party: str
    listen: str
    address: str
    peers: Mapping[str, str]
    """By party: `host:port`."""
    console: Mapping[str, Any] | None = None
    """The section [console] of node.toml as it stands there; `console.config` judges it."""
    alarm: Mapping[str, Any] | None = None
    """The section [alarm] as it stands there."""
    relay: Mapping[str, Any] | None = None
    """The section [relay] as it stands there; `media_policy` judges it."""
    tak: Mapping[str, Any] | None = None
    """The section [tak] as it stands there; `tak.settings` judges it."""
    alerts: Mapping[str, Any] | None = None
    """The section [alerts] as it stands there; `alerting.settings` judges it and the next two."""
    alert_webhook: Mapping[str, Any] | None = field(default=None, repr=False)
    alert_smtp: Mapping[str, Any] | None = field(default=None, repr=False)
    witnesses: Sequence[Mapping[str, Any]] | None = None
    """The sections [[witnesses]] as they stand there; `witness_settings` judges them."""
    ring: KeyRing = field(repr=False)
    line: Line | None

    @classmethod
    def create(
        cls,
        path: Path,
        *,
        party: str,
        listen: str,
        address: str | None = None,
        console: Mapping[str, Any] | None = None,
        relay: Mapping[str, Any] | None = None,
    ) -> "NodeFolder":
        """Make a new folder with fresh keys; nothing that exists is ever written over.

        `console`, `relay`: their sections.

        Raises:
            ConfigError: `node.folder.not_empty`, `node.folder.bad_value`, `keys.files.*`.
        """
        files.check_party(party)
        for value in (listen, address or listen):
            files.check_address(value)
        if path.exists() and any(path.iterdir()):
            raise ConfigError(f"{path} is not empty", code="node.folder.not_empty", hint="give a new folder")
        for folder in (path, path / "keys", path / "pairing", path / "agreement"):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.chmod(0o700)
        write_ring(path / "keys", party, make_ring())
        tables = {"console": console, "relay": relay}
        files.write_node_file(
            path, party=party, listen=listen, address=address or listen, peers={}, tables=tables
        )
        return cls.open(path)

    @classmethod
    def open(cls, path: Path | str, identity_file: Path | None = None) -> "NodeFolder":
        """Read a folder and verify the signatures under its agreement.

        Raises:
            ConfigError: what is wrong with which file, and what to do.
        """
        path = Path(path)
        values = files.read_node_file(path)
        ring = read_ring(path / "keys", identity_file)
        folder = cls(path=path, ring=ring, line=_read_line(path, values["party"]), **values)
        return folder if folder.line is None else replace(folder, ring=_fitting_ring(folder))

    def need_line(self) -> Line:
        """Give the paired line.

        Raises:
            ConfigError: `node.folder.not_paired`.
        """
        if self.line is None:
            raise ConfigError(
                f"{self.path} is not paired yet",
                code="node.folder.not_paired",
                hint="exchange cards (coupefeu card) and answers (coupefeu pair) with the other party first",
            )
        return self.line

    @property
    def agreement(self) -> Agreement:
        """The agreement in force."""
        return self.need_line().signed.agreement

    @property
    def earlier_agreements(self) -> tuple[Agreement, ...]:
        """The versions that were in force before."""
        return tuple(signed.agreement for signed in self.need_line().earlier)

    @property
    def agreement_octets(self) -> bytes:
        """The exact bytes of the agreement in force."""
        return self.need_line().signed.octets

    @property
    def signatures(self) -> tuple[Signatures, ...]:
        """The identity signatures under those bytes, verified."""
        return self.need_line().signed.signatures

    @property
    def opening_body(self) -> bytes:
        """The body of entry 0: version 1 with all signatures, whatever is in force now (protocol A11).

        In the log of a new incarnation its statement stands beside it (protocol A13).
        """
        return self.first_body(self.log_number)

    def first_body(self, log: int) -> bytes:
        """Give the body of entry 0 of any log of this line, by which a stranger knows the parties' keys."""
        first = files.read_agreement_version(self.path, 1)
        parties = self.agreement.party_ids
        for signed in self.need_line().incarnations:
            statement = signed.statement
            if log == log_number(parties.index(statement.party), statement.incarnation, len(parties)):
                return build_opening_body(first, signed)
        return build_agreement_body(first)

    @property
    def line_id(self) -> bytes:
        """The 16 bytes that name the line."""
        return self.agreement.line_id

    @property
    def log_number(self) -> int:
        """The number of the log that we write now."""
        return self.log_of(self.party)

    @property
    def log_origin(self) -> str:
        """The name of the log that we write now, and of its key."""
        return need_author(self.parties, self.log_number).origin

    def log_of(self, party: str, incarnation: int | None = None) -> int:
        """Give the number of a party's log: of its newest, or of the one asked for.

        Raises: UsageError: no such party, or it has no such incarnation.
        """
        position, parties = self.agreement.log_number(party), len(self.agreement.parties)
        newest = 1 + sum(signed.statement.party == party for signed in self.need_line().incarnations)
        wanted = newest if incarnation is None else incarnation
        if not 1 <= wanted <= newest:
            raise UsageError(
                f"{party.upper()} has no incarnation {wanted}",
                code="node.folder.no_such_incarnation",
                hint=f"It has 1 to {newest}.",
            )
        return log_number(position, wanted, parties)

    @property
    def clock(self) -> Clock:
        """The node's clock, shifted where the agreement of an EXERCISE line says so."""
        return Clock(self.agreement.party(self.party).clock_shift_ms)

    @property
    def counterparts(self) -> tuple[str, ...]:
        """All other parties, in the order of the agreement."""
        return tuple(party for party in self.agreement.party_ids if party != self.party)

    def origin(self, party: str) -> str:
        """Name the first log of `party`, by which the link knows it for ever."""
        return self.agreement.origin(party)

    def keys_of(self, party: str) -> PartyKeys:
        """Give the public keys of `party` that stand now, after its key statements."""
        line = self.need_line()
        return find_keys(line.statements, self.agreement.keys_of(party), line.opened)

    @property
    def parties(self) -> tuple[Party, ...]:
        """All parties in the order of their logs, with every key under which each has signed."""
        line = self.need_line()
        return make_parties(self.agreement, line.statements, line.published, line.opened)

    def log_key(self, party: str) -> VerifierKey:
        """Give the newest key under which the log of `party` is signed."""
        return self.parties[self.agreement.log_number(party)].log_key

    def cosigner_key(self, party: str) -> VerifierKey:
        """Give the newest key under which `party` signs receipts."""
        return self.parties[self.agreement.log_number(party)].cosigner_key

    def revoked(self, party: str) -> tuple[KeyRole, ...]:
        """List the keys that `party` revoked without naming a successor; without ML-DSA-44 a line goes on."""
        keys = self.keys_of(party)
        return tuple(role for role in KeyRole if not role.is_ml_dsa and not role.key_of(keys))

    def generations(self, party: str) -> Generations:
        """Give the secrets shared with `party`, as they stood when the folder was read."""
        return self.need_line().generations[party]

    def in_person(self, party: str) -> bool:
        """Whether the cards went by hand both ways; what follows today: `cli.shared_secret.describe_protection`."""
        return self.need_line().in_person[party]

    def banner(self) -> str:
        """Give what every output says first; nothing on a REAL line, or before there is one."""
        return "" if self.line is None else self.agreement.banner

    @property
    def record_path(self) -> Path:
        """The database."""
        return self.path / "record.db"

    @property
    def high_water_path(self) -> Path:
        """The high-water file (protocol A13)."""
        return self.path / "highwater"

    @property
    def log_path(self) -> Path:
        """What the machine did, as JSON lines."""
        return self.path / "node.log"

    @property
    def socket_path(self) -> Path:
        """The socket of the running node."""
        return self.path / "control.sock"


def _read_line(path: Path, party: str) -> Line | None:
    ready = files.read_line_file(path)
    if ready is None:
        return None
    line_id, in_person = ready
    *earlier, signed = files.read_agreements(path)
    agreement = signed.agreement
    if agreement.line_id.hex() != line_id or party not in agreement.party_ids:
        raise ConfigError(
            "agreement and line.toml are of different lines or parties",
            code="node.folder.other_line",
            hint="restore the folder; files of two lines were mixed",
        )
    files.check_dictionary(agreement)
    peers = [peer for peer in agreement.party_ids if peer != party]
    return Line(
        signed=signed,
        earlier=tuple(earlier),
        generations={peer: read_generations(path / "keys", peer) for peer in peers},
        in_person={peer: in_person.get(peer) is True for peer in peers},
        statements=files.read_key_statements(path, agreement),
        published=files.read_published_keys(path),
        incarnations=files.read_incarnations(path, agreement),
    )


def _fitting_ring(folder: NodeFolder) -> KeyRing:
    """Insist that the key files are those that agreement and statements name; one may wait to be put in place."""
    keys, ring = folder.keys_of(folder.party), folder.ring
    for role in KeyRole:
        stands = role.key_of(keys)
        if not stands or _is_half_of(stands, role, ring.secret(role)):
            continue
        staged = read_staged_key(folder.path / "keys", role.value)
        if staged is None or not _is_half_of(stands, role, staged):
            raise ConfigError(
                f"{role}.key is not the key that agreement and key statements name",
                code="node.folder.other_keys",
                hint="bring the files of keys/ back from where they are kept, or the newest statement of agreement/",
            )
        ring = ring.with_secret(role, staged)
    return ring


def _is_half_of(stands: bytes, role: KeyRole, secret: bytes | None) -> bool:
    return secret is not None and stands == public_half(role, secret)
