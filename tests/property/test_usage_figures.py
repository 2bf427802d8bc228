"""Usage figures of random histories: counted again entry by entry, the same on both records, whatever is asked."""

import pytest
from tests.sizes import size
from tests.usage_history import History, figures_of, recounted

from coupefeu.services.usage.asked import Asked

DAY_MS = 86_400_000
HISTORIES = size(small=3, full=200)
STEPS = size(small=150, full=600)


@pytest.fixture(scope="module")
def histories(tmp_path_factory):
    found = [
        History(tmp_path_factory.mktemp("usage"), seed, hostile=seed % 3 == 2) for seed in range(HISTORIES)
    ]
    for each in found:
        each.live(STEPS)
    return found


@pytest.fixture(params=range(HISTORIES))
def history(request, histories):
    return histories[request.param]


def spans(history):
    """All of it, and some days in the middle, jointly and for each side."""
    begun_ms, now_ms = 1_640_995_200_000, history.nodes.us.clock().utc_ms
    middle = now_ms - 3 * DAY_MS, now_ms - DAY_MS
    for party in ("", "us", "ru"):
        yield Asked(from_ms=begun_ms, to_ms=begun_ms + 365 * DAY_MS, party=party)
        yield Asked(from_ms=middle[0], to_ms=middle[1], party=party)


def count(node, asked):
    desk = node.desk()
    try:
        return desk.figures(asked)
    finally:
        desk.close()


def test_figures_are_what_is_counted_entry_by_entry(history):
    for asked in spans(history):
        for node in history.nodes.nodes:
            fast, slow = figures_of(count(node, asked)), recounted(node, asked)
            for table, figures in slow.items():
                assert fast[table] == figures, (table, asked)


def test_both_records_give_the_same_figures(history):
    for asked in spans(history):
        ours, theirs = (figures_of(count(node, asked)) for node in history.nodes.nodes)
        assert ours == theirs


def test_the_histories_hold_what_there_is_to_count(histories):
    found = {
        "whats": set(),
        "outcomes": set(),
        "calls": set(),
        "tests": set(),
        "incidents": set(),
        "bounds": set(),
    }
    for history in histories:
        usage = count(history.nodes.us, next(spans(history)))
        found["whats"] |= {each.what.value for each in usage.answers if each.answered}
        found["outcomes"] |= {each.outcome.value for each in usage.notices}
        found["calls"] |= {each.outcome for each in usage.calls}
        found["incidents"] |= {(each.form, bool(each.closed)) for each in usage.incidents}
        found["bounds"] |= {(history.hostile, each.bound) for each in usage.bounds}
        found["bounds"] |= {
            (history.hostile, table)
            for table, rows in (("answers", usage.answers), ("tests", usage.line_tests))
            if any(each.at_bound for each in rows)
        }
        found["tests"] |= {
            name
            for each in usage.line_tests
            for name in ("held", "without_test", "without_answer")
            if getattr(each, name)
        }
    assert found["whats"] == {"taken", "read_back", "reply", "call"}
    assert found["outcomes"] >= {"impeded", "denied", "facilitated", "withdrawn", "unanswered", "not_asked"}
    assert found["calls"] >= {"answered", "declined", "other_channel"}
    assert {form for form, _ in found["incidents"]} >= {"STRUCK_AFTER_NOTICE", "AIRCRAFT_ASTRAY"}
    assert {is_closed for _, is_closed in found["incidents"]} == {True, False}
    assert found["tests"] == {"held", "without_test", "without_answer"}
    assert found["bounds"] == {
        (True, each) for each in ("before-bracket", "after-bracket", "answers", "tests")
    }
