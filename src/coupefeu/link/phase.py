"""The life of a link as one table; a pair that is missing from it is an error of ours."""

from enum import StrEnum

from coupefeu.errors import UsageError


class Phase(StrEnum):
    """What may be sent now."""

    NO_PATH = "no path"
    """Nothing."""
    HANDSHAKE = "handshake"
    """Handshake messages: a path, and no session yet."""
    GREETING = "greeting"
    """FLASH and our acknowledgements: what the other side holds is not yet known."""
    OPEN = "open"
    """Everything."""
    SILENT = "silent"
    """Heartbeats, handshakes and FLASH: a session, and nothing heard by this path, or not for three seconds."""


class Change(StrEnum):
    """What happens to a link."""

    PATH = "path opened"
    SESSION = "session made"
    PATH_TRIED = "unproven path taken"
    PATH_TAKEN = "proven path taken"
    HEARD = "frame heard"
    GREETED = "heartbeat heard"
    WAITED = "greeting waited for in vain"
    SILENCE = "silence"
    PATHS_GONE = "last path closed"


TRANSITIONS: dict[tuple[Phase, Change], Phase] = {
    (Phase.NO_PATH, Change.PATH): Phase.HANDSHAKE,
    (Phase.NO_PATH, Change.PATH_TRIED): Phase.SILENT,
    (Phase.HANDSHAKE, Change.PATH): Phase.HANDSHAKE,
    (Phase.HANDSHAKE, Change.SESSION): Phase.GREETING,
    (Phase.HANDSHAKE, Change.SILENCE): Phase.HANDSHAKE,
    (Phase.HANDSHAKE, Change.PATHS_GONE): Phase.NO_PATH,
    (Phase.GREETING, Change.SESSION): Phase.GREETING,
    (Phase.GREETING, Change.PATH_TRIED): Phase.SILENT,
    (Phase.GREETING, Change.PATH_TAKEN): Phase.GREETING,
    (Phase.GREETING, Change.HEARD): Phase.GREETING,
    (Phase.GREETING, Change.GREETED): Phase.OPEN,
    (Phase.GREETING, Change.WAITED): Phase.OPEN,
    (Phase.GREETING, Change.SILENCE): Phase.SILENT,
    (Phase.GREETING, Change.PATHS_GONE): Phase.NO_PATH,
    (Phase.OPEN, Change.SESSION): Phase.OPEN,
    (Phase.OPEN, Change.PATH_TRIED): Phase.SILENT,
    (Phase.OPEN, Change.PATH_TAKEN): Phase.GREETING,
    (Phase.OPEN, Change.HEARD): Phase.OPEN,
    (Phase.OPEN, Change.GREETED): Phase.OPEN,
    (Phase.OPEN, Change.SILENCE): Phase.SILENT,
    (Phase.OPEN, Change.PATHS_GONE): Phase.NO_PATH,
    (Phase.SILENT, Change.SESSION): Phase.GREETING,
    (Phase.SILENT, Change.PATH_TRIED): Phase.SILENT,
    (Phase.SILENT, Change.PATH_TAKEN): Phase.GREETING,
    (Phase.SILENT, Change.HEARD): Phase.GREETING,
    (Phase.SILENT, Change.GREETED): Phase.OPEN,
    (Phase.SILENT, Change.SILENCE): Phase.SILENT,
    (Phase.SILENT, Change.PATHS_GONE): Phase.NO_PATH,
}


def next_phase(phase: Phase, change: Change) -> Phase:
    """Return the phase that follows.

    Raises: UsageError when the table knows no such pair.
    """
    try:
        return TRANSITIONS[phase, change]
    except KeyError:
        raise UsageError(
            f"{change} cannot happen to a link in {phase}", code="link.phase.impossible"
        ) from None
