"""What the routes ask of the node."""

from typing import Self

from coupefeu.node.demo.steps import Steps
from coupefeu.node.folder import NodeFolder
from coupefeu.node.local import LocalBackend


class ConsoleDesk:
    """The node behind a console."""

    def __init__(self, backend: LocalBackend, demo: Steps | None) -> None:
        self.backend = backend
        self.demo = demo
        """The five steps, where this is a demonstration."""

    @classmethod
    async def open(cls, backend: LocalBackend, demo: Steps | None = None) -> Self:
        """Sit down at a running node."""
        return cls(backend, demo)

    async def close(self) -> None:
        """Stand up."""

    @property
    def folder(self) -> NodeFolder:
        """The node's folder."""
        return self.backend.runtime.folder
