"""What an entry says that is no message and no act about one, as a page is given it."""

from coupefeu.console.record_values import SaidValues
from coupefeu.model.entry import Head
from coupefeu.services.said import said_in
from coupefeu.services.said_presence import said_in_note


def says_of(head: Head, body: bytes, parties: tuple[str, ...], note: bytes = b"") -> tuple[SaidValues, ...]:
    """Give codes and values; the page puts them into words. `note`: what a note of ours says, where that is here."""
    said = (*said_in(head, body, parties), *said_in_note(note, parties))
    return tuple(SaidValues(code=code, value=value) for code, value in said)
