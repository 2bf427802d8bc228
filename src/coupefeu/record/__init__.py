"""The mathematics of the log: leaves, trees, statements and their verification, as pure functions.

Enters bytes and keys, leaves hashes, proofs and verified facts. The one rule: nothing here stores or fetches.
"""
