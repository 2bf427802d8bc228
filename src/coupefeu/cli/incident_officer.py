"""An officer at one incident, or before there is one: what acts and looks share."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from coupefeu.cli.inbox import fold
from coupefeu.cli.incident_words import incident_lines
from coupefeu.cli.officer import desk_of, language_of, open_folder, with_node
from coupefeu.cli.printing import Language, report
from coupefeu.model.messages import MessageId, parse_number
from coupefeu.node.incident_values import incident_values
from coupefeu.node.node import Node
from coupefeu.services.base import Command
from coupefeu.services.incidents.status import IncidentView
from coupefeu.services.incidents.typed import read_coming, read_past
from coupefeu.words import say

IncidentArgument = Annotated[
    str, typer.Argument(help="Number of the incident, or of any entry about it: US/12.")
]
FromPostOption = Annotated[
    str | None, typer.Option("--from-post", help="Our post that acts; our duty desk if not given.")
]
WordsOption = Annotated[str, typer.Option("--words", help="What is said, at most 1,000 characters.")]


class IncidentOfficer:
    """Finds an incident, has acts recorded, and prints how it stands."""

    def __init__(self, node: Path, language: Language | None, number: str | None = None) -> None:
        self.folder = open_folder(node)
        self.language = language_of(self.folder, language)
        self._found = None if number is None else self._find(self.entry(number))

    @property
    def found(self) -> IncidentView:
        """The incident, as it was when it was looked at last."""
        assert self._found is not None
        return self._found

    @property
    def parties(self) -> tuple[str, ...]:
        """The parties of the line."""
        return self.folder.agreement.party_ids

    @property
    def now_ms(self) -> int:
        """The time on this line."""
        with desk_of(self.folder) as desk:
            return desk.context().now.utc_ms

    def past(self, field: str, text: str | None) -> int | None:
        """Read when something was; None: not given. Raises: UsageError."""
        return None if text is None else read_past(field, text, self.now_ms)

    def coming(self, field: str, text: str | None) -> int | None:
        """Read when something will be; None: not given. Raises: UsageError."""
        return None if text is None else read_coming(field, text, self.now_ms)

    def entry(self, number: str) -> MessageId:
        """Read the number of an entry. Raises: UsageError: it is none."""
        return parse_number(number, self.parties)

    def post(self, named: str | None) -> str:
        """Give the post that acts: the one named, else our duty desk."""
        return (named or self.folder.agreement.party(self.folder.party).duty_desk).lower()

    def record(self, command: Command) -> list[tuple[MessageId, str]]:
        """Have it recorded; gives each entry and its number. Raises: UsageError, PolicyError: refused."""

        async def do(node: "Node") -> list[tuple[MessageId, str]]:
            return [(sent.id, sent.number) for sent in await node.act(command)]

        return with_node(self.folder, do)

    def act(self, command: Command, *, as_json: bool) -> None:
        """Have it recorded, and print how the incident stands now. Raises: UsageError, PolicyError: refused."""
        recorded = self.record(command)
        self.show(recorded, [], as_json=as_json)

    def show(self, recorded: list[tuple[MessageId, str]], lines: list[str], *, as_json: bool) -> None:
        """Print how the incident stands that the first of these entries is about, behind what was done."""
        self._found = self._find(recorded[0][0])
        numbers = [number for _, number in recorded]
        said = [say("recorded-as", self.language, number=", ".join(numbers)), *lines, ""]
        self.report(said, {"recorded": numbers}, as_json=as_json)

    def report(
        self, lines: list[str] | None = None, values: dict[str, Any] | None = None, *, as_json: bool
    ) -> None:
        """Print how it stands, behind what was done."""
        said = [*(lines or []), *incident_lines(self.found, self.parties, self.language)]
        shown = (values or {}) | {"incident": msgspec.to_builtins(incident_values(self.found, self.parties))}
        report(self.folder.banner(), fold(said), shown, as_json=as_json)

    def _find(self, entry: MessageId) -> IncidentView:
        with desk_of(self.folder) as desk:
            return desk.incidents.get(entry)
