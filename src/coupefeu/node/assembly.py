"""Puts a node together from its folder: keeper, links, what has still to be sent. Opens no socket."""

import os
from collections.abc import Callable
from dataclasses import dataclass

from coupefeu.errors import ConfigError
from coupefeu.keys.generations import Generations
from coupefeu.keys.notes import CosignSigner, LogSigner, MlDsaSigner
from coupefeu.link.config import LinkConfig
from coupefeu.link.link import Link
from coupefeu.model.agreement import Budgets
from coupefeu.model.instant import Moment
from coupefeu.model.logs import position_of
from coupefeu.node.engine import Carrier, Engine
from coupefeu.node.fetching import Fetching
from coupefeu.node.folder import NodeFolder
from coupefeu.node.intake import Intake
from coupefeu.node.ml_dsa_schedule import MlDsaSchedule
from coupefeu.node.peer import Peer
from coupefeu.node.post_quantum import Work, work_at_once
from coupefeu.node.sealer import Sealer
from coupefeu.record.post_quantum import MlDsaSigners
from coupefeu.record.tree import Frontier
from coupefeu.services.agreement.facts import OpenLog
from coupefeu.services.every import SERVICES
from coupefeu.store.highwater import Marks, read_high_water, why_recovering
from coupefeu.store.jobs import Act, Job, Outcome
from coupefeu.store.keeper import Keeper
from coupefeu.store.line import Line, Party, logs_of, need_author
from coupefeu.store.outgoing import (
    Pending,
    cosigned_size,
    covered_size,
    load_frontier,
    load_pending,
    receipted_runs,
)
from coupefeu.wire.key_statement import KeyRole


def parties_of(folder: NodeFolder) -> tuple[Party, ...]:
    """Name all parties of the line, in the order of their logs, with the keys that verify them."""
    return folder.parties


def line_of(folder: NodeFolder) -> Line:
    """Give the line with our own signers."""
    log_signer, cosigner = signers_of(folder)
    return Line(
        parties=parties_of(folder),
        our_log=folder.log_number,
        log_signer=log_signer,
        cosigner=cosigner,
        published=folder.need_line().published,
        incarnations=folder.need_line().incarnations,
    )


def signers_of(folder: NodeFolder) -> tuple[LogSigner, CosignSigner]:
    """Give the keys that we sign with now."""
    us = need_author(folder.parties, folder.log_number)
    return LogSigner(us.origin, folder.ring.log), CosignSigner(us.cosigner_key.name, folder.ring.cosigner)


def ml_dsa_signers_of(folder: NodeFolder) -> MlDsaSigners | None:
    """Give the ML-DSA-44 keys that we sign with again; None: not both are here, and the line is classical only."""
    log, cosigner = folder.ring.log_mldsa, folder.ring.cosigner_mldsa
    if log is None or cosigner is None:
        return None
    us = need_author(folder.parties, folder.log_number)
    return MlDsaSigners(log=MlDsaSigner(us.origin, log), cosigner=MlDsaSigner(us.cosigner_key.name, cosigner))


def open_keeper(folder: NodeFolder, now: Moment, *, may_recover: bool = False) -> Keeper:
    """Open the record for writing; on an empty one, write entry 0.

    A record that may be older than what was signed (protocol A13) is opened with `may_recover` alone, and signs nothing
    then.

    Raises: ConfigError: it may be older, or a key of ours is revoked; StoreError.
    """
    _insist_able(folder)
    keeper = Keeper(
        folder.record_path, line_of(folder), SERVICES, folder.agreement, earlier=folder.earlier_agreements
    )
    keeper.recover(_why_recovering(folder, keeper))
    if keeper.recovering is not None:
        if may_recover:
            return keeper
        keeper.close()
        raise ConfigError(
            f"this node is recovering: {keeper.recovering}",
            code="node.assembly.recovering",
            hint="It may be read, and signs nothing. Run it (coupefeu up): it learns from the other side how far it "
            "had signed, takes back what it lacks, and goes on by itself.",
        )
    if keeper.states[keeper.line.our_log].size == 0:
        (outcome,) = keeper.execute([Act(command=OpenLog(body=folder.opening_body))], now)
        if isinstance(outcome, Exception):
            keeper.close()
            raise outcome
    return keeper


def marks_that_bind(folder: NodeFolder, marks: Marks | None) -> Marks | None:
    """Leave out what was signed by keys of an earlier incarnation: fresh keys have signed nothing (protocol A13).

    None, as if there were no file: it has no mark of the log that we write, which opening it made.
    """
    if marks is None or not (marks or need_author(folder.parties, folder.log_number).earlier):
        return marks
    if folder.log_number not in marks:
        return None
    ours = {log for log in logs_of(folder.parties) if folder.agreement.writer_of(log) == folder.party}
    return {log: mark for log, mark in marks.items() if log == folder.log_number or log not in ours}


def _why_recovering(folder: NodeFolder, keeper: Keeper) -> str | None:
    sizes = {log: state.complete for log, state in keeper.states.items()}
    return why_recovering(marks_that_bind(folder, read_high_water(folder.high_water_path)), sizes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What an engine needs from outside: who executes jobs, who carries bytes, clocks and fresh bytes."""

    submit: Callable[[Job, Callable[[Outcome], None]], None]
    carrier: Carrier
    clock: Callable[[], Moment]
    entropy: Callable[[int], bytes] = os.urandom
    load: Callable[[int, int], list[Pending]]
    keep_psk: Callable[[int, Generations], None]
    """Make the secrets shared with the party of a log durable, then call `Engine.psk_kept`."""
    load_behind: Callable[[int, int], tuple[Frontier, list[bytes]]]
    work: Work = work_at_once


def make_engine(folder: NodeFolder, keeper: Keeper, surroundings: Surroundings) -> Engine:
    """Build links and sealers from what the record holds. The keeper's thread must not run yet."""
    now = surroundings.clock()
    agreement = folder.agreement
    peers = [
        make_peer(keeper, link_config(folder, name), agreement.budgets, agreement.log_number(name), now)
        for name in folder.counterparts
        if KeyRole.SESSION not in folder.revoked(name)
    ]
    return Engine(
        our_log=folder.log_number,
        parties=len(agreement.parties),
        peers=peers,
        submit=surroundings.submit,
        carrier=surroundings.carrier,
        clock=surroundings.clock,
        entropy=surroundings.entropy,
        load_pending=surroundings.load,
        keep_psk=surroundings.keep_psk,
        work=surroundings.work,
        ml_dsa_signers=ml_dsa_signers_of(folder),
        load_behind=surroundings.load_behind,
    )


def make_peer(keeper: Keeper, config: LinkConfig, budgets: Budgets, log: int, now: Moment) -> Peer:
    """Build the link to the party whose first log is `log`: what it has receipted, what it lacks, what we hold."""
    our_log = keeper.line.our_log
    cosigned = cosigned_size(keeper.connection, our_log, log)
    pending = list(load_pending(keeper.connection, our_log, cosigned))
    frontier = load_frontier(keeper.connection, our_log, cosigned)
    sealer = Sealer(keeper.line.log_signer, frontier, [each.leaf_hash for each in pending])
    link = Link(config, sealer.seal_for_link)
    for earlier in keeper.states:
        if keeper.line.is_ours(earlier) and earlier != our_log:
            link.acknowledged(earlier, cosigned_size(keeper.connection, earlier, log))
    link.acknowledged(our_log, cosigned, receipted_runs(keeper.connection, our_log, log, cosigned))
    for each, state in keeper.states.items():
        if position_of(each, len(keeper.line.parties)) == log:
            held = state.held(each)
            link.held(each, held.complete, held.beyond)
            if state.receipt is not None:
                link.receipt(state.receipt)
    peer = Peer(
        log=log,
        link=link,
        sealer=sealer,
        intake=Intake(budgets, now),
        fetching=Fetching(log),
        ml_dsa=MlDsaSchedule(
            covered=covered_size(keeper.connection, our_log, log), cosigned=cosigned, mono_ms=now.mono_ms
        ),
        cosigned=cosigned,
        beside_others=keeper.line.names[log] if len(keeper.line.parties) > 2 else "",
    )
    if keeper.recovering is None:
        link.offer(peer.outgoing(our_log, each) for each in pending)
    return peer


def link_config(folder: NodeFolder, name: str) -> LinkConfig:
    """Give what the link to `name` stands on now."""
    return LinkConfig(
        line_id=folder.line_id,
        our_origin=folder.origin(folder.party),
        their_origin=folder.origin(name),
        our_session_private=folder.ring.session,
        their_session_public=folder.keys_of(name).session,
        generations=folder.generations(name),
    )


def _insist_able(folder: NodeFolder) -> None:
    if revoked := folder.revoked(folder.party):
        raise ConfigError(
            f"our {' and '.join(revoked)} key is revoked and has no successor: this node signs nothing more",
            code="node.assembly.revoked",
            hint="Its record can be read and exported. To speak again, pair a new line in new folders.",
        )
