"""The payload of a signal about a call: exactly what its type has, bounded, there and back."""

import pytest
from tests.descriptions import voice

from coupefeu.errors import PeerError
from coupefeu.wire import cbor
from coupefeu.wire.packet import MAX_SIGNAL_BYTES
from coupefeu.wire.sdp import MAX_SDP_BYTES
from coupefeu.wire.signal import CallSignal, SignalType, decode_signal, digest_of, encode_signal

CALL = (1, 14)
OFFER = {0: 1, 1: 14, 2: 1, 3: 0, 4: "v=0"}


@pytest.mark.parametrize(
    "signal",
    [
        CallSignal(call=CALL, number=1, type=SignalType.OFFER, text=voice()),
        CallSignal(call=CALL, number=2, type=SignalType.ANSWER, text=voice(), digest=digest_of(voice())),
        CallSignal(call=CALL, number=2, type=SignalType.REFUSED, text="wire.sdp.too-long"),
        CallSignal(call=CALL, number=1, type=SignalType.WISH),
    ],
    ids=lambda signal: signal.type.name,
)
def test_each_type_comes_back_as_it_went(signal):
    assert decode_signal(encode_signal(signal)) == signal


def test_the_longest_description_fits_a_signal():
    longest = CallSignal(
        call=(1 << 62, 1 << 62),
        number=1_000,
        type=SignalType.ANSWER,
        text="x" * MAX_SDP_BYTES,
        digest=bytes(32),
    )
    assert len(encode_signal(longest)) <= MAX_SIGNAL_BYTES


@pytest.mark.parametrize(
    ("values", "defect"),
    [
        ([], "fields"),
        ({0: 1, 1: 14, 2: 1}, "fields"),
        (OFFER | {6: 0}, "fields"),
        (OFFER | {0: -1}, "numbers"),
        (OFFER | {1: True}, "numbers"),
        (OFFER | {2: 1_001}, "type"),
        (OFFER | {3: 4}, "type"),
        (OFFER | {4: "x" * (MAX_SDP_BYTES + 1)}, "text"),
        (OFFER | {4: b"v=0"}, "text"),
        ({0: 1, 1: 14, 2: 1, 3: 0}, "text"),
        (OFFER | {3: 3}, "text"),
        (OFFER | {3: 2, 4: "x" * 65}, "text"),
        (OFFER | {5: bytes(32)}, "digest"),
        (OFFER | {3: 1}, "digest"),
        (OFFER | {3: 1, 5: bytes(31)}, "digest"),
    ],
)
def test_each_defect_has_its_name(values, defect):
    with pytest.raises(PeerError) as caught:
        decode_signal(cbor.encode(values))
    assert caught.value.code == f"wire.signal.{defect}"
