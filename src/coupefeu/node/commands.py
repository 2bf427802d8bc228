"""The commands that may come over the control socket, by name; fields as JSON, checked against their types."""

from typing import Any, Final

import msgspec

from coupefeu.errors import PeerError
from coupefeu.services.agreement import AgreementService
from coupefeu.services.arranged import ArrangedService
from coupefeu.services.base import Command
from coupefeu.services.calls.commands import OFFICER_COMMANDS as CALLS
from coupefeu.services.communique import CommuniqueService
from coupefeu.services.erasures.facts import EraseContent
from coupefeu.services.incidents import IncidentsService
from coupefeu.services.line_state import LineStateService
from coupefeu.services.messages.commands import COMMANDS
from coupefeu.services.notices import NoticesService
from coupefeu.services.passing import PassingService
from coupefeu.services.persons import PersonsService
from coupefeu.services.presence import PresenceService
from coupefeu.services.watch import WatchService

_BY_NAME: Final[dict[str, type[Command]]] = {
    command.__name__: command
    for command in (
        *COMMANDS,
        *AgreementService.commands,
        *WatchService.commands,
        *CommuniqueService.commands,
        *CALLS,
        *ArrangedService.commands,
        *NoticesService.commands,
        *PersonsService.commands,
        *PresenceService.commands,
        *PassingService.commands,
        *LineStateService.commands,
        *IncidentsService.commands,
        EraseContent,
    )
}


def encode_command(command: Command) -> dict[str, Any]:
    """Give a command as JSON has it."""
    return {"command": type(command).__name__, "fields": msgspec.to_builtins(command)}


def decode_command(name: str, fields: Any) -> Command:
    """Read a command. Raises: PeerError: no such command, or a field of another type (named)."""
    kind = _BY_NAME.get(name)
    if kind is None:
        raise PeerError(
            f"there is no command {name!r}",
            code="node.commands.unknown",
            hint=f"There are: {', '.join(_BY_NAME)}.",
        )
    try:
        return msgspec.convert(fields, kind)
    except msgspec.ValidationError as error:
        raise PeerError(
            f"{name}: {error}",
            code="node.commands.field",
            hint="See docs/spec/control.md for the fields.",
        ) from error
