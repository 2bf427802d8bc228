"""`coupefeu ladder`: try out who would ring when, by a text that is not agreed yet or by the one in force.

With --node the posts that are on watch are those that each party has signed on, as its node says.
"""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from coupefeu.cli.officer import desk_of, open_folder
from coupefeu.cli.printing import JsonOption, report
from coupefeu.errors import UsageError
from coupefeu.model.agreement import Agreement
from coupefeu.model.duration import format_duration, parse_duration_s
from coupefeu.model.precedence import Precedence
from coupefeu.node.folder_files import read_given
from coupefeu.node.standing import read_line
from coupefeu.services.calls.ladder import schedule
from coupefeu.services.calls.simulation import Simulated, SimulatedRung, Supposed, simulate
from coupefeu.wire.agreement import parse_terms, split_keys

_SAID = {
    "answered": "answered by {by}; nothing rings any more",
    "busy": "BUSY: every post that rang was in a call",
    "not_staffed": "NOT STAFFED: no post that rang was on watch",
    "no_answer": "NO ANSWER: nobody acted",
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("ladder")(ladder)


def ladder(
    post: Annotated[str, typer.Argument(help="The post that is called, such as ru.minister.")],
    terms: Annotated[
        Path | None, typer.Option("--agreement", help="A text that is not agreed yet: terms, or all of it.")
    ] = None,
    node: Annotated[
        Path | None,
        typer.Option("--node", help="Folder of a node: the agreement in force, and who is on watch."),
    ] = None,
    is_flash: Annotated[bool, typer.Option("--flash", help="A FLASH call: every rung at once.")] = False,
    on_watch: Annotated[
        list[str] | None,
        typer.Option("--on-watch", help="Suppose that this post is on watch; again for more."),
    ] = None,
    engaged: Annotated[
        list[str] | None,
        typer.Option("--engaged", help="Suppose that this post is in a call; again for more."),
    ] = None,
    answers: Annotated[
        list[str] | None,
        typer.Option("--answers", help='Suppose that a post answers so long after it rings: "ru.duty=40s".'),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Try out who would ring when, before it is agreed or before you dial. Nothing is recorded, and nothing rings."""
    agreement, signed_on, lines_now = _read(terms, node)
    called = agreement.post(post.lower())
    supposed = Supposed(
        on_watch=_posts(on_watch, agreement) | signed_on,
        engaged=_posts(engaged, agreement),
        answers_ms=dict(_answer(each, agreement) for each in answers or []),
    )
    precedence = Precedence.FLASH if is_flash else Precedence.IMMEDIATE
    found = simulate(schedule(agreement, called.id, precedence), supposed)
    alive = lines_now.get(called.party)
    lines = [f"A call of {called.id}, {precedence.name}", *_line_now(called.party, alive), *_lines(found)]
    values = _values(called.id, precedence, found) | {"line_alive": alive}
    report(agreement.banner, lines, values, as_json=as_json)


def _read(terms: Path | None, node: Path | None) -> tuple[Agreement, frozenset[str], dict[str, bool]]:
    """Give the agreement; where a node knows, the posts that have signed on to the watch, and which lines are alive."""
    if (terms is None) == (node is None):
        raise UsageError(
            "name one agreement",
            code="cli.ladder.agreement",
            hint="--agreement TERMS for a text that is not agreed yet, or --node FOLDER for the one in force.",
        )
    if terms is not None:
        return parse_terms(split_keys(read_given(terms))), frozenset(), {}
    folder = open_folder(node or Path())
    if not folder.record_path.exists():
        return folder.agreement, frozenset(), {}
    alive = {party: bool(line["alive"]) for party, line in asyncio.run(read_line(folder)).items()}
    with desk_of(folder) as desk:
        return desk.context().agreement, frozenset(watch.post for watch in desk.watches()), alive


def _line_now(party: str, alive: bool | None) -> list[str]:
    """Say that no rung of theirs can be reached now, where a running node knows it."""
    if alive is not False:
        return []
    return [
        f"  THE LINE TO {party.upper()} IS DOWN: no rung can be reached now.",
        "  An attempt stands on our record all the same, and rings there when the line is back in time.",
    ]


def _posts(named: list[str] | None, agreement: Agreement) -> frozenset[str]:
    return frozenset(agreement.post(each.lower()).id for each in named or [])


def _answer(text: str, agreement: Agreement) -> tuple[str, int]:
    post, sign, after = text.partition("=")
    if not sign:
        raise UsageError(
            f"{text[:60]!r} does not say when the post answers",
            code="cli.ladder.answers",
            hint="Write the post and how long it rings there: --answers ru.duty=40s",
        )
    return agreement.post(post.lower()).id, parse_duration_s(after) * 1_000


def _lines(found: Simulated) -> list[str]:
    lines = [f"  {_after(each.at_ms)}  {_rung_words(each)}" for each in found.rungs]
    return [*lines, f"  {_after(found.ends_ms)}  {_SAID[found.outcome].format(by=found.by)}"]


def _rung_words(rung: SimulatedRung) -> str:
    watch = (
        f"on watch: {', '.join(rung.staffed)}" if rung.staffed else "nobody on watch; it rings all the same"
    )
    marked = "REACHES NOBODY: " if rung.reaches_nobody else ""
    return f"rung {rung.number} rings at {' + '.join(rung.posts)} ({marked}{watch})"


def _after(milliseconds: int) -> str:
    return format_duration(milliseconds // 1_000).rjust(7)


def _values(called: str, precedence: Precedence, found: Simulated) -> dict[str, Any]:
    return {
        "to": called,
        "precedence": precedence.name,
        "rungs": [
            {
                "rung": each.number,
                "after_ms": each.at_ms,
                "posts": list(each.posts),
                "on_watch": list(each.staffed),
                "reaches_nobody": each.reaches_nobody,
            }
            for each in found.rungs
        ],
        "outcome": found.outcome.value,
        "by": found.by,
        "after_ms": found.ends_ms,
    }
