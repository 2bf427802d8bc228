"""`coupefeu firebreak`: the level first, every reason with its entries and ages, in three languages, running or not."""

import asyncio
from itertools import pairwise

import coupefeu
from coupefeu.model.calls import Outcome
from coupefeu.model.firebreak import Level
from coupefeu.model.instant import format_instant
from coupefeu.model.usual_firebreak import USUAL_RULES
from coupefeu.services.calls.commands import PlaceCall, Unreached
from coupefeu.services.watch.facts import TakeWatch

BANNER = "EXERCISE / EXERCICE / УЧЕНИЕ"


def ring_in_vain(line, times=3):
    """Call the Minister while nobody is there to answer: the node of the other side is not up."""

    async def ring():
        async with coupefeu.Node.open(line.us, online=False) as node:
            for _ in range(times):
                (placed,) = await node.act(PlaceCall(from_post="us.secretary", to_post="ru.minister"))
                await node.act(Unreached(call=placed.id, outcome=Outcome.LINE_DOWN))
            return placed.number

    return asyncio.run(ring())


def test_the_level_comes_first_then_every_reason_with_its_entries(line):
    number = ring_in_vain(line)
    shown = line.run("firebreak")
    assert shown[0] == BANNER
    assert shown[1].startswith("Direct contact: BROKEN (as of ")
    at = next(at for at, each in enumerate(shown) if "[calls-unanswered]" in each)
    assert shown[at].startswith("BROKEN  Several calls remained unanswered")
    reason = "\n".join(shown[at + 1 : at + 7])
    assert "ru.minister - us.secretary" in reason
    assert number in reason
    assert "Ring ru.minister; Ring the next rung: ru.chief" in reason
    assert "do not hold the same entries" in "\n".join(shown)


def test_a_program_is_given_the_same(line):
    number = ring_in_vain(line)
    values = line.json("firebreak")
    assert (values["exercise"], values["level"], values["at"], values["known_at"]) == (
        True,
        "broken",
        None,
        None,
    )
    assert values["same_entries"] is False
    reason = next(each for each in values["reasons"] if each["rule"] == "calls-unanswered")
    assert (reason["subject"], reason["count"], reason["level"]) == ("ru.minister/us.secretary", 3, "broken")
    assert {"party", "index", "number"} <= reason["entries"][0].keys()
    assert number in {each["number"] for each in reason["entries"]}
    assert all(each["entries"] and each["age_s"] >= 0 for each in values["reasons"])
    assert {each["what"] for each in reason["acts"]} == {"ring", "ring_next", "ask_time", "write"}


def test_each_language_says_the_agreed_sentence(line):
    ring_in_vain(line)
    rule = next(each for each in USUAL_RULES if each.id == "calls-unanswered")
    for language in ("en", "fr", "ru"):
        shown = line.run("firebreak", "--language", language)
        assert any(rule.sentence.in_language(language) in each for each in shown)
        assert not any("\\u" in each for each in shown), "a blank that holds words together is printed as one"
        values = line.json("firebreak", "--language", language)
        assert rule.sentence.in_language(language) in {each["sentence"] for each in values["reasons"]}


def test_an_instant_of_the_past_is_asked_for_in_two_ways(line):
    before = line.json("firebreak")
    ring_in_vain(line)
    at = before["looked"]
    by_claims = line.json("firebreak", "--at", at)
    assert (by_claims["at"], by_claims["known_at"], by_claims["level"]) == (at, None, "broken"), (
        "within the agreed skew"
    )
    known = line.json("firebreak", "--known-at", at)
    assert (known["at"], known["known_at"], known["level"]) == (None, at, before["level"])
    assert known["reasons"] == before["reasons"]
    assert line.refused("firebreak", "--at", at, "--known-at", at).code == "cli.firebreak.two_instants"
    assert line.refused("firebreak", "--at", "2999-01-01T00:00Z").code == "node.firebreak.later"
    assert line.refused("firebreak", "--at", "yesterday").code == "model.instant.unreadable"


def test_of_the_past_nothing_is_offered_and_nothing_of_now_is_said(line):
    ring_in_vain(line)
    now, then = ("\n".join(line.run("firebreak", *asked)) for asked in ((), ("--at", "now")))
    assert "[calls-unanswered]" in then
    for of_now in ("What can be done next", "Ring ru.minister"):
        assert of_now in now
        assert of_now not in then


def test_arrival_is_told_only_where_it_tells_another_age(line):
    ring_in_vain(line)
    reason = next(each for each in line.json("firebreak")["reasons"] if each["rule"] == "calls-unanswered")
    assert abs(reason["age_s"] - reason["age_here_s"]) < 1
    shown = line.run("firebreak")
    at = next(at for at, each in enumerate(shown) if "[calls-unanswered]" in each)
    assert "by arrival" not in "\n".join(shown[at : at + 4])


def test_before_the_line_began_nothing_can_be_said(line):
    values = line.json("firebreak", "--at", format_instant(1_000_000))
    assert values["level"] == "unknown"
    assert values["held"] is None
    assert all(each["entries"] for each in values["reasons"])
    assert "UNKNOWN" in line.run("firebreak", "--at", format_instant(1_000_000))[1]


def test_how_it_was_is_told_stretch_by_stretch(line):
    start = line.json("firebreak")["begun"]
    ring_in_vain(line)
    spans = line.json("firebreak", "--since", start)["spans"]
    assert spans[-1]["level"] == "broken"
    assert all(one["end"] == other["start"] for one, other in pairwise(spans))
    shown = line.run("firebreak", "--since", start)
    assert any(each.endswith("BROKEN") and " - " in each for each in shown)


def test_it_works_on_a_running_node_and_from_python(line):
    ring_in_vain(line)

    async def look():
        async with coupefeu.Node.open(line.us, online=False) as node:
            await node.act(TakeWatch(from_post="us.duty", heard=True))
            shown = await asyncio.to_thread(line.json, "firebreak")
            return shown, node.firebreak(), node.firebreak(1_000_000), node.firebreak(1_000_000, known=True)

    shown, judged, early, known = asyncio.run(look())
    assert shown["level"] == judged.level.value == "broken"
    assert early.level is known.level is Level.UNKNOWN
    assert known.asked.known


def test_the_rules_stand_in_the_agreement(line):
    shown = line.run("agreement", "show")
    at = shown.index("Rules of the firebreak")
    rule = USUAL_RULES[0]
    assert f"  STRAINED  {rule.sentence.en}  [{rule.id}]" in shown[at:]
    values = line.json("agreement", "show")["firebreak"]
    assert values["unknown_after_s"] == 26 * 3_600
    assert values["rules"][0]["id"] == rule.id
    assert values["rules"][0]["ru"] == rule.sentence.ru


def test_rules_that_cannot_be_are_refused_when_they_are_proposed(line, tmp_path):
    text = line.json("agreement", "show")["text"]
    later = text.replace("version = 1", "version = 2", 1)
    sane = later.replace('after = "14d"', 'after = "21d"')
    for old, new, code in (
        ('watches = "contact"', 'watches = "contact"\nposts = ["us.nobody"]', "wire.toml.unknown_post"),
        ('watches = "incident"', 'watches = "witness"', "wire.toml.cannot_fire"),
        ('after = "14d"\n', "", "wire.toml.contradiction"),
    ):
        assert old in later
        (tmp_path / "terms").write_text(later.replace(old, new, 1), "utf-8")
        refused = line.refused("agreement", "propose", str(tmp_path / "terms"))
        assert refused.code == code
        assert "firebreak.rules[" in refused.message
    (tmp_path / "terms").write_text(sane, "utf-8")
    proposed = line.json("agreement", "propose", str(tmp_path / "terms"))
    assert proposed["version"] == 2
