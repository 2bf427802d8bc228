"""Times of sightings as people write them, and ages as they are read."""

import pytest

from coupefeu.cli.presence_words import age_of
from coupefeu.errors import UsageError
from coupefeu.services.presence.when import DAY_MS, MINUTE_MS, parse_when

AT_MS = 1_646_956_800_000
"""11 March 2022."""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2022-03-11", (AT_MS, AT_MS + DAY_MS)),
        ("2022-03-11/2022-03-13", (AT_MS, AT_MS + 3 * DAY_MS)),
        ("2022-03-11T00:05Z", (AT_MS + 5 * MINUTE_MS, AT_MS + 6 * MINUTE_MS)),
        ("2022-03-11T00:05Z/2022-03-11T01:00Z", (AT_MS + 5 * MINUTE_MS, AT_MS + 60 * MINUTE_MS)),
        ("2022-03-11/2022-03-11T01:00Z", (AT_MS, AT_MS + 60 * MINUTE_MS)),
        ("0005Z", (AT_MS + 5 * MINUTE_MS, AT_MS + 6 * MINUTE_MS)),
    ],
)
def test_a_time_is_a_day_a_minute_or_from_one_to_another(text, found):
    assert parse_when(text, AT_MS + 7 * MINUTE_MS) == found


@pytest.mark.parametrize("text", ["", "/", "2022-03", "2022-02-30", "yesterday", "2022-03-11/soon"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(UsageError):
        parse_when(text, AT_MS)


@pytest.mark.parametrize(
    ("age_ms", "words"),
    [(0, "0s"), (59_999, "59s"), (3_725_000, "1h2m"), (13 * DAY_MS + 7_000, "13d"), (-5, "0s")],
)
def test_an_age_is_cut_to_what_matters(age_ms, words):
    assert age_of(AT_MS, AT_MS + age_ms) == words
