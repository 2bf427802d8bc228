"""What both parties of the demo mean to do: a dozen notices round its story, each form at least once, one conflict.

All of it is illustration. `PATROL` of US and `HELICOPTERS` of RU would meet west of Deir ez-Zor; nothing else does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from coupefeu.model.notices import CheckPoint, NoticeForm
from coupefeu.model.places import E7, Position
from coupefeu.model.volumes import (
    Altitude,
    AltitudeUnit,
    Bound,
    Circle,
    Corridor,
    Datum,
    Fix,
    Limit,
    Polygon,
    Shape,
    Track,
    Volume,
)
from coupefeu.services.notices.facts import FieldValue, NoticeFact

OFFICER: Final = "demo"
HOUR_MS: Final = 3_600_000
DAY: Final = 24
CONVOY: Final = "convoy-1"

Degrees = tuple[float, float]
"""Latitude and longitude, as a map has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A notice without its times: where, how high, from and to in hours from now (None: it stands until withdrawn)."""

    form: NoticeForm
    title: str
    shape: Shape
    lower: Bound = Limit.SURFACE
    upper: Bound
    hours: tuple[float, float] | None
    fields: Mapping[int, FieldValue]
    times: Mapping[int, float] = field(default_factory=lambda: MappingProxyType({}))
    """Fields that are times, in hours from now."""
    movement: str = ""
    check_points: tuple[tuple[str, Degrees, float], ...] = ()
    wants_answer: bool = False

    def fact(self, now_ms: int) -> NoticeFact:
        """Give the notice as it is filed at `now_ms`."""

        def at(hours: float) -> int:
            return now_ms + round(hours * HOUR_MS)

        start_ms, end_ms = (None, None) if self.hours is None else map(at, self.hours)
        shape = self.shape
        if isinstance(shape, Track):
            fixes = tuple(Fix(position=each.position, at_ms=now_ms + each.at_ms) for each in shape.fixes)
            shape = Track(fixes=fixes, buffer_dm=shape.buffer_dm)
        return NoticeFact(
            form=self.form,
            title=self.title,
            volumes=(
                Volume(shape=shape, lower=self.lower, upper=self.upper, start_ms=start_ms, end_ms=end_ms),
            ),
            fields=MappingProxyType({**self.fields, **{key: at(hours) for key, hours in self.times.items()}}),
            movement=self.movement,
            check_points=tuple(
                CheckPoint(name=name, position=_place(where), planned_ms=at(hours))
                for name, where, hours in self.check_points
            ),
            wants_answer=self.wants_answer,
            officer=OFFICER,
        )


def _place(where: Degrees) -> Position:
    return Position(lat_e7=round(where[0] * E7), lon_e7=round(where[1] * E7))


def _circle(centre: Degrees, radius_m: int) -> Circle:
    return Circle(centre=_place(centre), radius_dm=radius_m * 10)


def _corridor(half_width_m: int, *line: Degrees) -> Corridor:
    return Corridor(line=tuple(map(_place, line)), half_width_dm=half_width_m * 10)


def _polygon(*ring: Degrees) -> Polygon:
    return Polygon(parts=((tuple(map(_place, ring)),),))


def _track(buffer_m: int, *fixes: tuple[float, Degrees]) -> Track:
    """Make a track whose instants are from now."""
    return Track(
        fixes=tuple(Fix(position=_place(where), at_ms=round(hours * HOUR_MS)) for hours, where in fixes),
        buffer_dm=buffer_m * 10,
    )


def _amsl(metres: int) -> Altitude:
    return Altitude(value=metres, unit=AltitudeUnit.M, datum=Datum.AMSL)


def _level(hundreds: int) -> Altitude:
    return Altitude(value=hundreds, unit=AltitudeUnit.FL, datum=Datum.STD)


PATROL: Final = Plan(
    form=NoticeForm.FLIGHT_SAFETY,
    title="Patrol along the Euphrates, Raqqa to Deir ez-Zor",
    shape=_corridor(3_000, (35.95, 39.0), (35.62, 39.75), (35.36, 40.10)),
    lower=_amsl(3_000),
    upper=_amsl(4_500),
    hours=(5, 7),
    fields={1: 2, 2: 2, 6: "us.duty"},
)
HELICOPTERS: Final = Plan(
    form=NoticeForm.FLIGHT_SAFETY,
    title="Вертолёты между Дейр-эз-Зором и Пальмирой",
    shape=_corridor(3_000, (35.30, 40.13), (34.85, 39.20), (34.56, 38.28)),
    lower=_amsl(2_500),
    upper=_amsl(3_500),
    hours=(6, 8),
    fields={1: 1, 2: 2, 6: "ru.duty"},
)
OURS: Final = (
    PATROL,
    Plan(
        form=NoticeForm.FLIGHT_SAFETY,
        title="Refuelling east of Al Hasakah",
        shape=_corridor(9_260, (36.35, 41.05), (36.60, 41.75)),
        lower=_level(240),
        upper=_level(280),
        hours=(4, 9),
        fields={1: 5, 2: 1, 6: "us.duty"},
    ),
    Plan(
        form=NoticeForm.MILITARY_ACTIVITY,
        title="Exercise with live firing south of Al Hasakah",
        shape=_circle((36.28, 40.80), 8_000),
        upper=_amsl(3_000),
        hours=(45 * DAY, 47 * DAY),
        fields={1: 1, 3: "training", 7: 400},
    ),
    Plan(
        form=NoticeForm.HUMANITARIAN_MOVEMENT,
        title="Food convoy, Al Hasakah to Raqqa",
        shape=_corridor(500, (36.50, 40.74), (36.66, 40.37), (36.38, 38.87), (35.95, 39.01)),
        upper=Altitude(value=150, unit=AltitudeUnit.M, datum=Datum.AGL),
        hours=(50, 58),
        fields={
            1: "Relief organisation (illustration)", 2: 2, 4: 9, 7: "Al Hasakah", 9: "Raqqa", 12: 18,
            14: "Leader of the convoy", 15: "by us.duty",
        },
        times={8: 50, 10: 58},
        movement=CONVOY,
        check_points=(("Tal Tamr", (36.66, 40.37), 51.5), ("Ain Issa", (36.38, 38.87), 55.5)),
        wants_answer=True,
    ),
    Plan(
        form=NoticeForm.TEMPORARY_ZONE,
        title="Place where the convoy rests, Ain Issa",
        shape=_circle((36.38, 38.87), 5_000),
        upper=_amsl(3_000),
        hours=(55, 57),
        fields={1: "nobody else on the ground", 2: 2, 4: "us.duty"},
        movement=CONVOY,
    ),
    Plan(
        form=NoticeForm.STATIC_SITE,
        title="Hospital in Al Hasakah",
        shape=_circle((36.51, 40.75), 300),
        upper=Altitude(value=150, unit=AltitudeUnit.M, datum=Datum.AGL),
        hours=None,
        fields={1: "Relief organisation (illustration)", 2: "hospital", 3: "surgery", 8: "by us.duty"},
    ),
    Plan(
        form=NoticeForm.HAZARD_TO_NAVIGATION,
        title="Gunnery south of Cyprus",
        shape=_polygon((34.10, 32.60), (34.10, 33.20), (33.70, 33.20), (33.70, 32.60)),
        upper=_amsl(6_000),
        hours=(4 * DAY, 4 * DAY + 6),
        fields={1: 1, 4: "us.duty"},
    ),
)  # fmt: skip
"""The notices of US; those that its side knows of humanitarian organisations are among them."""
THEIRS: Final = (
    HELICOPTERS,
    Plan(
        form=NoticeForm.MISSILE_LAUNCH,
        title="Пуск ракеты, район падения в Каспийском море",
        shape=_circle((43.0, 49.6), 25_000),
        upper=Limit.UNLIMITED,
        hours=(30, 33),
        fields={1: "северная часть Каспийского моря"},
        times={3: 31},
    ),
    Plan(
        form=NoticeForm.SEA_MOVEMENT,
        title="Транспорт из Тартуса, охранный круг 10 морских миль",
        shape=_track(18_520, (14, (34.90, 35.70)), (20, (35.25, 34.80)), (28, (35.65, 33.20))),
        upper=_amsl(300),
        hours=(14, 28),
        fields={1: "транспорт", 2: 2, 7: "Тартус", 8: "Новороссийск", 11: "ru.duty"},
    ),
    Plan(
        form=NoticeForm.TEMPORARY_ZONE,
        title="Плотина у Эт-Табки: без полётов",
        shape=_circle((35.87, 38.57), 6_000),
        upper=_amsl(3_000),
        hours=(26, 36),
        fields={1: "работы на плотине", 2: 3, 4: "ru.duty"},
        wants_answer=True,
    ),
    Plan(
        form=NoticeForm.UNUSUAL_ACTIVITY,
        title="Полёты к востоку от Эль-Хасаки",
        shape=_circle((36.5, 41.4), 40_000),
        upper=Limit.UNLIMITED,
        hours=None,
        fields={1: 1, 2: "больше самолётов, чем обычно"},
    ),
)
"""The notices of RU, in its language; the last one asks for an explanation and is compared with nothing."""
