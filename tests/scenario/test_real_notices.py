"""1,090 notices made from real flights and 11 real hazard areas, filed on two nodes, and every conflict between them.

The product's answer, on both consoles, is compared with a count of our own: all pairs, time and altitude in whole
numbers, then distances of densified geodesics in projections centred where the two come nearest (pyproj, shapely).
"""

import asyncio
from datetime import datetime
from fractions import Fraction
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
import shapely
from pyproj import Geod, Transformer
from tests.scenario.stage import DESKS, open_line
from tests.shared import shared_file, shared_json, shared_jsonl

from coupefeu.node.demo.loading import FilingDesk, load_notices

FLIGHTS, AREAS = "data/real/flight-notices.jsonl", "data/real/hazard-areas.geojson"
GEOD = Geod(ellps="WGS84")
STEP_M = 2_000
"""A geodesic leaves its chord in a projection by less than a millimetre over so much."""
DISTANCE_M, ALTITUDE_M, TIME_S = 9_260, 300, 600
UNDECIDED_M = 2
ALWAYS_S = 10**11
"""What no window states lies without bound: an area holds until it is withdrawn."""
ANY_M = 10**6


class Area:
    """A feature for our own count: its densified line or ring, its reach, its altitudes and times."""

    def __init__(self, feature):
        said = feature["properties"]
        self.name = str(feature["id"])
        places = feature["geometry"]["coordinates"]
        self.make, line = {
            "Point": (shapely.Point, [places]),
            "LineString": (shapely.LineString, places),
            "Polygon": (shapely.Polygon, places[0]),
        }[feature["geometry"]["type"]]
        self.places = np.array(list(densified(line)))
        self.width_m = said.get("half_width_m", said.get("radius_m", 0))
        self.lower_m, self.upper_m = (
            bound if said.get(name) is None else Fraction(said[name])
            for name, bound in (("lower_m", -ANY_M), ("upper_m", ANY_M))
        )
        self.start_s, self.end_s = (
            bound if said.get(name) is None else int(datetime.fromisoformat(said[name]).timestamp())
            for name, bound in (("from", -ALWAYS_S), ("to", ALWAYS_S))
        )

    def gap_m(self, other):
        """The distance of the two areas, in a projection centred within some kilometres of the nearest places."""
        centre = (self.places.mean(axis=0) + other.places.mean(axis=0)) / 2
        for _ in range(3):
            to_plane = plane_at(*np.round(centre, 1))
            one, two = (shape_of(each, to_plane) for each in (self, other))
            nearest = shapely.get_coordinates(shapely.shortest_line(one, two)).mean(axis=0)
            centre = np.array(to_plane.transform(*nearest, direction="INVERSE"))
        return max(0.0, shapely.distance(one, two) - self.width_m - other.width_m)

    def is_far_from(self, other):
        """Whether their degrees alone keep them apart; nothing here lies beyond 60 degrees or at the antimeridian."""
        apart = np.maximum(
            self.places.min(axis=0) - other.places.max(axis=0),
            other.places.min(axis=0) - self.places.max(axis=0),
        )
        return max(apart * (55_000, 110_000)) > DISTANCE_M + self.width_m + other.width_m


@cache
def plane_at(lon, lat):
    return Transformer.from_crs(
        "EPSG:4326", f"+proj=aeqd +ellps=WGS84 +lon_0={lon} +lat_0={lat}", always_xy=True
    )


def densified(places):
    for one, two in pairwise(places):
        yield one
        count = int(GEOD.inv(*one, *two)[2] // STEP_M)
        yield from GEOD.npts(*one, *two, count) if count else ()
    yield places[-1]


def shape_of(area, to_plane):
    plane = np.column_stack(to_plane.transform(area.places[:, 0], area.places[:, 1]))
    return area.make(plane)


def near_in_time_and_altitude(ours, theirs):
    """All pairs whose altitude and time gaps are below the minima."""

    def column(areas, name):
        return np.array([float(getattr(each, name)) for each in areas])

    time_s = np.maximum(
        column(ours, "start_s")[:, None] - column(theirs, "end_s"),
        column(theirs, "start_s") - column(ours, "end_s")[:, None],
    )
    altitude_m = np.maximum(
        column(ours, "lower_m")[:, None] - column(theirs, "upper_m"),
        column(theirs, "lower_m") - column(ours, "upper_m")[:, None],
    )
    return np.argwhere((time_s < TIME_S) & (altitude_m < ALTITUDE_M))


def counted(ours, theirs):
    """Count for ourselves: the pairs that conflict, and those within two metres of the minimum."""
    conflicts, undecided = set(), set()
    for i, j in near_in_time_and_altitude(ours, theirs):
        one, two = ours[i], theirs[j]
        if one.is_far_from(two):
            continue
        gap_m = one.gap_m(two)
        (
            undecided if abs(gap_m - DISTANCE_M) < UNDECIDED_M else conflicts if gap_m < DISTANCE_M else set()
        ).add((one.name, two.name))
    return conflicts, undecided


def id_of(notice):
    return notice.fact.remarks.rpartition("ID: ")[2]


@pytest.mark.timeout(600)
def test_both_sides_find_the_conflicts_of_the_real_notices_and_no_others(tmp_path):
    files = [shared_file(FLIGHTS), shared_file(AREAS)]
    nodes = open_line(tmp_path)

    def desk_of(node):
        async def file(command):
            ((_, index),) = node.act(command)
            return f"{node.name}/{index}"

        return FilingDesk(from_post=DESKS[node.name], file=file)

    loaded = asyncio.run(
        load_notices(files, {each.name: desk_of(each) for each in nodes.nodes}, nodes.clock.now().utc_ms)
    )
    features = {str(each["id"]): each for each in [*shared_jsonl(FLIGHTS), *shared_json(AREAS)["features"]]}
    assert (loaded.total, loaded.duplicates, loaded.rejects) == (len(features), 0, ())
    nodes.run(seconds=60)

    sides = {}
    for node in nodes.nodes:
        live = node.desk().notices.live()
        assert len(live) == len(features), "all of them hold, those without a window until they are withdrawn"
        sides[node.name] = [Area(features[id_of(each)]) for each in live if each.ours]
    assert {len(each) for each in sides.values()} == {len(each) for each in loaded.filed.values()}
    expected, undecided = counted(sides["us"], sides["ru"])
    assert len(expected) > 100
    for node in nodes.nodes:
        listed = node.desk().conflicts.listed(10_000)
        found = {
            (id_of(each.ours), id_of(each.theirs))[:: 1 if node is nodes.us else -1]
            for group in listed.groups
            for each in group.conflicts
        }
        assert listed.compared.not_checked is None
        assert found - undecided == expected - undecided
