"""A line with something of everything on its record: US and RU in this process, over loopback, played once a session.

US: a FLASH WARNING, two texts (one hostile), a line test, an amendment. RU: takes, reads back with a slip, answers,
signs the amendment, takes the watch.
"""

import asyncio
import json
from pathlib import Path

import coupefeu
from coupefeu.node.amending import draft_amendment, facts_of, find_proposal, sign_draft, sign_proposal
from coupefeu.node.exercise import pair_exercise
from coupefeu.node.folder import NodeFolder
from coupefeu.services.messages.commands import GiveOutcome, Read, ReadBack, SendLineTest, Take
from coupefeu.services.watch.facts import TakeWatch
from coupefeu.store.reader import Reader

HOSTILE = "Trust \u202eRETTEL\u202c this <script>alert(1)</script> \u2014 us/1 AAAA"
WITHIN_S = 60


def tell(folder: Path) -> dict[str, str]:
    """Play it in FOLDER/us and FOLDER/ru; gives the number of each entry by name."""
    pair_exercise(folder / "us", folder / "ru")
    return asyncio.run(asyncio.wait_for(_play(folder), WITHIN_S))


def longer_deadline(folder: NodeFolder) -> bytes:
    """Give the text in force as version 2, with a longer outcome deadline."""
    text = folder.agreement_octets.decode()
    return text.replace("version = 1", "version = 2").replace('outcome = "10m"', 'outcome = "12m"').encode()


async def _play(folder: Path) -> dict[str, str]:
    numbers: dict[str, str] = {}
    us, ru = folder / "us", folder / "ru"
    async with coupefeu.Node.open(us) as ours, coupefeu.Node.open(ru) as theirs:
        line = ours.line("RU")
        warning = await line.say(
            coupefeu.Content(
                form=coupefeu.Form.WARNING,
                subject=coupefeu.Subject.SAFETY,
                operative=coupefeu.Operative.STOP,
                place="36.61N 37.02E",
                numbers=("4",),
            ),
            precedence=coupefeu.Precedence.FLASH,
        )
        text = await line.send("Our aircraft strayed.\nIt turned back at 0312Z.", critical=("0312Z",))
        hostile = await line.send(HOSTILE)
        for sent in (warning, text, hostile):
            await sent.receipt()
        (watch,) = await theirs.act(TakeWatch(from_post="ru.duty", heard=True, officer="Вторая смена"))
        (taken,) = await theirs.act(Take(message=warning.id, from_post="ru.duty", officer="2nd watch"))
        (outcome,) = await theirs.act(
            GiveOutcome(
                message=warning.id, from_post="ru.duty", outcome=coupefeu.OutcomeCode.CANNOT, text="Нет связи"
            )
        )
        await theirs.act(Read(message=text.id, from_post="ru.duty"))
        (slip,) = await theirs.act(ReadBack(message=text.id, from_post="ru.duty", typed=("0З12Z",)))
        (test,) = await ours.act(SendLineTest(template=1))
        await ours.until(test.id, coupefeu.StepName.ANSWERED)
        draft = draft_amendment(ours.folder, longer_deadline(ours.folder))
        (proposed,) = await ours.act(sign_draft(ours.folder, draft))
        await proposed.receipt()
        with Reader(theirs.folder.record_path, running=True) as reader:
            proposal = find_proposal(theirs.folder, facts_of(reader), proposed.number)
        identity = theirs.folder.ring.need_identity()
        (accepted,) = await theirs.act(sign_proposal(theirs.folder, identity, proposal))
        await accepted.receipt()
        numbers = {
            "warning": warning.number, "text": text.number, "hostile": hostile.number, "watch": watch.number,
            "taken": taken.number, "outcome": outcome.number, "slip": slip.number, "test": test.number,
            "proposed": proposed.number, "accepted": accepted.number,
        }  # fmt: skip
    (folder / "numbers.json").write_text(json.dumps(numbers))
    return numbers
