"""What a test of alarms leaves behind is ended: a FLASH covers every page of a node, also those of the next test."""

from coupefeu.model.messages import Form, OutcomeCode
from coupefeu.services.messages.commands import GiveOutcome, Take
from coupefeu.services.messages.status import StepName
from coupefeu.services.watch.facts import LeaveWatch


def settle(*desks):
    """Take every FLASH that sounds at these desks, say what became of each warning, and leave their watch."""
    for desk in desks:
        post = f"{desk.party}.duty"
        for message in desk.thread.call(desk._node.open_messages).messages:
            if message.ours or not message.flash:
                continue
            if not message.chain(desk.party).step(StepName.TAKEN_BY).done and message.sounds:
                desk.act(Take(message=message.id, from_post=post))
            if message.form is Form.WARNING:  # its clock sounds when it runs out, taken or not
                desk.act(
                    GiveOutcome(message=message.id, from_post=post, outcome=OutcomeCode.CANNOT, text="-")
                )
        for watch in watches(desk):
            if watch.ours:
                desk.act(LeaveWatch(from_post=watch.post))


def watches(desk):
    """Say who is on watch, as this node knows."""
    return desk.thread.call(desk._node.watches)
