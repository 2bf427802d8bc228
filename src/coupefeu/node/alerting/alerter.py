"""The tasks that look and tell: one that keeps the causes as they stand, and one for each receiver.

A receiver that takes nothing is tried again with growing pauses for as long as something stands that it does not know,
and told then how things are, not how they were. However much happens, it is told no more often than every half minute,
and of a cause that comes and goes as `damping` says.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from coupefeu.errors import CoupefeuError
from coupefeu.node.alerting.causes import Alert, Cause, compare
from coupefeu.node.alerting.kept import Kept
from coupefeu.node.alerting.looking import look
from coupefeu.node.alerting.mail import send_mail, write_mail
from coupefeu.node.alerting.settings import AlertSettings, SmtpSettings, WebhookSettings
from coupefeu.node.alerting.texts import Speaker, body_of, json_of, subject_of
from coupefeu.node.alerting.webhook import send_webhook
from coupefeu.node.desk import Desk
from coupefeu.node.events import Change, EntryRecorded, LineChanged, StaffingChanged, TermsChanged, Trouble
from coupefeu.services.watch.unstaffed import Unstaffed

LOOK_EVERY_S: Final = 30.0
LOOK_AFTER_S: Final = 2.0
"""What comes together is looked at together."""
TELL_EVERY_S: Final = 30.0
BACK_OFF_S: Final = (2.0, 5.0, 15.0, 30.0, 60.0, 300.0)
Pause = Callable[[float], Awaitable[None]]
Send = Callable[[Alert, Speaker], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Somebody who is told; `where` for people, without anything secret."""

    name: str
    where: str
    send: Send


def receivers_of(settings: AlertSettings) -> tuple[Receiver, ...]:
    """Give who is told."""
    found = []
    if settings.webhook is not None:
        found.append(_webhook(settings.webhook))
    if settings.smtp is not None:
        found.append(_smtp(settings.smtp))
    return tuple(found)


def _webhook(settings: WebhookSettings) -> Receiver:
    async def send(alert: Alert, speaker: Speaker) -> None:
        await send_webhook(settings, json_of(alert, speaker), int(time.time()))

    return Receiver(name="webhook", where=settings.url, send=send)


def _smtp(settings: SmtpSettings) -> Receiver:
    async def send(alert: Alert, speaker: Speaker) -> None:
        subject, body = subject_of(alert, speaker), body_of(alert, speaker)
        await send_mail(settings, write_mail(settings, subject, body, alert.id, int(time.time())))

    return Receiver(name="smtp", where=f"{settings.host}:{settings.port}", send=send)


class Alerter:
    """What one node tells people outside; `hear` is told every change."""

    def __init__(
        self,
        settings: AlertSettings,
        kept: Kept,
        *,
        desk: Callable[[], Desk],
        unstaffed: Callable[[], Sequence[Unstaffed]],
        is_link_up: Callable[[], bool],
        tell: Callable[[Trouble], None],
        defect: Callable[[BaseException], object],
        pause: Pause = asyncio.sleep,
    ) -> None:
        self._settings, self._kept = settings, kept
        self._desk, self._unstaffed, self._is_link_up = desk, unstaffed, is_link_up
        self._tell, self._defect, self._pause = tell, defect, pause
        self._woken = asyncio.Event()
        self._causes: Mapping[str, Cause] | None = None
        self._speaker: Speaker | None = None
        self.receivers = receivers_of(settings)
        self._looked = {each.name: asyncio.Event() for each in self.receivers}

    def hear(self, change: Change) -> None:
        """Look soon at what may have changed."""
        if isinstance(change, EntryRecorded | LineChanged | StaffingChanged | TermsChanged):
            self._woken.set()

    async def keep(self) -> None:
        """Look and tell until this task is cancelled; a defect is noted and ends nothing."""
        tasks = [
            asyncio.ensure_future(each) for each in (self._keep_looking(), *map(self._serve, self.receivers))
        ]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    # --- looking ----------------------------------------------------------------------------------------------

    async def _keep_looking(self) -> None:
        while True:
            self._woken.clear()
            try:
                await self._look()
            except Exception as error:  # noqa: BLE001 - whatever nobody foresaw
                self._defect(error)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), LOOK_EVERY_S)
            await self._pause(LOOK_AFTER_S)

    async def _look(self) -> None:
        unstaffed, is_link_up = self._unstaffed(), self._is_link_up()

        def run() -> tuple[Mapping[str, Cause], Speaker]:
            with contextlib.closing(self._desk()) as desk:
                context = desk.context()
                speaker = Speaker(
                    agreement=context.agreement,
                    party=context.us,
                    language=self._settings.language,
                    now_ms=context.now.utc_ms,
                )
                return look(desk, self._settings.causes, unstaffed, is_link_up=is_link_up), speaker

        causes, speaker = await asyncio.get_running_loop().run_in_executor(None, run)
        self._causes, self._speaker = causes, speaker
        for name, looked in self._looked.items():
            self._kept.look(name, causes, speaker.now_ms)
            looked.set()

    # --- telling ----------------------------------------------------------------------------------------------

    async def _serve(self, receiver: Receiver) -> None:
        tried = 0
        while True:
            if not tried:
                await self._looked[receiver.name].wait()
            self._looked[receiver.name].clear()
            try:
                is_told = await self._tell_one(receiver)
            except CoupefeuError as error:
                if not tried:
                    self._say_down(receiver, error)
                await self._pause(BACK_OFF_S[min(tried, len(BACK_OFF_S) - 1)])
                tried += 1
                continue
            except Exception as error:  # noqa: BLE001 - as above
                self._defect(error)
                is_told = True
            tried = 0
            if is_told:
                await self._pause(TELL_EVERY_S)

    async def _tell_one(self, receiver: Receiver) -> bool:
        """Tell a receiver what it does not know; gives whether there was anything."""
        if self._causes is None or self._speaker is None:
            return False
        known = self._kept.of(receiver.name)
        alert = compare(known.tracks, self._causes, self._speaker.now_ms, serial=known.serial)
        if alert is None:
            return False
        await receiver.send(alert, self._speaker)
        await asyncio.get_running_loop().run_in_executor(None, self._kept.take, receiver.name, alert)
        return True

    def _say_down(self, receiver: Receiver, error: CoupefeuError) -> None:
        detail = f"alerts to {receiver.where} are not taken: {error.message[:200]}"
        self._tell(Trouble(party=None, code="node.alerting.down", detail=detail))
