"""What a node does for calls by itself: rings, the next rung, giving up, line down; and calls for programs.

In: entries that are durable, the state of the lines, the clock. Out: commands of machines, decided by `services.calls`
like any other. The rule of the room: nothing here acts in an officer's name, and what a call's outcome is, is folded
from both logs and never decided here.
"""
