"""The demo with its consoles: prepares two nodes, prints a link to each, and stays until it is told to end."""

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
import threading
import time
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Final

import typer
import uvloop

from coupefeu.cli.demo_notices import LoadingBar, loaded_values, say_rejects
from coupefeu.cli.printing import report
from coupefeu.console.demo_consoles import FIRST_PORT, STAGES, DemoConsoles, open_demo_consoles
from coupefeu.model.agreement import EXERCISE_WORDS
from coupefeu.node.collector import calm_collector
from coupefeu.node.demo.loading import Loaded, describe
from coupefeu.node.demo.notices import load_files
from coupefeu.node.shared_data import find_file

BANNER: Final = " / ".join(EXERCISE_WORDS.values())
ENDS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Tell = Callable[[str], None]


def run_consoles(
    keep: Path | None, notices: Sequence[Path], *, first_port: int | None, opens: bool, as_json: bool
) -> None:
    """Run the demo until Ctrl-C, SIGTERM or the end of the terminal. Raises: ConfigError."""
    calm_collector()
    with _interruptible() as ends, contextlib.suppress(KeyboardInterrupt), _place(keep) as folder:
        try:
            files = tuple(map(find_file, notices))
            uvloop.run(_run(folder, files, first_port or FIRST_PORT, ends, opens=opens, as_json=as_json))
        finally:  # a second Ctrl-C must not leave half of the folder behind
            for number in ends:
                signal.signal(number, signal.SIG_IGN)
    if not as_json:
        left = f"The nodes are in {keep / 'us'} and {keep / 'ru'}." if keep else "Nothing is left of it."
        typer.echo(f"Ended. {left}")


@contextmanager
def _place(keep: Path | None) -> Iterator[Path]:
    """Give the folder that is kept, or one that goes with the demo."""
    if keep:
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="coupefeu-") as folder:
        yield Path(folder)


@contextmanager
def _interruptible() -> Iterator[list[signal.Signals]]:
    """Let each signal that ends the demo unwind it as Ctrl-C does; one that our caller ignores stays ignored."""
    before = {number: signal.getsignal(number) for number in ENDS}
    ends = [number for number, handler in before.items() if handler is not signal.SIG_IGN]
    for number in ends:
        signal.signal(number, signal.default_int_handler)
    try:
        yield ends
    finally:
        for number in ends:
            signal.signal(number, before[number])


async def _run(
    folder: Path,
    notices: Sequence[Path],
    first_port: int,
    ends: Sequence[signal.Signals],
    *,
    opens: bool,
    as_json: bool,
) -> None:
    """Play until a signal comes; everything has ended when this returns."""
    stop = asyncio.Event()
    for number in ends:
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    playing = asyncio.ensure_future(_play(folder, notices, first_port, opens=opens, as_json=as_json))
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait({playing, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    playing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await playing


async def _play(
    folder: Path, notices: Sequence[Path], first_port: int, *, opens: bool, as_json: bool
) -> None:
    async with AsyncExitStack() as stack:
        with _preparing(as_json=as_json) as tell:
            demo = await stack.enter_async_context(open_demo_consoles(folder, first_port, tell))
        loaded = await _load(demo, notices, as_json=as_json) if notices else None
        consoles = demo.consoles
        opens = opens and has_screen()
        values = {"folder": str(folder), "opened": opens, "consoles": [asdict(each) for each in consoles]}
        values |= {"notices": loaded_values(loaded), "communique": str(demo.played.communique)}
        lines = [*_lines(folder, demo, opens=opens), *_lines_of(loaded)]
        report(BANNER, lines, values, as_json=as_json)
        sys.stdout.flush()
        if opens:
            links = [each.link for each in consoles]
            threading.Thread(target=_open_browser, args=(links,), daemon=True).start()
        await demo.ended()


async def _load(demo: DemoConsoles, notices: Sequence[Path], *, as_json: bool) -> Loaded:
    with contextlib.closing(LoadingBar(as_json=as_json)) as bar:
        return await load_files(notices, demo.us, demo.ru, bar.tell)


def _lines_of(loaded: Loaded | None) -> list[str]:
    return [] if loaded is None else ["", describe(loaded), *(f"  {each}" for each in say_rejects(loaded))]


def has_screen() -> bool:
    """Whether a browser is here, and a screen on which it could show a page."""
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def _open_browser(links: Sequence[str]) -> None:
    for link in links:
        webbrowser.open(link)


def _lines(folder: Path, demo: DemoConsoles, *, opens: bool) -> list[str]:
    consoles, communique = demo.consoles, demo.played.communique
    busy = [
        f"Ports in use: {', '.join(map(str, each.busy))}; the console of {each.party.upper()} takes {each.port}."
        for each in consoles
        if each.busy
    ]
    return [
        "24 February to 24 March 2022 are on both records. What a label calls illustration is not in the article.",
        "A line between US and RU, on this machine, from 24 March 2022, 12:00Z. Both consoles answer"
        + (", and open in your browser:" if opens else ":"),
        "",
        *(f"  {each.party.upper()}   {each.link}   ({each.title})" for each in consoles),
        "",
        *busy,
        "Put the two pages side by side; the strip above each says what to do.",
        "A link signs one browser in, once, within ten minutes. For another one, in another terminal:",
        *(f"  {_program()} console-link --node {folder / each.party}" for each in consoles),
        "The communique of 23 March, as a stranger checks it:",
        f"  {_program()} verify {communique}",
        "Ctrl-C ends everything.",
    ]


def _program() -> str:
    """Give this program as it was called: `make demo` puts it on nobody's path."""
    return sys.argv[0] if Path(sys.argv[0]).name == "coupefeu" else "coupefeu"


@contextmanager
def _preparing(*, as_json: bool) -> Iterator[Tell]:
    """Show how far the preparation has come: a bar on a terminal, else a line for each stage; nothing beside JSON."""
    if as_json:
        yield lambda _stage: None
    elif sys.stderr.isatty():
        with _bar() as tell:
            yield tell
    else:
        began_s = time.monotonic()
        yield lambda stage: typer.echo(f"{time.monotonic() - began_s:6.1f} s  {stage}")


@contextmanager
def _bar() -> Iterator[Tell]:
    from rich.console import Console  # noqa: PLC0415 - only a terminal pays for it
    from rich.progress import Progress  # noqa: PLC0415 - as above

    with Progress(console=Console(stderr=True, no_color=True), transient=True) as bar:
        task = bar.add_task("", total=STAGES)
        bar.advance(task, -1)

        def tell(stage: str) -> None:
            bar.update(task, description=stage, advance=1)

        yield tell
