"""The neutral witness: a tlog-witness server that sees origins, sizes and roots of logs, and never what they hold.

What enters: signed checkpoints of logs that it was told to trust. What leaves: its co-signatures, and the checkpoints
that it cosigned. The one rule: a head is durable before it is signed, and no head is ever signed that is not consistent
with the one before it.
"""
