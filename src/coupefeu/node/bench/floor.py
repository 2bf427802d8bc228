"""The least that the same work costs on this machine, with nothing of ours around it."""

import os
import socket
import threading
import time
from hashlib import sha256
from pathlib import Path
from typing import Self

from coupefeu.keys import ed25519
from coupefeu.store.sqlite import open_for_writing

ROW_BYTES = 500
FRAME_BYTES = 300
COMMITS = 3
SIGNATURES = 2


class MessageFloor:
    """One message durable on both sides with a signed receipt, without a program.

    Three SQLite commits (WAL, FULL) of a 500-byte row: sender, receiver with its receipt, sender with the receipt.
    Two Ed25519 signatures and two verifications of 300 bytes, and a loopback round trip of 300 bytes.
    """

    def __init__(self, folder: Path) -> None:
        self._database = open_for_writing(folder / "floor.db")
        self._database.query("CREATE TABLE rows (number INTEGER PRIMARY KEY, row BLOB)")
        self._key = ed25519.SigningKey(ed25519.generate())
        self._row, self._frame = os.urandom(ROW_BYTES), os.urandom(FRAME_BYTES)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._echo = threading.Thread(target=self._serve, daemon=True)
        self._echo.start()
        self._socket = socket.create_connection(self._listener.getsockname())
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Self:
        """Give itself; closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close sockets and database."""
        self._socket.close()
        self._listener.close()
        self._echo.join()
        self._database.close()

    def once(self) -> float:
        """Do it once; gives the seconds."""
        started = time.perf_counter()
        for _ in range(COMMITS):
            self._commit()
        for _ in range(SIGNATURES):
            ed25519.verify(self._key.public, self._frame, self._key.sign(self._frame))
        self._round_trip()
        return time.perf_counter() - started

    def _commit(self) -> None:
        self._database.query("BEGIN IMMEDIATE")
        self._database.query("INSERT INTO rows (row) VALUES (?)", (self._row,))
        self._database.query("COMMIT")

    def _round_trip(self) -> None:
        self._socket.sendall(self._frame)
        left = FRAME_BYTES
        while left:
            left -= len(self._socket.recv(left))

    def _serve(self) -> None:
        accepted, _ = self._listener.accept()
        with accepted:
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while received := accepted.recv(FRAME_BYTES):
                accepted.sendall(received)


def hash_tree(entries: int) -> float:
    """Hash that many leaves of 70 bytes and inner nodes of 64, one by one; gives the seconds."""
    leaf, pair = b"\x00" + bytes(70), b"\x01" + bytes(64)
    started = time.perf_counter()
    for _ in range(entries):
        sha256(leaf).digest()
    for _ in range(entries):
        sha256(pair).digest()
    return time.perf_counter() - started
