"""What an entry says that is no message and no act about one, as a page is given it."""

from coupefeu.console.record_values import SaidValues
from coupefeu.model.entry import Head
from coupefeu.services.said import said_in


def says_of(head: Head, body: bytes, parties: tuple[str, ...]) -> tuple[SaidValues, ...]:
    """Give codes and values; the page puts them into words."""
    return tuple(SaidValues(code=code, value=value) for code, value in said_in(head, body, parties))
