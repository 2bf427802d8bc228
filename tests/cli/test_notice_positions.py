"""What a notice's positions are in both notations, and from where people know: shown where it is filed and read."""

from tests.cli.conftest import BANNER

SITE = (
    *("notice", "file", "static-site", "--title", "Hospital", "--circle", "36.20N 37.16E / 300 m"),
    *(
        "--set",
        "organisation=Relief",
        "--set",
        "object=Hospital",
        "--set",
        "function=Hospital",
        "--set",
        "contact=Duty",
    ),
)
POINT = "36-12-00.0N 037-09-36.0E (WGS 84), 37SCA3457607700 (MGRS)"


def test_each_position_is_restated_where_it_is_filed_and_read(line):
    filed = line.json(*SITE)
    (position,) = filed["positions"]
    assert [position["dms"], position["mgrs"]] == POINT.replace(" (MGRS)", "").split(" (WGS 84), ")
    assert (position["near"], position["near_m"], position["bearing_deg"]) == ("Aleppo", 0, 0)
    shown = line.run("notice", "show", filed["notice"]["number"], "--language", "fr")
    assert shown[0] == BANNER
    at = next(each for each, row in enumerate(shown) if row.startswith("Positions, telles"))
    assert shown[at + 1].strip().startswith(f"1. {POINT.split(' (MGRS)', maxsplit=1)[0]}")
    assert "Alep" in " ".join(shown[at + 1 :])


def test_a_partys_own_feature_is_named_and_never_leaves(line):
    (line.us / "features.csv").write_text("en,fr,ru,position\nGate 7,,,36.21N 37.16E\n", "utf-8")
    filed = line.json(*SITE[:6], "36.209N 37.16E / 300 m", *SITE[7:])
    assert filed["positions"][0]["near"] == "Gate 7"
    assert b"Gate 7" not in (line.us / "record.db").read_bytes()
