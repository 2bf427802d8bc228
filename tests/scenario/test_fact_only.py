"""A line that records facts only: two desks speak freely for a night, and a week later the record shows that they did.

Off-the-record channels are used because nothing of what is said can be quoted; what is lost with them is the proof that
anybody spoke at all, and each side then gives its own account of whether it was warned. Here both records keep who
spoke to whom, when, and what was done about it, under both signatures, and neither keeps a word.
"""

from tests.scenario import stage

from coupefeu.model.erasure import Why
from coupefeu.model.messages import Form, OutcomeCode
from coupefeu.model.precedence import Precedence
from coupefeu.node.duties import Duties
from coupefeu.services.messages.commands import GiveOutcome, Read, Take
from coupefeu.services.messages.status import StepName
from coupefeu.store.fsck import check_record
from coupefeu.testing.line import make_text
from coupefeu.wire.agreement import parse_agreement

SAID = "We know of the convoy. It will turn back if nothing is said in public."
DAY_S = 86_400


def facts_only():
    text = make_text().decode().replace('"ON RECORD"', '"RECORD OF FACT ONLY"')
    mark = "# Written by pairing"
    return parse_agreement(text.replace(mark, f'[record]\nkeep = "3d"\n\n{mark}').encode())


def let_days_pass(nodes, duties, days):
    """Let the days go by, with the standing orders of both nodes."""
    for _ in range(days):
        nodes.disconnect()
        nodes.clock.advance(DAY_S * 1_000)
        nodes.connect()
        for _ in range(6):
            for each in duties:
                each.check()
            nodes.run(seconds=1)


def test_both_records_keep_that_it_took_place_and_neither_a_word(tmp_path):
    nodes = stage.open_line(tmp_path, agreement=facts_only())
    duties = [Duties(node.engine, node.agreement, None, node.clock) for node in nodes.nodes]
    warning = stage.say(nodes.us, Form.FREE_TEXT, text=SAID, precedence=Precedence.FLASH)
    nodes.run(seconds=2)
    stage.do(nodes.ru, Take, warning)
    stage.do(nodes.ru, Read, warning)
    stage.do(nodes.ru, GiveOutcome, warning, outcome=OutcomeCode.PASSED_TO, text="the convoy's command")
    nodes.run(seconds=2)
    assert nodes.ru.message(warning).original == SAID, "content is carried, shown and receipted like any"
    let_days_pass(nodes, duties, 2)
    assert nodes.us.message(warning).original == SAID, "and kept as long as was agreed"

    let_days_pass(nodes, duties, 3)
    for node in nodes.nodes:
        status = node.message(warning)
        assert status.erased.why is Why.FACT_ONLY
        assert (status.original, status.precedence, status.from_post) == ("", Precedence.FLASH, "us.duty")
        chain = status.chain("ru")
        assert all(chain.step(name).done for name in (StepName.TAKEN_BY, StepName.READ_BY, StepName.OUTCOME))
        assert not status.waiting
        held = b"".join(path.read_bytes() for path in tmp_path.glob(f"{node.name}.db*"))
        assert b"convoy" not in held
        line = node.keeper.line
        assert not check_record(node.path, line.parties, line.our_log, running=True).findings
    audit = stage.verify(stage.export(nodes.ru, "us", tmp_path / "export"))
    assert audit.heads == audit.size > audit.bodies
    assert audit.cosigned, "RU shows that US said it, by whom and when, under the signatures of both"
    assert any("head alone is shown" in each for each in audit.not_proved)
