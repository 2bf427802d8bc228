"""How the other side would read a message, before it is sent: judged and shown alike; nothing is recorded."""

from dataclasses import replace
from typing import Final

from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from coupefeu.console.acting import one_of, say_command
from coupefeu.console.desk import ConsoleDesk
from coupefeu.console.errors import refuses
from coupefeu.console.requests import SayRequest
from coupefeu.console.sessions import Session
from coupefeu.errors import PolicyError, UsageError
from coupefeu.model.messages import Form, parse_number
from coupefeu.node.desk import Desk
from coupefeu.node.draft import what_about
from coupefeu.node.values import MessageValues, message_values
from coupefeu.services.messages.commands import Say
from coupefeu.services.messages.display import show_line
from coupefeu.services.messages.foreseen import foresee
from coupefeu.services.messages.rules import needs
from coupefeu.services.messages.status import MessageStatus


@post(
    "/api/messages/preview",
    status_code=200,
    responses=refuses(
        UsageError("a field is missing, or not as its form has it", code="services.messages.*"),
        PolicyError("the agreed rules refuse it", code="services.messages.*"),
        UsageError("what was written does not fit", code="node.draft.*"),
    ),
)
async def preview(
    data: JSONBody[SayRequest], desk: NamedDependency[ConsoleDesk], session: NamedDependency[Session]
) -> MessageValues:
    """Give the message that `POST /api/messages` would send, without a number; refused as that would be."""
    about = None if data.about is None else parse_number(data.about, desk.folder.agreement.party_ids)
    form = one_of(Form, data.form, "form")
    earlier, beside = await desk.read(lambda look: what_about(look, about, form))
    command = say_command(desk.folder, data, session, earlier, beside)
    if not isinstance(command, Say):
        raise UsageError(
            "a line test has one text that both sides know",
            code="console.preview.line_test",
            hint="Nothing of it needs to be looked at before it is sent.",
        )
    status = await desk.read(lambda look: _foreseen(look, command))
    return replace(message_values(status, show_line), number="")


def _foreseen(look: Desk, command: Say) -> MessageStatus:
    known = [look.reader.view(*statement) for statement in needs(command)]
    return foresee(command, known, look.context())


PREVIEW_ROUTES: Final = (preview,)
