"""What nobody heard and what never rang: two silences that are easily taken for people who do not answer.

A line that is cut in mid-ring hides what people do behind it; an attempt beyond the agreed number, or one that their
node took up only after its time, no desk there ever heard. Real nodes, and the words that officers read.
"""

import pytest
from tests.scenario.calling import answer, call, decline, outcome, view, watch
from tests.scenario.stage import MINUTE, open_line

from coupefeu.model.calls import DeclineReason, Outcome
from coupefeu.services.diagnosed import diagnosis_lines

RANG = "it rang there; no act of a person there is on our record"
CROSSED = "that crossed the end by the side that called, which stands"
UNRUNG = "their node gave it up; nothing shows that it rang"


def told(node, number):
    desk = node.desk()
    try:
        return "\n".join(diagnosis_lines(desk.diagnosis(number), "en"))
    finally:
        desk.close()


@pytest.mark.parametrize(
    ("act", "fields", "done"),
    [(decline, {"reason": DeclineReason.REFUSED}, "a person declined"), (answer, {}, "a person answered")],
)
def test_a_person_acts_behind_a_cut_line(tmp_path, act, fields, done):
    nodes = open_line(tmp_path)
    watch(nodes.ru)
    number = call(nodes.us)
    nodes.run(seconds=5)
    nodes.wire.faults.is_cut = True
    act(nodes.ru, number, **fields)
    nodes.run(seconds=10 * MINUTE)
    assert view(nodes.us, number).outcome is Outcome.LINE_DOWN
    cut = told(nodes.us, number)
    assert RANG in cut
    assert "not known: no act had come here when they were last heard" in cut
    assert "nobody" not in cut
    nodes.wire.faults.is_cut = False
    nodes.run(seconds=MINUTE)
    assert outcome(nodes, number) is Outcome.LINE_DOWN
    for node in nodes.nodes:
        assert f"{done}; {CROSSED}" in told(node, number)
        assert "nobody" not in told(node, number)


def test_beyond_the_agreed_number_no_desk_heard_it(tmp_path):
    nodes = open_line(tmp_path)
    watch(nodes.ru)
    numbers = [call(nodes.us) for _ in range(60)]
    nodes.run(seconds=10 * MINUTE)
    unrung = [each for each in numbers if not view(nodes.us, each).rung_posts]
    assert unrung
    assert outcome(nodes, unrung[-1]) is Outcome.NO_ANSWER
    for node in nodes.nodes:
        assert UNRUNG in told(node, unrung[-1])
        assert "nobody" not in told(node, unrung[-1])


def test_their_node_was_away_for_the_whole_of_its_time(tmp_path):
    nodes = open_line(tmp_path)
    watch(nodes.ru)
    nodes.run(seconds=1)
    nodes.ru.calling.end()  # it takes the entry, and ends before it rings
    number = call(nodes.us)
    nodes.run(seconds=1)
    nodes.ru.stop()
    nodes.run(seconds=125)
    nodes.ru.start()
    nodes.connect()
    nodes.run(seconds=20)
    assert outcome(nodes, number) is Outcome.NO_ANSWER
    assert UNRUNG in told(nodes.us, number)
    assert "nobody" not in told(nodes.us, number)
