"""Durability. Jobs enter; what is durably true leaves. One writer, one transaction per batch, one commit.

The rule of the room: nothing leaves it before the commit that it depends on (protocol A6).

    parse (wire) -> verify (record) -> persist + sign inside the transaction -> commit -> release to the caller
"""
