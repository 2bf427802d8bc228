"""An officer at one notice, or before there is one: what acts and looks share."""

from pathlib import Path
from typing import Any

from coupefeu.cli.inbox import fold
from coupefeu.cli.notice_words import notice_lines
from coupefeu.cli.officer import desk_of, language_of, open_folder, with_node
from coupefeu.cli.printing import Language, report
from coupefeu.model.messages import parse_number
from coupefeu.node.node import Node
from coupefeu.node.notice_values import notice_values
from coupefeu.services.base import Command
from coupefeu.services.notices.status import NoticeView
from coupefeu.words import say


class NoticeOfficer:
    """Finds a notice, has acts recorded, and prints how it stands."""

    def __init__(self, node: Path, language: Language | None, number: str | None = None) -> None:
        self.folder = open_folder(node)
        self.language = language_of(self.folder, language)
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
        said = [*(lines or []), *notice_lines(self.found, self.language)]
        shown = (values or {}) | {"notice": notice_values(self.found)}
        report(self.folder.banner(), fold(said), shown, as_json=as_json)

    def _find(self, number: str) -> NoticeView:
        entry = parse_number(number, self.folder.agreement.party_ids)
        with desk_of(self.folder) as desk:
            return desk.notices.get(entry)
