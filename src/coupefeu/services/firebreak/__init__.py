"""The firebreak: whether direct contact holds, from what stands on both records.

In: entries of every service. Out: *marks*, each with the entries that prove it and the time that counts; whoever
judges them (the agreement's rules) and whoever shows them builds on marks alone.
"""
