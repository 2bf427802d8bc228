"""Voice and video between two browsers: what flows, by which way, and what is refused before anything flows."""

import re
from contextlib import contextmanager
from dataclasses import replace

import pytest
from tests.cli.test_verify_persons import enrolment, statement
from tests.console.browser import NARROW, WIDE
from tests.console.calling import allow_calls, became, end_calls, read
from tests.console.coturn import Coturn
from tests.console.desks import wait_until
from tests.console.looking import cut_texts, violations
from tests.console.quiet import settle
from tests.console.speaking import Speaker
from tests.passkeys import Passkey
from tests.sizes import size

from coupefeu.console import rooms
from coupefeu.console.sessions import Sessions
from coupefeu.model.calls import CallState, LostCause, MediaPath, Outcome
from coupefeu.model.entry import Kind
from coupefeu.node import media_policy
from coupefeu.node.media_policy import MediaPolicy, Relay, read_policy
from coupefeu.record.leaf import leaf_hash
from coupefeu.services.messages.status import StepName
from coupefeu.services.persons.facts import EndKey, EndReason
from coupefeu.store.reader import Reader
from coupefeu.wire.signal import decode_signal, encode_signal
from coupefeu.words import say


@pytest.fixture(scope="module")
def _speakers(_chromium, _joined):
    with _chromium.awake():
        speakers = [Speaker(_chromium, _joined.us), Speaker(_chromium, _joined.ru, "ru")]
    yield speakers
    with _chromium.awake():
        for each in speakers:
            each.close()


@pytest.fixture
def line(browser, _speakers, desks):
    """Both desks, each with a page open, in English and in Russian; no call is open when the next test begins."""
    for each in _speakers:
        allow_calls(each.desk)
        each.open()
    yield Line(*_speakers, desks)
    end_calls(desks.us, desks.ru)
    settle(desks.us, desks.ru)
    for each in _speakers:
        each.judge()


class Line:
    """US calls, RU is called."""

    def __init__(self, us, ru, desks):
        self.us, self.ru, self.desks = us, ru, desks

    def dial(self, media):
        """Ring RU with voice or video, as an officer does; gives the call's number."""
        page = self.us.page
        page.locator(f"input[name=media][value={media}]").check()
        page.locator("[data-testid=ring-now-press]:not([disabled])").click()
        page.get_by_test_id("call-state").wait_for()
        return page.url.partition("#/calls/")[2]

    def answer(self, by=None):
        """Answer by the key, or by the button that is named."""
        page = self.ru.page
        page.locator("[data-testid=answer][aria-disabled=false]").wait_for()
        if by is None:
            page.keyboard.press("a")
        else:
            page.get_by_test_id("ring").get_by_role("button", name=by).click()

    def talk(self, media="voice", by=None):
        """Have both in a call in which media flows; gives its number."""
        number = self.dial(media)
        self.answer(by)
        for each in (self.us, self.ru):
            each.wait_for_stage("connected")
        return number

    @contextmanager
    def policy(self, **policies):
        """Give the nodes another policy for media, by party; `us=` is what US's node holds."""
        desks = {name: getattr(self.desks, name) for name in policies}
        before = {name: desk.runtime.signalling.policy for name, desk in desks.items()}
        for name, desk in desks.items():
            desk.runtime.signalling.policy = policies[name]
        try:
            yield
        finally:
            # A page in a call would ask for a relay that is no more.
            end_calls(self.desks.us, self.desks.ru)
            settle(self.desks.us, self.desks.ru)
            for name, desk in desks.items():
                desk.runtime.signalling.policy = before[name]

    def lost(self, number):
        """Wait until both records say that a call was lost; gives why."""
        for desk in (self.desks.us, self.desks.ru):
            steps = became(desk, number, Outcome.ANSWERED).steps
            (lost,) = (step.fact.cause for step in steps if step.kind is Kind.CALL_LOST)
        return lost


# --- what flows


def test_officers_speak_and_the_screen_says_by_what_and_with_whom(line):
    number = line.talk()
    for each in (line.us, line.ru):
        each.wait_for_voice()
        assert each.page.get_by_test_id("stage").get_attribute("data-way") == "direct"
    ours, theirs = read(line.desks.us, number).fingerprints
    for each in (line.us, line.ru):
        judge_page(each.page)
    who = line.us.page.get_by_test_id("who")
    shown = re.sub(r"\s", "", who.get_by_test_id("their-fingerprint").inner_text())
    assert shown == theirs.hex().upper()
    who.get_by_text(say("room-who-console-checked", "en", time="~").partition("~")[0]).wait_for()
    who.get_by_text(say("room-who-person-not", "en")[:20]).wait_for()
    assert ours != theirs
    became(line.desks.us, number, Outcome.ANSWERED, CallState.IN_CALL)
    paths = [step.fact.path for step in read(line.desks.ru, number).steps if step.kind is Kind.CALL_CONNECTED]
    assert set(paths) == {MediaPath.DIRECT}
    line.ru.page.get_by_role("link", name=line.ru.say("ui-page-messages")).first.click()
    line.ru.wait_for_voice()  # another page of the console, the same call
    line.us.page.get_by_role("button", name=say("ui-ring-hang-up", "en")).first.click()
    became(line.desks.ru, number, Outcome.ANSWERED)
    wait_until(lambda: line.ru.page.evaluate("__peers.at(-1).connectionState") == "closed", "it speaks on")


def test_a_person_who_signs_his_answer_is_named_by_his_key_on_the_other_screen(line):
    ru, device = line.desks.ru, Passkey()
    key = ru.act(enrolment(device, ru.folder.agreement.line_id, "ru.duty"))[0]
    number = line.dial("text")
    line.answer()
    answer = became(ru, number, Outcome.ANSWERED, CallState.IN_CALL).outcome_step
    who = line.us.page.get_by_test_id("who")
    who.get_by_text(say("room-who-person-not", "en")[:20]).wait_for()
    with Reader(ru.folder.path / "record.db", running=True) as reader:
        leaf = leaf_hash(reader.entry(*answer.id)["leaf"])
    line_id = ru.folder.agreement.line_id
    (signed,) = ru.act(statement(device, line_id, answer.id, leaf, ru.id(key), post="ru.duty"))
    who.get_by_test_id("person-signed").get_by_role("link", name=signed).wait_for()
    ru.act(EndKey(from_post="ru.duty", key=ru.id(key), reason=EndReason.STOLEN))
    who.get_by_test_id("person-key-ended").get_by_text(re.compile("STOLEN")).wait_for()
    who.get_by_text(say("room-who-person-not", "en")[:20]).wait_for()
    assert who.get_by_test_id("person-signed").count() == 0


def judge_page(page):
    """Whatever it shows can be used by everybody, and fits, on a wide screen and on a telephone."""
    assert violations(page) == []
    for width in (NARROW, WIDE):
        page.set_viewport_size({"width": width, "height": 900})
        assert cut_texts(page) == []


def test_nothing_is_sent_but_while_the_key_is_held(line):
    line.talk()
    page = line.us.page
    page.get_by_test_id("heard").get_by_text(say("room-heard", "en")).wait_for()
    page.locator("summary").filter(has_text=say("room-devices", "en")).click()
    page.get_by_test_id("push-to-talk").check()
    page.get_by_test_id("heard").get_by_text(say("room-not-heard", "en")).wait_for()
    wait_until(lambda: is_silent(line.ru), "the other side still hears")
    page.locator("h1").first.click()
    page.keyboard.down(" ")
    page.get_by_test_id("heard").get_by_text(say("room-heard", "en")).wait_for()
    line.ru.wait_for_voice()
    page.keyboard.up(" ")
    wait_until(lambda: is_silent(line.ru), "the other side hears on")


@pytest.mark.parametrize("shut", [Sessions.lock, Sessions.end])
def test_a_console_that_is_locked_or_signed_out_in_a_call_sends_no_voice_and_both_records_say_it_is_gone(
    line, monkeypatch, shut
):
    monkeypatch.setattr(
        rooms, "GONE_AFTER_S", 600
    )  # till then the call goes on, so it is not its end that is heard
    number = line.talk()
    line.ru.wait_for_voice()
    desk = line.desks.us
    (session,) = (each for each in desk.sessions._by_id.values() if each.officer == "second watch")
    line.us.window.allow("401 (Unauthorized)")
    line.us.window.allow("423 (Locked)")  # what the page was about to ask as it was locked
    line.us.page.evaluate("window.__sent = __peers.at(-1).getSenders().map((each) => each.track)")
    desk.thread.run(shut(desk.sessions, session))
    wait_until(
        lambda: line.us.page.evaluate("__sent.every((each) => each?.readyState !== 'live')"),
        "its microphone is open",
    )
    monkeypatch.setattr(rooms, "GONE_AFTER_S", 0.2)
    assert line.lost(number) is LostCause.CONSOLE_GONE
    desk.thread.run(desk.sessions.end(session))
    desk.forget_sessions()
    line.us.leave()


def is_silent(speaker):
    """Whether no voice comes: packets of silence may."""
    before = speaker.flow()["heard"]
    speaker.page.wait_for_timeout(150)
    return speaker.flow()["heard"] - before < 1e-6


def test_text_stands_beside_the_call_on_both_records_and_an_interpreter_is_named(line):
    number = line.dial("text")
    line.answer()
    us, ru = line.us.page, line.ru.page
    us.get_by_test_id("text").fill("Both pilots are down.\nThey are alive.")
    us.get_by_role("button", name=say("room-text-send", "en"), exact=True).click()
    ru.get_by_test_id("texts").get_by_text("They are alive.").wait_for()
    ru.get_by_role("button", name=line.ru.say("room-text-take", count=1)).click()
    wait_until(lambda: is_taken(line.desks.us, number), "nobody took it")
    us.get_by_test_id("texts").get_by_text(f"· {say('room-text-there', 'en')}", exact=True).wait_for()
    (mention,) = mentions(line.desks.us, number)
    assert mention.content.text == "Both pilots are down.\nThey are alive."
    ru.get_by_role("button", name=line.ru.say("calls-join")).click()
    ru.get_by_label(line.ru.say("calls-join-name")).fill("Interpreter of the desk")
    ru.get_by_role("button", name=line.ru.say("calls-join-record")).click()
    us.get_by_test_id("who").get_by_text("Interpreter of the desk").wait_for()


def mentions(desk, number):
    return desk.thread.call(lambda: desk._node._look().mentions(desk.id(number)))


def is_taken(desk, number):
    """Whether nothing is awaited of what was written beside a call."""
    return all(each.chain(desk.other).step(StepName.TAKEN_BY).done for each in mentions(desk, number))


# --- by which way


@pytest.fixture(scope="module")
def coturn(tmp_path_factory):
    running = Coturn(tmp_path_factory.mktemp("relay") / "coturn")
    yield running
    running.close()


def relayed(coturn, folder):
    """The policy of a node off our network that names this relay."""
    secret = folder / "relay.key"
    secret.write_text(coturn.secret)
    secret.chmod(0o600)
    table = {"urls": [coturn.url], "secret": "relay.key", "their_addresses": ["127.0.0.1"]}
    return read_policy(folder, table)


def test_a_relayed_call_shows_the_addresses_of_no_desk(line, coturn, tmp_path):
    policy = relayed(coturn, tmp_path)
    said = []
    signal = line.desks.us.engine.signal
    line.desks.us.engine.signal = lambda party, payload: (said.append(payload), signal(party, payload))
    with line.policy(us=policy, ru=policy):
        line.us.page.locator("input[name=media][value=video]").check()
        line.us.page.get_by_text(say("room-way-relay", "en")).wait_for()
        number = line.talk("video", by=line.ru.say("ui-ring-with-video"))
        for each in (line.us, line.ru):
            each.wait_for_voice()
            each.wait_for_picture()
            assert each.flow()["ends"] == ["relay", "relay"]
            assert each.page.get_by_test_id("stage").get_attribute("data-way") == "relay"
        for _ in range(size(small=0, full=3)):
            lose_and_find(line, coturn)
    line.desks.us.engine.signal = signal
    addresses = {
        each for payload in said for each in re.findall(rb"\d+ udp \d+ (\S+) \d+ typ (\w+)", payload)
    }
    assert addresses == {(b"127.0.0.1", b"relay")}
    paths = [step.fact.path for step in read(line.desks.ru, number).steps if step.kind is Kind.CALL_CONNECTED]
    assert set(paths) == {MediaPath.RELAY}


def lose_and_find(line, coturn):
    """Have the relay end and come back: both look for another way, and the call goes on."""
    coturn.close()
    line.us.wait_for_stage("stalled")
    coturn.start()
    for each in (line.us, line.ru):
        each.wait_for_stage("connected")
        each.wait_for_voice()


def test_without_a_relay_nobody_dials_by_voice_before_he_chose_what_it_shows(line, monkeypatch):
    monkeypatch.setattr(
        media_policy, "is_public", lambda _: True
    )  # what this machine has is no public address
    with line.policy(us=MediaPolicy(), ru=MediaPolicy()):
        page = line.us.page
        page.locator("input[name=media][value=voice]").check()
        way = page.get_by_test_id("way")
        way.get_by_text(say("room-way-none", "en")).wait_for()
        assert page.get_by_test_id("ring-now-press").is_disabled()
        way.get_by_role("button", name=say("room-way-look", "en")).click()
        way.get_by_test_id("addresses").get_by_text("127.0.0.1", exact=True).wait_for()
        way.get_by_role("checkbox").check()
        line.dial("voice")
        line.answer()
        way = line.ru.page.get_by_test_id("way")  # the other desk has none either, and is asked too
        way.get_by_role("button", name=line.ru.say("room-way-look")).click()
        way.get_by_role("checkbox").check()
        line.ru.page.get_by_test_id("go-directly").click()
        for each in (line.us, line.ru):
            each.wait_for_stage("connected")
            each.wait_for_voice()


def test_off_the_network_a_desk_without_a_public_address_offers_text_alone(line):
    with line.policy(us=MediaPolicy()):
        page = line.us.page
        page.locator("input[name=media][value=voice]").check()
        page.get_by_test_id("way").get_by_role("button", name=say("room-way-look", "en")).click()
        page.get_by_test_id("way").get_by_text(say("room-way-reveals-none", "en")).wait_for()
        assert page.get_by_test_id("ring-now-press").is_disabled()
        page.locator("input[name=media][value=text]").check()
        assert page.get_by_test_id("ring-now-press").is_enabled()


def test_a_relay_that_does_not_answer_is_said_and_text_goes_on(line):
    dead = MediaPolicy(relay=Relay(urls=("turn:127.0.0.1:9?transport=tcp",), secret="0123456789abcdef"))
    with line.policy(us=dead, ru=dead):
        line.us.window.allow("400 (Bad Request)")
        line.dial("voice")
        line.answer()
        for each in (line.us, line.ru)[
            : size(small=1, full=2)
        ]:  # who was called waits twenty seconds for the offer
            each.wait_for_stage("no-way")
            each.page.get_by_test_id("heard").get_by_text(each.say("room-not-heard")).wait_for()
            assert each.page.get_by_test_id("text").is_visible()
        line.us.page.get_by_text("node.media_policy.no_way").wait_for()


# --- what breaks it off


def alter(text):
    """Put another certificate's hash in place of each."""
    return re.sub(r"(?<=sha-256 )\S\S", lambda found: "00" if found[0] != "00" else "01", text)


def test_a_certificate_altered_between_the_nodes_is_refused_and_both_screens_say_why(line, monkeypatch):
    judging = line.desks.ru.runtime.signalling
    hear = judging.hear

    def altered(party, payload):
        said = decode_signal(payload)
        hear(party, encode_signal(replace(said, text=alter(said.text))))

    monkeypatch.setattr(judging, "hear", altered)
    number = line.dial("voice")
    line.answer()
    assert line.lost(number) is LostCause.FINGERPRINT
    for each in (line.us, line.ru):
        each.page.get_by_text(each.say("calls-cause-fingerprint")).first.wait_for()
        assert each.flow()["packets"] == 0


def test_a_certificate_altered_behind_our_node_is_refused_by_the_page(line, monkeypatch):
    judging = line.desks.ru.runtime.signalling
    heard = judging.heard

    def altered(call):
        found = heard(call)
        theirs = None if found.theirs is None else replace(found.theirs, text=alter(found.theirs.text))
        return replace(found, theirs=theirs)

    monkeypatch.setattr(judging, "heard", altered)
    number = line.dial("voice")
    line.answer()
    assert line.lost(number) is LostCause.FINGERPRINT
    assert line.ru.page.evaluate("__peers.at(-1).remoteDescription") is None
    for each in (line.us, line.ru):
        each.page.get_by_text(each.say("calls-cause-fingerprint")).first.wait_for()


def test_a_browser_that_is_killed_in_a_call_is_said_on_both_records_and_shown(browser, line, monkeypatch):
    monkeypatch.setattr(rooms, "GONE_AFTER_S", 0.5)
    line.ru = Speaker(browser, line.desks.ru)
    line.ru.open()
    number = line.talk()
    line.ru.kill()
    assert line.lost(number) is LostCause.CONSOLE_GONE
    line.us.page.get_by_text(say("calls-cause-console-gone", "en")).first.wait_for()
