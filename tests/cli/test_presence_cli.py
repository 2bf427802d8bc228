"""Presence as people type it: what was seen and what is said apart; amended, taken back, refused; contacts."""

import re

from tests.shared import shared_file

SEEN = (
    *("presence", "sighting", "Seen in public.", "--post", "ru.minister", "--post", "ru.chief"),
    *("--when", "2022-03-11", "--source", "a newspaper", "--medium", "press", "--date-proof", "publisher"),
    *("--grade", "B2"),
)
SAID = (
    *("presence", "claim", "He has just reported.", "--by", "a spokesman", "--post", "ru.minister"),
    *("--when", "2022-03-24", "--source", "an agency", "--grade", "C6"),
)
DAY_MS = 86_400_000
AT_MS = 1_646_956_800_000


def test_what_was_seen_and_what_is_said_are_shown_apart(line):
    story = shared_file("seed/story.md").read_text("utf-8")
    said = re.search(r"^\| 24 Mar 2022 \(Thursday\) \| (.+?) \|", story, re.MULTILINE)[1]
    number = line.json(*SEEN)["recorded"]
    claimed = line.json(SAID[0], SAID[1], said, *SAID[3:])["recorded"]
    shown = line.json("presence", "show")
    (sighting,), (claim,) = shown["sightings"], shown["claims"]
    assert (sighting["number"], sighting["grade"], sighting["posts"]) == (
        number,
        "B2",
        ["ru.minister", "ru.chief"],
    )
    assert (sighting["from_ms"], sighting["to_ms"]) == (AT_MS, AT_MS + DAY_MS)
    assert (claim["number"], claim["standing"], claim["what"]) == (claimed, "no_evidence", said)
    lines = line.run("presence", "show")
    titles = [lines.index(each) for each in ("CLAIMS: WHAT IS SAID", "EVIDENCE: WHAT WAS SEEN OR HEARD")]
    claims, evidence = lines[titles[0] : titles[1]], lines[titles[1] :]
    assert "    CLAIMED, NO EVIDENCE on this record" in claims
    assert "    Source B: usually reliable" in evidence
    assert not any("Seen in public" in each for each in claims)
    bearing = ("--about", claimed, "--bearing", "contradicts")
    line.run(*SEEN, *bearing)
    assert line.json("presence", "show")["claims"][0]["standing"] == "contradicted"


def test_it_is_amended_and_taken_back_in_three_languages(line):
    number = line.json(*SEEN)["recorded"]
    second = line.json(*SEEN, "--amends", number, "--officer", "second watch")["recorded"]
    assert line.refused(*SEEN, "--amends", number).code == "services.presence.superseded"
    told = line.run("presence", "withdraw", second, "an older recording", "--language", "fr")
    assert told[-1].startswith("Noté à notre journal.")
    (report,) = line.json("presence", "show")["sightings"]
    assert (report["number"], report["withdrawn"]) == (number, True)
    assert [each["act"] for each in report["versions"]] == ["entered", "amended", "withdrawn"]
    assert any(
        "ОТОЗВАНО: an older recording" in each for each in line.run("presence", "show", "--language", "ru")
    )


def test_what_cannot_be_noted_is_refused_and_nothing_is_recorded(line):
    refused = {
        ("--grade", "G2"): "cli.presence.grade",
        ("--grade", "A1"): "services.presence.unconfirmed",
        ("--medium", "statement"): "services.presence.words_alone",
        ("--when", "soon"): "model.instant.unreadable",
        ("--when", "2100-01-01"): "services.presence.future",
        ("--post", "ru.nobody"): "model.agreement.no_post",
        ("--about", "US/0", "--bearing", "supports"): "services.presence.no_report",
    }
    for options, code in refused.items():
        assert line.refused(*SEEN, *options).code == code
    assert line.json("presence", "show")["sightings"] == []


def test_contacts_and_questions(line):
    """The played line has a read-back by the duty desk, and by nobody else."""
    pairs = {each["ours"]: each for each in line.json("presence", "show")["pairs"]}
    contact = pairs["us.duty"]["contacts"][0]
    assert (contact["way"], contact["by"]) == ("read_back", "ru.duty")
    assert len(contact["entries"]) == 2
    assert pairs["us.secretary"]["contacts"] == []
    told = line.run("presence", "show")
    assert any(each.endswith("ago)  a message, read back by ru.duty") for each in told)
    assert told.count("    No direct contact on this record") == 2
    asked = line.json("presence", "ask", "ru.minister", "--from-post", "us.secretary")["recorded"]
    (line_of,) = [each for each in line.run("presence", "show-answer", asked) if "no answer" in each]
    assert line_of.startswith("    no answer on this record for ")
    assert line.refused("presence", "show-answer", "US/0").code == "node.presence.no_question"
    assert line.refused("presence", "ask", "us.chief").code == "services.presence.own_post"
