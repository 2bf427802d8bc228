"""An alert as a mail, over TLS alone; the standard library's client in a thread that the node's end never waits for."""

import asyncio
import contextlib
import smtplib
import threading
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from coupefeu.errors import BearerError
from coupefeu.node.alerting.settings import Security, SmtpSettings

STEP_S: Final = 10.0
"""So long a server may take for one answer."""
WITHIN_S: Final = 45.0
"""And so long for all of it: a server that says a byte now and then is cut off."""


def write_mail(settings: SmtpSettings, subject: str, body: str, id_: str, time_s: int) -> EmailMessage:
    """Write it; `time_s`: UTC, never shifted. What is sent again has the same Message-ID."""
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = subject
    mail["From"] = settings.sender
    mail["To"] = ", ".join(settings.to)
    mail["Date"] = format_datetime(datetime.fromtimestamp(time_s, UTC))
    mail["Message-ID"] = f"<{id_}@{settings.sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(body)
    return mail


async def send_mail(settings: SmtpSettings, mail: EmailMessage) -> None:
    """Send it once. Raises: BearerError: it was not taken by every address."""
    sending = _Sending(settings, mail)
    done = asyncio.get_running_loop().create_future()
    threading.Thread(
        target=sending.run, args=(asyncio.get_running_loop(), done), name="coupefeu-mail", daemon=True
    ).start()
    try:
        async with asyncio.timeout(WITHIN_S):
            await asyncio.shield(done)
    except TimeoutError as error:
        raise _failed(f"not sent within {WITHIN_S:.0f} s") from error
    finally:
        sending.cut()


class _Sending:
    """One mail on its way, in its thread; `cut` ends it from without."""

    def __init__(self, settings: SmtpSettings, mail: EmailMessage) -> None:
        self._settings, self._mail = settings, mail
        self._client: smtplib.SMTP | None = None

    def run(self, loop: asyncio.AbstractEventLoop, done: "asyncio.Future[None]") -> None:
        error: BearerError | None = None
        try:
            self._send()
        except (smtplib.SMTPException, OSError, ValueError) as problem:
            error = _failed(_words(problem))
        with contextlib.suppress(RuntimeError):  # the loop has ended: nobody waits
            loop.call_soon_threadsafe(_settle, done, error)

    def cut(self) -> None:
        client = self._client
        sock = None if client is None else getattr(client, "sock", None)
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.close()

    def _send(self) -> None:
        settings = self._settings
        with self._open() as client:
            self._client = client
            if settings.security is Security.STARTTLS:
                client.starttls(context=settings.context)  # raises where the server does not offer it
            if settings.user:
                client.login(settings.user, settings.password)
            refused = client.send_message(self._mail, settings.sender, settings.to)
            if refused:
                raise smtplib.SMTPRecipientsRefused(refused)

    def _open(self) -> smtplib.SMTP:
        settings = self._settings
        if settings.security is Security.TLS:
            return smtplib.SMTP_SSL(settings.host, settings.port, timeout=STEP_S, context=settings.context)
        return smtplib.SMTP(settings.host, settings.port, timeout=STEP_S)


def _settle(done: "asyncio.Future[None]", error: BearerError | None) -> None:
    if done.done():
        return
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)


def _words(error: Exception) -> str:
    """Say what went wrong without what a server chose to say: that may repeat what it was told."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return f"it refused {len(error.recipients)} of the addresses"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__}: it answered {error.smtp_code}"
    if isinstance(error, smtplib.SMTPException):
        return type(error).__name__
    verify = getattr(error, "verify_message", "")
    if verify:
        return f"its certificate does not hold: {verify}"
    return getattr(error, "strerror", None) or type(error).__name__


def _failed(says: str) -> BearerError:
    return BearerError(
        says,
        code="node.alerting.mail",
        hint="Look at [alert_smtp] in node.toml, and at the log of the mail server.",
    )
