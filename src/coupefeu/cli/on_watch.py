"""`coupefeu take-watch` and `leave-watch`: a desk says that somebody sits at it, and whether the alarm is heard there.

To follow the line is another thing: `coupefeu watch`.
"""

import sys
from typing import Annotated

import typer

from coupefeu.cli.acts import OfficerOption
from coupefeu.cli.officer import act, language_of, open_folder
from coupefeu.cli.printing import JsonOption, LanguageOption, NodeOption, report
from coupefeu.errors import UsageError
from coupefeu.node.folder import NodeFolder
from coupefeu.services.watch.facts import LeaveWatch, TakeWatch
from coupefeu.words import say

BELLS = "\a" * 3

PostOption = Annotated[
    str | None, typer.Option("--from-post", help="The post on watch; our duty desk if not given.")
]
HeardOption = Annotated[
    bool | None,
    typer.Option("--heard/--not-heard", help="Whether you heard the alarm; on a terminal it rings and asks."),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("take-watch")(take_watch)
    app.command("leave-watch")(leave_watch)


def take_watch(
    node: NodeOption,
    heard: HeardOption = None,
    from_post: PostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take the watch: this post is manned from now on, which the other side sees. The alarm is tried first."""
    folder = open_folder(node)
    reader = language_of(folder, language)
    is_heard = hear_alarm(heard, reader, as_json=as_json)
    post = post_of(folder, from_post)
    sent = act(folder, TakeWatch(from_post=post, officer=officer, heard=is_heard))
    lines = [say("recorded-as", reader, number=sent.number), say("watch-taken", reader, post=post)]
    lines.append(say("watch-heard" if is_heard else "watch-not-heard", reader))
    if not is_heard:
        lines.append(say("watch-check-alarm", reader))
    values = {"recorded": sent.number, "post": post, "heard": is_heard}
    report(folder.banner(), lines, values, as_json=as_json)


def leave_watch(
    node: NodeOption,
    from_post: PostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Leave the watch: this post is manned no longer, which the other side sees. Messages go and ring all the same."""
    folder = open_folder(node)
    reader = language_of(folder, language)
    post = post_of(folder, from_post)
    sent = act(folder, LeaveWatch(from_post=post, officer=officer))
    lines = [say("recorded-as", reader, number=sent.number), say("watch-left", reader, post=post)]
    report(folder.banner(), lines, {"recorded": sent.number, "post": post}, as_json=as_json)


def hear_alarm(stated: bool | None, reader: str, *, as_json: bool) -> bool:
    """Give whether the alarm was heard: as stated, or as somebody at this terminal says. Raises: UsageError."""
    return _try_alarm(reader, as_json=as_json) if stated is None else stated


def _try_alarm(reader: str, *, as_json: bool) -> bool:
    """Ring the bell of this terminal and ask. Raises: UsageError: there is no terminal, and nobody to ask."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            "nobody is at a terminal to say whether the alarm was heard",
            code="cli.take_watch.not_asked",
            hint="Say it: --heard or --not-heard.",
        )
    sys.stderr.write(BELLS)
    sys.stderr.flush()
    return typer.confirm(say("watch-ask", reader), err=as_json)


def post_of(folder: NodeFolder, asked: str | None) -> str:
    """Give the post that speaks: the one named, else our duty desk."""
    return folder.agreement.party(folder.party).duty_desk if asked is None else asked.lower()
