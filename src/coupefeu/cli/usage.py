"""How `--help` names the values that a command takes: MESSAGE, PATH, NUMBER, en|fr|ru; and all the lines in full."""

from enum import Enum
from pathlib import Path
from typing import Any, get_args

NAMES = {Path: "PATH", int: "NUMBER", float: "NUMBER"}
SHORT = 24
"""Choices up to this width stand beside their option; longer ones at the end of its sentence."""


def name_values(command: Any) -> Any:
    """Name the values of a command and of those below it, and let their lists say whole sentences; gives it back."""
    for parameter in command.params:
        _name_value(parameter)
    for sub in getattr(command, "commands", {}).values():
        sub.short_help = " ".join((sub.help or "").split())
        name_values(sub)
    return command


def choices(parameter: Any) -> tuple[str, ...]:
    """List the values that a parameter can have; none: it is free."""
    kind = _kind(parameter)
    return tuple(str(each.value) for each in kind) if issubclass(kind, Enum) else ()


def value_name(parameter: Any) -> str:
    """Name the kind of value."""
    return NAMES.get(_kind(parameter), "TEXT")


def _kind(parameter: Any) -> Any:
    annotation = parameter.type_descriptor.annotation
    return next(iter(get_args(annotation)), annotation)


def _name_value(parameter: Any) -> None:
    if parameter.param_type_name == "argument":
        kind = f"<{'|'.join(choices(parameter))}>" if choices(parameter) else ""
        parameter.display_type_rich = lambda ctx: kind  # noqa: ARG005 - else the help says <list[Path]>
    if parameter.metavar is not None or getattr(parameter, "is_flag", False):
        return
    known, name = choices(parameter), parameter.name.upper().replace("_", "-")
    if parameter.param_type_name == "argument":
        parameter.metavar = name
    elif len("|".join(known)) <= SHORT:
        parameter.metavar = "|".join(known) or value_name(parameter)
    else:
        parameter.metavar = name
        parameter.help = f"{parameter.help} One of: {', '.join(known)}."
