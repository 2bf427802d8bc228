"""Whatever is said of a movement, in whatever order it comes: what is ahead of it is the same, and so are conflicts.

Also against a record that is made anew from its entries, row for row.
"""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.console.movements import ROUTE
from tests.sizes import size
from tests.stores import AGREEMENT, do, open_keeper, view_rows
from tests.unit.test_notices_ahead import DRIVE, NAMES, START, track
from tests.unit.test_notices_service import DESK, FLIGHTS, at

from coupefeu.model.entry import Kind, Reference
from coupefeu.model.notices import CheckIn
from coupefeu.model.volumes import Circle
from coupefeu.record.leaf import leaf_hash
from coupefeu.services.every import SERVICES
from coupefeu.services.notices.boxes import ARRIVALS
from coupefeu.services.notices.commands import FileNotice
from coupefeu.services.notices.facts import ActFact, encode_act, encode_notice
from coupefeu.services.passing.facts import PassingFact, encode_passing
from coupefeu.store.jobs import Act
from coupefeu.store.rebuild import rebuild
from coupefeu.testing.author import Author

FIRE = replace(
    FLIGHTS,
    volumes=(
        replace(
            track(),
            shape=Circle(centre=ROUTE[1], radius_dm=10_000),
            start_ms=at(START + 4),
            end_ms=at(START + 30),
        ),
    ),
)
"""Of ours, at the second point of their way, after its plan."""
VERSIONS = (
    DRIVE,
    replace(DRIVE, remarks="x"),
    replace(DRIVE, volumes=(track(start=START + 3),)),
    replace(DRIVE, check_points=()),
)
WORDS = st.tuples(
    st.sampled_from([Kind.CHECKED_IN] * 3 + [Kind.NOTICE_STOPPED, Kind.NOTICE_RESUMED]),
    st.sampled_from(list(CheckIn)),
    st.sampled_from([*NAMES, "elsewhere"]),
    st.integers(-120, 40 * 60),
)
AMENDED = st.tuples(st.just(Kind.NOTICE_AMENDED), st.sampled_from(VERSIONS), st.just(""), st.integers(0, 1))
CLOSED = st.tuples(st.just(Kind.NOTICE_COMPLETED), st.none(), st.just(""), st.integers(0, 1))
STEPS = st.lists(st.one_of(WORDS, WORDS, WORDS, AMENDED, CLOSED), max_size=7)


def write(author, steps):
    """RU files a movement and says these things of it; gives how many entries there are."""
    author.write(author.head(Kind.NOTICE_FILED), encode_notice(DRIVE))
    for kind, what, point, minutes in steps:
        leaf = Reference(log=author.log, index=0, leaf_hash=leaf_hash(author._leaves[0]))
        said_ms = at(START + minutes / 60)
        if kind == Kind.CHECKED_IN:
            body = encode_passing(PassingFact(check_in=what, point=point, at_ms=said_ms, words="x"))
        elif kind == Kind.NOTICE_AMENDED:
            body = encode_notice(what)
        elif kind == Kind.NOTICE_COMPLETED:
            body = encode_act(ActFact())
        else:
            body = encode_passing(PassingFact(words="x"))
        author.write(replace(author.head(kind), references=(leaf, leaf), written_ms=said_ms), body)
    return author.size


def standing(keeper):
    """What the views say of it but for the order in which entries came."""
    query = keeper.connection.query
    (stands,) = query(
        "SELECT closed, start_ms, end_ms, until_ms, heard_ms, left_ms, ahead FROM notices WHERE log = 1"
    )
    parts = query(
        "SELECT arrival >> 48, since_s, version_idx, boxes, prepared FROM notice_volumes WHERE root_log = 1 ORDER BY 1"
    )
    met = query(
        "SELECT their_arrival >> 48, since_s, start_s, until_s FROM notice_conflicts WHERE their_log = 1 ORDER BY 1"
    )
    return stands, parts.fetchall(), met.fetchall()


def received(folder, author, order):
    """Our record, with a firing of ours, when these entries of RU came in this order."""
    keeper = open_keeper(Path(folder) / "record.db")
    do(keeper, Act(command=FileNotice.of(FIRE, DESK)))
    for index in order:
        do(keeper, author.run(index, index + 1))
    return keeper


@settings(max_examples=size(small=25, full=500), deadline=None)
@given(STEPS, st.randoms(use_true_random=False))
def test_what_is_ahead_is_the_same_in_any_order_and_when_made_anew(steps, chance):
    author = Author(AGREEMENT, "ru")
    count = write(author, steps)
    order = list(range(count))
    chance.shuffle(order)
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        in_order, shuffled = received(one, author, range(count)), received(other, author, order)
        assert standing(in_order) == standing(shuffled)
        before = view_rows(shuffled)
        rebuild(shuffled.connection, shuffled.line, SERVICES, AGREEMENT)
        assert view_rows(shuffled) == before
        boxes = shuffled.connection.query("SELECT DISTINCT id >> 4 FROM notice_boxes_theirs").fetchall()
        rows = shuffled.connection.query("SELECT arrival FROM notice_volumes WHERE NOT ours").fetchall()
        assert sorted(boxes) == sorted(rows)
        assert len({arrival & ARRIVALS for (arrival,) in rows}) <= 1
        in_order.close()
        shuffled.close()
