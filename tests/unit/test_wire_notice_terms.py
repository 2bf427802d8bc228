"""`[notices]` of the agreement: what is absent is as usual, what is there is kept or refused by its field."""

from dataclasses import replace

import pytest

from coupefeu.errors import PeerError
from coupefeu.model.agreement import NoticeTerms, Status
from coupefeu.model.instant import Instant
from coupefeu.model.notices import FormTerms, NoticeForm
from coupefeu.model.volumes import Separation
from coupefeu.wire.agreement import parse_terms
from coupefeu.wire.agreement_template import render_template
from coupefeu.wire.notice_terms import render_notice_terms

TEXT = render_template(name="demo", status=Status.REAL, in_force=Instant(0), dictionary_sha256=bytes(32))
WITHOUT = TEXT[: TEXT.index("[notices]")]


def read(notices):
    return parse_terms((WITHOUT + notices).encode()).notices


def test_the_usual_terms_hold_where_nothing_is_agreed_and_stand_in_the_template():
    assert read("") == NoticeTerms() == parse_terms(TEXT.encode()).notices


def test_terms_are_read_as_they_were_written():
    usual = NoticeTerms()
    forms = tuple(FormTerms(lead_s=3_600 * form, answer_s=600 * form) for form in range(len(usual.forms)))[1:]
    terms = NoticeTerms(
        separation=Separation(distance_m=5_000, altitude_m=0, time_s=0),
        forms=(FormTerms(lead_s=0, answer_s=60), *forms),
        emergency_lead_s=7_200,
        sea_entry_lead_s=90_000,
    )
    assert read(render_notice_terms(terms)) == terms


BOTH = '[notices]\nemergency = "1d"\nsea_entry = "44h"\n'


def test_what_is_not_named_stays_as_usual():
    apart = '[notices.separation]\ndistance_m = 9260\naltitude_m = 150\ntime = "10m"\n'
    terms = read(f'{BOTH}{apart}[notices.sea_movement]\nlead = "12h"\nanswer = "2h"\n')
    usual = NoticeTerms()
    assert terms.separation == replace(usual.separation, altitude_m=150)
    assert terms.of(NoticeForm.SEA_MOVEMENT) == replace(usual.of(NoticeForm.SEA_MOVEMENT), answer_s=7_200)
    assert terms.of(NoticeForm.STATIC_SITE) == usual.of(NoticeForm.STATIC_SITE)


@pytest.mark.parametrize(
    ("notices", "field"),
    [
        ('lead = "1h"\n', "notices.lead"),
        ("[notices.separation]\naltitude_m = 1\n", "notices.separation.distance_m"),
        ('[notices.sea_movement]\nlead = "1h"\n', "notices.sea_movement.answer"),
        ("[notices.separation]\ndistance_m = -1\n", "notices.separation.distance_m"),
        ("[notices.separation]\ndistance_m = 1000001\n", "notices.separation.distance_m"),
        ("[notices.separation]\ndistance_m = 1\naltitude_m = 100001\n", "notices.separation.altitude_m"),
        ('[notices.separation]\ndistance_m = 1\naltitude_m = 1\ntime = "25h"\n', "notices.separation.time"),
        (
            '[notices.separation]\ndistance_m = 1\naltitude_m = 1\ntime = "1h"\nx = 1\n',
            "notices.separation.x",
        ),
        ('[notices.sea_movement]\nlead = "1h"\nanswer = "59s"\n', "notices.sea_movement.answer"),
        ('[notices.sea_movement]\nlead = "367d"\n', "notices.sea_movement.lead"),
        ('[notices.picnic]\nlead = "1d"\n', "notices.picnic"),
    ],
)
def test_what_cannot_be_agreed_is_refused_by_its_field(notices, field):
    with pytest.raises(PeerError) as refused:
        read(BOTH + notices)
    assert field in refused.value.message
