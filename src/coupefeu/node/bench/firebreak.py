"""The level after one more entry, and at instants of the past: a million entries, two hundred pairs of posts."""

import random
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from statistics import median
from typing import Any, Final

from coupefeu.errors import CoupefeuError
from coupefeu.model.agreement import Agreement, Post, PostPair
from coupefeu.model.messages import Content, Form, MessageId
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.model.topics import Topic
from coupefeu.node.assembly import open_keeper
from coupefeu.node.bench.figures import Bench, Figure, spread
from coupefeu.node.bench.line import pair_below
from coupefeu.node.clock import Clock
from coupefeu.services.base import Context, Rows, Statement
from coupefeu.services.firebreak.gathering import gather
from coupefeu.services.firebreak.judging import judge
from coupefeu.services.firebreak.marks import Asked
from coupefeu.services.firebreak.rows import About, At, Awaited, closed_by, due, event, opened, pair_key
from coupefeu.services.firebreak.tables import INSERT_SIGHT, INSERT_TIME
from coupefeu.services.firebreak.times import Timed
from coupefeu.services.messages.commands import Say
from coupefeu.store.jobs import Act
from coupefeu.store.keeper import Keeper

PAIRS: Final = 200
SPAN_MS: Final = 365 * 86_400_000
AFTER_ENTRY_MS: Final = 20
PAST_MS: Final = 200
PAST_ASKED: Final = 60
SEED: Final = 20_220_324
LATE: Final = 0.04
"""Of what is awaited: so much is late, and of that a twentieth was never done."""
_CHUNK: Final = 8_192
_OUTCOMES: Final = ("declined", "no_answer", "not_staffed", "line_down")


async def measure_firebreak(bench: Bench) -> AsyncIterator[Figure]:
    """Fill the views of a node as a year of that many entries leaves them; then write, and ask."""
    us, _ = pair_below(bench.folder / "firebreak")
    keeper = open_keeper(us, Clock()())
    try:
        agreement = with_pairs(us.agreement, PAIRS)
        began_ms = Clock()().utc_ms - SPAN_MS
        fill(keeper, Year(agreement, bench.sizes.entries, began_ms), bench)
        context = replace(keeper.context(Clock()()), agreement=agreement)
        after = list(_after_each(keeper, context, bench))
        past = {known: list(_past(keeper, context, began_ms, known=known)) for known in (False, True)}
    finally:
        keeper.close()
    what = f"{bench.sizes.entries:,} entries, {PAIRS} pairs"
    yield Figure(
        name="firebreak-entry",
        what=f"level after a new entry: gathered and judged ({what})",
        unit="ms CPU",
        ours=median(after) * 1_000,
        limit=AFTER_ENTRY_MS,
        detail=spread(after),
    )
    for known, seconds in past.items():
        yield Figure(
            name=f"firebreak-{'known' if known else 'at'}",
            what=f"level at an instant of the past year, {'as known then' if known else 'by signed times'} ({what})",
            unit="ms CPU",
            ours=median(seconds) * 1_000,
            limit=PAST_MS,
            detail=spread(seconds),
        )


def with_pairs(agreement: Agreement, count: int) -> Agreement:
    """Give an agreement with so many more pairs of posts, each with a cadence."""
    title = agreement.posts[0].title
    posts = tuple(
        Post(id=f"{party}.post{number}", title=title, address=title)
        for number in range(count)
        for party in agreement.party_ids
    )
    us, ru = agreement.party_ids
    pairs = tuple(
        PostPair(posts=(f"{us}.post{number}", f"{ru}.post{number}"), contact_every_s=30 * 86_400)
        for number in range(count)
    )
    return replace(agreement, posts=(*agreement.posts, *posts), pairs=(*agreement.pairs, *pairs))


@dataclass(frozen=True, slots=True)
class Year:
    """What a year of entries leaves in the views; each side writes in turn, every fifth entry is a message."""

    agreement: Agreement
    entries: int
    began_ms: int

    def statements(self) -> Iterator[Statement]:
        """Give every row."""
        draw = random.Random(SEED)  # noqa: S311 - the same every time
        step_ms = SPAN_MS // self.entries
        counts = [0, 0]
        for number in range(self.entries):
            log = draw.randrange(2)
            at_ms = self.began_ms + number * step_ms
            entry, when = (log, counts[log]), at_ms + 200
            counts[log] += 1
            yield from self._times(entry, at_ms, when, counts[1 - log], is_new=draw.random() < 0.5)
            here = At(entry, at_ms, at_ms, when)
            if number % 5 == 0:
                yield self._awaited(here, draw)
            elif number % 50 == 1:
                yield self._event(here, draw)

    def _times(
        self, entry: MessageId, at_ms: int, arrived_ms: int, seen: int, *, is_new: bool
    ) -> Iterator[Statement]:
        timed = Timed(
            position=entry[0],
            place=entry[1],
            claimed_ms=at_ms,
            arrived_ms=arrived_ms,
            skew_ms=60_000,
            sees={},
        )
        yield Statement(INSERT_TIME, timed.row)
        if is_new and seen:
            yield Statement(INSERT_SIGHT, timed.sight(1 - entry[0], seen, at_ms - 1_000))

    def _awaited(self, here: At, draw: random.Random) -> Statement:
        precedence = draw.choice((Precedence.FLASH, Precedence.PRIORITY, Precedence.ROUTINE))
        what = Awaited(
            topic=draw.choice((Topic.ACKNOWLEDGEMENT, Topic.ACKNOWLEDGEMENT, Topic.OUTCOME, Topic.REPLY)),
            position=1 - here.entry[0],
            number=0,
            value="read-by",
            post=f"{self.agreement.party_ids[1 - here.entry[0]]}.duty",
            precedence=int(precedence),
        )
        is_late = draw.random() < LATE
        took_ms = draw.randrange(7_200_000, 200_000_000) if is_late else draw.randrange(1_000, 3_600_000)
        done_ms = here.counted_ms + took_ms
        done = At((1 - here.entry[0], here.entry[1]), done_ms, done_ms, here.arrived_ms + took_ms)
        closing = closed_by([] if is_late and draw.random() < 0.05 else [done])
        return opened(what, here, due(here, 7_200), closing, 2)

    def _event(self, here: At, draw: random.Random) -> Statement:
        number, party = draw.randrange(PAIRS), self.agreement.party_ids[here.entry[0]]
        us, ru = self.agreement.party_ids
        is_contact = draw.random() < 0.3
        about = About(
            topic=Topic.CONTACT if is_contact else Topic.ATTEMPT,
            root=here.entry,
            key=pair_key(f"{us}.post{number}", f"{ru}.post{number}"),
            party=party,
            post=f"{party}.post{number}",
            value="call" if is_contact else draw.choice(_OUTCOMES),
        )
        placed = here._replace(entry=(1 - here.entry[0], max(here.entry[1] - 1, 0)))
        return event(about, here, placed)


def fill(keeper: Keeper, year: Year, bench: Bench) -> None:
    """Write the rows, many at once."""
    keeper.connection.query("BEGIN IMMEDIATE")
    waiting: dict[int, tuple[Any, list[Any]]] = {}
    done = 0
    for statement in year.statements():
        rows = waiting.setdefault(id(statement.executable), (statement.executable, []))[1]
        rows.append(statement.parameters)
        if len(rows) == _CHUNK:
            done += _write(keeper, waiting)
            bench.progress("firebreak filled", min(done, year.entries), year.entries)
    _write(keeper, waiting)
    bench.progress("firebreak filled", year.entries, year.entries)
    keeper.connection.query("COMMIT")


def _write(keeper: Keeper, waiting: dict[int, tuple[Any, list[Any]]]) -> int:
    count = 0
    for executable, rows in waiting.values():
        keeper.connection.execute_many(executable, rows)
        count += len(rows)
    waiting.clear()
    return count


def _after_each(keeper: Keeper, context: Context, bench: Bench) -> Iterator[float]:
    """Write a message, then give the level: seconds of the second alone."""
    for number in range(max(20, bench.sizes.rounds * 10)):
        content = Content(form=Form.FREE_TEXT, subject=Subject.SERVICE, text=f"number {number}")
        command = Say(
            content=content,
            from_post="us.duty",
            precedence=Precedence.ROUTINE,
            language="en",
            to_posts=("ru.duty",),
        )
        for outcome in keeper.execute([Act(command=command)], Clock()()):
            if isinstance(outcome, CoupefeuError):
                raise outcome
        yield _ask(keeper, context, Asked(at_ms=Clock()().utc_ms, known=True))


def _past(keeper: Keeper, context: Context, began_ms: int, *, known: bool) -> Iterator[float]:
    draw = random.Random(SEED)  # noqa: S311 - as above
    for _ in range(PAST_ASKED):
        yield _ask(keeper, context, Asked(at_ms=began_ms + draw.randrange(SPAN_MS), known=known))


def _ask(keeper: Keeper, context: Context, asked: Asked) -> float:
    def select(statement: Statement) -> Rows:
        return keeper.connection.execute(statement.executable, statement.parameters)

    started = time.process_time()
    judge(gather(select, context, asked), context)
    return time.process_time() - started
