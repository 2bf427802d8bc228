"""The console over its socket: signing in, what is refused and how, bounds of connections, and a clean end."""

import asyncio
import contextlib
import gzip
import json
import socket

import pytest
from tests.console.serving import LOOPBACK, Served, config_of, hang_up, make_folders, serving

from coupefeu.console import connections, listening
from coupefeu.console.config import LOCALHOSTS
from coupefeu.console.guards import HEADERS
from coupefeu.console.keeper import ConsoleKeeper
from coupefeu.console.listening import bind, bind_all
from coupefeu.console.server import Console
from coupefeu.errors import BearerError
from coupefeu.node.local import LocalBackend


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_folders(tmp_path_factory.mktemp("console"))[0]


def on(folder, do, **changes):
    """Do something with a served console, in a loop of its own."""

    async def run():
        async with serving(folder, **changes) as served:
            return await do(served)

    return asyncio.run(run())


def test_a_link_signs_one_browser_in_once_and_signing_out_ends_it(folder):
    async def do(served):
        link = await served.link(officer="WATCH A", language="ru")
        assert link.startswith(f"http://us.localhost:{served.port}/enter#")
        key = link.partition("#")[2]
        answer = await served.http.post("/api/session", json={"key": key})
        assert answer.status_code == 201
        values = answer.json()
        assert (values["party"], values["post"], values["officer"]) == ("us", "us.duty", "WATCH A")
        assert values["language"] == "ru"
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("coupefeu-us=")
        assert cookie.endswith("; Path=/; HttpOnly; SameSite=Strict; Max-Age=129600")
        assert key not in cookie
        served.http.headers["cookie"] = cookie.partition(";")[0]
        assert (await served.http.get("/api/session")).json() == values
        again = await served.http.post("/api/session", json={"key": key})
        assert (again.status_code, again.json()["error"]["code"]) == (401, "console.link.used")
        gone = await served.http.delete("/api/session")
        assert (gone.status_code, gone.content) == (204, b"")
        assert "Max-Age=0" in gone.headers["set-cookie"]
        assert (await served.http.get("/api/session")).status_code == 401
        written = served.folder.log_path.read_text("utf-8") + str(list(served.folder.path.rglob("*")))
        assert key not in written

    on(folder, do)


def test_who_signed_in_from_where_and_until_when_stands_in_the_nodes_log(folder):
    async def do(served):
        await served.sign_in(officer="WATCH A")
        await served.http.delete("/api/session")
        made, began, ended = (
            next(each for each in reversed(served.notes()) if each["what"] == what)
            for what in ("console-link", "console-signed-in", "console-session-ended")
        )
        assert (made["post"], began["post"], began["source"]) == ("us.duty", "us.duty", LOOPBACK)
        assert began["session"] == ended["session"]
        assert "WATCH A" not in str(served.notes())

    on(folder, do)


def test_what_an_officer_does_prolongs_his_session_and_what_a_page_does_by_itself_does_not(folder):
    async def do(served):
        await served.sign_in()
        sessions = served.console._parts.sessions
        hour, now_ms = 3_600_000, sessions._now_ms
        first_ms = (await served.http.get("/api/session")).json()["expires_ms"]
        sessions._now_ms = lambda: now_ms() + hour
        await served.http.post("/api/shown", json={"console": "a", "messages": []})
        assert (await served.http.get("/api/session")).json()["expires_ms"] == first_ms
        stayed = await served.http.post("/api/session/stay")
        assert (stayed.status_code, stayed.json()["expires_ms"] >= first_ms + hour) == (200, True)
        sessions._now_ms = lambda: now_ms() + 2 * hour
        await served.http.post("/api/messages", json={})  # refused, but somebody sat there and pressed
        assert (await served.http.get("/api/session")).json()["expires_ms"] >= first_ms + 2 * hour

    on(folder, do)


def test_signing_in_anew_ends_the_session_that_the_browser_had(folder):
    async def do(served):
        await served.sign_in()
        earlier = served.http.headers["cookie"]
        await served.sign_in(post="us.chief")
        assert (await served.http.get("/api/session")).json()["post"] == "us.chief"
        assert (await served.http.get("/api/session", headers={"cookie": earlier})).status_code == 401

    on(folder, do)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"post": "ru.duty"}, "console.invite.post"),
        ({"post": 7}, "console.invite.post"),
        ({"officer": "x" * 81}, "console.invite.officer"),
        ({"officer": "a\u202eb"}, "console.invite.officer"),
        ({"officer": "a\nb"}, "console.invite.officer"),
        ({"officer": 7}, "console.invite.officer"),
        ({"language": "de"}, "console.invite.language"),
    ],
)
def test_a_link_is_made_only_for_a_post_of_ours_and_a_label_that_reads_as_written(folder, fields, code):
    async def do(served):
        with pytest.raises(Exception) as refused:
            await served.link(**fields)
        assert refused.value.code == code

    on(folder, do)


def test_everybody_is_signed_out_at_once_and_links_end(folder):
    async def do(served):
        await served.backend.others["console-link"]({"end_all": True})
        await served.sign_in()
        key = await served.key()
        assert await served.backend.others["console-link"]({"end_all": True}) == {"ended": 1}
        assert (await served.http.get("/api/session")).status_code == 401
        answer = await served.http.post("/api/session", json={"key": key})
        assert answer.json()["error"]["code"] == "console.link.displaced"

    on(folder, do)


def test_a_session_outlives_the_node(folder):
    cookie = {}

    async def first(served):
        await served.sign_in()
        cookie["cookie"] = served.http.headers["cookie"]

    async def second(served):
        assert (await served.http.get("/api/session", headers=cookie)).status_code == 200

    on(folder, first)
    on(folder, second)


REFUSED = [
    ("GET", "/api/session", {}, 401, "console.session.none"),
    ("GET", "/api/openapi.json", {}, 401, "console.session.none"),
    ("GET", "/api/nothing", {}, 404, "console.route.absent"),
    ("GET", "/api/../node.toml", {}, 404, "console.route.absent"),
    ("GET", "/%2e%2e/%2e%2e/node.toml", {}, 404, "console.route.absent"),
    ("GET", "/assets/", {}, 404, "console.route.absent"),
    ("PUT", "/api/session", {}, 405, "console.route.method"),
    ("OPTIONS", "/api/session", {"access-control-request-method": "POST"}, None, None),
    ("GET", "/api/health", {"host": "evil.example"}, 421, "console.guards.host"),
    ("GET", "/api/health", {"origin": "http://evil.example"}, 403, "console.guards.origin"),
    ("GET", "/api/health", {"origin": "null"}, 403, "console.guards.origin"),
    ("GET", "/api/health", {"sec-fetch-site": "cross-site"}, 403, "console.guards.site"),
    ("GET", "/api/health", {"sec-fetch-site": "same-site"}, 403, "console.guards.site"),
]


@pytest.mark.parametrize(("method", "path", "given", "status", "code"), REFUSED)
def test_every_refusal_has_one_shape_and_an_id_in_the_nodes_log(folder, method, path, given, status, code):
    async def do(served):
        answer = await served.http.request(method, path, headers=given)
        if code is not None:
            body = answer.json()
            assert (answer.status_code, body["error"]["code"]) == (status, code)
            assert set(body) == {"error"}
            assert set(body["error"]) == {"kind", "code", "message", "hint", "id"}
            assert all(body["error"].values())
            (note,) = [each for each in served.notes() if each.get("id") == body["error"]["id"]]
            assert (note["what"], note["status"], note["code"]) == ("console-refused", status, code)
            assert "node.toml" not in str(note)
        assert all(answer.headers[name] == value for name, value in HEADERS.items())
        assert "access-control-allow-origin" not in answer.headers
        assert "server" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"

    on(folder, do)


OPEN = {
    ("get", "/api/health"),
    ("post", "/api/session"),
    ("post", "/api/session/passkey"),
    ("post", "/api/session/passkey/challenge"),
    ("post", "/api/unit/look"),
    ("post", "/api/unit/press"),
}
"""A session is begun by these; the last two want the key of a unit's link."""


def test_every_route_of_the_api_needs_a_session_but_those_that_begin_one(folder):
    async def do(served):
        await served.sign_in()
        document = (await served.http.get("/api/openapi.json")).json()
        del served.http.headers["cookie"]
        routes = {(method, path) for path, item in document["paths"].items() for method in item}
        assert routes > OPEN
        for method, path in sorted(routes - OPEN):
            real = path.replace("{party}", "us").replace("{index}", "0").replace("{attachment}", "0")
            answer = await served.http.request(method, real, json=None if method == "get" else {})
            assert (answer.status_code, method, path) == (401, method, path)
            assert document["paths"][path][method]["security"] == [{"session": []}]

    on(folder, do)


FORM = "application/x-www-form-urlencoded"
POSTED = [
    ({"content": b"key=x", "headers": {"content-type": FORM}}, 415, "console.guards.type"),
    ({"content": b'{"key":"x"}', "headers": {"content-type": "text/plain"}}, 415, "console.guards.type"),
    ({"content": b"{", "headers": {"content-type": "application/json"}}, 400, "console.request.malformed"),
    ({"json": {}}, 400, "console.request.invalid"),
    ({"json": {"key": 7}}, 400, "console.request.invalid"),
    ({"json": {"key": "x" * 5_000}}, 413, "console.request.too_large"),
    ({"json": {"key": "x"}, "headers": {"origin": "http://evil.example"}}, 403, "console.guards.origin"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "status", "code"), POSTED)
def test_what_is_posted_is_judged_before_it_is_believed(folder, given, status, code):
    async def do(served):
        answer = await served.http.post("/api/session", **given)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)

    on(folder, do)


def test_a_program_without_origin_changes_nothing(folder):
    async def do(served):
        await served.sign_in()
        del served.http.headers["origin"]
        assert (await served.http.get("/api/session")).status_code == 200
        assert (await served.http.delete("/api/session")).status_code == 403

    on(folder, do)


def test_a_defect_is_told_by_its_incident_and_never_by_its_trace(folder, monkeypatch):
    async def do(served):
        await served.sign_in()
        monkeypatch.setattr("coupefeu.console.pages.make_document", lambda _app: 1 / 0)
        answer = await served.http.get("/api/openapi.json")
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (500, "node.journal.defect")
        assert "Traceback" not in answer.text
        assert "division" not in answer.text
        (note,) = [each for each in served.notes() if each.get("incident") == error["id"]]
        assert note["error"] == "ZeroDivisionError"

    on(folder, do)


def test_a_stranger_who_is_refused_again_and_again_does_not_fill_the_nodes_log(folder):
    async def do(served):
        before = len(served.notes())
        for _ in range(200):
            assert (await served.http.get("/api/session")).status_code == 401
        assert len(served.notes()) - before <= 60

    on(folder, do)


def test_pages_that_are_not_built_are_said_to_be_so(folder, monkeypatch, tmp_path):
    monkeypatch.setattr("coupefeu.console.static.BUILT", tmp_path)
    monkeypatch.setattr("coupefeu.console.server.load_pages.__defaults__", (tmp_path,))

    async def do(served):
        answer = await served.http.get("/")
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "console.static.not_built")
        assert "make console" in answer.json()["error"]["hint"]
        assert not served.console.is_built

    on(folder, do)


def test_built_pages_come_in_the_browsers_coding_and_are_asked_for_once(folder, monkeypatch, tmp_path):
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_bytes(b"<!doctype html>")
    (tmp_path / "assets" / "a.js").write_bytes(b"plain")
    (tmp_path / "assets" / "a.js.br").write_bytes(b"coded")
    (tmp_path / "assets" / "long.js").write_bytes(b"x" * 5_000)
    monkeypatch.setattr("coupefeu.console.server.load_pages.__defaults__", (tmp_path,))

    async def do(served):
        for path in ("/", "/enter"):
            page = await served.http.get(path)
            assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
            assert page.headers["cache-control"] == "no-store"
        async with served.http.stream("GET", "/assets/a.js", headers={"accept-encoding": "br"}) as script:
            assert script.headers["content-encoding"] == "br"
            assert b"".join([part async for part in script.aiter_raw()]) == b"coded"
            assert script.headers["content-type"] == "text/javascript; charset=utf-8"
            assert "immutable" in script.headers["cache-control"]
            assert script.headers["vary"] == "accept-encoding"
        plain = await served.http.get("/assets/a.js", headers={"accept-encoding": "identity"})
        assert (plain.content, plain.headers.get("content-encoding")) == (b"plain", None)
        long = await served.http.get("/assets/long.js", headers={"accept-encoding": "gzip"})
        assert "content-encoding" not in long.headers  # what the build did not press goes as it is
        again = await served.http.get("/assets/a.js", headers={"if-none-match": plain.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")

    on(folder, do)


def test_it_answers_on_both_addresses_that_browsers_take_localhost_for(folder):
    async def do(served):
        request = f"GET /api/health HTTP/1.1\r\nhost: {served.host}\r\nconnection: close\r\n\r\n".encode()
        for host in filter(_is_here, LOCALHOSTS):
            reader, writer = await asyncio.open_connection(host, served.port)
            writer.write(request)
            assert (await asyncio.wait_for(reader.read(), 20)).startswith(b"HTTP/1.1 200")
            await hang_up(writer)

    on(folder, do)


def _is_here(host):
    """Say whether this machine has the address; one without IPv6 has no `::1`."""
    try:
        bind(host, 0).close()
    except BearerError:
        return False
    return True


def test_a_port_that_a_stranger_holds_on_the_other_address_is_not_taken():
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.2", 0))
        stranger.listen()
        port = stranger.getsockname()[1]
        with pytest.raises(BearerError, match=r"127\.0\.0\.2") as refused:
            bind_all((LOOPBACK, "127.0.0.2"), port)
        assert refused.value.code == "console.listening.taken"
        bind(LOOPBACK, port).close()


def test_json_is_pressed_where_the_browser_takes_it_and_what_is_short_goes_as_it_is(folder):
    async def do(served):
        await served.sign_in()
        got = {}
        for accepted in ("gzip, deflate, br", "br", "gzip;q=0"):
            headers = {"accept-encoding": accepted}
            async with served.http.stream("GET", "/api/openapi.json", headers=headers) as answer:
                octets = b"".join([part async for part in answer.aiter_raw()])
                assert len(octets) == int(answer.headers["content-length"])
                got[accepted] = octets, answer.headers.get("content-encoding")
        plain, coding = got["br"]
        assert coding is None
        assert got["gzip;q=0"] == (plain, None)
        pressed, coding = got["gzip, deflate, br"]
        assert coding == "gzip"
        assert gzip.decompress(pressed) == plain
        assert len(pressed) < len(plain) / 4
        short = await served.http.get("/api/health", headers={"accept-encoding": "gzip"})
        assert "content-encoding" not in short.headers
        refused = await served.http.get("/api/nothing", headers={"accept-encoding": "gzip"})
        assert refused.json()["error"]["code"] == "console.route.absent"

    on(folder, do)


def test_the_stream_goes_as_it_is_and_at_once(folder):
    async def do(served):
        await served.sign_in()
        headers = {"accept-encoding": "gzip"}
        async with served.http.stream("GET", "/api/events?console=a", headers=headers) as answer:
            assert "content-encoding" not in answer.headers
            async for line in answer.aiter_lines():
                if line.startswith("data:"):
                    assert json.loads(line.removeprefix("data:"))["what"] == "desk"
                    break

    on(folder, do)


def test_a_stream_ends_with_its_session(folder):
    async def do(served):
        await served.sign_in()
        async with served.http.stream("GET", "/api/events?console=a") as answer:
            lines = answer.aiter_lines()
            await anext(lines)
            await served.backend.others["console-link"]({"end_all": True})
            await _read_to_the_end(lines)

    on(folder, do)


async def _read_to_the_end(lines):
    async with asyncio.timeout(20):
        async for _ in lines:
            pass


# --- connections ----------------------------------------------------------------------------------------------


def test_a_head_that_is_too_long_or_no_http_is_refused_and_hung_up_on(folder, capfd, caplog):
    async def do(served):
        for octets in (
            b"GET / HTTP/1.1\r\nhost: " + b"x" * 20_000,
            b"GET /" + b"a" * 20_000,
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
            b"GET / HTTP/1.1\r\n\r\n",
            b"GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n",
        ):
            assert (await served.say(octets)).startswith(b"HTTP/1.1 400")

    on(folder, do)
    assert capfd.readouterr() == ("", "")
    assert not caplog.records


@pytest.mark.parametrize("head", [b"x: " + b"a" * 40_000 + b"\r\n", b"a: b\r\n" * 5_000])
def test_a_head_that_is_too_long_is_refused_however_it_comes(folder, head):
    async def do(served):
        octets = f"GET /api/health HTTP/1.1\r\nhost: {served.host}\r\nconnection: close\r\n".encode()
        assert (await served.say(octets + b"x: y\r\n\r\n")).startswith(b"HTTP/1.1 200")
        with contextlib.suppress(ConnectionError):  # it may hang up while the rest is still on its way
            assert b" 200 " not in await served.say(octets + head + b"\r\n")

    on(folder, do)


def test_json_of_a_thousand_brackets_is_malformed_and_no_defect(folder):
    async def do(served):
        body = b'{"key": ' + b"[" * 4_000
        answer = await served.http.post(
            "/api/session", content=body, headers={"content-type": "application/json"}
        )
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "console.request.malformed")
        assert not [note for note in served.notes() if note.get("error") == "RecursionError"]

    on(folder, do)


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nhost: x"])
def test_a_request_that_is_not_said_in_time_loses_its_place(folder, monkeypatch, begun):
    monkeypatch.setattr(connections, "REQUEST_WITHIN_S", 0.05)

    async def do(served):
        assert await served.say(begun) == b""

    on(folder, do)


def test_a_second_request_on_a_connection_must_come_in_time_too(folder, monkeypatch):
    async def do(served):
        reader, writer = await served.connect()
        writer.write(f"GET /api/health HTTP/1.1\r\nhost: {served.host}\r\n\r\n".encode())
        await reader.readuntil(b'{"answers":true}')
        monkeypatch.setattr(connections, "REQUEST_WITHIN_S", 0.05)
        writer.write(b"GET /api/health HTTP/1.1\r\n")
        assert await asyncio.wait_for(reader.read(), 20) == b""
        await hang_up(writer)

    on(folder, do)


def test_who_holds_connections_keeps_nobody_out_and_throws_no_officer_out(folder, monkeypatch):
    monkeypatch.setattr(connections, "MAX_CONNECTIONS", 4)

    async def do(served):
        await served.sign_in()
        async with served.http.stream("GET", "/api/events?console=a") as stream:
            lines = stream.aiter_lines()
            await anext(lines)
            held = [await served.connect() for _ in range(40)]
            assert (await _health(served)).startswith(b"HTTP/1.1 200")
            assert (await served.http.get("/api/session")).status_code == 200
            async with asyncio.timeout(20):
                while not (await anext(lines)).startswith("data:"):  # the officer's stream goes on
                    pass
        for _, writer in held:
            await hang_up(writer)

    on(folder, do)


def test_connections_are_bounded_and_one_that_ends_makes_room(folder, monkeypatch):
    monkeypatch.setattr(connections, "MAX_CONNECTIONS", 2)

    async def do(served):
        await served.sign_in()
        cookie = served.http.headers["cookie"]
        held = [await _hold_signed_in(served, cookie) for _ in range(2)]
        assert await _health(served) == b""
        await hang_up(held[0])
        async with asyncio.timeout(20):
            while not await _health(served):  # noqa: ASYNC110 - room comes when the console has seen it go
                await asyncio.sleep(0)
        await hang_up(held[1])

    on(folder, do)


async def _hold_signed_in(served, cookie):
    """Ask something as an officer, and keep the connection."""
    reader, writer = await served.connect()
    writer.write(f"GET /api/session HTTP/1.1\r\nhost: {served.host}\r\ncookie: {cookie}\r\n\r\n".encode())
    assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    return writer


def test_strangers_at_one_address_off_this_machine_do_not_take_every_place():
    places = connections.Places()
    limit = connections.MAX_STRANGERS_FROM_ADDRESS
    assert all(places.admit(object(), "192.0.2.7") for _ in range(limit))
    one_more = object()
    assert not places.admit(one_more, "192.0.2.7")
    assert places.admit(object(), "192.0.2.8")
    assert all(places.admit(object(), LOOPBACK) for _ in range(2 * limit))
    places.settle(next(iter(places._strangers)))
    assert places.admit(one_more, "192.0.2.7")
    assert places._by_address == {"192.0.2.7": limit, "192.0.2.8": 1, LOOPBACK: 2 * limit}


def test_who_does_not_take_his_answer_is_given_up(folder, monkeypatch, tmp_path):
    monkeypatch.setattr(connections, "STALLED_S", 0.05)
    (tmp_path / "index.html").write_bytes(b"x" * (32 << 20))
    monkeypatch.setattr("coupefeu.console.server.load_pages.__defaults__", (tmp_path,))

    async def do(served):
        reader, writer = await asyncio.open_connection(LOOPBACK, served.port, limit=1_024)
        writer.write(f"GET / HTTP/1.1\r\nhost: {served.host}\r\n\r\n".encode())
        await _until(lambda: served.console._listener._places.connections)
        await _until(lambda: not served.console._listener._places.connections)
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await reader.readexactly(32 << 20)
        await hang_up(writer)

    on(folder, do)


async def _health(served):
    try:
        request = f"GET /api/health HTTP/1.1\r\nhost: {served.host}\r\nconnection: close\r\n\r\n"
        return await served.say(request.encode())
    except ConnectionError:
        return b""


def test_who_is_gone_without_a_word_is_noticed(folder):
    async def do(served):
        _, writer = await served.connect()
        await _until(lambda: served.console._listener._places.connections)
        (connection,) = served.console._listener._places.connections
        ours = connection.transport.get_extra_info("socket")
        assert ours.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == listening.DEAD_AFTER_S // 2
        assert ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == listening.DEAD_AFTER_S * 1_000
        await hang_up(writer)

    on(folder, do)


def test_a_page_that_connects_anew_ends_its_earlier_stream_and_is_one_screen(folder):
    async def do(served):
        await served.sign_in()
        async with served.http.stream("GET", "/api/events?console=a") as first:
            lines = first.aiter_lines()
            await anext(lines)
            async with served.http.stream("GET", "/api/events?console=a") as second:
                await anext(second.aiter_lines())
                assert (await served.http.get("/api/desk")).json()["screens"] == 1
                await _read_to_the_end(lines)

    on(folder, do)


# --- beginning and end ----------------------------------------------------------------------------------------


def test_a_busy_port_is_named_and_the_line_is_up_and_the_console_comes_when_it_is_free(folder, monkeypatch):
    monkeypatch.setattr("coupefeu.console.keeper.AGAIN_S", 0.01)
    said = []

    async def run():
        with socket.socket() as stranger:
            stranger.bind((LOOPBACK, 0))
            stranger.listen()
            port = stranger.getsockname()[1]
            backend = await LocalBackend.start(folder, online=False, serve=False)
            keeper = ConsoleKeeper(backend, config_of("us", port=port), lambda *each: said.append(each))
            try:
                await _until(lambda: said)
                assert f"127.0.0.1:{port}" in said[0][0]
                assert "The line is up" in said[0][0]
                assert said[0][1] is None
                assert (await backend.status())["running"]
                stranger.close()
                await _until(lambda: len(said) > 1)
            finally:
                await keeper.close()
                await backend.close()
        assert said[1][1] == f"http://us.localhost:{port}"
        assert len(said) == 2

    asyncio.run(run())


async def _until(is_so):
    async with asyncio.timeout(20):
        while not is_so():  # noqa: ASYNC110 - another's state, which no event tells
            await asyncio.sleep(0.01)


def test_it_ends_with_an_answer_under_way_that_never_ends(folder, monkeypatch):
    monkeypatch.setattr(listening, "END_WITHIN_S", 0.01)

    async def run():
        backend = await LocalBackend.start(folder, online=False, serve=False)
        console = await Console.start(backend, config_of("us"))
        host = console.address.partition("://")[2]
        reader, writer = await asyncio.open_connection(LOOPBACK, int(host.rpartition(":")[2]))
        head = f"POST /api/session HTTP/1.1\r\nhost: {host}\r\norigin: http://{host}\r\ncontent-length: 9\r\n"
        writer.write(f"{head}content-type: application/json\r\n\r\n".encode())
        await writer.drain()
        await _until(lambda: console._listener._places.tasks)
        await asyncio.wait_for(console.close(), 20)
        assert await asyncio.wait_for(reader.read(), 20) is not None
        await hang_up(writer)
        await backend.close()

    asyncio.run(run())


def test_it_ends_with_streams_open_that_nobody_closes(folder):
    async def run():
        backend = await LocalBackend.start(folder, online=False, serve=False)
        served = Served(backend, await Console.start(backend, config_of("us")))
        await served.sign_in()
        async with served.http.stream("GET", "/api/events?console=a") as answer:
            lines = answer.aiter_lines()
            await anext(lines)
            await asyncio.wait_for(served.console.close(), 20)
            await _read_to_the_end(lines)
        await served.http.aclose()
        await backend.close()

    asyncio.run(run())


def test_nothing_is_bound_when_starting_fails(folder, monkeypatch):
    async def run():
        backend = await LocalBackend.start(folder, online=False, serve=False)
        port = bind(LOOPBACK, 0)
        number = port.getsockname()[1]
        port.close()

        def fail(_parts):
            raise RuntimeError

        monkeypatch.setattr("coupefeu.console.server.make_app", fail)
        with pytest.raises(RuntimeError):
            await Console.start(backend, config_of("us", port=number))
        for bound in bind_all(LOCALHOSTS, number):
            bound.close()
        await backend.close()

    asyncio.run(run())
