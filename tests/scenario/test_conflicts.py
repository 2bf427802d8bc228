"""Two nodes on one line: both sides list the same conflicts, whoever filed first, and know what was compared."""

from contextlib import closing
from dataclasses import replace

import pytest
from pysqlite3 import dbapi2
from tests.scenario.stage import DESKS, open_line
from tests.stores import AGREEMENT, view_rows

from coupefeu.model.notices import NoticeForm, Settlement
from coupefeu.model.places import Position
from coupefeu.model.volumes import Altitude, AltitudeUnit, Circle, Datum, Limit, Separation, Volume
from coupefeu.node import engine
from coupefeu.node.conflict_values import NotChecked
from coupefeu.services.erasures.facts import EraseContent
from coupefeu.services.every import SERVICES
from coupefeu.services.notices import conflicts, nearby
from coupefeu.services.notices.commands import (
    AmendNotice,
    AnswerCounter,
    AnswerNotice,
    CompleteNotice,
    FileNotice,
    SettleConflict,
    WithdrawNotice,
)
from coupefeu.services.notices.facts import NoticeFact
from coupefeu.services.notices.settling import Alarm
from coupefeu.store import colliding
from coupefeu.store.findings import Findings
from coupefeu.store.fsck_views import ViewCheck
from coupefeu.store.jobs import CheckConflicts
from coupefeu.store.rebuild import rebuild
from coupefeu.testing.clock import START_UTC_MS

HOUR_MS = 3_600_000


def at(hours):
    return START_UTC_MS + int(hours * HOUR_MS)


def volume(start=10, hours=4, lat=44.0, lon=33.0, radius_m=20_000, lower=1_000, upper=3_000):
    return Volume(
        shape=Circle(
            centre=Position(lat_e7=round(lat * 1e7), lon_e7=round(lon * 1e7)), radius_dm=radius_m * 10
        ),
        lower=Altitude(value=lower, unit=AltitudeUnit.M, datum=Datum.AMSL) if lower else Limit.SURFACE,
        upper=Altitude(value=upper, unit=AltitudeUnit.M, datum=Datum.AMSL),
        start_ms=at(start),
        end_ms=at(start + hours),
    )


def patrol(*volumes, title="Patrol", movement="", **stated):
    return NoticeFact(
        form=NoticeForm.FLIGHT_SAFETY,
        title=title,
        volumes=volumes or (volume(**stated),),
        fields={1: 2, 6: "duty desk"},
        movement=movement,
    )


def file(node, fact):
    (notice,) = node.act(FileNotice.of(fact, DESKS[node.name]))
    return notice


def amend(node, notice, fact):
    (version,) = node.act(AmendNotice.of(notice, fact, DESKS[node.name]))
    return version


def pairs(node, desk=None):
    """The conflicts that a node lists, as pairs of US's notice and RU's."""
    with_us = [
        (each.ours.number, each.theirs.number)
        for group in node.desk().conflicts.listed().groups
        for each in group.conflicts
    ]
    return sorted(sorted(each, reverse=True) for each in with_us)


@pytest.fixture(name="nodes")
def joined(tmp_path):
    return open_line(tmp_path)


def test_both_sides_list_the_same_conflicts_whoever_files_first(nodes):
    ours = [file(nodes.us, patrol(title="first")), file(nodes.us, patrol(title="far off", lat=10.0))]
    nodes.run(seconds=2)
    theirs = [
        file(nodes.ru, patrol(title="over it", lat=44.2)),
        file(nodes.ru, patrol(title="above it", lower=3_301, upper=5_000)),
        file(nodes.ru, patrol(title="later", start=14.2)),
        file(nodes.ru, patrol(title="just after", start=14.1)),
    ]
    nodes.run(seconds=2)
    assert pairs(nodes.us) == pairs(nodes.ru)
    found = pairs(nodes.us)
    assert [us for us, _ in found] == [nodes.us.desk().notices.get(ours[0]).number] * 2
    expected = {nodes.ru.desk().notices.get(theirs[place]).number for place in (0, 3)}
    assert {ru for _, ru in found} == expected
    for node in (nodes.us, nodes.ru):
        compared = node.desk().conflicts.compared(is_link_up=True)
        assert compared.not_checked is None
        assert compared.conflicts == 2
        assert {compared.ours, compared.theirs} == {2, 4}
        assert compared.newest_theirs_ms is not None


def test_a_conflict_has_its_place_its_time_and_its_gaps(nodes):
    file(nodes.us, patrol(lat=44.0, start=10, hours=4))
    nodes.run(seconds=1)
    file(nodes.ru, patrol(lat=44.4, start=13, hours=4, lower=3_100, upper=4_000))
    nodes.run(seconds=1)
    (seen_by_us,) = nodes.us.desk().conflicts.listed().groups[0].conflicts
    (seen_by_ru,) = nodes.ru.desk().conflicts.listed().groups[0].conflicts
    measured = seen_by_us.measured
    assert 4_000 < measured.distance_m < 5_000  # 44.4 km between the centres, 20 km each
    assert measured.altitude_gap_m == 100
    assert measured.time_gap_s == 0
    assert (measured.start_ms, measured.end_ms) == (at(13), at(14))
    assert measured.place.lat == pytest.approx(44.18, abs=0.002)
    assert measured.other_place.lat == pytest.approx(44.22, abs=0.002)
    other = seen_by_ru.measured
    assert other.distance_m == pytest.approx(measured.distance_m, abs=0.01)
    assert other.place.lat == pytest.approx(measured.other_place.lat, abs=1e-5)


def test_a_version_names_the_conflicts_that_were_known_when_it_was_filed(nodes):
    theirs = [file(nodes.ru, patrol(title=f"{number}", start=10 + number / 10)) for number in range(20)]
    nodes.run(seconds=3)
    notice = file(nodes.us, patrol())
    view = nodes.us.desk().notices.get(notice)
    assert view.conflicts_known == 20
    assert sorted(view.conflicts_named) == sorted(theirs[:16])
    nodes.run(seconds=2)
    assert nodes.ru.desk().notices.get(notice).conflicts_named == view.conflicts_named
    amend(nodes.us, notice, patrol(lat=50.0))
    view = nodes.us.desk().notices.get(notice)
    assert (view.conflicts_known, view.conflicts_named) == (0, ())


def test_what_is_withdrawn_completed_or_moved_away_conflicts_no_longer(nodes):
    notices = [file(nodes.us, patrol(title=f"{number}")) for number in range(4)]
    nodes.run(seconds=1)
    file(nodes.ru, patrol())
    nodes.run(seconds=1)
    assert len(pairs(nodes.us)) == len(pairs(nodes.ru)) == 4
    desk = DESKS["us"]
    nodes.us.act(WithdrawNotice(notice=notices[0], from_post=desk))
    nodes.us.act(CompleteNotice(notice=notices[1], from_post=desk))
    amend(nodes.us, notices[2], patrol(title="2", lower=3_400, upper=4_000))
    nodes.run(seconds=2)
    assert len(pairs(nodes.us)) == len(pairs(nodes.ru)) == 1
    amend(nodes.us, notices[2], patrol(title="2"))
    nodes.run(seconds=2)
    assert len(pairs(nodes.us)) == len(pairs(nodes.ru)) == 2


def test_conflicts_are_grouped_by_movement_and_raise_one_alarm(nodes):
    file(nodes.ru, patrol(start=1, hours=20))
    nodes.run(seconds=1)
    file(nodes.us, patrol(title="leg one", movement="convoy", start=2.05))
    file(nodes.us, patrol(title="leg two", movement="convoy", start=8))
    file(nodes.us, patrol(title="alone", start=3))
    nodes.run(seconds=1)
    first, second = nodes.us.desk().conflicts.listed().groups
    assert (first.movement, len(first.conflicts), first.alarm) == ("convoy", 2, None)
    assert (second.movement, second.title, len(second.conflicts)) == ("", "alone", 1)
    nodes.run(seconds=240)  # less than two hours before leg one, the lead time of the form
    first, second = nodes.us.desk().conflicts.listed().groups
    assert first.alarm is Alarm.LEAD
    assert [each.alarm for each in first.conflicts] == [Alarm.LEAD, None]
    assert second.alarm is None


def test_a_conflict_that_is_new_on_a_running_notice_raises_an_alarm(nodes):
    ours = file(nodes.us, patrol(start=-1, hours=30))
    nodes.run(seconds=1)
    theirs = file(nodes.ru, patrol(start=20))
    nodes.run(seconds=1)
    (group,) = nodes.us.desk().conflicts.listed().groups
    assert group.alarm is Alarm.RUNNING
    said = {"settlement": Settlement.DISPUTED, "words": "as said", "from_post": DESKS["us"]}
    nodes.us.act(SettleConflict(notice=ours, other=theirs, **said))
    nodes.run(seconds=1)
    (group,) = nodes.us.desk().conflicts.listed().groups
    assert group.alarm is None  # who has spoken of it has seen it
    (group,) = nodes.ru.desk().conflicts.listed().groups
    assert group.alarm is Alarm.RUNNING


def test_what_is_over_is_neither_listed_nor_counted_nor_named(nodes):
    file(nodes.ru, patrol(start=-1, hours=1.01))
    file(nodes.us, patrol(start=-1, hours=3))
    nodes.run(seconds=1)
    assert len(pairs(nodes.us)) == 1
    nodes.run(seconds=60)
    compared = nodes.us.desk().conflicts.compared()
    assert (pairs(nodes.us), compared.conflicts, compared.ours, compared.theirs) == ([], 0, 1, 0)
    assert nodes.us.desk().conflicts.check((volume(start=-1, hours=3),)) == ()
    late = file(nodes.us, patrol(title="late", start=-1, hours=3))
    assert nodes.us.desk().notices.get(late).conflicts_known == 0


def test_a_request_for_explanation_is_about_the_other_side_and_is_compared_with_nothing(nodes):
    asked = replace(patrol(), form=NoticeForm.UNUSUAL_ACTIVITY, fields={1: 1, 2: "more flights than usual"})
    file(nodes.us, asked)
    file(nodes.ru, patrol())
    nodes.run(seconds=1)
    assert pairs(nodes.us) == pairs(nodes.ru) == []
    file(nodes.us, replace(asked, fields={1: 2, 4: "what we do there ourselves"}))
    nodes.run(seconds=1)
    assert len(pairs(nodes.us)) == len(pairs(nodes.ru)) == 1


def test_each_side_says_its_own_and_the_weaker_stands_until_an_amendment(nodes):
    ours, theirs = file(nodes.us, patrol()), None
    nodes.run(seconds=1)
    theirs = file(nodes.ru, patrol())
    nodes.run(seconds=1)

    def conflict(node):
        (found,) = node.desk().conflicts.of(ours)
        return found

    def settle(node, notice, other, settlement):
        node.act(
            SettleConflict(
                notice=notice,
                other=other,
                settlement=settlement,
                words="as said on the line",
                from_post=DESKS[node.name],
            )
        )
        nodes.run(seconds=1)

    assert conflict(nodes.us).settlement is None
    settle(nodes.us, ours, theirs, Settlement.DISPUTED)
    assert conflict(nodes.us).settlement is conflict(nodes.ru).settlement is Settlement.DISPUTED
    settle(nodes.us, ours, theirs, Settlement.RESOLVED)
    assert conflict(nodes.us).settlement is conflict(nodes.ru).settlement is None
    assert [each.party for each in conflict(nodes.ru).said] == ["us"]
    settle(nodes.ru, theirs, ours, Settlement.ACCEPTED_WITH_MEASURES)
    assert conflict(nodes.us).settlement is Settlement.ACCEPTED_WITH_MEASURES
    assert conflict(nodes.ru).settlement is Settlement.ACCEPTED_WITH_MEASURES
    settle(nodes.ru, theirs, ours, Settlement.DISPUTED)
    assert conflict(nodes.us).settlement is conflict(nodes.ru).settlement is Settlement.DISPUTED
    amend(nodes.us, ours, replace(patrol(), remarks="read only this"))
    nodes.run(seconds=1)
    assert conflict(nodes.us).settlement is Settlement.DISPUTED
    amend(nodes.us, ours, patrol(title="moved a little", lat=44.01))
    nodes.run(seconds=1)
    for node in (nodes.us, nodes.ru):
        assert conflict(node).settlement is None
        assert conflict(node).said == ()


def test_an_accepted_counter_proposal_is_compared_and_names_what_it_meets(nodes):
    notice = file(
        nodes.us,
        replace(
            patrol(), form=NoticeForm.TEMPORARY_ZONE, fields={1: "test", 2: 1, 4: "desk"}, wants_answer=True
        ),
    )
    nodes.run(seconds=1)
    theirs = file(nodes.ru, patrol(lat=45.0))
    nodes.run(seconds=1)
    assert pairs(nodes.us) == []
    (counter,) = nodes.ru.act(
        AnswerNotice.countering(notice, (volume(lat=45.0),), DESKS["ru"], words="rather there")
    )
    nodes.run(seconds=1)
    nodes.us.act(AnswerCounter(notice=notice, counter=counter, is_accepted=True, from_post=DESKS["us"]))
    nodes.run(seconds=1)
    assert len(pairs(nodes.us)) == 1
    assert pairs(nodes.us) == pairs(nodes.ru)
    assert nodes.ru.desk().notices.get(notice).conflicts_named == (theirs,)


def test_the_views_made_anew_hold_the_same_conflicts(nodes):
    notices = [file(nodes.us, patrol(title=f"{number}", lat=44 + number / 10)) for number in range(6)]
    nodes.run(seconds=1)
    for number in range(6):
        file(nodes.ru, patrol(title=f"{number}", lat=44 + number / 10, start=9 + number))
    nodes.run(seconds=1)
    nodes.us.act(WithdrawNotice(notice=notices[0], from_post=DESKS["us"]))
    amend(nodes.us, notices[1], patrol(title="1", lat=44.3))
    amend(nodes.us, notices[1], replace(patrol(title="1", lat=44.3), remarks="words alone"))
    nodes.run(seconds=1)
    told = []
    for node in (nodes.us, nodes.ru):
        before = view_rows(node.keeper)
        told.clear()
        assert len(before["notice_conflicts"]) > 6
        assert len(before["notice_boxes_ours"]) + len(before["notice_boxes_theirs"]) == 11
        rebuild(
            node.keeper.connection, node.keeper.line, SERVICES, AGREEMENT, lambda *each: told.append(each)
        )
        assert view_rows(node.keeper) == before
        assert all(done <= total for done, total in told)
        assert [done for done, _ in told] == sorted(done for done, _ in told)
        assert told[-1][0] == told[-1][1]


@pytest.mark.parametrize("first", ["us", "ru"])
def test_a_notice_of_several_areas_near_one_is_found_once(nodes, first):
    several = patrol(volume(), volume(lat=44.05), volume(lat=44.1), title="several")
    one = patrol(title="one")
    for node, fact in zip(
        (nodes.us, nodes.ru), (several, one) if first == "us" else (one, several), strict=True
    ):
        file(node, fact)
        nodes.run(seconds=1)
    assert pairs(nodes.us) == pairs(nodes.ru)
    assert len(pairs(nodes.us)) == 1
    assert all(node.desk().conflicts.compared().conflicts == 1 for node in nodes.nodes)


def test_a_hole_in_their_log_is_said(nodes):
    file(nodes.us, patrol())
    nodes.run(seconds=1)
    assert nodes.ru.desk().conflicts.compared().not_checked is None
    nodes.ru.keeper.connection.query("UPDATE logs SET complete = size - 1 WHERE log = 0")
    compared = nodes.ru.desk().conflicts.compared()
    assert compared.not_checked is NotChecked.GAP


def test_a_new_conflict_is_listed_however_many_began_before_it(nodes):
    """A peer that fills the list with what began long ago hides nothing behind it."""
    for number in range(3):
        file(nodes.us, patrol(title=f"{number}", start=10 + number, hours=20))
    nodes.run(seconds=1)
    for number in (1, 0, 2):
        file(nodes.ru, patrol(title=f"{number}", start=20 + number, hours=1 + number, lat=44.1))
        nodes.run(seconds=1)
    found = nodes.us.desk().conflicts.listed(limit=1)
    assert found.total == 9
    listed = [each.theirs.fact.title for group in found.groups for each in group.conflicts]
    assert listed[0] == "0"
    assert "2" in listed


def test_a_draft_is_compared_before_it_is_filed(nodes):
    theirs = file(nodes.ru, patrol())
    nodes.run(seconds=1)
    (found,) = nodes.us.desk().conflicts.check((volume(start=13),))
    assert found.other.id == theirs
    assert (found.measured.start_ms, found.measured.end_ms) == (at(13), at(14))
    assert nodes.us.desk().conflicts.check((volume(lat=30.0),)) == ()
    assert pairs(nodes.us) == []


def test_what_is_erased_is_in_no_index_and_in_no_conflict(nodes):
    over = {"start": -1, "hours": 1.01}  # half a minute from now: what is in force may not be erased
    ours = file(nodes.us, patrol(**over))
    nodes.run(seconds=1)
    theirs = file(nodes.ru, patrol(**over))
    nodes.run(seconds=60)
    assert len(view_rows(nodes.us.keeper)["notice_conflicts"]) == 1
    nodes.us.act(EraseContent(message=theirs, from_post=DESKS["us"], reason="kept too long"))
    nodes.ru.act(EraseContent(message=ours, from_post=DESKS["ru"], reason="kept too long"))
    for node in (nodes.us, nodes.ru):
        rows = view_rows(node.keeper)
        assert rows["notice_conflicts"] == rows["notice_boxes_theirs"] == []
        assert len(rows["notice_volumes"]) == len(rows["notice_boxes_ours"]) == 1
        rebuild(node.keeper.connection, node.keeper.line, SERVICES, AGREEMENT)
        assert view_rows(node.keeper) == rows


def under(separation):
    return replace(AGREEMENT, notices=replace(AGREEMENT.notices, separation=separation))


def test_other_minima_check_all_anew_a_few_at_a_time(nodes, monkeypatch):
    monkeypatch.setattr(colliding, "STEP", 2)
    for number in range(5):
        file(nodes.us, patrol(title=f"{number}", lat=44 + number))
    nodes.run(seconds=1)
    for number in range(5):
        file(nodes.ru, patrol(title=f"{number}", lat=44.4 + number))
    nodes.run(seconds=1)
    assert len(pairs(nodes.us)) == len(pairs(nodes.ru)) == 5  # 4.5 km apart
    keeper = nodes.us.keeper
    for separation, count in ((Separation(distance_m=4_000), 0), (Separation(distance_m=40_000), 9)):
        keeper.agreement = nodes.us.agreement = under(separation)
        steps = [keeper.execute([CheckConflicts()], nodes.us.clock())[0]]
        compared = nodes.us.desk().conflicts.compared()
        assert (compared.not_checked, compared.since_ms) == (NotChecked.MINIMA, nodes.us.clock().utc_ms)
        while not steps[-1].is_done:
            steps += keeper.execute([CheckConflicts()], nodes.us.clock())
        assert len(steps) == 3
        assert nodes.us.desk().conflicts.compared().not_checked is None
        assert len(pairs(nodes.us)) == count
        before = view_rows(keeper)
        rebuild(keeper.connection, keeper.line, SERVICES, keeper.agreement)
        assert view_rows(keeper) == before


def test_a_notice_that_comes_while_others_wait_is_compared_by_the_new_minima_at_once(nodes, monkeypatch):
    monkeypatch.setattr(colliding, "STEP", 1)
    monkeypatch.setattr(engine.Engine, "check_conflicts", lambda _self: None)
    for number in range(3):
        file(nodes.us, patrol(title=f"{number}", lat=44 + number))
    nodes.run(seconds=1)
    nodes.us.keeper.agreement = nodes.us.agreement = under(Separation(distance_m=40_000))
    file(nodes.ru, patrol(lat=46.6))  # 26 km from the last of them, which waits
    nodes.run(seconds=1)
    assert titles(nodes.us) == ["2"]
    assert nodes.us.desk().conflicts.compared().not_checked is NotChecked.MINIMA


@pytest.mark.parametrize("limit", ["MOST_AT_ONCE", "MOST_EDGES_AT_ONCE"])
def test_a_notice_near_very_many_of_ours_waits_and_holds_up_nobody(nodes, monkeypatch, limit):
    """What meets all of ours at once does not hold up the writer, and nobody is told that all was compared."""
    for number in range(5):
        file(nodes.us, patrol(title=f"{number}"))
    nodes.run(seconds=1)
    compared = []
    monkeypatch.setattr(colliding, "STEP", 2)
    monkeypatch.setattr(nearby, limit, 4)
    monkeypatch.setattr(engine.Engine, "check_conflicts", lambda _self: None)
    file(nodes.ru, patrol())
    nodes.run(seconds=1)
    look = nodes.us.desk().conflicts.compared()
    assert (look.conflicts, look.not_checked) == (0, NotChecked.MINIMA)
    assert look.since_ms is not None
    done = False
    while not done:
        done = nodes.us.keeper.execute([CheckConflicts()], nodes.us.clock())[0].is_done
        compared.append(nodes.us.desk().conflicts.compared().conflicts)
    assert compared == [2, 4, 5]
    look = nodes.us.desk().conflicts.compared()
    assert (look.conflicts, look.not_checked) == (5, None)


@pytest.mark.parametrize("limit", ["MOST_AT_ONCE", "MOST_EDGES_AT_ONCE"])
def test_a_notice_of_ours_near_very_many_of_theirs_is_filed_at_once_and_says_that_nobody_checked(
    nodes, monkeypatch, limit
):
    """Whatever the other side has filed there, an officer does not wait for it, and is not told that all is well."""
    for number in range(5):
        file(nodes.ru, patrol(title=f"{number}"))
    nodes.run(seconds=1)
    before = file(nodes.us, patrol(title="before"))
    assert nodes.us.desk().notices.get(before).conflicts_known == 5
    monkeypatch.setattr(engine.Engine, "check_conflicts", lambda _self: None)
    monkeypatch.setattr(nearby, limit, 4)
    monkeypatch.setattr(nearby, "PIECE", 2)
    monkeypatch.setattr(colliding, "STEP_S", -1.0)
    ours = file(nodes.us, patrol(title="ours"))
    view = nodes.us.desk().notices.get(ours)
    assert (view.conflicts_known, view.conflicts_named) == (None, ())
    look = nodes.us.desk().conflicts.compared()
    assert (look.conflicts, look.not_checked) == (5, NotChecked.MINIMA)
    compared = [look.conflicts]
    for _ in range(9):
        (checked,) = nodes.us.keeper.execute([CheckConflicts()], nodes.us.clock())
        compared.append(nodes.us.desk().conflicts.compared().conflicts)
        if checked.is_done:
            break
    pieces = {"MOST_AT_ONCE": [5, 7, 9, 10], "MOST_EDGES_AT_ONCE": [5, 6, 7, 8, 9, 10]}[limit]
    assert list(dict.fromkeys(compared)) == pieces, "those before it wait for nothing"
    assert nodes.us.desk().conflicts.compared().not_checked is None
    rows = view_rows(nodes.us.keeper)
    rebuild(nodes.us.keeper.connection, nodes.us.keeper.line, SERVICES, AGREEMENT)
    assert view_rows(nodes.us.keeper) == rows


def test_what_comes_and_goes_between_two_pieces_is_found_once_and_hides_nothing(nodes, monkeypatch):
    for number in range(5):
        file(nodes.ru, patrol(title=f"{number}"))
    nodes.run(seconds=1)
    monkeypatch.setattr(engine.Engine, "check_conflicts", lambda _self: None)
    monkeypatch.setattr(nearby, "MOST_AT_ONCE", 4)
    monkeypatch.setattr(nearby, "PIECE", 2)
    monkeypatch.setattr(colliding, "STEP_S", -1.0)
    first, second = file(nodes.us, patrol(title="first")), file(nodes.us, patrol(title="second"))

    def step():
        (checked,) = nodes.us.keeper.execute([CheckConflicts()], nodes.us.clock())
        return checked.is_done, nodes.us.desk().conflicts.compared().conflicts

    assert step() == (False, 2)
    file(nodes.ru, patrol(title="meanwhile"))
    nodes.run(seconds=1)
    assert nodes.us.desk().conflicts.compared().conflicts == 4, "compared with both of ours as it came"
    assert step() == (False, 6)
    nodes.us.act(WithdrawNotice(notice=first, from_post=DESKS["us"]))
    while not step()[0]:
        pass
    desk = nodes.us.desk()
    assert desk.conflicts.counts([second]) == {second: 6}
    assert desk.conflicts.compared().conflicts == 6
    rows = view_rows(nodes.us.keeper)
    rebuild(nodes.us.keeper.connection, nodes.us.keeper.line, SERVICES, AGREEMENT)
    assert view_rows(nodes.us.keeper) == rows


def test_what_waits_to_be_compared_is_compared_by_itself(nodes, monkeypatch):
    monkeypatch.setattr(nearby, "MOST_AT_ONCE", 0)
    file(nodes.us, patrol())
    nodes.run(seconds=1)
    file(nodes.ru, patrol())
    nodes.run(seconds=2)
    look = nodes.us.desk().conflicts.compared()
    assert (look.conflicts, look.not_checked) == (1, None)


def titles(node):
    return [
        each.ours.fact.title for group in node.desk().conflicts.listed().groups for each in group.conflicts
    ]


def test_fsck_finds_what_is_not_as_the_record_makes_it_and_rebuild_mends_it(nodes):
    file(nodes.us, patrol())
    nodes.run(seconds=1)
    file(nodes.ru, patrol())
    nodes.run(seconds=1)
    keeper = nodes.us.keeper

    def found():
        findings = Findings()
        ViewCheck(keeper.connection, findings).run(keeper.line, SERVICES, AGREEMENT)
        return [each.where for each in findings.report([], 0).findings]

    assert found() == []
    before = view_rows(keeper)
    keeper.connection.query("DELETE FROM notice_conflicts")
    keeper.connection.query("UPDATE notice_boxes_theirs SET x0 = x0 - 1")
    assert {each.split(",")[0] for each in found()} == {"view notice_conflicts", "view notice_boxes_theirs"}
    rebuild(keeper.connection, keeper.line, SERVICES, AGREEMENT)
    assert found() == []
    assert view_rows(keeper) == before


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE notice_boxes_theirs_node SET data = zeroblob(10)",
        "UPDATE notice_boxes_theirs_node SET data = x'00630033' || substr(data, 5)",
        "DELETE FROM notice_boxes_theirs_node",
        "DROP TABLE notice_boxes_theirs_node",
    ],
)
def test_a_damaged_index_says_not_checked_and_is_made_anew(nodes, damage):
    file(nodes.us, patrol())
    nodes.run(seconds=1)
    file(nodes.ru, patrol())
    nodes.run(seconds=1)
    nodes.us.stop()
    with closing(dbapi2.connect(nodes.us.path)) as raw:
        raw.execute(damage)
        raw.commit()
    nodes.us.start()
    listed = nodes.us.desk().conflicts.listed()
    assert listed.groups == ()
    assert (listed.compared.not_checked, listed.compared.since_ms) == (NotChecked.DAMAGED, None)
    keeper = nodes.us.keeper
    rebuild(keeper.connection, keeper.line, SERVICES, AGREEMENT)
    assert len(pairs(nodes.us)) == 1
    assert nodes.us.desk().conflicts.compared().not_checked is None


def test_many_in_one_place_are_compared_some_at_a_time_and_none_is_lost(nodes, monkeypatch):
    monkeypatch.setattr(conflicts, "BATCH", 2)
    for number in range(7):
        file(nodes.ru, patrol(title=f"{number}", lat=44 + number / 1_000))
    nodes.run(seconds=1)
    notice = file(nodes.us, patrol())
    assert nodes.us.desk().notices.get(notice).conflicts_known == 7
    assert len(pairs(nodes.us)) == 7


def test_a_notice_of_several_volumes_conflicts_once_and_leaves_no_box_behind(nodes):
    legs = [volume(lat=44 + number) for number in range(16)]
    notice = file(nodes.us, patrol(*legs))
    nodes.run(seconds=1)
    other = file(nodes.ru, patrol(volume(lat=44.1), volume(lat=46.1), volume(lat=80.0)))
    nodes.run(seconds=1)
    assert len(pairs(nodes.us)) == len(pairs(nodes.ru)) == 1
    amend(nodes.us, notice, patrol(*legs[:2]))
    nodes.ru.act(WithdrawNotice(notice=other, from_post=DESKS["ru"]))
    nodes.run(seconds=1)
    rows = view_rows(nodes.us.keeper)
    assert len(rows["notice_boxes_ours"]) == 2
    assert rows["notice_boxes_theirs"] == rows["notice_conflicts"] == []


def test_an_amendment_that_overtakes_its_notice_counts_once_both_are_there(nodes):
    notice = file(nodes.us, patrol())
    amend(nodes.us, notice, patrol(lat=50.0))
    keeper = nodes.ru.keeper
    file(nodes.ru, patrol(lat=50.1))
    nodes.run(seconds=1)
    before = view_rows(keeper)
    assert len(before["notice_conflicts"]) == 1
    keeper.connection.query("UPDATE entries SET arrival = -arrival WHERE log = 0")
    keeper.connection.query(
        "UPDATE entries SET arrival = arrival + 1000 WHERE log = 0"
    )  # the newest came first
    rebuild(keeper.connection, keeper.line, SERVICES, AGREEMENT)
    assert len(view_rows(keeper)["notice_conflicts"]) == 1
    assert len(pairs(nodes.ru)) == 1
