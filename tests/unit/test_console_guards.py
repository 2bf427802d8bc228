"""What a request must show before it reaches a route; each rule by itself."""

import asyncio

import pytest

from coupefeu.console.config import ConsoleConfig, Tls
from coupefeu.console.errors import ForeignError, MisdirectedError, TooSlowError, WrongTypeError
from coupefeu.console.guards import (
    HEADERS,
    POLICY,
    allowed_hosts,
    answer_headers,
    check_body_type,
    check_fetch_site,
    check_framing,
    check_host,
    check_origin,
    in_time,
)
from coupefeu.errors import UsageError

OWN = "http://us.localhost:7430"
HOSTS = frozenset({"us.localhost:7430", "127.0.0.1:7430"})


def headers(*pairs):
    return [(name.encode(), value.encode("latin-1")) for name, value in pairs]


def config(host="127.0.0.1", tls=None):
    return ConsoleConfig(party="us", host=host, port=0, tls=tls, session_hours=12)


def with_tls(tmp_path):
    return config("0.0.0.0", Tls(certificate=tmp_path, key=tmp_path, name="desk.example.org"))


def test_the_hosts_that_are_ours(tmp_path):
    assert allowed_hosts(config(), 7430) == HOSTS
    assert allowed_hosts(config("::1"), 9) == {"us.localhost:9", "[::1]:9"}
    assert allowed_hosts(with_tls(tmp_path), 8443) == {"desk.example.org:8443"}
    assert allowed_hosts(with_tls(tmp_path), 443) == {"desk.example.org:443", "desk.example.org"}


@pytest.mark.parametrize("host", ["us.localhost:7430", "127.0.0.1:7430", "US.LOCALHOST:7430"])
def test_our_own_host_passes(host):
    assert check_host(headers(("host", host)), HOSTS) == host.lower()


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",  # a name of a stranger that points here: DNS rebinding
        "evil.example:7430", "us.localhost", "us.localhost:80", "ru.localhost:7430", "localhost:7430",
        "us.localhost.:7430", "us.localhost:7430.evil.example", "evil@us.localhost:7430", "", " us.localhost:7430",
    ],
)  # fmt: skip
def test_any_other_host_is_refused(host):
    with pytest.raises(MisdirectedError):
        check_host(headers(("host", host)), HOSTS)


def test_no_host_and_two_hosts_are_refused():
    for given in ([], [("host", "us.localhost:7430"), ("host", "127.0.0.1:7430")]):
        with pytest.raises(MisdirectedError):
            check_host(headers(*given), HOSTS)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_who_changes_something_must_be_our_own_page(method):
    check_origin(method, headers(("origin", OWN)), OWN)
    with pytest.raises(ForeignError):
        check_origin(method, [], OWN)


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example", "https://us.localhost:7430", "http://us.localhost", "http://ru.localhost:7430",
        "http://127.0.0.1:7430", "null", "", "http://us.localhost:7430/", "HTTP://us.localhost:7430",
        "http://us.localhost:7430 http://evil.example",
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_page_of_any_other_origin_is_refused_whatever_it_does(method, origin):
    with pytest.raises(ForeignError):
        check_origin(method, headers(("origin", origin)), OWN)


def test_two_origins_are_none():
    with pytest.raises(ForeignError):
        check_origin("GET", headers(("origin", OWN), ("origin", OWN)), OWN)


def test_a_body_ends_in_one_way():
    check_framing(headers(("content-length", "2")))
    check_framing(headers(("transfer-encoding", "chunked")))
    with pytest.raises(UsageError, match="both"):
        check_framing(headers(("content-length", "2"), ("transfer-encoding", "chunked")))


def test_looking_needs_no_origin():
    check_origin("GET", [], OWN)
    check_origin("HEAD", [], OWN)


@pytest.mark.parametrize("site", ["cross-site", "same-site", "", "SAME-ORIGIN"])
@pytest.mark.parametrize(
    "path",
    [
        "/api", "/api/events", "/api/messages/us/1/attachments/0",
        "//api/events", "/api//events", "///api/record/us/export", "/./api/events", "/API/events", "/enter/", "//",
        "/assets/x.js", "/index.html",
    ],
)  # fmt: skip
def test_what_the_browser_says_another_site_asked_is_refused(path, site):
    with pytest.raises(ForeignError):
        check_fetch_site(path, headers(("sec-fetch-site", site)))


def test_a_link_from_elsewhere_may_open_the_page_and_an_old_browser_says_nothing():
    check_fetch_site("/", headers(("sec-fetch-site", "cross-site")))
    check_fetch_site("/enter", headers(("sec-fetch-site", "cross-site")))
    check_fetch_site("/api/desk", [])
    check_fetch_site("/api/desk", headers(("sec-fetch-site", "same-origin")))
    check_fetch_site("/api/desk", headers(("sec-fetch-site", "none")))


def test_two_sayings_of_the_browser_are_none():
    with pytest.raises(ForeignError):
        check_fetch_site(
            "/api", headers(("sec-fetch-site", "same-origin"), ("sec-fetch-site", "same-origin"))
        )


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "application/jsonp",
        "text/plain; application/json", "application/octet-stream",
    ],
)  # fmt: skip
def test_a_body_that_a_form_could_send_is_refused(kind):
    for length in (("content-length", "2"), ("transfer-encoding", "chunked")):
        with pytest.raises(WrongTypeError):
            check_body_type(headers(length, ("content-type", kind)))


def test_json_and_no_body_pass():
    check_body_type(headers(("content-length", "2"), ("content-type", "Application/JSON; charset=utf-8")))
    check_body_type(headers(("content-length", "0")))
    check_body_type([])


def test_two_types_of_body_are_none():
    twice = [("content-type", "application/json")] * 2
    with pytest.raises(WrongTypeError):
        check_body_type(headers(("content-length", "2"), *twice))


def test_every_answer_says_what_a_browser_may_do_with_it():
    given = {name.decode(): value.decode() for name, value in answer_headers(tls=False)}
    assert given == HEADERS
    assert given["x-content-type-options"] == "nosniff"
    assert given["x-frame-options"] == "DENY"
    assert given["referrer-policy"] == "no-referrer"
    assert given["cross-origin-opener-policy"] == given["cross-origin-resource-policy"] == "same-origin"
    assert "strict-transport-security" in {name.decode() for name, _ in answer_headers(tls=True)}


def test_the_pages_policy_takes_nothing_from_elsewhere_and_nothing_inline():
    rules = dict(rule.split(" ", 1) for rule in POLICY.split("; "))
    assert rules["default-src"] == rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert rules.pop("require-trusted-types-for") == "'script'"
    assert rules.pop("trusted-types") == "svelte-trusted-html default"
    allowed = {source for rule in rules.values() for source in rule.split()}
    assert allowed == {"'none'", "'self'", "data:"}
    assert rules["script-src"] == rules["style-src"] == "'self'"


def test_a_body_that_stops_in_the_middle_is_waited_for_in_vain_only_so_long():
    parts = [{"type": "http.request", "body": b"{", "more_body": True}]

    async def receive():
        return parts.pop() if parts else await asyncio.get_running_loop().create_future()

    async def read():
        received = in_time(receive, within_s=0)
        while True:
            await received()

    with pytest.raises(TooSlowError):
        asyncio.run(read())


def test_after_the_body_a_stream_may_wait_for_ever():
    async def read():
        body, rest = {"type": "http.request", "body": b"", "more_body": False}, asyncio.Queue()

        async def receive():
            await asyncio.sleep(0)
            return body if rest.empty() else await rest.get()

        received = in_time(receive, within_s=60)
        assert await received() is body
        waited = []
        in_vain = asyncio.wait_for
        try:
            asyncio.wait_for = lambda *given: waited.append(given)
            await rest.put({"type": "http.disconnect"})
            return await received(), waited
        finally:
            asyncio.wait_for = in_vain

    assert asyncio.run(read()) == ({"type": "http.disconnect"}, [])
