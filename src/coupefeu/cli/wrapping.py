"""Sentences folded for a terminal; names in them may come from a stranger's file, so nothing in them can steer it."""

import textwrap
from collections.abc import Sequence
from typing import Final

WIDTH: Final = 80
_KEPT_TOGETHER: Final = "\u00a0\u202f"
"""Blanks at which no line ends: before a colon in French, say."""
_BAR: Final = "| "
"""Before what an author wrote: it is left as it is."""


def bullets(sentences: Sequence[str]) -> list[str]:
    """Give each sentence behind a mark of its own."""
    return [line for sentence in sentences for line in wrap(sentence, "- ")]


def wrap(text: str, mark: str) -> list[str]:
    """Fold a sentence behind a mark, or as deep as it stands; what cannot be printed is named by its code."""
    if text.lstrip(" ").startswith(_BAR) and text.startswith(" "):
        return [text]
    plain = "".join(
        each if each.isprintable() or each in _KEPT_TOGETHER else f"\\u{ord(each):04x}" for each in text
    )
    indent = " " * (len(plain) - len(plain.lstrip(" ")))
    return textwrap.wrap(
        plain.strip(" "),
        WIDTH,
        initial_indent=indent + mark,
        subsequent_indent=indent + " " * len(mark),
        break_on_hyphens=False,
    )
