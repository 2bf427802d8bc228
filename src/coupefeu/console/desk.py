"""What the routes ask of the node."""

from typing import Self

from coupefeu.node.folder import NodeFolder
from coupefeu.node.local import LocalBackend


class ConsoleDesk:
    """The node behind a console."""

    def __init__(self, backend: LocalBackend) -> None:
        self.backend = backend

    @classmethod
    async def open(cls, backend: LocalBackend) -> Self:
        """Sit down at a running node."""
        return cls(backend)

    async def close(self) -> None:
        """Stand up."""

    @property
    def folder(self) -> NodeFolder:
        """The node's folder."""
        return self.backend.runtime.folder
