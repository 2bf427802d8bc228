"""Notices out of Cursor-on-Target: events one behind the other, or inside one element; each is read alone, bounded.

A circle is a `shape` with an `ellipse` of equal axes; a polygon a closed line of `link point`; a corridor or a track an
open one with its reach in `coupefeu` (`wire.cot`). What an event is about, its `type`, is left out: a notice says where
to keep apart, and not what is there.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from coupefeu.errors import PeerError
from coupefeu.model.volumes import Volume
from coupefeu.wire.cot import without_notes
from coupefeu.wire.csv_volumes import read_volume
from coupefeu.wire.features import FIELD, TEXTS, Defect, Feature, Reject, join
from coupefeu.wire.xml import MAX_XML_CHARACTERS, Element, read_xml

MAX_ID_CHARACTERS: Final = 200
_NAMES: Final = {
    "from": "start",
    "to": "stale",
    "lat": "point.lat",
    "lon": "point.lon",
    "positions": "link.point",
}
"""What a column is in an event."""
_BEGINS: Final = re.compile(r"<event(?=[\s/>])")
_OPENS: Final = re.compile(r"<event(?:[^>\"']|\"[^\"]*\"|'[^']*')*>")
_MARKS: Final = re.compile(r"<event(?=[\s/>])|</event\s*>")
_BETWEEN: Final = re.compile(r"\s+|<\?xml[^>]*\?>|<!--.*?-->|</?events\s*>", re.DOTALL)
_NUMBER: Final = re.compile(r"[+-]?\d{1,9}(?:\.\d{1,15})?", re.ASCII)
_PIECE: Final = 65_536
_LONGEST_START: Final = 32
"""Of what may yet become the beginning of an event."""


def read_cot(chunks: Iterable[str], reach: str = "") -> Iterator[Feature | Reject]:
    """Read a file of any size, given in pieces; `reach`: of points and lines that do not state theirs."""
    numbered = enumerate(split_events(chunks), 1)
    return join(_read(at, text, reach) for at, text in numbered)


def split_events(chunks: Iterable[str]) -> Iterator[str]:
    """Give events as they stand, and whatever else stands between them; each at most 128 KiB, nothing lost."""
    text = ""
    for chunk in (each[at : at + _PIECE] for each in chunks for at in range(0, len(each), _PIECE)):
        text += chunk
        while piece := _first_piece(text):
            text = text[len(piece) :]
            if _BETWEEN.sub("", piece):
                yield piece
    if _BETWEEN.sub("", text):
        yield text


def _first_piece(text: str) -> str:
    """Give what stands before the first event, or that event; "": more is to come."""
    begins = _BEGINS.search(text)
    if begins is None or begins.start() > 0:
        end = max(len(text) - _LONGEST_START, 0) if begins is None else begins.start()
        return text[:end] if begins or end > MAX_XML_CHARACTERS else ""
    following = _MARKS.search(text, 1)
    opens = _OPENS.match(text, 0, following.start() if following else len(text))
    if opens and opens[0].endswith("/>"):
        return opens[0]
    if following:
        return text[: following.start() if _BEGINS.match(following[0] + " ") else following.end()]
    return text[:MAX_XML_CHARACTERS] if len(text) > MAX_XML_CHARACTERS else ""


def _read(at: int, text: str, reach: str) -> Feature | Reject:
    try:
        event = read_xml(text)
    except PeerError as error:
        return Reject(at=at, id="", defects=(Defect.of(error, "event", text),), raw=(text,))
    own = _child(event, "detail", "coupefeu") or Element("coupefeu", {})
    id_ = (own.attributes.get("id") or event.attributes.get("uid", ""))[:MAX_ID_CHARACTERS]
    part, defects = own.attributes.get("volume", ""), _event_defects(event)
    volume = None if defects else _volume(event, own, reach, defects)
    if volume is None:
        return Reject(at=at, id=id_, defects=tuple(defects), part=part, raw=(text,))
    properties = _properties(event, own)
    return Feature(at=at, id=id_, volumes=(volume,), properties=properties, part=part, raw=(text,))


def _event_defects(event: Element) -> list[Defect]:
    if event.name != "event":
        return [_defect("event", event.name, "this is no event", "give CoT events")]
    version = event.attributes.get("version", "")
    if not version.startswith("2."):
        return [_defect("version", version, "this is no event of version 2", "write version 2.0")]
    if not event.attributes.get("uid"):
        return [_defect("uid", "", "the event has no uid", "give each event its own")]
    return []


def _volume(event: Element, own: Element, reach: str, defects: list[Defect]) -> Volume | None:
    """Put an event's values under the names of columns, and read them as a row is read."""
    cells = {name: own.attributes.get(name, "") for name in ("lower", "upper", "half_width", "buffer")}
    open_ = own.attributes.get("open", "").split()
    for name, attribute, bound in (("from", "start", "start"), ("to", "stale", "end")):
        cells[name] = "" if bound in open_ else event.attributes.get(attribute, "")
        if bound not in open_ and not cells[name]:
            defects.append(_defect(attribute, "", "the event does not say when", "write UTC with Z"))
    cells |= _shape(event, own, reach, defects)
    found: list[Defect] = []
    volume = None if defects else read_volume(cells, found)
    defects.extend(replace(each, field=_NAMES.get(each.field, each.field)) for each in found)
    return volume


def _shape(event: Element, own: Element, reach: str, defects: list[Defect]) -> Mapping[str, str]:
    detail = event.first("detail") or Element("detail", {})
    points = [
        each.attributes["point"]
        for each in detail.children
        if each.name == "link" and "point" in each.attributes
    ]
    if points:
        return _line(points, own, reach, defects)
    ellipse = _child(event, "detail", "shape", "ellipse")
    point = event.first("point")
    if point is None:
        defects.append(_defect("point", "", "the event has no point", "write its latitude and longitude"))
        return {}
    lat, lon = (_degrees(point.attributes.get(name, ""), f"point.{name}", defects) for name in ("lat", "lon"))
    # Zero is what a program writes that has no position; one of ours says by its own element that it is meant.
    where = {"positions": _written(lat, lon)} if own.attributes else {"lat": lat, "lon": lon}
    return {"shape": "circle", **where, "radius": _radius(ellipse, reach, defects)}


def _line(points: list[str], own: Element, reach: str, defects: list[Defect]) -> Mapping[str, str]:
    positions = []
    for each in points:
        lat, _, rest = each.partition(",")
        values = (_degrees(value.strip(), "link.point", defects) for value in (lat, rest.partition(",")[0]))
        positions.append(_written(*values))
    if own.attributes.get("times"):
        times = own.attributes["times"].split()
        if len(times) != len(positions):
            reason = f"there are {len(times)} times for {len(positions)} positions"
            defects.append(_defect("times", "", reason, "write one for each position"))
            return {}
        timed = " | ".join(f"{where} @ {at}" for where, at in zip(positions, times, strict=True))
        return {"shape": "track", "positions": timed, "from": "", "to": ""}
    if len(positions) > 3 and positions[0] == positions[-1] and own.attributes.get("shape") != "corridor":
        return {"shape": "polygon", "positions": " | ".join(positions)}
    half_width = own.attributes.get("half_width", "") or reach
    return {"shape": "corridor", "positions": " | ".join(positions), "half_width": half_width}


def _radius(ellipse: Element | None, reach: str, defects: list[Defect]) -> str:
    if ellipse is None:
        if not reach:
            reason = "the event is a point and does not say how far around it"
            defects.append(
                _defect("shape", "", reason, "draw a circle, or say the reach of points for the whole file")
            )
        return reach
    major, minor = (ellipse.attributes.get(name, "") for name in ("major", "minor"))
    if not _NUMBER.fullmatch(major) or not _NUMBER.fullmatch(minor) or float(major) != float(minor):
        reason = "this is no circle: the axes of its ellipse are not two equal numbers"
        defects.append(_defect("ellipse", f"{major} {minor}", reason, "draw a circle or a polygon"))
        return ""
    return f"{major.lstrip('+')} m"


def _properties(event: Element, own: Element) -> Mapping[str, str]:
    callsign, remarks = _child(event, "detail", "contact"), _child(event, "detail", "remarks")
    found: dict[str, str] = {name: own.attributes[name] for name in TEXTS if name in own.attributes}
    found |= {
        name.replace("field-", FIELD): each
        for name, each in own.attributes.items()
        if name.startswith("field-")
    }
    found.setdefault("title", callsign.attributes.get("callsign", "") if callsign else "")
    found["remarks"] = without_notes(remarks.text).strip() if remarks else ""
    if event.attributes.get("opex", "")[:1] == "e":
        found["exercise"] = "yes"
    return {name: each for name, each in found.items() if each}


def _child(element: Element, *path: str) -> Element | None:
    found: Element | None = element
    for name in path:
        found = found.first(name) if found else None
    return found


def _degrees(text: str, field: str, defects: list[Defect]) -> str:
    if _NUMBER.fullmatch(text):
        return text
    reason = "the position is missing" if not text else "this is no number of degrees"
    defects.append(_defect(field, text, reason, "write decimal degrees; what is not known is no position"))
    return ""


def _written(lat: str, lon: str) -> str:
    """Write decimal degrees so that zero is meant: with their letters."""

    def letter(value: str, letters: str) -> str:
        return value.lstrip("+-") + letters[value.startswith("-")]

    return f"{letter(lat, 'NS')} {letter(lon, 'EW')}"


def _defect(field: str, seen: str, reason: str, hint: str) -> Defect:
    return Defect(
        code=f"wire.cot.{field.partition('.')[0]}", field=field, seen=seen[:60], reason=reason, hint=hint
    )
