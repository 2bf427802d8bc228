"""Alerts out: what must reach people who look at no console leaves by webhook and by mail, once for each cause.

    Desk, staffing -> causes that stand now -> what differs from what a receiver was told -> one webhook, one mail

The one rule: nothing here holds up the line or tells what anybody wrote. Looking is done in a thread, sending by a task
of its own for each receiver, which compares states and queues no events: one that was down learns how things are now.
"""
