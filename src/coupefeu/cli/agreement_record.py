"""The record as `coupefeu agreement` needs it: writes go through the node, reads work on a stopped one too."""

import asyncio
from collections.abc import Mapping
from typing import Any

from coupefeu.cli.officer import need_record
from coupefeu.node.amending import cosigned_by_all, facts_of
from coupefeu.node.folder import NodeFolder
from coupefeu.node.node import Node
from coupefeu.node.running import is_running
from coupefeu.record.tree import Frontier
from coupefeu.services.agreement.facts import AgreementFact
from coupefeu.services.agreement.in_force import Cosigned
from coupefeu.services.base import Command
from coupefeu.store.reader import Reader


class FolderRecord:
    """Finds the node of a folder, running or not."""

    def submit(self, folder: NodeFolder, command: Command) -> Mapping[str, Any]:
        """Have the node decide and append."""

        async def act() -> str:
            async with Node.open(folder.path, online=False) as node:
                (sent,) = await node.act(command)
                return sent.number

        return {"message": asyncio.run(act())}

    def facts(self, folder: NodeFolder) -> list[AgreementFact]:
        """Read this service's entries."""
        if not folder.record_path.exists():
            return []
        with _reader(folder) as reader:
            return facts_of(reader)

    def cosigned(self, folder: NodeFolder) -> Cosigned:
        """Tell when every other party had co-signed an entry, by our own clock."""

        def find(log: int, index: int) -> int | None:
            with _reader(folder) as reader:
                return cosigned_by_all(reader, len(folder.agreement.party_ids))(log, index)

        return find

    def head(self, folder: NodeFolder) -> tuple[int, bytes]:
        """Give size and root of our own log."""
        with _reader(folder) as reader:
            (row,) = [each for each in reader.logs() if each["log"] == folder.log_number]
        return row["size"], Frontier.from_bytes(row["frontier"]).root()


def _reader(folder: NodeFolder) -> Reader:
    need_record(folder)
    return Reader(folder.record_path, running=is_running(folder))
