"""Session descriptions as a browser writes them, and the harmful ones that a hostile party could send."""

from coupefeu.wire.sdp import format_fingerprint

FINGERPRINT = bytes(range(32))
OTHER = bytes(range(1, 33))
HOST = "952525643 1 udp 2122194687 192.0.2.2 41679 typ host generation 0 network-id 1"
RELAY = "2157472391 1 udp 41885439 198.51.100.7 50123 typ relay raddr 192.0.2.2 rport 41679 generation 0 network-id 1"


def medium(kind, *, fingerprint=FINGERPRINT, candidates=(RELAY,), setup="actpass", more=()):
    """One `m=` section, lines without their ends."""
    mid = "0" if kind == "audio" else "1"
    formats = {
        "audio": ("111", "a=rtpmap:111 opus/48000/2", "a=fmtp:111 minptime=10;useinbandfec=1"),
        "video": ("96 97", "a=rtpmap:96 VP8/90000", "a=rtcp-fb:96 nack pli", "a=rtpmap:97 rtx/90000"),
    }  # fmt: skip
    numbers, *codecs = formats[kind]
    return [
        f"m={kind} 41679 UDP/TLS/RTP/SAVPF {numbers}",
        "c=IN IP4 192.0.2.2",
        "a=rtcp:9 IN IP4 0.0.0.0",
        *(f"a=candidate:{each}" for each in candidates),
        "a=ice-ufrag:0cy+",
        "a=ice-pwd:NG2DWdxkgR8jFRj4pRa+GHpE",
        "a=ice-options:trickle",
        *([] if fingerprint is None else [f"a=fingerprint:sha-256 {format_fingerprint(fingerprint)}"]),
        f"a=setup:{setup}",
        f"a=mid:{mid}",
        "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
        "a=sendrecv",
        "a=msid:93ae18c1-198c-4974-a830-127cd358c24f 7eb796ca-8068-43cc-8c51-387dd3b0ab63",
        "a=rtcp-mux",
        "a=rtcp-rsize",
        *codecs,
        "a=ssrc:2012715094 cname:2Z2sjRX68MMc3es/",
        *more,
    ]


def description(*media, session=()):
    """A whole description; `media` as `medium` gives them, a voice if none is given."""
    lines = [
        "v=0",
        "o=- 8075057988355173561 2 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=group:BUNDLE 0 1",
        "a=extmap-allow-mixed",
        "a=msid-semantic: WMS 93ae18c1-198c-4974-a830-127cd358c24f",
        *session,
        *(line for each in media or (medium("audio"),) for line in each),
    ]
    return "".join(f"{line}\r\n" for line in lines)


def voice(**changes):
    """A description of a voice alone."""
    return description(medium("audio", **changes))


HARMFUL = {
    "too-long": description() + "a=mid:0\r\n" * (1 << 17),
    "too-many-lines": description(medium("audio", more=["a=mid:0"] * 400)),
    "control-characters": description(medium("audio", more=["a=mid:\x00"])),
    "bad-line": description(medium("audio", more=["mid 0"])),
    "no-fingerprint": description(medium("audio", fingerprint=None)),
    "two-fingerprints": description(medium("audio"), medium("video", fingerprint=OTHER)),
    "other-hash": description(medium("audio", more=["a=fingerprint:sha-1 " + "00:" * 19 + "00"])),
    "bad-fingerprint": description(medium("audio", more=["a=fingerprint:sha-256 00:01"])),
    "other-media": description(medium("audio"), ["m=application 9 UDP/DTLS/SCTP webrtc-datachannel"]),
    "bad-candidate": voice(candidates=["1 1 udp 1 192.0.2.2 70000 typ host"]),
    "candidate-name": voice(candidates=["1 1 udp 1 desk.example.org 5000 typ host"]),
    "too-many-candidates": voice(candidates=[RELAY] * 25),
    "bad-setup": voice(setup="holdconn"),
}
"""By the last word of the code that refuses it."""
