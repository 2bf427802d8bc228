"""Usage figures as people ask for them: tables, JSON, a file for a spreadsheet; EXERCISE first."""

import csv


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_figures_are_told_in_tables_as_json_and_as_a_file(line, tmp_path):
    line.run("say", "A patrol leaves at noon.")
    target = tmp_path / "figures.csv"
    told = line.run("figures", "--csv", str(target))
    assert told[0] == "EXERCISE / EXERCICE / УЧЕНИЕ"
    assert "MESSAGES BY FORM, SUBJECT AND PRECEDENCE" in told
    assert ["us", "FREE", "TEXT", "SAFETY", "ROUTINE"] in [each.split()[:5] for each in told]
    found = line.json("figures", "--party", "us")
    assert found["exercise"] is True
    assert [each["count"] for each in found["messages"] if each["form"] == "FREE_TEXT"] != []
    assert {each["party"] for each in found["kinds"]} == {"us"}
    rows = rows_of(target)
    assert all(row["exercise"] == told[0] for row in rows)
    (message,) = [row for row in rows if row["table"] == "messages" and row["of"] == "FREE_TEXT"]
    assert (message["party"], message["precedence"]) == ("us", "ROUTINE")


def test_they_are_told_in_three_languages(line):
    for language, title in (("fr", "APPELS PAR ISSUE"), ("ru", "ВЫЗОВЫ ПО ИСХОДУ")):
        assert title in line.run("figures", "--language", language)


def test_what_cannot_be_counted_is_refused_and_no_file_is_overwritten(line, tmp_path):
    assert line.refused("figures", "--year", "1900").code == "services.usage.span"
    assert line.refused("figures", "--party", "xx").code == "services.usage.party"
    kept = tmp_path / "kept.csv"
    kept.write_text("mine")
    assert line.refused("figures", "--csv", str(kept)).code == "cli.figures.file"
    assert kept.read_text() == "mine"
