"""The bench: figures of this program on this machine, each beside its floor, measured in the same run.

In: an empty folder and sizes. Out: `Figure`s. Rule: ours and its floor are measured in turns, medians are compared,
and whatever is counted as delivered was read in the receiver's record.
"""
