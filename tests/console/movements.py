"""A movement of US as a notice, for tests of what becomes of it below the desks."""

import asyncio
from dataclasses import replace

from coupefeu.model.messages import parse_number
from coupefeu.model.notices import CheckPoint, NoticeForm
from coupefeu.model.places import Position
from coupefeu.model.volumes import Altitude, AltitudeUnit, Corridor, Datum, Limit, Volume
from coupefeu.services.notices.commands import AmendNotice, FileNotice
from coupefeu.services.notices.facts import NoticeFact

HOUR_MS = 3_600_000


def place(lat, lon):
    return Position(lat_e7=round(lat * 1e7), lon_e7=round(lon * 1e7))


ROUTE = (place(31.53, 34.42), place(31.45, 34.39), place(31.41, 34.35))
POINTS = ("Jetty", "Hold point", "Warehouse")


def convoy(now_ms, starts_in_ms=HOUR_MS, **changed):
    """Give a humanitarian movement that begins so long from now, and lasts four hours."""
    start_ms = now_ms + starts_in_ms
    way = Volume(
        shape=Corridor(line=ROUTE, half_width_dm=5_000),
        lower=Limit.SURFACE,
        upper=Altitude(value=3_000, unit=AltitudeUnit.FT, datum=Datum.AMSL),
        start_ms=start_ms,
        end_ms=start_ms + 4 * HOUR_MS,
    )
    fact = NoticeFact(
        form=NoticeForm.HUMANITARIAN_MOVEMENT,
        title="Food convoy, jetty to warehouse",
        volumes=(way,),
        fields={1: "Relief organisation", 2: 2, 4: 3, 7: "Jetty", 8: start_ms, 9: "Warehouse",
                10: start_ms + 2 * HOUR_MS, 14: "Team leader", 15: "+000 000"},
        movement="convoy-1",
        check_points=tuple(
            CheckPoint(name=name, position=where, planned_ms=start_ms + number * HOUR_MS)
            for number, (name, where) in enumerate(zip(POINTS, ROUTE, strict=True))
        ),
    )  # fmt: skip
    return replace(fact, **changed)


def escorted(fact):
    """Give the movement as it was amended: armed guards ride along."""
    return replace(fact, remarks="", title="Food convoy, jetty to warehouse, with an armed escort")


async def file(served, fact):
    """File it; gives its number."""
    (entry,) = await served.desk.act(FileNotice.of(fact, f"{served.desk.folder.party}.duty"))
    return served.desk.number(entry)


async def amend(served, number, fact):
    """Amend it; gives the number of the amendment."""
    notice = await served.desk.read(lambda look: look.notices.get(_id(served, number)).id)
    (entry,) = await served.desk.act(AmendNotice.of(notice, fact, f"{served.desk.folder.party}.duty"))
    return served.desk.number(entry)


def _id(served, number):
    return parse_number(number, served.desk.folder.agreement.party_ids)


async def seen(served, number, fits=lambda _passing: True):
    """Wait until a notice stands so on this record, and give how it stands below the desks."""
    async with asyncio.timeout(30):
        while True:
            answer = await served.http.get(f"/api/notices/{number.lower()}/passing", timeout=30)
            if answer.status_code == 200 and fits(answer.json()["passing"]):
                return answer.json()["passing"]
            await asyncio.sleep(0.01)  # the other node's entry, which this client has asked no event for


def gaps_of(passing):
    return {(each["party"], each["unit"]): each["why"] for each in passing["gaps"]}


def unit_of(passing, name):
    return next(each for each in passing["units"] if each["name"] == name)
