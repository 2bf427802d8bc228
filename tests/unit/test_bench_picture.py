"""The picture of what filing costs: a line for each figure, from the JSON of the bench alone."""

import runpy
from xml.etree import ElementTree as ET

from tests.documents import ROOT

SVG = "{http://www.w3.org/2000/svg}"


def figure(name, ours, **given):
    return {"name": name, "ours": ours, "limit": None, "detail": {}} | given


def test_it_draws_what_was_found_and_what_was_asked():
    draw = runpy.run_path(str(ROOT / "bench" / "notices_picture.py"))["draw"]
    figures = [
        figure(f"notices-{count}-{name}", ours, limit=0.4 if count == 10_000 else None)
        for count in (1_000, 10_000)
        for name, ours in (("median", count / 1e5), ("p99", count / 1e4))
    ]
    figures += [
        figure(f"notices-postgis-{name}", 10.0, detail={"postgis_ms": ms})
        for name, ms in (("median", 1.2), ("p99", 9.9))
    ]
    figures.append(figure("notices-load", 8.0))
    root = ET.fromstring(draw({"figures": figures}))
    lines = [each.get("points").split() for each in root.iter(f"{SVG}polyline")]
    assert [len(points) for points in lines] == [2, 2]
    for points in lines:
        (x0, y0), (x1, y1) = (map(float, each.split(",")) for each in points)
        assert x0 < x1
        assert y0 > y1
    text = " ".join(each.text for each in root.iter(f"{SVG}text"))
    assert "PostGIS, p99: 9.9 ms" in text
    assert "ours, median: 0.1 ms" in text
    assert sum("stroke-width" in each.attrib for each in root.iter(f"{SVG}path")) == 2
    assert "0.01 ms at 1,000" in root.find(f"{SVG}desc").text
