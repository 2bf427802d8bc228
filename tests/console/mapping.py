"""Notices for the tests of the map: one of each shape, on both sides, filed on two joined nodes."""

from coupefeu.model.notices import NoticeForm
from coupefeu.model.places import Position
from coupefeu.model.volumes import (
    Altitude,
    AltitudeUnit,
    Circle,
    Corridor,
    Datum,
    Fix,
    Limit,
    Polygon,
    Track,
    Volume,
)
from coupefeu.services.notices.commands import FileNotice
from coupefeu.services.notices.facts import NoticeFact

HOUR_MS = 3_600_000
NO_WEBGL = """const get = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
  return kind === 'webgl2' ? null : get.call(this, kind, ...rest);
};"""
FL100 = Altitude(value=100, unit=AltitudeUnit.FL, datum=Datum.STD)
OVER_ANTIMERIDIAN = ((62, 175), (62, -175), (68, -175), (68, 175))


def at(lat, lon):
    """A position in degrees."""
    return Position(lat_e7=round(lat * 1e7), lon_e7=round(lon * 1e7))


def volume(shape, start_ms, end_ms):
    """A shape from the surface to FL100 in a window."""
    return Volume(shape=shape, lower=Limit.SURFACE, upper=FL100, start_ms=start_ms, end_ms=end_ms)


def circle(lat, lon, start_ms, hours=6.0, radius_dm=400_000):
    """A circle of 40 km."""
    return volume(
        Circle(centre=at(lat, lon), radius_dm=radius_dm), start_ms, start_ms + round(hours * HOUR_MS)
    )


def notice(title, *volumes, form=NoticeForm.HAZARD_TO_NAVIGATION):
    """A notice with these volumes."""
    return NoticeFact(form=form, title=title, volumes=volumes, fields={1: 1, 4: "firing"})


def shapes_at(now_ms):
    """Give (title, fact) of one notice for each shape, in force at an instant, but for the last: in 10 hours."""
    polygon = Polygon(parts=((tuple(at(*each) for each in OVER_ANTIMERIDIAN),),))
    line = Corridor(line=(at(43, 31), at(44, 34), at(44.5, 37)), half_width_dm=92_600)
    fixes = (
        Fix(position=at(41, 29), at_ms=now_ms - HOUR_MS),
        Fix(position=at(43, 33), at_ms=now_ms + HOUR_MS),
    )
    end_ms = now_ms + 6 * HOUR_MS
    return [
        ("map circle", notice("map circle", circle(42, 30, now_ms - HOUR_MS))),
        ("map antimeridian", notice("map antimeridian", volume(polygon, now_ms - HOUR_MS, end_ms))),
        ("map corridor", notice("map corridor", volume(line, now_ms - HOUR_MS, end_ms))),
        ("map track", notice("map track", volume(Track(fixes=fixes, buffer_dm=185_200), None, None))),
        ("map later", notice("map later", circle(35, 20, now_ms + 10 * HOUR_MS))),
    ]


def file(desk, fact):
    """File it there; gives its number."""
    return desk.act(FileNotice.of(fact, f"{desk.party}.duty"))
