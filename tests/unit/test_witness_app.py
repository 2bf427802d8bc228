"""The witness over HTTP where the specification says nothing: bounds, defects, who keeps a place, what is listed."""

import asyncio
import http.client
import socket
from urllib.parse import urlsplit

import pytest
from tests.witnesses import serving

from coupefeu.console.connections import prove
from coupefeu.errors import StoreError
from coupefeu.node.witness import app as module
from coupefeu.node.witness.app import MAX_WAITING, WitnessApp
from coupefeu.node.witness.opening import open_witness
from coupefeu.testing.witness_contract import ContractLog
from coupefeu.wire.witness import MAX_REQUEST_BYTES, origin_hash

LOG = ContractLog("a/log")
TRUST = [key.text() for key in LOG.vkeys]
HASH = f"/{origin_hash(LOG.origin)}/checkpoint"


def ask(app, body=b"", *, path="/add-checkpoint", method="POST", headers=(), messages=None):
    """Ask once, without a socket; gives status, headers and body, or None when nothing was answered."""
    sent = []
    coming = messages or [{"type": "http.request", "body": body}]

    async def receive():
        if not coming:
            await asyncio.Event().wait()
        return coming.pop(0)

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "path": path, "method": method, "headers": headers}

    async def run():
        await app(scope, receive, send)
        if not sent:
            return None
        return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]

    return run()


def defect(error):
    raise AssertionError from error


@pytest.fixture
def opened(tmp_path):
    with open_witness(tmp_path / "w", TRUST) as opened:
        yield opened.witness


def asked(opened, *requests, **settings):
    async def run():
        app = WitnessApp(opened, settings.pop("defect", defect), **settings)
        try:
            return [await ask(app, **request) for request in requests]
        finally:
            await app.close()

    return asyncio.run(run())


def test_a_body_that_does_not_come_is_given_up(opened, monkeypatch):
    monkeypatch.setattr(module, "BODY_WITHIN_S", 0)
    half = {"type": "http.request", "body": b"old 0\n", "more_body": True}
    ((status, headers, _),) = asked(opened, {"messages": [half]})
    assert status == 408
    assert headers[b"connection"] == b"close"


def test_a_body_that_is_too_large_is_given_up_as_soon_as_that_is_seen(opened):
    said = {"headers": [(b"content-length", b"%d" % (MAX_REQUEST_BYTES + 1))], "messages": []}
    half = {"type": "http.request", "body": b"x" * (MAX_REQUEST_BYTES + 1), "more_body": True}
    found = asked(opened, said, {"messages": [half]})
    assert [status for status, _, _ in found] == [413, 413]


def test_whoever_went_away_is_answered_nothing(opened):
    half = {"type": "http.request", "body": b"old 0\n", "more_body": True}
    assert asked(opened, {"messages": [half, {"type": "http.disconnect"}]}) == [None]


def test_what_nobody_foresaw_is_noted_and_told_without_a_trace(opened, monkeypatch):
    noted = []

    def note(error):
        noted.append(error)
        return StoreError("the node failed", code="node.journal.defect", hint="witness.log has incident 1")

    monkeypatch.setattr(opened, "settle", lambda _: 1 / 0)
    monkeypatch.setattr(opened, "latest", lambda _: 1 / 0)
    found = asked(opened, {"body": LOG.request(0, 1)}, {"path": HASH, "method": "GET"}, defect=note)
    assert [status for status, _, _ in found] == [500, 500]
    assert [type(error) for error in noted] == [ZeroDivisionError] * 2
    assert all(b"division" not in body for _, _, body in found)


def test_too_many_that_wait_are_asked_to_come_again(opened):
    async def run():
        app = WitnessApp(opened, defect)
        app._waiting = [None] * MAX_WAITING
        status, headers, _ = await ask(app, LOG.request(0, 1))
        app._waiting = []
        await app.close()
        return status, headers[b"retry-after"]

    assert asyncio.run(run()) == (503, b"1")


def test_what_waits_is_committed_together(opened, monkeypatch):
    batches = []
    settle = opened.settle

    def count(batch):
        batches.append(len(batch))
        return settle(batch)

    monkeypatch.setattr(opened, "settle", count)

    async def run():
        app = WitnessApp(opened, defect)
        found = await asyncio.gather(*(ask(app, LOG.request(0, size)) for size in range(1, 9)))
        await app.close()
        return [status for status, _, _ in found]

    assert sorted(asyncio.run(run())) == [200] + [409] * 7
    assert sum(batches) == 8
    assert len(batches) <= 2


def test_a_log_that_was_cosigned_keeps_its_place(opened):
    proved = []
    settings = {"proved": lambda scope: proved.append(scope["path"])}
    asked(opened, {"body": LOG.request(1, 2)}, {"body": LOG.request(0, 2)}, **settings)
    assert proved == ["/add-checkpoint"]
    prove({"type": "http"})  # a server that keeps no places


def test_other_paths_and_methods(opened):
    found = asked(
        opened,
        {"path": "/", "method": "GET"},
        {"path": "/logs", "method": "GET"},
        {"path": HASH, "method": "GET"},
        {"path": HASH.upper(), "method": "GET"},
        {"path": HASH, "method": "POST"},
        {"path": "/add-checkpoint", "method": "GET"},
    )
    assert [status for status, _, _ in found] == [404, 404, 404, 404, 405, 405]
    assert [headers.get(b"allow") for _, headers, _ in found[4:]] == [b"GET, HEAD", b"POST"]


def test_logs_are_listed_where_the_operator_wants_it(opened):
    ((status, _, body),) = asked(opened, {"path": "/logs", "method": "GET"}, lists=True)
    assert (status, body) == (200, opened.list_logs())


def test_a_head_request_has_no_body(opened):
    _, full, (status, headers, body) = asked(
        opened, {"body": LOG.request(0, 2)}, {"path": HASH, "method": "GET"}, {"path": HASH, "method": "HEAD"}
    )
    assert (status, body) == (200, b"")
    assert headers[b"content-length"] == full[1][b"content-length"]


def test_other_scopes_are_left_alone(opened):
    async def run():
        app = WitnessApp(opened, defect)
        await app({"type": "websocket"}, None, None)
        await app.close()

    asyncio.run(run())


def test_over_a_socket_a_restart_forgets_nothing(tmp_path):
    with serving(tmp_path / "w", TRUST) as (url, _):
        assert _post(url, LOG.request(0, 5)) == 200
    with serving(tmp_path / "w", TRUST) as (url, _):
        assert _post(url, LOG.request(0, 5)) == 409
        assert _post(url, ContractLog(LOG.origin, "fork", common=3).request(5, 5)) == 409
        assert _post(url, LOG.request(5, 9)) == 200


def test_one_who_holds_a_request_open_keeps_nobody_out(tmp_path):
    with serving(tmp_path / "w", TRUST) as (url, _):
        parts = urlsplit(url)
        slow = [socket.create_connection((parts.hostname, parts.port)) for _ in range(20)]
        for each in slow:
            each.sendall(b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nold 0\n")
        assert _post(url, LOG.request(0, 5)) == 200
        for each in slow:
            each.close()


def _post(url, body):
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
    try:
        connection.request("POST", "/add-checkpoint", body)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()
