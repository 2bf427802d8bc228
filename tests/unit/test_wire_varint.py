import pytest

from coupefeu.errors import PeerError, UsageError
from coupefeu.wire.varint import read_varint, varint


@pytest.mark.parametrize("value", [0, 1, 127, 128, 16_383, 16_384, (1 << 62) + 1, (1 << 63) - 1])
def test_round_trip(value):
    data = b"\xff" + varint(value) + b"\xff"
    assert read_varint(data, 1) == (value, len(data) - 1)


@pytest.mark.parametrize("value", [-1, 1 << 63])
def test_out_of_range(value):
    with pytest.raises(UsageError):
        varint(value)


@pytest.mark.parametrize(
    ("data", "defect"),
    [
        (b"", "truncated"),
        (b"\x80", "truncated"),
        (b"\x80\x00", "not-shortest"),
        (b"\xff" * 9 + b"\x01", "too-long"),
    ],
)
def test_refused(data, defect):
    with pytest.raises(PeerError) as caught:
        read_varint(data, 0)
    assert caught.value.code == f"wire.varint.{defect}"
