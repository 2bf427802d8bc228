"""What an agreement says of incidents and of a suspended line: read strictly, and as it is where nothing is agreed."""

import re

import pytest
from tests.pairs import make_terms

from coupefeu.errors import PeerError
from coupefeu.model.incidents import USUAL_INCIDENT_TERMS, USUAL_TRIGGERS, IncidentForm, IncidentTerms
from coupefeu.model.line_state import USUAL_LINE_STATE_TERMS, LineStateTerms
from coupefeu.model.precedence import Precedence
from coupefeu.wire.agreement import parse_terms
from coupefeu.wire.incident_terms import render_incident_terms

TEXT = make_terms().decode()
START, END = TEXT.index("[line_state]"), TEXT.index("\n# ", TEXT.index("[[triggers]]"))
BARE = TEXT[:START] + TEXT[END:]
"""The same terms without a word of incidents."""
TRIGGER = '[[triggers]]\nid = "x"\nform = "other"\nprecedence = "FLASH"\nen = "X"\nfr = "X"\nru = "Икс"\n'


def parse(tables):
    return parse_terms((BARE + tables).encode())


def test_where_nothing_is_agreed_it_is_as_usual_and_the_template_says_the_same():
    for agreement in (parse(""), parse_terms(TEXT.encode())):
        assert agreement.line_state == USUAL_LINE_STATE_TERMS
        assert agreement.incidents == USUAL_INCIDENT_TERMS
        assert agreement.triggers == USUAL_TRIGGERS


def test_what_is_agreed_otherwise_is_read_and_written_alike():
    agreement = parse(
        "[line_state]\ncalls_when_suspended = false\nflash_when_suspended = true\nmessages_when_suspended = false\n"
        '[incidents]\nmatch_distance_m = 5\nmatch_time = "1m"\nreply = "24h"\nmeeting = "7d"\n'
        + TRIGGER.replace("[[triggers]]\n", '[[triggers]]\nto = ["us.chief", "ru.duty"]\n')
    )
    assert agreement.line_state == LineStateTerms(calls=False, flash=True, messages=False)
    assert agreement.incidents == IncidentTerms(
        match_distance_m=5, match_time_s=60, reply_s=86_400, meeting_s=7 * 86_400
    )
    (trigger,) = agreement.triggers
    assert (trigger.form, trigger.precedence) == (IncidentForm.OTHER, Precedence.FLASH)
    assert trigger.to == ("us.chief", "ru.duty")
    assert trigger.in_language("ru") == "Икс"
    assert (
        parse(render_incident_terms(agreement.line_state, agreement.incidents, agreement.triggers))
        == agreement
    )


STATE = (
    "[line_state]\ncalls_when_suspended = true\nflash_when_suspended = true\nmessages_when_suspended = true\n"
)
TIMES = '[incidents]\nmatch_distance_m = 5\nmatch_time = "1m"\nreply = "24h"\nmeeting = "7d"\n'


@pytest.mark.parametrize(
    ("tables", "code", "field"),
    [
        (STATE.replace("flash_when_suspended = true", "flash_when_suspended = false"), "bad_value", "flash"),
        (STATE.replace("= true\nf", "= 1\nf"), "wrong_type", "calls_when_suspended"),
        (STATE + "tests = true\n", "unknown_field", "tests"),
        (STATE.replace("calls_when_suspended = true\n", ""), "missing_field", "calls_when_suspended"),
        (TIMES.replace('"24h"', '"59s"'), "bad_value", "reply"),
        (TIMES.replace('"7d"', '"367d"'), "bad_value", "meeting"),
        (TIMES.replace("= 5", "= -1"), "bad_value", "match_distance_m"),
        (TIMES.replace('"1m"', '"31d"'), "bad_value", "match_time"),
        (TRIGGER + TRIGGER, "twice", "id"),
        (TRIGGER.replace('"x"', '"X"'), "bad_value", "id"),
        (TRIGGER.replace("other", "tea"), "bad_value", "form"),
        (TRIGGER.replace("FLASH", "flash"), "bad_value", "precedence"),
        (TRIGGER.replace('"Икс"', '"X"').replace("ru = ", "rue = "), "missing_field", "ru"),
        (TRIGGER.replace('en = "X"', 'en = "Икс"'), "deceptive_text", "en"),
        (TRIGGER + 'to = ["us.tea", "ru.duty"]\n', "unknown_post", "to"),
        (TRIGGER + 'to = ["ru.duty"]\n', "bad_value", "to"),
    ],
)
def test_anything_else_is_refused_with_its_field(tables, code, field):
    with pytest.raises(PeerError) as refused:
        parse(tables)
    assert refused.value.code == f"wire.toml.{code}"
    assert re.search(field, refused.value.message)
