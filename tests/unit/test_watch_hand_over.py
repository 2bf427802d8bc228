"""A hand-over: who stands until it is accepted, what crosses, and what is refused to whom."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.stores import AGREEMENT, do, open_keeper, view_rows
from tests.watches import standing_of, write

from coupefeu.errors import PolicyError, UsageError
from coupefeu.model.agreement import RecordMode
from coupefeu.model.entry import Kind
from coupefeu.node.commands import decode_command, encode_command
from coupefeu.services.every import SERVICES
from coupefeu.services.said import said_in
from coupefeu.services.watch.facts import (
    AcceptWatch,
    HandOverWatch,
    LeaveWatch,
    OpenThing,
    OpenWhat,
    TakeWatch,
    WatchFact,
    encode_watch,
)
from coupefeu.services.watch.hand_over import (
    AcceptedFact,
    HandOverFact,
    OpenRow,
    encode_accepted,
    encode_hand_over,
    read_accepted,
    read_hand_over,
)
from coupefeu.store.jobs import Act
from coupefeu.store.keeper import Keeper
from coupefeu.store.rebuild import rebuild
from coupefeu.testing.author import Author
from coupefeu.testing.line import make_line

DESK = "us.duty"


@pytest.fixture
def keeper(tmp_path):
    return open_keeper(tmp_path / "record.db")


def act(keeper, command, at=0):
    (stored,) = do(keeper, Act(command=command), at=at).entries
    return stored.recorded.log, stored.recorded.index


def take(keeper, officer="first watch", at=0):
    return act(keeper, TakeWatch(from_post=DESK, heard=True, officer=officer), at)


def hand_over(keeper, to="second watch", at=10, officer="first watch", **fields):
    return act(keeper, HandOverWatch(from_post=DESK, to_officer=to, officer=officer, **fields), at)


def accept(keeper, number, officer="second watch", at=20, **fields):
    stated = {"heard": True} | fields
    return act(keeper, AcceptWatch(from_post=DESK, hand_over=number, officer=officer, **stated), at)


def refused(keeper, command):
    with pytest.raises((PolicyError, UsageError)) as refusal:
        act(keeper, command)
    return refusal.value.code


def test_until_it_is_accepted_the_outgoing_stands(keeper):
    first = take(keeper)
    number = hand_over(keeper, remarks="Nothing strange.")
    waiting = standing_of(keeper, DESK)
    assert (waiting.watch.officer, waiting.watch.number) == ("first watch", f"US/{first[1]}")
    assert (waiting.hand_over.officer, waiting.hand_over.to_officer) == ("first watch", "second watch")
    assert (waiting.hand_over.id, waiting.hand_over.remarks) == (number, "Nothing strange.")
    accept(keeper, number)
    relieved = standing_of(keeper, DESK)
    assert (relieved.watch.officer, relieved.watch.heard) == ("second watch", True)
    assert (relieved.watch.hand_over, relieved.watch.crossed) == (f"US/{number[1]}", "")
    assert relieved.hand_over is None


def test_what_is_open_is_referred_to_and_each_must_be_looked_at(keeper):
    taken, another = take(keeper), take(keeper)
    things = (
        OpenThing(entry=taken, what=OpenWhat.MESSAGE, due_ms=1_648_091_520_000),
        OpenThing(entry=another, what=OpenWhat.CALL),
    )
    number = hand_over(keeper, things=things, count=7)
    offered = standing_of(keeper, DESK).hand_over
    assert (offered.things, offered.count) == (things, 7)
    assert refused(keeper, AcceptWatch(from_post=DESK, hand_over=number, heard=True, seen=(taken,))) == (
        "services.watch.unseen"
    )
    accept(keeper, number, seen=(another, taken))
    assert standing_of(keeper, DESK).watch.crossed == ""


def test_it_goes_to_the_other_desks_and_refers_to_what_it_lists(keeper):
    taken = take(keeper)
    command = HandOverWatch(
        from_post=DESK, to_officer="2", things=(OpenThing(entry=taken, what=OpenWhat.MESSAGE),), count=1
    )
    (stored,) = do(keeper, Act(command=command)).entries
    head = stored.recorded.head
    assert (head.kind, head.to_posts) == (Kind.WATCH_HANDED_OVER, ("ru.duty",))
    assert [(each.log, each.index) for each in head.references] == [taken]
    said = said_in(head, stored.recorded.body, AGREEMENT.party_ids)
    assert ("open-message", f"US/{taken[1]}") in said
    assert ("to-officer", "2") in said


@pytest.mark.parametrize("again", ["take", "leave", "hand over"])
def test_it_lapses_when_the_watch_is_taken_left_or_handed_over_again(keeper, again):
    take(keeper)
    number = hand_over(keeper)
    match again:
        case "take":
            take(keeper, officer="first watch, back", at=15)
        case "leave":
            act(keeper, LeaveWatch(from_post=DESK), at=15)
        case _:
            newer = hand_over(keeper, to="third watch", at=15)
            assert standing_of(keeper, DESK).hand_over.id == newer
    asked = AcceptWatch(from_post=DESK, hand_over=number, heard=True, officer="second watch")
    assert refused(keeper, asked) == "services.watch.no_hand_over"


def test_it_is_accepted_once(keeper):
    take(keeper)
    number = hand_over(keeper)
    accept(keeper, number)
    asked = AcceptWatch(from_post=DESK, hand_over=number, heard=True, officer="third watch")
    assert refused(keeper, asked) == "services.watch.no_hand_over"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (HandOverWatch(from_post="ru.duty", to_officer="x"), "foreign_post"),
        (HandOverWatch(from_post=DESK, to_officer=""), "missing_to"),
        (HandOverWatch(from_post=DESK, to_officer="x" * 81), "long_officer"),
        (HandOverWatch(from_post=DESK, to_officer="x", remarks="x" * 281), "long_remarks"),
        (HandOverWatch(from_post=DESK, to_officer="x", remarks="\x00"), "unreadable_body"),
        (
            HandOverWatch(
                from_post=DESK,
                to_officer="x",
                things=(OpenThing(entry=(0, 0), what=OpenWhat.CALL),) * 2,
                count=2,
            ),
            "bad_list",
        ),
        (
            HandOverWatch(
                from_post=DESK, to_officer="x", things=(OpenThing(entry=(0, 0), what=OpenWhat.CALL),), count=0
            ),
            "bad_list",
        ),
        (AcceptWatch(from_post=DESK, hand_over=(0, 0), heard=True), "no_hand_over"),
        (AcceptWatch(from_post="ru.duty", hand_over=(0, 0), heard=True), "foreign_post"),
    ],
)
def test_what_cannot_be_is_refused_and_not_recorded(keeper, command, code):
    take(keeper)
    before = view_rows(keeper)
    assert refused(keeper, command) == f"services.watch.{code}"
    assert view_rows(keeper) == before


@pytest.mark.parametrize(
    "terms",
    [
        {"record_mode": RecordMode.FACT_ONLY, "record_keep_s": 3_600},
        {"retention_s": 3_600},
    ],
    ids=["facts only", "retention"],
)
def test_where_content_has_an_age_there_are_no_remarks(tmp_path, terms):
    agreement = replace(AGREEMENT, **terms)
    keeper = Keeper(tmp_path / "record.db", make_line(agreement, "us"), SERVICES, agreement)
    take(keeper)
    asked = HandOverWatch(from_post=DESK, to_officer="2", remarks="kept for ever")
    assert refused(keeper, asked) == "services.watch.no_remarks"
    hand_over(keeper)


def test_nobody_hands_over_what_is_not_kept(keeper):
    assert refused(keeper, HandOverWatch(from_post=DESK, to_officer="x")) == "services.watch.no_watch"


def test_nobody_accepts_from_himself(keeper):
    take(keeper)
    number = hand_over(keeper)
    asked = AcceptWatch(from_post=DESK, hand_over=number, heard=True, officer="first watch")
    assert refused(keeper, asked) == "services.watch.same_officer"
    accept(keeper, number, officer="")
    assert standing_of(keeper, DESK).watch.crossed == ""


# --- what the other side may have written ---------------------------------------------------------------------------


TAKE = encode_watch(WatchFact(officer="1", heard=True))
OFFER = encode_hand_over(HandOverFact(to_officer="2", officer="1"))


def accepted(officer="2", seen=0):
    return encode_accepted(AcceptedFact(heard=True, seen=seen, officer=officer))


CROSSED = {
    "nothing is offered": ([(48, TAKE, ())], accepted(), (0,), "no_hand_over"),
    "taken anew since": ([(48, TAKE, ()), (50, OFFER, ()), (48, TAKE, ())], accepted(), (1,), "no_hand_over"),
    "replaced": ([(48, TAKE, ()), (50, OFFER, ()), (50, OFFER, ())], accepted(), (1,), "no_hand_over"),
    "left since": ([(48, TAKE, ()), (50, OFFER, ()), (49, b"\xa0", ())], accepted(), (1,), "no_hand_over"),
    "nobody stood": ([(50, OFFER, ())], accepted(), (0,), "no_hand_over"),
    "accepted before": (
        [(48, TAKE, ()), (50, OFFER, ()), (51, accepted("3"), (1,))], accepted(), (1,), "no_hand_over"
    ),
    "the same label": ([(48, TAKE, ()), (50, OFFER, ())], accepted("1"), (1,), "same_officer"),
    "looked at more than there is": ([(48, TAKE, ()), (50, OFFER, ())], accepted(seen=1), (1,), "not_all_seen"),
    "as it should be": ([(48, TAKE, ()), (50, OFFER, ())], accepted(), (1,), ""),
}  # fmt: skip


@pytest.mark.parametrize(("before", "body", "named", "crossed"), CROSSED.values(), ids=CROSSED)
def test_whoever_accepts_sits_there_and_relieves_only_who_offered(keeper, before, body, named, crossed):
    author = Author(AGREEMENT, "ru")
    for kind, each, references in before:
        write(author, kind, each, references)
    write(author, 51, body, named)
    do(keeper, author.checkpoint(0, author.size))
    found = standing_of(keeper, "ru.duty")
    assert found.watch.crossed == crossed
    assert found.watch.number == f"RU/{author.size - 1}"
    assert found.hand_over is None


ODD = {
    "handed over: not CBOR": (50, b"\xff", (), "unreadable_body"),
    "handed over: to nobody": (50, encode_hand_over(HandOverFact()), (), "missing_to"),
    "handed over: a list without its references": (
        50, encode_hand_over(HandOverFact(to_officer="2", rows=(OpenRow(what=0),), count=1)), (), "list_and_references"
    ),
    "handed over: references without a list": (50, OFFER, (0,), "list_and_references"),
    "accepted: nothing named": (51, accepted(), (), "missing_hand_over"),
    "accepted: two named": (51, accepted(), (0, 1), "missing_hand_over"),
    "accepted: no word of the alarm": (51, b"\xa1\x06\x00", (1,), "missing_heard"),
    "accepted: a label of 81": (51, accepted("x" * 81), (1,), "long_officer"),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "body", "references", "effect"), ODD.values(), ids=ODD)
def test_what_a_peer_wrote_oddly_is_kept_without_effect(keeper, kind, body, references, effect):
    author = Author(AGREEMENT, "ru")
    write(author, 48, TAKE)
    write(author, 50, OFFER)
    write(author, kind, body, references)
    do(keeper, author.checkpoint(0, author.size))
    assert [row["effect"] for row in keeper.connection.execute(_all())][-1] == effect
    found = standing_of(keeper, "ru.duty")
    assert (found.watch.number, found.hand_over.number) == ("RU/0", "RU/1")


def _all():
    from coupefeu.services.watch.views import SELECT_WATCHES

    return SELECT_WATCHES


@pytest.mark.parametrize("kind", [50, 51])
def test_nobody_hands_over_the_watch_of_the_other_side(keeper, kind):
    take(keeper)
    number = hand_over(keeper)
    author = Author(AGREEMENT, "ru")
    write(author, 50, OFFER, post=DESK)
    if kind == 51:
        write(author, 51, accepted(), (0,), post=DESK)
    do(keeper, author.checkpoint(0, author.size))
    found = standing_of(keeper, DESK)
    assert (found.watch.officer, found.hand_over.id) == ("first watch", number)


def test_something_open_of_a_later_version_is_something_else(keeper):
    author = Author(AGREEMENT, "ru")
    write(author, 48, TAKE)
    write(author, 50, encode_hand_over(HandOverFact(to_officer="2", rows=(OpenRow(what=99),), count=1)), (0,))
    do(keeper, author.checkpoint(0, author.size))
    (thing,) = standing_of(keeper, "ru.duty").hand_over.things
    assert thing.what is OpenWhat.OTHER


def test_the_view_is_made_anew_the_same(keeper):
    author = Author(AGREEMENT, "ru")
    write(author, 48, TAKE)
    write(author, 50, OFFER)
    write(author, 51, accepted(), (1,))
    do(keeper, author.checkpoint(0, author.size))
    take(keeper)
    accept(keeper, hand_over(keeper))
    before = view_rows(keeper)
    rebuild(keeper.connection, keeper.line, SERVICES, AGREEMENT)
    assert view_rows(keeper) == before


@given(st.binary(max_size=80), st.none() | st.integers(0, 64))
def test_any_bytes_are_read_or_named_and_never_raise(body, references):
    assert isinstance(read_hand_over(body, references)[1], str)
    assert isinstance(read_accepted(body, references)[1], str)


_LABELS = st.text(max_size=80).filter(lambda text: "\x00" not in text)


@given(
    _LABELS,
    _LABELS.filter(bool),
    st.lists(st.tuples(st.integers(0, 9), st.none() | st.integers(1, (1 << 62)))),
)
def test_what_is_written_is_read(officer, to, rows):
    listed = tuple(OpenRow(what=what, due_ms=due) for what, due in rows[:60])
    fact = HandOverFact(officer=officer, to_officer=to, rows=listed, count=len(rows))
    assert read_hand_over(encode_hand_over(fact), len(listed)) == (fact, "")


@pytest.mark.parametrize(
    "command",
    [
        HandOverWatch(
            from_post=DESK,
            to_officer="2",
            things=(OpenThing(entry=(0, 1), what=OpenWhat.CALL, due_ms=5),),
            count=1,
        ),
        AcceptWatch(from_post=DESK, hand_over=(0, 1), heard=False, seen=((0, 1),)),
    ],
    ids=lambda each: type(each).__name__,
)
def test_it_goes_over_the_control_socket(command):
    import msgspec

    said = msgspec.json.decode(msgspec.json.encode(encode_command(command)))
    assert decode_command(said["command"], said["fields"]) == command
