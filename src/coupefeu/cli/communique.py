"""`coupefeu communique`: one file of chosen entries that strangers read and verify; and what both sides say to it.

coupefeu communique --node us --since 0300Z --kinds message,taken --preview
coupefeu communique --node us --entries US/3,RU/7 --disclose US/3=all --to incident.html
coupefeu communique consent US/12 --node ru

By default heads are disclosed: that something was said, by which post to which, when and how urgent, not a word of it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from coupefeu.cli.chosen import Asked, wish_of
from coupefeu.cli.communique_words import draft_lines, draft_values, proposal_lines, proposal_values
from coupefeu.cli.officer import act, language_of, need_record, open_folder, with_node
from coupefeu.cli.printing import JsonOption, LanguageOption, NodeOption, progress, report
from coupefeu.cli.wrapping import wrap
from coupefeu.errors import ConfigError, UsageError
from coupefeu.model.messages import parse_number
from coupefeu.node.communique.consenting import answer, list_proposals, propose
from coupefeu.node.communique.issuing import draft_communique, find_proposal
from coupefeu.node.communique.unpacking import unpack
from coupefeu.node.folder import NodeFolder
from coupefeu.node.running import is_running
from coupefeu.services.communique.account import account_lines
from coupefeu.store.reader import Reader

ProposalArgument = Annotated[str, typer.Argument(help="Number of the proposal, such as US/12.")]
PostOption = Annotated[
    str | None, typer.Option("--from-post", help="The post that speaks; our duty desk if not given.")
]
OfficerOption = Annotated[
    str, typer.Option("--officer", help="A label beside the post, such as a watch; it proves no person.")
]
LISTED = 50


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Write a communique, or agree to show one.")
    group.callback(invoke_without_command=True)(communique)
    group.command("consent")(consent)
    group.command("refuse")(refuse)
    group.command("list")(list_)
    group.command("unpack")(unpack_)
    app.add_typer(group, name="communique")


def communique(
    context: typer.Context,
    node: Annotated[Path | None, typer.Option("--node", help="Folder of the node.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every entry of both sides.")] = False,
    since: Annotated[str | None, typer.Option(help='Stored here since: "0312Z", "240312Z MAR 22".')] = None,
    until: Annotated[str | None, typer.Option(help="Stored here before.")] = None,
    posts: Annotated[str | None, typer.Option(help="From or to one of these posts: us.duty,ru.duty.")] = None,
    kinds: Annotated[str | None, typer.Option(help="Of these kinds: message,taken,read.")] = None,
    entries: Annotated[str | None, typer.Option(help="These entries too: US/3,RU/7-RU/9.")] = None,
    proposal: Annotated[
        str | None, typer.Option(help="What this proposal names, and nothing else: US/12.")
    ] = None,
    disclose: Annotated[
        list[str] | None,
        typer.Option(help="How much of each: existence, head (if not given) or all; of one: US/3=all."),
    ] = None,
    attachments: Annotated[
        list[str] | None,
        typer.Option(help="Of entries shown whole: none (if not given), all, or one: US/3#0."),
    ] = None,
    embargo: Annotated[str | None, typer.Option(help="Not to be published before this time.")] = None,
    words: Annotated[str, typer.Option(help="How the entries were chosen, in words.")] = "",
    preview: Annotated[bool, typer.Option("--preview", help="Print exactly what a reader will see.")] = False,
    propose_: Annotated[
        bool, typer.Option("--propose", help="Ask the other side, on the record, to agree to show it.")
    ] = False,
    from_post: PostOption = None,
    officer: OfficerOption = "",
    to: Annotated[Path | None, typer.Option("--to", help="The new file.")] = None,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write chosen entries with their proofs as one HTML file that anybody can read, and verify offline."""
    if context.invoked_subcommand is not None:
        return
    if node is None or not (preview or propose_ or to is not None):
        raise UsageError(
            "there is nothing to do" if node is not None else "--node is missing",
            code="cli.communique.nothing",
            hint="Name --node FOLDER, and give --preview, --propose or --to FILE. `coupefeu communique --help`",
        )
    asked = Asked(
        everything=everything, since=since, until=until, posts=posts, kinds=kinds, entries=entries,
        proposal=proposal, disclose=tuple(disclose or ()), attachments=tuple(attachments or ()), embargo=embargo,
        words=words,
    )  # fmt: skip
    folder = open_folder(node)
    if to is not None and to.exists():
        raise UsageError(f"{to} exists", code="cli.communique.exists", hint="Give a new file.")
    if to is not None and is_running(folder):
        with_node(folder, lambda running: running.sign_post_quantum())
    with _reader(folder) as reader, progress("Gathering", as_json=as_json) as tell:
        draft = draft_communique(folder, reader, wish_of(folder, asked), tell)
        lines, values = draft_lines(draft), draft_values(draft)
        if propose_:
            desk = folder.agreement.party(folder.party).duty_desk
            command = propose(draft, from_post or desk, words=words, officer=officer)
    if preview:
        read_in = language_of(folder, language)
        lines = [each for line in account_lines(draft.proved, read_in) for each in wrap(line, "") or [""]]
        values["page"] = draft.page().decode()
    if propose_:
        sent = act(folder, command)
        lines += [
            "",
            f"Proposed as {sent.number}. The other side answers: coupefeu communique consent {sent.number}",
        ]
        values["proposal"] = sent.number
    if to is not None:
        size = write_new(to, draft.sign(folder))
        lines += [
            "",
            f"It is in {to}, {size:,} bytes, signed as a whole.",
            f"Verify it: coupefeu verify {to}",
        ]
        values |= {"to": str(to), "bytes": size}
    report(folder.banner(), lines, values, as_json=as_json)


def consent(
    proposal: ProposalArgument,
    node: NodeOption,
    from_post: PostOption = None,
    officer: OfficerOption = "",
    as_json: JsonOption = False,
) -> None:
    """Agree on the record that the other side may show exactly what a proposal names. It cannot be taken back."""
    _answer(node, proposal, from_post, officer, consents=True, as_json=as_json)


def refuse(
    proposal: ProposalArgument,
    node: NodeOption,
    reason: Annotated[str, typer.Option("--reason", help="Why; the other side and every reader sees it.")],
    from_post: PostOption = None,
    officer: OfficerOption = "",
    as_json: JsonOption = False,
) -> None:
    """Say on the record that we do not agree to show what a proposal names, and why."""
    _answer(node, proposal, from_post, officer, consents=False, reason=reason, as_json=as_json)


def _answer(
    node: Path,
    proposal: str,
    from_post: str | None,
    officer: str,
    *,
    consents: bool,
    as_json: bool,
    reason: str = "",
) -> None:
    folder = open_folder(node)
    number = parse_number(proposal, folder.agreement.party_ids)
    post = from_post or folder.agreement.party(folder.party).duty_desk
    with _reader(folder) as reader:
        view = find_proposal(reader, folder.agreement.party_ids, number)
        command = answer(folder, reader, number, post, consents=consents, reason=reason, officer=officer)
    sent = act(folder, command)
    said = "agreed to" if consents else "not agreed to"
    lines = [f"On our record as {sent.number}: {view.number} is {said}.", *proposal_lines(view)]
    values = {"number": sent.number, "proposal": view.number, "consents": consents}
    report(folder.banner(), lines, values, as_json=as_json)


def list_(node: NodeOption, as_json: JsonOption = False) -> None:
    """List what was proposed to be shown, by either side, and what was answered; the newest first."""
    folder = open_folder(node)
    with _reader(folder) as reader:
        found = list_proposals(reader, folder.agreement.party_ids, LISTED)
    lines = [line for each in found for line in (*proposal_lines(each), "")] or ["Nothing was proposed."]
    report(folder.banner(), lines, {"proposals": [proposal_values(each) for each in found]}, as_json=as_json)


def unpack_(
    path: Annotated[Path, typer.Argument(help="A communique.")],
    to: Annotated[Path, typer.Option("--to", help="The new folder.")],
    as_json: JsonOption = False,
) -> None:
    """Verify a communique and write leaves, proofs and keys as files for other people's C2SP tools."""
    from coupefeu.cli.exported_folder import open_plain  # noqa: PLC0415 - of this command alone

    with open_plain(path) as file, progress("Verifying", as_json=as_json):
        proved = unpack(file.readline, to)
    lines = [
        f"{len(proved.entries):,} entries, with the keys of {len(proved.logs)} logs, are in {to}.",
        "One of them: coupefeu verify FOLDER/us/3 --key FOLDER/us/log.vkey --key FOLDER/us/cosigners/ru.vkey",
    ]
    values = {"to": str(to), "entries": len(proved.entries), "logs": len(proved.logs)}
    report(proved.agreement.banner, lines, values, as_json=as_json)


# --- parts ------------------------------------------------------------------------------------------------


@contextmanager
def _reader(folder: NodeFolder) -> Iterator[Reader]:
    need_record(folder)
    with Reader(folder.record_path, running=is_running(folder)) as reader:
        yield reader


def write_new(path: Path, octets: bytes) -> int:
    """Write the file whole or not at all. Raises: ConfigError: it cannot be written."""
    beside = path.with_name(f".{path.name}.part")
    try:
        with beside.open("xb") as file:
            file.write(octets)
            file.flush()
            os.fsync(file.fileno())
        os.link(beside, path)
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written: {error.strerror}",
            code="cli.communique.write",
            hint="Give a new file in a folder where you may write.",
        ) from error
    finally:
        beside.unlink(missing_ok=True)
    return len(octets)
