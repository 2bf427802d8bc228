"""`coupefeu export geojson|csv|cap|cot`: what leaves says EXERCISE, and comes back as the same notice."""

import json
from itertools import pairwise

import pytest
import typer
from tests.cli.test_notice_import import FORM, GOOD, HEADER, ROUTE
from typer.testing import CliRunner

import coupefeu
from coupefeu.cli.notice_import import register
from coupefeu.services.notices.commands import WithdrawNotice
from coupefeu.wire.xml import read_xml

AREA = "A3,Area,0N 179E | 0N 179W | 2N 179W | 2N 179E,,,FL100,UNL,2031-12-01T06:00Z,2031-12-01T09:00Z,Duty desk\n"


@pytest.fixture
def filed(line, tmp_path):
    """Three notices on our record: a circle, a corridor, an area across the antimeridian."""
    rows = HEADER.replace("radius", "shape,radius") + "".join(
        row.replace(",5 NM", ",circle,5 NM")
        .replace(",,926 m", ",corridor,,926 m")
        .replace("2N 179E,", "2N 179E,polygon,")
        for row in (GOOD, ROUTE, AREA)
    )
    (tmp_path / "plan.csv").write_text(rows, "utf-8")
    return imported(line, tmp_path / "plan.csv")["numbers"]


def imported(line, file, code=0):
    app = typer.Typer()
    app.callback()(lambda: None)
    register(app)
    rejects = file.with_name(f"rejects-{file.name}")
    result = CliRunner().invoke(
        app, ["import", str(file), "--node", str(line.us), "--rejects", str(rejects), *FORM, "--json"]
    )
    assert result.exit_code == code, (result.output, result.exception)
    return json.loads(result.stdout)


@pytest.mark.parametrize(("name", "suffix"), [("geojson", ".geojson"), ("csv", ".csv"), ("cot", ".cot")])
def test_what_is_exported_comes_back_as_what_is_known(line, filed, tmp_path, name, suffix):
    file = tmp_path / f"out{suffix}"
    said = line.json("export", name, "--to", file)
    assert sorted(said["notices"]) == sorted(filed)
    assert "EXERCISE" in file.read_text("utf-8")
    again = imported(line, file)
    assert (again["filed"], again["rejected"]) == (0, 0)
    assert sorted(each["seen"] for each in again["duplicate_of"]) == sorted(filed)


def test_one_notice_is_printed_bare(line, filed):
    text = line.invoke("export", "geojson", filed[0]).stdout
    value = json.loads(text)
    assert next(iter(value)) == "exercise"
    assert value["features"][0]["id"] == filed[0]
    assert line.invoke("export", "csv", filed[1]).stdout.startswith("exercise,id,volume,")
    assert read_xml(line.invoke("export", "cot", filed[2]).stdout.strip()).attributes["opex"] == "e"


def test_cap_is_a_message_for_each(line, filed, tmp_path):
    said = line.json("export", "cap", "--to", tmp_path / "warnings")
    assert len(said["files"]) == 3
    found = [
        read_xml((tmp_path / "warnings" / f"{each.replace('/', '-')}.cap").read_text("utf-8"))
        for each in filed
    ]
    assert {each.first("status").text for each in found} == {"Exercise"}
    areas = [each.first("info").first("area") for each in found]
    assert areas[0].first("circle").text == "48.2000000,16.3000000 9.2600"
    assert len(areas[1].first("polygon").text.split()) > 60
    assert all(abs(float(pair.split(",")[1])) <= 180 for pair in areas[2].first("polygon").text.split())
    assert (
        line.refused("export", "cap", filed[0], filed[1], "--to", tmp_path / "x.cap", "--language", "fr")
        is not None
    )


def test_a_corridor_of_cap_holds_the_whole_corridor(line, filed):
    """Its corners lie on or outside the true edge: what is drawn so is never smaller."""
    from geographiclib.geodesic import Geodesic

    found = read_xml(line.invoke("export", "cap", filed[1]).stdout)
    ring = [
        tuple(map(float, pair.split(",")))
        for pair in found.first("info").first("area").first("polygon").text.split()
    ]
    ends = ((48.2, 16.3), (48.5, 17.0))
    nearest = [min(Geodesic.WGS84.Inverse(*corner, *end)["s12"] for end in ends) for corner in ring]
    # A chord between two corners of a round end comes nearest to its centre in the middle.
    middles = [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in pairwise(ring)]
    near = [min(Geodesic.WGS84.Inverse(*middle, *end)["s12"] for end in ends) for middle in middles]
    assert min(nearest) >= 926
    assert min(near) >= 926


def test_what_was_withdrawn_cancels(line, filed):
    import asyncio

    async def withdraw():
        async with coupefeu.Node.open(line.us, online=False) as node:
            await node.act(WithdrawNotice(notice=node.number(filed[0]), from_post="us.duty"))

    asyncio.run(withdraw())
    found = read_xml(line.invoke("export", "cap", filed[0], "--language", "ru").stdout)
    assert found.first("msgType").text == "Cancel"
    assert found.first("references").text.count("v1") == 1
    assert "ОТОЗВАНО" in found.first("info").first("description").text
    assert len(line.json("export", "csv", "--to", line.folder / "live.csv")["notices"]) == 2


def test_a_file_that_is_there_is_never_written_over(line, filed, tmp_path):
    (tmp_path / "out.csv").write_text("mine")
    assert line.refused("export", "csv", "--to", tmp_path / "out.csv").code == "cli.export.exists"
    assert (tmp_path / "out.csv").read_text() == "mine"
    assert line.refused("export", "csv", "US/999").code == "services.notices.unknown_notice"
