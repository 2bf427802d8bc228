"""What calls are held with; numbers are those of the wire (docs/spec/calls.md, docs/spec/arranged.md)."""

from enum import IntEnum


class Media(IntEnum):
    """What is wished for: text alone, a voice, or a picture too."""

    TEXT = 0
    VOICE = 1
    VIDEO = 2
