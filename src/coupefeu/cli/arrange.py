"""`coupefeu arrange`: two principals agree on a time to speak. To ring a desk now is another thing: `coupefeu call`.

coupefeu arrange propose ru.minister --node us --for us.secretary --time "241500Z MAR 22/1600Z" --time 1800Z/1h
coupefeu arrange counter US/12 --node ru --time "250900Z MAR 22/1000Z"
coupefeu arrange agree US/12 --node us --time 1
coupefeu arrange write US/12 "We still wish to speak." --node us
"""

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from coupefeu.cli.acts import OfficerOption
from coupefeu.cli.arrange_words import arrangement_lines, summary_lines
from coupefeu.cli.inbox import fold
from coupefeu.cli.officer import act, desk_of, language_of, open_folder
from coupefeu.cli.printing import JsonOption, Language, LanguageOption, NodeOption, report
from coupefeu.errors import UsageError
from coupefeu.model.calls import Media
from coupefeu.model.duration import parse_duration_s
from coupefeu.model.messages import MessageId, format_number, parse_number
from coupefeu.node.arranging.looking import Arrangement, find_arrangement, list_arrangements
from coupefeu.node.arranging.saying import act_about, fallback, their_post
from coupefeu.node.arranging.values import arrangement_values
from coupefeu.node.reach import reach_node
from coupefeu.services.arranged.commands import (
    AgreeToCall,
    ArrangeCommand,
    CounterProposal,
    DelegateCall,
    ProposeCall,
    RefuseCall,
    WithdrawProposal,
)
from coupefeu.services.arranged.facts import RefusalReason
from coupefeu.services.arranged.times import parse_window
from coupefeu.words import say

NumberArgument = Annotated[str, typer.Argument(help="Number of the proposal, or of any act about it: US/12.")]
TimeOption = Annotated[
    list[str] | None,
    typer.Option(
        "--time", help='From when to when, UTC: "241500Z MAR 22/1600Z" or "1500Z/1h"; five at most.'
    ),
]
WithinOption = Annotated[
    str | None,
    typer.Option("--within", help='Answer asked for within "6h"; never longer than agreed.'),
]
WordsOption = Annotated[str, typer.Option("--words", help="What is said beside it, at most 280 characters.")]
PostOption = Annotated[
    str | None, typer.Option("--from-post", help="The post that acts; the one that is to speak if not given.")
]
LISTED = 50


class MediaName(StrEnum):
    """By what they speak; text goes beside it always."""

    TEXT = "text"
    VOICE = "voice"
    VIDEO = "video"


class RefusalName(StrEnum):
    """Why a call is not arranged."""

    NOT_AT_THESE_TIMES = "not-at-these-times"
    NOT_NOW = "not-now"
    NOT_COMPETENT = "not-competent"
    NO_INTERPRETER = "no-interpreter"
    NOT_AUTHORISED = "not-authorised"
    REFUSED = "refused"
    OTHER = "other"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Arrange a call between two principals; to ring a desk now: coupefeu call.")
    group.command("propose")(propose)
    group.command("counter")(counter)
    group.command("agree")(agree)
    group.command("refuse")(refuse)
    group.command("delegate")(delegate)
    group.command("withdraw")(withdraw)
    group.command("write")(write)
    group.command("list")(list_)
    group.command("show")(show)
    app.add_typer(group, name="arrange")


def propose(
    post: Annotated[str, typer.Argument(metavar="POST", help="Who is asked to speak: ru.minister.")],
    node: NodeOption,
    speaker: Annotated[
        str | None,
        typer.Option("--for", help="Our post that shall speak; the one that proposes if not given."),
    ] = None,
    from_post: Annotated[
        str | None, typer.Option("--from-post", help="Our post that proposes; our duty desk if not given.")
    ] = None,
    time: TimeOption = None,
    media: Annotated[
        MediaName, typer.Option("--media", case_sensitive=False, help="By what they speak.")
    ] = MediaName.VOICE,
    within: WithinOption = None,
    wanted: Annotated[
        list[str] | None, typer.Option("--in", help="A language to speak in, by its code; four at most.")
    ] = None,
    interpreter: Annotated[
        bool,
        typer.Option("--interpreter", help="An interpreter is wanted; who comes is named on the record."),
    ] = False,
    words: WordsOption = "",
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Propose a call to a principal: times, by what, in which languages. Nobody's telephone rings."""
    desk = Arranger(node, language)
    command = ProposeCall(
        from_post=(from_post or desk.duty_desk).lower(),
        to_post=post.lower(),
        post=(speaker or "").lower(),
        windows=desk.windows(time),
        media=Media[media.name],
        within_s=None if within is None else parse_duration_s(within),
        languages=tuple(each.lower() for each in wanted or ()),
        interpreter=interpreter,
        words=words,
        officer=officer,
    )
    desk.act(command, post.lower(), as_json=as_json)


def counter(
    number: NumberArgument,
    node: NodeOption,
    time: TimeOption = None,
    post: Annotated[
        str | None, typer.Option("--post", help="Who shall speak instead, of either side.")
    ] = None,
    within: WithinOption = None,
    words: WordsOption = "",
    from_post: PostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put other times on the table, or another post; without times those on the table stand."""
    desk = Arranger(node, language, number)
    command = CounterProposal(
        **desk.common(from_post, words, officer),
        windows=desk.windows(time),
        post=(post or "").lower(),
        within_s=None if within is None else parse_duration_s(within),
    )
    desk.act(command, as_json=as_json)


def agree(
    number: NumberArgument,
    node: NodeOption,
    time: Annotated[int, typer.Option("--time", min=1, max=5, help="Number of the time, as it is listed.")],
    offer: Annotated[
        str | None,
        typer.Option("--offer", help="An offer of theirs, such as RU/14; their newest if not given."),
    ] = None,
    words: WordsOption = "",
    from_post: PostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Agree to one of the times that the other side has put on the table."""
    desk = Arranger(node, language, number)
    chosen = None if offer is None else parse_number(offer, desk.folder.agreement.party_ids)
    desk.act(
        AgreeToCall(**desk.common(from_post, words, officer), window=time - 1, offer=chosen), as_json=as_json
    )


def refuse(
    number: NumberArgument,
    node: NodeOption,
    reason: Annotated[RefusalName, typer.Option("--reason", case_sensitive=False, help="Why.")],
    words: WordsOption = "",
    from_post: PostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Refuse, with a reason; also a call that was agreed. It is on both records, and is never taken for silence."""
    desk = Arranger(node, language, number)
    command = RefuseCall(**desk.common(from_post, words, officer), reason=RefusalReason[reason.name])
    desk.act(command, as_json=as_json)


def delegate(
    number: NumberArgument,
    post: Annotated[str, typer.Argument(metavar="POST", help="Our post that will speak.")],
    node: NodeOption,
    words: WordsOption = "",
    from_post: PostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that another post of ours will speak; how it stands does not change."""
    desk = Arranger(node, language, number)
    desk.act(DelegateCall(**desk.common(from_post, words, officer), post=post.lower()), as_json=as_json)


def withdraw(
    number: NumberArgument,
    node: NodeOption,
    words: WordsOption = "",
    from_post: PostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take our proposal back, or call off what was agreed."""
    desk = Arranger(node, language, number)
    desk.act(WithdrawProposal(**desk.common(from_post, words, officer)), as_json=as_json)


def write(
    number: NumberArgument,
    text: Annotated[str, typer.Argument(help="What is said instead of a call.")],
    node: NodeOption,
    from_post: PostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send a message about it, to who was to speak and to their duty desk: it arrives though nobody answers."""
    desk = Arranger(node, language, number)
    view = desk.found.view
    speaker = desk.common(from_post, "", officer)["from_post"]
    command = fallback(view, text, speaker, desk.folder.agreement, desk.folder.party, officer=officer)
    sent = act(desk.folder, command)
    lines = [say("recorded-as", desk.language, number=sent.number), ", ".join(command.to_posts)]
    values = {"message": sent.number, "about": view.number, "to_posts": list(command.to_posts)}
    report(desk.folder.banner(), lines, values, as_json=as_json)


def list_(node: NodeOption, language: LanguageOption = None, as_json: JsonOption = False) -> None:
    """List the calls that either side proposed, what changed last first: how each stands, who owes an answer."""
    folder = open_folder(node)
    reader = language_of(folder, language)
    with desk_of(folder) as desk:
        found = list_arrangements(desk, LISTED)
    lines = [line for each in found for line in (*fold(summary_lines(each, reader)), "")]
    values = {"arranged": [msgspec.to_builtins(arrangement_values(each)) for each in found]}
    report(folder.banner(), lines[:-1] or [say("arrange-none", reader)], values, as_json=as_json)


def show(
    number: NumberArgument, node: NodeOption, language: LanguageOption = None, as_json: JsonOption = False
) -> None:
    """Print one arranged call: what is on the table, who owes an answer by when, and every act about it."""
    Arranger(node, language, number).report(as_json=as_json)


class Arranger:
    """An officer at one arranged call, or before there is one."""

    def __init__(self, node: Path, language: Language | None, number: str | None = None) -> None:
        self.folder = open_folder(node)
        self.language = language_of(self.folder, language)
        self._node = node
        self._found = None if number is None else self._find(number)

    @property
    def found(self) -> Arrangement:
        """The arranged call, as it was when it was looked at last."""
        assert self._found is not None
        return self._found

    @property
    def duty_desk(self) -> str:
        """Our own duty desk."""
        return self.folder.agreement.party(self.folder.party).duty_desk

    def windows(self, texts: list[str] | None) -> tuple[Any, ...]:
        """Read times as they were typed. Raises: UsageError."""
        now_ms = self.folder.clock().utc_ms
        return tuple(parse_window(each, now_ms) for each in texts or ())

    def common(self, from_post: str | None, words: str, officer: str) -> dict[str, Any]:
        """Give what every act has; without a post named, that of ours which is to speak acts."""
        view = self.found.view
        first, second = view.speakers
        ours = first if view.proposer == self.folder.party else second
        return {
            "arrangement": view.id,
            "from_post": ours if from_post is None else from_post.lower(),
            "words": words,
            "officer": officer,
        }

    def act(self, command: ProposeCall | ArrangeCommand, theirs: str | None = None, *, as_json: bool) -> None:
        """Have it recorded, and print how the arranged call stands now. Raises: UsageError, PolicyError: refused."""
        if isinstance(command, ProposeCall) and not command.windows:
            raise UsageError(
                "no time is proposed",
                code="cli.arrange.no_time",
                hint='Name one to five: --time "241500Z MAR 22/1600Z" --time 1800Z/1h',
            )
        to_post = theirs or their_post(self.found.view, self.folder.party)
        entry, message = asyncio.run(self._record(command, to_post))
        self._found = self._find(entry)
        lines = [say("recorded-as", self.language, number=entry)]
        if message is not None:
            lines.append(say("arrange-words-sent", self.language, number=message))
        self.report(lines, {"recorded": entry, "message": message}, as_json=as_json)

    async def _record(self, command: ProposeCall | ArrangeCommand, to_post: str) -> tuple[str, str | None]:
        backend = await reach_node(self.folder, online=False)
        try:
            said = await act_about(backend.act, command, self.folder.agreement, to_post)
        finally:
            await backend.close()
        return self._number(said.entry), None if said.message is None else self._number(said.message)

    def report(
        self, lines: list[str] | None = None, values: dict[str, Any] | None = None, *, as_json: bool
    ) -> None:
        """Print how it stands, behind what was done."""
        said = [*(lines or []), *([""] if lines else []), *arrangement_lines(self.found, self.language)]
        if any(each.is_awaited and each.ours for each in self.found.view.offers):
            command = f"coupefeu arrange write {self.found.view.number} TEXT --node {self._node}"
            said += ["", say("arrange-write", self.language, command=command)]
        shown = (values or {}) | {"arranged": msgspec.to_builtins(arrangement_values(self.found))}
        report(self.folder.banner(), fold(said), shown, as_json=as_json)

    def _find(self, number: str) -> Arrangement:
        entry = parse_number(number, self.folder.agreement.party_ids)
        with desk_of(self.folder) as desk:
            return find_arrangement(desk, entry)

    def _number(self, entry: MessageId) -> str:
        return format_number(entry, self.folder.agreement.party_ids)
