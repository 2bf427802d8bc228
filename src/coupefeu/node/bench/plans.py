"""Notices made up for measuring, always the same of a number and a seed: where forces meet, and all over the globe.

Three quarters lie around fourteen theatres (two on the antimeridian, two near the poles), the rest anywhere. 35 % are
circles drawn with 12 to 40 corners, 40 % strips of 50 to 800 km, 25 % boxes; up to 15,000 m; half an hour to three days
within 30 days. Drawn in the order of the workload that the floors were measured with, so that figures stand side by
side.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from coupefeu.model.places import E7, Position, wrap_longitude
from coupefeu.model.volumes import Altitude, AltitudeUnit, Datum, Polygon, Volume

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

THEATRES: Final = (
    (33.5, 43.5, 300, 3), (20.0, 57.5, 300, 3), (33.0, 34.5, 250, 3), (35.0, 74.0, 350, 2),
    (5.0, 66.0, 400, 1.5), (-170.0, 66.0, 300, 1.2), (179.7, 52.0, 300, 1.2), (120.0, 24.0, 300, 2),
    (115.0, 12.0, 500, 1.5), (128.0, 37.5, 250, 2), (52.0, 26.5, 250, 2), (36.5, 48.5, 300, 3),
    (0.0, 88.5, 200, 0.4), (-40.0, -85.0, 300, 0.2),
)  # fmt: skip
"""Longitude, latitude, spread in kilometres, weight."""
SPAN_S: Final = 30 * 86_400
BEGIN_MS: Final = 1_775_001_600_000
"""2026-04-01T00:00Z: when the first of them begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plans:
    """Notices as arrays; corners of notice n are those from `first[n]` to `first[n + 1]`."""

    lon: "Floats"
    lat: "Floats"
    first: "NDArray[np.int64]"
    lower_m: "Floats"
    upper_m: "Floats"
    start_s: "Floats"
    end_s: "Floats"
    party: "NDArray[np.int8]"

    def __len__(self) -> int:
        """How many there are."""
        return len(self.party)

    def ring(self, number: int) -> "tuple[Floats, Floats]":
        """Give longitudes and latitudes of one notice's corners."""
        corners = slice(int(self.first[number]), int(self.first[number + 1]))
        return self.lon[corners], self.lat[corners]

    def volume(self, number: int) -> Volume:
        """Give one notice as it would be filed."""
        lon, lat = self.ring(number)
        ring = tuple(
            Position(lat_e7=round(y * E7), lon_e7=wrap_longitude(round(x * E7)))
            for x, y in zip(lon.tolist(), lat.tolist(), strict=True)
        )
        return Volume(
            shape=Polygon(parts=((ring,),)),
            lower=_amsl(self.lower_m[number]),
            upper=_amsl(self.upper_m[number]),
            start_ms=BEGIN_MS + int(self.start_s[number]) * 1_000,
            end_ms=BEGIN_MS + int(self.end_s[number]) * 1_000,
        )

    def volumes(self) -> Iterator[Volume]:
        """Give all of them."""
        return map(self.volume, range(len(self)))


def _amsl(metres: Any) -> Altitude:
    return Altitude(value=int(metres), unit=AltitudeUnit.M, datum=Datum.AMSL)


def make_plans(count: int, seed: int) -> Plans:
    """Make them up."""
    import numpy as np  # noqa: PLC0415 - only the bench of notices needs it

    draw = np.random.default_rng([seed, count])
    party = draw.integers(0, 2, count).astype(np.int8)
    lon, lat = _middles(draw, count)
    kind = draw.choice(3, count, p=[0.35, 0.40, 0.25])
    radius = np.exp(draw.uniform(np.log(2e3), np.log(40e3), count))
    corners = np.empty(count, np.int64)
    corners[kind == 0] = draw.integers(12, 41, (kind == 0).sum())
    length = np.exp(draw.uniform(np.log(50e3), np.log(800e3), count))
    width = draw.uniform(5e3, 40e3, count)
    legs = np.clip(np.minimum(draw.integers(1, 9, count), (length / 50e3).astype(int)), 1, 8)
    corners[kind == 1] = 2 * (legs[kind == 1] + 1)
    corners[kind == 2] = 4
    first = np.zeros(count + 1, np.int64)
    np.cumsum(corners, out=first[1:])
    drawing = _Drawing(draw, lon, lat, first)
    drawing.circles(np.flatnonzero(kind == 0), radius)
    drawing.boxes(np.flatnonzero(kind == 2))
    drawing.strips(np.flatnonzero(kind == 1), legs, length, width)
    base = np.where(draw.random(count) < 0.25, 0.0, draw.uniform(0, 13_000, count))
    thick = np.exp(draw.uniform(np.log(300), np.log(6_000), count))
    lower = np.round(base, 0)
    upper = np.maximum(np.round(np.minimum(base + thick, 15_000.0), 0), lower + 100)
    lasts = np.exp(draw.uniform(np.log(1_800), np.log(72 * 3_600), count))
    start = np.round(draw.uniform(0, SPAN_S, count))
    return Plans(
        lon=drawing.corner_lon,
        lat=drawing.corner_lat,
        first=first,
        lower_m=lower.astype(np.float64),
        upper_m=upper,
        start_s=start,
        end_s=np.round(start + lasts),
        party=party,
    )


def _middles(draw: Any, count: int) -> "tuple[Floats, Floats]":
    import numpy as np  # noqa: PLC0415 - as above
    from pyproj import Geod  # noqa: PLC0415 - as above

    theatres = np.array(THEATRES)
    is_near = draw.random(count) < 0.75
    which = draw.choice(len(theatres), count, p=theatres[:, 3] / theatres[:, 3].sum())
    lon = np.where(is_near, theatres[which, 0], draw.uniform(-180, 180, count))
    lat = np.where(is_near, theatres[which, 1], np.degrees(np.arcsin(draw.uniform(-1, 1, count))))
    off = np.hypot(draw.normal(size=count), draw.normal(size=count)) * theatres[which, 2] * 1e3
    away = np.where(is_near, off, 0.0)
    lon, lat, _ = Geod(ellps="WGS84").fwd(lon, lat, draw.uniform(0, 360, count), away)
    return np.array(lon), np.array(lat)


class _Drawing:
    """Corners around middles, each by a geodesic."""

    def __init__(self, draw: Any, lon: "Floats", lat: "Floats", first: "NDArray[np.int64]") -> None:
        import numpy as np  # noqa: PLC0415 - as above
        from pyproj import Geod  # noqa: PLC0415 - as above

        self._draw, self._lon, self._lat, self._first = draw, lon, lat, first
        self._go = Geod(ellps="WGS84").fwd
        self.corner_lon, self.corner_lat = np.empty(first[-1]), np.empty(first[-1])

    def _put(self, at: Any, lon: Any, lat: Any, bearing: Any, away: Any) -> None:
        self.corner_lon[at], self.corner_lat[at], _ = self._go(lon, lat, bearing, away)

    def circles(self, which: Any, radius: "Floats") -> None:
        import numpy as np  # noqa: PLC0415 - as above

        corners = np.diff(self._first)[which]
        each = np.repeat(which, corners)
        place = np.arange(each.size) - np.repeat(np.cumsum(corners) - corners, corners)
        bearing = 360.0 * place / np.repeat(corners, corners)
        self._put(self._first[each] + place, self._lon[each], self._lat[each], bearing, radius[each])

    def boxes(self, which: Any) -> None:
        import numpy as np  # noqa: PLC0415 - as above

        along, across = (self._draw.uniform(4e3, 80e3, which.size) for _ in range(2))
        heading = self._draw.uniform(0, 360, which.size)
        for corner, (one, other) in enumerate(((1, 1), (1, -1), (-1, -1), (-1, 1))):
            bearing = heading + np.degrees(np.arctan2(other * across, one * along))
            away = np.hypot(along, across)
            self._put(self._first[which] + corner, self._lon[which], self._lat[which], bearing, away)

    def strips(self, which: Any, legs: Any, length: "Floats", width: "Floats") -> None:
        """Way-points, and on both sides of each a corner across the mean heading."""
        import numpy as np  # noqa: PLC0415 - as above

        heading = self._draw.uniform(0, 360, which.size)
        lon, lat = self._lon[which].copy(), self._lat[which].copy()
        count = legs[which]
        step = length[which] / count
        for point in range(int(count.max(initial=0)) + 1):
            is_here = point <= count
            turn = np.zeros(which.size)
            if point:
                turn = np.where(point == count, 0.0, self._draw.uniform(-25, 25, which.size))
            side, half = heading + turn / 2, width[which] / 2
            here = which[is_here]
            for at, quarter in ((self._first[here] + point, -90), (self._first[here + 1] - 1 - point, 90)):
                self._put(at, lon[is_here], lat[is_here], side[is_here] + quarter, half[is_here])
            heading = heading + turn
            goes = point < count
            lon[goes], lat[goes], back = self._go(lon[goes], lat[goes], heading[goes], step[goes])
            heading[goes] = np.asarray(back) + 180.0
