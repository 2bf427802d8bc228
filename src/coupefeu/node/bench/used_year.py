"""A record of a line that was used for a year: a million entries of both sides, as their heads and bodies are.

What is measured reads the record and its views; so entries are put there as they lie when they are held, without the
signatures over them, and the views are made of them as `coupefeu rebuild` makes them.
"""

import random
import shutil
from pathlib import Path
from typing import Any, Final

from coupefeu.model.calls import Media, Outcome
from coupefeu.model.entry import Head, Kind, Reference, Seen
from coupefeu.model.messages import Content, Form, MessageId, Operative
from coupefeu.model.notices import Answer, CheckIn, NoticeForm
from coupefeu.model.places import Position
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.model.volumes import Altitude, AltitudeUnit, Circle, Datum, Limit, Volume
from coupefeu.node.assembly import line_of, open_keeper
from coupefeu.node.bench.figures import Bench
from coupefeu.node.clock import Clock
from coupefeu.node.exercise import pair_exercise
from coupefeu.node.folder import NodeFolder
from coupefeu.record.leaf import leaf_hash
from coupefeu.services.calls.facts import CallFact, encode_call
from coupefeu.services.every import SERVICES
from coupefeu.services.messages.facts import Act, encode_act
from coupefeu.services.messages.forms import encode_content
from coupefeu.services.notices.facts import ActFact, NoticeFact, encode_notice
from coupefeu.services.notices.facts import encode_act as encode_answer
from coupefeu.services.passing.facts import PassingFact, encode_passing
from coupefeu.store.rebuild import rebuild, views_digest
from coupefeu.store.sqlite import Connection, Translated, open_for_writing
from coupefeu.store.tables import SCHEMA_VERSION
from coupefeu.wire.head import encode_head

YEAR_MS: Final = 365 * 86_400_000
SEED: Final = 2_022
_LEAST_A_SLOT: Final = 20
"""Entries: of a small record the year ends sooner."""
BEGUN: Final = "begun"
"""The file that says when the year begins."""
_CHUNK: Final = 10_000
_DESKS: Final = ("us.duty", "ru.duty")
_USUAL: Final = Precedence.ROUTINE
_INSERT: Final = (
    "INSERT INTO entries (log, idx, arrived_ms, leaf, seed, head, body) VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_PLACE: Final = ("STOP", "35.31 N 40.13 E")
_IMPEDED, _HELD, _AGREED = 0.05, 0.3, 0.9
"""Of movements: shares that are impeded, held or impeded, agreed."""
TEST_EVERY_MS: Final = 7_200_000
"""As the template of an agreement has it."""


Named = tuple[MessageId, bytes]
"""An entry and its leaf hash, as others refer to it."""


class Year:
    """What officers and nodes of both sides write; each entry as the values of a row but its time of arrival."""

    def __init__(self, begun_ms: int, sizes: list[int]) -> None:
        self.now_ms = begun_ms
        self._sizes = sizes
        self._draws = random.Random(SEED)  # noqa: S311 - what a measurement is made of
        self.rows: list[tuple[Any, ...]] = []

    def write(
        self, side: int, kind: Kind, body: bytes, *about: Named, precedence: Precedence = _USUAL
    ) -> Named:
        """Write an entry of a side some seconds after the last; gives what another refers to it by."""
        self.now_ms += self._draws.randrange(500, 4_000)
        other = 1 - side
        data = encode_head(
            Head(
                kind=kind,
                from_post=_DESKS[side],
                to_posts=(_DESKS[other],),
                precedence=precedence,
                written_ms=self.now_ms,
                language=("en", "ru")[side],
                agreement_version=1,
                references=tuple(
                    Reference(log=place[0], index=place[1], leaf_hash=leaf) for place, leaf in about
                ),
                seen=()
                if kind in {Kind.LINE_TEST, Kind.LINE_TEST_ANSWER}
                else (Seen(log=other, size=self._sizes[other], root=self._draws.randbytes(32)),),
            )
        )
        leaf, place = self._draws.randbytes(70), (side, self._sizes[side])
        self._sizes[side] += 1
        self.rows.append((*place, self.now_ms + 900, leaf, self._draws.randbytes(16), data, body))
        return place, leaf_hash(leaf)

    def episode(self) -> None:
        """Do what comes next: of twenty things sixteen messages, three calls, a movement."""
        draw = self._draws.randrange(20)
        (self.movement if draw == 0 else self.call if draw < 4 else self.message)()

    def message(self) -> None:
        """Send a message that is shown, and mostly taken and read; some are read back, some answered."""
        side, draw = self._draws.randrange(2), self._draws.random()
        form = Form.WARNING if draw < 0.1 else Form.REQUEST_FOR_EXPLANATION if draw < 0.15 else Form.FREE_TEXT
        stated: dict[str, Any] = {"text": f"Traffic of the day, number {len(self.rows)}, as agreed. " * 3}
        if form is Form.WARNING:
            stated = {"operative": Operative.STOP, "place": _PLACE[1]}
        subject = Subject.CLARIFICATION if form is Form.REQUEST_FOR_EXPLANATION else Subject.SAFETY
        body = encode_content(Content(form=form, subject=subject, officer="first watch", **stated))
        precedence = Precedence(self._draws.randrange(4))
        sent = self.write(side, Kind.MESSAGE, body, precedence=precedence)
        other, officer = 1 - side, Act(officer="second watch")
        self.write(other, Kind.SHOWN, encode_act(Act(screens=2)), sent)
        if draw < 0.97:
            self.write(other, Kind.TAKEN, encode_act(officer), sent)
            self.write(other, Kind.READ, encode_act(officer), sent)
        if form is Form.WARNING:
            self.write(other, Kind.READ_BACK, encode_act(Act(officer="second watch", typed=_PLACE)), sent)
        if form is Form.REQUEST_FOR_EXPLANATION:
            reply = Content(form=Form.REPLY, subject=Subject.CLARIFICATION, text="An exercise of the fleet.")
            self.write(other, Kind.MESSAGE, encode_content(reply), sent)

    def call(self) -> None:
        """Place a call that rings and is answered, declined or given up."""
        side, draw = self._draws.randrange(2), self._draws.random()
        body = encode_call(Kind.CALL_PLACED, CallFact(media=Media.TEXT))
        precedence = Precedence(self._draws.randrange(4))
        call = self.write(side, Kind.CALL_PLACED, body, precedence=precedence)
        other, ringing = 1 - side, CallFact(rung=0, posts=(_DESKS[1 - side],), staffed=(_DESKS[1 - side],))
        self.write(other, Kind.CALL_RINGING, encode_call(Kind.CALL_RINGING, ringing), call)
        if draw < 0.3:
            fact = CallFact(outcome=Outcome.NO_ANSWER, rang_ms=120_000)
            self.write(other, Kind.CALL_UNANSWERED, encode_call(Kind.CALL_UNANSWERED, fact), call)
            return
        fact = CallFact(media=Media.TEXT)
        self.write(other, Kind.CALL_ANSWERED, encode_call(Kind.CALL_ANSWERED, fact), call)
        self.write(side, Kind.CALL_ENDED, encode_call(Kind.CALL_ENDED, CallFact(duration_ms=60_000)), call)

    def movement(self) -> None:
        """File a movement of US that asks for an answer, report it on its way, say that it is over."""
        draw, start_ms = self._draws.random(), self.now_ms + 3 * 86_400_000
        where = Position(lat_e7=314_000_000, lon_e7=343_000_000)
        volume = Volume(
            shape=Circle(centre=where, radius_dm=20_000),
            lower=Limit.SURFACE,
            upper=Altitude(value=3_000, unit=AltitudeUnit.FT, datum=Datum.AMSL),
            start_ms=start_ms,
            end_ms=start_ms + 4 * 3_600_000,
        )
        fields: dict[int, str | int | bool] = {
            1: "Relief organisation",
            2: 2,
            7: "Jetty",
            9: "Warehouse",
            14: "Team leader",
            15: "+000 000",
        }
        fact = NoticeFact(
            form=NoticeForm.HUMANITARIAN_MOVEMENT,
            title="Food convoy, jetty to warehouse",
            volumes=(volume,),
            fields=fields,
            wants_answer=True,
        )
        notice = self.write(0, Kind.NOTICE_FILED, encode_notice(fact))
        answer = Answer.DENIED if draw > _AGREED else Answer.AGREED
        self.write(1, Kind.NOTICE_ANSWERED, encode_answer(ActFact(answer=answer)), notice, notice)
        if answer is Answer.AGREED:
            ways = (CheckIn.PASSED, CheckIn.PASSED, CheckIn.PASSED)
            if draw < _HELD:
                ways = (
                    CheckIn.PASSED,
                    CheckIn.HELD,
                    CheckIn.IMPEDED if draw < _IMPEDED else CheckIn.RELEASED,
                )
            for check_in in ways:
                said = PassingFact(check_in=check_in, point="Jetty", at_ms=self.now_ms, words="at the gate")
                self.write(0, Kind.CHECKED_IN, encode_passing(said), notice, notice)
        self.write(0, Kind.NOTICE_COMPLETED, encode_answer(ActFact()), notice)

    def line_test(self, side: int) -> None:
        """Send a line test, which mostly is answered."""
        content = Content(form=Form.LINE_TEST, subject=Subject.SERVICE, template=1)
        test = self.write(side, Kind.LINE_TEST, encode_content(content))
        if self._draws.random() < 0.98:
            self.write(1 - side, Kind.LINE_TEST_ANSWER, encode_act(Act()), test)


def used_year(bench: Bench) -> tuple[NodeFolder, int]:
    """Give a folder whose record holds a year of `bench.sizes.entries`, and when the year begins (UTC ms).

    It stays in the cache for the next run, as long as no view reads otherwise.
    """
    kept = bench.cache / f"used-{SCHEMA_VERSION}-{views_digest()[:8]}-{bench.sizes.entries}"
    if not kept.exists():
        making = bench.cache / f"making-used-{bench.sizes.entries}"
        for old in (making, *bench.cache.glob(f"used-*-{bench.sizes.entries}")):
            shutil.rmtree(old, ignore_errors=True)
        making.mkdir(parents=True)
        _make(bench, making)
        making.rename(kept)
    return NodeFolder.open(kept / "us"), int((kept / BEGUN).read_text("ascii"))


def _make(bench: Bench, folder: Path) -> None:
    us, _ = pair_exercise(folder / "us", folder / "ru")
    open_keeper(us, Clock()()).close()
    connection = open_for_writing(us.record_path)
    try:
        ((begun_ms, size),) = connection.query("SELECT max(arrived_ms) + 1000, count(*) FROM entries")
        connection.query("BEGIN")
        _fill(connection, bench, begun_ms, size)
        connection.query("COMMIT")
        rebuild(
            connection, line_of(us), SERVICES, us.agreement,
            lambda done, total: bench.progress("views of a year", done, total),
        )  # fmt: skip
        connection.query("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        connection.close()
    (folder / BEGUN).write_text(str(begun_ms), "ascii")


def _fill(connection: Connection, bench: Bench, begun_ms: int, size: int) -> None:
    """Write the year: a line test of each side in each slot, and between them as much of everything as it takes."""
    year, wanted, written = Year(begun_ms, [size, 0]), bench.sizes.entries, 0
    slots = min(YEAR_MS // TEST_EVERY_MS, max(1, wanted // _LEAST_A_SLOT))
    for slot in range(slots):
        year.now_ms = max(year.now_ms, begun_ms + slot * TEST_EVERY_MS)
        for side in (0, 1):
            year.line_test(side)
        while written + len(year.rows) < wanted * (slot + 1) // slots:
            year.episode()
        if len(year.rows) >= _CHUNK or slot == slots - 1:
            with Translated():
                connection.raw.executemany(_INSERT, year.rows)
            written += len(year.rows)
            year.rows.clear()
            bench.progress("entries of a year", min(written, wanted), wanted)
