"""A witness over real HTTP, in a thread of its own, on a port that the system chose."""

import asyncio
import threading
from contextlib import contextmanager

from coupefeu.console.listening import Listener, bind
from coupefeu.node.witness.app import WitnessApp
from coupefeu.node.witness.opening import open_witness

WITHIN_S = 30


@contextmanager
def serving(folder, trusted, *, clock=None, lists=False, name=None):
    """Give the address of a witness, and the witness itself."""
    started, ended, told = threading.Event(), threading.Event(), {}

    async def serve(opened):
        loop, stop = asyncio.get_running_loop(), asyncio.Event()
        told["stop"] = lambda: loop.call_soon_threadsafe(stop.set)
        app = WitnessApp(opened.witness, opened.journal.defect, lists=lists)
        bound = bind("127.0.0.1", 0)
        listener = await Listener.start(app, [bound], None)
        told["url"] = f"http://127.0.0.1:{bound.getsockname()[1]}"
        started.set()
        await stop.wait()
        await app.close()
        await listener.close()

    def run():
        try:
            with open_witness(folder, trusted, clock=clock, name=name) as opened:
                told["witness"] = opened.witness
                asyncio.run(serve(opened))
        except BaseException as error:  # noqa: BLE001 - told to the test, in its own thread
            told["error"] = error
        finally:
            started.set()
            ended.set()

    threading.Thread(target=run, daemon=True).start()
    assert started.wait(WITHIN_S)
    if "error" in told:
        raise told["error"]
    try:
        yield told["url"], told["witness"]
    finally:
        told["stop"]()
        assert ended.wait(WITHIN_S)
    if "error" in told:
        raise told["error"]
