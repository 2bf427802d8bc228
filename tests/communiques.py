"""Communiques of lines on which everything has happened; `python -m tests.communiques` writes the samples anew.

The keys of each line are made for it and thrown away; whoever changes the format makes the files anew.
"""

import asyncio
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import coupefeu
from coupefeu.model.agreement import Status
from coupefeu.model.messages import MessageId
from coupefeu.node.communique.choosing import Disclosing, Query
from coupefeu.node.communique.issuing import Draft, Wish, draft_communique
from coupefeu.node.exercise import pair_exercise
from coupefeu.node.folder import NodeFolder
from coupefeu.record.selection import Disclosed
from coupefeu.services.messages.commands import GiveOutcome, Read, ReadBack, Take
from coupefeu.services.watch.facts import TakeWatch
from coupefeu.store.reader import Reader
from tests.communiques_bad import write_bad
from tests.documents import ROOT

VECTORS = ROOT / "tests" / "vectors" / "communique"
WITHIN_S = 60
EMBARGO_MS = 1_900_000_000_000
HOSTILE = (
    "</blockquote></div><script>alert(1)</script><img src=x onerror=alert(2)>"
    "<!-- --> & &lt; \" ' \u202etxet \u200bx\n— coupefeu.example/us/1 AAAA\n<style>*{display:none}</style>"
)


@dataclass(frozen=True)
class PlayedLine:
    """Two folders whose nodes are stopped, and the numbers of what was said."""

    us: Path
    ru: Path
    warning: MessageId
    text: MessageId
    hostile: MessageId
    attached: MessageId
    answer: MessageId

    def copy_to(self, folder: Path) -> "PlayedLine":
        """Give a copy, to be changed."""
        for path in (self.us, self.ru):
            shutil.copytree(path, folder / path.name, ignore=shutil.ignore_patterns("control.sock"))
        return replace(self, us=folder / "us", ru=folder / "ru")

    def folder(self, party: str = "us") -> NodeFolder:
        """Open one side's folder."""
        return NodeFolder.open(self.us if party == "us" else self.ru)


def play_line(folder: Path, status: Status = Status.EXERCISE) -> PlayedLine:
    """Pair two nodes, and let both sides speak, act, and receipt one another."""
    us, ru = folder / "us", folder / "ru"
    pair_exercise(us, ru, name="example", status=status)
    return asyncio.run(asyncio.wait_for(_play(us, ru), WITHIN_S))


async def _play(us: Path, ru: Path) -> PlayedLine:
    async with coupefeu.Node.open(us) as ours, coupefeu.Node.open(ru) as theirs:
        line, back = ours.line("RU"), theirs.line("US")
        await theirs.act(TakeWatch(from_post="ru.duty", heard=True, officer="2nd watch"))
        warning = await line.say(
            coupefeu.Content(
                form=coupefeu.Form.WARNING,
                subject=coupefeu.Subject.SAFETY,
                operative=coupefeu.Operative.STOP,
                place="36.61N 37.02E",
                numbers=("4",),
                text="Our ground force is there.",
            ),
            precedence=coupefeu.Precedence.FLASH,
        )
        await warning.receipt()
        await theirs.act(Take(message=warning.id, from_post="ru.duty", officer="2nd watch"))
        await theirs.act(Read(message=warning.id, from_post="ru.duty"))
        (outcome,) = await theirs.act(
            GiveOutcome(
                message=warning.id,
                from_post="ru.duty",
                outcome=coupefeu.OutcomeCode.PASSED_TO,
                text="оперативный дежурный группировки",
            )
        )
        await outcome.receipt()
        text = await line.send(
            "Our aircraft strayed.\nIt turned back at 0312Z.", critical=("0312Z",), language="en"
        )
        await text.receipt()
        await theirs.act(Read(message=text.id, from_post="ru.duty"))
        await theirs.act(ReadBack(message=text.id, from_post="ru.duty", typed=("0312Z",)))
        answer = await back.send("Подтверждаем. Самолёт покинул район.", language="ru")
        hostile = await line.send(HOSTILE, language="en")
        attached = await line.send(
            "The track of the aircraft is attached.",
            attachments=(
                coupefeu.Attachment(name="track.csv", content=b"time,lat,lon\n0312Z,36.61,37.02\n"),
                coupefeu.Attachment(name="<b>photo</b>.bin", content=bytes(range(256)) * 200),
            ),
        )
        for sent in (answer, hostile, attached):
            await sent.receipt()
        return PlayedLine(us, ru, warning.id, text.id, hostile.id, attached.id, answer.id)


def draft(line: PlayedLine, wish: Wish, party: str = "us") -> Draft:
    """Draft a communique from one side's record."""
    folder = line.folder(party)
    with Reader(folder.record_path, running=False) as reader:
        return draft_communique(folder, reader, wish)


def issue(line: PlayedLine, wish: Wish, party: str = "us") -> bytes:
    """Give the file."""
    return draft(line, wish, party).sign(line.folder(party))


def wide_wish(line: PlayedLine, **changes) -> Wish:
    """Everything that was said: heads by default, some whole, one as existing, one attachment of two."""
    single = dict.fromkeys((line.warning, line.text, line.hostile, line.attached, line.answer), Disclosed.ALL)
    single[1, 3] = Disclosed.EXISTENCE
    disclosing = Disclosing(single=single, attachments=frozenset({(*line.attached, 1)}))
    given = {"query": Query(everything=True), "disclosing": disclosing, "words": "everything of this line"}
    return Wish(**(given | changes))


def consent(line: PlayedLine, wish: Wish, *, consents: bool = True, reason: str = "") -> MessageId:
    """Have US propose a selection and RU answer; gives the proposal, once both are receipted."""
    return asyncio.run(asyncio.wait_for(_consent(line, wish, consents=consents, reason=reason), WITHIN_S))


async def _consent(line: PlayedLine, wish: Wish, *, consents: bool, reason: str) -> MessageId:
    async with coupefeu.Node.open(line.us) as ours, coupefeu.Node.open(line.ru) as theirs:
        proposal = await ours.propose_communique(
            wish.query,
            wish.disclosing,
            embargo_ms=wish.embargo_ms,
            words="The incident of this morning, as both sides recorded it.",
        )
        await proposal.receipt()
        answer = await theirs.answer_communique(proposal.number, consents=consents, reason=reason)
        await answer.receipt()
        return proposal.id


def write_samples(to: Path) -> None:
    """Write the sample files: one-sided on an exercise line, and agreed to by both on a real one, with an embargo."""
    to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        line = play_line(Path(folder))
        (to / "one-sided-exercise.html").write_bytes(issue(line, wide_wish(line)))
    with tempfile.TemporaryDirectory() as folder:
        line = play_line(Path(folder), Status.REAL)
        wish = Wish(
            query=Query(entries=(line.warning, line.text, line.answer)),
            disclosing=Disclosing(default=Disclosed.ALL),
            embargo_ms=EMBARGO_MS,
        )
        proposal = consent(line, wish)
        (to / "both-sides-real.html").write_bytes(issue(line, Wish(proposal=proposal, words="as agreed")))
    write_bad(to)


if __name__ == "__main__":
    write_samples(VECTORS)
