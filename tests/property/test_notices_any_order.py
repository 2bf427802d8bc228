"""Whatever both parties write of notices, and in whatever order it arrives: lists and details say the same."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sizes import size
from tests.stores import AGREEMENT, do, open_keeper
from tests.unit.test_notices_service import CONVOY, FLIGHTS, Line, area

from coupefeu.model.entry import Kind, Reference
from coupefeu.model.notices import Answer
from coupefeu.record.leaf import leaf_hash
from coupefeu.services.notices.facts import ActFact, encode_act, encode_notice
from coupefeu.services.notices.fold import fold
from coupefeu.services.notices.status import NoticeState
from coupefeu.services.notices.tables import select_rows_of
from coupefeu.testing.author import Author

TEXTS = (
    CONVOY,
    FLIGHTS,
    replace(CONVOY, title="Later", volumes=(area(start=80),)),
    replace(CONVOY, remarks="x"),
    None,
)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [Kind.NOTICE_AMENDED, Kind.NOTICE_AMENDED, Kind.NOTICE_WITHDRAWN, Kind.NOTICE_COMPLETED]
        ),
        st.integers(0, len(TEXTS) - 1),
        st.integers(0, 1),
        st.booleans(),
    ),
    max_size=6,
)


def write(author, steps):
    """File two notices, and do these steps about them; gives how many entries there are."""
    for fact in (CONVOY, FLIGHTS):
        author.write(author.head(Kind.NOTICE_FILED), encode_notice(fact))
    for kind, text, notice, is_right in steps:
        leaf = leaf_hash(author._leaves[notice]) if is_right else b"\x07" * 32
        named = Reference(log=author.log, index=notice, leaf_hash=leaf)
        fact = TEXTS[text]
        body = encode_act(ActFact(answer=Answer.NOTED)) if fact is None else encode_notice(fact)
        author.write(replace(author.head(kind), references=(named, named)), body)
    return author.size


@settings(max_examples=size(small=25, full=400), deadline=None)
@given(STEPS, st.randoms(use_true_random=False))
def test_lists_and_details_say_the_same_whatever_comes_first(steps, chance):
    with TemporaryDirectory() as folder:
        line = Line.__new__(Line)
        line.keeper, line.ru, line.hours = (
            open_keeper(Path(folder) / "record.db"),
            Author(AGREEMENT, "ru"),
            0.0,
        )
        count = write(line.ru, steps)
        order = list(range(count))
        chance.shuffle(order)
        for index in order:
            do(line.keeper, line.ru.run(index, index + 1))
        for notice in ((1, 0), (1, 1)):
            view = fold(line.rows(select_rows_of(notice)), notice, line.context())
            listed = [state for state in NoticeState if notice in line.listed(state=state)]
            assert listed == ([view.state] if not view.effect else [])
            ((title, start_ms),) = line.keeper.connection.query(
                "SELECT title, start_ms FROM notices WHERE log = ? AND idx = ?", notice
            ).fetchall()
            assert (title, start_ms) == ((view.fact.title, view.start_ms) if view.fact else ("", None))
        line.keeper.close()
