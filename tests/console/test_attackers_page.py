"""An attacker's page, open in the browser of an officer who is signed in: nothing of it gets through.

The stranger is met at another host, and at another port of our own host and address, which a browser calls the same
site: it sends him our cookies, and us his requests with them.
"""

import json
import secrets
import sqlite3
from types import SimpleNamespace

import pytest
from tests.console.attackers import stranger
from tests.console.browser import ARGUMENTS, PATH
from tests.console.desks import wait_until

HOSTS = ("evil.localhost", "us.localhost", "127.0.0.1")
MESSAGE = {"form": "free-text", "subject": "SAFETY", "text": "Withdraw all units."}


@pytest.fixture(scope="module")
def evil():
    with stranger() as serving:
        yield serving


@pytest.fixture
def victim(window, desks, monkeypatch):
    """An officer's browser that is signed in at US, with another tab open at a stranger's page."""
    monkeypatch.setattr(
        "coupefeu.console.errors.NOTES_A_MINUTE", 1_000_000
    )  # every refusal is looked at here
    window.allow("")  # whatever the browser says of what a stranger is refused is meant
    return SimpleNamespace(window=window, desk=desks.us, address=desks.us.sign_in(window))


def entries(desk):
    """Count what stands on our own record."""
    count = "SELECT count(*) FROM entries WHERE log = ?"
    with sqlite3.connect(f"file:{desk.folder.record_path}?mode=ro", uri=True) as record:
        return record.execute(count, (desk.folder.log_number,)).fetchone()[0]


def open_stranger(victim, evil, host):
    page = victim.window.context.new_page()
    page.goto(evil.origin(host))
    return page


def refusals(victim):
    """List the codes of what the console refused, from node.log."""
    notes = [json.loads(each) for each in victim.desk.folder.log_path.read_text("utf-8").splitlines()]
    return [note["code"] for note in notes if note["what"] == "console-refused" and "code" in note]


def attack(victim, evil, host, script, argument=None):
    """Run a script on the stranger's page; gives (what it saw, codes of what was refused meanwhile)."""
    before, size = len(refusals(victim)), entries(victim.desk)
    page = open_stranger(victim, evil, host)
    saw = page.evaluate(script, argument)
    wait_until(lambda: len(refusals(victim)) > before, "the attack did not even arrive")
    assert entries(victim.desk) == size
    return saw, refusals(victim)[before:]


FETCH = """async ([url, init]) => {
  try { const answer = await fetch(url, init); return [answer.type, answer.status, await answer.text()]; }
  catch (error) { return error.name; }
}"""


@pytest.mark.parametrize("host", HOSTS)
def test_a_strangers_script_reads_nothing(victim, evil, host):
    for credentials in ("include", "omit"):
        for mode in ("cors", "no-cors"):
            init = {"credentials": credentials, "mode": mode}
            saw, codes = attack(victim, evil, host, FETCH, [f"{victim.address}/api/session", init])
            assert saw == "TypeError"
            assert set(codes) <= {"console.guards.origin", "console.guards.site"}


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded"])
def test_a_strangers_script_sends_nothing_that_is_taken(victim, evil, host, kind):
    key = victim.desk.link().partition("#")[2]
    for path, body in (("session", {"key": key}), ("messages", MESSAGE)):
        init = {
            "method": "POST", "mode": "no-cors", "credentials": "include", "body": json.dumps(body),
            "headers": {"content-type": kind},
        }  # fmt: skip
        saw, codes = attack(victim, evil, host, FETCH, [f"{victim.address}/api/{path}", init])
        assert (saw, set(codes)) == ("TypeError", {"console.guards.origin"})
    assert victim.desk._redeem(f"{victim.address}/enter#{key}")  # the key is as good as new


@pytest.mark.parametrize("host", HOSTS)
def test_no_stranger_is_allowed_to_send_json_or_to_sign_an_officer_out(victim, evil, host):
    json_type = {"content-type": "application/json"}
    for path, method, more in (
        ("messages", "POST", {"body": json.dumps(MESSAGE), "headers": json_type}),
        ("session", "DELETE", {}),
        ("session", "PUT", {}),
    ):
        init = {"method": method, "credentials": "include", **more}
        saw, codes = attack(victim, evil, host, FETCH, [f"{victim.address}/api/{path}", init])
        assert (saw, set(codes)) == ("TypeError", {"console.guards.origin"})
    assert signed_in(victim) == 200


FORM = """([url, body]) => {
  const form = document.createElement('form');
  Object.assign(form, { method: 'POST', action: url, enctype: 'text/plain' });
  const field = document.createElement('input');
  const [name, value] = body.split('=');
  Object.assign(field, { name, value });
  form.append(field);
  document.body.append(form);
  form.submit();
}"""


@pytest.mark.parametrize("host", HOSTS)
def test_a_form_that_is_sent_by_itself_sends_nothing_that_is_taken(victim, evil, host):
    key = victim.desk.link().partition("#")[2]
    body = f'{{"key":"{key}","pad":"=' + '"}'  # a form's `name=value` that is JSON
    _, codes = attack(victim, evil, host, FORM, [f"{victim.address}/api/session", body])
    assert set(codes) == {"console.guards.origin"}
    assert victim.desk._redeem(f"{victim.address}/enter#{key}")


STREAM = """(url) => new Promise((resolve) => {
  const stream = new EventSource(url, { withCredentials: true });
  stream.onopen = () => resolve('open');
  stream.onmessage = (event) => resolve(event.data);
  stream.onerror = () => { stream.close(); resolve('refused'); };
})"""


@pytest.mark.parametrize("host", HOSTS)
def test_no_stranger_hears_the_feed(victim, evil, host):
    saw, codes = attack(victim, evil, host, STREAM, f"{victim.address}/api/events?console=evil")
    assert (saw, set(codes)) == ("refused", {"console.guards.origin"})


LOADED = """([element, attribute, url]) => new Promise((resolve) => {
  const made = document.createElement(element);
  if (element === 'link') made.rel = 'stylesheet';
  made.onload = () => resolve('loaded');
  made.onerror = () => resolve('refused');
  made[attribute] = url;
  document.body.append(made);
})"""


@pytest.mark.parametrize("host", HOSTS)
def test_nothing_of_the_api_is_loaded_into_a_strangers_page(victim, evil, host):
    for element, attribute in (("img", "src"), ("script", "src"), ("link", "href"), ("audio", "src")):
        saw, codes = attack(victim, evil, host, LOADED, [element, attribute, f"{victim.address}/api/session"])
        assert (element, saw, set(codes)) == (element, "refused", {"console.guards.site"})


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize(
    "path", ["/api/openapi.json", "//api/openapi.json", "/api//openapi.json", "/%61pi/openapi.json"]
)
def test_no_stranger_opens_the_api_in_a_window_however_he_writes_its_path(victim, evil, host, path):
    before = len(refusals(victim))
    page = open_stranger(victim, evil, host)
    with victim.window.context.expect_page() as opened:
        page.evaluate("(url) => { window.open(url); }", f"{victim.address}{path}")
    opened.value.wait_for_load_state()
    assert "console.guards.site" in opened.value.content()
    # The browser may ask for a favicon of the page that says so.
    assert set(refusals(victim)[before:]) - {"console.route.absent"} == {"console.guards.site"}


@pytest.mark.parametrize("host", HOSTS)
def test_no_stranger_frames_the_console(victim, evil, host):
    page = open_stranger(victim, evil, host)
    page.evaluate(
        "(url) => new Promise((resolve) => { const frame = document.createElement('iframe');"
        "frame.onload = resolve; frame.src = url; document.body.append(frame); })",
        f"{victim.address}/",
    )
    (frame,) = page.frames[1:]
    # Each look asks the browser something, so that its news arrives meanwhile.
    wait_until(lambda: page.evaluate("1") and frame.url.startswith("chrome-error://"), frame.url)


@pytest.mark.parametrize("host", HOSTS)
def test_a_stranger_who_opens_the_console_has_no_hold_on_it(victim, evil, host):
    page = open_stranger(victim, evil, host)
    with victim.window.context.expect_page() as opened:
        page.evaluate("(url) => { window.opened = window.open(url); }", f"{victim.address}/#/line")
    opened.value.wait_for_selector("main h1")
    assert opened.value.evaluate("window.opener") is None
    wait_until(lambda: page.evaluate("window.opened.closed"), "the stranger still holds the window")
    assert page.evaluate("() => { try { return window.opened.document.title } catch (e) { return e.name } }") in (
        "SecurityError", "TypeError",
    )  # fmt: skip


BEACON = """(url) => {
  navigator.sendBeacon(url, new Blob(['{}'], { type: 'text/plain' }));
  return 'sent';
}"""


@pytest.mark.parametrize("host", HOSTS)
def test_a_beacon_changes_nothing(victim, evil, host):
    _, codes = attack(victim, evil, host, BEACON, f"{victim.address}/api/messages")
    assert set(codes) == {"console.guards.origin"}


SOCKET = """(url) => new Promise((resolve) => {
  const socket = new WebSocket(url);
  socket.onopen = () => resolve('open');
  socket.onerror = () => resolve('refused');
})"""


@pytest.mark.parametrize("host", HOSTS)
def test_there_is_no_web_socket_to_take(victim, evil, host):
    saw, codes = attack(victim, evil, host, SOCKET, victim.address.replace("http", "ws", 1) + "/api/events")
    assert (saw, set(codes)) == ("refused", {"console.guards.origin"})


def test_a_name_of_a_stranger_that_is_made_to_point_here_is_refused(browser, desks):
    """DNS rebinding: the stranger's page and the console are then one origin to the browser."""
    port = desks.us.link().partition("/enter")[0].rpartition(":")[2]
    rebound = browser._playwright.chromium.launch(
        executable_path=PATH, args=[*ARGUMENTS, "--host-resolver-rules=MAP rebound.example 127.0.0.1"]
    )
    try:
        page = rebound.new_page()
        answer = page.goto(f"http://rebound.example:{port}/")
        assert answer.status == 421
        assert page.evaluate("fetch('/api/session').then((answer) => answer.status)") == 421
        assert (
            page.evaluate("fetch('/api/session', {method: 'DELETE'}).then((answer) => answer.status)") == 421
        )
    finally:
        rebound.close()


# --- cookies --------------------------------------------------------------------------------------------------


def signed_in(victim, address=None):
    page = victim.window.context.new_page()
    page.goto(f"{address or victim.address}/licences.md")
    status = page.evaluate("fetch('/api/session').then((answer) => answer.status)")
    page.close()
    return status


def test_two_parties_in_one_browser_never_take_each_others_session(victim, desks):
    ru = desks.ru.sign_in(victim.window)
    assert (signed_in(victim), signed_in(victim, ru)) == (200, 200)
    cookies = {each["name"]: each for each in victim.window.context.cookies()}
    assert set(cookies) == {"coupefeu-us", "coupefeu-ru"}
    victim.window.context.clear_cookies()
    secret = cookies["coupefeu-us"]["value"]
    victim.window.context.add_cookies([{"name": "coupefeu-ru", "value": secret, "url": ru}])
    assert signed_in(victim, ru) == 401
    one_host = ru.replace("ru.localhost", "127.0.0.1")  # both consoles by the address: one jar for both
    us_host = victim.address.replace("us.localhost", "127.0.0.1")
    jar = [
        {"name": name, "value": each["value"], "domain": "127.0.0.1", "path": "/"}
        for name, each in cookies.items()
    ]
    victim.window.context.add_cookies(jar)
    assert (signed_in(victim, us_host), signed_in(victim, one_host)) == (200, 200)


@pytest.mark.parametrize(
    ("host", "cookie"),
    [
        (
            "us.localhost",
            "coupefeu-us=tossed; path=/api",
        ),  # another port of our host writes into the same jar
        ("us.localhost", "coupefeu-us=tossed; path=/"),
        ("evil.localhost", "coupefeu-us=tossed; domain=localhost; path=/api"),
    ],
)
def test_a_cookie_that_a_stranger_tosses_signs_nobody_out_or_in(victim, evil, host, cookie):
    page = open_stranger(victim, evil, host)
    page.evaluate("(cookie) => { document.cookie = cookie; }", cookie)
    assert signed_in(victim) == 200
    assert page.evaluate("document.cookie").count("coupefeu-us") <= 1  # ours is for no script


INJECTED = {
    "markup": "() => { document.body.innerHTML = '<img src=x onerror=alert(1)>' }",
    "a script": "() => { const made = document.createElement('script'); made.text = 'window.ran = 1';"
    " document.body.append(made) }",
    "a handler": "() => { document.body.setAttribute('onclick', 'window.ran = 1'); document.body.click() }",
    "text as a program": "() => { setTimeout('window.ran = 1') }",
    "a script from elsewhere": "() => { const made = document.createElement('script');"
    " made.src = 'http://evil.localhost/x.js'; document.body.append(made) }",
}


@pytest.mark.parametrize("what", INJECTED)
def test_what_a_fault_of_ours_puts_into_our_own_page_does_not_run(victim, what):
    page = victim.window.context.new_page()
    page.goto(f"{victim.address}/#/line")
    page.wait_for_selector("main h1")
    with pytest.raises(Exception, match=r"Trusted|Content Security Policy"):
        page.evaluate(INJECTED[what])
    assert page.evaluate("window.ran ?? document.querySelector('img[src=x]')") is None


def test_our_own_page_is_let_through(victim):
    """What is refused above is refused for who asks, not for what is asked."""
    page = victim.window.context.new_page()
    page.goto(f"{victim.address}/licences.md")
    said = {"content-type": "application/json", "coupefeu-once": secrets.token_hex(8)}
    init = {"method": "POST", "headers": said, "body": json.dumps(MESSAGE)}
    before = entries(victim.desk)
    _, status, _ = page.evaluate(FETCH, [f"{victim.address}/api/messages", init])
    assert (status, entries(victim.desk)) == (201, before + 1)
    init["body"] = json.dumps({"key": victim.desk.link().partition("#")[2]})
    _, status, _ = page.evaluate(FETCH, [f"{victim.address}/api/session", init])
    assert status == 201
    victim.desk.forget_sessions()
