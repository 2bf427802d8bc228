"""Coming back after a restore: what a node asks, takes back and awaits that may have signed more than it holds.

In: answers about logs from counterparts, checkpoints of our log from witnesses and files. Out: asks, jobs for the
store, and in the end an ordinary node, without a restart. The rule: nothing is signed before the high-water file
stands.
Source: protocol A13.
"""
