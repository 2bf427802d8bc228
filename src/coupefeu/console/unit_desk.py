"""What a unit sees on its link, and what its press puts on record; opening a link acknowledges nothing.

desk of ours: issue -> link -> unit looks -> presses -> UNIT REACHED, by itself, for exactly what it was shown
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from coupefeu.console.desk import ConsoleDesk
from coupefeu.console.errors import NotSignedInError
from coupefeu.console.unit_links import UnitLink, UnitLinks
from coupefeu.errors import PolicyError, UsageError
from coupefeu.model.instant import format_date_time_group
from coupefeu.model.messages import MessageId, format_number
from coupefeu.node.desk import Desk
from coupefeu.node.passing.desk import Passing, require_live
from coupefeu.node.passing.told import Told, told_of
from coupefeu.node.places.gazetteer import Gazetteer
from coupefeu.services.messages.display import show_line
from coupefeu.services.passing.commands import AcknowledgeAsUnit
from coupefeu.services.passing.fold import required
from coupefeu.services.passing.status import PassingView, UnitView, Why
from coupefeu.words import LANGUAGES, say

NO_LINK = "console.unit.unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitWords:
    """The page in one language: what stands first, what is said of how things stand, what the notice says, the key."""

    banner: str
    heading: str
    stops: tuple[str, ...]
    says: tuple[str, ...]
    told: tuple[Told, ...]
    press: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitLook:
    """What a unit is shown. `mark`: names the version and the orders on the page; a press gives it back."""

    mark: str
    languages: dict[str, UnitWords]


class UnitDesk:
    """The links of our units on one running console."""

    def __init__(self, desk: ConsoleDesk, links: UnitLinks, note: Callable[..., None]) -> None:
        self._desk = desk
        self.links = links
        self._note = note

    async def issue(self, notice: MessageId, unit: str, post: str) -> tuple[str, UnitLink]:
        """Make a link for a unit of ours. Raises: UsageError: it is not listed, or the notice is not in force."""
        found = await self._desk.read(lambda look: look.passing.get(notice))
        require_live(found)
        if own_unit(found.view, unit) is None:
            raise UsageError(
                f"{unit!r} is no unit that we have passed {found.notice.number} down to",
                code="console.unit.not_listed",
                hint="Pass the notice down to it first.",
            )
        made = await self.links.issue(found.notice.id, unit, post, found.notice.until_ms)
        self._note("unit-link", notice=found.notice.number)
        return made

    async def revoke(self, notice: MessageId, unit: str) -> bool:
        """End the link of a unit; says whether there was one. Raises: UsageError: no such notice is here."""
        found = await self._desk.read(lambda look: look.passing.get(notice))
        return await self.links.revoke(found.notice.id, unit)

    async def look(self, key: str, source: str) -> UnitLook:
        """Show what stands; puts nothing on record. Raises: NotSignedInError, TooManyError."""
        link = self.links.find(key, source)
        return await self._desk.read(lambda look: self._look(look, link))

    async def press(self, key: str, mark: str, source: str) -> UnitLook:
        """Acknowledge what `mark` names.

        Raises: NotSignedInError, TooManyError; PolicyError: `console.unit.changed`, `services.passing.*`.
        """
        link = self.links.find(key, source)
        found = await self._desk.read(lambda look: look.passing.get(link.notice))
        if own_unit(found.view, link.unit) is None or mark_of(found.view) != mark:
            raise PolicyError(
                "the notice was changed, or stopped, since this page was opened",
                code="console.unit.changed",
                hint="Read it again; then acknowledge.",
            )
        require_live(found)
        await self._desk.act(
            AcknowledgeAsUnit(
                notice=found.notice.id,
                version=found.view.version,
                from_post=link.post,
                unit=link.unit,
                orders=found.view.must_know,
            )
        )
        self._note("unit-acknowledged", notice=found.notice.number)
        return await self._desk.read(lambda look: self._look(look, link))

    @cached_property
    def _gazetteer(self) -> Gazetteer:
        return Gazetteer.of(self._desk.folder.path)

    def _look(self, desk: Desk, link: UnitLink) -> UnitLook:
        found = desk.passing.get(link.notice)
        unit = own_unit(found.view, link.unit)
        if unit is None:
            raise NotSignedInError(
                "this unit is listed for the notice no longer",
                code=NO_LINK,
                hint="Ask the desk that sent it.",
            )
        parties = desk.context().parties
        return UnitLook(
            mark=mark_of(found.view),
            languages={each: self._words(found, unit, parties, each) for each in LANGUAGES},
        )

    def _words(self, found: Passing, unit: UnitView, parties: tuple[str, ...], language: str) -> UnitWords:
        notice, view = found.notice, found.view
        form = "" if notice.form is None else say(f"notices-form-{int(notice.form)}", language)
        exercise = self._desk.folder.agreement.is_exercise
        is_open = notice.is_live and unit.why is not None
        stop = say("passing-unit-stop", language)
        return UnitWords(
            banner=exercise_banner() if exercise else "",
            heading=f"{form} {notice.number}".strip(),
            stops=tuple(
                f"{stop}: {each.party.upper()}. {show_line(each.words)} ({format_date_time_group(each.said_ms)})"
                for each in view.stops
            ),
            says=tuple(_says(found, unit, parties, language)),
            told=told_of(notice, self._gazetteer, language),
            press=_press(unit, view, language) if is_open else "",
        )


def exercise_banner() -> str:
    """Give what stands first on every page of an exercise."""
    return " · ".join(say("exercise", each) for each in LANGUAGES)


def own_unit(view: PassingView, name: str) -> UnitView | None:
    """Find a unit of ours."""
    return next((each for each in view.units if each.ours and each.name == name), None)


def mark_of(view: PassingView) -> str:
    """Name what a page shows: the version, and what was ordered."""
    return hashlib.sha256(json.dumps(required(view)).encode("ascii")).hexdigest()[:32]


def _press(unit: UnitView, view: PassingView, language: str) -> str:
    key = "passing-unit-press-stop" if view.stops else "passing-unit-press"
    return say(key, language, unit=show_line(unit.name))


def _says(found: Passing, unit: UnitView, parties: tuple[str, ...], language: str) -> list[str]:
    """Say how it stands with this unit, and what the key does."""
    notice, name = found.notice, show_line(unit.name)
    if not notice.is_live:
        return [say(f"notices-state-{notice.state.value}", language), say("passing-unit-over", language)]
    if unit.reached is not None:
        at = format_date_time_group(unit.reached.at_ms)
        by = say(f"passing-proof-{unit.reached.proof.value}", language)
        return [f"{name}: {by}, {at} [{unit.reached.number}]"]
    says = [say("passing-unit-opened", language)]
    if unit.why in {Why.CHANGED, Why.RESUMED} and unit.earlier is not None:
        known = format_number(unit.earlier.version, parties)
        says.insert(0, say(f"passing-unit-{unit.why.value}", language, version=known))
    return says
