"""What is on the record when the consoles of the demo open: played by the demo, and labelled so."""

import time
from collections.abc import Callable
from typing import Final

from coupefeu.model.entry import Kind
from coupefeu.model.messages import MINUTE_MS, Content, Form, MessageId
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.node.demo.texts import OUR_TEXT, choose_critical
from coupefeu.node.demo.watching import insist, is_held, is_up, wait_until
from coupefeu.node.node import Node
from coupefeu.services.messages.commands import Read, ReadBack, Take
from coupefeu.services.messages.status import StepName

OFFICER: Final = "demo"
"""The label beside the post of every act that no person did."""
SAFE_PASSAGE: Final = 8
PASSAGE_PLACE: Final = "35 19 N 40 08 E"
PASSAGE_IN_MS: Final = 3_600_000

Tell = Callable[[str], None]
"""Hears in words what begins now."""


async def play_opening(us: Node, ru: Node, tell: Tell) -> MessageId:
    """Play a request that nobody takes, a line test, and a message read back; gives the number of the request."""
    tell("The line comes up")
    await wait_until(lambda: is_up(us, "ru"), "the line is up")
    request = await _ask_passage(ru)
    tell("A line test is answered")
    await wait_until(lambda: _is_tested(us), "a line test is answered")
    tell("A message is sent, taken, read and read back")
    await _read_back(us, ru)
    await wait_until(lambda: is_held(us, request), "the request arrives")
    return request


async def wait_overdue(us: Node, request: MessageId) -> None:
    """Wait until the request is overdue, by the agreement's own deadline."""
    await wait_until(lambda: us.message(request).overdue, "the request is overdue")


async def _ask_passage(ru: Node) -> MessageId:
    at_ms = (time.time_ns() // 1_000_000 + PASSAGE_IN_MS) // MINUTE_MS * MINUTE_MS
    passage = Content(
        form=Form.STANDARD_PHRASE, subject=Subject.SAFETY, officer=OFFICER, phrase=SAFE_PASSAGE,
        slots=(PASSAGE_PLACE, at_ms),
    )  # fmt: skip
    sent = await ru.line("us").say(passage, precedence=Precedence.PRIORITY)
    return sent.id


def _is_tested(us: Node) -> bool:
    """Whether RU's node has answered a line test of US; machines send and answer it, and no person acts on it."""
    tests = [each for each in us.inbox() if each.ours and each.kind == Kind.LINE_TEST]
    return any(each.chains[0].step(StepName.ANSWERED).done for each in tests)


async def _read_back(us: Node, ru: Node) -> None:
    critical = choose_critical(OUR_TEXT)
    text = Content(
        form=Form.FREE_TEXT, subject=Subject.SAFETY, officer=OFFICER, text=OUR_TEXT, passages=critical
    )
    sent = await us.line("ru").say(text)
    await wait_until(lambda: is_held(ru, sent.id), "the message arrives")
    desk = _desk(ru)
    await ru.act(Take(message=sent.id, from_post=desk, officer=OFFICER))
    await ru.act(Read(message=sent.id, from_post=desk, officer=OFFICER))
    await ru.act(ReadBack(message=sent.id, from_post=desk, officer=OFFICER, typed=critical))
    await wait_until(
        lambda: sent.status().chains[0].step(StepName.READ_BACK).done, "the read-back is on US's record"
    )
    verdict = sent.status().chains[0].step(StepName.READ_BACK).acts[0].verdict
    insist(verdict is not None and verdict.matches, "what was read back is what was sent")


def _desk(node: Node) -> str:
    return node.folder.agreement.party(node.folder.party).duty_desk
