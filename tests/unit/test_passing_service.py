"""Passing down: what may be said, what has no effect and why, who is reached, what a STOP asks, how holds count."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.stores import AGREEMENT, do, moment, open_keeper, view_rows

from coupefeu.errors import PolicyError, UsageError
from coupefeu.keys import ed25519
from coupefeu.model.entry import Head, Kind, Reference, is_erasable
from coupefeu.model.notices import MAX_UNITS, CheckIn, CheckPoint, Level, Reached
from coupefeu.model.places import Position
from coupefeu.model.precedence import Precedence
from coupefeu.node.commands import decode_command, encode_command
from coupefeu.record.leaf import leaf_hash
from coupefeu.services.base import Context
from coupefeu.services.every import SERVICES
from coupefeu.services.messages.commands import SendLineTest
from coupefeu.services.passing import PassingService
from coupefeu.services.passing.acts import reply_octets
from coupefeu.services.passing.commands import (
    AcknowledgeAsUnit,
    PassDown,
    ReportByVoice,
    ReportCheckIn,
    ResumeNotice,
    StopNotice,
)
from coupefeu.services.passing.facts import KEYS, KINDS, NamedUnit, PassingFact, encode_passing, read_passing
from coupefeu.services.passing.fold import fold
from coupefeu.services.passing.status import NoticeKnown, NoticeVersion, Proof, Why
from coupefeu.services.passing.views import MAX_ACTS, empty_passing, row_of, select_acts, select_root_of
from coupefeu.store.jobs import Act
from coupefeu.store.rebuild import rebuild
from coupefeu.testing.author import Author
from coupefeu.testing.clock import START_UTC_MS
from coupefeu.words import has

MINUTE_MS = 60_000
BATTALION, BRIGADE = "2nd battalion", "Brigade North"
US, RU = "us.duty", "ru.duty"
POINTS = tuple(
    CheckPoint(
        name=name, position=Position(lat_e7=0, lon_e7=0), planned_ms=START_UTC_MS + minutes * MINUTE_MS
    )
    for name, minutes in (("Jetty", 60), ("Hold point", 80), ("Warehouse", 120))
)


class Line:
    """Our record, and RU as an author of whatever it likes; entry US/0 stands for a notice of ours, US/1 amends it."""

    def __init__(self, path):
        self.keeper = open_keeper(path)
        self.ru = Author(AGREEMENT, "ru")
        self.at = 0
        for template in (1, 2):
            self._do(SendLineTest(template=template))
        self.notice = NoticeKnown(
            id=(0, 0),
            party="us",
            versions=(NoticeVersion(id=(0, 0), leaf_hash=self.leaf((0, 0))),),
            start_ms=START_UTC_MS + 60 * MINUTE_MS,
            end_ms=START_UTC_MS + 300 * MINUTE_MS,
            lead_s=1_800,
            check_points=POINTS,
        )

    def amend(self, *, reopens=True):
        version = NoticeVersion(id=(0, 1), leaf_hash=self.leaf((0, 1)), reopens=reopens)
        self.notice = replace(self.notice, versions=(*self.notice.versions, version))

    def leaf(self, entry):
        rows = self.keeper.connection.query("SELECT leaf FROM entries WHERE log = ? AND idx = ?", entry)
        ((leaf,),) = rows.fetchall()
        return leaf_hash(leaf)

    def _do(self, command):
        self.at += 1
        (stored,) = do(self.keeper, Act(command=command), at=self.at).entries
        return stored.recorded.log, stored.recorded.index

    @property
    def now_ms(self):
        return START_UTC_MS + self.at * 1_000

    def act(self, command, **stated):
        return self._do(
            command(notice=self.notice.id, version=self.notice.versions[-1].id, from_post=US, **stated)
        )

    def pass_down(self, *names, key=b"", **stated):
        units = tuple(NamedUnit(name=name, key=key) for name in names or (BATTALION,))
        return self.act(PassDown, units=units, **stated)

    def press(self, unit=BATTALION, orders=None, **stated):
        orders = self.view().must_know if orders is None else orders
        return self.act(AcknowledgeAsUnit, unit=unit, orders=orders, **stated)

    def tell(self, unit=BATTALION, orders=None, at_ms=None, **stated):
        given = {
            "orders": self.view().must_know if orders is None else orders,
            "at_ms": self.now_ms if at_ms is None else at_ms, "spoken_to": "Capt. Weiss", "officer": "Lt. Roe",
        }  # fmt: skip
        return self.act(ReportByVoice, unit=unit, **(given | stated))

    def check_in(self, point, said, minutes, **stated):
        stated = {"at_ms": START_UTC_MS + minutes * MINUTE_MS, "words": "At the gate."} | stated
        self.at = max(self.at, minutes * 60)
        return self.act(ReportCheckIn, point=point, check_in=said, **stated)

    def hear(self, kind, fact, *about, post=RU, body=None, leaf=None, written_ms=None):
        """Have RU write an entry about the notice and take it; `about`: what it refers to, US/0 twice if not said."""
        self.at += 1
        about = about or (self.notice.id, self.notice.versions[-1].id)
        fields = {name: getattr(self.ru.head(kind), name) for name in Head.__dataclass_fields__}
        references = tuple(
            Reference(log=log, index=index, leaf_hash=leaf or self.leaf((log, index))) for log, index in about
        )
        changed = {"from_post": post, "references": references}
        changed |= {} if written_ms is None else {"written_ms": written_ms}
        start = self.ru.size
        self.ru.write(Head(**(fields | changed)), encode_passing(fact) if body is None else body)
        do(self.keeper, self.ru.checkpoint(start, self.ru.size), at=self.at)
        return self.ru.log, start

    def context(self, minutes=None):
        return Context(
            now=moment(self.at if minutes is None else minutes * 60),
            our_log=0,
            parties=AGREEMENT.party_ids,
            agreement=AGREEMENT,
            agreement_version=1,
        )

    def rows(self):
        statement = select_acts(self.notice.id)
        return self.keeper.connection.execute(statement.executable, statement.parameters)

    def view(self, minutes=None, **changed):
        return fold(replace(self.notice, **changed), self.rows(), self.context(minutes))

    def gaps(self, minutes=None, **changed):
        return [(each.party, each.unit, each.why) for each in self.view(minutes, **changed).gaps]

    def effect(self, entry):
        return next(each.effect for each in self.view().steps if each.id == entry)


@pytest.fixture
def line(tmp_path):
    return Line(tmp_path / "record.db")


def refusal(code):
    return pytest.raises(
        (PolicyError, UsageError), check=lambda error: error.code == f"services.passing.{code}"
    )


# --- who is reached, and how that is known ------------------------------------------------------------------


def test_a_unit_that_is_listed_is_a_gap_until_it_is_reached(line):
    listed = line.pass_down(BATTALION, BRIGADE)
    view = line.view()
    assert [(each.name, each.level, each.ours, each.why) for each in view.units] == [
        (BATTALION, Level.UNIT, True, Why.NEVER),
        (BRIGADE, Level.UNIT, True, Why.NEVER),
    ]
    assert view.units[0].listed == f"US/{listed[1]}"
    line.press()
    assert line.gaps() == [("us", BRIGADE, Why.NEVER)]
    line.tell(BRIGADE)
    assert line.gaps() == []


def test_what_a_unit_did_itself_and_what_its_desk_reports_are_told_apart(line):
    line.pass_down(BATTALION, BRIGADE)
    line.press()
    line.tell(BRIGADE, words="Over the field telephone.")
    by_itself, by_voice = (each.reached for each in line.view().units)
    assert (by_itself.how, by_itself.proof, by_itself.spoken_to, by_itself.officer) == (
        Reached.BY_ITSELF, Proof.LINK, "", "",
    )  # fmt: skip
    assert (by_voice.how, by_voice.proof) == (Reached.BY_VOICE, Proof.VOICE)
    assert (by_voice.spoken_to, by_voice.officer) == ("Capt. Weiss", "Lt. Roe")
    assert by_voice.words == "Over the field telephone."
    assert by_voice.at_ms < by_voice.arrived_ms


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"spoken_to": ""}, "missing_spoken_to"), ({"officer": ""}, "missing_officer"),
     ({"spoken_to": "two\nlines"}, "bad_name")],
)  # fmt: skip
def test_a_report_by_voice_says_who_told_whom(line, changed, code):
    line.pass_down()
    with refusal(code):
        line.tell(**changed)


def test_nothing_is_reported_before_it_happened(line):
    line.pass_down()
    with refusal("not_yet"):
        line.tell(at_ms=line.now_ms + 3_600_000)
    with refusal("not_yet"):
        line.check_in("Jetty", CheckIn.PASSED, 1, at_ms=line.now_ms + 3_600_000)
    line.hear(Kind.NOTICE_PASSED_DOWN, PassingFact(units=(NamedUnit(name=BRIGADE),)))
    told = {"unit": BRIGADE, "how": Reached.BY_VOICE, "spoken_to": "Col. Orlov", "officer": "second watch"}
    early = line.hear(
        Kind.UNIT_REACHED, PassingFact(at_ms=START_UTC_MS + 90 * MINUTE_MS, **told), written_ms=START_UTC_MS
    )
    assert line.effect(early) == "not_yet"
    assert ("ru", BRIGADE, Why.NEVER) in line.gaps()


def test_a_unit_that_we_do_not_list_is_not_reached(line):
    with refusal("no_such_unit"):
        line.press()
    theirs = line.hear(Kind.UNIT_REACHED, PassingFact(unit=BATTALION, how=Reached.BY_ITSELF))
    assert line.effect(theirs) == "no_such_unit"


def test_a_unit_of_the_other_side_is_never_reached_by_us(line):
    line.pass_down()
    line.hear(Kind.NOTICE_PASSED_DOWN, PassingFact(units=(NamedUnit(name=BATTALION),)))
    line.press()
    assert line.gaps() == [("ru", BATTALION, Why.NEVER)], "of the same name, and theirs"


def test_a_unit_is_listed_no_longer(line):
    line.pass_down(BATTALION, BRIGADE)
    line.act(PassDown, units=(NamedUnit(name=BRIGADE, level=None),))
    assert [each.name for each in line.view().units] == [BATTALION]
    with refusal("no_such_unit"):
        line.press(BRIGADE)


def test_units_that_the_author_asks_for_are_a_gap_until_a_desk_lists_them(line):
    assert line.gaps(asked=("Drone group",)) == [("", "Drone group", Why.NOT_PASSED_DOWN)]
    line.hear(Kind.NOTICE_PASSED_DOWN, PassingFact(units=(NamedUnit(name="drone group"),)))
    assert line.gaps(asked=("Drone group",)) == [("ru", "drone group", Why.NEVER)]


def test_more_units_than_a_desk_can_ask_are_refused(line):
    names = [f"unit {number}" for number in range(64)]
    line.pass_down(*names)
    with refusal("many_units"):
        line.pass_down("one more")
    line.pass_down(names[0])


@pytest.mark.parametrize(
    "units",
    [
        (),
        (NamedUnit(name="a"), NamedUnit(name="a")),
        (NamedUnit(name=" a"),),
        (NamedUnit(name="a", key=b"k"),),
    ],
)
def test_a_list_of_units_has_its_form(line, units):
    with refusal("missing_units" if not units else "bad_units"):
        line.act(PassDown, units=units)


# --- amendments ---------------------------------------------------------------------------------------------


def test_an_amendment_opens_again_what_was_acknowledged(line):
    line.pass_down(BATTALION, BRIGADE)
    line.press()
    line.tell(BRIGADE)
    line.amend()
    assert line.gaps() == [("us", BATTALION, Why.CHANGED), ("us", BRIGADE, Why.CHANGED)]
    unit = line.view().units[0]
    assert unit.reached is None
    assert unit.earlier.version == (0, 0)
    line.press()
    assert line.gaps() == [("us", BRIGADE, Why.CHANGED)]


def test_an_amendment_of_remarks_alone_opens_nothing(line):
    line.pass_down()
    line.press()
    line.amend(reopens=False)
    assert line.gaps() == []


def test_a_press_counts_once_for_a_version(line):
    line.pass_down()
    line.press()
    with refusal("already_acknowledged"):
        line.press()
    line.amend()
    line.press()
    with refusal("already_acknowledged"):
        line.press()


def test_a_report_of_a_version_that_is_not_here_counts_for_nothing(line):
    line.pass_down()
    line.act(AcknowledgeAsUnit, unit=BATTALION)
    line.hear(Kind.NOTICE_PASSED_DOWN, PassingFact(units=(NamedUnit(name=BRIGADE),)))
    reached = PassingFact(unit=BRIGADE, how=Reached.BY_ITSELF)
    assert line.effect(line.hear(Kind.UNIT_REACHED, reached, (0, 0), (0, 1))) == "no_such_version"
    assert line.effect(line.hear(Kind.UNIT_REACHED, reached, (0, 0), leaf=b"\x01" * 32)) == "another_entry"
    assert line.gaps() == [("ru", BRIGADE, Why.NEVER)]


# --- STOP ---------------------------------------------------------------------------------------------------


def test_a_stop_of_either_side_asks_every_unit_of_both_anew(line):
    line.pass_down()
    line.press()
    line.hear(Kind.NOTICE_PASSED_DOWN, PassingFact(units=(NamedUnit(name=BRIGADE),)))
    line.hear(Kind.UNIT_REACHED, PassingFact(unit=BRIGADE, how=Reached.BY_ITSELF))
    assert line.gaps() == []
    stop = line.hear(Kind.NOTICE_STOPPED, PassingFact(words="Fire ahead."))
    view = line.view()
    assert [(each.party, each.words, each.in_force) for each in view.stops] == [("ru", "Fire ahead.", True)]
    assert set(line.gaps()) == {("us", BATTALION, Why.STOPPED), ("ru", BRIGADE, Why.STOPPED)}
    assert view.alarm, "whatever the hour"
    line.press()
    assert line.gaps() == [("ru", BRIGADE, Why.STOPPED)]
    line.hear(Kind.UNIT_REACHED, PassingFact(unit=BRIGADE, how=Reached.BY_ITSELF), (0, 0), (0, 0), stop)
    assert line.gaps() == []
    assert line.view().stops, "acknowledged, and in force"


def test_a_press_that_did_not_name_the_stop_acknowledges_none(line):
    line.pass_down()
    line.act(StopNotice, words="Wait.")
    line.press(orders=())
    assert line.gaps() == [("us", BATTALION, Why.STOPPED)]


def test_only_its_own_party_takes_a_stop_back_and_the_units_hear_of_that_too(line):
    line.pass_down()
    line.hear(Kind.NOTICE_STOPPED, PassingFact(words="Fire ahead."))
    with refusal("not_stopped"):
        line.act(ResumeNotice)
    line.press()
    line.act(StopNotice, words="We stop as well.")
    with refusal("already_stopped"):
        line.act(StopNotice, words="Again.")
    line.hear(Kind.NOTICE_RESUMED, PassingFact())
    assert [each.party for each in line.view().stops] == ["us"], "each side's own stands"
    line.press()
    line.act(ResumeNotice)
    assert line.view().stops == ()
    assert line.gaps() == [("us", BATTALION, Why.RESUMED)]
    line.press()
    assert line.gaps() == []


def test_what_takes_back_no_stop_has_no_effect(line):
    assert line.effect(line.hear(Kind.NOTICE_RESUMED, PassingFact())) == "not_stopped"
    assert line.view().must_know == ()


@pytest.mark.parametrize("body", [b"\xff", b"\xa0", encode_passing(PassingFact(words="x" * 281))])
def test_a_stop_that_cannot_be_read_is_a_stop(line, body):
    line.pass_down()
    line.hear(Kind.NOTICE_STOPPED, PassingFact(), body=body)
    assert [each.words for each in line.view().stops] == [""]


def test_a_stop_that_overtook_the_amendment_of_its_author_is_a_stop(line):
    line.hear(Kind.NOTICE_STOPPED, PassingFact(words="Wait."), (0, 0), (0, 1))
    assert line.view().stops


def test_nobody_stops_in_the_name_of_the_other_side(line):
    forged = line.hear(Kind.NOTICE_STOPPED, PassingFact(words="Wait."), post=US)
    assert line.effect(forged) == "foreign_post"
    assert line.view().stops == ()
    with refusal("foreign_post"):
        line._do(StopNotice(notice=(0, 0), version=(0, 0), from_post=RU, words="Wait."))


def test_a_stop_goes_before_everything_and_says_why(line):
    with refusal("missing_words"):
        line.act(StopNotice)
    (draft,) = PassingService().decide(
        StopNotice(notice=(0, 0), version=(0, 0), from_post=US, words="Wait."), ((),), line.context()
    )
    assert draft.precedence is Precedence.FLASH
    assert draft.to_posts == (RU,)


def test_a_flood_of_reports_hides_no_stop(line):
    line.hear(Kind.NOTICE_STOPPED, PassingFact(words="Wait."))
    row = dict(line.rows()[0])
    row |= {"kind": int(Kind.CHECKED_IN), "body": b"\xa0"}
    for number in range(MAX_ACTS + 10):
        values = row | {"idx": 1_000 + number}
        line.keeper.connection.query(
            f"INSERT INTO passing ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})",
            tuple(values.values()),
        )
    assert len(line.rows()) == MAX_ACTS + 1
    assert line.view().stops


# --- before it starts ---------------------------------------------------------------------------------------


def test_the_alarm_begins_with_the_lead_time_and_ends_with_the_last_gap(line):
    line.pass_down()
    before, after = line.view(29), line.view(31)
    assert (before.alarm, after.alarm) == (False, True)
    assert before.starts_in_ms == 31 * MINUTE_MS
    assert before.lead_begins_ms == START_UTC_MS + 30 * MINUTE_MS
    assert not line.view(31, is_live=False).gaps
    line.press()
    assert not line.view(31).alarm


def test_a_notice_without_a_window_raises_no_alarm_by_the_clock(line):
    line.pass_down()
    view = line.view(31, start_ms=None)
    assert (view.alarm, view.starts_in_ms, view.lead_begins_ms) == (False, None, None)


# --- a movement on its way ----------------------------------------------------------------------------------


def test_a_hold_has_a_clock_until_something_else_is_said(line):
    line.check_in("Jetty", CheckIn.PASSED, 61)
    line.check_in("Hold point", CheckIn.HELD, 80)
    line.check_in("Hold point", CheckIn.HELD, 90)
    view = line.view(100)
    ((hold,), statistics) = view.holds, view.statistics
    assert (hold.began_ms, hold.ended_ms, hold.lasted_ms) == (
        START_UTC_MS + 80 * MINUTE_MS, None, 20 * MINUTE_MS,
    )  # fmt: skip
    assert (hold.reason, view.is_held) == ("At the gate.", True)
    assert (statistics.holds, statistics.running) == (1, 1)
    line.check_in("Hold point", CheckIn.RELEASED, 140, words="")
    line.check_in("Warehouse", CheckIn.HELD, 150)
    line.check_in("Warehouse", CheckIn.IMPEDED, 155)
    view = line.view(200)
    assert [(each.lasted_ms // MINUTE_MS, each.ended_by) for each in view.holds] == [
        (60, CheckIn.RELEASED), (5, CheckIn.IMPEDED),
    ]  # fmt: skip
    assert (view.statistics.total_ms, view.statistics.longest_ms) == (65 * MINUTE_MS, 60 * MINUTE_MS)
    assert (view.statistics.impeded, view.is_impeded, view.is_held) == (1, True, False)


@pytest.mark.parametrize("said", [CheckIn.HELD, CheckIn.IMPEDED])
def test_what_stands_in_the_way_is_said_in_words(line, said):
    with refusal("missing_words"):
        line.check_in("Jetty", said, 61, words="")


def test_a_point_is_overdue_until_it_or_one_behind_it_is_passed(line):
    assert [each.overdue_ms for each in line.view(59).points] == [None] * 3
    assert [each.overdue_ms for each in line.view(90).points] == [30 * MINUTE_MS, 10 * MINUTE_MS, None]
    assert [each.overdue_ms for each in line.view(90, is_live=False).points] == [None] * 3
    line.check_in("Hold point", CheckIn.PASSED, 91)
    points = line.view(125).points
    assert [each.overdue_ms for each in points] == [None, None, 5 * MINUTE_MS]
    assert (points[1].check_in, points[1].at_ms) == (CheckIn.PASSED, START_UTC_MS + 91 * MINUTE_MS)


def test_check_ins_of_both_sides_are_put_in_the_order_in_which_they_happened(line):
    late = START_UTC_MS + 200 * MINUTE_MS
    said = {"at_ms": START_UTC_MS + 95 * MINUTE_MS, "words": ""}
    line.check_in("Hold point", CheckIn.HELD, 80)
    line.check_in("Warehouse", CheckIn.PASSED, 130)
    line.hear(
        Kind.CHECKED_IN, PassingFact(point="Hold point", check_in=CheckIn.RELEASED, **said), written_ms=late
    )
    (hold,) = line.view(140).holds
    assert hold.lasted_ms == 15 * MINUTE_MS, "the release came later to us, and happened before"


# --- signed replies -----------------------------------------------------------------------------------------


def signed(line, key, *orders, unit=BATTALION):
    leaves = tuple(line.leaf(each) for each in orders)
    octets = reply_octets(line.leaf((0, 0)), line.leaf(line.notice.versions[-1].id), leaves, unit)
    return ed25519.sign(key, octets)


def test_a_signed_reply_is_the_unit_s_own_and_of_what_it_names(line):
    key = b"\x07" * 32
    line.pass_down(BATTALION, key=ed25519.public(key))
    line.pass_down(BRIGADE)
    line.press(signature=signed(line, key))
    unit = line.view().units[0]
    assert (unit.reached.how, unit.reached.proof) == (Reached.BY_ITSELF, Proof.REPLY)
    line.act(StopNotice, words="Wait.")
    wrong = line.press(signature=signed(line, key))
    assert line.effect(wrong) == "wrong_signature", "it is of what stood before the STOP"
    assert (("us", BATTALION, Why.STOPPED)) in line.gaps()
    line.press(signature=signed(line, key, *line.view().must_know))
    assert line.gaps() == [("us", BRIGADE, Why.STOPPED)]
    assert line.effect(line.press(BRIGADE, signature=b"s" * 64)) == "no_key"


def test_a_reply_after_a_press_may_still_be_put_on_record(line):
    key = b"\x07" * 32
    line.pass_down(BATTALION, key=ed25519.public(key))
    line.press()
    line.press(signature=signed(line, key))
    assert line.view().units[0].reached.proof is Proof.REPLY
    with refusal("already_acknowledged"):
        line.press(signature=signed(line, key))


# --- the contract of a service ------------------------------------------------------------------------------


def test_every_kind_is_erased_as_content_is(line):
    assert all(map(is_erasable, KINDS))
    assert set(KEYS) == set(KINDS)


def test_what_is_erased_is_as_if_it_had_come_without_its_body(line):
    line.pass_down()
    line.press()
    line.act(StopNotice, words="Wait.")
    for row in list(line.rows()):
        statement = empty_passing((row["log"], row["idx"], row["idx"] + 1))
        line.keeper.connection.execute(statement.executable, statement.parameters)
    view = line.view()
    assert (view.units, [each.words for each in view.stops]) == ((), [""])
    assert {each.effect for each in view.steps} == {"erased", ""}


def test_a_rebuild_gives_the_same_rows(line):
    line.pass_down()
    line.tell()
    line.hear(Kind.NOTICE_STOPPED, PassingFact(words="Wait."))
    line.hear(Kind.UNIT_REACHED, PassingFact(), body=b"\xff")
    before = view_rows(line.keeper)
    rebuild(line.keeper.connection, line.keeper.line, SERVICES, AGREEMENT)
    assert view_rows(line.keeper) == before


def test_the_notice_of_an_act_is_found_by_its_number(line):
    stop = line.act(StopNotice, words="Wait.")
    statement = select_root_of(stop)
    (row,) = line.keeper.connection.execute(statement.executable, statement.parameters)
    assert (row["root_log"], row["root_idx"]) == (0, 0)


def test_an_act_that_names_nothing_is_kept_and_about_nothing(line):
    line.hear(Kind.NOTICE_STOPPED, PassingFact(words="Wait."))
    head = replace(line.ru.head(Kind.NOTICE_STOPPED), references=())
    line.ru.write(head, b"\xa0")
    do(line.keeper, line.ru.checkpoint(1, 2), at=9)
    assert len(line.rows()) == 1
    far = Reference(log=1, index=1 << 63, leaf_hash=bytes(32))
    recorded = next(iter(line.rows()))
    assert recorded["root_log"] == 0
    held = SimpleNamespace(
        log=1, index=3, arrival=1, arrived_ms=1, ours=False, leaf_hash=b"", body=b"", erased=False
    )
    assert row_of(held, replace(head, references=(far,)))["root_log"] == -1


def test_it_decides_nothing_else(line):
    with pytest.raises(UsageError, match="no command of passing down"):
        PassingService().decide(SendLineTest(template=1), (), line.context())


def test_commands_go_over_the_control_socket():
    command = PassDown(
        notice=(0, 0), version=(0, 1), from_post=US, units=(NamedUnit(name="a", key=bytes(32)),)
    )
    encoded = encode_command(command)
    assert decode_command(encoded["command"], encoded["fields"]) == command


def test_every_defect_and_refusal_has_words():
    keys = ("units", "unit", "how", "time", "spoken-to", "check-in", "point", "words", "officer")
    assert all(has(f"passing-effect-missing-{key}") for key in keys)
    assert all(has(f"passing-why-{why.value.replace('_', '-')}") for why in Why)
    assert all(has(f"passing-proof-{proof.value}") for proof in Proof)
    assert all(has(f"passing-step-{int(kind)}") for kind in KINDS)
    assert all(has(f"passing-check-in-{int(said)}") for said in CheckIn)


@given(st.binary(max_size=96), st.sampled_from(sorted(KINDS)))
def test_arbitrary_bytes_are_read_or_named(body, kind):
    fact, defect = read_passing(kind, body)
    assert defect or read_passing(kind, encode_passing(fact)) == (fact, "")


# --- what a peer may not do ---------------------------------------------------------------------------------


def test_what_lies_before_the_acts_that_count_is_not_even_read(line):
    line.pass_down(BATTALION)
    raw = line.keeper.connection.raw

    def steps():
        count = 0

        def step():
            nonlocal count
            count += 1

        raw.set_progress_handler(step, 10)
        try:
            assert len(line.rows()) <= 1 + MAX_ACTS
        finally:
            raw.set_progress_handler(None, 0)
        return count

    taken = []
    for _ in range(2):
        start = line.ru.size
        reference = Reference(log=0, index=0, leaf_hash=line.leaf((0, 0)))
        head = replace(line.ru.head(Kind.NOTICE_STOPPED), references=(reference, reference))
        for _ in range(MAX_ACTS + 50):
            line.ru.write(head, encode_passing(PassingFact(words="STOP")))
        do(line.keeper, line.ru.checkpoint(start, line.ru.size))
        taken.append(steps())
    assert taken[1] == pytest.approx(taken[0], rel=0.05)


def test_a_party_lists_no_more_units_than_its_own_node_would(line):
    for number in range(3):
        units = tuple(NamedUnit(name=f"Unit {number}-{each}") for each in range(MAX_UNITS))
        line.hear(Kind.NOTICE_PASSED_DOWN, PassingFact(units=units))
    assert [each.name for each in line.view().units] == [f"Unit 0-{each}" for each in range(MAX_UNITS)]
    gone = tuple(NamedUnit(name=f"Unit 0-{each}", level=None) for each in range(2))
    line.hear(Kind.NOTICE_PASSED_DOWN, PassingFact(units=gone))
    line.hear(Kind.NOTICE_PASSED_DOWN, PassingFact(units=tuple(map(_named, "ABC"))))
    names = [each.name for each in line.view().units]
    assert len(names) == MAX_UNITS
    assert names[-2:] == ["A", "B"]


def _named(name):
    return NamedUnit(name=name)
