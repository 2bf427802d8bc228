"""Notices filed and answered at two joined desks, for the tests of the pages."""

import time
from contextlib import closing

from tests.console.desks import wait_until
from tests.console.furnishing import LONG_FR, LONG_RU

from coupefeu.model.notices import Answer, CheckPoint, NoticeForm, Settlement
from coupefeu.model.places import E7, Position
from coupefeu.model.volumes import Altitude, AltitudeUnit, Circle, Datum, Limit, Polygon, Volume
from coupefeu.node.desk import Desk
from coupefeu.services.notices.commands import (
    AmendNotice,
    AnswerNotice,
    FileNotice,
    ReadBackPositions,
    SettleConflict,
)
from coupefeu.services.notices.facts import NoticeFact

HOUR_MS = 3_600_000
CONTACT = {1: 2, 6: "Duty desk"}
TOP = Altitude(value=120, unit=AltitudeUnit.FL, datum=Datum.STD)


def at(lat, lon):
    return Position(lat_e7=round(lat * E7), lon_e7=round(lon * E7))


def window(start_hours, end_hours):
    """Give whole minutes, so many hours from now."""
    now_ms = int(time.time()) // 60 * 60_000
    return {"start_ms": now_ms + int(start_hours * HOUR_MS), "end_ms": now_ms + int(end_hours * HOUR_MS)}


def circle(lat, lon, start=24, end=30, radius_dm=92_600):
    shape = Circle(centre=at(lat, lon), radius_dm=radius_dm)
    return Volume(shape=shape, lower=Limit.SURFACE, upper=TOP, **window(start, end))


def square(lat, lon, start=24, end=30):
    """Give half a degree with a hole in it."""
    ring, hole = (
        tuple(
            at(lat + side * north, lon + side * east) for north, east in ((-1, -1), (-1, 1), (1, 1), (1, -1))
        )
        for side in (0.25, 0.05)
    )
    return Volume(
        shape=Polygon(parts=((ring, hole),)), lower=None, upper=Limit.UNLIMITED, **window(start, end)
    )


def flight(*volumes, title="Patrol", **more):
    return NoticeFact(form=NoticeForm.FLIGHT_SAFETY, title=title, volumes=volumes, fields=CONTACT, **more)


def file(desk, fact):
    """File a notice; gives its number."""
    (number,) = desk.act(FileNotice.of(fact, f"{desk.party}.duty"))
    return number


def notice(desk, number):
    """Wait until a desk holds a notice, and give it."""
    with closing(Desk.open(desk.folder, running=True)) as look:
        return wait_until(
            lambda: look.notices.find(desk.id(number)), f"{number} did not arrive at {desk.party}"
        )


def act(desk, command, number, **fields):
    """Do an act about a notice that this desk holds by now."""
    notice(desk, number)
    return desk.act(command(notice=desk.id(number), from_post=f"{desk.party}.duty", **fields))


def furnish_notices(desks):
    """File notices of both sides that meet, amend one, answer it in every way; gives the one with the most to show."""
    us, ru = desks.us, desks.ru
    fact = flight(square(66.0, 5.0), circle(66.0, 5.5), title=LONG_FR, movement="Nord 1", wants_answer=True)
    number = file(us, fact)
    theirs = file(ru, flight(circle(66.1, 5.1), title=LONG_RU, remarks=LONG_RU))
    file(ru, flight(circle(66.1, 5.2, 0, 8), title="Стрельбы"))
    act(ru, AnswerNotice, number, answer=Answer.NOTED, words=LONG_RU, officer="Вторая смена")
    point = CheckPoint(name=LONG_FR[:60], position=at(66.0, 5.0), planned_ms=window(25, 0)["start_ms"])
    changed = flight(
        square(66.0, 5.0, 2, 8), circle(66.0, 5.5, 2, 8), title=LONG_FR, movement="Nord 1", wants_answer=True,
        check_points=(point,), units=("Escadron 3", LONG_RU[:60]),
    )  # fmt: skip
    us.act(AmendNotice.of(us.id(number), changed, "us.duty"))
    wait_until(lambda: len(notice(ru, number).versions) == 2, "the amendment did not arrive")
    countered = AnswerNotice.countering(
        ru.id(number), (circle(66.3, 5.5, 4, 10),), "ru.duty", words="Севернее и позже.", officer="Смена 2"
    )
    ru.act(countered)
    act(ru, AnswerNotice, number, answer=Answer.OBJECTION, words=LONG_RU)
    act(ru, ReadBackPositions, number, positions=("65-45-00N 004-45-00E", "65-45-00N 005-25-00E", "here"))
    words = "Radio watch on channel 16."
    settled = {"settlement": Settlement.ACCEPTED_WITH_MEASURES, "words": words}
    notice(us, theirs)
    act(us, SettleConflict, number, other=us.id(theirs), **settled)
    wait_until(lambda: len(notice(us, number).read_backs) == 1, "the read-back did not arrive")
    return number
