"""The text that is sent: ours, or an officer's file cut into messages, and what of it is to be read back."""

from typing import Final

from coupefeu.errors import UsageError
from coupefeu.model.entry import MAX_BODY_BYTES
from coupefeu.services.messages.display import find_untypable

OUR_TEXT: Final = """\
Our transport aircraft, on its way between two of our airfields, has lost its way in bad weather
and entered your airspace 40 kilometres north of the agreed corridor.
It is alone, unarmed, and turning back now. Please do not fire on it.
"""
PART_BYTES: Final = MAX_BODY_BYTES - 1_024


def split_text(text: str) -> list[str]:
    """Cut a text into parts that a message can hold, at ends of lines where possible; joined they are the text.

    Raises: UsageError: there is nothing to send.
    """
    if not text:
        raise UsageError("the message is empty", code="node.demo.empty", hint="give a file with some text")
    parts, part, used = [], "", 0
    for line in text.splitlines(keepends=True):
        for piece in _pieces(line):
            length = len(piece.encode())
            if used + length > PART_BYTES:
                parts.append(part)
                part, used = "", 0
            part, used = part + piece, used + length
    return [*parts, part]


def _pieces(line: str) -> list[str]:
    step = PART_BYTES // 4
    return [line[at : at + step] for at in range(0, len(line), step)]


def choose_critical(text: str) -> tuple[str, ...]:
    """Mark what a careful sender would have read back: the words that hold digits, or else the first words."""
    words = [word.strip(".,;:!?()\"'") for word in text.split()]
    digits = [word for word in words if any(map(str.isdecimal, word))][:4]
    for chosen in (digits, [" ".join(text.split("\n", 1)[0].split(" ")[:4]).strip()]):
        plain = tuple(
            dict.fromkeys(word for word in chosen if 0 < len(word) <= 100 and not find_untypable(word))
        )
        if plain:
            return plain
    return ()
