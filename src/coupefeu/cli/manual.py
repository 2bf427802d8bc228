"""The manual page docs/cli.md, written from what the commands say of themselves.

python -m coupefeu.cli.manual > docs/cli.md
"""

import sys
from collections.abc import Iterator
from typing import Any

from typer.main import get_command

from coupefeu.cli.main import COMMANDS, EXIT_CODES, make_app
from coupefeu.cli.usage import choices, value_name

HEAD = """# The commands

Written by `python -m coupefeu.cli.manual` from the commands' own `--help`; a test compares. On an EXERCISE line every
command says EXERCISE / EXERCICE / УЧЕНИЕ first; with `--json`, one object whose first key is `exercise`.

**Looking changes nothing.** `status`, `inbox`, `record`, `export`, `prove`, `fsck` and `agreement show` read the folder
of a running and of a stopped node and leave every byte of it as it was. `verify` needs no node at all.

**Acts** (`say`, `take`, `read`, `read-back`, `say-again`, `pass-to`, `outcome`, `confirm`) go through the running node.
On a stopped one they are put on record all the same, and leave when it is up.

**Times** are UTC: `0312Z`, `"240312Z MAR 22"`, `2022-03-24T03:12Z`, or `now`. `0312Z` is that of today; of what is
still to come the next one, of what has happened the last one. **Numbers of messages** are `US/14`: the author's party
and the place on its record.
"""


def render_manual() -> str:
    """Write the whole page."""
    group: Any = get_command(make_app())
    parts = [HEAD, _exit_codes()]
    for name in COMMANDS:
        parts += list(_command(group.commands[name], f"coupefeu {name}", "##"))
    return "\n".join(parts)


def _exit_codes() -> str:
    rows = [f"| {code} | {(kind.__doc__ or '').strip()} |" for kind, code in EXIT_CODES.items()]
    head = ["| exit code | what happened |", "| --- | --- |", "| 0 | It is done. |"]
    ours = "| 1 | A defect of ours, or a step of demo or bench that did not hold. |"
    return "\n".join([*head, ours, *rows, ""])


def _command(command: Any, path: str, mark: str) -> Iterator[str]:
    yield f"{mark} {path}\n"
    yield f"{_text(command.help)}\n"
    if hasattr(command, "commands"):
        if command.invoke_without_command:
            yield from _usage(command, path)
        for name, sub in command.commands.items():
            yield from _command(sub, f"{path} {name}", f"{mark}#")
        return
    yield from _usage(command, path)


def _usage(command: Any, path: str) -> Iterator[str]:
    places = "".join(f" {_place(each)}" for each in command.params if each.param_type_name == "argument")
    yield f"    {path} [OPTIONS]{places}\n"
    rows = [row for each in command.params for row in _row(each)]
    yield "\n".join(["| | |", "| --- | --- |", *rows, ""])


def _place(parameter: Any) -> str:
    name = parameter.metavar or parameter.name.upper()
    return str(name if parameter.required or name.startswith("[") else f"[{name}]")


def _row(parameter: Any) -> Iterator[str]:
    if parameter.param_type_name == "argument":
        known = f" One of: {', '.join(choices(parameter))}." if choices(parameter) else ""
        yield f"| `{_place(parameter)}` | {_text(parameter.help)}{known} |"
    elif "--help" not in parameter.opts:
        options = ", ".join([*parameter.opts, *parameter.secondary_opts])
        yield f"| `{options}`{_kind(parameter)} | {_text(parameter.help)}{_remarks(parameter)} |"


def _kind(parameter: Any) -> str:
    if parameter.is_flag:
        return ""
    return f" {' / '.join(choices(parameter)) or value_name(parameter)}"


def _remarks(parameter: Any) -> str:
    said = ["required"] if parameter.required else []
    said += ["may be repeated"] if parameter.multiple else []
    plain = isinstance(parameter.default, int | float) and not isinstance(parameter.default, bool)
    said += [f"default {parameter.default}"] if plain else []
    return f" ({', '.join(said)})" if said else ""


def _text(help_text: str | None) -> str:
    return " ".join((help_text or "").split())


if __name__ == "__main__":
    sys.stdout.write(render_manual())
