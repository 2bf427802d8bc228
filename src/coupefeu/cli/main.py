"""The command `coupefeu`: finds the module of a command, runs it, and says errors so that people can act on them."""

import json
import os
import sys
from importlib import import_module
from typing import Any, Final, NoReturn

import typer
from typer.exceptions import TyperException
from typer.main import get_command

from coupefeu import errors
from coupefeu.cli.usage import name_values

SUMMARIES: Final = {
    "init": "Make a node's folder with fresh keys.",
    "card": "Print our card for this line; the same card each time until the line is paired.",
    "pair": "Pair with the others' cards, then with their answers.",
    "agreement": "The agreement: show, propose, sign; replace keys.",
    "incarnation": "A new log under fresh keys, after a restore or a fork.",
    "up": "Run the node.",
    "admit-recovery": (
        "Let a restored counterpart come back, once its duty officer has confirmed the restore by another channel."
    ),
    "console-link": "Print a link that signs one browser in at the console, once, within ten minutes.",
    "passkey": "Personal keys of officers: admit one, list them, end one.",
    "status": "Show the line, both records, what is overdue and what was found wrong.",
    "say": "Send a message. It is on our record when this returns, and leaves when the line is up.",
    "inbox": "List what is open, most urgent first; or show one message. Looking records nothing.",
    "watch": "Follow the line until Ctrl-C; or the desk: show, hand-over, accept, roster.",
    "take-watch": (
        "Take the watch: this post is manned from now on, which the other side sees. The alarm is tried first."
    ),
    "leave-watch": (
        "Leave the watch: this post is manned no longer, which the other side sees. "
        "Messages go and ring all the same."
    ),
    "arrange": "Arrange a call between two principals; to ring a desk now: coupefeu call.",
    "presence": "Whether posts are there: direct contacts, sightings, claims.",
    "firebreak": "Say whether direct contact holds, by the agreed rules: every reason, and the entries that prove it.",
    "take": "Take a message: this post deals with it. The outcome of a WARNING is still awaited.",
    "read": "Print a message in full, and put on record that this post has read it.",
    "read-back": "Type the critical fields anew; they are compared with what was sent. A mismatch is recorded too.",
    "say-again": "Ask the other side to say it again, or ask them to read it back again. Always possible.",
    "pass-to": "Put on record to whom a message was passed.",
    "outcome": "Put on record what became of a message: it stops the outcome clock on both sides.",
    "confirm": "Confirm that a contact by another channel, reported by the other side, took place.",
    "call": "Call a post of the other side now. The attempt stands on our record at once, whatever becomes of it.",
    "answer": "Answer a call by text: it stops ringing everywhere. Voice and video are answered at a console.",
    "decline": "Decline a call, with a reason. It is on both records, and is never taken for silence.",
    "defer": "Put a call off: to another post, to another time, or both.",
    "withdraw": "Take back a call of ours that nobody has answered.",
    "hang-up": "End a call that was answered.",
    "ladder": (
        "Try out who would ring when, before it is agreed or before you dial. Nothing is recorded, and nothing rings."
    ),
    "calls": (
        "List the attempts of both sides, those by another channel too, each with its outcome; --json prints a list."
    ),
    "figures": (
        "Count entries, messages, line tests, calls and notices of a year or a span; median and worst answer times."
    ),
    "alerts": "Alerts to people who look at no console: test.",
    "erase": (
        "Erase here what a message and all that belongs to it say. Who, to whom, when, and every signature stands."
    ),
    "record": "List the entries of both sides in the order in which they came here, the newest last.",
    "export": "Write what strangers can verify; or notices for other programs.",
    "communique": "Write a communique, or agree to show one.",
    "notice": "File, amend, answer and read back notices; see how they stand.",
    "incident": "Report, compare, ask and answer about incidents; see how they stand.",
    "line-state": "Declare the state of the line, or see how each side holds it.",
    "conflicts": (
        "Find what is too near: one JSON line for each conflicting pair of features of two GeoJSON files, or of "
        "`--pairs`."
    ),
    "prove": "Write one entry (`leaf`), its proof, and its `body` where held, for a reader who has nothing else.",
    "verify": "Verify a communique, a record, a proof or an equivocation offline: what is proved and what is not.",
    "verifier": (
        "Write the page that verifies a communique in a browser, without a node and without a network, into one file."
    ),
    "fsck": "Check folder and record: files, hashes, trees, signatures, gaps, views. Exit 7 when something is found.",
    "backup": "Write a backup of a node, running or stopped, into one file. It holds keys.",
    "restore": (
        "Make a node's folder of a backup. The node starts recovering: it reads, and signs nothing at first."
    ),
    "recover": (
        "Show a recovering node a checkpoint of its own log that somebody else kept: it must come up to that."
    ),
    "rebuild": "Make the views of a stopped node anew from its record: inbox, chains, agreement.",
    "witness": "The neutral witness: serve, forks.",
    "demo": (
        "Play March 2022, then run two nodes with their consoles until Ctrl-C; --headless: let them prove the main job."
    ),
    "bench": ("Measure the line, bad days and a record of a million entries; exit 1 if one falls short."),
}
"""What each command does, in the order of `--help`, which so needs none of their modules. They are held to what the
commands say themselves by tests/cli/test_manual.py."""

COMMANDS: Final = tuple(SUMMARIES)
"""The module of `read-back` is `coupefeu.cli.read_back`, or as `_MODULES` says."""

_MODULES: Final = {
    "take": "acts", "read": "acts", "read-back": "acts", "say-again": "acts", "pass-to": "acts", "outcome": "acts",
    "confirm": "acts", "take-watch": "on_watch", "leave-watch": "on_watch",
    "call": "calls", "answer": "calls", "decline": "calls", "defer": "calls", "withdraw": "calls", "hang-up": "calls",
}  # fmt: skip

EXIT_CODES: Final = {
    errors.UsageError: 2,
    errors.PolicyError: 3,
    errors.VerificationError: 4,
    errors.PeerError: 5,
    errors.BearerError: 6,
    errors.StoreError: 7,
    errors.ConfigError: 8,
}
"""What a script sees; 1 is a defect of ours, or a demo step that did not hold."""


def make_app(*names: str) -> typer.Typer:
    """Build the command line of these commands; of all when none is named."""
    app = _make_group()
    for module in dict.fromkeys(_MODULES.get(name, name.replace("-", "_")) for name in names or COMMANDS):
        _register(app, module)
    return app


def make_listing() -> typer.Typer:
    """Build what `--help` lists; a command that is named is never looked up here."""
    app = _make_group()
    for name, summary in SUMMARIES.items():
        app.command(name, help=summary)(_make_group)
    return app


def _make_group() -> typer.Typer:
    app = typer.Typer(
        name="coupefeu",
        help="A self-hosted line between parties that must not collide by accident.",
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )

    @app.callback()
    def coupefeu() -> None:
        """Keep a line between parties that must not collide by accident."""

    return app


def _register(app: typer.Typer, module: str) -> None:
    commands = import_module(f"coupefeu.cli.{module}")
    if module == "agreement":
        commands.register(app, import_module("coupefeu.cli.agreement_record").FolderRecord())
    else:
        commands.register(app)


ONE_THREAD: Final = "OPENBLAS_NUM_THREADS"
"""NumPy's products are small here: threads would wait for each other longer than they compute, and hold memory each."""


def run() -> None:
    """Run the command of `sys.argv`."""
    os.environ.setdefault(ONE_THREAD, "1")
    first = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        command = name_values(get_command(make_app(first) if first in COMMANDS else make_listing()))
        sys.exit(_status(command.main(sys.argv[1:] or ["--help"], "coupefeu", standalone_mode=False)))
    except errors.CoupefeuError as error:
        _leave(error)
    except TyperException as error:
        _leave(_misused(error))
    except typer.Abort:
        _leave(
            errors.UsageError(
                "a question was not answered; nothing was recorded",
                code="cli.main.unanswered",
                hint="Answer it in a terminal, or give the answer as an option.",
            )
        )
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_CODES[errors.UsageError])
    except OSError as error:
        _tell(_described(error))
        sys.exit(EXIT_CODES[errors.ConfigError])


def _status(result: object) -> int:
    """Give what a command ended with; most end with nothing to say."""
    return result if isinstance(result, int) else 0


def _misused(error: TyperException) -> errors.UsageError:
    """Say a misspelt command line as every other error is said."""
    context: Any = getattr(error, "ctx", None)
    path = "coupefeu" if context is None else context.command_path
    message = error.format_message().replace("Value error, ", "")
    return errors.UsageError(message, code="cli.main.usage", hint=f"See: {path} --help")


def _leave(error: errors.CoupefeuError) -> NoReturn:
    _tell(error)
    sys.exit(next((code for kind, code in EXIT_CODES.items() if isinstance(error, kind)), 1))


def _described(error: OSError) -> errors.ConfigError:
    """Say which file the system refused, as every other error is said."""
    where = "" if error.filename is None else f"{error.filename}: "
    return errors.ConfigError(
        f"{where}{error.strerror or error}",
        code="cli.main.system",
        hint="Check the path, its owner and the disk.",
    )


def _tell(error: errors.CoupefeuError) -> None:
    if "--json" in sys.argv:
        described = {"code": error.code, "message": error.message, "hint": error.hint}
        sys.stdout.write(json.dumps({"error": described}, ensure_ascii=False) + "\n")
        return
    sys.stderr.write(f"{_harmless(error.message)} [{error.code}]\n")
    if error.hint:
        sys.stderr.write(f"  {_harmless(error.hint)}\n")


def _harmless(text: str) -> str:
    """Write out what is not printable: a message may name what stands in a stranger's file."""
    return "".join(each if each.isprintable() or each == "\n" else f"\\u{ord(each):04x}" for each in text)


if __name__ == "__main__":
    run()
