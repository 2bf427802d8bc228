"""An alert as a POST that its receiver can prove to be ours.

    Coupefeu-Timestamp: 1648091525
    Coupefeu-Signature: v1=HEX        HMAC-SHA256 by the shared key over "TIMESTAMP.BODY"

Any answer 2xx takes it. What is answered is not looked at, and no redirect is followed: it might lead the alert away.
"""

import hashlib
import hmac
from typing import Final

from coupefeu.errors import BearerError
from coupefeu.node.alerting.settings import WebhookSettings
from coupefeu.node.exchange import post

TYPE: Final = "application/json"


def sign(key: bytes, time_s: int, body: bytes) -> str:
    """Give the signature of a body sent at a time (UTC seconds)."""
    return "v1=" + hmac.new(key, b"%d." % time_s + body, hashlib.sha256).hexdigest()


async def send_webhook(settings: WebhookSettings, body: bytes, time_s: int) -> None:
    """Send it once; `time_s`: UTC, never shifted. Raises: BearerError: it was not taken."""
    headers = (
        ("Coupefeu-Timestamp", str(time_s)),
        ("Coupefeu-Signature", sign(settings.key, time_s, body)),
    )
    reply = await post(settings.url, body, content_type=TYPE, headers=headers, context=settings.context)
    if not 200 <= reply.status < 300:
        raise BearerError(
            f"it answered with status {reply.status}",
            code="node.alerting.refused",
            hint="See what the receiver says of it; a wrong key or a wrong path are told so.",
        )
