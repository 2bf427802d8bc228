"""Carries datagrams and knows nothing else: no session, no party, no meaning. What enters is what leaves, or less.

The one rule: a stranger costs little. Until the link says that the other side has shown itself (`promote`), a
connection may bring 512 bytes and live 5 seconds (protocol B6).

`contract` says what a bearer is; `tcp` and `memory` are two.
"""
