"""Whether a process runs the node of a folder; asking changes nothing."""

import fcntl
import os

from coupefeu.node.folder import NodeFolder


def is_running(folder: NodeFolder) -> bool:
    """Try the node's lock without keeping it."""
    try:
        handle = os.open(folder.path / "lock", os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    else:
        return False
    finally:
        os.close(handle)
