"""The operator's own alarm: a program and its arguments from node.toml, run without a shell and never for ever.

[alarm]
command = ["aplay", "-q", "/usr/local/share/flash.wav"]
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from coupefeu.errors import ConfigError
from coupefeu.node.events import Trouble

RUN_S: Final = 30.0
"""A program that has not ended by then is killed, with all that it started."""
MAX_ARGUMENTS: Final = 64
MAX_ARGUMENT_CHARACTERS: Final = 4_096
KEPT_NAMES: Final = ("PATH", "HOME", "LANG", "XDG_RUNTIME_DIR")
"""All that the program gets of our environment: where programs are, and where this user's sound is."""


def read_alarm(table: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Read the section [alarm] of node.toml: program and arguments; nothing, where there is no such section.

    Raises: ConfigError: `node.alarm.fields`, `node.alarm.command`.
    """
    if table is None:
        return ()
    if set(table) != {"command"}:
        seen = ", ".join(sorted(table)) or "no field"
        raise ConfigError(
            f"[alarm] in node.toml has {seen}",
            code="node.alarm.fields",
            hint='It has one field: command = ["program", "argument"].',
        )
    command = table["command"]
    if (
        not isinstance(command, list)
        or not 0 < len(command) <= MAX_ARGUMENTS
        or not all(map(_is_argument, command))
    ):
        raise _bad("is not a list of texts, the first of which is a program")
    program = command[0]
    if not program or ("/" in program and not program.startswith("/")):
        raise _bad(f"begins with {program!r}, which is neither the name of a program nor its absolute path")
    return tuple(command)


def _is_argument(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= MAX_ARGUMENT_CHARACTERS and "\x00" not in value


def _bad(says: str) -> ConfigError:
    return ConfigError(
        f"command of [alarm] in node.toml {says}",
        code="node.alarm.command",
        hint='Such as command = ["aplay", "-q", "/usr/local/share/flash.wav"]; no shell reads it.',
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a run ended: its exit status, None when it was killed; `error` when it could not begin."""

    status: int | None = None
    error: str = ""


async def run_program(
    command: tuple[str, ...], values: Mapping[str, str], *, within_s: float = RUN_S
) -> Ended:
    """Run a program and wait for its end; when time is up, it and all that it started is killed."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env={name: os.environ[name] for name in KEPT_NAMES if name in os.environ} | dict(values),
            cwd="/",
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        return Ended(error=getattr(error, "strerror", None) or type(error).__name__)
    try:
        return Ended(status=await asyncio.wait_for(process.wait(), within_s))
    except TimeoutError:
        return Ended()
    finally:
        if process.returncode is None:
            await _end_group(process)


def trouble_of(ended: Ended, about: str) -> Trouble | None:
    """Say what went wrong with a run for `about`; None: nothing did."""
    says = f"the alarm command for {about}"
    if ended.error:
        return _trouble("not-run", f"{says} could not be run: {ended.error}")
    if ended.status is None:
        return _trouble("killed", f"{says} had not ended after {RUN_S:.0f} s and was killed")
    if ended.status:
        return _trouble("failed", f"{says} ended with status {ended.status}")
    return None


def _trouble(what: str, detail: str) -> Trouble:
    return Trouble(party=None, code=f"node.alarm.{what}", detail=detail)


async def _end_group(leader: asyncio.subprocess.Process) -> None:
    """Kill a program and what it started; until it is waited for, its number means no other process."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader.pid, signal.SIGKILL)
    await leader.wait()
