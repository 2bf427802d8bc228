"""What a browser or program reads when something is refused: one table from kinds to statuses, one shape of body.

    {"error": {"kind": "PolicyError", "code": "...", "message": "...", "hint": "...", "id": "5f1c09ab"}}

`id` stands in node.log too, beside code, status and route. A defect is told by its incident, never by its trace.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from litestar.exceptions import (
    ClientException,
    HTTPException,
    MethodNotAllowedException,
    NotFoundException,
    ValidationException,
)
from litestar.openapi.datastructures import ResponseSpec

from coupefeu.errors import (
    BearerError,
    ConfigError,
    CoupefeuError,
    PeerError,
    PolicyError,
    StoreError,
    UsageError,
    VerificationError,
)
from coupefeu.node.control import describe
from coupefeu.node.journal import Journal


class NotSignedInError(UsageError):
    """No session stands behind the request."""


class LockedError(UsageError):
    """The session is locked; its passkey opens it."""


class ReadsError(UsageError):
    """The session only reads."""


class ForeignError(UsageError):
    """A page or program of another origin asks."""


class MisdirectedError(UsageError):
    """The request names a host that this console is not."""


class AbsentError(UsageError):
    """What is asked for is not here."""


class WrongMethodError(UsageError):
    """The route takes other methods."""


class TooSlowError(UsageError):
    """The request stopped in the middle."""


class TooLargeError(UsageError):
    """The request has more bytes than are taken."""


class WrongTypeError(UsageError):
    """The body is not JSON."""


class TooManyError(UsageError):
    """More of something than this console bears."""


STATUSES: Final[Mapping[type[CoupefeuError], int]] = {
    NotSignedInError: 401,
    ForeignError: 403,
    ReadsError: 403,
    LockedError: 423,
    AbsentError: 404,
    WrongMethodError: 405,
    TooSlowError: 408,
    TooLargeError: 413,
    WrongTypeError: 415,
    MisdirectedError: 421,
    TooManyError: 429,
    UsageError: 400,
    PeerError: 400,
    PolicyError: 409,
    VerificationError: 422,
    BearerError: 502,
    StoreError: 503,
    ConfigError: 503,
    CoupefeuError: 500,
}
"""One status for each kind; a kind that is not here has that of the kind it descends from."""

ABSENT_CODES: Final = frozenset(
    {
        "node.desk.no_message",
        "node.desk.no_call",
        "node.desk.no_attachment",
        "node.desk.attachment_absent",
        "services.arranged.unknown_arrangement",
        "services.incidents.unknown_incident",
        "services.notices.unknown_notice",
        "store.reader.no_entry",
    }
)
"""What the rooms below call a misuse is, on this side, a thing that is not here."""
DEFECT: Final = "node.journal.defect"
DEFECT_STATUS: Final = 500
NOTES_A_MINUTE: Final = 60
"""Refusals noted in node.log; a stranger who is refused again and again must not push out what else stands there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorBody:
    """What happened (`kind`, stable `code`, `message`) and what to do (`hint`); `id` finds it in node.log."""

    kind: str
    code: str
    message: str
    hint: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorValues:
    """The body of every answer that refuses."""

    error: ErrorBody


def status_of(error: CoupefeuError) -> int:
    """Give the HTTP status of an error."""
    if error.code == DEFECT:
        return DEFECT_STATUS
    if error.code in ABSENT_CODES:
        return STATUSES[AbsentError]
    return next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)


def refuses(*errors: CoupefeuError) -> dict[int, ResponseSpec]:
    """Say in a route's `responses` what it may refuse.

    Each error is written as it is raised, with its code and its sentence; the code may end in `.*` for a family:
    `responses=refuses(AbsentError("There is no such message.", code="node.desk.no_message"))`.
    """
    by_status: dict[int, list[str]] = {}
    for error in errors:
        by_status.setdefault(status_of(error), []).append(f"`{error.code}`: {error.message}")
    return {
        status: ResponseSpec(ErrorValues, generate_examples=False, description="\n\n".join(lines))
        for status, lines in by_status.items()
    }


class Teller:
    """Gives each error its status and body, and notes it in node.log under the same id."""

    def __init__(self, journal: Journal, now_s: Callable[[], float]) -> None:
        self._journal = journal
        self._now_s = now_s
        self._minute_began_s = 0.0
        self._noted = 0

    def tell(self, error: Exception, *, method: str, route: str) -> tuple[int, ErrorValues]:
        """Give (status, body); `route` is the pattern, never what was typed into it."""
        told = translate(error)
        if told is None:
            defect = self._journal.defect(error)
            return DEFECT_STATUS, _body(defect, defect.message.rpartition(" ")[2])
        status, number = status_of(told), secrets.token_hex(4)
        self._note(id=number, status=status, code=told.code, method=method, route=route)
        return status, _body(told, number)

    def _note(self, **fields: Any) -> None:
        now_s = self._now_s()
        if now_s - self._minute_began_s >= 60:
            self._minute_began_s, self._noted = now_s, 0
        self._noted += 1
        if self._noted < NOTES_A_MINUTE:
            self._journal.note("console-refused", **fields)
        elif self._noted == NOTES_A_MINUTE:
            self._journal.note("console-refused", more="not noted for the rest of this minute")


def translate(error: Exception) -> CoupefeuError | None:
    """Say an error of the web framework as ours; None: nobody foresaw it."""
    if isinstance(error, CoupefeuError):
        return error
    if isinstance(error, HTTPException) and error.status_code == STATUSES[TooLargeError]:
        return too_large()
    return next((say(error) for kind, say in _FRAMEWORK if isinstance(error, kind)), None)


def too_large() -> TooLargeError:
    """Say that a body is larger than its route takes."""
    return TooLargeError(
        "the request has more bytes than this route takes",
        code="console.request.too_large",
        hint="Send less at once.",
    )


def _absent(_error: Exception) -> CoupefeuError:
    return AbsentError("there is nothing here", code="console.route.absent", hint=_SEE)


def _wrong_method(_error: Exception) -> CoupefeuError:
    return WrongMethodError("this route takes another method", code="console.route.method", hint=_SEE)


def _invalid(error: Exception) -> CoupefeuError:
    says = f"the request does not fit: {_fields_of(error)}"
    return UsageError(says, code="console.request.invalid", hint=_SEE)


def _malformed(_error: Exception) -> CoupefeuError:
    says = "the body is not the JSON that this route takes"
    return UsageError(says, code="console.request.malformed", hint=_SEE)


_SEE: Final = "/api/openapi.json says what there is and what each route takes."
_FRAMEWORK: Final[tuple[tuple[type[Exception], Callable[[Exception], CoupefeuError]], ...]] = (
    (NotFoundException, _absent),
    (MethodNotAllowedException, _wrong_method),
    (ValidationException, _invalid),
    (ClientException, _malformed),
    (RecursionError, _malformed),  # brackets in brackets, by the thousand: nothing of ours nests so deep
)
"""What the framework raises, narrowest first."""


def _fields_of(error: Exception) -> str:
    """Name the fields and what is wrong with each; never the value."""
    extra = getattr(error, "extra", None)
    rows = [row for row in extra if isinstance(row, dict)] if isinstance(extra, list) else []
    named = [f"{row.get('key', 'body')}: {row.get('message', '')}" for row in rows]
    return "; ".join(named[:8]) or "a field is missing, or of another type"


def _body(error: CoupefeuError, number: str) -> ErrorValues:
    return ErrorValues(error=ErrorBody(**describe(error), id=number))
