"""Descriptions of browsers: what is read, what is left out, what is refused, each by its name."""

from ipaddress import ip_address

import pytest
from tests.descriptions import FINGERPRINT, HARMFUL, HOST, OTHER, RELAY, description, medium, voice

from coupefeu.errors import PeerError
from coupefeu.wire.sdp import CandidateKind, format_fingerprint, parse_sdp


def test_what_a_browser_offers_is_read():
    read = parse_sdp(description(medium("audio", candidates=[HOST, RELAY]), medium("video", candidates=[])))
    assert read.fingerprint == FINGERPRINT
    assert read.media == ("audio", "video")
    assert [(each.kind, each.address, each.port) for each in read.candidates] == [
        (CandidateKind.HOST, ip_address("192.0.2.2"), 41679),
        (CandidateKind.RELAY, ip_address("198.51.100.7"), 50123),
    ]


def test_no_address_leaves_but_those_of_the_candidates():
    written = parse_sdp(voice(candidates=[RELAY])).text
    assert "192.0.2.2" not in written
    assert "raddr" not in written
    assert "rport" not in written
    assert "network-id" not in written
    assert "127.0.0.1" not in written
    assert written.count("198.51.100.7") == 1


def test_candidates_that_are_not_wanted_are_left_out():
    text = voice(candidates=[HOST, RELAY])
    read = parse_sdp(text, keep=lambda each: each.kind is CandidateKind.RELAY)
    assert [each.kind for each in read.candidates] == ["relay"]
    assert read == parse_sdp(voice(candidates=[RELAY]))


def test_what_was_written_is_read_the_same_again():
    once = parse_sdp(description(medium("audio"), medium("video", candidates=[])))
    assert parse_sdp(once.text) == once


def test_what_is_not_known_is_left_out():
    more = ["a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0", "a=rtcp-xr:rcvr-rtt=all", "b=AS:1"]
    assert parse_sdp(voice(more=more)).text == parse_sdp(voice()).text


def test_candidates_of_tcp_are_left_out():
    tcp = "3329013727 1 tcp 1518214911 192.0.2.2 9 typ host tcptype active"
    assert [each.kind for each in parse_sdp(voice(candidates=[tcp, RELAY])).candidates] == ["relay"]


def test_a_fingerprint_may_stand_at_the_session():
    named = f"a=fingerprint:SHA-256 {format_fingerprint(OTHER).lower()}"
    text = description(medium("audio", fingerprint=None), session=[named])
    assert parse_sdp(text).fingerprint == OTHER
    assert parse_sdp(parse_sdp(text).text).fingerprint == OTHER


def test_ends_of_lines_of_either_kind_are_taken():
    assert parse_sdp(voice().replace("\r\n", "\n")) == parse_sdp(voice())


@pytest.mark.parametrize("defect", HARMFUL)
def test_what_would_be_harmful_is_refused_by_name(defect):
    with pytest.raises(PeerError) as caught:
        parse_sdp(HARMFUL[defect])
    assert caught.value.code == f"wire.sdp.{defect}"


@pytest.mark.parametrize(
    "text",
    [
        description(medium("audio"), medium("audio")),
        description(["m=audio 9 RTP/AVP 0", "c=IN IP4 192.0.2.2"]),
        description([]),
    ],
    ids=["twice", "without DTLS", "nothing"],
)
def test_only_one_audio_and_one_video_over_dtls_are_taken(text):
    with pytest.raises(PeerError) as caught:
        parse_sdp(text)
    assert caught.value.code in {"wire.sdp.other-media", "wire.sdp.no-fingerprint"}


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x7f", "\u202e", "é", "\t"])
def test_every_character_beside_printable_ascii_is_refused(character):
    with pytest.raises(PeerError) as caught:
        parse_sdp(voice(more=[f"a=mid:{character}"]))
    assert caught.value.code == "wire.sdp.control-characters"
