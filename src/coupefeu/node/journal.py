"""The node's log: what the machine did, as JSON lines in FOLDER/node.log, so that an operator can see it afterwards.

    {"at": "2022-03-24T03:12:05.123456Z", "what": "line", "party": "ru", "up": false, "alive": false}
    {"at": ..., "what": "defect", "incident": "5f1c09ab", "error": "KeyError", "trace": "..."}

What was said stands on the record and is not repeated here; neither contents nor keys are ever written. An officer who
meets a defect sees its `incident`, the same as here.
"""

import contextlib
import logging
import os
import secrets
import traceback
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, Final

import structlog

from coupefeu.errors import StoreError
from coupefeu.keys.files import SECRET_MODE
from coupefeu.model.logs import party_of
from coupefeu.node.events import (
    Change,
    LineChanged,
    Recovering,
    StaffingChanged,
    TermsChanged,
    Trouble,
)

MAX_FILE_BYTES: Final = 4 << 20
OLD_FILES: Final = 3


class _File(RotatingFileHandler):
    def _open(self) -> TextIOWrapper:
        """Open each file, the first and those after it, for its owner alone."""
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT, SECRET_MODE)
        return os.fdopen(descriptor, "a", encoding=self.encoding)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Go on without the line: a full disk is told by the record itself."""


class Journal:
    """The log of one running node; a log that cannot be written never stops the line."""

    def __init__(self, path: Path, names: tuple[str, ...]) -> None:
        self._names = names
        self._file = path.name
        self._handler = _File(
            path, maxBytes=MAX_FILE_BYTES, backupCount=OLD_FILES, encoding="utf-8", delay=True
        )
        with contextlib.suppress(OSError):
            path.touch(mode=SECRET_MODE)
        logger = logging.Logger(str(path))  # noqa: LOG001 - a library leaves its caller's logging alone
        logger.addHandler(self._handler)
        self._log = structlog.wrap_logger(
            logger,
            processors=[
                structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
                structlog.processors.EventRenamer("what"),
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )

    def note(self, what: str, **fields: Any) -> None:
        """Write one line: what happened, with ids, sizes and codes."""
        self._log.info(what, **fields)

    def hear(self, change: Change) -> None:
        """Note a change of the line, and trouble."""
        match change:
            case LineChanged(party=party, up=up, alive=alive):
                self.note("line", party=self._names[party], up=up, alive=alive)
            case Trouble(party=log, code=code, detail=detail):
                name = None if log is None else party_of(log, self._names)
                self.note("trouble", party=name, code=code, detail=detail)
            case TermsChanged(version=version, says=says):
                self.note("terms", version=version, detail=says)
            case Recovering(reason=reason, stage=stage):
                self.note("recovering" if reason else "recovered", **({"stage": stage} if reason else {}))
            case StaffingChanged(unstaffed=unstaffed):
                self.note("staffing", unstaffed={each.post: each.cause.value for each in unstaffed})
            case _:
                pass

    def defect(self, error: BaseException) -> StoreError:
        """Note an error that nobody foresaw; gives what the officer is told, with the same incident."""
        incident = secrets.token_hex(4)
        trace = "".join(
            traceback.format_tb(error.__traceback__)
        )  # without the message: it may quote contents
        self.note("defect", incident=incident, error=type(error).__name__, trace=trace)
        told = StoreError(
            f"the node failed: {type(error).__name__}, incident {incident}",
            code="node.journal.defect",
            hint=f"Nothing was acknowledged. Report this defect; {self._file} has incident {incident}.",
        )
        told.__cause__ = error
        return told

    def close(self) -> None:
        """Close the file."""
        with contextlib.suppress(OSError):
            self._handler.close()
