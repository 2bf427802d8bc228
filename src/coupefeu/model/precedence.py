"""Precedence and subject: two orderings of urgency and matter that are never mixed."""

from enum import IntEnum, StrEnum


class Precedence(IntEnum):
    """How fast a message is handled; the smaller goes first."""

    FLASH = 0
    IMMEDIATE = 1
    PRIORITY = 2
    ROUTINE = 3


class Subject(StrEnum):
    """What a message is about, kept apart so that protests never drown safety."""

    SAFETY = "SAFETY"
    NOTICE = "NOTICE"
    CLARIFICATION = "CLARIFICATION"
    PROTEST = "PROTEST"
    SERVICE = "SERVICE"
