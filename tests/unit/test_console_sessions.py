"""Sessions: the secret is the browser's alone, what is kept proves nothing, and each ends when it should."""

import asyncio
import json

import pytest

from coupefeu.console.errors import NotSignedInError
from coupefeu.console.sessions import (
    HOUR_MS,
    MAX_SESSIONS,
    MINUTE_MS,
    WRITE_EVERY_MS,
    Sessions,
    cookie_name,
    digest,
    read_cookies,
    set_cookie,
)
from coupefeu.errors import ConfigError

NOW_MS = 1_650_000_000_000


class Desk:
    """Sessions under a clock that stands."""

    def __init__(self, path):
        self.path, self.now_ms, self.gone = path, NOW_MS, []
        self.open()

    def open(self):
        self.turned = []
        self.sessions = Sessions(
            self.path,
            lambda: self.now_ms,
            hours=12,
            lock_minutes=15,
            ended=self.gone.append,
            turned=lambda session: self.turned.append(session.locked),
        )

    def begin(self, post="us.duty", key=""):
        return asyncio.run(self.sessions.begin(post=post, officer="WATCH A", language="fr", key=key))


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path / "console.sessions")


def test_a_session_is_found_by_its_secret(desk):
    secret, session = desk.begin()
    assert desk.sessions.find([secret]) == session
    assert (session.post, session.officer, session.language) == ("us.duty", "WATCH A", "fr")
    assert session.expires_ms == NOW_MS + 12 * HOUR_MS


@pytest.mark.parametrize("cookies", [[], [""], ["x"], ["\udcff"]])
def test_nobody_is_signed_in_by_anything_else(desk, cookies):
    desk.begin()
    with pytest.raises(NotSignedInError) as refused:
        desk.sessions.find(cookies)
    assert refused.value.code == "console.session.none"


def test_what_is_kept_signs_nobody_in(desk):
    secret, session = desk.begin()
    kept = desk.path.read_text("ascii")
    assert secret not in kept
    assert session.id in kept
    assert desk.path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(NotSignedInError):
        desk.sessions.find([session.id])


def test_every_secret_has_256_bits_and_is_another_one(desk):
    secrets = {desk.begin()[0] for _ in range(8)}
    assert len(secrets) == 8
    assert {len(secret) for secret in secrets} == {43}


def test_a_node_that_is_started_again_throws_no_officer_out(desk):
    secret, session = desk.begin()
    desk.open()
    assert desk.sessions.find([secret]) == session


def test_a_session_that_nobody_uses_ends_twelve_hours_after_its_sign_in(desk):
    secret, session = desk.begin()
    desk.now_ms += 12 * HOUR_MS - 1
    desk.sessions.find([secret])
    desk.now_ms += 1
    with pytest.raises(NotSignedInError):
        desk.sessions.find([secret])
    assert desk.gone == [session]


def prolong(desk, secret):
    return asyncio.run(desk.sessions.prolong(desk.sessions.find([secret])))


def test_a_session_that_is_in_use_lasts_twelve_hours_from_then(desk):
    secret, _ = desk.begin()
    desk.now_ms += 11 * HOUR_MS
    assert prolong(desk, secret).expires_ms == desk.now_ms + 12 * HOUR_MS
    desk.now_ms += 12 * HOUR_MS - 1
    desk.open()  # the node was started again meanwhile
    assert desk.sessions.find([secret]).used_ms == NOW_MS + 11 * HOUR_MS
    desk.now_ms += 1
    with pytest.raises(NotSignedInError):
        desk.sessions.find([secret])


def test_no_session_outlives_three_times_its_hours_however_busy_it_is(desk):
    secret, _ = desk.begin()
    for _ in range(35):
        desk.now_ms += HOUR_MS
        assert prolong(desk, secret).expires_ms <= NOW_MS + 36 * HOUR_MS
    desk.now_ms += HOUR_MS
    with pytest.raises(NotSignedInError):
        desk.sessions.find([secret])


def test_what_has_ended_is_not_prolonged(desk):
    secret, session = desk.begin()
    asyncio.run(desk.sessions.end(session))
    asyncio.run(desk.sessions.prolong(session))
    with pytest.raises(NotSignedInError):
        desk.sessions.find([secret])


def test_use_is_written_every_few_minutes_and_not_with_every_act(desk):
    secret, _ = desk.begin()
    written = desk.path.stat().st_mtime_ns, desk.path.stat().st_ino
    desk.now_ms += WRITE_EVERY_MS - 1
    prolong(desk, secret)
    assert (desk.path.stat().st_mtime_ns, desk.path.stat().st_ino) == written
    desk.now_ms += 1
    prolong(desk, secret)
    assert desk.path.stat().st_ino != written[1]


def test_a_shorter_time_that_was_set_since_holds_for_old_sessions_too(desk):
    secret, _ = desk.begin()
    desk.now_ms += HOUR_MS
    shorter = Sessions(desk.path, lambda: desk.now_ms, hours=1)
    with pytest.raises(NotSignedInError):
        shorter.find([secret])


def test_a_clock_that_is_set_back_a_little_throws_nobody_out_and_far_does(desk):
    secret, session = desk.begin()
    desk.now_ms -= 12 * HOUR_MS - 1
    assert desk.sessions.find([secret]) == session
    desk.now_ms -= 1
    with pytest.raises(NotSignedInError):
        desk.sessions.find([secret])


def test_a_full_disk_keeps_no_officer_from_his_desk_but_who_leaves_is_told_that_it_does_not_last(
    desk, tmp_path
):
    lost = []
    sessions = Sessions(
        tmp_path / "gone" / "console.sessions",
        lambda: NOW_MS,
        hours=12,
        not_kept=lambda error: lost.append(error.code),
    )
    secret, session = asyncio.run(sessions.begin(post="us.duty", officer="", language="en"))
    assert sessions.find([secret]) == session
    assert lost == ["keys.files.unwritable"]
    with pytest.raises(ConfigError):
        asyncio.run(sessions.end(session))
    with pytest.raises(NotSignedInError):
        sessions.find([secret])


def test_signing_out_ends_one_and_lasts(desk):
    (secret, session), (other, _) = desk.begin(), desk.begin()
    asyncio.run(desk.sessions.end(session))
    assert desk.gone == [session]
    desk.open()
    desk.sessions.find([other])
    with pytest.raises(NotSignedInError):
        desk.sessions.find([secret])


def test_everybody_can_be_signed_out_at_once(desk):
    secrets = [desk.begin()[0] for _ in range(3)]
    assert asyncio.run(desk.sessions.end_all()) == 3
    assert len(desk.gone) == 3
    desk.open()
    for secret in secrets:
        with pytest.raises(NotSignedInError):
            desk.sessions.find([secret])


def test_of_too_many_the_oldest_ends(desk):
    first, session = desk.begin()
    for _ in range(MAX_SESSIONS):
        desk.begin()
    assert desk.gone == [session]
    with pytest.raises(NotSignedInError):
        desk.sessions.find([first])
    assert len(json.loads(desk.path.read_bytes())["sessions"]) == MAX_SESSIONS


def test_a_cookie_that_another_page_tossed_beside_ours_changes_nothing(desk):
    secret, session = desk.begin()
    for tossed in (["evil", secret], [secret, "evil"], [secret, secret, ""]):
        assert desk.sessions.find(tossed) == session


def test_two_live_sessions_in_one_request_are_nobody(desk):
    (one, _), (two, _) = desk.begin(), desk.begin("us.chief")
    with pytest.raises(NotSignedInError) as refused:
        desk.sessions.find([one, two])
    assert refused.value.code == "console.session.two"


@pytest.mark.parametrize(
    "kept", [b"", b"{", b"[]", b'{"version":1}', b'{"version":1,"sessions":[{"id":1}]}', b"\xff"]
)
def test_a_damaged_file_signs_nobody_in_and_stops_nothing(desk, kept):
    desk.path.write_bytes(kept)
    desk.path.chmod(0o600)
    desk.open()
    secret, session = desk.begin()
    assert desk.sessions.find([secret]) == session


def test_a_file_that_others_may_read_signs_nobody_in(desk):
    secret, _ = desk.begin()
    desk.path.chmod(0o644)
    desk.open()
    with pytest.raises(NotSignedInError):
        desk.sessions.find([secret])


def test_a_cookie_is_named_by_its_party_and_bound_to_its_host_under_tls():
    assert cookie_name("us", tls=False) == "coupefeu-us"
    assert cookie_name("us", tls=True) == "__Host-coupefeu-us"
    assert set_cookie("n", "v", tls=False, lasts_s=9) == "n=v; Path=/; HttpOnly; SameSite=Strict; Max-Age=9"
    assert set_cookie("n", "v", tls=True, lasts_s=9).endswith("; Secure")


def test_every_cookie_of_the_name_is_read_and_none_of_another():
    headers = [
        "a=1; coupefeu-us=x;coupefeu-us=y",
        "coupefeu-us=x; coupefeu-ru=z; xcoupefeu-us=w; coupefeu-us",
    ]
    assert read_cookies(headers, "coupefeu-us") == ["x", "y", ""]


def test_what_is_kept_of_a_secret_is_its_sha256():
    assert digest("a") == "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"


def test_a_session_by_passkey_locks_when_nobody_did_anything_and_one_by_link_never(desk):
    secret, session = desk.begin(key="US/14")
    by_link, _ = desk.begin()
    desk.now_ms += 14 * MINUTE_MS
    asyncio.run(desk.sessions.prolong(session))
    desk.now_ms += 14 * MINUTE_MS
    assert not desk.sessions.find([secret]).locked, "whoever is at work is not locked out"
    desk.now_ms += MINUTE_MS
    assert desk.sessions.find([secret]).locked
    assert not desk.sessions.find([by_link]).locked
    desk.open()
    assert desk.sessions.find([secret]).locked, "a restart opens nothing"
    opened = asyncio.run(desk.sessions.unlock(session))
    assert (opened.locked, opened.used_ms, opened.expires_ms) == (
        False,
        desk.now_ms,
        desk.now_ms + 12 * HOUR_MS,
    )
    assert desk.turned == [True, False]


def test_a_locked_session_ends_like_any_other(desk):
    secret, session = desk.begin(key="US/14")
    asyncio.run(desk.sessions.lock(session))
    desk.now_ms += 12 * HOUR_MS
    with pytest.raises(NotSignedInError):
        desk.sessions.find([secret])
    assert [each.id for each in desk.gone] == [session.id]


def test_the_sessions_of_a_key_end_with_it(desk):
    secret, _ = desk.begin(key="US/14")
    other, _ = desk.begin(key="US/15")
    asyncio.run(desk.sessions.end_key("US/14"))
    with pytest.raises(NotSignedInError):
        desk.sessions.find([secret])
    assert desk.sessions.find([other])
