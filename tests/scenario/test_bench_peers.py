"""The adapter by which the peers' harness drives this program: what is sent is received and receipted, kills included.

The harness counts and cuts with iptables, as root; this plays what needs neither. No time is judged here.
"""

import json
import os
import subprocess
import sys

from tests.documents import ROOT
from tests.shared import shared_file

PLAY = """
import asyncio, json, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
import peers
from common import body

async def play():
    peer = peers.CoupeFeu(Path(sys.argv[3]))
    await peer.start()
    try:
        first = await peer.one("m", 0, 60)
        await peer.kill_b()
        await asyncio.gather(*(peer.send(body(number, "m")) for number in range(1, 21)))
        await peer.restart_b()
        await peer.until(lambda: peer.n_rx("m") == peer.n_rc("m") == 21, 60)
        found = {"times": len(first or ()), "servers": sorted(peer.servers())}
        return found | {"received": sorted(peer.all_rx("m")), "receipted": peer.n_rc("m")}
    finally:
        await peer.stop()

print(json.dumps(asyncio.run(play())))
"""


def test_the_adapter_does_what_the_harness_asks_of_a_peer(tmp_path_factory):
    folder = tmp_path_factory.mktemp("b")
    command = [sys.executable, "-c", PLAY, shared_file("bench/peers"), ROOT / "bench", folder]
    done = subprocess.run(
        command,
        env=os.environ | {"BENCH_OUT": str(folder / "results"), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "times": 3,
        "servers": ["A", "B"],
        "received": list(range(21)),
        "receipted": 21,
    }
