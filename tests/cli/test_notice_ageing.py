"""`coupefeu notice ageing`: each reason for a look by itself, and nothing else listed."""

import json
from dataclasses import replace

import pytest
import typer
from tests.cli.test_notice_export import imported
from tests.cli.test_notice_import import GOOD, HEADER, ROUTE
from typer.testing import CliRunner

from coupefeu.cli.notice_ageing import register
from coupefeu.node.ageing import DAY_S, Aged, AgeLimits, judge_ages
from coupefeu.node.desk import Desk
from coupefeu.node.folder import NodeFolder
from coupefeu.services.notices.listed import NoticeFilter
from coupefeu.services.notices.status import NoticeState

DAY_MS = DAY_S * 1_000


@pytest.fixture
def views(line, tmp_path):
    (tmp_path / "plan.csv").write_text(HEADER + GOOD + ROUTE, "utf-8")
    imported(line, tmp_path / "plan.csv")
    desk = Desk.open(NodeFolder.open(line.us), running=False)
    try:
        return sorted(desk.notices.listed(NoticeFilter(ours=True), 0, 9).notices, key=lambda each: each.id)
    finally:
        desk.close()


def reasons(views, days, **changes):
    changed = [replace(each, **changes) for each in views]
    now_ms = views[0].arrived_ms + days * DAY_MS
    return {each.view.number: each.reasons for each in judge_ages(changed, AgeLimits(), now_ms)}


def test_what_is_fresh_is_not_listed(views):
    assert reasons(views, 0) == {}


def test_each_reason_is_named(views):
    one, two = (each.number for each in views)
    assert reasons(views, 2) == {one: (Aged.UNANSWERED,), two: (Aged.UNANSWERED,)}
    assert reasons(views, 0, state=NoticeState.EXPIRED)[one] == (Aged.EXPIRED,)
    assert reasons(views, 31, end_ms=None)[one] == (Aged.STALE, Aged.UNANSWERED)
    assert reasons(views, 91)[one] == (Aged.UNANSWERED, Aged.UNCHANGED)
    assert reasons(views, 0, fact=views[0].fact) == {two: (Aged.DUPLICATE,)}
    # The same words of the other side are no duplicate of ours.
    theirs = replace(views[1], party="ru", fact=views[0].fact)
    assert list(judge_ages([views[0], theirs], AgeLimits(), views[0].arrived_ms)) == []


def test_the_report_says_of_how_many(line, views):
    app = typer.Typer()
    app.callback()(lambda: None)
    register(app)
    arguments = ["ageing", "--node", str(line.us), "--unanswered", "0s", "--ours"]
    result = CliRunner().invoke(app, [*arguments, "--json"])
    found = json.loads(result.stdout)
    assert (found["looked_at"], found["counts"]["unanswered"]) == (2, 2)
    assert {each["number"] for each in found["notices"]} == {each.number for each in views}
    for language, words in (
        ("fr", "L’autre Partie n’y a jamais répondu."),
        ("ru", "Требуют внимания 2 из 2"),
    ):
        text = CliRunner().invoke(app, [*arguments, "--language", language]).output
        assert text.startswith("EXERCISE")
        assert words in text
