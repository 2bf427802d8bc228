import datetime as dt

import pytest

from coupefeu.errors import PeerError, UsageError
from coupefeu.wire import cbor


def nested(depth: int) -> list:
    value: list = []
    for _ in range(depth - 1):
        value = [value]
    return value


def test_map_keys_are_written_in_ascending_order():
    assert cbor.encode({300: 1, 2: True, 24: False}).hex() == "a302f51818f419012c01"


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        None,
        {"a": 1},
        {-1: 1},
        {True: 1},
        1 << 64,
        -(1 << 64) - 1,
        {1, 2},
        dt.date(2022, 3, 24),
        "\ud800",
    ],
)
def test_what_lies_outside_the_profile_is_not_written(value):
    with pytest.raises(UsageError) as caught:
        cbor.encode(value)
    assert caught.value.code == "wire.cbor.unencodable"


def test_depth_is_bounded_at_eight():
    assert cbor.decode(cbor.encode(nested(8))) == nested(8)
    with pytest.raises(PeerError, match="too-deep"):
        cbor.decode(b"\x81" * 8 + b"\x80")


def test_items_are_bounded():
    most = [0] * (cbor.MAX_ITEMS - 1)
    assert cbor.decode(cbor.encode(most)) == most
    with pytest.raises(PeerError, match="too-many-items"):
        cbor.decode(b"\x99\x04\x00" + bytes(1024))


def test_bytes_are_bounded():
    with pytest.raises(PeerError, match="too-long"):
        cbor.decode(bytes(cbor.MAX_BYTES + 1))


@pytest.mark.parametrize(
    ("text", "defect"),
    [
        ("", "truncated"),
        ("19ff", "truncated"),
        ("43aabb", "truncated"),
        ("82f4", "truncated"),
        ("1b00000000ffffffff", "not-shortest"),
        ("1900ff", "not-shortest"),
        ("9800", "not-shortest"),
        ("f814", "not-admitted"),
        ("a100", "truncated"),
        ("a20000", "truncated"),
        ("a200000000", "map-key"),
        ("a1410000", "map-key"),
        ("a12000", "map-key"),
        ("0000", "trailing-bytes"),
        ("61ff", "not-utf8"),
        ("5f4100ff", "not-admitted"),
        ("1c", "not-admitted"),
    ],
)
def test_each_defect_has_its_name(text, defect):
    with pytest.raises(PeerError) as caught:
        cbor.decode(bytes.fromhex(text))
    assert caught.value.code == f"wire.cbor.{defect}"
    assert caught.value.hint
