"""The line as a page shows it: what each bearer has come to, since when, and the last word of each party."""

from types import SimpleNamespace

from coupefeu.console.last_words import LastWords
from coupefeu.console.lines import _bearers, line_values
from coupefeu.link.paths import PathState
from coupefeu.model.entry import Head, Kind
from coupefeu.model.instant import Moment
from coupefeu.model.precedence import Precedence
from coupefeu.wire.head import encode_head

NOW = Moment(utc_ms=1_000_000, mono_ms=5_000)


def path(*, dialled, is_open=True, answered=False, since_ms=4_000):
    return PathState(dialled=dialled, is_open=is_open, answered=answered, since_ms=since_ms)


def states(*paths, is_cut_off=False, address="ru.example:7421"):
    found = _bearers(address, paths, NOW, is_cut_off=is_cut_off)
    return [(each.dialled, each.address, each.state.value, each.since_ms) for each in found]


def test_a_bearer_is_open_as_a_connection_and_proven_only_once_the_other_side_has_shown_itself():
    assert states(path(dialled=True)) == [
        (True, "ru.example:7421", "open", 999_000),
        (False, None, "down", None),
    ]
    assert states(path(dialled=True, answered=True), path(dialled=False, answered=True)) == [
        (True, "ru.example:7421", "proven", 999_000),
        (False, None, "proven", 999_000),
    ]


def test_while_no_path_is_there_it_is_tried_and_says_since_when_it_has_gone():
    gone = path(dialled=True, is_open=False, since_ms=3_000)
    assert states(gone, is_cut_off=True)[0] == (True, "ru.example:7421", "trying", 998_000)
    assert states(gone, path(dialled=False, answered=True))[0] == (True, "ru.example:7421", "down", 998_000)
    assert states(is_cut_off=True) == [(True, "ru.example:7421", "trying", None), (False, None, "down", None)]


def test_of_a_party_whose_address_is_not_known_only_what_it_dials_is_shown():
    assert states(path(dialled=False, answered=True), address=None) == [(False, None, "proven", 999_000)]


def test_there_is_no_line_to_a_party_that_revoked_its_key():
    folder = SimpleNamespace(
        counterparts=("ru",), agreement=SimpleNamespace(log_number=lambda _party: 1), peers={}
    )
    runtime = SimpleNamespace(folder=folder, clock=lambda: NOW, engine=SimpleNamespace(peers={}))
    (line,) = line_values(runtime)
    assert (line.party, line.up, line.alive, line.since_ms, line.bearers) == ("ru", False, False, None, ())


def head(kind, post="us.duty"):
    return Head(
        kind=kind,
        from_post=post,
        to_posts=("ru.duty",),
        precedence=Precedence.ROUTINE,
        written_ms=1,
        language="en",
        agreement_version=1,
    )


class Reader:
    """A record of so many entries, newest first as `arrivals` gives them."""

    def __init__(self, *rows):
        self.rows, self.asked = rows, 0

    def arrivals(self, before, count):
        self.asked += 1
        return [row for row in self.rows if row["arrival"] < before][:count]


def row(arrival, log, kind, post="us.duty", octets=None):
    head_octets = encode_head(head(kind, post)) if octets is None else octets
    return {
        "arrival": arrival,
        "log": log,
        "idx": arrival,
        "head": head_octets,
        "arrived_ms": 1_000 + arrival,
    }


def said(words):
    return [(word.party, word.number, word.kind, word.by_person) for word in words.values()]


def test_the_last_word_of_people_and_of_machines_are_kept_apart():
    words = LastWords(("us", "ru"))
    words.hear((0, 4), head(Kind.MESSAGE), 10)
    words.hear((0, 5), head(Kind.SHOWN), 11)
    words.hear((0, 6), head(Kind.LINE_TEST), 12)
    words.hear((1, 2), head(Kind.TAKEN, "ru.duty"), 13)
    words.hear((1, 3), None, 14)
    words.hear((1, 4), head(199), 15)
    assert said(words) == [
        ("us", "US/4", "MESSAGE", True),
        ("us", "US/6", "LINE_TEST", False),
        ("ru", "RU/2", "TAKEN", True),
    ]


def test_what_was_not_heard_is_found_on_the_record_and_takes_the_place_of_nothing():
    words = LastWords(("us", "ru"))
    words.hear((0, 9), head(Kind.MESSAGE), 10)
    words.fill(
        Reader(
            row(8, 0, Kind.MESSAGE),
            row(7, 1, Kind.LINE_TEST, "ru.\u202eduty"),
            row(6, 1, 0, octets=b"\xff"),
            row(5, 1, 0, octets=b""),
            row(4, 0, Kind.REFUSED),
            row(3, 1, Kind.LINE_TEST),
        )
    )
    assert said(words) == [
        ("us", "US/9", "MESSAGE", True),
        ("us", "US/4", "REFUSED", False),
        ("ru", "RU/7", "LINE_TEST", False),
    ]
    assert words.values()[2].post == "ru.⟦U+202E⟧duty"


def test_it_looks_back_only_so_far():
    rows = [row(arrival, 0, Kind.MESSAGE) for arrival in range(30_000, 0, -1)]
    reader = Reader(*rows)
    words = LastWords(("us", "ru"))
    words.fill(reader)
    assert reader.asked == 20
    assert said(words) == [("us", "US/30000", "MESSAGE", True)]
