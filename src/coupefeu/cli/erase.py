"""`coupefeu erase`: an officer has an exchange erased here; what is lost and what stands is said first."""

from typing import Annotated, Any

import typer

from coupefeu.cli.acts import MessageArgument
from coupefeu.cli.inbox import fold
from coupefeu.cli.officer import act, desk_of, language_of, open_folder
from coupefeu.cli.printing import JsonOption, LanguageOption, NodeOption, report
from coupefeu.errors import UsageError
from coupefeu.model.messages import parse_number
from coupefeu.node.assembly import parties_of
from coupefeu.node.erasable import Erasable, look_at
from coupefeu.node.folder import NodeFolder
from coupefeu.services.erasures.facts import EraseContent
from coupefeu.words import say


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("erase")(erase)


def erase(
    message: MessageArgument,
    node: NodeOption,
    reason: Annotated[
        str,
        typer.Option("--reason", help="Why; it stands on the record for ever, so nothing of the content."),
    ] = "",
    from_post: Annotated[
        str | None, typer.Option("--from-post", help="The post that orders it; our duty desk if not given.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; needed in a script.")] = False,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Erase here what a message and all that belongs to it say. Who, to whom, when, and every signature stands."""
    folder = open_folder(node)
    reader = language_of(folder, language)
    number = parse_number(message, folder.agreement.party_ids)
    post = (from_post or folder.agreement.party(folder.party).duty_desk).lower()
    with desk_of(folder) as desk:
        before = look_at(desk, parties_of(folder), number)
    if not yes:
        _ask(folder, message.upper(), before, reader, as_json=as_json)
    named = []
    while before.entries:
        named.append(act(folder, EraseContent(message=number, from_post=post, reason=reason)).number)
        with desk_of(folder) as desk:
            before = look_at(desk, parties_of(folder), number, again=True)
    lines = [say("erase-done", reader, number=", ".join(named)), *_elsewhere(folder, reader)]
    values = {"erased": message.upper(), "recorded": named}
    report(folder.banner(), fold(lines), values, as_json=as_json)


def _ask(folder: NodeFolder, number: str, before: Erasable, language: str, *, as_json: bool) -> None:
    """Say what goes and what stands, and ask. Raises: UsageError: nobody said yes."""
    counts: dict[str, Any] = {"entries": before.entries, "attachments": before.attachments, "number": number}
    lines = [
        say("erase-lost", language, **counts),
        say("erase-stands", language),
        *_elsewhere(folder, language),
    ]
    for line in [*([folder.banner()] if folder.banner() else []), *fold(lines)]:
        typer.echo(line, err=as_json)
    if not typer.confirm(say("erase-sure", language), err=as_json):
        raise UsageError(
            "nothing was erased", code="cli.erase.no", hint="Say yes when asked; in a script, give --yes."
        )


def _elsewhere(folder: NodeFolder, language: str) -> list[str]:
    return [say("erase-elsewhere", language, parties=", ".join(map(str.upper, folder.counterparts)))]
