"""Where the consoles of the demo listen: the first ports of this machine that nobody has."""

import contextlib
import errno
import socket
from dataclasses import dataclass
from typing import Final

from coupefeu.errors import ConfigError

LOOPBACKS: Final = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
"""Both: a browser may ask either for `us.localhost`, and a stranger on the other one would be given the link's key."""
MAX_PORT: Final = 65_535
MAX_LOOKS: Final = 100
_NO_SUCH_ADDRESS: Final = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Sockets that listen already, so that no other program can come between; `busy`: ports that were passed over."""

    port: int
    sockets: tuple[socket.socket, ...]
    busy: tuple[int, ...]

    def close(self) -> None:
        """Let go of the port."""
        for each in self.sockets:
            each.close()


def take_place(first: int) -> Place:
    """Listen on the first port from `first` that is free. Raises: ConfigError `cli.demo.ports`: none is."""
    busy: list[int] = []
    for port in range(first, min(first + MAX_LOOKS, MAX_PORT + 1)):
        sockets = _listen(port)
        if sockets:
            return Place(port=port, sockets=sockets, busy=tuple(busy))
        busy.append(port)
    raise ConfigError(
        f"every port from {first} to {first + len(busy) - 1} is busy",
        code="cli.demo.ports",
        hint="give another first port with --port",
    )


def _listen(port: int) -> tuple[socket.socket, ...]:
    """Listen on both addresses, on one where the machine lacks the other; on nothing when either is taken."""
    sockets: list[socket.socket] = []
    for family, host in LOOPBACKS:
        try:
            sockets.append(_listen_on(family, host, port))
        except OSError as error:
            if error.errno not in _NO_SUCH_ADDRESS:
                for each in sockets:
                    each.close()
                return ()
    return tuple(sockets)


def _listen_on(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP))
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen()
        stack.pop_all()
    return listening
