"""`coupefeu line-state`: how each side holds the line, a signed act apart from whether it is up; and to declare it.

coupefeu line-state --node us
coupefeu line-state suspend --node us --from 2024-04-01T12:00Z --words "Until the inquiry is over."
"""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer

from coupefeu.cli.acts import OfficerOption
from coupefeu.cli.inbox import fold
from coupefeu.cli.officer import act, desk_of, language_of, open_folder
from coupefeu.cli.printing import JsonOption, Language, LanguageOption, NodeOption, report
from coupefeu.errors import UsageError
from coupefeu.model.instant import format_second, parse_next
from coupefeu.model.line_state import LineState, LineStateTerms
from coupefeu.node.folder import NodeFolder
from coupefeu.node.incident_values import line_state_values
from coupefeu.services.line_state.commands import DeclareLineState
from coupefeu.services.line_state.fold import DeclaredView, LineStateView, gravest
from coupefeu.services.messages.display import show_line
from coupefeu.words import say

_INDENT = "   "
FromOption = Annotated[
    str | None,
    typer.Option("--from", help="From when, UTC: 0312Z, 240312Z MAR 22; from now on if not given."),
]
WordsOption = Annotated[str, typer.Option("--words", help="Why, at most 560 characters.")]
FromPostOption = Annotated[
    str | None, typer.Option("--from-post", help="Our post that declares it; our duty desk if not given.")
]
_DECLARING: Final = {
    "open": (LineState.OPEN, "Declare the line OPEN: it is used as agreed. A suspension is so taken back."),
    "degrade": (
        LineState.DEGRADED,
        "Declare the line DEGRADED: it is used, and not as it should be; the words say how.",
    ),
    "suspend": (
        LineState.SUSPENDED,
        "Declare the line SUSPENDED, from now on or from a time; what the agreement says still passes.",
    ),
    "close": (
        LineState.CLOSED,
        "Declare the line CLOSED: no return to it is meant; what the agreement says still passes.",
    ),
}
"""By command: the state that it declares, and its help."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Declare the state of the line, or see how each side holds it.")
    group.callback(invoke_without_command=True)(line_state)
    group.command("show")(show)
    for name, (state, says) in _DECLARING.items():
        group.command(name)(_declaring(state, says))
    app.add_typer(group, name="line-state")


def line_state(
    context: typer.Context,
    node: Annotated[Path | None, typer.Option("--node", help="Folder of the node.")] = None,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say how each side holds the line; with a command, declare how we hold it."""
    if context.invoked_subcommand is not None:
        return
    if node is None:
        raise UsageError("--node is missing", code="cli.line_state.no_node", hint="Name --node FOLDER.")
    show(node, language, as_json)


def show(node: NodeOption, language: LanguageOption = None, as_json: JsonOption = False) -> None:
    """Say how each side declares the line to be; whether it is up is another thing: `coupefeu status`."""
    folder = open_folder(node)
    _report(folder, language_of(folder, language), [], {}, as_json=as_json)


def _declaring(state: LineState, says: str) -> Callable[..., None]:
    """Make the command that declares one state; `says`: its help."""

    def declare(
        node: NodeOption,
        start: FromOption = None,
        words: WordsOption = "",
        from_post: FromPostOption = None,
        officer: OfficerOption = "",
        language: LanguageOption = None,
        as_json: JsonOption = False,
    ) -> None:
        _declare(state, node, start, words, from_post, officer, language, as_json=as_json)

    declare.__doc__ = says
    return declare


def state_lines(views: tuple[LineStateView, ...], terms: LineStateTerms, language: str) -> list[str]:
    """Say how the line is held, by whom, since when, and what still passes."""
    lines = [say("line-state-line", language, state=_state(gravest(views), language))]
    for view in views:
        lines += [f"{_INDENT}{each}" for each in _party(view, language)]
    passing = (
        ("calls", terms.calls),
        ("messages" if terms.messages else "flash", terms.messages or terms.flash),
    )
    what = [say(f"line-state-{name}", language) for name, passes in passing if passes]
    what.append(say("line-state-acts", language))
    return [*lines, say("line-state-passes", language, what=", ".join(what))]


def _declare(
    state: LineState,
    node: Path,
    start: str | None,
    words: str,
    from_post: str | None,
    officer: str,
    language: Language | None,
    *,
    as_json: bool,
) -> None:
    folder = open_folder(node)
    reader = language_of(folder, language)
    command = DeclareLineState(
        state=state,
        from_post=(from_post or folder.agreement.party(folder.party).duty_desk).lower(),
        from_ms=None if start is None else parse_next(start, folder.clock().utc_ms),
        words=words,
        officer=officer,
    )
    sent = act(folder, command)
    lines = [say("recorded-as", reader, number=sent.number), ""]
    _report(folder, reader, lines, {"recorded": sent.number}, as_json=as_json)


def _report(
    folder: NodeFolder, language: str, lines: list[str], values: dict[str, Any], *, as_json: bool
) -> None:
    with desk_of(folder) as desk:
        views = desk.line_states()
    said = [*lines, *state_lines(views, folder.agreement.line_state, language)]
    shown = values | msgspec.to_builtins(line_state_values(views))
    report(folder.banner(), fold(said), shown, as_json=as_json)


def _party(view: LineStateView, language: str) -> list[str]:
    party, state = view.party.upper(), _state(view.state, language)
    if view.declared is None:
        lines = [say("line-state-nothing", language, party=party, state=state)]
    else:
        said = view.declared
        since, post = format_second(said.begins_ms), show_line(said.post)
        lines = [
            say(
                "line-state-declared",
                language,
                party=party,
                state=state,
                time=since,
                number=said.number,
                post=post,
            )
        ]
        lines += [f"{_INDENT}{each}" for each in _beside(said, language)]
    if view.next is not None and view.next.state is not None:
        lines.append(
            say(
                "line-state-next",
                language,
                state=_state(view.next.state, language),
                time=format_second(view.next.begins_ms),
                number=view.next.number,
            )
        )
    return lines


def _beside(said: DeclaredView, language: str) -> list[str]:
    words = [show_line(said.words)] if said.words else []
    return words + ([say("line-state-back-dated", language)] if said.is_back_dated else [])


def _state(state: LineState, language: str) -> str:
    return say(f"line-state-{state.name.lower()}", language)
