"""A position as it is read out and read back: both notations, and from where people know."""

from dataclasses import dataclass

from coupefeu.model.places import Position
from coupefeu.node.places.gazetteer import Gazetteer
from coupefeu.wire.positions import write_decimal, write_dms, write_mgrs
from coupefeu.words import say


@dataclass(frozen=True, slots=True, kw_only=True)
class Restated:
    """A position in its notations; `near` "": no feature is known, then the two numbers are None."""

    decimal: str
    dms: str
    mgrs: str
    near: str
    near_m: int | None
    bearing_deg: int | None

    def words(self, language: str) -> str:
        """Say it in one line."""
        said = say("places-notations", language, dms=self.dms, mgrs=self.mgrs)
        if self.near_m is None or self.bearing_deg is None:
            return said
        near = say(
            "places-near",
            language,
            distance=distance_words(self.near_m, language),
            bearing=f"{self.bearing_deg:03}",
            feature=self.near,
        )
        return f"{said}, {near}"


def restate(position: Position, gazetteer: Gazetteer, language: str) -> Restated:
    """State a position anew, names in a language."""
    bearing = gazetteer.nearest(position)
    return Restated(
        decimal=write_decimal(position),
        dms=write_dms(position),
        mgrs=write_mgrs(position),
        near="" if bearing is None else bearing.feature.name(language),
        near_m=None if bearing is None else bearing.distance_m,
        bearing_deg=None if bearing is None else bearing.bearing_deg,
    )


def distance_words(distance_m: int, language: str) -> str:
    """Say a distance in metres up to a kilometre, in kilometres to one digit up to a hundred, then in whole ones."""
    if distance_m < 1_000:
        return say("places-metres", language, metres=distance_m)
    tenths = (distance_m + 50) // 100
    number = f"{tenths // 10}.{tenths % 10}" if tenths < 1_000 else str((distance_m + 500) // 1_000)
    return say(
        "places-kilometres", language, kilometres=number.replace(".", "." if language == "en" else ",")
    )
