"""Calls on a terminal that follows the line: what rings and how to answer it, how each goes on, a flood in one line.

An attempt of the other side is printed when it rings, so that those that never ring print nothing; their number does.
"""

import contextlib
from pathlib import Path
from typing import Any, Final

from coupefeu.cli.call_words import summary_lines
from coupefeu.errors import UsageError
from coupefeu.model.calls import CallState
from coupefeu.model.entry import Kind
from coupefeu.model.instant import format_date_time_group
from coupefeu.node.calling.values import call_values
from coupefeu.node.following import EntrySeen
from coupefeu.node.node import Node
from coupefeu.services.calls.facts import KINDS
from coupefeu.services.calls.status import CallView
from coupefeu.services.messages.display import show_line
from coupefeu.services.messages.render import BAR
from coupefeu.words import say

News = tuple[list[str], dict[str, Any]]
"""Lines for people, and the same as a value."""
FLOOD_AGAIN_MS: Final = 60_000
"""So seldom a flood that goes on is printed."""


class CallsSeen:
    """What was printed of calls; `rang`: those that were shown as they rang, since it was last emptied."""

    def __init__(self, folder: Path, language: str) -> None:
        self._folder = folder
        self._language = language
        self._floods: dict[str, tuple[int, int]] = {}
        """By party: how many were printed, and when."""
        self.rang: list[str] = []

    def heed(self, node: Node, event: EntrySeen) -> News | None:
        """Give what an entry about a call changes; None: it is about none, or about many."""
        if event.kind not in KINDS:
            return None
        with contextlib.suppress(UsageError):  # whatever the other side names may not be here
            if event.kind == Kind.CALL_PLACED:
                view = node.call(event.number).view()
                return self.news(view) if view.ours else ([], {"what": "call", "call": call_values(view)})
            return self.news(node.call(event.about[0]).view()) if len(event.about) in {1, 2} else None
        return None

    def news(self, view: CallView) -> News:
        """Give how a call stands, and what one may do about it while it rings here."""
        lines = summary_lines(view, self._language)
        if view.state is CallState.RINGING and not view.ours:
            self.rang.append(view.number)
            lines += [f"{BAR}{show_line(view.words)}"] if view.words else []
            lines += self._to_act(view.number)
        return ["", *lines], {"what": "call", "call": call_values(view)}

    def flood_news(self, floods: list[dict[str, Any]], as_of_ms: int, limit: int) -> list[News]:
        """Give one line for each party whose calls do not ring, for there are too many: at once, then each minute."""
        news = []
        for flood in floods:
            printed, at_ms = self._floods.get(flood["party"], (0, 0))
            if printed != flood["count"] and as_of_ms - at_ms >= FLOOD_AGAIN_MS:
                self._floods[flood["party"]] = flood["count"], as_of_ms
                news.append(([flood_words(flood, limit, self._language)], {"what": "flood", **flood}))
        return news

    def _to_act(self, number: str) -> list[str]:
        node = f"{number} --node {self._folder}"
        return [
            say("calls-text-to-answer", self._language, command=f"coupefeu answer {node}"),
            say("calls-text-to-decline", self._language, command=f"coupefeu decline {node} --reason not-now"),
        ]


def flood_words(flood: dict[str, Any], limit: int, language: str) -> str:
    """Say how many calls of a party did not ring."""
    time = format_date_time_group(flood["last_ms"])
    party = flood["party"].upper()
    return say("calls-text-flood", language, party=party, count=flood["count"], time=time, limit=limit)
