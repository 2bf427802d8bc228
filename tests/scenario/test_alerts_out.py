"""Alerts out, to a real HTTP server and a real mail server on loopback: once for each cause, whatever becomes of them.

The record is real and its clock is virtual; what an alerter would wait for is not waited for.
"""

import asyncio
import json
from contextlib import asynccontextmanager, closing
from dataclasses import replace

import pytest
from tests.alert_receivers import KEY, PASSWORD, USER, Hook, Post, make_certificate
from tests.scenario.stage import do, open_line
from tests.scenario.test_conflicts import file, patrol
from tests.scenario.test_convoy_2024 import UNITS, Convoy

from coupefeu.model.notices import Answer
from coupefeu.model.precedence import Precedence
from coupefeu.node.alerting.alerter import Alerter
from coupefeu.node.alerting.causes import MAX_LISTED, compare, observe_all
from coupefeu.node.alerting.damping import HOLD_MS
from coupefeu.node.alerting.kept import FILE, Kept
from coupefeu.node.alerting.looking import look
from coupefeu.node.alerting.settings import (
    AlertSettings,
    Security,
    SmtpSettings,
    Wanted,
    WebhookSettings,
    _authorities,
)
from coupefeu.node.alerting.texts import Speaker, body_of, json_of
from coupefeu.node.events import LineChanged
from coupefeu.services.messages.commands import Take
from coupefeu.services.watch.unstaffed import Unstaffed, UnstaffedCause

WITHIN_S = 60
SECRET = "Convoy of forty trucks at noon."
CHANGED = LineChanged(party=1, up=True, alive=True)


class Desk:
    """US, whose officers let a FLASH lie; its alerter, as a running node has one."""

    def __init__(
        self, folder, hook=None, post=None, *, causes=(Wanted.FLASH, Wanted.UNSTAFFED), language="en", **how
    ):
        self.folder = folder
        self.nodes = open_line(folder)
        self.us, self.ru = self.nodes.us, self.nodes.ru
        self.unstaffed, self.told, self.pauses = (), [], []
        context = _authorities(folder, {"authorities": "authorities.pem"}, "test") if how.get("tls") else None
        self.settings = AlertSettings(
            language=language,
            causes=frozenset(causes),
            webhook=hook
            and WebhookSettings(
                url=f"http{'s' if how.get('tls') else ''}://127.0.0.1:{hook.port}/coupefeu",
                key=KEY,
                context=context,
            ),
            smtp=post and mail_settings(folder, post, **how),
        )

    def flash(self, text=SECRET, node=None):
        """Send a FLASH, and let the agreed time for taking it run out."""
        number = (node or self.ru).say(text, Precedence.FLASH)
        self.nodes.run(seconds=3_600)
        return number

    @asynccontextmanager
    async def alerting(self):
        async def pause(seconds):
            self.pauses.append(seconds)
            await asyncio.sleep(0)

        alerter = Alerter(
            self.settings,
            Kept(self.folder),
            desk=self.us.desk,
            unstaffed=lambda: self.unstaffed,
            is_link_up=lambda: True,
            tell=self.told.append,
            defect=self.told.append,
            pause=pause,
        )
        task = asyncio.ensure_future(alerter.keep())
        try:
            yield alerter
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def mail_settings(folder, post, *, security=Security.STARTTLS, password=PASSWORD, trusted=True, **_how):
    context = _authorities(folder, {"authorities": "authorities.pem"}, "test")
    if not trusted:
        import ssl

        context = ssl.create_default_context()
    return SmtpSettings(
        host="127.0.0.1",
        port=post.port,
        security=security,
        sender="node@us.example",
        to=("duty@us.example", "chief@us.example"),
        user=USER,
        password=password,
        context=context,
    )


def run(play):
    asyncio.run(asyncio.wait_for(play, WITHIN_S))


def values(taken):
    return json.loads(taken[1])


def known(alerter, receiver):
    """Give what a receiver was told that stands."""
    return {key: each.told for key, each in alerter._kept.of(receiver).tracks.items() if each.told}


async def until(is_so):
    """Let the loop turn until something is so."""
    while not is_so():  # noqa: ASYNC110 - a turn of the loop, not a time
        await asyncio.sleep(0)


async def waited_for(desk, code):
    """Let the loop turn until this was told."""
    await until(lambda: any(getattr(each, "code", "") == code for each in desk.told))


def test_a_flash_that_nobody_took_is_told_once_by_post_and_by_mail_and_without_a_word_of_it(tmp_path):
    async def play():
        hook, post = await Hook().open(), await Post(make_certificate(tmp_path)).open()
        desk = Desk(tmp_path, hook, post)
        number = desk.flash()
        async with desk.alerting() as alerter:
            posted = values(await hook.until(1))
            mail, addresses = await post.until(1)
            assert next(iter(posted)) == "exercise"
            (cause,) = posted["causes"]
            assert (cause["news"], cause["kind"], cause["numbers"]) == ("new", "flash", ["RU/0"])
            assert cause["posts"] == ["ru.duty", "us.duty"]
            assert cause["age_s"] >= 3_500
            assert mail["Subject"].startswith("EXERCISE / EXERCICE / УЧЕНИЕ: ")
            assert mail.get_content().startswith("EXERCISE / EXERCICE / УЧЕНИЕ")
            assert "FLASH not taken: RU/0" in mail.get_content()
            assert len(addresses) == 2
            assert mail["Message-ID"] == f"<{posted['id']}@us.example>"
            for text in (json.dumps(posted), mail.as_string()):
                assert "trucks" not in text
            # It is so still, and nothing more is told; then somebody takes it, and that is told.
            desk.unstaffed = (Unstaffed(post="us.duty", cause=UnstaffedCause.NOBODY, since_ms=0),)
            alerter.hear(CHANGED)
            (cause,) = values(await hook.until(2))["causes"]
            assert (cause["news"], cause["kind"], cause["posts"]) == ("new", "unstaffed", ["us.duty"])
            desk.unstaffed = (replace(desk.unstaffed[0], cause=UnstaffedCause.GAP),)
            alerter.hear(CHANGED)
            (cause,) = values(await hook.until(3))["causes"]
            assert (cause["news"], cause["state"]) == ("changed", "gap")
            do(desk.us, Take, number)
            alerter.hear(CHANGED)
            (cause,) = values(await hook.until(4))["causes"]
            assert (cause["news"], cause["key"]) == ("over", "flash RU/0")
            await until(lambda: known(alerter, "smtp") == {"unstaffed us.duty": "gap"})
        assert (len(hook.taken), desk.told) == (4, [])
        assert len(post.taken) <= 4, "who is slower is told how things are, not how they were"
        await hook.close()
        await post.close()

    run(play())


def test_a_start_of_the_node_repeats_nothing(tmp_path):
    async def play():
        hook = await Hook().open()
        desk = Desk(tmp_path, hook)
        desk.flash()
        async with desk.alerting():
            await hook.until(1)
            await until((tmp_path / FILE).exists)
        assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
        desk.flash("Another one.")
        async with desk.alerting():
            (cause,) = values(await hook.until(2))["causes"]
            assert cause["numbers"] == ["RU/1"]
        (tmp_path / FILE).write_text("{broken")
        async with desk.alerting():
            assert len(values(await hook.until(3))["causes"]) == 2, "what is not known is told once more"
        await hook.close()

    run(play())


def test_a_receiver_that_is_gone_is_tried_again_and_learns_how_things_are_now(tmp_path):
    async def play():
        hook = await Hook().open()
        desk = Desk(tmp_path, hook)
        first = desk.flash()
        await hook.close()
        async with desk.alerting() as alerter:
            await waited_for(desk, "node.alerting.down")
            do(desk.us, Take, first)
            desk.flash("Another one.")
            alerter.hear(CHANGED)
            await until(lambda: list(alerter._causes) == ["flash RU/1"])
            await hook.open()
            (cause,) = values(await hook.until(1))["causes"]
            assert (cause["news"], cause["numbers"]) == ("new", ["RU/1"])
        assert [each.code for each in desk.told] == ["node.alerting.down"], "named once"
        assert "trucks" not in desk.told[0].detail
        assert max(desk.pauses) <= 300
        await hook.close()

    run(play())


def test_a_receiver_that_is_slow_holds_up_neither_the_line_nor_the_other_receiver(tmp_path):
    async def play():
        hook, post = await Hook().open(), await Post(make_certificate(tmp_path)).open()
        hook.holds = asyncio.Event()
        desk = Desk(tmp_path, hook, post)
        desk.flash()
        async with desk.alerting() as alerter:
            await post.until(1)
            for number in range(3):
                sent = desk.us.say(f"The line goes on, {number}.")
                desk.nodes.run(seconds=2)
                assert desk.ru.message(sent).original == f"The line goes on, {number}."
            desk.unstaffed = (Unstaffed(post="us.duty", cause=UnstaffedCause.NOBODY, since_ms=0),)
            alerter.hear(CHANGED)
            await post.until(2)
            assert (len(hook.taken), hook.connections) == (0, 1)
            hook.holds.set()
            await hook.until(2)
        await hook.close()
        await post.close()

    run(play())


def test_a_flood_of_causes_is_one_alert_that_counts_what_it_does_not_list(tmp_path):
    async def play():
        hook = await Hook().open()
        desk = Desk(tmp_path, hook)
        desk.nodes.disconnect()
        for number in range(MAX_LISTED + 20):
            desk.us.say(f"Flood {number}", Precedence.FLASH)
        desk.nodes.run(seconds=3_600)
        async with desk.alerting():
            posted = values(await hook.until(1))
        assert (len(posted["causes"]), posted["more"]) == (MAX_LISTED, 20)
        assert len(hook.taken) == 1
        await hook.close()

    run(play())


def test_a_receiver_with_another_key_takes_nothing_and_is_told_so_without_the_key(tmp_path):
    async def play():
        hook = await Hook(key=bytes(32)).open()
        desk = Desk(tmp_path, hook)
        desk.flash()
        async with desk.alerting():
            await waited_for(desk, "node.alerting.down")
        assert hook.taken == []
        assert not (tmp_path / FILE).exists()
        assert "401" in desk.told[0].detail
        assert KEY.hex() not in repr(desk.settings) + desk.told[0].detail
        assert repr(KEY) not in repr(desk.settings)
        await hook.close()

    run(play())


def test_what_a_receiver_failed_to_take_has_the_same_id_when_it_comes_again(tmp_path):
    async def play():
        hook = await Hook(answers=(500, 302, 200)).open()
        desk = Desk(tmp_path, hook)
        desk.flash()
        async with desk.alerting():
            await hook.until(1)
        assert hook.connections == 3, "no redirect is followed"
        await hook.close()

    run(play())


@pytest.mark.parametrize("trusted", [True, False])
def test_over_https_the_certificate_is_verified(tmp_path, trusted):
    async def play():
        hook = await Hook(make_certificate(tmp_path)).open()
        desk = Desk(tmp_path, hook, tls=True)
        if not trusted:
            desk.settings = replace(desk.settings, webhook=replace(desk.settings.webhook, context=None))
        desk.flash()
        async with desk.alerting():
            if trusted:
                await hook.until(1)
            else:
                await waited_for(desk, "node.alerting.down")
                assert "certificate" in desk.told[0].detail
                assert hook.taken == []
        await hook.close()

    run(play())


@pytest.mark.parametrize("security", list(Security))
def test_mail_goes_by_both_kinds_of_tls(tmp_path, security):
    async def play():
        post = await Post(make_certificate(tmp_path), starttls=security is Security.STARTTLS).open()
        desk = Desk(tmp_path, None, post, security=security, language="ru")
        desk.flash()
        async with desk.alerting():
            mail, _ = await post.until(1)
        assert "МОЛНИЯ не принята: RU/0" in mail.get_content()
        assert "УЧЕНИЕ" in mail["Subject"]
        await post.close()

    run(play())


@pytest.mark.parametrize(
    ("server", "how", "says"),
    [
        ({"offers": False}, {}, "SMTPNotSupportedError"),
        ({}, {"password": "another one"}, "535"),
        ({}, {"trusted": False}, "certificate"),
        ({"refuses": ("chief",)}, {}, "1 of the addresses"),
    ],
)
def test_mail_is_never_sent_in_the_clear_or_half_and_no_secret_is_told(tmp_path, server, how, says):
    async def play():
        post = await Post(make_certificate(tmp_path), **server).open()
        desk = Desk(tmp_path, None, post, **how)
        desk.flash()
        async with desk.alerting():
            await waited_for(desk, "node.alerting.down")
        detail = desk.told[0].detail
        assert says in detail
        assert not {PASSWORD, "another one", USER} & set(detail.split())
        assert PASSWORD not in repr(desk.settings)
        if not server.get("refuses"):
            assert post.taken == []
            assert "MAIL" not in post.said
        await post.close()

    run(play())


def test_the_firebreak_is_told_by_its_level_and_its_reasons_and_no_cause_twice(tmp_path):
    async def play():
        hook = await Hook().open()
        desk = Desk(tmp_path, hook, causes=tuple(Wanted))
        desk.flash()
        async with desk.alerting():
            posted = values(await hook.until(1))
        causes = posted["causes"]
        judged = desk_of(desk).firebreak.now(is_link_up=True)
        (level,) = [each for each in causes if each["kind"] == "level"]
        assert level["state"] == judged.level.value
        reasons = {each["key"] for each in causes if each["kind"] == "reason"}
        assert reasons == {f"{each.topic} {each.subject}" for each in judged.reasons}
        assert len(judged.reasons) > len(reasons), "of two rules about one thing the gravest"
        assert all(each["numbers"] for each in causes if each["kind"] == "reason")
        assert "flash" not in {each["kind"] for each in causes}, "a reason says it already"
        (message,) = [each for each in causes if each["key"] == "acknowledgement RU/0"]
        assert message["state"] == "broken flash-long-overdue"
        assert "trucks" not in json.dumps(posted)
        await hook.close()

    run(play())


def desk_of(desk):
    return desk.us.desk()


def keys(node, *wanted, is_link_up=True):
    """Give what stands now, by key, with its state."""
    with closing(node.desk()) as desk:
        return {
            key: each.state for key, each in look(desk, frozenset(wanted), (), is_link_up=is_link_up).items()
        }


def test_units_that_are_not_reached_are_a_cause_from_the_lead_time_on_and_a_stop_changes_it(tmp_path):
    convoy = Convoy(tmp_path)
    convoy.answer(Answer.AGREED)
    convoy.do(convoy.ru, convoy.desk(convoy.ru).pass_down(UNITS))
    assert keys(convoy.us, Wanted.UNITS) == {}, "the lead time has not begun"
    convoy.later(10)
    assert keys(convoy.us, Wanted.UNITS) == {"units US/0": "lead"}
    convoy.do(convoy.us, convoy.desk(convoy.us).stop(words="Guards were seen."))
    assert keys(convoy.us, Wanted.UNITS) == {"units US/0": "stopped"}
    with closing(convoy.us.desk()) as desk:
        causes = look(desk, frozenset({Wanted.UNITS}), (), is_link_up=True)
    alert = compare(observe_all({}, causes, 0), causes, 0)
    speaker = Speaker(agreement=convoy.us.agreement, party="us", language="en", now_ms=0)
    said = body_of(alert, speaker) + json_of(alert, speaker).decode()
    assert not [unit.name for unit in UNITS if unit.name in said], (
        "a unit is named by people: no word of it leaves"
    )
    assert "Guards" not in said


def test_conflicts_that_raise_an_alarm_at_home_are_causes(tmp_path):
    nodes = open_line(tmp_path)
    file(nodes.us, patrol(start=1))
    nodes.run(seconds=2)
    file(nodes.ru, patrol(start=1, title="Theirs"))
    nodes.run(seconds=2)
    assert keys(nodes.us, Wanted.CONFLICTS) == {"conflict US/0 RU/0": "lead"}
    nodes.disconnect()
    nodes.run(seconds=7 * 3_600)
    assert keys(nodes.us, Wanted.CONFLICTS) == {}, "both are over"


async def told(alerter, states):
    """Wait until each receiver was told that this stands, and nothing else."""
    await until(lambda: all(known(alerter, each.name) == states for each in alerter.receivers))


class Flapping:
    """A desk of US that is staffed and unstaffed; each look of its alerter is waited for, and its clock is moved."""

    def __init__(self, desk, alerter):
        self.desk, self.alerter, self.looks = desk, alerter, 0

    async def turn(self, cause, seconds=30):
        """Let time pass, then let it be so (None: it is over), and have it looked at."""
        self.desk.nodes.clock.advance(seconds * 1_000)
        stands = () if cause is None else (Unstaffed(post="us.duty", cause=cause, since_ms=0),)
        self.desk.unstaffed, before = stands, self.alerter._causes
        self.alerter.hear(CHANGED)
        await until(lambda: self.alerter._causes is not before)


def test_what_comes_and_goes_every_half_minute_is_told_at_once_then_once_in_a_hold_time(tmp_path):
    async def play():
        hook, post = await Hook().open(), await Post(make_certificate(tmp_path)).open()
        desk = Desk(tmp_path, hook, post, causes=(Wanted.UNSTAFFED,))
        async with desk.alerting() as alerter:
            flapping = Flapping(desk, alerter)
            await flapping.turn(UnstaffedCause.NOBODY)
            await told(alerter, {"unstaffed us.duty": "nobody"})
            await flapping.turn(None)
            await told(alerter, {})
            assert [values(each)["causes"][0]["news"] for each in hook.taken] == ["new", "over"]
            for turn in range(27):
                await flapping.turn(None if turn % 2 else UnstaffedCause.NOBODY)
            assert (len(hook.taken), len(post.taken)) == (2, 2), "14 minutes and a half"
            await flapping.turn(None)
            await flapping.turn(UnstaffedCause.NOBODY)
            (joined,) = values(await hook.until(3))["causes"]
            assert (joined["news"], joined["changes"]) == ("new", 29)
            await told(alerter, {"unstaffed us.duty": "nobody"})
            mail, _ = await post.until(3)
            assert "changed 29 times" in mail.get_content()
            for turn in range(29):
                await flapping.turn(UnstaffedCause.NOBODY if turn % 2 else None)
            assert len(hook.taken) == 3, "it goes on, and costs one alert in a hold time"
            await flapping.turn(UnstaffedCause.NOBODY, seconds=60)
            (joined,) = values(await hook.until(4))["causes"]
            assert (joined["news"], joined["state"], joined["changes"]) == ("changed", "nobody", 30)
            await told(alerter, {"unstaffed us.duty": "nobody"})
            assert len({values(each)["id"] for each in hook.taken}) == 4
            await flapping.turn(None, seconds=HOLD_MS // 1_000 + 1)
            (over,) = values(await hook.until(5))["causes"]
            assert (over["news"], over["changes"]) == ("over", 0), "what has been calm is told at once"
        assert desk.told == []
        await hook.close()
        await post.close()

    run(play())


def test_a_start_of_the_node_does_not_end_a_hold_time(tmp_path):
    async def play():
        hook = await Hook().open()
        desk = Desk(tmp_path, hook, causes=(Wanted.UNSTAFFED,))
        async with desk.alerting() as alerter:
            flapping = Flapping(desk, alerter)
            await flapping.turn(UnstaffedCause.NOBODY)
            await told(alerter, {"unstaffed us.duty": "nobody"})
            await flapping.turn(None)
            await until(lambda: Kept(tmp_path).of("webhook").serial == 2)
        async with desk.alerting() as alerter:
            flapping = Flapping(desk, alerter)
            for turn in range(4):
                await flapping.turn(None if turn % 2 else UnstaffedCause.NOBODY)
            await flapping.turn(UnstaffedCause.GAP, seconds=HOLD_MS // 1_000)
            (joined,) = values(await hook.until(3))["causes"]
            assert (joined["news"], joined["changes"]) == ("new", 5)
        await hook.close()

    run(play())
