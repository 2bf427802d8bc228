"""The watch: what may be said of it, what has no effect, and how the newest word of a post is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.stores import AGREEMENT, do, open_keeper, view_rows
from tests.watches import standings

from coupefeu.errors import PeerError, PolicyError, UsageError
from coupefeu.model.entry import Head, Kind
from coupefeu.model.instant import format_date_time_group
from coupefeu.model.precedence import Precedence
from coupefeu.node.commands import decode_command, encode_command
from coupefeu.services.bodies import decode_body
from coupefeu.services.every import SERVICES
from coupefeu.services.messages.commands import SendLineTest
from coupefeu.services.watch import WatchService
from coupefeu.services.watch.facts import LeaveWatch, TakeWatch, WatchFact, encode_watch, read_watch
from coupefeu.services.watch.views import (
    SELECT_NEWEST,
    SELECT_NEWEST_IN_LOG,
    SELECT_NEWEST_OF_EARLIER_LOGS,
    SELECT_WATCHES,
)
from coupefeu.store.jobs import Act
from coupefeu.store.rebuild import rebuild
from coupefeu.testing.author import Author
from coupefeu.wire import cbor

OTHER_POST = next(post.id for post in AGREEMENT.posts_of("us") if post.id != "us.duty")


@pytest.fixture
def keeper(tmp_path):
    return open_keeper(tmp_path / "record.db")


def act(keeper, command, at=0):
    return do(keeper, Act(command=command), at=at)


def take(keeper, post="us.duty", heard=True, officer="", at=0):
    return act(keeper, TakeWatch(from_post=post, heard=heard, officer=officer), at)


def standing(keeper):
    return {each.post: each.watch for each in standings(keeper) if each.watch is not None}


def effects(keeper):
    return [row["effect"] for row in keeper.connection.execute(SELECT_WATCHES)]


def receive(keeper, *bodies, author=None, post="ru.duty", kind=Kind.WATCH_TAKEN, written_ms=None):
    """Have RU write entries of these bodies, and take them."""
    author = author or Author(AGREEMENT, "ru")
    start = author.size
    for body in bodies:
        head = author.head(kind=kind)
        fields = {name: getattr(head, name) for name in Head.__dataclass_fields__}
        changed = {"from_post": post} | ({} if written_ms is None else {"written_ms": written_ms})
        author.write(Head(**(fields | changed)), body)
    do(keeper, author.checkpoint(start, author.size))
    return author


def test_a_watch_is_taken_replaced_and_left(keeper):
    take(keeper, officer="first watch", heard=False)
    (first,) = standing(keeper).values()
    assert (first.post, first.officer, first.heard, first.party) == ("us.duty", "first watch", False, "us")
    take(keeper, officer="second watch", at=60)
    (second,) = standing(keeper).values()
    assert (second.officer, second.heard) == ("second watch", True)
    assert second.claimed_ms - first.claimed_ms == 60_000
    act(keeper, LeaveWatch(from_post="us.duty"), at=120)
    assert standing(keeper) == {}
    take(keeper, at=180)
    assert list(standing(keeper)) == ["us.duty"]


def test_each_post_keeps_its_own_watch(keeper):
    take(keeper)
    take(keeper, post=OTHER_POST)
    act(keeper, LeaveWatch(from_post="us.duty"))
    assert list(standing(keeper)) == [OTHER_POST]


def test_it_goes_from_the_post_to_the_other_desks_and_says_no_more_than_it_must(keeper):
    (stored,) = take(keeper).entries
    head = stored.recorded.head
    assert (head.kind, head.from_post, head.to_posts) == (Kind.WATCH_TAKEN, "us.duty", ("ru.duty",))
    assert head.precedence is Precedence.ROUTINE
    assert stored.recorded.body == cbor.encode({1: True})


@pytest.mark.parametrize(
    ("command", "code", "kind"),
    [
        (TakeWatch(from_post="ru.duty", heard=True), "services.watch.foreign_post", PolicyError),
        (LeaveWatch(from_post="ru.duty"), "services.watch.foreign_post", PolicyError),
        (LeaveWatch(from_post="us.duty"), "services.watch.no_watch", PolicyError),
        (
            TakeWatch(from_post="us.duty", heard=True, officer="x" * 81),
            "services.watch.long_officer",
            UsageError,
        ),
        (
            TakeWatch(from_post="us.duty", heard=True, officer="a\x00"),
            "services.watch.unreadable_body",
            UsageError,
        ),
    ],
)
def test_what_cannot_be_is_refused_and_not_recorded(keeper, command, code, kind):
    with pytest.raises(kind) as refused:
        act(keeper, command)
    assert refused.value.code == code
    assert effects(keeper) == []


def test_a_watch_that_was_left_cannot_be_left_again(keeper):
    take(keeper)
    act(keeper, LeaveWatch(from_post="us.duty"))
    with pytest.raises(PolicyError, match="not on watch"):
        act(keeper, LeaveWatch(from_post="us.duty"))


def test_it_is_no_command_of_another_service():
    with pytest.raises(UsageError) as refused:
        WatchService().needs(SendLineTest(template=1))
    assert refused.value.code == "services.watch.unknown_command"


ODD = {
    "not CBOR": (b"\xff\x00", "unreadable_body"),
    "nothing": (b"", "unreadable_body"),
    "no map": (cbor.encode([1]), "unreadable_body"),
    "officer is a number": (cbor.encode({0: 1, 1: True}), "unreadable_body"),
    "heard is a number": (cbor.encode({1: 1}), "unreadable_body"),
    "officer with NUL": (cbor.encode({0: "a\x00", 1: True}), "unreadable_body"),
    "no word of the alarm": (cbor.encode({0: "second watch"}), "missing_heard"),
    "long officer": (cbor.encode({0: "x" * 81, 1: True}), "long_officer"),
}


@pytest.mark.parametrize(("body", "effect"), ODD.values(), ids=ODD)
def test_what_a_peer_wrote_oddly_is_kept_without_effect(keeper, body, effect):
    good = encode_watch(WatchFact(officer="second watch", heard=True))
    receive(keeper, good, body)
    assert effects(keeper) == ["", effect]
    assert standing(keeper)["ru.duty"].number == "RU/0", "the odd one replaces nothing"


def test_leaving_says_nothing_of_the_alarm(keeper):
    receive(keeper, encode_watch(WatchFact(heard=True)), kind=Kind.WATCH_LEFT)
    assert effects(keeper) == ["unexpected_heard"]


@pytest.mark.parametrize("post", ["us.duty", "ru", "ru.", "xx.duty", "", "ru.\x00", "us.duty.ru"])
@pytest.mark.parametrize("kind", [Kind.WATCH_TAKEN, Kind.WATCH_LEFT])
def test_nobody_takes_or_ends_the_watch_of_the_other_side(keeper, post, kind):
    take(keeper)
    receive(
        keeper,
        encode_watch(WatchFact(heard=True if kind is Kind.WATCH_TAKEN else None)),
        post=post,
        kind=kind,
    )
    assert effects(keeper) == ["", "foreign_post"]
    assert list(standing(keeper)) == ["us.duty"]


def test_the_newest_is_the_author_s_and_not_the_one_that_came_last(keeper):
    author = Author(AGREEMENT, "ru")
    author.say("before")
    author.write(author.head(kind=Kind.WATCH_TAKEN), encode_watch(WatchFact(officer="first", heard=True)))
    author.write(author.head(kind=Kind.WATCH_TAKEN), encode_watch(WatchFact(officer="second", heard=True)))
    do(keeper, author.run(2, 3))
    do(keeper, author.checkpoint(0, 2))
    assert [row["officer"] for row in keeper.connection.execute(SELECT_WATCHES)] == ["second", "first"]
    assert standing(keeper)["ru.duty"].officer == "second"


@pytest.mark.parametrize("written_ms", [(1 << 63) - 1, 0])
def test_any_claimed_time_is_kept(keeper, written_ms):
    receive(keeper, encode_watch(WatchFact(heard=True)), written_ms=written_ms)
    (watch,) = standing(keeper).values()
    assert watch.claimed_ms == written_ms
    assert format_date_time_group(watch.claimed_ms)


def test_a_key_of_a_later_version_changes_nothing(keeper):
    receive(keeper, cbor.encode({1: False, 2: "handed over by"}))
    assert effects(keeper) == [""]
    assert standing(keeper)["ru.duty"].heard is False


def test_the_view_is_made_anew_the_same(keeper):
    author = receive(keeper, *(body for body, _ in ODD.values()))
    receive(keeper, encode_watch(WatchFact(officer="third", heard=False)), author=author)
    take(keeper)
    act(keeper, LeaveWatch(from_post="us.duty"))
    before = view_rows(keeper)
    assert len(before["watches"]) == len(ODD) + 3
    rebuild(keeper.connection, keeper.line, SERVICES, AGREEMENT)
    assert view_rows(keeper) == before


@pytest.mark.parametrize("select", [SELECT_NEWEST, SELECT_NEWEST_IN_LOG, SELECT_NEWEST_OF_EARLIER_LOGS])
def test_the_newest_of_a_post_is_found_without_looking_at_the_others(keeper, select):
    values = {"effect_1": "", "post": "x", "matter": "watch", "log": 1, "idx": 1, "param_1": 1}
    plan = keeper.connection.query(f"EXPLAIN QUERY PLAN {select}", values)
    told = " ".join(str(row[-1]) for row in plan)
    assert "USING INDEX watches_by_post (effect=? AND post=? AND matter=?" in told
    assert "TEMP B-TREE" not in told


@given(st.binary(max_size=64), st.sampled_from([Kind.WATCH_TAKEN, Kind.WATCH_LEFT]))
def test_any_bytes_are_read_or_named_and_never_raise(body, kind):
    fact, defect = read_watch(kind, body)
    assert isinstance(fact, WatchFact)
    assert defect in {"", "unreadable_body", "long_officer", "missing_heard", "unexpected_heard"}


@given(st.text(max_size=80).filter(lambda text: "\x00" not in text), st.booleans())
def test_what_is_written_is_read(officer, heard):
    fact = WatchFact(officer=officer, heard=heard)
    assert read_watch(Kind.WATCH_TAKEN, encode_watch(fact)) == (fact, "")


def test_the_bytes_are_those_of_the_specification():
    assert (
        encode_watch(WatchFact(officer="second watch", heard=True)).hex()
        == "a2006c7365636f6e6420776174636801f5"
    )
    assert encode_watch(WatchFact(heard=False)).hex() == "a101f4"
    assert encode_watch(WatchFact()).hex() == "a0"


def test_a_body_that_verify_cannot_read_is_told():
    head = Author(AGREEMENT, "ru").head(kind=Kind.WATCH_TAKEN)
    decode_body(7, head, encode_watch(WatchFact(heard=True)))
    with pytest.raises(PeerError, match="entry 7"):
        decode_body(7, head, b"\xff")


@pytest.mark.parametrize(
    "command",
    [TakeWatch(from_post="us.duty", heard=False, officer="x"), LeaveWatch(from_post="us.duty")],
    ids=lambda each: type(each).__name__,
)
def test_it_goes_over_the_control_socket(command):
    said = encode_command(command)
    assert decode_command(said["command"], said["fields"]) == command
