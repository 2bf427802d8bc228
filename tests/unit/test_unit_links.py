"""Links of units: a secret that is kept nowhere, one for each unit, that ends, that nobody guesses, that survives."""

import asyncio
import json
import stat

import pytest

from coupefeu.console.errors import NotSignedInError, TooManyError
from coupefeu.console.guesses import AT_ONCE
from coupefeu.console.unit_links import (
    AFTER_END_MS,
    AT_LEAST_MS,
    AT_MOST_MS,
    FILE_NAME,
    MAX_LINKS,
    USE_EVERY_MS,
    USES,
    UnitLinks,
)
from coupefeu.errors import ConfigError, UsageError
from coupefeu.node.passing.directory import (
    FILE_NAME as DIRECTORY,
)
from coupefeu.node.passing.directory import (
    MAX_PERSONS,
    MAX_UNITS,
    note_telephone,
    read_directory,
)

NOTICE, UNIT, POST = (0, 14), "2nd battalion", "us.duty"
HERE = "192.0.2.1"


class Console:
    def __init__(self, folder):
        self.folder = folder
        self.now_ms = 1_000_000_000_000
        self.mono_ms = 5_000
        self.links = self.start()

    def start(self):
        return UnitLinks(self.folder / FILE_NAME, lambda: self.now_ms, lambda: self.mono_ms)

    def issue(self, unit=UNIT, notice=NOTICE, end_ms=None):
        return asyncio.run(self.links.issue(notice, unit, POST, end_ms))[0]

    def refusal(self, key, source=HERE):
        with pytest.raises((NotSignedInError, TooManyError)) as refused:
            self.links.find(key, source)
        assert len(key) < 40 or key not in f"{refused.value.message} {refused.value.hint}"
        return refused.value.code

    def later(self, ms):
        self.now_ms += ms
        self.mono_ms += ms


@pytest.fixture
def console(tmp_path):
    return Console(tmp_path)


def test_a_link_is_for_one_unit_and_one_notice_and_may_be_opened_again(console):
    key = console.issue()
    assert len(key) == 43
    for _ in range(3):
        found = console.links.find(key, HERE)
        assert (found.notice, found.unit, found.post) == (NOTICE, UNIT, POST)


def test_the_key_itself_is_kept_nowhere(console):
    key = console.issue()
    path = console.folder / FILE_NAME
    assert key not in path.read_text()
    assert key not in repr(vars(console.links))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_link_outlives_a_start_of_the_node(console):
    key = console.issue()
    assert console.start().find(key, HERE).unit == UNIT


@pytest.mark.parametrize("spoil", ["others may read it", "it is no JSON", "it is of another form"])
def test_a_file_of_links_that_is_not_as_we_wrote_it_opens_nothing(console, spoil):
    key = console.issue()
    path = console.folder / FILE_NAME
    if spoil == "others may read it":
        path.chmod(0o644)
    else:
        path.write_text("{" if spoil == "it is no JSON" else json.dumps({"version": 1, "links": 3}))
    console.links = console.start()
    assert console.refusal(key) == "console.unit.unknown"


def test_a_new_link_ends_the_one_before_of_this_unit_alone(console):
    first, other, elsewhere = console.issue(), console.issue("3rd battalion"), console.issue(notice=(1, 3))
    second = console.issue()
    assert console.refusal(first) == "console.unit.unknown"
    for key in (second, other, elsewhere):
        console.links.find(key, HERE)


def test_a_link_is_taken_back(console):
    key = console.issue()
    assert asyncio.run(console.links.revoke(NOTICE, UNIT))
    assert console.refusal(key) == "console.unit.unknown"
    assert not asyncio.run(console.links.revoke(NOTICE, UNIT))
    console.links = console.start()
    assert console.refusal(key) == "console.unit.unknown", "for good"


@pytest.mark.parametrize(
    ("ends_in", "lasts"),
    [
        (7_200_000, 7_200_000 + AFTER_END_MS), (-26 * 3_600_000, AT_LEAST_MS), (AT_MOST_MS, AT_MOST_MS),
        (None, AT_MOST_MS),
    ],
)  # fmt: skip
def test_a_link_ends_a_day_after_the_notice_and_lasts_thirty_days_at_most(console, ends_in, lasts):
    key = console.issue(end_ms=None if ends_in is None else console.now_ms + ends_in)
    console.later(lasts - 1)
    console.links.find(key, HERE)
    assert console.links.expires_ms(NOTICE, UNIT) == console.now_ms + 1
    console.later(1)
    assert console.refusal(key) == "console.unit.unknown"
    assert console.links.expires_ms(NOTICE, UNIT) is None


@pytest.mark.parametrize("key", ["", "x", "\udcff", "ключ", "A" * 43])
def test_any_other_key_is_unknown(console, key):
    console.issue()
    assert console.refusal(key) == "console.unit.unknown"


def test_who_guesses_is_refused_even_with_a_good_key_and_others_are_not(console):
    key = console.issue()
    assert [console.refusal("x") for _ in range(AT_ONCE)] == ["console.unit.unknown"] * AT_ONCE
    assert console.refusal(key) == "console.link.guesses"
    console.links.find(key, "192.0.2.2")
    console.later(1_000)
    console.links.find(key, HERE)


def test_a_link_that_is_opened_again_and_again_waits(console):
    key, other = console.issue(), console.issue("3rd battalion")
    for _ in range(USES):
        console.links.find(key, HERE)
    assert console.refusal(key) == "console.unit.many"
    console.links.find(other, HERE)
    console.later(USE_EVERY_MS)
    console.links.find(key, HERE)


def test_every_key_is_compared_in_constant_time_with_all_that_are_out(console, monkeypatch):
    console.issue(), console.issue("3rd battalion")
    compared = []
    monkeypatch.setattr(
        "coupefeu.console.unit_links.hmac.compare_digest", lambda one, two: compared.append(one) or one == two
    )
    console.refusal("x")
    assert len(compared) == 2


def test_of_very_many_links_the_oldest_ends(console):
    link = console.links.find(console.issue(), HERE)
    console.links._by_digest |= {str(number): link for number in range(MAX_LINKS)}
    console.issue("3rd battalion")
    assert len(console.links._by_digest) == MAX_LINKS


def test_a_link_that_could_not_be_kept_was_not_made(console, monkeypatch):
    key = console.issue()

    def full(*_args, **_kept):
        raise ConfigError("disk full", code="keys.files.write", hint="Make room.")

    monkeypatch.setattr("coupefeu.console.unit_links.write_durably", full)
    with pytest.raises(ConfigError):
        console.issue()
    monkeypatch.undo()
    console.links.find(key, HERE)


# --- whom to telephone --------------------------------------------------------------------------------------


def test_whom_to_telephone_stays_in_the_folder_for_its_owner_alone(tmp_path):
    assert read_directory(tmp_path) == {}
    note_telephone(tmp_path, {UNIT: ("Ops room, extension 2214", "Maj. Weiss, 0170 555")})
    note_telephone(tmp_path, {"Brigade North": ("Duty officer, 2000",)})
    assert read_directory(tmp_path) == {
        UNIT: ("Ops room, extension 2214", "Maj. Weiss, 0170 555"), "Brigade North": ("Duty officer, 2000",),
    }  # fmt: skip
    note_telephone(tmp_path, {UNIT: ()})
    assert list(read_directory(tmp_path)) == ["Brigade North"]
    (tmp_path / DIRECTORY).chmod(0o644)
    with pytest.raises(ConfigError):
        read_directory(tmp_path)


@pytest.mark.parametrize(
    "noted",
    [
        {"two\nlines": ("x",)},
        {UNIT: ("x",) * (MAX_PERSONS + 1)},
        {UNIT: ("x" * 121,)},
        {UNIT: ("a\u202eb",)},
        {UNIT: ("",)},
        {f"unit {number}": ("x",) for number in range(MAX_UNITS + 1)},
        {f"unit {number}": ("x" * 120,) for number in range(MAX_UNITS)},
    ],
)
def test_what_is_noted_has_its_form(tmp_path, noted):
    with pytest.raises(UsageError, check=lambda error: error.code == "node.passing.telephone"):
        note_telephone(tmp_path, noted)
    assert read_directory(tmp_path) == {}


def test_a_directory_that_cannot_be_read_is_named(tmp_path):
    note_telephone(tmp_path, {UNIT: ("x",)})
    (tmp_path / DIRECTORY).write_text("{")
    with pytest.raises(ConfigError) as refused:
        read_directory(tmp_path)
    assert refused.value.code == "node.passing.directory"
