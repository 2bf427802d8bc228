"""What the stories share: a line that is open, what officers say and do on it, and the strangers who check it."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey, VkeySet

from coupefeu.model.messages import Content, Form, MessageId, Operative
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.node.events import Trouble
from coupefeu.node.export import export_record
from coupefeu.record.audit import RecordAudit, audit_record
from coupefeu.services.base import Command, Draft
from coupefeu.services.messages.commands import ActCommand, Say
from coupefeu.services.messages.status import MessageStatus, StepName
from coupefeu.store.reader import Reader
from coupefeu.testing import joined
from coupefeu.testing.joined import JoinedNodes, MemoryNode
from coupefeu.wire.note import VerifierKey

MINUTE = 60
DESKS = {"us": "us.duty", "ru": "ru.duty"}


def open_line(folder: Path, **options) -> JoinedNodes:
    """Two nodes that have shaken hands."""
    nodes = JoinedNodes(folder, **options)
    nodes.connect()
    nodes.run(seconds=1)
    return nodes


def say(node: MemoryNode, form: Form, **fields) -> MessageId:
    """Send a message of any form from the duty desk; what belongs to the command is named as in `Say`."""
    party = node.agreement.party(node.name)
    command = {"from_post": party.duty_desk, "precedence": Precedence.ROUTINE, "language": party.language}
    command |= {name: fields.pop(name) for name in tuple(fields) if name in {*command, "to_posts", "about"}}
    content = Content(form=form, **({"subject": Subject.SAFETY} | fields))
    (number,) = node.act(Say(content=content, **command))
    return number


def warn(node: MemoryNode, word: Operative, place: str, **fields) -> MessageId:
    """Send a WARNING at FLASH to the other side's desk."""
    stated = {"precedence": Precedence.FLASH} | fields
    return say(node, Form.WARNING, operative=word, place=place, **stated)


def do(node: MemoryNode, command: type[ActCommand], message: MessageId, **fields) -> MessageId:
    """Act on a message, from the duty desk unless `from_post` says otherwise."""
    stated = {"from_post": node.agreement.party(node.name).duty_desk} | fields
    (number,) = node.act(command(message=message, **stated))
    return number


def both(nodes: JoinedNodes, message: MessageId) -> tuple[MessageStatus, MessageStatus]:
    """The message as US and as RU see it."""
    return nodes.us.message(message), nodes.ru.message(message)


def clock(status: MessageStatus, step: StepName):
    """The clock of one step at the only party addressed."""
    (chain,) = status.chains
    return chain.step(step).clock


def done(status: MessageStatus) -> list[str]:
    """The steps that are done at the only party addressed, in their order."""
    (chain,) = status.chains
    return [step.name.value for step in chain.steps if step.done]


def export(node: MemoryNode, author: str, folder: Path) -> Path:
    """Export the log of `author` as this node holds it."""
    parties = node.keeper.line.parties
    with Reader(node.path, running=True) as reader:
        export_record(reader, parties, node.agreement.log_number(author), folder)
    return folder


def verify(folder: Path) -> RecordAudit:
    """Check an export as strangers do, from its files alone: our verifier, and one that is not ours."""
    log_key = VerifierKey.parse((folder / "log.vkey").read_text().strip())
    cosigner_keys = [
        VerifierKey.parse(file.read_text().strip()) for file in sorted((folder / "cosigners").glob("*.vkey"))
    ]

    def read(path: str) -> bytes | None:
        file = folder / path
        return file.read_bytes() if file.is_file() else None

    audit = audit_record(read, log_key, cosigner_keys, deep=True)
    theirs = TilesReader(LocalBackend(folder))
    checkpoint = theirs.get_checkpoint()
    assert (checkpoint.origin, checkpoint.size, checkpoint.root_hash) == (
        audit.origin,
        audit.size,
        audit.root,
    )
    assert theirs.calculate_root_hash() == audit.root
    keys = VkeySet(*(Vkey.from_string(key.text()) for key in (log_key, *cosigner_keys)))
    assert len(keys.verify(checkpoint.signatures, checkpoint)) == 1 + len(cosigner_keys)
    return audit


def verify_all(nodes: JoinedNodes, folder: Path) -> dict[str, RecordAudit]:
    """Export every log that holds anything from both nodes, check each; both sides must hold the same."""
    audits = {}
    for author in [node.name for node in nodes.nodes if node.keeper.states[node.engine.our_log].size]:
        first, second = (verify(export(node, author, folder / node.name / author)) for node in nodes.nodes)
        assert (first.size, first.root) == (second.size, second.root)
        assert (first.bodies, first.unreadable) == (first.size, ())
        audits[author] = first
    return audits


def troubles(node: MemoryNode) -> list[str]:
    """The codes of everything that an operator of this node was told."""
    return [change.code for change in node.changes if isinstance(change, Trouble)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Write(Command):
    """Write this entry, whatever it is: what a newer version, or a hostile one, may do with keys of its own."""

    draft: Draft


class Unbound:
    """A service without rules, for nodes that are not bound by ours."""

    kinds: frozenset[int] = frozenset()
    commands: tuple[type[Command], ...] = (Write,)

    def needs(self, command):
        return ()

    def decide(self, command, known, context):
        return (command.draft,)

    def apply(self, recorded, context):
        return ()


def unbind(nodes: JoinedNodes, node: MemoryNode, monkeypatch) -> None:
    """Restart a node as another program that obeys no rule of ours; the other node stays as it is."""
    node.stop()
    with monkeypatch.context() as patch:
        patch.setattr(joined, "SERVICES", (*joined.SERVICES, Unbound()))
        node.start()
    nodes.connect()
    nodes.run(seconds=5)


def write(node: MemoryNode, kind: int, body: bytes, **fields) -> MessageId:
    """Let an unbound node write an entry to the other side's desk."""
    (other,) = set(DESKS) - {node.name}
    stated = {"from_post": DESKS[node.name], "to_posts": (DESKS[other],), "precedence": Precedence.ROUTINE}
    draft = Draft(kind=kind, body=body, **({"language": "en"} | stated | fields))
    (number,) = node.act(Write(draft=draft))
    return number


def copy_record(node: MemoryNode, to: Path) -> Path:
    """Copy the record of a stopped node, as a backup does."""
    shutil.copy(node.path, to)
    return to


def put_back(node: MemoryNode, backup: Path) -> None:
    """Put an older record in the place of a stopped node's."""
    for suffix in ("", "-wal", "-shm"):
        node.path.with_name(node.path.name + suffix).unlink(missing_ok=True)
    shutil.copy(backup, node.path)
