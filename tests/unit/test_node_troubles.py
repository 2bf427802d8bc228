"""What a node had to tell people is there for whoever comes later: the last of each kind, bounded."""

from tests.messages_line import START_MS

from coupefeu.model.instant import Moment
from coupefeu.node.events import LineChanged, Trouble
from coupefeu.node.troubles import MAX_REMEMBERED, Troubles


def trouble(code, party=None, detail="it happened"):
    return Trouble(party=party, code=code, detail=detail)


def test_each_kind_with_each_party_is_kept_once_the_last_first():
    now_ms = [START_MS]
    troubles = Troubles(lambda: Moment(utc_ms=now_ms[0], mono_ms=0))
    for change in (trouble("a.b.c"), trouble("a.b.c", 1), trouble("d.e.f"), trouble("a.b.c", detail="again")):
        troubles.hear(change)
        now_ms[0] += 1_000
    troubles.hear(LineChanged(party=1, up=True, alive=True))
    told = [(each.trouble.code, each.trouble.party, each.count, each.last_ms) for each in troubles.latest()]
    assert told == [
        ("a.b.c", None, 2, START_MS + 3_000),
        ("d.e.f", None, 1, START_MS + 2_000),
        ("a.b.c", 1, 1, START_MS + 1_000),
    ]
    assert troubles.latest()[0].trouble.detail == "again"
    assert troubles.latest()[0].first_ms == START_MS


def test_a_peer_that_causes_many_kinds_fills_nothing():
    troubles = Troubles(lambda: Moment(utc_ms=START_MS, mono_ms=0))
    for number in range(3 * MAX_REMEMBERED):
        troubles.hear(trouble(f"a.b.{number}"))
    assert len(troubles.latest()) == MAX_REMEMBERED
    assert troubles.latest()[0].trouble.code == f"a.b.{3 * MAX_REMEMBERED - 1}"
