"""Instants as people write them are read as UTC, or refused."""

import pytest

from coupefeu.errors import UsageError
from coupefeu.model.instant import (
    format_date_time_group,
    format_instant,
    parse_instant,
    parse_last,
    parse_next,
)

NOW = 1_648_093_925_123  # 2022-03-24T03:52:05.123Z


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("now", "2022-03-24T03:52:05.123Z"),
        ("0312Z", "2022-03-24T03:12:00.000Z"),
        ("03:12z", "2022-03-24T03:12:00.000Z"),
        ("010000Z JAN 30", "2030-01-01T00:00:00.000Z"),
        ("240312ZMAR22", "2022-03-24T03:12:00.000Z"),
        (" 240312z mar 22 ", "2022-03-24T03:12:00.000Z"),
        ("2022-03-24T03:12Z", "2022-03-24T03:12:00.000Z"),
        ("2022-03-24T05:12:05.678+02:00", "2022-03-24T03:12:05.678Z"),
    ],
)
def test_what_people_write_is_read(written, read):
    assert format_instant(parse_instant(written, NOW)) == read


@pytest.mark.parametrize(
    "written",
    [
        "",
        "dawn",
        "2022-03-24",
        "2022-03-24T03:12",
        "2461Z",
        "320312Z MAR 22",
        "240312Z MRZ 22",
        "٠٣١٢Z",
        "0312",
        "24" * 40,
    ],
)
def test_what_could_mean_two_things_is_refused(written):
    with pytest.raises(UsageError) as refused:
        parse_instant(written, NOW)
    assert refused.value.code == "model.instant.unreadable"
    assert "UTC" in refused.value.hint
    assert "today" not in refused.value.hint, "who reads it for what is to come takes the next"


@pytest.mark.parametrize(
    ("written", "last", "following"),
    [
        ("0351Z", "2022-03-24T03:51:00.000Z", "2022-03-25T03:51:00.000Z"),
        ("03:53z ", "2022-03-24T03:53:00.000Z", "2022-03-24T03:53:00.000Z"),
        ("0452Z", "2022-03-24T04:52:00.000Z", "2022-03-24T04:52:00.000Z"),
        ("0453Z", "2022-03-23T04:53:00.000Z", "2022-03-24T04:53:00.000Z"),
        ("2359Z", "2022-03-23T23:59:00.000Z", "2022-03-24T23:59:00.000Z"),
        ("0000Z", "2022-03-24T00:00:00.000Z", "2022-03-25T00:00:00.000Z"),
    ],
)
def test_a_bare_time_of_what_was_or_will_be_is_of_the_day_that_makes_sense(written, last, following):
    assert format_instant(parse_last(written, NOW)) == last
    assert format_instant(parse_next(written, NOW)) == following


def test_a_bare_time_that_is_just_now_has_come_and_is_not_to_come():
    now = parse_instant("240352Z MAR 22", 0)
    assert parse_last("0352Z", now) == now
    assert parse_next("0352Z", now) == now + 86_400_000


@pytest.mark.parametrize("written", ["240312Z MAR 22", "2022-03-24T23:59Z", "now"])
def test_a_time_that_names_its_day_keeps_it(written):
    assert parse_last(written, NOW) == parse_next(written, NOW) == parse_instant(written, NOW)


def test_a_date_time_group_reads_as_it_was_written():
    group = format_date_time_group(NOW)
    assert format_date_time_group(parse_instant(group, 0)) == group == "240352Z MAR 22"
