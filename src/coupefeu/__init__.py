"""Coupe-feu: a line between parties that do not trust one another and must not collide by accident.

What a program needs stands here; `coupefeu.Node.open` is where it begins. A name is loaded when it is first used,
so that a command starts without what it does not need.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from coupefeu.errors import CoupefeuError
    from coupefeu.model.messages import Channel, Content, Form, Operative, OutcomeCode
    from coupefeu.model.precedence import Precedence, Subject
    from coupefeu.node.node import LineTo, Node, Receipt, Sent
    from coupefeu.services.messages.rules import (
        ConfirmContact,
        GiveOutcome,
        PassTo,
        Read,
        ReadBack,
        Say,
        SayAgain,
        Take,
    )
    from coupefeu.services.messages.status import MessageStatus

__all__ = [
    "Channel", "ConfirmContact", "Content", "CoupefeuError", "Form", "GiveOutcome", "LineTo", "MessageStatus", "Node",
    "Operative", "OutcomeCode", "PassTo", "Precedence", "Read", "ReadBack", "Receipt", "Say", "SayAgain", "Sent",
    "Subject", "Take",
]  # fmt: skip

_MODULES: Final = (
    "coupefeu.errors",
    "coupefeu.model.messages",
    "coupefeu.model.precedence",
    "coupefeu.services.messages.rules",
    "coupefeu.services.messages.status",
    "coupefeu.node.node",
)
"""Where the names come from, the lightest first."""


def __getattr__(name: str) -> Any:
    if name in __all__:
        for module in map(import_module, _MODULES):
            if hasattr(module, name):
                return getattr(module, name)
    raise AttributeError(f"module 'coupefeu' has no attribute {name!r}")
