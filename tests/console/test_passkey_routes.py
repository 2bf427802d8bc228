"""Passkeys over HTTP: enrolled where somebody admitted it, signing in, locking, signing; each misuse is named."""

import asyncio
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from tests.console.following import OneLoop, Stream, get, holds, once, post, refused, until
from tests.passkeys import PRESENT, Passkey

from coupefeu.keys.passkeys import EDDSA, decode_base64url, encode_base64url
from coupefeu.model.messages import Content, Form
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.services.messages.commands import Say

BY = "head of the duty desk"
CHALLENGE = "console.passkey.challenge"


@pytest.fixture(scope="module")
def loop(tmp_path_factory):
    running = OneLoop(tmp_path_factory.mktemp("passkeys"))
    yield running
    running.close()


def device_of(served, **made):
    address = str(served.http.headers["origin"])
    return Passkey(origin=address, rp_id=urlsplit(address).hostname, **made)


def assertion(device, challenge, **made):
    signed = device.answer(decode_base64url(challenge), **made)
    return {
        "credential_id": encode_base64url(device.credential_id),
        "authenticator_data": encode_base64url(signed.authenticator_data),
        "client_data": encode_base64url(signed.client_data),
        "signature": encode_base64url(signed.signature),
    }


async def ask(served, path, body=None):
    answer = await served.http.post(path, json={} if body is None else body)
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()


async def make(served, device, **made):
    """Make a new passkey as a browser does; gives what it must sign."""
    new = await ask(served, "/api/passkeys/new")
    octets, told = device.register(decode_base64url(new["challenge"]), **made)
    return {"attestation_object": encode_base64url(octets), "client_data": encode_base64url(told)}


async def enrol(served, device, officer="WATCH A"):
    """Enrol a device by a link that admits it."""
    await served.sign_in(officer=officer, admitted_by=BY)
    offered = await ask(served, "/api/passkeys/made", await make(served, device))
    assert offered["keys"] == [encode_base64url(device.credential_id)]
    signed = assertion(device, offered["challenge"])
    return (await post(served, "/api/passkeys", {"assertion": signed}))["number"]


async def sign_in(served, device, **made):
    offered = await ask(served, "/api/session/passkey/challenge")
    body = {"assertion": assertion(device, offered["challenge"], **made), "language": "fr"}
    answer = await served.http.post("/api/session/passkey", json=body)
    keep_cookie(served, answer)
    return answer


def keep_cookie(served, answer):
    if answer.status_code == 201:
        served.http.headers["cookie"] = answer.headers["set-cookie"].partition(";")[0]
        served.http.cookies.clear()


async def say(served, text="Our patrol leaves at noon."):
    content = Content(form=Form.FREE_TEXT, subject=Subject.SAFETY, text=text)
    command = Say(content=content, from_post="us.duty", precedence=Precedence.ROUTINE, language="en")
    (entry,) = await served.desk.act(command)
    return served.desk.number(entry)


async def state(served, number, device, **made):
    path = f"/api/record/{number.lower()}/statement"
    offered = await ask(served, f"{path}/offer?language=fr")
    body = {"assertion": assertion(device, offered["challenge"]["challenge"], **made)}
    return path, body | {"language": "fr", "text": offered["text"]}


@pytest.mark.parametrize("algorithm", [-7, EDDSA])
def test_a_passkey_is_enrolled_signs_in_signs_and_both_sides_see_it(loop, algorithm):
    async def test(us, ru):
        device = device_of(us, algorithm=algorithm)
        number = await enrol(us, device)
        session = (await sign_in(us, device)).json()
        assert (session["post"], session["key"], session["officer"]) == ("us.duty", number, "WATCH A")
        assert session["locks_ms"] == 15 * 60_000
        about = await say(us)
        path, body = await state(us, about, device)
        assert "Our patrol leaves at noon." in body["text"]
        made = await post(us, path, body)
        await holds(ru, about)
        async with asyncio.timeout(30):
            while not (found := await get(ru, f"/api/record/{about.lower()}/statements")):
                pass
        (seen,) = found
        assert (seen["number"], seen["effect"], seen["language"]) == (made["number"], "", "fr")
        assert seen["text"] == body["text"]
        assert (seen["key"]["number"], seen["key"]["admitted_by"]) == (number, BY)
        keys = (await get(ru, "/api/passkeys"))["keys"]
        assert number in [each["number"] for each in keys]

    loop.do(test)


def test_nobody_enrols_whom_nobody_admitted_nor_twice(loop):
    async def test(us, _ru):
        await us.sign_in(officer="WATCH A")
        assert await refused(us, "/api/passkeys/new", {}) == (409, "console.passkey.not_admitted")
        await enrol(us, device_of(us))
        assert await refused(us, "/api/passkeys/new", {}) == (409, "console.passkey.not_admitted")
        nothing = {"assertion": assertion(device_of(us), encode_base64url(bytes(32)))}
        assert await refused(us, "/api/passkeys", nothing) == (409, "console.passkey.not_admitted")

    loop.do(test)


def test_a_new_key_must_be_made_here_and_sign_its_own_enrolment(loop):
    async def test(us, _ru):
        await us.sign_in(admitted_by=BY)
        device, other = device_of(us), device_of(us)
        for made, code in (
            ({"flags": PRESENT}, "keys.passkeys.bad_registration"),
            ({"origin": "https://elsewhere.example.org"}, "keys.passkeys.other_origin"),
            ({"fmt": "packed"}, "keys.passkeys.bad_registration"),
        ):
            assert await refused(us, "/api/passkeys/made", await make(us, device, **made)) == (422, code)
        nothing = {"assertion": assertion(device, encode_base64url(bytes(32)))}
        assert await refused(us, "/api/passkeys", nothing) == (400, "console.passkey.not_made")
        offered = await ask(us, "/api/passkeys/made", await make(us, device))
        foreign = {"assertion": assertion(other, offered["challenge"])}
        assert (await refused(us, "/api/passkeys", foreign))[1] == "keys.passkeys.bad_signature"
        again = {"assertion": assertion(device, encode_base64url(bytes(32)))}
        assert (await refused(us, "/api/passkeys", again))[1] == "keys.passkeys.other_challenge"

    loop.do(test)


def test_what_does_not_sign_in_is_named(loop):
    async def test(us, _ru):
        device = device_of(us)
        await enrol(us, device)
        for made, code in (
            ({"flags": PRESENT}, "keys.passkeys.user_unverified"),
            ({"origin": "https://elsewhere.example.org"}, "keys.passkeys.other_origin"),
            ({"rp_id": "elsewhere.example.org"}, "keys.passkeys.other_rp_id"),
            ({"crossOrigin": True}, "keys.passkeys.cross_origin"),
        ):
            assert (await sign_in(us, device, **made)).json()["error"]["code"] == code
        unknown = await sign_in(us, device_of(us))
        assert (unknown.status_code, unknown.json()["error"]["code"]) == (401, "console.passkey.unknown")
        old = await ask(us, "/api/session/passkey/challenge")
        body = {"assertion": assertion(device, old["challenge"]), "language": "en"}
        first = await us.http.post("/api/session/passkey", json=body)
        assert first.status_code == 201
        keep_cookie(us, first)
        again = await us.http.post("/api/session/passkey", json=body)
        assert (again.status_code, again.json()["error"]["code"]) == (401, CHALLENGE)
        other = {"assertion": assertion(device, encode_base64url(bytes(32))), "language": "en"}
        answer = await us.http.post("/api/session/passkey", json=other)
        assert answer.json()["error"]["code"] == CHALLENGE

    loop.do(test)


def test_a_counter_that_goes_back_is_refused_and_named(loop):
    async def test(us, _ru):
        device = device_of(us)
        await enrol(us, device)
        device.counter = 50
        assert (await sign_in(us, device)).status_code == 201
        device.counter = 20
        answer = await sign_in(us, device)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "console.passkey.counter_back")
        about = await say(us)
        path, body = await state(us, about, device)
        assert await refused(us, path, body) == (422, "console.passkey.counter_back")
        device.counter = 60
        assert (await sign_in(us, device)).status_code == 201

    loop.do(test)


def test_many_wrong_attempts_are_slowed_down(loop):
    async def test(us, _ru):
        stranger = device_of(us)
        answers = [await sign_in(us, stranger) for _ in range(14)]
        assert answers[-1].json()["error"]["code"] == "console.link.guesses"

    loop.do(test)
    loop.us.console._parts.links._guesses.clear()


def test_a_statement_is_what_was_shown_and_by_a_key_of_this_post(loop):
    async def test(us, _ru):
        device, chief = device_of(us), device_of(us)
        await enrol(us, device)
        await us.sign_in(post="us.chief", admitted_by=BY)
        offered = await ask(us, "/api/passkeys/made", await make(us, chief))
        await post(us, "/api/passkeys", {"assertion": assertion(chief, offered["challenge"])})
        assert (await sign_in(us, device)).status_code == 201
        about, other = await say(us), await say(us, "Another.")
        path, body = await state(us, about, device)
        elsewhere = f"/api/record/{other.lower()}/statement"
        changed = [
            (path, body | {"text": "never shown"}, "node.statement.other_words"),
            (path, body | {"language": "ru"}, "node.statement.other_words"),
            (elsewhere, body, "node.statement.other_words"),
            (path, (await state(us, about, chief))[1], "console.passkey.unknown"),
            (path, (await state(us, about, device, flags=PRESENT))[1], "keys.passkeys.user_unverified"),
            (
                path,
                body | {"assertion": (await state(us, other, device))[1]["assertion"]},
                "keys.passkeys.other_challenge",
            ),
        ]
        for where, asked, code in changed:
            assert (await refused(us, where, asked))[1] == code
        path, body = await state(us, about, device)
        await post(us, path, body)
        assert (await refused(us, path, body))[1] == "console.passkey.counter_back"
        await us.sign_in(post="us.duty")
        path, body = await state(us, about, chief)
        assert (await refused(us, path, body))[1] == "console.passkey.unknown", (
            "by a link too, of this post alone"
        )
        assert len(await get(us, f"/api/record/{about.lower()}/statements")) == 1

    loop.do(test)


def test_a_locked_console_shows_no_words_takes_no_act_and_names_who_calls(loop):
    async def test(us, ru):
        device, colleague = device_of(us), device_of(us)
        await enrol(us, colleague)
        await enrol(us, device)
        await sign_in(us, device)
        async with Stream(us, "at-us") as stream:
            assert (await ask(us, "/api/session/lock"))["locked"]
            await stream.over()
        for method, path in (
            ("GET", "/api/desk"),
            ("GET", "/api/record"),
            ("POST", "/api/watch"),
            ("GET", "/api/messages/open"),
        ):
            answer = await us.http.request(
                method, path, json={"heard": True} if method == "POST" else None, headers=once()
            )
            assert (answer.status_code, answer.json()["error"]["code"]) == (423, "console.session.locked")
        locked = Stream(us, "locked")
        locked._task = asyncio.ensure_future(locked._read())
        await locked.find("locked")
        warning = Content(form=Form.FREE_TEXT, subject=Subject.SAFETY, text="Zephyr at noon.")
        command = Say(content=warning, from_post="ru.duty", precedence=Precedence.FLASH, language="ru")
        await ru.desk.act(command)
        event = await locked.find("locked", lambda each: each["locked"]["waiting"])
        (waiting,) = event["locked"]["waiting"]
        assert (waiting["cause"], waiting["party"], waiting["post"]) == ("flash", "ru", "ru.duty")
        assert len(waiting["messages"]) == 1
        assert {each["what"] for each in locked.events} <= {"locked", "beat"}
        assert "Zephyr" not in str(locked.events)
        other = device_of(us)
        challenge = await ask(us, "/api/session/unlock/challenge")
        wrong = await us.http.post("/api/session/unlock", json=assertion(other, challenge["challenge"]))
        assert wrong.json()["error"]["code"] == "console.passkey.unknown"
        stolen = await ask(us, "/api/session/passkey/challenge")
        wrong = await us.http.post("/api/session/unlock", json=assertion(device, stolen["challenge"]))
        assert wrong.json()["error"]["code"] == CHALLENGE
        challenge = await ask(us, "/api/session/unlock/challenge")
        theirs = await us.http.post("/api/session/unlock", json=assertion(colleague, challenge["challenge"]))
        assert theirs.json()["error"]["code"] == "console.passkey.other", "a colleague signs in anew"
        challenge = await ask(us, "/api/session/unlock/challenge")
        opened = await ask(us, "/api/session/unlock", assertion(device, challenge["challenge"]))
        assert not opened["locked"]
        await locked.over()
        await get(us, "/api/desk")

    loop.do(test)


def test_a_session_by_link_does_not_lock(loop):
    async def test(us, _ru):
        await us.sign_in(officer="WATCH A")
        answer = await ask(us, "/api/session/lock")
        assert (answer["locked"], answer["locks_ms"], answer["key"]) == (False, None, None)

    loop.do(test)


def test_a_key_that_has_ended_signs_in_no_more_and_its_session_ends(loop):
    async def test(us, _ru):
        device = device_of(us)
        number = await enrol(us, device)
        await sign_in(us, device)
        await post(us, f"/api/passkeys/{number.lower()}/end", {"reason": "stolen", "words": "in the train"})

        def has_ended():
            return not [each for each in us.console._parts.sessions._by_id.values() if each.key == number]

        await until(has_ended)
        assert (await us.http.get("/api/session")).status_code == 401
        answer = await sign_in(us, device)
        assert answer.json()["error"]["code"] == "console.passkey.unknown"
        await us.sign_in(officer="WATCH A")
        (key,) = [each for each in (await get(us, "/api/passkeys"))["keys"] if each["number"] == number]
        assert (key["ended"]["reason"], key["ended"]["words"]) == ("stolen", "in the train")

    loop.do(test)


def test_a_post_that_only_reads_puts_nothing_on_record(loop):
    async def test(us, _ru):
        parts = us.console._parts
        with configured(us, readers=frozenset({"us.chief"}), passkey_posts=frozenset({"us.duty"})):
            await us.sign_in(post="us.chief")
            assert await refused(us, "/api/watch", {"heard": True}) == (403, "console.session.reads")
            assert not (await get(us, "/api/session"))["may_act"]
            device = device_of(us)
            await enrol(us, device)  # by a link: it may enrol, and nothing else
            assert await refused(us, "/api/watch", {"heard": True}) == (403, "console.session.reads")
            await get(us, "/api/desk")
            assert (await sign_in(us, device)).json()["may_act"]
            await post(us, "/api/watch", {"heard": True})
        assert parts.config.readers == frozenset()

    loop.do(test)


@contextmanager
def configured(served, **changes):
    parts = served.console._parts
    before = parts.config
    object.__setattr__(parts, "config", replace(before, **changes))
    try:
        yield
    finally:
        object.__setattr__(parts, "config", before)
