"""The key file of shared secrets: whole, strict, silent about what is in it; and what a step changes in it."""

import dataclasses
import random

import pytest

from coupefeu.errors import ConfigError
from coupefeu.keys.generations import (
    BACKUP_AGE_MS,
    MAX_FILE_BYTES,
    MAX_SEALED,
    Generation,
    decode_generations,
    encode_generations,
    first_generation,
)

START_MS = 1_648_091_525_123
DAY_MS = 86_400_000


def candidate(number, since_ms=START_MS, *, begun_here=False):
    return Generation(number=number, psk=bytes([number & 255]) * 32, since_ms=since_ms, begun_here=begun_here)


def after(steps):
    held = first_generation(bytes(32), START_MS)
    for step in range(1, steps + 1):
        at_ms = START_MS + step * DAY_MS
        held = held.propose(candidate(step, at_ms)).confirm(at_ms)
    return held


def whole(held):
    """Every field, those too that two generations are not compared by."""
    return dataclasses.asdict(held)


@pytest.mark.parametrize(
    "held",
    [
        first_generation(b"a" * 32),
        first_generation(b"a" * 32, START_MS).propose(candidate(1, begun_here=True)),
        after(3).propose(candidate(4)),
    ],
    ids=["pairing", "a candidate of ours", "three steps"],
)
def test_a_file_is_read_back_as_it_was(held):
    assert whole(decode_generations(encode_generations(held, "ru"), "psk-ru.key")) == whole(held)


def test_a_file_from_before_the_first_step_is_read():
    octets = b'# Secret shared with RU, generation 0.\npsk = "' + b"YWFh" * 10 + b'YWE="\n'
    assert decode_generations(octets, "psk-ru.key") == first_generation(b"a" * 32)


def test_a_step_seals_what_was_current_and_the_number_rises():
    held = after(2)
    assert (held.current.number, [each.number for each in held.sealed]) == (2, [1, 0])
    assert [each.replaced_ms for each in held.sealed] == [START_MS + 2 * DAY_MS, START_MS + DAY_MS]
    assert held.first_step_ms == START_MS + DAY_MS
    assert held.ordinary == (held.current,)


def test_what_was_replaced_thirty_days_ago_is_gone():
    held = after(40)
    assert [each.number for each in held.sealed] == list(range(39, 9, -1))
    last_ms = held.sealed[0].replaced_ms
    assert held.forget_old(last_ms + BACKUP_AGE_MS - 1).sealed == held.sealed[:1]
    assert held.forget_old(last_ms + BACKUP_AGE_MS).sealed == ()
    assert held.forget_old(last_ms) is held


def test_a_counterpart_that_makes_step_after_step_fills_no_disk():
    held = first_generation(bytes(32), START_MS)
    for step in range(1, MAX_SEALED + 10):
        held = held.propose(candidate(step)).confirm(START_MS)
    assert len(held.sealed) == MAX_SEALED
    octets = encode_generations(held, "ru")
    assert len(octets) < MAX_FILE_BYTES
    assert decode_generations(octets, "psk-ru.key") == held


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\xff",
        b"psk = 3\n",
        b'psk = "YWFh"\n',
        b'[current]\nnumber = 1\nsince_ms = 2\npsk = "YWFh"\n',
        b"[current]\nnumber = -1\nsince_ms = 2\npsk = " + b'"' + b"YWFh" * 10 + b'YWE="\n',
        b"[current]\nnumber = true\nsince_ms = 2\npsk = " + b'"' + b"YWFh" * 10 + b'YWE="\n',
        b"[current]\nnumber = 1\npsk = " + b'"' + b"YWFh" * 10 + b'YWE="\n',
        b"[[current]]\nnumber = 1\nsince_ms = 2\npsk = " + b'"' + b"YWFh" * 10 + b'YWE="\n',
        encode_generations(after(1), "ru").replace(b"replaced_ms", b"replaced"),
        encode_generations(after(1), "ru").replace(b"[[sealed]]", b"[sealed]"),
        encode_generations(after(1), "ru").replace(b"[[sealed]]", b"[candidate]"),
        encode_generations(after(1), "ru") + b"extra = 1\n",
        b"#" * (MAX_FILE_BYTES + 1),
        b"a = " + b"[" * 3_000,
    ],
)
def test_what_is_no_such_file_is_refused_without_its_contents(octets):
    with pytest.raises(ConfigError) as caught:
        decode_generations(octets, "psk-ru.key")
    assert caught.value.code == "keys.generations.bad_file"
    assert "psk-ru.key" in str(caught.value)
    assert "YWFh" not in str(caught.value) + caught.value.hint


def test_a_damaged_file_gives_a_value_or_one_kind_of_error():
    octets, draw = encode_generations(after(3).propose(candidate(4)), "ru"), random.Random(1)
    for _ in range(300):
        at = draw.randrange(len(octets))
        try:
            decode_generations(octets[:at] + draw.randbytes(1) + octets[at + draw.randrange(3) :], "f")
        except ConfigError:
            continue


def test_no_secret_is_printed_by_accident():
    held = after(1).propose(candidate(2))
    for each in (held.current, *held.sealed, held.candidate):
        assert repr(each.psk) not in repr(held)
