"""A neutral witness without a socket, and nodes that ask it when their clock says so.

witness = MemoryWitness(folder, nodes)
asking = [witness.asked_by(node) for node in nodes.nodes]
witness.run(nodes, asking, seconds=180)
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from coupefeu.errors import BearerError
from coupefeu.keys.notes import CosignSigner, MlDsaSigner
from coupefeu.node.events import Trouble
from coupefeu.node.exchange import Reply
from coupefeu.node.heads import RecordHeads
from coupefeu.node.witness.answers import Answer
from coupefeu.node.witness.keys import WitnessKeys
from coupefeu.node.witness.rules import LogRules
from coupefeu.node.witness.witness import Witness
from coupefeu.node.witness_settings import WitnessSettings
from coupefeu.node.witnessing import Witnessing
from coupefeu.store.jobs import KeepWitnessed, Outcome
from coupefeu.store.witness_heads import Heads
from coupefeu.testing.joined import JoinedNodes, MemoryNode
from coupefeu.testing.line import private_key

NAME = "neutral"


class MemoryWitness:
    """It trusts the logs of both nodes. While `is_down`, nobody reaches it; `requests`: those that did, (ms, body)."""

    def __init__(self, folder: Path, nodes: JoinedNodes) -> None:
        self.nodes = nodes
        self.is_down = False
        self.requests: list[tuple[int, bytes]] = []
        self.keys = WitnessKeys(
            ed25519=CosignSigner(f"{NAME}/1", private_key(NAME, "witness")),
            ml_dsa=MlDsaSigner(f"{NAME}/1", private_key(NAME, "witness-mldsa")),
        )
        parties = nodes.us.keeper.line.parties
        rules = {
            each.origin: LogRules(
                origin=each.origin,
                keys=tuple(key for key in (each.log_key, each.log_ml_dsa_key) if key is not None),
            )
            for each in parties
        }
        self.heads = Heads(folder / "witness.db")
        self.witness = Witness(self.keys, rules, self.heads, nodes.clock.now, lambda *_, **__: None)

    async def exchange(self, _url: str, body: bytes) -> Reply:
        """Answer as over HTTP."""
        if self.is_down:
            raise BearerError("nobody answers", code="testing.witness.down", hint="Set is_down to False.")
        self.requests.append((self.nodes.clock.mono_ms, body))
        checked = self.witness.check(body)
        answer = checked if isinstance(checked, Answer) else self.witness.settle([checked])[0]
        content_type = answer.content_type.partition(";")[0]
        return Reply(status=int(answer.status), content_type=content_type, body=answer.body)

    def asked_by(self, node: MemoryNode, every_s: int = 60) -> Witnessing:
        """Have a node ask this witness."""
        vkeys = (self.keys.ed25519.vkey, self.keys.ml_dsa.vkey)
        source = RecordHeads(
            node.path,
            node.engine.our_log,
            lambda: node.keeper.marks()[node.engine.our_log],
            lambda: node.keeper.line.log_signer,
            lambda: node.keeper.line.parties,
        )

        async def keep(job: KeepWitnessed) -> None:
            (outcome,) = _execute(node, job)
            if isinstance(outcome, Exception):
                raise outcome

        def tell(trouble: Trouble) -> None:
            node.engine.tell(trouble)

        return Witnessing(
            WitnessSettings(name=NAME, url="http://witness.example", keys=vkeys, every_s=every_s),
            source,
            node.clock(),
            keep=keep,
            tell=tell,
            clock=node.clock,
            exchange=self.exchange,
            our_log=node.engine.our_log,
        )

    def run(self, asking: Sequence[Witnessing], *, seconds: float) -> None:
        """Let time pass on the line and on the schedules of who asks."""
        end_ms = self.nodes.clock.mono_ms + int(seconds * 1_000)
        while True:
            due_ms = min((each.next_ms for each in asking), default=end_ms)
            until_ms = max(self.nodes.clock.mono_ms, min(due_ms, end_ms))
            self.nodes.run(seconds=(until_ms - self.nodes.clock.mono_ms) / 1_000)
            due = [each for each in asking if each.next_ms <= self.nodes.clock.mono_ms]
            if not due or self.nodes.clock.mono_ms >= end_ms:
                return
            for each in due:
                asyncio.run(each.attend())


def _execute(node: MemoryNode, job: KeepWitnessed) -> list[Outcome]:
    return node.keeper.execute([job], node.clock())
