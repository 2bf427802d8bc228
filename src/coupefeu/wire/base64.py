"""Base64 and decimals with one text for each value (RFC 4648 section 4)."""

import binascii

from coupefeu.errors import PeerError


def parse_base64(text: str, field: str, length: int | None = None) -> bytes:
    """Return the bytes that `text` encodes, `length` of them where given; `field` names it in the error.

    Raises:
        PeerError: not base64, not the one encoding of its value, or another length.
    """
    try:
        data = binascii.a2b_base64(text, strict_mode=True)
    except (binascii.Error, ValueError):
        data = None
    if (
        data is None
        or binascii.b2a_base64(data, newline=False).decode() != text
        or length not in {None, len(data)}
    ):
        raise PeerError(
            f"{field}: {text[:60]!r} is not the base64 it should be",
            code="wire.base64.malformed",
            hint="Standard alphabet with padding, no line breaks, and the length that the format states.",
        )
    return data


def parse_decimal(text: str, field: str) -> int:
    """Return an unsigned number below 2^63 without leading zeros.

    Raises:
        PeerError: anything else.
    """
    if (
        not (text.isascii() and text.isdigit() and len(text) <= 19 and (text == "0" or text[0] != "0"))
        or int(text) >> 63
    ):
        raise PeerError(
            f"{field}: {text[:40]!r} is no number",
            code="wire.decimal.malformed",
            hint="ASCII digits without leading zeros, below 2^63.",
        )
    return int(text)
