"""The live feed to a TAK server: a real node, a real TCP receiver on loopback."""

import asyncio
import re

import pytest

import coupefeu
from coupefeu.errors import ConfigError
from coupefeu.model.instant import Moment
from coupefeu.model.notices import NoticeForm
from coupefeu.model.places import Position
from coupefeu.model.volumes import Circle, Volume
from coupefeu.node.events import Trouble
from coupefeu.node.exercise import pair_exercise
from coupefeu.node.tak.feed import BACK_OFF_S, TakFeed
from coupefeu.node.tak.settings import TakSettings, read_tak
from coupefeu.services.notices.commands import AmendNotice, FileNotice, WithdrawNotice
from coupefeu.services.notices.facts import NoticeFact
from coupefeu.wire.cot_read import read_cot
from coupefeu.wire.features import Feature

WITHIN_S = 60
START_MS = 1_956_528_000_000


class Receiver:
    """What a TAK server is for this: it listens, reads events and can hang up."""

    def __init__(self):
        self.text, self.connections, self._writers = "", 0, []
        self._more = asyncio.Condition()

    async def listen(self, port=0):
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", port)
        return self._server.sockets[0].getsockname()[1]

    async def _accept(self, reader, writer):
        self.connections += 1
        self.text = ""
        self._writers.append(writer)
        writer.write(b"<event>what a server says is thrown away")
        while data := await reader.read(65_536):
            async with self._more:
                self.text += data.decode()
                self._more.notify_all()
        writer.close()

    async def until(self, pattern, connection=1):
        async with self._more:
            await self._more.wait_for(
                lambda: self.connections >= connection and re.search(pattern, self.text, re.DOTALL)
            )

    async def hang_up(self):
        self._server.close()
        for writer in self._writers:
            writer.close()
        self._writers.clear()


def fact(title, lat=48.2):
    centre = Position(lat_e7=round(lat * 1e7), lon_e7=163_000_000)
    volume = Volume(
        shape=Circle(centre=centre, radius_dm=5_000),
        lower=None,
        upper=None,
        start_ms=START_MS,
        end_ms=START_MS + 1,
    )
    return NoticeFact(
        form=NoticeForm.TEMPORARY_ZONE,
        title=title,
        volumes=(volume,),
        fields={1: "Keep out", 2: 1, 4: "Duty"},
    )


async def file(node, title):
    (sent,) = await node.act(FileNotice.of(fact(title), f"{node.folder.party}.duty"))
    return sent


@pytest.mark.parametrize("show", ["ours", "all"])
def test_a_server_is_shown_what_is_in_force_and_shown_all_of_it_again_after_a_cut(tmp_path, show):
    us, ru = tmp_path / "us", tmp_path / "ru"
    pair_exercise(us, ru)

    async def play():
        server = Receiver()
        port = await server.listen()
        with (us / "node.toml").open("a", encoding="utf-8") as settings:
            settings.write(f'\n[tak]\naddress = "127.0.0.1:{port}"\nshow = "{show}"\n')
        async with coupefeu.Node.open(us) as ours, coupefeu.Node.open(ru) as theirs:
            first = await file(ours, "Range")
            await server.until('callsign="EXERCISE Range".*</event>')
            other = await file(theirs, "Theirs")
            await other.receipt()
            await ours.act(AmendNotice.of(first.id, fact("Range moved", 48.3), "us.duty"))
            await server.until('callsign="EXERCISE Range moved".*</event>')
            assert ("EXERCISE Theirs" in server.text) is (show == "all")
            gone = await file(ours, "Gone")
            await server.until("EXERCISE Gone.*</event>")
            # Cut while something happens: on the next connection all that is in force comes again, what is not goes.
            await server.hang_up()
            await ours.act(WithdrawNotice(notice=gone.id, from_post="us.duty"))
            second = await file(ours, "Second")
            await server.listen(port)
            await server.until("EXERCISE Range moved.*EXERCISE Second.*</event>", connection=2)
            assert f"{gone.number.replace('/', '-')}.1.deleted" in server.text
            drawn = (each for each in read_cot([server.text]) if isinstance(each, Feature))
            found = {each.properties["title"] for each in drawn}
            assert found == {"Range moved", "Second"} | ({"Theirs"} if show == "all" else set())
            await ours.act(WithdrawNotice(notice=second.id, from_post="us.duty"))
            await server.until(
                rf't-x-d-d.*uid="coupefeu\.[0-9a-f]{{8}}\.{second.number.replace("/", "-")}\.1"'
            )
        await server.hang_up()

    asyncio.run(asyncio.wait_for(play(), WITHIN_S))


def feed(dial, pauses, told, stop_after):
    async def pause(seconds):
        pauses.append(seconds)
        if len(pauses) == stop_after:
            raise asyncio.CancelledError

    return TakFeed(
        TakSettings(host="192.0.2.1", port=8087),
        drawn=None,
        desk=lambda: None,
        clock=lambda: Moment(utc_ms=0, mono_ms=0),
        tell=told.append,
        defect=told.append,
        dial=dial,
        pause=pause,
    )


def test_a_server_that_is_not_there_is_dialled_ever_more_rarely_and_named_once():
    pauses, told = [], []

    async def refuse(_host, _port):
        raise ConnectionRefusedError("refused")

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(feed(refuse, pauses, told, 9).keep())
    assert pauses == [*BACK_OFF_S, BACK_OFF_S[-1], BACK_OFF_S[-1], BACK_OFF_S[-1]]
    assert [each.code for each in told] == ["node.tak.down"]
    assert isinstance(told[0], Trouble)


def test_a_defect_of_the_feed_ends_neither_it_nor_the_node():
    pauses, told = [], []

    async def break_(_host, _port):
        raise KeyError("a defect")

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(feed(break_, pauses, told, 3).keep())
    assert [type(each) for each in told] == [KeyError] * 3


@pytest.mark.parametrize(
    "table",
    [
        {}, {"adress": "192.0.2.1:8087"}, {"address": "192.0.2.1"}, {"address": 7},
        {"address": "192.0.2.1:8087", "every": "1s"},
        {"address": "192.0.2.1:8087", "every": "13h"}, {"address": "192.0.2.1:8087", "every": 60},
        {"address": "192.0.2.1:8087", "show": "everything"}, {"address": "192.0.2.1:8087", "show": ["ours"]},
    ],
)  # fmt: skip
def test_a_section_that_cannot_be_is_refused(table):
    with pytest.raises(ConfigError) as refusal:
        read_tak(table)
    assert refusal.value.code == "node.tak.settings"


def test_a_section_says_whom_it_shows_and_how_often():
    assert read_tak(None) is None
    assert read_tak({"address": "192.0.2.1:8087"}) == TakSettings(
        host="192.0.2.1", port=8087, every_s=300, ours=True
    )
    assert read_tak({"address": "[2001:db8::1]:1", "every": "1h", "show": "all"}).ours is None
