"""What the page of arranged calls is given; one of them is `node.arranging.values.ArrangementValues`."""

from dataclasses import dataclass

from coupefeu.node.arranging.values import ArrangementValues


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrangedPair:
    """Two posts that the agreement pairs and that are no duty desks: they may arrange a call."""

    our_post: str
    their_post: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrangedPage:
    """The newest arranged calls of each side, what changed last first; `truncated`: there may be older ones.

    `answer_s`: the agreed time for an answer. `words_apart`: words are erased on this line, and go as a message.
    """

    rows: tuple[ArrangementValues, ...]
    pairs: tuple[ArrangedPair, ...]
    answer_s: int
    words_apart: bool
    as_of_ms: int
    truncated: bool
