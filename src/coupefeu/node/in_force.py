"""Keeps folder, links and standing orders in step with what the record says governs the line (protocol A10, A11).

    all acceptances co-signed, its instant come   -> agreement/NNNN.toml .sigs; budgets, line tests, clocks follow
    a key statement that stands                   -> agreement/PARTY-NNNN.statement; links and signers follow
    an ML-DSA-44 key shown whole (A15)            -> agreement/PARTY-HASH.keys; ours is shown after its statement

The keeper judges by the record alone and needs nobody to tell it; the folder follows, here, and at every start.
"""

from collections.abc import Callable
from typing import Final

from coupefeu.errors import CoupefeuError
from coupefeu.keys import mldsa
from coupefeu.keys.ring import promote_key, read_staged_key
from coupefeu.model.instant import Moment
from coupefeu.model.logs import log_number
from coupefeu.node.assembly import link_config, ml_dsa_signers_of, signers_of
from coupefeu.node.duties import Duties
from coupefeu.node.engine import Engine
from coupefeu.node.events import TermsChanged, Trouble
from coupefeu.node.folder import NodeFolder
from coupefeu.node.folder_files import (
    save_agreement,
    save_incarnation,
    save_key_statement,
    save_published_keys,
)
from coupefeu.services.agreement.facts import PublishKeys
from coupefeu.services.agreement.in_force import find_in_force, verify_amendment
from coupefeu.store.jobs import Outcome
from coupefeu.store.keeper import Keeper
from coupefeu.store.standing import Standing
from coupefeu.wire.incarnation import Incarnation
from coupefeu.wire.key_statement import KeyRole, KeyStatement
from coupefeu.wire.published_keys import PublishedKeys, encode_published_keys

CHECK_EVERY_MS: Final = 30_000
"""A shifted or mended wall clock is noticed at the latest after this."""


def catch_up(folder: NodeFolder, keeper: Keeper, now: Moment) -> NodeFolder:
    """Put into the folder what the record says governs the line; gives it anew, or as it was when nothing changed.

    Raises: ConfigError: a file cannot be written.
    """
    standing = keeper.standing
    due = find_in_force(standing.amendments, now.utc_ms)
    amended = due is not None and due.version > folder.agreement.version
    if due is not None and amended:
        save_agreement(folder.path, verify_amendment(due))
    known = folder.need_line().statements
    fresh = [signed for signed in standing.statements if signed.statement not in known]
    for signed in fresh:
        save_key_statement(folder.path, signed)
    opened = [signed for signed in standing.incarnations if signed.statement not in folder.need_line().opened]
    for incarnation in opened:
        save_incarnation(folder.path, incarnation)
    if fresh or amended or opened:
        folder = NodeFolder.open(folder.path)
    if _keep_published(folder, standing):
        folder = NodeFolder.open(folder.path)
    _put_keys_in_place(folder)
    return folder


def _keep_published(folder: NodeFolder, standing: Standing) -> bool:
    """Keep ML-DSA-44 keys that entries show whole and that stand by their SHA-256; whether there was one."""
    held, any_kept = folder.need_line().published, False
    for party in folder.agreement.party_ids:
        keys = folder.keys_of(party)
        log, cosigner = (
            b"" if name in held else standing.published.get(name, b"")
            for name in (keys.log_ml_dsa_sha256, keys.cosigner_ml_dsa_sha256)
        )
        if log or cosigner:
            save_published_keys(folder.path, party, PublishedKeys(log=log, cosigner=cosigner))
            any_kept = True
    return any_kept


def _put_keys_in_place(folder: NodeFolder) -> None:
    for role in KeyRole:
        staged = read_staged_key(folder.path / "keys", role.value)
        if staged is not None and staged == folder.ring.secret(role):
            promote_key(folder.path / "keys", role.value)


class InForce:
    """Applies it to a running node; call `check` at the start, when it asks for it, and when the record changed."""

    def __init__(
        self,
        folder: NodeFolder,
        keeper: Keeper,
        engine: Engine,
        duties: Duties,
        clock: Callable[[], Moment],
    ) -> None:
        self.folder = folder
        self._keeper = keeper
        self._engine = engine
        self._duties = duties
        self._clock = clock
        self._seen = keeper.standing
        self._published: PublishedKeys | None = None
        """What was asked to be shown whole since the start."""

    @property
    def is_stale(self) -> bool:
        """Whether the record has said something since the last check."""
        return self._keeper.standing is not self._seen

    def check(self) -> int:
        """Apply what is due; gives the milliseconds until the next look."""
        now = self._clock()
        self._seen = self._keeper.standing
        before, self.folder = self.folder, catch_up(self.folder, self._keeper, now)
        if self.folder is not before:
            if self.folder.agreement.version != before.agreement.version:
                self._amend(now)
            fresh = [each for each in self.folder.need_line().opened if each not in before.need_line().opened]
            for opened in fresh:
                self._tell(_opened(opened))
                self._tell_disowned(opened)
            if fresh:
                self._engine.renew()
            known = before.need_line().statements
            for statement in self.folder.need_line().statements:
                if statement not in known:
                    self._succeed(statement)
            self._engine.pump()
        self._publish()
        due = [each.in_force_ms for each in self._seen.amendments if each.in_force_ms is not None]
        coming = [ms - now.utc_ms for ms in due if ms > now.utc_ms]
        return max(1, min([*coming, CHECK_EVERY_MS]))

    def _amend(self, now: Moment) -> None:
        agreement = self.folder.agreement
        for peer in self._engine.peers.values():
            peer.intake.amend(agreement.budgets, now)
            peer.fetching.walk_again(now.mono_ms)
        self._duties.amend(agreement)
        self._tell(f"Version {agreement.version} of the agreement is in force.")

    def _succeed(self, statement: KeyStatement) -> None:
        folder, ours = self.folder, statement.party == self.folder.party
        if statement.new_key is None:
            self._revoke(statement)
        elif ours and statement.role.is_ml_dsa:
            self._engine.post_quantum.sign_with(ml_dsa_signers_of(folder))
        elif ours and statement.role.signs_for_evidence:
            log_signer, cosigner = signers_of(folder)
            self._keeper.sign_with(log_signer, cosigner)
            for peer in self._engine.peers.values():
                peer.sealer.sign_with(log_signer)
        elif statement.role is KeyRole.SESSION:
            for log, peer in self._engine.peers.items():
                other = folder.agreement.party_ids[log]
                if ours or other == statement.party:
                    peer.link.rekey(link_config(folder, other))
        if statement.new_key is not None:
            self._tell(f"{statement.party.upper()} replaced its {statement.role} key.")

    def _publish(self) -> None:
        """Show our ML-DSA-44 keys whole, once, where a key statement has named them (protocol A15)."""
        folder = self.folder
        named, held = folder.keys_of(folder.party), folder.need_line().published
        missing = {
            role: seed
            for role in (KeyRole.LOG_ML_DSA, KeyRole.COSIGNER_ML_DSA)
            if (seed := folder.ring.secret(role)) is not None
            and role.key_of(named)
            and role.key_of(named) not in held
        }
        shown = {role: mldsa.public(seed) for role, seed in missing.items()}
        keys = PublishedKeys(
            log=shown.get(KeyRole.LOG_ML_DSA, b""), cosigner=shown.get(KeyRole.COSIGNER_ML_DSA, b"")
        )
        if shown and keys != self._published:
            self._published = keys
            self._engine.act(PublishKeys(body=encode_published_keys(keys)), self._told)

    def _told(self, outcome: Outcome) -> None:
        if isinstance(outcome, CoupefeuError):
            self._engine.tell(Trouble(party=None, code=outcome.code, detail=str(outcome)))

    def _revoke(self, statement: KeyStatement) -> None:
        if statement.role.is_ml_dsa:
            if statement.party == self.folder.party:
                self._engine.post_quantum.sign_with(ml_dsa_signers_of(self.folder))
            self._tell(
                f"{statement.party.upper()} revoked its {statement.role} key: what it signs is classical only."
            )
            return
        log = self.folder.agreement.log_number(statement.party)
        if statement.role is KeyRole.SESSION and log in self._engine.peers:
            self._engine.part(log)
        self._engine.tell(
            Trouble(
                party=log,
                code="node.in_force.revoked",
                detail=f"{statement.party.upper()} revoked its {statement.role} key and named no successor: what it "
                f"signs beyond size {statement.size:,} is void. The record can be read and exported; to speak "
                "again, pair a new line in new folders.",
            )
        )

    def _tell_disowned(self, opened: Incarnation) -> None:
        """Say that a party closed its log below what we hold and co-signed of it: what stands here, it disowns."""
        names = self.folder.agreement.party_ids
        position = names.index(opened.party)
        closed = log_number(position, opened.incarnation - 1, len(names))
        held = self._keeper.states[closed].size if closed in self._keeper.states else 0
        if opened.party == self.folder.party or held <= opened.size:
            return
        detail = (
            f"{opened.party.upper()} closed its log at {opened.size:,} entries, and {held:,} of it are held and were "
            f"co-signed here: it disowns {held - opened.size:,}. What is held stands, and its signatures "
            "prove it: export it, and ask the other side why"
        )
        self._engine.tell(Trouble(party=position, code="node.in_force.disowned", detail=detail))

    def _tell(self, says: str) -> None:
        self._engine.tell(TermsChanged(version=self.folder.agreement.version, says=says))


def _opened(opened: Incarnation) -> str:
    party, log = opened.party.upper(), f"{opened.party.upper()}.{opened.incarnation}"
    return (
        f"{party} opened a new log by its identity key: its entries are {log}/0 and on. The log before it stands up to "
        f"{opened.size:,} entries, and further where it was co-signed; it can be read and proved as before."
    )
