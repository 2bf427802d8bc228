"""An officer at one notice, or before there is one: what acts and looks share."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from coupefeu.cli.inbox import fold
from coupefeu.cli.notice_words import notice_lines
from coupefeu.cli.officer import desk_of, language_of, open_folder, with_node
from coupefeu.cli.printing import Language, report
from coupefeu.model.messages import parse_number
from coupefeu.node.node import Node
from coupefeu.node.notice_values import notice_values
from coupefeu.node.places.gazetteer import Gazetteer
from coupefeu.node.places.restating import Restated, restate
from coupefeu.services.base import Command
from coupefeu.services.notices.facts import NoticeFact
from coupefeu.services.notices.positions import key_positions
from coupefeu.services.notices.status import NoticeView
from coupefeu.words import say


class NoticeOfficer:
    """Finds a notice, has acts recorded, and prints how it stands."""

    def __init__(self, node: Path, language: Language | None, number: str | None = None) -> None:
        self.folder = open_folder(node)
        self.language = language_of(self.folder, language)
        self._now_ms = 0
        self._found = None if number is None else self._find(number)

    @property
    def found(self) -> NoticeView:
        """The notice, as it was when it was looked at last."""
        assert self._found is not None
        return self._found

    @property
    def written_language(self) -> str:
        """In which positions are typed: our party's, by which the other side judges a read-back."""
        return self.folder.agreement.party(self.folder.party).language

    def post(self, named: str | None) -> str:
        """Give the post that acts: the one named, else our duty desk."""
        return (named or self.folder.agreement.party(self.folder.party).duty_desk).lower()

    def act(self, command: Command, *, as_json: bool) -> None:
        """Have it recorded, and print how the notice stands now. Raises: UsageError, PolicyError: refused."""

        async def do(node: "Node") -> list[str]:
            return [sent.number for sent in await node.act(command)]

        recorded = with_node(self.folder, do)
        self._found = self._find(recorded[0])
        lines = [say("recorded-as", self.language, number=", ".join(recorded)), ""]
        self.report(lines, {"recorded": recorded}, as_json=as_json)

    def report(
        self, lines: list[str] | None = None, values: dict[str, Any] | None = None, *, as_json: bool
    ) -> None:
        """Print how it stands, behind what was done."""
        restated = restate_all(self.found.fact, Gazetteer.of(self.folder.path), self.language)
        said = [
            *(lines or []),
            *notice_lines(self.found, self._now_ms, self.language),
            *position_lines(restated, self.language),
        ]
        positions = [asdict(each) for each in restated]
        shown = (values or {}) | {"notice": notice_values(self.found), "positions": positions}
        report(self.folder.banner(), fold(said), shown, as_json=as_json)

    def _find(self, number: str) -> NoticeView:
        entry = parse_number(number, self.folder.agreement.party_ids)
        with desk_of(self.folder) as desk:
            self._now_ms = desk.context().now.utc_ms
            return desk.notices.get(entry)


def restate_all(fact: NoticeFact | None, gazetteer: Gazetteer, language: str) -> list[Restated]:
    """State the positions that are read back, in their order, in both notations and from where people know."""
    if fact is None:
        return []
    return [restate(position, gazetteer, language) for position in key_positions(fact.volumes)]


def position_lines(restated: Sequence[Restated], language: str) -> list[str]:
    """Write them with their numbers, by which a read-back names them."""
    if not restated:
        return []
    lines = (f"   {number}. {each.words(language)}" for number, each in enumerate(restated, 1))
    return ["", say("places-restated", language), *lines]
