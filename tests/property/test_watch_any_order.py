"""The watch by two ends: whatever is said, in whatever order it comes, both say the same of every desk.

The reference is a story told in the order of one log: who stands, what is offered, what is planned. Entries come to the
other side as runs, in any order and some of them twice; what was said there is the same, and is made anew the same.
"""

from contextlib import suppress
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.scenario.stage import open_line
from tests.sizes import size
from tests.stores import AGREEMENT, do, open_keeper, view_rows
from tests.watches import roster, standings, window, write

from coupefeu.errors import PolicyError
from coupefeu.model.entry import Kind
from coupefeu.services.every import SERVICES
from coupefeu.services.watch.facts import (
    AcceptWatch,
    HandOverWatch,
    LeaveWatch,
    PlanRoster,
    TakeWatch,
    WatchFact,
    encode_watch,
)
from coupefeu.services.watch.hand_over import AcceptedFact, HandOverFact, encode_accepted, encode_hand_over
from coupefeu.services.watch.roster import encode_roster
from coupefeu.store.rebuild import rebuild
from coupefeu.testing.author import Author

POSTS = [post.id for post in AGREEMENT.posts_of("ru")][:2]
LABELS = ["", "1", "2"]


@dataclass
class Told:
    """One desk as the story has it: numbers of entries, None where there is none."""

    watch: int | None = None
    crossed: str = ""
    offered: int | None = None
    planned: int | None = None


@dataclass
class Offer:
    officer: str


def write_one(author, step):
    """Write one entry of the story; gives what the reference must know of it."""
    kind, post, label, back = step
    named = (max(author.size - 1 - back, 0),) if author.size else ()
    match kind:
        case Kind.WATCH_TAKEN:
            body, named = encode_watch(WatchFact(officer=label, heard=True)), ()
        case Kind.WATCH_LEFT:
            body, named = encode_watch(WatchFact(officer=label)), ()
        case Kind.WATCH_HANDED_OVER:
            body, named = encode_hand_over(HandOverFact(to_officer="next", officer=label)), ()
        case Kind.WATCH_ACCEPTED:
            body = encode_accepted(AcceptedFact(heard=True, seen=0, officer=label))
        case _:
            body, named = encode_roster(roster(window(0, back % 20 + 1))), ()
    return write(author, kind, body, named, post=post), named


def tell(story):
    """Tell it in the order of the log: an author with all of it, and how each desk stands at the end."""
    author, desks, offers = Author(AGREEMENT, "ru"), {post: Told() for post in POSTS}, {}
    for step in story:
        kind, post, label, _ = step
        index, named = write_one(author, step)
        desk = desks[post]
        match kind:
            case Kind.WATCH_TAKEN:
                desk.watch, desk.crossed, desk.offered = index, "", None
            case Kind.WATCH_LEFT:
                desk.watch, desk.crossed, desk.offered = None, "", None
            case Kind.WATCH_HANDED_OVER if desk.watch is not None:
                desk.offered = index
                offers[index] = Offer(label)
            case Kind.WATCH_ACCEPTED if named:
                matches = desk.offered is not None and named[0] == desk.offered
                same = matches and label and offers[named[0]].officer == label
                desk.crossed = "same_officer" if same else "" if matches else "no_hand_over"
                desk.watch, desk.offered = index, None
            case Kind.ROSTER:
                desk.planned = index
            case _:
                pass
    return author, desks


STEPS = st.tuples(
    st.sampled_from([48, 49, 50, 50, 51, 51, 52]).map(Kind),
    st.sampled_from(POSTS),
    st.sampled_from(LABELS),
    st.integers(0, 3),
)


def numbers(keeper):
    def index(view):
        return None if view is None else int(view.number.partition("/")[2])

    return {
        each.post: Told(
            watch=index(each.watch),
            crossed="" if each.watch is None else each.watch.crossed,
            offered=index(each.hand_over),
            planned=index(each.roster),
        )
        for each in standings(keeper)
        if each.post in POSTS
    }


@settings(max_examples=size(small=8, full=2_000), deadline=None)
@given(st.lists(STEPS, min_size=1, max_size=14), st.randoms(use_true_random=False))
def test_whatever_is_said_and_in_whatever_order_it_comes_the_desks_stand_the_same(
    tmp_path_factory, story, random
):
    author, told = tell(story)
    keeper = open_keeper(tmp_path_factory.mktemp("order") / "record.db")
    indices = list(range(author.size)) + random.choices(range(author.size), k=2)
    random.shuffle(indices)
    for index in indices:
        do(keeper, author.run(index, index + 1))
    do(keeper, author.checkpoint(0, author.size))
    assert numbers(keeper) == told
    before = view_rows(keeper)
    rebuild(keeper.connection, keeper.line, SERVICES, AGREEMENT)
    assert view_rows(keeper) == before
    keeper.close()


COMMANDS = st.tuples(
    st.sampled_from(["us", "ru"]),
    st.sampled_from(["take", "leave", "offer", "accept", "plan"]),
    st.sampled_from(LABELS),
)


def act(node, what, label):
    """Have an officer do it; what the rules refuse is not recorded."""
    post = AGREEMENT.party(node.name).duty_desk
    desk = node.desk()
    offered = next(each.hand_over for each in desk.watch_standings() if each.post == post)
    fact = roster(window(0, 8))
    command = {
        "take": TakeWatch(from_post=post, heard=True, officer=label),
        "leave": LeaveWatch(from_post=post, officer=label),
        "offer": HandOverWatch(from_post=post, to_officer="next", officer=label),
        "accept": AcceptWatch(
            from_post=post, hand_over=(0, 0) if offered is None else offered.id, heard=False, officer=label
        ),
        "plan": PlanRoster(
            from_post=post, from_ms=fact.from_ms, until_ms=fact.until_ms, windows=fact.windows
        ),
    }[what]
    desk.close()
    with suppress(PolicyError):
        node.act(command)


def said_by(node):
    """Everything that this node says of every desk, but by whose clock and whether it is ours."""
    desk = node.desk()
    try:
        return [
            (
                each.post,
                each.watch
                and (each.watch.number, each.watch.officer, each.watch.heard, each.watch.hand_over),
                each.watch and each.watch.crossed,
                each.hand_over and (each.hand_over.number, each.hand_over.to_officer, each.hand_over.things),
                each.roster and (each.roster.number, each.roster.fact),
            )
            for each in desk.watch_standings()
        ]
    finally:
        desk.close()


@settings(max_examples=size(small=2, full=100), deadline=None)
@given(st.lists(COMMANDS, min_size=4, max_size=16), st.integers(0, 1_000))
def test_two_ends_say_the_same_once_the_path_is_back(tmp_path_factory, commands, seed):
    nodes = open_line(tmp_path_factory.mktemp("ends"), seed=seed)
    for number, (party, what, label) in enumerate(commands):
        if number % 5 == 2:
            nodes.disconnect()
        act(nodes.us if party == "us" else nodes.ru, what, label)
        nodes.run(seconds=0.5)
        if number % 5 == 4:
            nodes.connect()
    nodes.connect()
    nodes.run(seconds=10)
    assert said_by(nodes.us) == said_by(nodes.ru)
