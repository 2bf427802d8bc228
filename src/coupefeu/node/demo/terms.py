"""What the parties of the story agree: the ordinary draft, a clock that shows March 2022, a few numbers of their own.

All of it is illustration. Each side tests the line once a day, and the principals speak at least every two weeks.
"""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from coupefeu.errors import ConfigError
from coupefeu.model.agreement import Status
from coupefeu.model.duration import format_shift
from coupefeu.model.firebreak import FirebreakTerms, Watched
from coupefeu.model.instant import Instant, parse_instant
from coupefeu.model.usual_firebreak import USUAL_FIREBREAK
from coupefeu.wire.agreement_template import render_template
from coupefeu.wire.dictionary import DICTIONARY_HASH

IN_FORCE: Final = "2022-02-01T00:00Z"
RUNS_ON: Final = "2022-03-24T12:00Z"
"""When the story is over, and both nodes run on as processes."""
_OTHERWISE: Final[Mapping[str, str]] = {
    'posts = ["us.duty", "ru.duty"]\ncontact_every = "24h"': (
        'posts = ["us.duty", "ru.duty"]\ncontact_every = "30d"'
    ),
    'posts = ["us.chief", "ru.chief"]\ncontact_every = "30d"': (
        'posts = ["us.chief", "ru.chief"]\ncontact_every = "14d"'
    ),
    'posts = ["us.secretary", "ru.minister"]\ncontact_every = "90d"': (
        'posts = ["us.secretary", "ru.minister"]\ncontact_every = "14d"'
    ),
    'party = "us"\nevery = "2h"\nat = "0s"': 'party = "us"\nevery = "24h"\nat = "6h"',
    'party = "ru"\nevery = "2h"\nat = "1h"': 'party = "ru"\nevery = "24h"\nat = "6h"',
}
"""What of the ordinary draft they agree otherwise."""
_PRINCIPALS: Final = ("us.secretary", "ru.minister")
_OF_PRINCIPALS: Final = frozenset({"contact-long-overdue", "calls-declined", "calls-unanswered"})
"""Rules by which the firebreak is broken only where these two do not reach each other."""


def at(text: str) -> int:
    """Give an instant of the story (UTC milliseconds)."""
    return parse_instant(text, 0)


def shift_ms(now_ms: int) -> int:
    """Say by how much a clock is shifted that shows the end of the story now, in whole seconds."""
    return -((now_ms - at(RUNS_ON)) // 1_000 * 1_000)


def story_firebreak() -> FirebreakTerms:
    """Give the rules of their firebreak: the usual ones; without contact it is the two principals whom it breaks on."""
    rules = tuple(
        replace(rule, posts=_PRINCIPALS) if rule.id in _OF_PRINCIPALS else rule
        for rule in USUAL_FIREBREAK.rules
        if rule.watches is not Watched.WITNESS
    )
    return replace(USUAL_FIREBREAK, rules=rules)


def story_terms(calls: Mapping[str, str | int] | None = None) -> str:
    """Give the text that both sign; their clocks show `RUNS_ON` from now on. `calls`: as of `render_template`."""
    shift = format_shift(shift_ms(time.time_ns() // 1_000_000))
    text = render_template(
        name="march-2022",
        status=Status.EXERCISE,
        in_force=Instant(at(IN_FORCE)),
        dictionary_sha256=bytes.fromhex(DICTIONARY_HASH),
        clocks={"us": shift, "ru": shift},
        calls=calls,
        firebreak=story_firebreak(),
    )
    for usual, agreed in _OTHERWISE.items():
        if text.count(usual) != 1:
            raise ConfigError(
                f"the draft has no single {usual!r}", code="node.demo.terms", hint="Report this defect."
            )
        text = text.replace(usual, agreed)
    return text
