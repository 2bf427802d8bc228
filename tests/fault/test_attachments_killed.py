"""Maps are under way between two processes, one of which is killed with -9: they are whole in the end, or not there.

Source: issue of the line, bad days; protocol A2, A3.
"""

import random
import re
from contextlib import closing

import pytest
from tests.fault.processes import run, two_processes, until

from coupefeu.cli.status import status_lines
from coupefeu.model.attachments import Attachment
from coupefeu.node.assembly import parties_of
from coupefeu.node.desk import Desk
from coupefeu.node.standing import read_standing
from coupefeu.services.messages.enclosed import AttachmentState
from coupefeu.store.fsck import check_record

MAPS = [random.Random(seed).randbytes(1 << 20) for seed in range(4)]
"""They do not compress, and are under way for five seconds at least: what is done in their middle is done in time."""


async def is_fetching(pair):
    """Whether RU has bytes of an attachment that is not whole, as `coupefeu status` says."""
    values = await read_standing(pair.folders["ru"])
    said = [line for line in status_lines(pair.folders["ru"], values) if "on its way here" in line]
    return bool(said) and re.search(r"attachment \d of US/\d+, [1-9][\d,]* of 1,048,576 bytes", said[0])


def attachments(pair, message):
    """How each attachment of a message stands at RU, and its content, whether the node runs or not."""
    with closing(Desk.open(pair.folders["ru"], running=True)) as desk:
        views = desk.message(message).attachments
        return [(each.state, desk.reader.attachment(*message, each.number)) for each in views]


def check(folder):
    report = check_record(
        folder.record_path, parties_of(folder), folder.log_number, folder.high_water_path, running=True
    )
    assert report.is_clean, report.findings


@pytest.mark.parametrize("victim", ["ru", "us"])
def test_whoever_is_killed_in_the_middle_the_maps_come_whole(tmp_path, victim):
    async def story():
        async with two_processes(tmp_path) as pair:
            async with pair.node("us") as us:
                named = [Attachment(name=f"sheet {number}", content=each) for number, each in enumerate(MAPS)]
                sent = await us.line("RU").send("See the maps.", attachments=named)
            await until(lambda: is_fetching(pair))
            await pair.processes[victim].kill()
            assert attachments(pair, sent.id)[-1] == (AttachmentState.AWAITED, None)
            await pair.processes[victim].start()

            async def are_here():
                return all(state is AttachmentState.HELD for state, _ in attachments(pair, sent.id))

            await until(are_here)
            assert [content for _, content in attachments(pair, sent.id)] == MAPS
            for folder in pair.folders.values():
                check(folder)

    run(story())
