"""What `coupefeu arrange` prints: an arranged call in words of one language, each time UTC.

What is on the table comes first, then who owes an answer by when, then every act; what an author wrote stands behind a
bar. Nothing here says of an agreed call that it will take place.
"""

from collections.abc import Iterable, Iterator

from coupefeu.model.calls import Media
from coupefeu.model.instant import format_date_time_group
from coupefeu.node.arranging.looking import Arrangement
from coupefeu.services.arranged.facts import Window
from coupefeu.services.arranged.held import Held
from coupefeu.services.arranged.render import effect_words
from coupefeu.services.arranged.status import ArrangementView, ArrangeStep, OfferView
from coupefeu.services.arranged.table import ArrangeState
from coupefeu.services.messages.display import show_line
from coupefeu.words import say

_BAR = "| "


def summary_lines(found: Arrangement, language: str) -> list[str]:
    """Say in a few lines who wishes to speak with whom, how it stands, and who owes an answer."""
    view = found.view
    lines = [
        f"{view.number}  {say(f'arrange-state-{view.state.value}', language)}  {_speakers(view, language)}"
    ]
    if view.effect:
        return [*lines, f"   {say('arrange-no-effect', language, why=effect_words(view.effect, language))}"]
    if view.agreed is not None and view.state is ArrangeState.AGREED:
        lines.append(f"   {_agreed(view.agreed.window, language)}")
    lines += [f"   {each}" for each in _answers(view, language)]
    return lines + [f"   {each}" for each in _held(found.held, language)]


def arrangement_lines(found: Arrangement, language: str) -> list[str]:
    """Say all of it."""
    view = found.view
    lines = summary_lines(found, language)
    lines += [f"   {each}" for each in _wishes(view, language)]
    for offer in view.offers:
        if offer.stands:
            lines += ["", *_offer_lines(offer, language)]
    lines += ["", *_proposal_lines(view, language)]
    lines += [line for step in view.steps for line in _step_lines(step, language)]
    if found.messages:
        lines += ["", say("arrange-messages", language, numbers=", ".join(found.messages))]
    return lines


def _speakers(view: ArrangementView, language: str) -> str:
    first, second = map(show_line, view.speakers)
    return say("arrange-speakers", language, first=first, second=second)


def _wishes(view: ArrangementView, language: str) -> Iterator[str]:
    yield say(f"arrange-media-{Media(view.media).name.lower()}", language)
    if view.languages:
        yield say("arrange-languages", language, languages=", ".join(map(show_line, view.languages)))
    if view.interpreter:
        yield say("arrange-interpreter", language)


def _offer_lines(offer: OfferView, language: str) -> list[str]:
    first, second = map(show_line, offer.speakers)
    speakers = say("arrange-speakers", language, first=first, second=second)
    head = f"{offer.number}  {offer.party.upper()} · {show_line(offer.post)}  {speakers}"
    return [head, *(f"   {each}" for each in _windows(offer.windows, language))]


def _windows(windows: Iterable[Window], language: str) -> Iterator[str]:
    for number, each in enumerate(windows, 1):
        start, end = format_date_time_group(each.start_ms), format_date_time_group(each.end_ms)
        yield say("arrange-window-line", language, number=number, start=start, end=end)


def _agreed(window: Window, language: str) -> str:
    start, end = format_date_time_group(window.start_ms), format_date_time_group(window.end_ms)
    return say("arrange-agreed-at", language, start=start, end=end)


def _answers(view: ArrangementView, language: str) -> Iterator[str]:
    """Say who owes an answer by when, who did not give it, and who gave it late; the newest offers alone."""
    for offer in view.offers:
        party = (view.asked if offer.party == view.proposer else view.proposer).upper()
        by = format_date_time_group(offer.due_ms)
        if offer.is_awaited:
            key = "arrange-no-answer" if offer.is_overdue else "arrange-answer-by"
            yield say(key, language, party=show_line(party), time=by)
        elif offer.answered and offer.is_overdue:
            yield say("arrange-answered-late", language, time=by)


def _held(held: Held | None, language: str) -> Iterator[str]:
    if held is None:
        return
    values: dict[str, str | int] = {"count": len(held.attempts)}
    if held.answered is not None:
        values["number"] = held.answered.number
        values["caller"] = show_line(held.answered.caller)
        values["answerer"] = show_line(held.answered.answered_by or "")
    yield say(f"arrange-held-{held.state.value}", language, **values)


def _proposal_lines(view: ArrangementView, language: str) -> Iterator[str]:
    yield _act_line(
        view.arrived_ms,
        view.proposer,
        view.by_post,
        view.officer,
        say("arrange-step-96", language),
        view.number,
    )
    if view.words:
        yield f"    {_BAR}{show_line(view.words)}"


def _step_lines(step: ArrangeStep, language: str) -> Iterator[str]:
    reason = "" if step.reason is None else f": {say(f'arrange-reason-{int(step.reason)}', language)}"
    named = f": {show_line(step.named_post)}" if step.named_post else ""
    what = say(f"arrange-step-{step.kind}", language) + reason + named
    yield _act_line(step.arrived_ms, step.party, step.post, step.officer, what, step.number)
    for each in step.windows:
        start, end = format_date_time_group(each.start_ms), format_date_time_group(each.end_ms)
        yield f"    {start} - {end}"
    if step.words:
        yield f"    {_BAR}{show_line(step.words)}"
    if step.crossed:
        yield f"    {say('arrange-crossed', language)}"
    elif step.effect:
        yield f"    {say('arrange-no-effect', language, why=effect_words(step.effect, language))}"


def _act_line(at_ms: int, party: str, post: str, officer: str, what: str, number: str) -> str:
    who = show_line(post) + (f" ({show_line(officer)})" if officer else "")
    return f"{format_date_time_group(at_ms)}  {party.upper()} · {who}  {what}  [{number}]"
