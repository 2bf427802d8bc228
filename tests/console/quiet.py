"""What a test of alarms leaves behind is ended: a FLASH covers every page of a node, also those of the next test."""

from coupefeu.services.messages.commands import Take
from coupefeu.services.watch.facts import LeaveWatch


def settle(*desks):
    """Take every FLASH that sounds at these desks, and leave their watch."""
    for desk in desks:
        for message in desk.thread.call(desk._node.open_messages).messages:
            if message.sounds and not message.ours:
                desk.act(Take(message=message.id, from_post=f"{desk.party}.duty"))
        for watch in watches(desk):
            if watch.ours:
                desk.act(LeaveWatch(from_post=watch.post))


def watches(desk):
    """Say who is on watch, as this node knows."""
    return desk.thread.call(desk._node.watches)
